"""Lists over REST, page by page."""

from typing import Any

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

MOST = 2**31 - 1  # more than any list has, and what either database takes


class Paging(LimitOffsetPagination):
    """`limit` and `offset` as large as one likes: beyond the end a page is empty."""

    max_limit = MOST

    def get_offset(self, request: "Request | Any") -> int:
        return min(super().get_offset(request), MOST)
