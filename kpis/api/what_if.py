"""Over REST: what other factors of a plan's month would sell and demand. Nothing is stored."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import whatif_wire
from kpis.api.base import Unprocessable
from kpis.api.plans import VERSION, OfPlan
from kpis.plan_cells import load
from staff.api.bodies import operation

MONTHS = [str(n) for n in range(1, 13)]
EACH = "of channels, key:value with commas between, like zhitongche:0.6,zuanzhan:0.4"
TRIED = {
    "uv": "Visitors a day, instead of the plan's.",
    "pay_cvr": "Conversion, a fraction.",
    "aov_buyer": "Yuan a buyer.",
    "sales": "Yuan of the month: the visitors are those that bring them. Not with uv.",
    "margin": "Gross margin, a fraction; else the plan's, else that of the last 28 days.",
    "refunds": "Refunded share of sales, a fraction; else the plan's, else that of the last 28 days.",
    "fee": "Fee of the platform, a fraction of sales; 0 unless told.",
    "share": f"Share of the visitors to buy, {EACH}; those not named have none. Else by the plan's promotion cost.",
    "cpc": f"Yuan a click, {EACH}; else that of the last 28 days.",
    "arrival": f"Visitors of a click, {EACH}; else as in the last 28 days.",
    "commission": f"Share of sales paid for them, {EACH}; else as in the last 28 days.",
}


class WhatIfView(OfPlan):
    """What a month's factors would sell, how many visitors have to be bought for it, and whether that pays."""

    @operation(
        summary="What other factors of a month would sell and demand",
        parameters=[
            OpenApiParameter("month", int, required=True, description="1 to 12", enum=range(1, 13)),
            *(OpenApiParameter(name, str, description=about) for name, about in TRIED.items()),
            VERSION,
        ],
        responses=OpenApiResponse(
            OpenApiTypes.OBJECT,
            description="As tried: uv, pay_cvr, aov_buyer, margin, refunds, fee. sales, planned_sales, difference of "
            "the month; free_visitors and visitors_to_buy a day; channels [{channel, share, cpc, arrival, commission, "
            "visitors, cost_a_day}]; cost_a_day, cost, brings_a_day, roi, break_even_roi, left_of_a_sale, pays, "
            "cost_ratio, planned_cost_ratio, new_customer_cost, orders_to_pay_back; notes say why a value is null.",
        ),
    )
    def get(self, request: Request, slug: str, year: int) -> Response:
        found = self.plan(request, year)
        asked = {name: request.query_params[name] for name in TRIED if name in request.query_params}
        month = request.query_params.get("month", "")
        if month not in MONTHS:
            raise Unprocessable("month", _("Give a whole number from 1 to %d.") % 12, MONTHS)
        try:
            return Response(whatif_wire.tried(load(found), int(month), asked))
        except whatif_wire.Refused as problem:
            raise Unprocessable(problem.name, problem.message, problem.valid) from None
