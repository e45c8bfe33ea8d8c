"""Paid orders that wait to be shipped, over REST."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import unshipped
from kpis.api.base import StoreView
from staff.api.bodies import operation
from staff.roles import Action

ANSWER = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="as_of (export of the newest order file), promise_hours, counts by state, left_off, orders [{order_no, "
    "paid_at, due_at, as_of, state, pay_amt, units, province}], the longest waiting first. state: late (48 hours were "
    "over when the file was exported), check (come due since), soon (within 24 hours), later.",
)


class UnshippedView(StoreView):
    """Paid orders that were not shipped when the newest file told of them."""

    action, tells_all = Action.VIEW_DATA, True

    @operation(
        summary="Orders to be shipped",
        parameters=[OpenApiParameter("state", enum=list(unshipped.STATES), description="Only these orders.")],
        responses={200: ANSWER},
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(unshipped.as_json(self.store, self.one_of(request, "state", unshipped.STATES)))
