"""KPIs the market reads in several ways (pure): one neutral key each, and the permanent keys it may stand for.

The first reading is the delivered one. Which of them a store uses, and since when, is told by `kpis.definitions`.
"""

from collections.abc import Mapping
from dataclasses import replace

from kpis.metrics.base import Metric
from opsplan.lib.text import gettext_noop as _

CHOSEN = _("The store chooses the definition, with the day from which it holds; earlier periods keep the earlier one.")

# group -> neutral key, label, words, source, (variant, metric) ...
NEUTRAL = (
    ("orders", "aov", _("Average sale"), _("paid amount ÷ buyers, or ÷ paid orders"), "S003, S115",
     (("buyers", "aov_buyer"), ("orders", "aov_order"))),
    ("orders", "cvr", _("Conversion rate"), _("buyers ÷ visitors, or paid orders ÷ visitors"), "S004, S075",
     (("buyers", "pay_cvr"), ("orders", "order_uv_cvr"))),
    ("orders", "valid_orders", _("Valid orders, as defined"),
     _("orders paid and not fully refunded, or all orders paid, or all orders placed"), "S115, S117",
     (("not_refunded", "valid_order_cnt"), ("paid", "pay_order_cnt"), ("placed", "order_cnt"))),
    ("promotion", "core_roi", _("ROI, as defined"),
     _("promoted sales ÷ promotion cost, or actual sales ÷ promotion cost"), "S007",
     (("ads", "roi"), ("shop", "shop_roi"))),
    ("targets", "growth", _("Mean growth, as defined"),
     _("mean daily growth over seven days, or the change on the same days of last month"), "S002",
     (("seven_days", "avg_growth"), ("last_month", "lm_growth"))),
    ("service", "refund_rate", _("Refund rate, as defined"),
     _("refunds ÷ paid amount, by the day of the refund or by the day of payment; or refund cases ÷ order lines"),
     "S007", (("refund_day", "refund_rate_amt"), ("payment_day", "refund_rate_amt_pay"), ("cases", "refund_rate_cnt"))),
    ("service", "repurchase_rate", _("Repeat purchase rate, as defined"),
     _("buyers with two or more orders ÷ buyers, or buyers of earlier days who came back ÷ those buyers"), "S118",
     (("jd", "repeat_rate"), ("sycm_30", "repeat_rate_30"), ("sycm_90", "repeat_rate_90"))),
)  # fmt: skip


SALES = ("real_amt", "pay_amt")  # what a target of sales is set for, the first that has one


def kin(key: str) -> tuple[str, ...]:
    """The other metrics that are read as the same thing: a target may stand with one of them."""
    sets = (SALES, *(tuple(meant for _variant, meant in choices) for *_words, choices in NEUTRAL))
    return tuple(dict.fromkeys(other for each in sets if key in each for other in each if other != key))


def neutral(group: str, metrics: Mapping[str, Metric]) -> tuple[Metric, ...]:
    """The neutral metrics of a group; each has the formula of its delivered reading."""
    return tuple(
        replace(
            metrics[choices[0][1]],
            key=key,
            label=label,
            words=words,
            source=source,
            note=CHOSEN,
            plannable=False,
            variants=choices,
        )
        for home, key, label, words, source, choices in NEUTRAL
        if home == group
    )
