"""THE gate. A stranger to a store gets 404, a member whose level is too low 403; everything guarded passes here."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from opsplan.lib import clock
from opsplan.programs import READING
from opsplan.statements import Statement, first_row
from staff.models import ApiToken, Member, User
from staff.roles import WHEN_CLOSED, Action, Level, may
from staff.services import TOKEN_SECONDS, digest_of
from stores import currency, platform
from stores.models import Store
from stores.snapshot import one_version

P = ParamSpec("P")
# What a program's gate asks at every request, in one statement: making four models of it would cost ten times as much.
STANDING = """SELECT s.id, s.timezone, m.level, u.is_superuser, s.closed_at, s.currency FROM stores_store s
    JOIN staff_user u ON u.id = %s AND u.is_active
    LEFT JOIN staff_member m ON m.store_id = s.id AND m.user_id = u.id WHERE s.slug = %s"""
# The same together with the key itself, for answers that need nothing else of it: {columns} and {joins} take along what
# else is to be known of the store s. A key that was last seen long ago, or may see some KPIs only, is not found.
KEYED = """SELECT t.user_id, s.id, s.timezone, m.level, u.is_superuser{columns}
    FROM staff_apitoken t
    JOIN staff_user u ON u.id = t.user_id AND u.is_active
    JOIN stores_store s ON s.slug = %s
    JOIN staff_apitoken_stores k ON k.apitoken_id = t.id AND k.store_id = s.id
    LEFT JOIN staff_member m ON m.store_id = s.id AND m.user_id = u.id{joins}
    WHERE t.digest = %s AND t.revoked_at IS NULL AND t.last_used_at > %s AND CAST(t.metrics AS TEXT) = '[]'"""

MEMBER = Statement(
    lambda slug, user: Member.objects.select_related("store").filter(store__slug=slug, user=user, user__is_active=True)
)


class StoreRequest(HttpRequest):
    """A request that has passed the gate."""

    store: Store
    member: Member
    user: User


def person(request: HttpRequest) -> User:
    """Who is logged in; for pages behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


Page: TypeAlias = Callable[Concatenate[StoreRequest, P], HttpResponseBase]
Guarded: TypeAlias = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]


def member_of(user: User, slug: str) -> Member:
    """The membership of `user` in the store, or Http404. An administrator is an owner everywhere."""
    member = MEMBER.first(slug, user)
    if member:
        member.user = user  # known already: reading it again would double the statement
        return member
    store = Store.objects.filter(slug=slug).first() if user.is_superuser and user.is_active else None
    if store is None:
        raise Http404
    return Member(store=store, user=user, level=Level.OWNER)


def check(user: User, slug: str, action: Action) -> Member:
    """The membership, if its level allows `action`; else Http404 (stranger) or PermissionDenied (too junior)."""
    member = member_of(user, slug)
    if not member.may(action):
        raise PermissionDenied(*closed_words(action) if may(Level(member.level), action) else ())
    return member


def closed_words(action: Action) -> tuple[str, ...]:
    """Why this may not be done in a closed store; () for what is left to do there."""
    return () if action in WHEN_CLOSED else (_("This store is closed. It can be read; an owner can open it again."),)


def token_of(request: Request) -> ApiToken:
    """The key a program came in with: `BearerAuthentication` is the only door to REST."""
    if not isinstance(request.auth, ApiToken):
        raise NotAuthenticated
    return request.auth


@dataclass(frozen=True)
class Passed:
    """A program that has passed the gate: the store, its time zone, the level of the key's owner in it, the currency
    of sentences."""

    store_id: int
    timezone: str
    level: Level
    currency: str = ""


def pass_api(request: Request, slug: str, action: Action) -> Passed:
    """As `check`, for a program: its token must name the store (else Http404) and, to change anything, have the scope
    `write` (else PermissionDenied). A token never opens more than its owner's level does."""
    token = token_of(request)
    if slug not in {store.slug for store in token.stores.all()}:
        raise Http404
    found = first_row(STANDING, [token.user_id, slug])
    if found is None or not (found[2] or found[3]):
        raise Http404
    level = Level(found[2] or Level.OWNER)  # an administrator is an owner everywhere
    if not may(level, action):
        raise PermissionDenied(_("The access level of the token's owner in this store is too low for this."))
    if request.method not in READING and token.scope != ApiToken.Scope.WRITE:
        raise PermissionDenied(_("This token only reads; to change something, make one with the scope “write”."))
    if found[4] and closed_words(action):
        raise PermissionDenied(*closed_words(action))
    return Passed(found[0], found[1], level, found[5])


def pass_reading(
    request: HttpRequest, slug: str, action: Action, columns: str = "", joins: str = ""
) -> tuple[int, Passed, Sequence[Any]] | None:
    """As `pass_api` for a question that changes nothing, key and gate in one statement: the user's number, what was
    passed, and the further columns. None where anything is in doubt: then the long way says what is wrong."""
    scheme, _blank, plaintext = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if request.method != "GET" or scheme.lower() != "bearer":
        return None
    since = connection.ops.adapt_datetimefield_value(clock.now() - dt.timedelta(seconds=TOKEN_SECONDS))
    found = first_row(KEYED.format(columns=columns, joins=joins), [slug, digest_of(plaintext.strip()), since])
    if found is None or not (found[3] or found[4]):
        return None
    level = Level(found[3] or Level.OWNER)
    return (found[0], Passed(found[1], found[2], level), found[5:]) if may(level, action) else None


def check_api(request: Request, slug: str, action: Action) -> Member:
    """As `pass_api`, for an endpoint that needs the membership itself."""
    pass_api(request, slug, action)
    return member_of(token_of(request).user, slug)


def stores_for_api(request: Request) -> QuerySet[Store]:
    """The stores in use that the token names and its owner may still see."""
    token = token_of(request)
    named = Store.objects.in_use().filter(pk__in=[store.pk for store in token.stores.all()]).select_related("brand")
    return named if token.user.is_superuser else named.filter(members__user=token.user)


def metrics_for_api(request: Request) -> frozenset[str] | None:
    """The keys of the KPIs the token opens; None = all."""
    named = token_of(request).metrics
    return frozenset(named) if named else None


def for_store(action: Action) -> Callable[[Page[P]], Guarded[P]]:
    """Decorate a page `view(request, ...)` served under /s/<store>/: it gets `request.store` and `.member`.

    Inside it the store's time zone and currency are the active ones. A page that shows figures reads
    everything from one state of the data.
    """

    def decorate(view: Page[P]) -> Guarded[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, store: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            member, passed = check(person(request), store, action), cast(StoreRequest, request)
            passed.store, passed.member = member.store, member
            if request.session.get("store") != store:
                request.session["store"] = store
            with ExitStack() as active:
                active.enter_context(timezone.override(ZoneInfo(member.store.timezone)))
                active.enter_context(currency.override(member.store.currency))
                active.enter_context(platform.override(member.store.platform))
                if action is Action.VIEW_KPIS and request.method in READING:
                    active.enter_context(one_version())
                response = view(passed, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        guarded.action = action  # type: ignore[attr-defined]
        return cast(Guarded[P], guarded)

    return decorate
