"""Which days of a month have data, by source: what a program has to bring yet."""

from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries
from kpis.api.base import StoreView
from kpis.api.month_plan import MONTH, month_field
from opsplan import shapes
from staff.api.bodies import operation
from staff.roles import Action

ANSWER = shapes.thing(
    "CoverageOfMonth",
    {
        "month": shapes.text("YYYY-MM"),
        "sources": shapes.many(
            shapes.thing(
                "CoverageOfSource",
                {
                    "source": shapes.text("What of: orders, traffic, ads …"),
                    "channel": shapes.or_null(shapes.text("Of ads, its key.")),
                    "days": shapes.by_key(
                        shapes.one_of(("full", "partial", "missing", "none"), "none: nothing is expected."), "By day."
                    ),
                    "missing": shapes.many(shapes.day(), "Those of which nothing or only a part is there."),
                    "empty": shapes.many(shapes.day(), "Those said to have had nothing."),
                },
            )
        ),
    },
)


class CoverageView(StoreView):
    """What was imported of a month."""

    action = Action.VIEW_DATA

    @operation(summary="Which days of a month have data, by source", parameters=[MONTH], responses={200: ANSWER})
    def get(self, request: Request, slug: str) -> Response:
        month = month_field(request)
        rows = [
            {
                "source": row.kind,
                "channel": row.detail or None,
                "days": {day.isoformat(): state for day, state in row.days.items()},
                "missing": [day for day, state in row.days.items() if state in ("partial", "missing")],
                "empty": sorted(row.declared),
            }
            for row in queries.coverage(self.store, month.first)
        ]
        return Response({"month": f"{month.first:%Y-%m}", "sources": rows})
