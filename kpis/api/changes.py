"""GET why a store's sales changed: its factors, channels and products, each level summing to the change."""

import json

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from kpis import queries
from kpis.api.base import Tagged, Unprocessable, choice_fields, period_fields, whole_keys
from kpis.api.doorstep import FigureView
from kpis.api.shapes import CHANGE
from kpis.trends import moves
from staff.api.bodies import operation

MOST_ROWS = 200
EXAMPLE = {
    "from": "2026-11-01", "to": "2026-11-21", "compare": "previous", "compared_from": "2026-10-01",
    "compared_to": "2026-10-21", "metric": "pay_amt", "before": "1207000.00", "after": "1432000.00",
    "change": "225000.00", "kind": "buyers", "method": "log_mean", "missing": [],
    "effects": [
        {"key": "uv", "before": "154000.000000", "after": "168300.000000", "effect": "114000.00"},
        {"key": "pay_cvr", "before": "0.067200", "after": "0.071400", "effect": "92000.00"},
        {"key": "aov_buyer", "before": "117.80", "after": "119.40", "effect": "19000.00"},
    ],
    "unattributed": [],
    "channels": {"rows": [], "unattributed": [{"code": "no_source", "amount": "225000.00", "count": None}]},
    "products": {
        "rows": [{"key": "CREAM", "label": "草本调理霜", "before": "0.00", "after": "225000.00", "effect": "225000.00",
                  "state": "new", "marks": []}],
        "unattributed": [],
    },
}  # fmt: skip


class ChangesView(FigureView):
    """Why the paid amount changed against another span or the target."""

    @operation(
        summary="Why sales changed",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="First local day, included."),
            OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="Last local day, included."),
            OpenApiParameter(
                "compare", str, description="One comparison: previous (as delivered), last_year, target …"
            ),
            OpenApiParameter("limit", int, description="Channels and products one by one (1 to 200, as delivered 10)."),
        ],
        responses={
            200: OpenApiResponse(
                CHANGE,
                description="effects + unattributed = change; so do the rows + unattributed of channels and of "
                "products.",
                examples=[OpenApiExample("November against October", EXAMPLE)],
            ),
            304: OpenApiResponse(description="You already have this answer (If-None-Match)."),
            403: OpenApiResponse(description="The token opens some KPIs only, and not all that are told of here."),
            422: OpenApiResponse(
                description="A field has a value we cannot use; names the field and the valid values."
            ),
        },
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        whole_keys(request, queries.FACTORS)
        return self.long_way(request)

    def rendered(self, asked: Tagged) -> bytes:
        period = period_fields(asked)
        names = choice_fields(asked, "compare", queries.COMPARE)
        if len(names) > 1:
            raise Unprocessable("compare", _("Compare with one thing at a time."), queries.COMPARE)
        found = moves.changes(self.store, period, names[0] if names else "previous", most(asked))
        return json.dumps(moves.as_json(found, period), ensure_ascii=False, separators=(",", ":")).encode()


def most(request: Tagged) -> int:
    """`limit`, or Unprocessable."""
    raw = request.query_params.get("limit", str(moves.MOST))
    if not (raw.isdecimal() and 1 <= int(raw) <= MOST_ROWS):
        raise Unprocessable("limit", _("A whole number from 1 to %d.") % MOST_ROWS)
    return int(raw)
