"""/api/v1/stores/<slug>/plan/days: the targets of a month's days."""

import datetime as dt

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, Unprocessable, disagreement
from kpis.api.plans import NOW
from kpis.daybook import month_plan
from kpis.days import day_cells
from kpis.year.plan_cells import Conflict, Refused
from opsplan import shapes
from opsplan.lib.calendar import Kind
from opsplan.lib.periods import Period, month_of
from staff.access import token_of
from staff.api import bodies
from staff.api.bodies import operation
from staff.roles import Action

MONTH = OpenApiParameter("month", str, required=True, description="YYYY-MM")


DAYS = bodies.body(
    "PlanDays",
    {
        "days": bodies.rows(
            "PlanDay",
            {
                "day": bodies.day(required=True),
                "amount": bodies.number("Its target in yuan.", decimal_places=2),
                "share": bodies.number("Its target as a fraction of the month's.", max_digits=9),
                "weight": bodies.number("Its weight beside the other days, 1 is usual.", max_digits=9),
                "locked": bodies.yes("It stays as it is when other days change."),
                "was": serializers.JSONField(required=False, help_text="The target (yuan, as text) or lock you saw."),
            },
            "Each with one of amount, share, weight or locked; null lets it follow. The others follow.",
        )
    },
)


FIXED = {
    "amount": shapes.yuan(),
    "share": shapes.number("A fraction of the month's."),
    "weight": shapes.number("Beside the other days, 1 is usual."),
}
WEEK = shapes.many(shapes.number(), "Monday to Sunday; 1 is usual.")
SPECIAL = shapes.by_key(
    shapes.number(), "Of days off (statutory), worked weekend days (makeup) and events (event: and the key)."
)
WEIGHTS = shapes.thing(
    "DayWeights",
    {
        "since": shapes.text("The month since which they hold, YYYY-MM."),
        "week": WEEK,
        "special": SPECIAL,
        "is_learned": shapes.yes("They were learned from the shop's history."),
    },
)
MONTH_PLAN = shapes.thing(
    "PlanOfMonth",
    {
        "store": shapes.text("Its short name."),
        "month": shapes.text("YYYY-MM"),
        "target": shapes.or_null(shapes.number("Yuan.")),
        "squeezed": shapes.yes("What is fixed on days does not fit the month's target any more."),
        "version": shapes.whole("Of the store's figures: it grows when one may have changed."),
        "weights": shapes.or_null(WEIGHTS, "Those the store has set."),
        "days": shapes.many(
            shapes.thing(
                "PlanOfDay",
                {
                    "day": shapes.day(),
                    "target": shapes.or_null(shapes.number("Yuan.")),
                    "share": shapes.or_null(shapes.number("Its target as a fraction of the month's.")),
                    "weight": shapes.or_null(shapes.number("Beside the other days, 1 is usual.")),
                    "set": shapes.thing("FixedDay", {}, "What somebody fixed; nothing: it follows.", maybe=FIXED),
                    "locked": shapes.yes("It stays as it is when other days change."),
                    "kind": shapes.one_of(Kind),
                    "actual": shapes.or_null(shapes.number("Yuan it brought; of days that are over.")),
                    "achievement": shapes.or_null(shapes.number("Actual over target, a fraction.")),
                },
            )
        ),
    },
)
DAY_CONFLICTS = shapes.thing(
    "PlanDayConflicts",
    {
        "detail": shapes.text(),
        "conflicts": shapes.many(
            shapes.thing(
                "PlanDayConflict",
                {
                    "day": shapes.day(),
                    "now": shapes.or_null(NOW, "What stands there."),
                    "by": shapes.text("Who set it."),
                    "at": shapes.or_null(shapes.instant()),
                },
            )
        ),
    },
)
OVERTAKEN = OpenApiResponse(DAY_CONFLICTS, description="Not the `was` you saw; nothing was stored.")


class MonthPlanView(StoreView):
    """A month's target by day."""

    writes, tells_all = Action.SET_TARGETS, True

    @operation(summary="A month's plan by day", parameters=[MONTH], responses=MONTH_PLAN)
    def get(self, request: Request, slug: str) -> Response:
        """Each day's target, share and weight, what is fixed on it, and what it brought."""
        return Response(month_plan.month_json(month_plan.month_plan(self.store, month_field(request))))

    @operation(
        summary="Change days of a month", parameters=[MONTH], request=DAYS,
        responses={200: MONTH_PLAN, 409: OVERTAKEN},
    )  # fmt: skip
    def put(self, request: Request, slug: str) -> Response:
        """Change days, all or none; the others follow. 409 when a day's target is not the `was` you saw."""
        month = month_field(request)
        body = request.data if isinstance(request.data, dict) else {}
        try:
            changes = month_plan.changes_of(month, body.get("days"))
            book = day_cells.set_days(self.store, month, changes, token_of(request).user)
        except (Conflict, Refused) as error:
            return disagreement(request, "days", *month_plan.problem_json(error))
        return Response(month_plan.month_json(month_plan.month_plan(self.store, month, book)))


def month_field(request: Request, name: str = "month") -> Period:
    """The query field `name` as a month, or Unprocessable."""
    raw = request.query_params.get(name, "")
    try:
        return month_of(dt.datetime.strptime(raw, "%Y-%m").date())  # noqa: DTZ007
    except ValueError:
        raise Unprocessable(name, _("Give a month as YYYY-MM; got “%s”.") % raw[:40]) from None
