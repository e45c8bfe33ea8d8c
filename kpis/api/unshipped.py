"""Paid orders that wait to be shipped, over REST."""

from functools import partial

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import unshipped
from kpis.api.base import StoreView
from opsplan.paging import PAGING, pages
from staff.api.bodies import operation
from staff.roles import Action

ANSWER = pages(
    "order_no, paid_at, due_at, as_of, state, pay_amt, units, province",
    " The longest waiting first. Beside it as_of (export of the newest order file), promise_hours, counts: late "
    "(48 hours were over when the file was exported), check (come due since), soon (within 24 hours), later.",
)


class UnshippedView(StoreView):
    """Paid orders that were not shipped when the newest file told of them."""

    action, tells_all = Action.VIEW_DATA, True

    @operation(
        summary="Orders to be shipped",
        parameters=[
            OpenApiParameter("state", enum=list(unshipped.STATES), description="Only these orders."),
            *PAGING,
        ],
        responses=ANSWER,
    )
    def get(self, request: Request, slug: str) -> Response:
        state = self.one_of(request, "state", unshipped.STATES)
        found = unshipped.unshipped(self.store)
        orders = [x for x in found.orders if state in ("", x.state)]
        row = partial(unshipped.order_json, store=self.store)
        return self.page(request, orders, row, **unshipped.head_json(found, self.store))
