"""Pages under /s/<store>/ that show figures, and those that bring them in."""

from django.urls import path

from kpis.views import coverage, dashboard, entries, explain, history, imports, rows, targets, today, why

urlpatterns = [
    path("s/<slug:store>/today/", today.today, name="today"),
    path("s/<slug:store>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("s/<slug:store>/dashboard/week/", dashboard.week, name="dashboard_week"),
    path("s/<slug:store>/dashboard/products/", dashboard.products, name="dashboard_products"),
    path("s/<slug:store>/dashboard/traffic/", dashboard.traffic, name="dashboard_traffic"),
    path("s/<slug:store>/dashboard/why/", why.why, name="dashboard_why"),
    path("s/<slug:store>/dashboard/export/<slug:table>", dashboard.export, name="dashboard_export"),
    path("s/<slug:store>/explain/<slug:metric>", explain.explain, name="explain"),
    path("s/<slug:store>/explain/<slug:metric>/days", explain.days, name="explain_days"),
    path("s/<slug:store>/rows", rows.rows, name="rows"),
    path("s/<slug:store>/data/", imports.data, name="data"),
    path("s/<slug:store>/data/uploads/", imports.upload_new, name="upload_new"),
    path("s/<slug:store>/data/uploads/<int:pk>/", imports.upload_detail, name="upload"),
    path("s/<slug:store>/data/uploads/<int:pk>/card/", imports.upload_card, name="upload_card"),
    path("s/<slug:store>/data/uploads/<int:pk>/load/", imports.upload_load, name="upload_load"),
    path("s/<slug:store>/data/uploads/<int:pk>/cancel/", imports.upload_cancel, name="upload_cancel"),
    path("s/<slug:store>/data/uploads/<int:pk>/source/", imports.upload_source, name="upload_source"),
    path("s/<slug:store>/data/uploads/<int:pk>/problems.csv", imports.upload_problems, name="upload_problems"),
    path("s/<slug:store>/data/history/", history.history, name="history"),
    path("s/<slug:store>/data/coverage/", coverage.coverage, name="coverage"),
    path("s/<slug:store>/data/entries/", entries.entries, name="entries"),
    path("s/<slug:store>/data/entries/cell/", entries.entry, name="entry"),
    path("s/<slug:store>/data/entries/save/", entries.entries_save, name="entries_save"),
    path("s/<slug:store>/plan/", targets.targets, name="targets"),
    path("s/<slug:store>/plan/cell/", targets.target, name="target"),
    path("s/<slug:store>/plan/save/", targets.targets_save, name="targets_save"),
]
