"""店铺每周运营计划表 (S001-S007): the founding sheet, days across, filled from facts, targets and what is typed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis import queries
from kpis.answers import Comparison, Figure
from kpis.deltas import compared
from kpis.measures import ENTRY_MEASURES
from kpis.models import ChannelDay, Entry, StaleDay
from kpis.week import entry_sheet
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, add_months, month_of, week_of
from stores.models import Channel, Store
from stores.services import EVERYWHERE, TAOBAO

SIZES = {"7": 1, "14": 2}  # weeks
AGAINST = ("target", "week")  # what a day is set against: its target, or the same weekday of the week before
WEEK = 7 * DAY
LOOK_BACK = 31 * DAY  # the same days of last month are the earliest that a row of the sheet asks about
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
        "growth",
        "act_amt",
        "promo_amt",
        "brush_amt",
        "real_amt",
    ),
    "orders": ("pay_order_cnt", "brush_cnt", "real_order_cnt", "lm_same", "aov"),
    "traffic": ("uv", "cvr", "uv_need_month", "uv_gap_month"),
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
    "core": ("consult_rate", "consult_cvr", "core_roi", "refund_qty", "refund_rate"),
}
# what the rows are called on the sheet, where the catalogue says it otherwise
LABELS: dict[str, Promise] = {
    "sell_through_items": _("Active-product rate of the shop"),
    "pay_amt": _("Sales of the day"),
    "growth": _("Mean growth"),
    "brush_amt": _("Fake-order sales"),
    "pay_order_cnt": _("Orders of the day"),
    "brush_cnt": _("Fake orders"),
    "aov": _("Revenue per buyer"),
    "uv": _("Visitors of the day"),
    "promo_cost_zuanzhan": _("Zuanzhan"),
    "promo_cost_zhitongche": _("Zhitongche"),
    "promo_cost_juhuasuan": _("Juhuasuan"),
    "promo_cost_taobaoke": _("Taobaoke"),
    "promo_cost_loyal": _("Loyal customers"),
    "promo_cost": _("All promotion cost"),
    "core_roi": _("ROI"),
    "refund_rate": _("Refund rate"),
}
ALL = tuple(key for keys in KEYS.values() for key in keys)
TYPED = tuple(key for key in ALL if key in ENTRY_MEASURES)  # rows that are one measure a person may type
AIDS = ("items_on_sale", "consult_uv", "consult_pay_buyers")  # typed counts that rows of the sheet are made of


@dataclass(frozen=True)
class Cell:
    """A figure of a day, set against its target or the week before. entry: what may be typed there, None where a file
    tells it, where it is worked out, or where the day has not come."""

    day: dt.date
    figure: Figure
    against: Comparison | None = None
    entry: entry_sheet.Cell | None = None


@dataclass(frozen=True)
class Line:
    """A row of the sheet: one figure a day, and that of all days, which is read on its own and never added up."""

    key: str
    cells: list[Cell]
    total: Figure
    against: Comparison | None = None


@dataclass(frozen=True)
class Sheet:
    """aids: counts to be typed that rows are made of. waiting: days whose changes are still to be counted. others:
    channels that cost something without a row of their own."""

    period: Period
    blocks: dict[str, list[Line]]
    aids: list[entry_sheet.Line]
    waiting: frozenset[dt.date]
    others: list[str]


def is_shown(store: Store, line: Line) -> bool:
    """Whether a row says anything to this store: Taobao's ad systems do elsewhere only where there is a number that is
    not 0, which any file of visitors by channel says of them."""
    channel = ENTRY_MEASURES[line.key].channel if line.key in ENTRY_MEASURES else ""
    return not channel or store.platform in TAOBAO or channel in EVERYWHERE or bool(line.total.value)


def sheet_period(size: str, start: str, today: dt.date) -> Period:
    """The days shown: `size` 7, 14 or month, from `start` (YYYY-MM-DD); else the weeks or the month of yesterday."""
    try:
        first = dt.date.fromisoformat(start)
    except ValueError:
        first = None
    if size == "month":
        return month_of(first or today - DAY)
    weeks = SIZES.get(size, 1)
    first = first or week_of(today - DAY).last - weeks * WEEK + DAY
    return Period(first, first + weeks * WEEK - DAY)


def neighbours(period: Period, size: str) -> tuple[dt.date, dt.date]:
    """The first days of the sheets before and after."""
    if size == "month":
        first = period.first.replace(day=1)
        return add_months(first, -1) or first, period.last + DAY
    return period.first - len(period) * DAY, period.last + DAY


def sheet(store: Store, period: Period, against: str = "target") -> Sheet:
    """`against`: one of AGAINST."""
    compare = ("target",) if against == "target" else ()
    whole = compare or ("previous",)
    rows, totals = queries.by_day(store, ALL, period, compare=compare, whole=whole, since=period.first - LOOK_BACK)
    days = {dt.date.fromisoformat(row.key): row.values for row in rows}
    earlier = {} if compare else week_before(store, period)
    typed = entry_sheet.entered(store, period)
    known = entry_sheet.known_values(store, period)
    stale = StaleDay.objects.filter(store=store, day__range=entry_sheet.span(period))
    waiting = frozenset(stale.values_list("day", flat=True))
    today = clock.today(store.timezone)

    def cell(key: str, day: dt.date) -> Cell:
        figure = days[day][key]
        told = figure.compare.get("target")
        if before := earlier.get(day):
            then = day - WEEK
            told = compared(figure, "last_week", Period(then, then), before[key].value, before[key].marks)
        entry = typed.get((key, day))
        if key not in TYPED or day > today or not may_type(figure, entry, is_waiting=day in waiting):
            return Cell(day, figure, told)
        return Cell(day, figure, told, entry_sheet.cell(ENTRY_MEASURES[key], day, entry, None))

    def line(key: str) -> Line:
        return Line(key, [cell(key, day) for day in period], totals[key], *totals[key].compare.values())

    blocks = {block: [line(key) for key in keys] for block, keys in KEYS.items()}
    aids = [entry_sheet.line(ENTRY_MEASURES[key], period, typed, known) for key in AIDS]
    return Sheet(period, blocks, aids, waiting, unlisted(store, period))


def week_before(store: Store, period: Period) -> dict[dt.date, Mapping[str, Figure]]:
    """day -> the figures of the day a week before it."""
    shifted = replace(period, first=period.first - WEEK, last=period.last - WEEK)
    rows = queries.breakdown(store, ALL, shifted, "day")
    return {dt.date.fromisoformat(row.key) + WEEK: row.values for row in rows}


def may_type(figure: Figure, entry: Entry | None, *, is_waiting: bool) -> bool:
    """Whether no file tells the figure: a deduction is always typed, else what is missing, and what was typed and
    counts."""
    if ENTRY_MEASURES[figure.key].absent_is_zero or figure.value is None:
        return True
    return entry is not None and (is_waiting or figure.value == entry.value)


def typed_cell(store: Store, key: str, day: dt.date) -> entry_sheet.Cell:
    """A cell as it was just typed. KeyError for what the sheet does not let anybody type."""
    if key not in (*TYPED, *AIDS):
        raise KeyError(key)
    return entry_sheet.one_line(store, key, Period(day, day)).cells[0]


def unlisted(store: Store, period: Period) -> list[str]:
    """Channels that cost something on these days and have no row of their own."""
    listed = [ENTRY_MEASURES[key].channel for key in KEYS["cost"] if key in ENTRY_MEASURES]
    spent = ChannelDay.objects.filter(store=store, day__range=entry_sheet.span(period), promo_cost__gt=0)
    keys = spent.exclude(channel_key__in=listed).values_list("channel_key", flat=True).distinct().order_by()
    return list(Channel.objects.filter(store=store, key__in=list(keys)).values_list("name", flat=True))


def cost_of_others(made: Sheet) -> list[Decimal | None]:
    """What the channels without a row of their own cost, day by day and at last over all days: with it the rows of the
    block sum to the total. None where no cost is known."""
    block = {line.key: [*(cell.figure.value for cell in line.cells), line.total.value] for line in made.blocks["cost"]}
    parts = [block[key] for key in KEYS["cost"] if key.startswith("promo_cost_")]
    return [
        None if whole is None else whole - sum((part[n] or Decimal(0) for part in parts), Decimal(0))
        for n, whole in enumerate(block["promo_cost"])
    ]
