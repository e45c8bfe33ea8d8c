"""Addresses that lead nowhere."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.views.defaults import page_not_found
from rest_framework.exceptions import NotFound


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """JSON for programs, as their endpoints say it; the page for people."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": str(NotFound.default_detail)}, status=404)
    return page_not_found(request, exception)


def only_takes_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who opens the address of a form (after a reload, from the history, by the language switch of a page
    that answered one) gets a page instead of nothing at all."""

    def answer(request: HttpRequest) -> HttpResponse:
        found = get_response(request)
        if isinstance(found, HttpResponseNotAllowed) and request.method == "GET" and not found.content:
            said = render(request, "405.html", status=405)
            said.headers["Allow"] = found.headers["Allow"]
            return said
        return found

    return answer
