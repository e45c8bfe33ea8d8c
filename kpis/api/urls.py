from django.urls import path

from kpis.api.changes import ChangesView
from kpis.api.figures import MetricsView, SummaryView
from kpis.api.imports import ImportsView, ImportView, ProblemsView

urlpatterns = [
    path("metrics", MetricsView.as_view(), name="api_metrics"),
    path("stores/<slug:slug>/kpis/summary", SummaryView.as_view(), name="api_summary"),
    path("stores/<slug:slug>/kpis/changes", ChangesView.as_view(), name="api_changes"),
    path("stores/<slug:slug>/imports", ImportsView.as_view(), name="api_imports"),
    path("stores/<slug:slug>/imports/<int:pk>", ImportView.as_view(), name="api_import"),
    path("stores/<slug:slug>/imports/<int:pk>/problems", ProblemsView.as_view(), name="api_problems"),
]
