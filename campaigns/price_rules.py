"""The price rules a store goes by as they are written: each with its source, since when, and whether somebody has
compared it with that source. The numbers that go with them are settings (`products.price_services.limits_of`)."""

import datetime as dt
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from campaigns.models import RuleText
from opsplan.lib import cells
from opsplan.lib.text import gettext_noop as _
from products import prices
from products.price_services import limits_of
from stores.models import Store


@dataclass(frozen=True)
class Rule:
    """A rule as it is written, where it stands and since when; unconfirmed where nobody has compared it with the
    source; is_own: the store has written it. limit: the store's number that goes with it, in words."""

    key: str
    title: str
    text: str
    source: str
    since: dt.date | None = None
    is_confirmed: bool = False
    is_own: bool = False
    limit: str = ""


PROMOTION, PRICES = dt.date(2020, 12, 1), dt.date(2022, 7, 1)
LAW_PROMOTION, LAW_PRICES = "规范促销行为暂行规定", "明码标价和禁止价格欺诈规定"
USUAL = (
    Rule(
        "seven_day",
        _("Base of a price cut"),
        "未标明基准的，折价、减价应当以同一经营者在同一经营场所内，在本次促销活动前七日内最低成交价格为基准。",
        f"{LAW_PROMOTION} 第二十一条",
        PROMOTION,
    ),
    Rule(
        "raised",
        _("No raise before a cut"),
        "没有合理理由，不得在折价、减价前临时显著提高标示价格。",
        f"{LAW_PRICES} 第十七条",
        PRICES,
    ),
    Rule(
        "terms",
        _("Show the conditions"),
        "限时减价应当显著标明期限；有附加条件的应当显著标明条件。",
        LAW_PROMOTION,
        PROMOTION,
        is_confirmed=True,
    ),
    Rule(
        "prize",
        _("Prizes"),
        "抽奖式有奖销售最高奖的金额不得超过五万元。",
        LAW_PROMOTION,
        PROMOTION,
        is_confirmed=True,
    ),
    Rule(
        "floor",
        _("Price floor"),
        "商城正常销售最低折扣不低于7折（淘金币、双11大促除外）。",
        _("the operations handbook"),
        is_confirmed=True,
    ),
    Rule(
        "inflated",
        _("Inflated list price"),
        "不可以做高虚高价格，再打低折扣销售。",
        _("the operations handbook"),
        is_confirmed=True,
    ),
    Rule(
        "lookback",
        _("Lowest price of the platform"),
        "活动价不得高于前 N 日最低成交价（双11 为其九折），活动后 M 日内不得更低；N、M 逐年公布。",
        _("the platform's notice of the year"),
    ),
)
# What our checks hold prices against where China's laws are not in force, until the store writes its own.
ABROAD = {
    "seven_day": _("Without a stated base a price cut is held against the lowest price paid in the seven days before."),
    "raised": _("The list price is not raised shortly before a cut without a reason."),
    "terms": _("A sale for a limited time shows its end; an offer with conditions shows them."),
    "prize": _("The dearest prize of a draw stays below the limit that is set."),
    "floor": _("Ordinary sales do not go below the share of the list price that is set."),
    "inflated": _("The list price is not set high to be cut afterwards."),
    "lookback": _("Where the platform asks for it, a campaign does not go above the lowest price of the days before."),
}
KEYS = [rule.key for rule in USUAL]


def rules_as_written(store: Store) -> list[Rule]:
    """Every rule, the store's own wording over the usual one, with the store's number."""
    own = {kept.key: kept for kept in RuleText.objects.filter(store=store)}
    limits = limits_of(store)
    usual = USUAL if store.currency == "CNY" else tuple(map(_abroad, USUAL))
    return [replace(_over(rule, own.get(rule.key)), limit=_limit_of(rule.key, limits)) for rule in usual]


def _abroad(rule: Rule) -> Rule:
    source = _("our own check: write down what the law and the platform say where you sell")
    return replace(rule, text=gettext(ABROAD[rule.key]), source=source, since=None, is_confirmed=False)


def _over(rule: Rule, own: RuleText | None) -> Rule:
    if own is None:
        return rule
    said = {name: getattr(own, name) for name in ("text", "source", "since", "is_confirmed")}
    return replace(rule, **said, is_own=True)


def _limit_of(key: str, limits: prices.Limits) -> str:
    days = {"inflated": limits.inflated_days, "seven_day": prices.BASE_DAYS}
    rates = {"floor": limits.floor, "raised": limits.raise_rate}
    if key in days:
        return gettext("%(n)s days") % {"n": days[key]}
    return cells.write(rates.get(key), "rate")
