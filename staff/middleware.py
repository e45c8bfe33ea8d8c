"""A person's own language on every page, whatever the browser or a cookie says; and where they are logged in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from staff import sessions


def own_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return get_response(request)

    return middleware


def own_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        sessions.refresh(request)
        return get_response(request)

    return middleware
