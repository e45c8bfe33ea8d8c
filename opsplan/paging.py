"""Lists over REST, page by page: `limit` and `offset` in, `count`, `next`, `previous` and `results` out."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

from opsplan.refusals import Unprocessable
from opsplan.shapes import Shape, many, or_null, text, thing
from opsplan.shapes import whole as count_of

USUAL, MOST = 50, 1000
FARTHEST = 2**31 - 1  # what either database takes
PAGING = [
    OpenApiParameter("limit", int, description=f"Rows of a page: {MOST} at most, {USUAL} unless told."),
    OpenApiParameter("offset", int, description="Rows left out before it: 0 unless told; beyond the end it is empty."),
]


class Paging(LimitOffsetPagination):
    """`limit` and `offset` of a request; Unprocessable for what is no number. Beyond the end a page is empty."""

    def get_limit(self, request: "Request | Any") -> int:
        return whole(request, "limit", USUAL, MOST)

    def get_offset(self, request: "Request | Any") -> int:
        return whole(request, "offset", 0, FARTHEST)


def whole(request: Any, name: str, usual: int, most: int) -> int:
    """A field of the question: digits. More than `most` counts as `most`."""
    raw = request.query_params.get(name, str(usual))
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 100) or (name == "limit" and not int(raw)):
        raise Unprocessable(name, _("Give a whole number."))
    return min(int(raw), most)


def pages(row: str | Shape, head: str = "", name: str = "", **more: Shape) -> Any:
    """The answer of a list in the OpenAPI document: what one of its rows tells, and what stands beside the rows."""
    if not isinstance(row, str):
        ends = {side: or_null(text(), f"The address of the {side} page.") for side in ("next", "previous")}
        count = count_of("Rows of all pages.")
        return thing(name or f"{row['title']}Page", {"count": count, **ends, "results": many(row), **more}, head)
    told = "count (of all), next and previous (addresses, null at the ends), results"
    return OpenApiResponse(OpenApiTypes.OBJECT, description=f"{told} [{{{row}}}].{head}")
