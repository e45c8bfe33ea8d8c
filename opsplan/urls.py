from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from opsplan.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("staff.urls")),
    path("", include("stores.urls")),
]
if find_spec("kpis.queries"):
    from opsplan.search import search

    urlpatterns += [
        path("search/", search, name="search"),
        path("", include("products.urls")),
        path("", include("campaigns.urls")),
    ]
if find_spec("kpis.urls"):
    urlpatterns += [path("", include("kpis.urls"))]
