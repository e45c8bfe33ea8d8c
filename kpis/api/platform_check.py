"""Our days against the platform's own, over REST."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis import platform_check
from kpis.api.base import StoreView, period_fields
from staff.api.bodies import operation
from staff.roles import Action

ANSWER = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="days [{day, ours, platform, difference, causes [{cause, amount}], unexplained, has_orders, partial}], "
    "total over the days told by both, missing_orders [{order_no, named_by}]. Amounts in yuan as strings, ours minus "
    "the platform's; causes: closed, freight, order_day, subsidy.",
)


class PlatformCheckView(StoreView):
    """Where our daily figures and the platform's own differ, and why."""

    action, tells_all = Action.VIEW_DATA, True

    @operation(
        summary="Our days against the platform's own figures",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="First local day of the store."),
            OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="Last local day, included."),
        ],
        responses={200: ANSWER, 422: OpenApiResponse(description="The days cannot be used.")},
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(platform_check.as_json(self.store, period_fields(request)))
