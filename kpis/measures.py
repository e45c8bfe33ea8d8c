"""What is added up (pure): every number that stands in a day row, where it comes from and how it adds over days.

A measure's key is the name of its column in StoreDay (and, where `grains` says so, ProductDay and ChannelDay). Money is
fen in the tables and yuan everywhere above. What the numbers *mean* stands in `kpis.metrics`.
"""

from dataclasses import dataclass
from enum import StrEnum

from opsplan.lib.text import gettext_noop as _


class Adds(StrEnum):
    """How the values of days make the value of a period (domain.md 2.0)."""

    SUM = "sum"
    DISTINCT = "distinct"  # people: days never add up; counted again on the base rows of the period
    DAILY = "daily"  # people counted by the platform day by day: added up, and marked daily_sum
    SNAPSHOT = "snapshot"  # a state: the last day that has it


class Grain(StrEnum):
    STORE = "store"
    PRODUCT = "product"
    CHANNEL = "channel"


@dataclass(frozen=True)
class Measure:
    """key: column name. unit: money (fen), count, seconds, score. source: the Coverage kind behind it, or entry.

    entry: may be typed by hand (in yuan for money); a platform's own figure wins over it, unless `typed_wins`.
    absent_is_zero: a day without it has none of it (only for deductions).
    beside: a day that has that other measure and not this one has some of it, and nobody knows how much.
    people: the platform's daily count to fall back on when buyers cannot be told apart.
    weight: the count a typed mean belongs to: the entry is the day's mean, the column mean x count, so days add up.
    estimate: the companion measure that says how much of this one is an estimate; by_state: only where that is for want
    of an amount, not of a day (order files of the platform say that money went back, not how much).
    column, channel: where it lies in ChannelDay when it is one channel's figure.
    """

    key: str
    label: str
    source: str
    unit: str = "count"
    adds: Adds = Adds.SUM
    grains: frozenset[Grain] = frozenset({Grain.STORE})
    entry: bool = False
    typed_wins: bool = False
    absent_is_zero: bool = False
    beside: str = ""
    note: str = ""
    people: str = ""
    estimate: str = ""
    by_state: bool = False
    column: str = ""
    channel: str = ""
    stored: bool = True  # False: no day column, counted from base rows only
    weight: str = ""


S, P, C = Grain.STORE, Grain.PRODUCT, Grain.CHANNEL
SP, SC, SPC = frozenset({S, P}), frozenset({S, C}), frozenset({S, P, C})
DAILY, DISTINCT, SNAPSHOT = Adds.DAILY, Adds.DISTINCT, Adds.SNAPSHOT

NO_BRUSHING = _(
    "Only a deduction: it is taken off paid amount and paid orders. Fictitious trades are unlawful; opsplan never "
    "plans, targets or assigns them."
)

BY_PLATFORM = ("platform_order_buyers", "platform_pay_buyers")

ORDERS = (
    Measure("order_cnt", _("Total orders"), "orders"),
    Measure("order_amt", _("Amount of orders placed"), "orders", "money"),
    Measure("pay_order_cnt", _("Orders paid"), "orders", grains=SP),
    Measure("pay_amt", _("Paid amount"), "orders", "money", grains=SPC),
    Measure("pay_freight", _("Freight in the paid amount"), "orders", "money"),
    Measure("subsidy_amt", _("Discounts the platform pays"), "orders", "money"),
    Measure("pay_item_cnt", _("Paid units"), "orders", grains=SP),
    Measure("pay_line_cnt", _("Paid order lines"), "orders"),
    Measure("unlined_cnt", _("Paid orders without lines"), "orders"),
    Measure("valid_order_cnt", _("Valid orders"), "orders"),
    Measure(
        "cohort_refund_amt",
        _("Refunds of the orders paid that day"),
        "orders",
        "money",
        estimate="refund_est_amt",
        by_state=True,
    ),
    Measure("order_buyers", _("People who ordered"), "orders", adds=DISTINCT, grains=SC, people=BY_PLATFORM[0]),
    Measure("pay_buyers", _("Buyers"), "orders", adds=DISTINCT, grains=SPC, people=BY_PLATFORM[1]),
    Measure(
        "new_buyers", _("New buyers"), "orders", adds=DISTINCT, grains=SC, people="platform_new_buyers", stored=False
    ),
    Measure("old_buyers", _("Returning buyers"), "orders", adds=DISTINCT, people="platform_old_buyers", stored=False),
    Measure("repeat_buyers", _("Buyers with two or more orders"), "orders", adds=DISTINCT, stored=False),
    Measure(
        "order_pay_buyers",
        _("People who ordered and paid in the period"),
        "orders",
        adds=DISTINCT,
        people=BY_PLATFORM[1],
        stored=False,
    ),
    Measure("sold_items", _("Products sold"), "lines", adds=DISTINCT, stored=False),
    Measure("a_items", _("Products that make 80 % of sales"), "lines", adds=DISTINCT, stored=False),
)

REFUNDS = (
    Measure("refund_amt", _("Refunded amount"), "refunds", "money", grains=SP, estimate="refund_est_amt"),
    Measure("refund_est_amt", _("Refunds booked on the payment day for want of a date"), "orders", "money"),
    Measure("refund_cnt", _("Refund cases"), "refunds"),
    Measure("refund_qty", _("Refunded units"), "refunds", entry=True),
    Measure("return_order_cnt", _("Orders paid that day and sent back"), "refunds"),
)

GOODS = (
    Measure("cost_amt", _("Cost of goods sold"), "lines", "money", grains=SP),
    Measure("cost_missing_qty", _("Units without a cost"), "lines"),
    Measure("act_amt", _("Campaign sales"), "orders", "money"),
    Measure("items_on_sale", _("Items on sale"), "items", adds=SNAPSHOT, entry=True, typed_wins=True),
    Measure("item_uv", _("Visitors of item pages"), "items", adds=DAILY),
    Measure("item_pay_buyers", _("Buyers by item"), "items", adds=DAILY),
)

TRAFFIC = (
    Measure("uv", _("Visitors"), "traffic", adds=DAILY, grains=SPC, entry=True),
    Measure("pv", _("Page views"), "traffic", grains=SPC, entry=True),
    Measure("ip", _("IP addresses"), "entry", adds=DAILY, entry=True),
    Measure("visits", _("Visits"), "traffic", entry=True),
    Measure("new_uv", _("New visitors"), "traffic", adds=DAILY, entry=True),
    Measure("old_uv", _("Returning visitors"), "traffic", adds=DAILY, entry=True),
    Measure("stay_total", _("Seconds stayed, all visitors"), "traffic", "seconds"),
    Measure("bounce_total", _("Bounced visits"), "traffic"),
    Measure("bounce_base", _("Visits the bounces are counted among"), "traffic"),
    Measure("fav_uv", _("Visitors who favourited"), "traffic", adds=DAILY, grains=SPC),
    Measure("cart_uv", _("Visitors who added to cart"), "traffic", adds=DAILY, grains=SPC),
    Measure("platform_order_buyers", _("People who ordered, by the platform"), "traffic", adds=DAILY, grains=SC),
    Measure("platform_pay_buyers", _("Buyers, by the platform"), "traffic", adds=DAILY, grains=SPC),
    Measure("platform_new_buyers", _("New buyers, by the platform"), "traffic", adds=DAILY),
    Measure("platform_old_buyers", _("Returning buyers, by the platform"), "traffic", adds=DAILY),
    Measure("paid_uv", _("Visitors from paid channels"), "flow", adds=DAILY),
    Measure("search_uv", _("Visitors from natural search"), "flow", adds=DAILY),
    Measure("fav_cart_uv", _("Visitors who favourited or added to cart"), "entry", adds=DAILY, entry=True),
    Measure("deep_visits", _("Visits of three pages or more"), "entry", entry=True),
    Measure("long_visits", _("Visits of a minute or more"), "entry", entry=True),
    Measure("home_uv", _("Visitors of the home page"), "entry", adds=DAILY, entry=True),
    Measure("home_pay_buyers", _("Buyers who came by the home page"), "entry", adds=DAILY, entry=True),
)

ADS = (
    Measure("promo_cost", _("Promotion cost"), "ads", "money", grains=SC),
    Measure("promo_amt", _("Promoted sales"), "ads", "money", grains=SC),
    Measure("ad_impressions", _("Impressions"), "ads", grains=SC),
    Measure("ad_clicks", _("Clicks"), "ads", grains=SC),
    Measure("sales_cost", _("Cost of the channels that report sales"), "ads", "money"),
    Measure("click_cost", _("Cost of the channels that report clicks"), "ads", "money"),
    Measure("view_cost", _("Cost of the channels that report impressions"), "ads", "money"),
)

ENTRIES = (
    Measure(
        "brush_amt",
        _("Fake-order sales (deduction)"),
        "entry",
        "money",
        entry=True,
        absent_is_zero=True,
        note=NO_BRUSHING,
    ),
    Measure("brush_cnt", _("Fake orders (deduction)"), "entry", entry=True, absent_is_zero=True, note=NO_BRUSHING),
    Measure("consult_uv", _("Pre-sale enquirers"), "entry", adds=DAILY, entry=True),
    Measure("consult_pay_buyers", _("Enquirers who paid"), "entry", adds=DAILY, entry=True),
    Measure("good_ratings", _("Positive ratings"), "entry", entry=True),
    Measure("ratings", _("Ratings received"), "entry", entry=True),
    Measure("dsr_desc", _("DSR as described"), "entry", "score", SNAPSHOT, entry=True),
    Measure("dsr_svc", _("DSR service"), "entry", "score", SNAPSHOT, entry=True),
    Measure("dsr_log", _("DSR logistics"), "entry", "score", SNAPSHOT, entry=True),
    Measure("member_total", _("Loyalty members"), "entry", adds=SNAPSHOT, entry=True),
    Measure("member_buyers", _("Members who bought"), "entry", adds=DAILY, entry=True),
)


def typed(key: str, label: str, unit: str = "count", adds: Adds = Adds.SUM, weight: str = "") -> Measure:
    """A figure no file tells: typed in by hand for a day."""
    return Measure(key, label, "entry", unit, adds, entry=True, weight=weight)


SALES_ENTRIES = (
    typed("service_pay_amt", _("Sales through the service desk"), "money"),
    typed("coupons_claimed", _("Coupons claimed")),
    typed("coupons_used", _("Coupons used")),
    typed("deposit_uv", _("Visitors of presale items"), adds=DAILY),
    typed("deposit_buyers", _("Buyers who paid a deposit"), adds=DAILY),
    typed("balance_buyers", _("Buyers who paid the balance"), adds=DAILY),
    typed("deposit_amt", _("Presale deposits"), "money"),
    typed("referred_buyers", _("New buyers brought by old ones"), adds=DAILY),
    typed("search_rank", _("Place in popularity search"), adds=SNAPSHOT),
    typed("category_rank", _("Place in the category by sales"), adds=SNAPSHOT),
)
COST_ENTRIES = (
    typed("platform_fee", _("Platform commission"), "money"),
    typed("ship_cost", _("Shipping cost"), "money"),
    typed("pack_cost", _("Packing cost"), "money"),
    typed("overhead_cost", _("People, rent and systems"), "money"),
    typed("tax_cost", _("Taxes"), "money"),
)
STOCK_ENTRIES = (
    typed("stock_amt", _("Stock at cost"), "money", SNAPSHOT),
    typed("stock_qty", _("Units in stock"), adds=SNAPSHOT),
    typed("received_qty", _("Units received")),
    Measure("restocked_qty", _("Returned units back in stock"), "entry", entry=True, absent_is_zero=True),
    typed("dead_items", _("Items without a sale in 30 days"), adds=SNAPSHOT),
    typed("oos_items", _("Items out of stock"), adds=SNAPSHOT),
    typed("new_items", _("Items first listed in the last 30 days"), adds=SNAPSHOT),
    typed("new_items_sold", _("New items with a sale"), adds=SNAPSHOT),
)
DESK_ENTRIES = (
    typed("dispute_cnt", _("Refunds ruled against the shop")),
    typed("quality_refund_cnt", _("Refunds for quality reasons")),
    typed("ship_due", _("Orders due for shipping")),
    typed("shipped_on_time", _("Orders shipped in time")),
    typed("shipped_orders", _("Orders shipped")),
    typed("pay_ship_hours", _("Hours from payment to shipping"), "hours", weight="shipped_orders"),
    typed("signed_parcels", _("Parcels signed for")),
    typed("arrive_hours", _("Hours from payment to arrival"), "hours", weight="signed_parcels"),
    typed("chat_sessions", _("Chats")),
    typed("first_resp_sec", _("Seconds to the first reply"), "seconds", weight="chat_sessions"),
    typed("chat_replies", _("Replies in chats")),
    typed("resp_sec", _("Seconds to a reply"), "seconds", weight="chat_replies"),
    typed("chat_asked", _("People who asked the service desk"), adds=DAILY),
    typed("chat_answered", _("People who were answered"), adds=DAILY),
    typed("bad_reviews", _("Negative reviews")),
    typed("bad_reviews_old", _("Negative reviews of returning buyers")),
    typed("dsr_ratings", _("Ratings behind the DSR"), adds=SNAPSHOT),
    typed("new_members", _("New members"), adds=SNAPSHOT),
    typed("new_member_buyers", _("New members who bought"), adds=DAILY),
)


def of_deals(key: str, label: str, unit: str = "count", adds: Adds = Adds.SUM, beside: str = "") -> Measure:
    """A figure of group deals: worked out from the deals (`outward.deals_push`); a day without one has none of it."""
    return Measure(key, label, "entry", unit, adds, entry=True, absent_is_zero=True, beside=beside)


DEAL_ENTRIES = (
    of_deals("deal_cnt", _("Deals that ended")),
    of_deals("deal_quota", _("Pieces promised in deals")),
    of_deals("deal_sold_qty", _("Pieces sold in deals")),
    of_deals("deal_paid_qty", _("Pieces paid in deals")),
    of_deals("deal_back_qty", _("Pieces of deals refunded")),
    of_deals("deal_gross_amt", _("Paid amount of deals"), "money"),
    of_deals("deal_net_amt", _("Net sales of deals"), "money"),
    of_deals("deal_commission", _("Commission of deals"), "money"),
    of_deals("deal_profit", _("Profit of deals"), "money", beside="deal_quota"),  # without a cost there is no profit
    of_deals("deal_decided_cnt", _("Deals that needed a group")),
    of_deals("deal_formed_cnt", _("Deals that reached it")),
    of_deals("deal_new_buyers", _("New buyers from deals"), adds=DAILY, beside="deal_paid_qty"),  # or nobody can tell
)

# The channels of G19, as `stores.services` opens them (a test keeps the two in step).
CHANNELS = {
    "search": (_("Visitors: natural search"), "", _("New buyers: natural search")),
    "zhitongche": (_("Visitors: Zhitongche"), _("Cost: Zhitongche"), _("New buyers: Zhitongche")),
    "zuanzhan": (_("Visitors: Zuanzhan"), _("Cost: Zuanzhan"), _("New buyers: Zuanzhan")),
    "juhuasuan": (_("Visitors: Juhuasuan"), _("Cost: Juhuasuan"), _("New buyers: Juhuasuan")),
    "taobaoke": (_("Visitors: Taobaoke"), _("Cost: Taobaoke"), _("New buyers: Taobaoke")),
    "loyal": (
        _("Visitors: old-customer promotion"),
        _("Cost: old-customer promotion"),
        _("New buyers: old-customer promotion"),
    ),
    "wanxiangtai": (
        _("Visitors: Wanxiangtai and others"),
        _("Cost: Wanxiangtai and others"),
        _("New buyers: Wanxiangtai and others"),
    ),
    "offsite": (_("Visitors: off-site"), _("Cost: off-site"), _("New buyers: off-site")),
}
CHANNEL = tuple(
    measure
    for key, (visitors, cost, buyers) in CHANNELS.items()
    for measure in (
        Measure(f"uv_{key}", visitors, "flow", adds=DAILY, entry=True, column="uv", channel=key),
        Measure(f"promo_cost_{key}", cost, "ads", "money", entry=True, column="promo_cost", channel=key),
        Measure(f"new_buyers_{key}", buyers, "entry", adds=DAILY, entry=True, column="new_buyers", channel=key),
    )
    if measure.label
)
TYPED = (*ENTRIES, *SALES_ENTRIES, *COST_ENTRIES, *STOCK_ENTRIES, *DESK_ENTRIES, *DEAL_ENTRIES)

MEASURES = {m.key: m for m in (*ORDERS, *REFUNDS, *GOODS, *TRAFFIC, *ADS, *TYPED, *CHANNEL)}
ENTRY_MEASURES = {m.key: m for m in MEASURES.values() if m.entry}

# A channel's or product's figure under the name it has there: people are the platform's, for nobody else counts them.
COLUMN_AT = {
    Grain.CHANNEL: {
        "pay_buyers": "platform_pay_buyers",
        "order_buyers": "platform_order_buyers",
        "sales_cost": "promo_cost",
        "click_cost": "promo_cost",
        "view_cost": "promo_cost",
    },
    Grain.PRODUCT: {},
}
# Which source speaks of a measure at a finer grain, where it is another one than for the shop.
SOURCE_AT = {
    Grain.CHANNEL: {
        **dict.fromkeys(("uv", "pv", "fav_uv", "cart_uv", "pay_amt", "pay_buyers", "order_buyers"), "flow"),
        "new_buyers": "entry",
    },
    Grain.PRODUCT: dict.fromkeys(("uv", "pv", "fav_uv", "cart_uv", "platform_pay_buyers"), "items"),
}
