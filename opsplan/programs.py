"""Programs come with a key, which REST asks for itself: they go past everything that only people need (session, form's
token, who is logged in, messages), which was a third of an answer from the cache."""

from collections.abc import Callable

from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import get_resolver

REST = "/api/v1/"  # below it a key is the only way in, and no session counts
READING = ("GET", "HEAD", "OPTIONS")


class StraightToRest:
    """Middleware: an endpoint is called at once; what stands below it in the list is for people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.noting_who = AuditlogMiddleware(called)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(REST):
            return self.get_response(request)
        answer: HttpResponse = (called if request.method in READING else self.noting_who)(request)
        return answer


def called(request: HttpRequest) -> HttpResponse:
    """What the view of the address answers. Raises Http404."""
    request.resolver_match = match = get_resolver().resolve(request.path_info)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if isinstance(response, SimpleTemplateResponse):  # the framework's own answers are written out late
        response.render()
    return response
