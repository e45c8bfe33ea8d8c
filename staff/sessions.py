"""The sessions a person is logged in with: which there are, and how to end those elsewhere.

Django keeps who is logged in inside the session's sealed data, so a row of our own says whose session it is. It is
written at log-in and refreshed every ten minutes of use.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest

from opsplan.lib import clock
from opsplan.lib.network import is_address
from staff.models import SignIn, User

FRESH = dt.timedelta(minutes=10)
STAMP = "seen"  # in the session: when its row was refreshed, seconds since 1970
BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One session as its owner sees it. `device` is a guess from what the browser says about itself."""

    pk: int
    device: str
    address: str
    since: dt.datetime
    seen_at: dt.datetime
    is_here: bool


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: behind the proxy that speaks https, what that one says."""
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() if settings.HTTPS else ""
    return told if is_address(told) else str(request.META.get("REMOTE_ADDR", ""))[:45]


def note(request: HttpRequest, user: User) -> None:
    """Write down that this request's session is `user`'s."""
    if not request.session.session_key:
        request.session.save()
    now = clock.now()
    agent, address = request.META.get("HTTP_USER_AGENT", "")[:300], address_of(request)
    fresh = {"user": user, "agent": agent, "address": address, "seen_at": now}
    SignIn.objects.update_or_create(
        session_key=request.session.session_key, defaults=fresh, create_defaults=fresh | {"since": now}
    )
    request.session[STAMP] = int(now.timestamp())


def refresh(request: HttpRequest) -> None:
    """Called on every request: writes only when the last time is ten minutes ago."""
    if isinstance(request.user, User) or getattr(request.user, "is_authenticated", False):
        last = request.session.get(STAMP, 0)
        if abs(clock.now().timestamp() - last) > FRESH.total_seconds():
            note(request, User(pk=request.user.pk))


@receiver(user_logged_in)
def logged_in(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    if hasattr(request, "session"):
        note(request, user)


def places(user: User, current: str | None) -> list[Place]:
    """The person's living sessions, last seen first; `current` is the key of the one they look from."""
    known = SignIn.objects.filter(user=user)
    living = living_keys([x.session_key for x in known])
    return [
        Place(x.pk, device(x.agent), x.address, x.since, x.seen_at, x.session_key == current)
        for x in known
        if x.session_key in living
    ]


def living_keys(keys: Sequence[str]) -> set[str]:
    living = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    return set(living.values_list("session_key", flat=True))


def end(user: User, pk: int | None = None, *, keep: str | None = None) -> int:
    """Log the person out in one session, or in all but `keep`. Returns how many there were."""
    mine = SignIn.objects.filter(user=user).exclude(session_key=keep or "")
    keys = list((mine.filter(pk=pk) if pk is not None else mine).values_list("session_key", flat=True))
    count = len(living_keys(keys))
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(session_key__in=keys).delete()
    return count


def moved(request: HttpRequest, user: User, old: str | None) -> None:
    """The session got another key (a changed password does that): its row follows, the others are ended."""
    SignIn.objects.filter(session_key=old or "").delete()
    note(request, user)
    end(user, keep=request.session.session_key)


def device(agent: str) -> str:
    """`Chrome · Windows` from a browser's own words; what is neither is shown as it is, shortened."""
    named = [next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(x for x in named if x) or agent[:40]
