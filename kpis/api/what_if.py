"""Over REST: what other factors of a plan's month would sell and demand. Nothing is stored."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.advice import whatif_wire
from kpis.api.base import Unprocessable
from kpis.api.plans import VERSION, OfPlan
from kpis.year.plan_cells import load
from opsplan import shapes
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


FRACTION = shapes.or_null(shapes.number("A fraction."))
VISITORS = shapes.or_null(shapes.number("Visitors a day."))
DAILY = shapes.or_null(shapes.yuan("Of a day."))
MONTHLY = shapes.or_null(shapes.yuan("Of the month."))
ANSWER = shapes.thing(
    "WhatIf",
    {
        "store": shapes.text("Its short name."),
        "year": shapes.whole(),
        "number": shapes.whole("The number of the plan's version."),
        "month": shapes.whole("1 to 12."),
        "days": shapes.whole("Of the month, as the plan counts them."),
        "uv": VISITORS,
        "pay_cvr": FRACTION,
        "aov_buyer": shapes.or_null(shapes.yuan("A buyer.")),
        "margin": FRACTION,
        "refunds": FRACTION,
        "fee": FRACTION,
        "sales": MONTHLY,
        "planned_sales": MONTHLY,
        "difference": MONTHLY,
        "free_visitors": shapes.or_null(shapes.number("Visitors a day that cost nothing.")),
        "visitors_to_buy": VISITORS,
        "channels": shapes.many(
            shapes.thing(
                "WhatIfChannel",
                {
                    "channel": shapes.text("Its key."),
                    "share": shapes.or_null(shapes.number("Of the visitors to buy, a fraction.")),
                    "cpc": shapes.or_null(shapes.yuan("A click.")),
                    "arrival": shapes.or_null(shapes.number("Visitors of a click, a fraction.")),
                    "commission": shapes.or_null(shapes.number("Of the sales, a fraction.")),
                    "visitors": VISITORS,
                    "cost_a_day": DAILY,
                },
            )
        ),
        "cost_a_day": DAILY,
        "cost": MONTHLY,
        "brings_a_day": shapes.or_null(shapes.yuan("Sales of a day by the visitors bought.")),
        "roi": shapes.or_null(shapes.number("What is brought over what it costs.")),
        "break_even_roi": shapes.or_null(shapes.number("From which ads pay.")),
        "left_of_a_sale": shapes.or_null(shapes.number("What is left of a paid yuan, a fraction.")),
        "pays": shapes.or_null(shapes.yes("Whether the ROI is at least the one from which ads pay.")),
        "cost_ratio": shapes.or_null(shapes.number("Cost over the month's sales, a fraction.")),
        "planned_cost_ratio": shapes.or_null(shapes.number("As the plan has it, a fraction.")),
        "new_customer_cost": shapes.or_null(shapes.yuan("A customer.")),
        "orders_to_pay_back": shapes.or_null(shapes.number("Orders of a customer until that is earned.")),
        "notes": shapes.many(shapes.text(), "Why something is null."),
    },
)


class WhatIfView(OfPlan):
    """What a month's factors would sell, how many visitors have to be bought for it, and whether that pays."""

    @operation(
        summary="What other factors of a month would sell and demand",
        parameters=[
            OpenApiParameter("month", int, required=True, description="1 to 12", enum=range(1, 13)),
            *(OpenApiParameter(name, str, description=about) for name, about in TRIED.items()),
            VERSION,
        ],
        responses=ANSWER,
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
