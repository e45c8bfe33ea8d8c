"""/api/v1/stores/<slug>/plan/weights: what the days of months bear beside one another."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable
from kpis.api.month_plan import MONTH, SPECIAL, WEEK, WEIGHTS, month_field
from kpis.daybook import day_history, month_plan
from kpis.days import day_cells, day_plan
from kpis.year.plan_cells import Refused
from opsplan import shapes
from opsplan.lib import cells
from opsplan.lib.periods import Period
from staff.access import token_of
from staff.api import bodies
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.roles import Action

DAYS = 7
EXAMPLE = {"week": ["1", "1", "1.05", "1.05", "1", "0.9", "0.9"], "special": {"event:double_12": "8"}}
ANSWER = shapes.thing(
    "WeightsOfMonth",
    {
        "month": shapes.text("YYYY-MM"),
        "weights": shapes.or_null(WEIGHTS, "Those in force in it; null: all days bear the same."),
        "learned": shapes.or_null(
            shapes.thing(
                "LearnedWeights",
                {
                    "week": WEEK,
                    "special": SPECIAL,
                    "from": shapes.day(),
                    "to": shapes.day(),
                    "used": shapes.whole("Ordinary days among these."),
                },
            ),
            "What the last 52 weeks of sales teach; null: too few are known.",
        ),
        "keys": shapes.many(shapes.text(), "What may stand under `special`."),
    },
)


def weight() -> Any:
    return serializers.DecimalField(max_digits=9, decimal_places=4, help_text="From 0 to 1000; 1 is usual.")


SENT = bodies.body(
    "DayWeightsSet",
    {
        "week": serializers.ListField(child=weight(), required=False, help_text="Seven weights, Monday to Sunday."),
        "special": bodies.named("Weights of special days by key; others bear what their weekday does.", weight()),
        "learned": bodies.yes("Instead: those that are learned."),
    },
)


class WeightsView(StoreView):
    """The weights of days."""

    writes, tells_all = Action.SET_TARGETS, True

    def answer(self, month: Period) -> Response:
        book, learned = day_plan.book_of(self.store), day_history.learn(self.store)
        return Response(
            {
                "month": f"{month.first:%Y-%m}",
                "weights": month_plan.weights_json(book.in_force(month)),
                "learned": learned_told(learned) if learned else None,
                "keys": book.weighable(month),
            }
        )

    @operation(summary="What the days of a month bear beside one another", parameters=[MONTH], responses=ANSWER)
    def get(self, request: Request, slug: str) -> Response:
        return self.answer(month_field(request))

    @operation(
        summary="Set what days bear, from a month on",
        parameters=[MONTH],
        request=SENT,
        examples=[OpenApiExample("A usual week, and eight days' worth on 双12", value=EXAMPLE, request_only=True)],
        responses={200: ANSWER},
    )
    def put(self, request: Request, slug: str) -> Response:
        month, fields, by = month_field(request), fields_of(request), token_of(request).user
        week, special = fields.get("week"), fields.get("special") or {}
        learned = day_history.learn(self.store) if fields.get("learned") else None
        if fields.get("learned") and (learned is None or week or special):
            raise Unprocessable("learned", _("Weights can be learned once there are four ordinary weeks of sales."))
        valid = day_plan.book_of(self.store).weighable(month)
        for key in special:
            if key not in valid:
                raise Unprocessable(f"special.{key[:60]}", _("There is no such field."), valid)
        try:
            if learned:
                day_cells.set_weights(self.store, month.first, learned.week, learned.special, by, is_learned=True)
            else:
                numbers = [number(x, f"week[{i}]") for i, x in enumerate(week or [])]
                named = {key: number(x, f"special.{key}") for key, x in special.items() if x is not None}
                day_cells.set_weights(self.store, month.first, numbers, named, by)
        except Refused as problem:
            raise Unprocessable("week", str(problem)) from None
        return self.answer(month)

    @operation(
        summary="Take weights away: what held before holds again",
        parameters=[OpenApiParameter("since", str, required=True, description="The month they hold from, YYYY-MM.")],
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, slug: str) -> Response:
        since = month_field(request, "since")
        if not any(x.since == since.first for x in day_plan.book_of(self.store).weights):
            raise Http404
        day_cells.forget_weights(self.store, since.first, since, token_of(request).user)
        return Response(status=204)


def number(value: object, where: str) -> Decimal:
    try:
        return cells.number(value)
    except cells.Unreadable as problem:
        raise Unprocessable(where, _(str(problem))) from None


def learned_told(found: day_history.Learned) -> dict[str, Any]:
    special: Mapping[str, Decimal] = found.special
    return {
        "week": [f"{x:f}" for x in found.week],
        "special": {key: f"{x:f}" for key, x in special.items()},
        "from": found.period.first,
        "to": found.period.last,
        "used": found.used,
    }
