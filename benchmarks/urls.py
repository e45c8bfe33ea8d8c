from django.http import HttpRequest, HttpResponse
from django.urls import path

from opsplan.urls import urlpatterns as of_the_shop


def hello(request: HttpRequest) -> HttpResponse:
    """The least a page can do behind what every page stands behind."""
    return HttpResponse("hello, world")


urlpatterns = [path("bench/hello", hello), *of_the_shop]
