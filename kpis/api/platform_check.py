"""Our days against the platform's own, over REST."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.api.base import StoreView, period_fields
from kpis.why import platform_check
from opsplan import shapes
from staff.api.bodies import operation
from staff.roles import Action

SIDE = shapes.thing(
    "PlatformCheckSide",
    {
        "pay_amt": shapes.or_null(shapes.yuan("Paid; null, here and below: it does not say.")),
        "pay_order_cnt": shapes.or_null(shapes.whole("Paid orders.")),
        "pay_buyers": shapes.or_null(shapes.whole("People who paid.")),
    },
)
PAID = shapes.thing("PlatformCheckPaid", {"pay_amt": shapes.yuan("Paid.")})
ANSWER = shapes.thing(
    "PlatformCheck",
    {
        "store": shapes.text("Its slug."),
        "from": shapes.day(),
        "to": shapes.day(),
        "days": shapes.many(
            shapes.thing(
                "PlatformCheckDay",
                {
                    "day": shapes.day(),
                    "ours": SIDE,
                    "platform": SIDE,
                    "difference": shapes.or_null(shapes.yuan("Ours minus the platform's; null: not told by both.")),
                    "causes": shapes.many(
                        shapes.thing(
                            "PlatformCheckCause",
                            {"cause": shapes.one_of(platform_check.CAUSES), "amount": shapes.yuan()},
                        ),
                        "Those that explain the difference.",
                    ),
                    "unexplained": shapes.or_null(shapes.yuan("What of the difference no cause explains.")),
                    "has_orders": shapes.yes("An order file speaks of the day."),
                    "partial": shapes.yes("Only of a part of it."),
                },
            ),
            "Those that either side tells of, the oldest first.",
        ),
        "total": shapes.thing(
            "PlatformCheckTotal",
            {
                "ours": PAID,
                "platform": PAID,
                "difference": shapes.yuan("Ours minus the platform's."),
                "unexplained": shapes.yuan("What of the difference no cause explains."),
                "days": shapes.whole("Days told by both."),
                "days_that_agree": shapes.whole("Of these, days without a difference."),
            },
            "Over the days told by both.",
        ),
        "missing_orders": shapes.many(
            shapes.thing(
                "PlatformCheckMissing",
                {
                    "order_no": shapes.text(),
                    "named_by": shapes.many(shapes.one_of(("refunds", "fees")), "Which files name it."),
                },
            ),
            f"Orders that only other files name, {platform_check.MISSING_SHOWN} at most.",
        ),
        "missing_orders_more": shapes.whole("How many there are beyond those."),
    },
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
