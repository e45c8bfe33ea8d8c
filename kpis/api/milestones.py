"""/api/v1/stores/<slug>/plan/milestones: goals with a day, and how they stand."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.advice import milestones
from kpis.api.base import StoreView, Unprocessable, allowed_keys
from opsplan import shapes
from opsplan.lib import cells, clock
from staff.access import token_of
from staff.api.base import fields_of
from staff.api.bodies import body, one_of, operation, text, whole
from staff.api.bodies import day as a_day
from staff.api.bodies import number as a_number
from staff.roles import Action

FIELDS = (
    f"title, metric ({', '.join(milestones.FIGURES)}), goal (an amount a day, or a rate as a fraction, as text), "
    "first, due_on (days), window (days it is held, 7 unless told), conversion (a fraction: the visitors orders need)"
)
IN_UNIT = "A day's amount in yuan, a count a day, or a rate as a fraction, as the unit is."
ONE = shapes.thing(
    "Milestone",
    {
        "id": shapes.whole(),
        "title": shapes.text(),
        "metric": shapes.one_of(milestones.FIGURES),
        "unit": shapes.text("money, count or rate."),
        "goal": shapes.number(IN_UNIT),
        "first": shapes.day("The first it counts from."),
        "due_on": shapes.day("By when."),
        "window": shapes.whole("Days it is to be held."),
        "conversion": shapes.or_null(shapes.number("A fraction: of the visitors that orders need.")),
        "state": shapes.one_of((milestones.REACHED, milestones.OVERDUE, milestones.OPEN, milestones.COMING)),
        "reached_on": shapes.or_null(shapes.day()),
        "late": shapes.yes("Reached after it was due."),
        "value": shapes.or_null(shapes.number(f"Of the last window that has data. {IN_UNIT}")),
        "visitors": shapes.or_null(shapes.number("Needed a day.")),
        "days_left": shapes.whole("Below 0 after it was due."),
        "by": shapes.or_null(shapes.text("User name.")),
    },
)
WRONG = OpenApiResponse(description="A field has a value we cannot use; nothing was stored.")
MILESTONE = {
    "title": text("What it is called.", max_length=80),
    "metric": one_of(milestones.FIGURES, "The figure."),
    "goal": a_number("A day's amount in yuan, a count a day, or a rate as a fraction, as the figure's unit is."),
    "first": a_day("The first one it counts from."),
    "due_on": a_day("By when."),
    "window": whole("Days it is held; 7 unless told."),
    "conversion": a_number("A fraction: the visitors that orders need."),
}
EXAMPLE = {
    "title": "日均 70 单", "metric": "pay_order_cnt", "goal": "70", "first": "2026-12-01", "due_on": "2026-12-31",
    "conversion": "0.02",
}  # fmt: skip
CALLED = {"start": "first", "due": "due_on"}  # of the rows: what REST calls them


def milestone_json(x: milestones.Goal) -> dict[str, Any]:
    def text(value: Decimal | None) -> str | None:
        return None if value is None else f"{value.normalize():f}"

    mine = x.milestone
    return {
        "id": mine.pk, "title": mine.title, "metric": mine.metric, "unit": x.unit, "goal": text(mine.goal),
        "first": mine.start, "due_on": mine.due, "window": mine.window, "conversion": text(mine.conversion),
        "state": x.state, "reached_on": x.reached_on, "late": x.is_late, "value": text(x.value),
        "visitors": text(x.visitors), "days_left": x.left, "by": mine.by.username if mine.by else None,
    }  # fmt: skip


def number(told: Mapping[str, Any], name: str) -> Decimal | None:
    if told.get(name) in (None, ""):
        return None
    try:
        return cells.number(told[name])
    except cells.Unreadable as problem:
        raise Unprocessable(name, _(str(problem))) from None


def day(told: Mapping[str, Any], name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(told[name])) if told.get(name) else None
    except ValueError:
        raise Unprocessable(name, _("Give a day as YYYY-MM-DD.")) from None


class MilestonesApi(StoreView):
    action, writes = Action.VIEW_DATA, Action.SET_TARGETS

    def kept(self, request: Request, told: Mapping[str, Any], pk: int | None = None) -> dict[str, Any]:
        """Set a milestone as `told` says and tell how it stands."""
        metric, window = str(told.get("metric") or ""), told.get("window", 7)
        if metric not in self.on_offer(request):
            raise Unprocessable("metric", _("Choose one of the figures."), self.on_offer(request))
        if isinstance(window, bool) or not isinstance(window, int):
            raise Unprocessable("window", _("Give a whole number."))
        try:
            made = milestones.set_milestone(
                self.store, token_of(request).user, title=str(told.get("title") or ""), metric=metric,
                goal=number(told, "goal"), start=day(told, "first"), due=day(told, "due_on"), window=window,
                conversion=number(told, "conversion"), pk=pk,
            )  # fmt: skip
        except ValidationError as problem:
            field, texts = next(iter(problem.message_dict.items()))
            raise Unprocessable(CALLED.get(field, field), " ".join(texts)) from None
        made.refresh_from_db()  # as the columns keep it
        return self.standing(made)

    def on_offer(self, request: Request) -> list[str]:
        """The figures a milestone may be about, as far as the token opens them."""
        opened = allowed_keys(request)
        return [key for key in milestones.FIGURES if key in opened]

    def standing(self, milestone: Any) -> dict[str, Any]:
        return milestone_json(milestones.goal(self.store, milestone, clock.today(self.store.timezone)))


class MilestonesView(MilestonesApi):
    """The milestones of a store."""

    @operation(
        summary="Milestones and how they stand",
        description="A token made for some KPIs is told of the milestones of these.",
        responses=shapes.thing("Milestones", {"milestones": shapes.many(ONE)}),
    )
    def get(self, request: Request, slug: str) -> Response:
        opened = self.on_offer(request)
        found = milestones.milestones(self.store, opened)
        return Response({"milestones": [self.standing(x) for x in found]})

    @operation(
        summary="Set a milestone",
        description=FIELDS + ". Tasks that wait for it follow its day.",
        request=body("MilestoneNew", MILESTONE),
        examples=[OpenApiExample("70 orders a day by the end of the year", value=EXAMPLE, request_only=True)],
        responses={201: ONE, 422: WRONG},
    )
    def post(self, request: Request, slug: str) -> Response:
        return Response(self.kept(request, fields_of(request)), status=201)


class MilestoneView(MilestonesApi):
    """One milestone."""

    def found(self, request: Request, pk: int) -> Any:
        found = milestones.milestones(self.store, self.on_offer(request)).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    @operation(summary="One milestone and how it stands", responses={200: ONE})
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(self.standing(self.found(request, pk)))

    @operation(
        summary="Change a milestone",
        description=FIELDS + "; what is not named stays.",
        request=body("MilestoneChange", MILESTONE),
        examples=[OpenApiExample("A later day", value={"due_on": "2027-01-15"}, request_only=True)],
        responses={200: ONE, 422: WRONG},
    )
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        mine = self.found(request, pk)
        names = ("title", "metric", "goal", "start", "due", "window", "conversion")
        there = {CALLED.get(name, name): getattr(mine, name) for name in names}
        told = {name: value for name, value in fields_of(request).items() if name in there}
        return Response(self.kept(request, there | told, pk))

    @operation(summary="Take a milestone away, with its open tasks", request=None, responses={204: None})
    def delete(self, request: Request, slug: str, pk: int) -> Response:
        milestones.remove(self.store, "milestone", self.found(request, pk).pk)
        return Response(status=204)
