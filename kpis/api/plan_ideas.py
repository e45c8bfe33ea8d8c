"""What the program proposes for a plan, over REST: months to begin a year with, targets lowered for want of stock."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.advice import plan_suggest
from kpis.api.base import StoreView, Unprocessable
from kpis.api.day_weights import number
from kpis.api.month_plan import MONTH, month_field
from kpis.api.plans import VERSION, OfPlan
from kpis.days import lowering
from kpis.planning.shares import TEMPLATES
from kpis.year.plan_cells import Refused
from opsplan import shapes
from staff.access import token_of
from staff.api.bodies import operation
from staff.roles import Action

SOURCES = ("last_year", "template", "quarters")
ASKED = [
    OpenApiParameter("from", str, enum=SOURCES, required=True, description="What the months are made of."),
    OpenApiParameter("growth", str, description="Of last_year: a fraction; 0.2 unless told."),
    OpenApiParameter("total", str, description="Of template and quarters: the year's sales, yuan."),
    OpenApiParameter("template", str, enum=list(TEMPLATES), description="Which one."),
    OpenApiParameter("shares", str, description="Of quarters: four shares, like 23,25,22,30; the usual unless told."),
]
SUGGESTION = shapes.thing(
    "PlanSuggestion",
    {
        "months": shapes.many(shapes.or_null(shapes.yuan()), "January to December; null: too little is known."),
        "part": shapes.by_key(shapes.whole(), "By month: how many days of last year were known, where not all were."),
        "total": shapes.yuan(),
        "days": shapes.whole("Of last year it stands on; 0: none."),
        "promo": shapes.many(
            shapes.thing("PlanSuggestedPromo", {"name": shapes.text(), "day": shapes.day(), "amount": shapes.yuan()}),
            "Promotion days within the months.",
        ),
    },
)
LOWERING = shapes.thing(
    "PlanLowering",
    {
        "id": shapes.whole("Of the stock decision."),
        "campaign": shapes.whole("Its id."),
        "product": shapes.text("The merchant code."),
        "short": shapes.whole("Pieces that will not be there."),
        "now": shapes.yuan("What the campaign's days are to sell."),
        "then": shapes.yuan("What is left of it."),
        "days": shapes.by_key(shapes.yuan(), "By day: what it loses."),
    },
)


class SuggestionView(OfPlan):
    """Months to begin a year with; nothing is stored."""

    action = Action.SET_TARGETS

    @operation(
        summary="Twelve amounts to begin a year with",
        description="To take them, set the cells of the row real_amt.",
        parameters=[*ASKED, VERSION],
        responses=SUGGESTION,
    )
    def get(self, request: Request, slug: str, year: int) -> Response:
        source = self.one_of(request, "from", SOURCES)
        self.one_of(request, "template", list(TEMPLATES))
        asked = {name: request.query_params.get(name, "") for name in ("total", "template", "shares")}
        growth = request.query_params.get("growth", "")
        percent = f"{number(growth, 'growth') * 100:f}" if growth else ""
        try:
            made = plan_suggest.suggestion(self.plan(request, year), asked | {"from": source, "growth": percent})
        except ValueError as problem:
            field = {"last_year": "growth", "quarters": "total", "template": "total"}.get(source, "from")
            raise Unprocessable(field, str(problem), SOURCES if field == "from" else ()) from None
        return Response(plan_suggest.as_json(made))


class LoweringsView(StoreView):
    """Targets that stock decisions would lower."""

    writes, tells_all = Action.SET_TARGETS, True

    @operation(
        summary="Stock decisions that would lower the targets of a month",
        parameters=[MONTH],
        responses=shapes.thing("PlanLowerings", {"lowerings": shapes.many(LOWERING)}),
    )
    def get(self, request: Request, slug: str) -> Response:
        found = lowering.waiting(self.store, month_field(request))
        return Response({"lowerings": [lowering_told(x) for x in found]})


class LoweringView(StoreView):
    """One of them."""

    writes, tells_all = Action.SET_TARGETS, True

    @operation(
        summary="Lower the targets of a campaign's days and their months, once",
        request=None,
        responses={200: LOWERING, 404: OpenApiResponse(description="There is nothing (left) to lower.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        try:
            done = lowering.apply(self.store, pk, token_of(request).user)
        except ValidationError as problem:
            raise Unprocessable("", " ".join(problem.messages)) from None
        except Refused as problem:
            raise Unprocessable("", str(problem)) from None
        if done is None:
            raise Http404
        return Response(lowering_told(done))


def lowering_told(found: Any) -> dict[str, Any]:
    return {
        "id": found.decision.pk,
        "campaign": found.campaign.pk,
        "product": found.decision.item.product.code,
        "short": found.short,
        "now": f"{found.now:.2f}",
        "then": f"{found.then:.2f}",
        "days": {day.isoformat(): f"{amount:.2f}" for day, amount in found.lost.items()},
    }
