from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from opsplan.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
