"""Paid orders that wait to be shipped, over REST."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView
from kpis.why import unshipped
from opsplan import shapes
from opsplan.paging import PAGING, pages
from staff.api.bodies import operation
from staff.roles import Action

WAITING = shapes.thing(
    "WaitingOrder",
    {
        "order_no": shapes.text(),
        "paid_at": shapes.instant("When it was paid."),
        "due_at": shapes.instant("When it is to be shipped at the latest."),
        "as_of": shapes.or_null(shapes.instant("When the file that says so was exported.")),
        "state": shapes.one_of(unshipped.STATES),
        "pay_amt": shapes.yuan("Paid."),
        "units": shapes.or_null(shapes.whole("Null: not told.")),
        "province": shapes.text("May be empty."),
    },
)
COUNTS = {
    "late": shapes.whole("Were due when the file was exported."),
    "check": shapes.whole("Have come due since."),
    "soon": shapes.whole("Come due within 24 hours."),
    "later": shapes.whole(),
}
ANSWER = pages(
    WAITING,
    "The longest waiting first.",
    as_of=shapes.or_null(shapes.instant("Export of the newest order file; null: no file tells.")),
    promise_hours=shapes.whole("From the payment until it is to be shipped."),
    counts=shapes.thing("WaitingCounts", COUNTS, "Orders of each state, whichever are asked for."),
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
        return self.page(request, orders, unshipped.order_json, **unshipped.head_json(found))
