"""店铺每周运营计划表 (S001-S007): the founding sheet with days as columns, filled from facts."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis import queries
from kpis.answers import Figure
from opsplan.lib.periods import DAY, Period, add_months, month_of
from stores.models import Store

SIZES = {"7": 7, "14": 14}
BLOCKS: dict[str, Promise] = {
    "sales": _("Sales"),
    "orders": _("Orders"),
    "traffic": _("Traffic"),
    "cost": _("Promotion cost"),
    "paid": _("Paid traffic"),
    "core": _("Core figures"),
}
KEYS: dict[str, tuple[str, ...]] = {
    "sales": (
        "target_amt",
        "sell_through_items",
        "pay_amt",
        "avg_growth",
        "act_amt",
        "promo_amt",
        "brush_amt",
        "real_amt",
    ),
    "orders": ("pay_order_cnt", "brush_cnt", "real_order_cnt", "lm_same", "aov_buyer"),
    "traffic": ("uv", "pay_cvr", "uv_need_month", "uv_gap_month"),
    "cost": (
        "promo_cost_zuanzhan",
        "promo_cost_zhitongche",
        "promo_cost_juhuasuan",
        "promo_cost_taobaoke",
        "promo_cost_loyal",
        "promo_cost",
        "cost_ratio",
    ),
    "paid": ("uv_zhitongche", "uv_zuanzhan", "uv_taobaoke", "uv_gap_day"),
    "core": ("consult_rate", "consult_cvr", "roi", "refund_qty", "refund_rate_amt"),
}
ALL = tuple(key for keys in KEYS.values() for key in keys)


@dataclass(frozen=True)
class Line:
    """A row of the sheet: one figure a day."""

    key: str
    cells: list[tuple[dt.date, Figure]]


@dataclass(frozen=True)
class Sheet:
    period: Period
    blocks: dict[str, list[Line]]


def sheet_period(size: str, start: str, today: dt.date) -> Period:
    """The days shown: `size` 7, 14 or month, from `start` (YYYY-MM-DD), else those that end yesterday."""
    try:
        first = dt.date.fromisoformat(start)
    except ValueError:
        first = None
    if size == "month":
        return month_of(first or today - DAY)
    length = SIZES.get(size, 7)
    first = first or today - length * DAY
    return Period(first, first + (length - 1) * DAY)


def neighbours(period: Period, size: str) -> tuple[dt.date, dt.date]:
    """The first days of the sheets before and after."""
    if size == "month":
        first = period.first.replace(day=1)
        return add_months(first, -1) or first, period.last + DAY
    return period.first - len(period) * DAY, period.last + DAY


def sheet(store: Store, period: Period) -> Sheet:
    rows = queries.breakdown(store, ALL, period, "day")
    days = [(dt.date.fromisoformat(row.key), row.values) for row in rows]
    blocks = {
        block: [Line(key, [(day, values[key]) for day, values in days]) for key in keys] for block, keys in KEYS.items()
    }
    return Sheet(period, blocks)
