"""Which facts stand behind a figure: the rows of each kind, straight from the facts, with the columns to be shown.

A listing answers from the facts, not from the day rows, so that its total proves the figure. No listing shows a buyer's
data: not even the hashed id. Money in fen.
"""

from functools import partial

from kpis.listings import orders, platform
from kpis.listings.scope import Listing, Rows, Scope

__all__ = ["LISTINGS", "Listing", "Rows", "Scope"]


def columns(text: str) -> tuple[tuple[str, str], ...]:
    """ "order_no:text status:status" as pairs."""
    return tuple((name, kind) for name, _colon, kind in (part.partition(":") for part in text.split()))


ORDER = columns(
    "order_no:text status:status created_at:instant paid_at:instant total_fen:money pay_fen:money freight_fen:money "
    "subsidy_fen:money item_qty:count province:text"
)
GIVEN_BACK = (*ORDER, *columns("known_fen:money undated_fen:money"))
LINE = columns("pay_day:day order_no:text code:text title:text properties:text price_fen:money qty:count")
SHARE = (*LINE, *columns("share_fen:money"))
BACK = (*LINE, *columns("undated_fen:money"))
COSTED = (*LINE, *columns("cost_fen:money"))
REFUND = columns(
    "refund_no:text order_no:text code:text status:refund_status applied_at:instant settled_at:instant "
    "amount_fen:money qty:count reason:text"
)
TRAFFIC = columns(
    "day:day uv:count pv:count visits:count new_uv:count old_uv:count shop_fav_uv:count item_fav_uv:count "
    "fav_used:count cart_uv:count order_buyers:count pay_buyers:count pay_new_buyers:count pay_old_buyers:count "
    "stay_total:number bounce_total:number bounce_base:count"
)
FLOW = columns(
    "day:day flow:text detail:text channel_key:channel uv:count pv:count fav_uv:count cart_uv:count order_buyers:count "
    "pay_buyers:count pay_amt_fen:money"
)
ITEM = columns("day:day item_id:text title:text uv:count pv:count fav_uv:count cart_uv:count pay_buyers:count")
AD = columns(
    "day:day channel_key:channel subject:text cost_fen:money impressions:count clicks:count sales_fen:money "
    "orders:count"
)
FEE = columns("day:day order_no:text name:text amount_fen:money")
ENTRY = columns("day:day measure:measure value:number counted:number updated_at:instant")
TARGET = columns("month:day metric:metric value:number part:number updated_at:instant")
BY_MADE, BY_PAID, BY_LINE = ("order_day", "id"), ("pay_day", "id"), ("pay_day", "order_no", "line_key")
BY_AD = ("day", "channel_key", "subject")

LISTINGS = {
    listing.key: listing
    for listing in (
        Listing("orders_made", ORDER, orders.made, BY_MADE, "buyer_key"),
        Listing("orders_made_paid", ORDER, orders.made_and_paid, BY_MADE, "buyer_key"),
        Listing("orders_paid", ORDER, orders.paid, BY_PAID, "buyer_key"),
        Listing("orders_unpaid", ORDER, lambda s: orders.made(s).filter(pay_day=None), BY_MADE),
        Listing("orders_valid", GIVEN_BACK, lambda s: orders.paid(s).filter(orders.VALID), BY_PAID),
        Listing("orders_given_back", GIVEN_BACK, lambda s: orders.paid(s).exclude(orders.VALID), BY_PAID),
        Listing("orders_refunded", GIVEN_BACK, lambda s: orders.paid(s).filter(known_fen__gt=0), BY_PAID),
        Listing("orders_undated", GIVEN_BACK, lambda s: orders.paid(s).filter(undated_fen__gt=0), BY_PAID),
        Listing("orders_sent_back", GIVEN_BACK, orders.sent_back, BY_PAID),
        Listing("orders_no_buyer", ORDER, lambda s: orders.paid(s).filter(buyer_key=None), BY_PAID),
        Listing("orders_unlined", GIVEN_BACK, orders.without_lines, BY_PAID),
        Listing("orders_new", ORDER, orders.of_new, BY_PAID, "buyer_key"),
        Listing("orders_returning", ORDER, orders.of_returning, BY_PAID, "buyer_key"),
        Listing("orders_repeat", ORDER, orders.of_repeaters, BY_PAID, "buyer_key"),
        Listing("orders_earlier", ORDER, orders.of_earlier, BY_PAID, "buyer_key"),
        Listing("orders_again", ORDER, orders.of_again, BY_PAID, "buyer_key"),
        Listing("orders_fans", ORDER, orders.of_fans, BY_PAID, "buyer_key"),
        Listing("orders_campaign", ORDER, orders.in_campaign, BY_PAID),
        Listing("lines", LINE, orders.lines, BY_LINE, "order_no"),
        Listing("lines_named", LINE, orders.named_lines, BY_LINE, "product_id_ref"),
        Listing("lines_best", LINE, orders.best_lines, BY_LINE, "product_id_ref"),
        Listing("lines_campaign", SHARE, orders.campaign_lines, BY_LINE),
        Listing("lines_costed", COSTED, orders.costed, BY_LINE),
        Listing("lines_uncosted", LINE, orders.uncosted, BY_LINE),
        Listing("lines_undated", BACK, orders.undated_lines, BY_LINE),
        Listing("product_lines", SHARE, orders.shared, BY_LINE),
        Listing("refunds", REFUND, orders.refunds, ("settled_day", "id")),
        Listing("refunds_open", REFUND, orders.open_refunds, ("applied_at", "id")),
        Listing("traffic", TRAFFIC, platform.traffic, ("day",)),
        Listing("flow", FLOW, platform.flow, ("day", "flow", "detail")),
        Listing("flow_paid", FLOW, platform.flow_paid, ("day", "flow", "detail")),
        Listing("flow_shadowed", FLOW, platform.flow_shadowed, ("day", "flow", "detail")),
        Listing("items", ITEM, platform.items, ("day", "item_id")),
        Listing("items_listed", ITEM, platform.items_listed, ("day", "item_id")),
        Listing("ads", AD, platform.ads, BY_AD),
        Listing("ads_sales", AD, partial(platform.ads_telling, "sales_fen"), BY_AD),
        Listing("ads_clicks", AD, partial(platform.ads_telling, "clicks"), BY_AD),
        Listing("ads_views", AD, partial(platform.ads_telling, "impressions"), BY_AD),
        Listing("ads_shadowed", AD, platform.ads_shadowed, BY_AD),
        Listing("fees", FEE, platform.fees, ("day", "id")),
        Listing("entries", ENTRY, platform.entries, ("day", "measure")),
        Listing("targets", TARGET, platform.targets, ("month",)),
    )
}
