"""/api/v1/stores/<slug>/plan/budget: the promotion money of a month by channel, and how it is being spent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable
from kpis.api.day_weights import number
from kpis.api.month_plan import MONTH, month_field
from kpis.month import month_budget
from kpis.month.month_budget import RATES, SAID, WAYS
from kpis.year.plan_cells import Refused
from opsplan import shapes
from opsplan.lib.periods import Period
from staff.access import token_of
from staff.api import bodies
from staff.api.base import fields_of
from staff.api.bodies import operation
from staff.roles import Action

EXAMPLE = {"rate": "0.08", "channels": [{"channel": "zhitongche", "amount": "24000", "cpc": "1.20"}]}
WHAT = {
    "share": "Its part of the promotion money and of the paid visitors, a fraction.",
    "cpc": "What a click costs, yuan.",
    "commission": "A fraction of sales.",
    "conversion": "Of its visitors, a fraction; the plan's unless told.",
    "per_buyer": "What its buyers pay, yuan; the plan's unless told.",
    "sales": "What it is to sell, yuan.",
    "roi": "What it is to bring for each yuan.",
}
AMOUNT = shapes.or_null(shapes.yuan())
LINE = shapes.thing(
    "ChannelBudget",
    {
        "channel": shapes.text("Its key."),
        "name": shapes.text(),
        "amount": shapes.or_null(shapes.yuan("Its budget.")),
        **{name: shapes.or_null(shapes.number(said)) for name, said in WHAT.items()},
        "ways": shapes.thing("ChannelBudgetWays", dict.fromkeys(WAYS, AMOUNT), "What each way makes of it."),
        "spent": shapes.or_null(shapes.yuan("On the days that are over.")),
        "expected": shapes.or_null(shapes.yuan("What should be spent by now.")),
        "a_day": shapes.or_null(shapes.yuan("What is left for each day.")),
        "is_below_return": shapes.yes("Its `roi` does not pay."),
    },
)
ANSWER = shapes.thing(
    "BudgetOfMonth",
    {
        "month": shapes.text("YYYY-MM"),
        "from_plan": shapes.yes("The year has a plan in force: the budgets are its cells."),
        "rate": shapes.or_null(shapes.number("Promotion money as a fraction of sales, as it was told.")),
        "paid_share": shapes.or_null(shapes.number("The paid part of the visitors, a fraction.")),
        "total": AMOUNT,
        "spent": AMOUNT,
        "expected": shapes.or_null(shapes.yuan("What should be spent by now.")),
        "cost_ratio": shapes.or_null(shapes.number("The total as a fraction of the target sales.")),
        "least_return": shapes.or_null(shapes.number("From which return on ads pay.")),
        "unshared": shapes.or_null(shapes.yuan("What the plan gives the month while no channel has any of it.")),
        "channels": shapes.many(LINE),
    },
)
SENT = bodies.body(
    "BudgetChange",
    {
        "rate": bodies.number("Promotion money as a fraction of sales."),
        "paid_share": bodies.number("The paid part of the visitors, a fraction."),
        "channels": bodies.rows(
            "BudgetChangeChannel",
            {"channel": bodies.text("Its key.", required=True), "amount": bodies.number("Its budget, yuan.")}
            | {name: bodies.number(said) for name, said in WHAT.items()},
            "Channels that change.",
        ),
        "take": bodies.one_of(WAYS, "Take what this way makes of it as the budgets."),
    },
)


class BudgetView(StoreView):
    """The promotion money of a month."""

    writes, tells_all = Action.SET_TARGETS, True

    @operation(summary="The promotion money of a month by channel", parameters=[MONTH], responses=ANSWER)
    def get(self, request: Request, slug: str) -> Response:
        month = month_field(request)
        return Response(budget_told(month, month_budget.budget(self.store, month)))

    @operation(
        summary="Change the promotion money of a month",
        description="What is not named stays. `take` works the budgets out from what is known then.",
        parameters=[MONTH],
        request=SENT,
        examples=[OpenApiExample("8 % of sales, and 直通车 at 24,000 yuan", value=EXAMPLE, request_only=True)],
        responses={200: ANSWER},
    )
    def patch(self, request: Request, slug: str) -> Response:
        month, fields = month_field(request), fields_of(request)
        take = str(fields.get("take") or "")
        there = month_budget.budget(self.store, month)
        known = {line.key: line for line in there.lines}
        said: dict[str, dict[str, Decimal | None]] = {}
        if "rate" in fields or "paid_share" in fields:
            said[""] = {mine: number_or_none(fields, name, "") for name, mine in (("rate", "share"),
                        ("paid_share", "paid_share")) if name in fields}  # fmt: skip
        if take:
            said |= {key: dict(line.said) for key, line in known.items()}
        for i, row in enumerate(fields.get("channels") or []):
            key, where = str(row.get("channel") or ""), f"channels[{i}]."
            if key not in known:
                raise Unprocessable(
                    f"{where}channel", _("“%s” is not one of the valid values.") % key[:60], list(known)
                )
            names = [name for name in ("amount", *SAID) if name in row]
            said.setdefault(key, {}).update({name: number_or_none(row, name, where) for name in names})
        try:
            month_budget.save(self.store, month, said, token_of(request).user, take)
        except ValidationError as problem:
            raise Unprocessable("take" if take else "channels", " ".join(problem.messages)) from None
        except Refused as problem:
            raise Unprocessable("channels", str(problem)) from None
        return Response(budget_told(month, month_budget.budget(self.store, month)))


def number_or_none(fields: Mapping[str, Any], name: str, where: str) -> Decimal | None:
    return None if fields[name] is None else number(fields[name], f"{where}{name}")


def written(value: Decimal | None, name: str = "") -> str | None:
    """Yuan to the fen, rates as they are."""
    return None if value is None else f"{value.normalize():f}" if name in RATES else f"{value:.2f}"


def budget_told(month: Period, found: month_budget.Budget) -> dict[str, Any]:
    return {
        "month": f"{month.first:%Y-%m}",
        "from_plan": found.from_plan,
        "rate": written(found.rate, "share"),
        "paid_share": written(found.paid_share, "share"),
        "total": written(found.total),
        "spent": written(found.spent),
        "expected": written(found.due),
        "cost_ratio": None if found.cost_ratio is None else f"{found.cost_ratio:.6f}",
        "least_return": written(found.least_return),
        "unshared": written(found.unshared),
        "channels": [line_told(line) for line in found.lines],
    }


def line_told(line: month_budget.Line) -> dict[str, Any]:
    return {
        "channel": line.key,
        "name": line.name,
        "amount": written(line.amount),
        **{name: written(line.said[name], name) for name in SAID},
        "ways": {way: written(line.ways[way]) for way in WAYS},
        "spent": written(line.spent),
        "expected": written(line.due),
        "a_day": written(line.per_day),
        "is_below_return": line.is_below_return,
    }
