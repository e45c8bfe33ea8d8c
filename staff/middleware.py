"""A person's own language on every page, whatever the browser or a cookie says; where they are logged in; that nothing
of it is kept; and a second factor before anything else, where one is asked for."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from opsplan.programs import REST
from staff import second_factor, sessions
from staff.models import User

# what somebody who has yet to set up the second factor asks for is open to them all the same
TO_SET_UP = {"security", "factor_new", "sessions_end", "preferences", "set_language", "logout"}


def own_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return get_response(request)

    return middleware


def kept_nowhere(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What a person or a program was told stays in no browser and no proxy: on a shared computer the back button shows
    nothing after the log-out. What says itself how long it may be kept (pictures, figures with an ETag) is left so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response and (request.path.startswith(REST) or isinstance(request.user, User)):
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def own_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        sessions.refresh(request)
        return get_response(request)

    return middleware


class SecondFactorFirst:
    """Where owners and administrators need a second factor, a log-in without one opens no page but those to set it up:
    a key made, a list of clients read or an account changed on another one would be as good as a way in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not second_factor.are_asked() or not isinstance(request.user, User):
            return None
        match = request.resolver_match
        is_free = request.session.get(second_factor.PASSED) or (match and match.view_name in TO_SET_UP)
        return redirect("security") if not is_free and second_factor.is_required(request.user) else None
