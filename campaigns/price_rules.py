"""The price rules a store goes by: its limits, the events with rules of their own, what was asked and paid before."""

from dataclasses import dataclass
from decimal import Decimal

from opsplan.lib.text import gettext_noop as _
from products import prices
from products.price_services import events_of, limits_of


@dataclass(frozen=True)
class LegalText:
    """A rule as it is written, where it stands and since when; unconfirmed where nobody has compared it with the
    source."""

    key: str
    title: str
    text: str
    source: str
    since: str
    is_confirmed: bool


LAW_PROMOTION = "规范促销行为暂行规定 (2020-12-01)"
LAW_PRICES = "明码标价和禁止价格欺诈规定 (2022-07-01)"
LEGAL = (
    LegalText(
        "seven_day",
        _("Base of a price cut"),
        "未标明基准的，折价、减价应当以同一经营者在同一经营场所内，在本次促销活动前七日内最低成交价格为基准。",
        f"{LAW_PROMOTION} 第二十一条",
        "2020-12-01",
        False,
    ),
    LegalText(
        "raised",
        _("No raise before a cut"),
        "没有合理理由，不得在折价、减价前临时显著提高标示价格。",
        f"{LAW_PRICES} 第十七条",
        "2022-07-01",
        False,
    ),
    LegalText(
        "terms",
        _("Show the conditions"),
        "限时减价应当显著标明期限；有附加条件的应当显著标明条件。",
        LAW_PROMOTION,
        "2020-12-01",
        True,
    ),
    LegalText("prize", _("Prizes"), "抽奖式有奖销售最高奖的金额不得超过五万元。", LAW_PROMOTION, "2020-12-01", True),
    LegalText(
        "floor",
        _("Price floor"),
        "商城正常销售最低折扣不低于7折（淘金币、双11大促除外）。",
        "S052",
        "",
        True,
    ),
    LegalText("inflated", _("Inflated list price"), "不可以做高虚高价格，再打低折扣销售。", "S054", "", True),
    LegalText(
        "lookback",
        _("Lowest price of the platform"),
        "活动价不得高于前 N 日最低成交价（双11 为其九折），活动后 M 日内不得更低；N、M 逐年公布。",
        _("the platform's notice of the year"),
        "",
        False,
    ),
)


__all__ = ["LEGAL", "LegalText", "events_of", "limit_of", "limits_of"]


def limit_of(text: LegalText, limits: prices.Limits) -> Decimal | int | None:
    """The store's number that goes with a rule."""
    known: dict[str, Decimal | int] = {
        "floor": limits.floor,
        "raised": limits.raise_rate,
        "inflated": limits.inflated_days,
        "seven_day": prices.BASE_DAYS,
    }
    return known.get(text.key)
