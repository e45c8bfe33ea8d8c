"""A campaign's need of stock over REST: what is short, what to order, and what was decided."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import stocking
from campaigns.api import bodies, examples
from campaigns.api.deals import refused
from campaigns.models import Campaign, StockDecision
from opsplan import shapes
from opsplan.lib import cells, clock
from products.models import Product
from staff.api.base import MemberView, Unprocessable, fields_of
from staff.api.bodies import operation
from staff.roles import Action

DECISION = shapes.thing(
    "CampaignStockDecided",
    {
        "choice": shapes.one_of(StockDecision.Choice.values),
        "need": shapes.whole("Units needed, as known then."),
        "available": shapes.whole("Units free or coming, as known then."),
        "reason": shapes.text("Why."),
        "at": shapes.instant(),
        "lift": shapes.number("How many times the pace."),
        "by": shapes.or_null(shapes.text("User name.")),
    },
)
NEED = shapes.thing(
    "CampaignStockNeed",
    {
        "code": shapes.text("The merchant code of the product."),
        "units_a_day": shapes.or_null(shapes.number("Its pace, units a day; null where it is not known.")),
        "need": shapes.or_null(shapes.whole("Units needed; null where the pace is not known.")),
        "held": shapes.whole("Units put aside already; needed besides."),
        "free": shapes.whole("Units that may still be promised."),
        "coming": shapes.whole("Units that come before the start."),
        "short": shapes.or_null(
            shapes.whole("Units that are lacking; null where the pace is not known, 0 where no stock is kept.")
        ),
        "to_order": shapes.whole("What is short in whole cartons: units."),
        "decision": shapes.or_null(DECISION, "The last one; null: none yet."),
    },
)
ANSWER = shapes.thing(
    "CampaignStock",
    {
        "lift": shapes.number("How many times the pace is reckoned with."),
        "decide_by": shapes.day("The last one to decide."),
        "late": shapes.yes("A product is without a decision after that day."),
        "products": shapes.many(NEED),
    },
)


def decision_json(x: StockDecision) -> dict[str, Any]:
    by = x.by.username if x.by else None
    told = {name: getattr(x, name) for name in ("choice", "need", "available", "at")}
    return told | {"reason": x.note, "lift": str(x.lift), "by": by}


def need_json(x: stocking.Need) -> dict[str, Any]:
    pace = x.row.a_day if x.row else None
    return {
        "code": x.product.code, "units_a_day": None if pace is None else str(round(pace, 4)), "need": x.need,
        "held": x.held,
        "free": x.free, "coming": x.coming, "short": None if x.need is None else x.short, "to_order": x.to_order_units,
        "decision": decision_json(x.decision) if x.decision else None,
    }  # fmt: skip


class CampaignStockView(MemberView):
    """The stock decision before a campaign."""

    action, writes = Action.VIEW_PRODUCTS, Action.SET_TARGETS

    def campaign(self, pk: int) -> Campaign:
        found = Campaign.objects.select_related("store").filter(store=self.store, pk=pk).first()
        if found is None:
            raise Http404
        return found

    def lift(self, raw: object) -> Decimal:
        try:
            found = stocking.LIFT if raw in (None, "") else cells.number(raw)
        except cells.Unreadable as problem:
            raise Unprocessable("lift", _(str(problem))) from None
        if not Decimal("0.1") <= found <= 100:
            raise Unprocessable("lift", _("Give a factor from 0.1 to 100."))
        return found.quantize(Decimal("0.01"))

    def told(self, campaign: Campaign, lift: Decimal) -> Response:
        rows = stocking.needs(campaign, lift)
        late = stocking.is_late(campaign, clock.today(self.store.timezone))
        return Response(
            {"lift": str(lift), "decide_by": campaign.decide_by, "late": late, "products": [need_json(x) for x in rows]}
        )

    @operation(
        summary="What a campaign needs of each product, and what is short",
        parameters=[OpenApiParameter("lift", shapes.number(), description="How many times the pace; 3.")],
        responses={200: ANSWER},
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return self.told(self.campaign(pk), self.lift(request.query_params.get("lift")))

    @operation(
        summary="Decide on the stock of a product",
        description="What is to be ordered goes to `purchases`.",
        request=bodies.STOCK,
        examples=[examples.sent("Restock what is short", examples.RESTOCK)],
        responses={200: ANSWER, 422: OpenApiResponse(description="A field has a value we cannot use.")},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        campaign, told = self.campaign(pk), fields_of(request)
        lift = self.lift(told.get("lift"))
        product = Product.objects.filter(store=self.store, code=str(told.get("product") or "")).first()
        if product is None:
            raise Unprocessable("product", _("No product of this store has this code."))
        choice, reason = str(told.get("choice") or ""), str(told.get("reason") or "")
        try:
            stocking.decide(campaign, product.pk, choice, lift, reason, self.member.user)
        except ValidationError as problem:
            raise refused(problem) from None
        return self.told(campaign, lift)
