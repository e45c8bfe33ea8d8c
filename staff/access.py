"""THE gate. A stranger to a store gets 404, a member whose level is too low 403; everything guarded passes here."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from staff.models import Member, User
from staff.roles import Action, Level, may
from stores.models import Store

P = ParamSpec("P")


class StoreRequest(HttpRequest):
    """A request that has passed the gate."""

    store: Store
    member: Member
    user: User  # type: ignore[assignment]


def member_of(user: User, slug: str) -> Member:
    """The membership of `user` in the store, or Http404. An administrator is an owner everywhere."""
    member = (
        Member.objects.select_related("store", "user").filter(store__slug=slug, user=user, user__is_active=True).first()
    )
    if member:
        return member
    store = Store.objects.filter(slug=slug).first() if user.is_superuser and user.is_active else None
    if store is None:
        raise Http404
    return Member(store=store, user=user, level=Level.OWNER)


def check(user: User, slug: str, action: Action) -> Member:
    """The membership, if its level allows `action`; else Http404 (stranger) or PermissionDenied (too junior)."""
    member = member_of(user, slug)
    if not may(Level(member.level), action):
        raise PermissionDenied
    return member


def for_store(
    action: Action,
) -> Callable[
    [Callable[Concatenate[StoreRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, str, P], HttpResponseBase],
]:
    """Decorate a page `view(request, ...)` served under /s/<store>/: it gets `request.store` and `request.member`."""

    def decorate(
        view: Callable[Concatenate[StoreRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, store: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            member = check(request.user, store, action)  # type: ignore[arg-type]
            request.store, request.member = member.store, member  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate
