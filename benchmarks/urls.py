from django.http import HttpRequest, HttpResponse
from django.urls import path

from opsplan.urls import urlpatterns as of_the_shop


def hello(request: HttpRequest) -> HttpResponse:
    """The least a view can do behind the same middleware."""
    return HttpResponse("hello, world")


urlpatterns = [path("bench/hello", hello), *of_the_shop]
