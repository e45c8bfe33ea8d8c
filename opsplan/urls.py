from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from opsplan.health import healthz
from opsplan.search import search
from stores.api import CalendarView, StoresView

handler400 = "opsplan.fulldisk.bad_request"
handler404 = "opsplan.lost.not_found"
handler500 = "opsplan.refusals.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("kpis.api.urls")),  # first, and the summary in it: programs ask it all day
    # one door for everybody: the admin site has no log-in of its own to try passwords on
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    path("api/v1/stores", StoresView.as_view(), name="api_stores"),
    path("api/v1/stores/<slug:slug>/calendar", CalendarView.as_view(), name="api_calendar"),
    path("api/v1/", include("staff.api.urls")),
    path("api/v1/", include("campaigns.api.urls")),
    path("api/v1/", include("products.api_urls")),
    path("api/v1/", include("products.stock_api_urls")),
    path("search/", search, name="search"),
    path("", include("staff.urls")),
    path("", include("stores.urls")),
    path("", include("products.urls")),
    path("", include("campaigns.urls")),
    path("", include("kpis.urls")),
]
