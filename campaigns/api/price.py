"""What a basket costs, over REST: the question is sent as a body, nothing is stored."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import calculator
from campaigns.models import Campaign
from campaigns.offers.kinds import Slot
from campaigns.offers.wire import buyer_from
from campaigns.typing_in import amount_of
from opsplan import shapes
from opsplan.lib import clock
from opsplan.lib.money import fen, in_yuan
from opsplan.lib.text import is_id
from staff.api.base import StoreView, Unprocessable
from staff.api.bodies import operation
from staff.roles import Action

LINES = OpenApiParameter("line", str, many=True, required=True, description="CODE:PIECES, once for each product.")
PARAMETERS = [
    LINES,
    OpenApiParameter("at", str, description="ISO 8601 with offset, or in the store's time; now unless told."),
    OpenApiParameter("campaign", int, description="Also the offers of this campaign, planned or not."),
    OpenApiParameter("vip", int, description="The buyer's VIP level."),
    OpenApiParameter("is_new", bool, description="The buyer has not bought here before."),
    OpenApiParameter("has_card", bool, description="The buyer has the member card."),
    OpenApiParameter("in_group", bool, description="The buyer buys in a group."),
    OpenApiParameter("points", str, description="What the buyer's points are worth, in the store's currency: 5.50."),
    OpenApiParameter("addons", bool, description="The buyer takes every add-on (换购) the basket earns."),
]
LINE = shapes.thing(
    "BasketLine",
    {
        "code": shapes.text("The merchant code of the product."),
        "units": shapes.whole(),
        "list": shapes.yuan("By the list price."),
        "paid": shapes.yuan("What is paid for it."),
        "is_listed": shapes.yes("Whether a list price is known; where not, a campaign's price stands for it."),
    },
)
STEP = shapes.thing(
    "BasketStep",
    {
        "slot": shapes.one_of(Slot, "Its place in the order of stacking."),
        "offer": shapes.text("The name of the offer."),
        "kind": shapes.text("What kind of offer it is, in words."),
        "said": shapes.text("What it gives, in words."),
        "payer": shapes.text("Who bears it, in words."),
        "before": shapes.yuan("What the goods came to before it."),
        "off": shapes.yuan("What it took off."),
        "after": shapes.yuan("What they came to after it."),
        "shares": shapes.many(shapes.yuan(), "What it took off each line."),
        "merchant": shapes.yuan("What the shop bears of it."),
        "platform": shapes.yuan("What the platform bears of it."),
        "influencer": shapes.yuan("What the influencer bears of it."),
    },
)
EXTRA = shapes.thing(
    "BasketExtra",
    {
        "item": shapes.text("A gift or an add-on."),
        "units": shapes.whole(),
        "price": shapes.yuan("What the buyer pays for it."),
        "cost": shapes.yuan("What it costs the shop."),
    },
)
MARGIN = shapes.thing(
    "BasketMargin",
    {
        "revenue": shapes.yuan("What the buyer pays and what platform and influencer add."),
        "goods_cost": shapes.or_null(shapes.yuan("Null where the cost of a line is not known.")),
        "extra_cost": shapes.yuan("Gifts and add-ons."),
        "fee": shapes.yuan("What the platform takes."),
        "freight": shapes.yuan(),
        "packaging": shapes.yuan(),
        "ads": shapes.yuan(),
        "profit": shapes.or_null(shapes.yuan("What is left; null where a cost is not known.")),
        "rate": shapes.or_null(shapes.number("Profit as a fraction of the revenue; null where either is not known.")),
    },
)
ANSWER = shapes.thing(
    "Basket",
    {
        "list": shapes.yuan("All lines by the list price."),
        "goods": shapes.yuan("What is paid for the goods."),
        "add_ons": shapes.yuan("What is paid for add-ons."),
        "freight": shapes.yuan(),
        "payable": shapes.yuan("What the buyer pays in all."),
        "deposit": shapes.yuan("Of it at once, in a presale."),
        "balance": shapes.yuan("Of it later."),
        "lines": shapes.many(LINE),
        "left_out": shapes.many(shapes.text(), "Codes of products without any price, which are not counted."),
        "steps": shapes.many(STEP, "In the order they came off."),
        "extras": shapes.many(EXTRA),
        "free_freight_by": shapes.or_null(shapes.text("The name of the offer that sends it for free.")),
        "margin": MARGIN,
        "needed_lift": shapes.or_null(shapes.number("How many times as much has to be sold for the same profit.")),
        "break_even_roi": shapes.or_null(shapes.number("Sales for each yuan of ads from which on nothing is lost.")),
    },
)


class PriceView(StoreView):
    """The price of a basket."""

    action = Action.VIEW_PRODUCTS

    @operation(summary="What a basket costs", parameters=PARAMETERS, responses={200: ANSWER})
    def get(self, request: Request, slug: str) -> Response:
        asked, zone = request.query_params, ZoneInfo(self.store.timezone)
        lines = [line_of(text) for text in asked.getlist("line")]
        at = instant_of(asked.get("at", ""), zone)
        number = asked.get("campaign", "")
        campaign = Campaign.objects.filter(store=self.store, pk=int(number)).first() if is_id(number) else None
        if number and campaign is None:
            raise Unprocessable("campaign", _("There is no such campaign."))
        if asked.get("vip") and not is_id(asked["vip"]):
            raise Unprocessable("vip", _("Give a whole number."))
        flags = {name: self.yes(request, name) for name in ("is_new", "has_card", "in_group")}
        points = points_of(asked.get("points", ""))
        buyer = buyer_from({"vip": asked.get("vip") or 0, "points_fen": points, **flags})
        day, with_addons = at.astimezone(zone).date(), self.yes(request, "addons")
        try:
            found = calculator.price(self.store, lines, at, buyer, day=day, campaign=campaign, with_addons=with_addons)
        except ValidationError as error:
            field = next(iter(error.message_dict)) if hasattr(error, "error_dict") else "line"
            named = "line" if field == "lines" else field
            raise Unprocessable(named, " ".join(error.messages)) from error
        return Response(in_yuan(calculator.told(found)))


def line_of(text: str) -> tuple[str, int]:
    """CODE:PIECES; a code alone is one piece."""
    code, colon, pieces = text.rpartition(":")
    if not colon:
        return text, 1
    if not is_id(pieces):
        raise Unprocessable("line", _("Give lines as CODE:PIECES; got “%s”.") % text[:40])
    return code, int(pieces)


def points_of(text: str) -> int:
    """The worth of points (fen); none where nothing is said."""
    try:
        return fen(amount_of(text) or Decimal(0))
    except ValidationError as error:
        raise Unprocessable("points", " ".join(error.messages)) from error


def instant_of(text: str, zone: ZoneInfo) -> dt.datetime:
    """An instant in UTC; without an offset it is the store's time."""
    if not text:
        return clock.now()
    try:
        found = dt.datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Unprocessable("at", _("Give an instant as YYYY-MM-DDTHH:MM; got “%s”.") % text[:40]) from None
