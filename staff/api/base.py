"""What the endpoints about people and their work share: the gate of a store, and 422 with what would do."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Protocol

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsplan.lib import cells, clock
from opsplan.lib.periods import Period, month_of
from opsplan.paging import Paging
from opsplan.programs import READING
from opsplan.refusals import Unprocessable as Unprocessable
from staff import access
from staff.api.bodies import Fault, faults_of, is_far
from staff.models import Member
from staff.roles import Action
from stores import currency
from stores.models import Store

MOST_FAULTS = 50
LONGEST_DAYS = 400
DAYS = [  # what `StoreView.days` reads
    OpenApiParameter("from", OpenApiTypes.DATE, description="A local day; the first of the month unless told."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="A local day; today unless told."),
]


class Asking(Protocol):
    """What is read of a request to know what it asks."""

    @property
    def query_params(self) -> QueryDict: ...


def day_field(request: Asking, name: str) -> dt.date:
    """The query field `name` as a local day, or Unprocessable."""
    raw = request.query_params.get(name, "")
    if is_far(raw):
        raise Unprocessable(name, _("Choose a day between the years 2000 and 2100."))
    try:
        return dt.date.fromisoformat(raw)
    except ValueError:
        raise Unprocessable(name, _("Give a day as YYYY-MM-DD; got “%s”.") % raw[:40]) from None


def instant_field(fields: Mapping[str, Any], name: str, where: str = "") -> dt.datetime | None:
    """A field as an instant with its offset, None where none is given; Unprocessable names `where`, or the field."""
    if not fields.get(name):
        return None
    try:
        found = parse_datetime(str(fields[name]))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Unprocessable(where or name, _("Give an instant like 2026-11-11T17:00:00+08:00."))
    return found


YES_OR_NO = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off", ""), False),
}


def yes_field(fields: Mapping[str, Any], name: str) -> bool:
    """A field that says yes or no (no unless told), or Unprocessable."""
    try:
        return YES_OR_NO[str(fields.get(name, "")).lower()]
    except KeyError:
        raise Unprocessable(name, _("Yes or no."), ("true", "false")) from None


def fraction_field(raw: object, field: str) -> int:
    """A fraction of a body in 1/10000; Unprocessable."""
    try:
        found = cells.number(raw) * 10_000
    except cells.Unreadable as problem:
        raise Unprocessable(field, _(str(problem))) from None
    if abs(found) > 10_000 or found != int(found):
        raise Unprocessable(field, _("Give a fraction up to 1, like 0.065, with four decimals at most."))
    return int(found)


def fields_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; anything else counts as an empty one."""
    return request.data if isinstance(request.data, dict) else {}


def refuse(faults: Sequence[Fault]) -> None:
    """Unprocessable, if there are any."""
    if faults:
        problem = Unprocessable(*faults[0])
        for fault in faults[1:MOST_FAULTS]:
            problem.also(*fault)
        raise problem


class StoreView(APIView):
    """An endpoint of one store: `self.passed` is set once the caller has passed the gate for `action`; to change
    something, for `writes`, where one is named. tells_all: of figures of every kind, so that a token for some KPIs does
    not open it."""

    action = Action.VIEW_TASKS
    writes: Action | None = None
    tells_all = False
    passed: access.Passed
    active: ExitStack

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self.active:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Behind the gate amounts in sentences are in the store's currency, as on its pages."""
        super().initial(request, *args, **kwargs)
        needed = self.action if self.writes is None or request.method in READING else self.writes
        self.passed = access.pass_api(request, kwargs["slug"], needed)
        if self.tells_all and access.metrics_for_api(request) is not None:
            raise PermissionDenied(_("This token opens some KPIs only; this answer tells of others, too."))
        self.active.enter_context(currency.override(self.passed.currency))
        refuse(faults_of(request, getattr(self, (request.method or "").lower(), None)))

    def one_of(self, request: Request, name: str, valid: Sequence[str]) -> str:
        """The query field `name`, one of these; "" where it was not told. Unprocessable."""
        value = request.query_params.get(name, "")
        if value and value not in valid:
            raise Unprocessable(name, _("“%s” is not one of the valid values.") % value[:60], valid)
        return value

    def yes(self, request: Request, name: str) -> bool:
        """The query field `name`, yes or no; no unless told. Unprocessable."""
        return yes_field(request.query_params, name)

    def page(self, request: Request, found: Any, row: Callable[[Any], Any], **beside: Any) -> Response:
        """A list (rows or a queryset), page by page; `beside`: what else is told with it."""
        return self.page_of(request, found, lambda rows: [row(x) for x in rows], **beside)

    def page_of(self, request: Request, found: Any, told: Callable[[list[Any]], list[Any]], **beside: Any) -> Response:
        """The same where the rows of a page are told together."""
        pages = Paging()
        rows: list[Any] = pages.paginate_queryset(found, request, view=self) or []
        return Response(beside | pages.get_paginated_response(told(rows)).data)

    @cached_property
    def store(self) -> Store:
        """Read only by an answer that needs it."""
        return Store.objects.get(pk=self.passed.store_id)

    def day(self, request: Request, name: str, default: dt.date | None = None) -> dt.date:
        """The query field `name` as a local day (today unless told), or Unprocessable."""
        if not request.query_params.get(name):
            return default or clock.today(self.passed.timezone)
        return day_field(request, name)

    def days(self, request: Request) -> Period:
        """The local days of a question with the fields DAYS; Unprocessable."""
        last = self.day(request, "to")
        first = self.day(request, "from", month_of(last).first)
        if last < first or (last - first).days >= LONGEST_DAYS:
            raise Unprocessable("to", _("From one to %d days.") % LONGEST_DAYS)
        return Period(first, last)


class MemberView(StoreView):
    """An endpoint of people and their work: it also knows the membership."""

    writes: Action | None = Action.DO_TASKS

    @cached_property
    def member(self) -> Member:
        return access.member_of(access.token_of(self.request).user, self.kwargs["slug"])

    @cached_property
    def store(self) -> Store:
        return self.member.store
