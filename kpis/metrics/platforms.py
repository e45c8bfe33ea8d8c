"""Where platforms count the same KPI in different ways (pure; domain.md 2.7), told of whatever a metric is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from kpis.metrics.base import Metric
from opsplan.lib.text import gettext_noop as _

TAOBAO, JD, PDD, VIDEO = ("taobao", "tmall"), ("jd",), ("pdd",), ("douyin", "kuaishou")


@dataclass(frozen=True)
class Topic:
    """A difference. says: for each group of platforms, what they do."""

    key: str
    label: str
    says: tuple[tuple[tuple[str, ...], str], ...]


TOPICS = {
    topic.key: topic
    for topic in (
        Topic("name", _("What it is called"), (
            (TAOBAO, _("Paid amount (支付金额).")),
            (JD, _("Deal amount (成交金额).")),
            (PDD, _("Paid or formed-group amount (支付/成团金额).")),
            (VIDEO, _("Deal amount (成交金额, pay_gmv).")),
        )),
        Topic("when", _("When it counts"), (
            (TAOBAO, _("On payment; a presale on the day its balance is paid; cash on delivery on receipt.")),
            (JD, _("Paid first: on payment; goods first: when the order is placed.")),
            (PDD, _("When the group forms: what is paid before that is no deal yet.")),
            (VIDEO, _("On payment.")),
        )),
        Topic("cancelled", _("Cancelled later"), (
            (TAOBAO, _("Stays in; the refund counts by itself.")),
            (JD, _("Cancelled on the same day: taken out; later: stays in.")),
            (PDD, _("A group that does not form is refunded in full and never counts.")),
            (VIDEO, _("Stays in; refunds are told apart.")),
        )),
        Topic("buyers", _("Who is counted"), (
            (TAOBAO, _("Paying buyers (支付买家数).")),
            (JD, _("Deal customers (成交客户数).")),
            (PDD, _("Deal buyers (成交买家数).")),
            (VIDEO, _("Paying users (pay_uv).")),
        )),
        Topic("repeat", _("Repeat purchase"), (
            (TAOBAO, _("Buyers of 31 to 60 days ago who bought again in the last 30 days.")),
            (JD, _("Two or more orders within 30 or 90 days ÷ all buyers.")),
        )),
        Topic("freight", _("Freight and taxes"), (
            (TAOBAO, _("Freight is in.")),
            (JD, _("Freight and cross-border taxes are in.")),
            (PDD, _("Freight is usually 0.")),
            (VIDEO, _("Freight is usually in.")),
        )),
        Topic("coupon", _("Coupons"), (
            (TAOBAO, _("After all discounts.")),
            (JD, _("Only coupons the shop bears are taken off.")),
            (VIDEO, _("Told apart by who bears them: shop, platform or creator.")),
        )),
        Topic("per_buyer", _("Divided by"), (
            (TAOBAO, _("Buyers.")),
            (JD, _("Customers.")),
            (PDD, _("Buyers.")),
            (VIDEO, _("Buyers.")),
        )),
        Topic("ratings", _("Ratings"), (
            (("taobao",), _("Positive, neutral and negative ratings are published.")),
            (("tmall", *JD, *PDD, *VIDEO), _("Only scores are published: no positive feedback rate.")),
        )),
    )
}  # fmt: skip

# What people of a platform call a figure, where it is not what Taobao and Tmall call it (2.7). The keys stay the same.
DEALS = {
    "pay_amt": _("Deal amount"),
    "pay_buyers": _("Deal buyers"),
    "pay_order_cnt": _("Deal orders"),
    "pay_item_cnt": _("Deal units"),
}
NAMES: Mapping[str, Mapping[str, str]] = {
    "jd": DEALS | {"pay_buyers": _("Deal customers"), "pay_cvr": _("Deal conversion rate")},
    "pdd": DEALS | {"pay_cvr": _("Deal conversion rate")},
    "douyin": DEALS | {"pay_buyers": _("Deal users"), "pay_cvr": _("Deal conversion rate")},
    "kuaishou": DEALS | {"pay_buyers": _("Deal users"), "pay_cvr": _("Deal conversion rate")},
}


def name_on(platform: str, key: str, label: str) -> str:
    """The label (untranslated) of a metric or measure as the platform says it."""
    return NAMES.get(platform, {}).get(key, label)


# measure -> what platforms do differently about it
OF_MEASURE: Mapping[str, tuple[str, ...]] = {
    "pay_amt": ("name", "when", "cancelled", "freight", "coupon"),
    "subsidy_amt": ("coupon",),
    "pay_order_cnt": ("when", "cancelled"),
    "pay_item_cnt": ("when", "cancelled"),
    "valid_order_cnt": ("when", "cancelled"),
    "pay_buyers": ("buyers", "when"),
    "new_buyers": ("buyers", "when"),
    "old_buyers": ("buyers", "when"),
    "repeat_buyers": ("repeat",),
    "earlier_buyers_30": ("repeat",),
    "earlier_buyers_90": ("repeat",),
    "good_ratings": ("ratings",),
    "dsr_desc": ("ratings",),
}
OF_METRIC: Mapping[str, tuple[str, ...]] = {"aov_buyer": ("per_buyer",), "aov": ("per_buyer",), "arpu": ("per_buyer",)}


def differences(metric: Metric) -> list[Topic]:
    """What has to be known about the platforms when this KPI is set beside their own pages; each topic once."""
    keys = [*OF_METRIC.get(metric.key, ())]
    for name in metric.needs:
        keys += OF_MEASURE.get(name, ())
    return [TOPICS[key] for key in dict.fromkeys(keys)]
