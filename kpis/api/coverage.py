"""Which days of a month have data, by source: what a program has to bring yet."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import queries
from kpis.api.base import StoreView
from kpis.api.month_plan import MONTH, month_field
from staff.api.bodies import operation
from staff.roles import Action

ANSWER = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="month, sources [{source, channel (of ads, its key), days {day: full, partial, missing, none (none is "
    "expected)}, missing (the days of which nothing or a part is there), empty (days said to have had nothing)}].",
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
