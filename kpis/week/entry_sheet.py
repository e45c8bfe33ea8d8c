"""The sheet for daily hand entry: figures down, the days of a week across."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from kpis.measures import ENTRY_MEASURES, MEASURES, Measure
from kpis.models import ChannelDay, Entry, StoreDay
from kpis.sums import rollups
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from stores.models import Channel, Store

SERVICE = (
    "consult_uv", "consult_pay_buyers", "service_pay_amt", "chat_asked", "chat_answered", "chat_sessions",
    "first_resp_sec", "chat_replies", "resp_sec", "refund_qty", "dispute_cnt", "quality_refund_cnt",
)  # fmt: skip
SHIPPING = ("ship_due", "shipped_on_time", "shipped_orders", "pay_ship_hours", "signed_parcels", "arrive_hours")
RATINGS = (
    "good_ratings", "ratings", "dsr_desc", "dsr_svc", "dsr_log", "dsr_ratings", "bad_reviews", "bad_reviews_old",
    "search_rank", "category_rank",
)  # fmt: skip
MEMBERS = ("member_total", "member_buyers", "new_members", "new_member_buyers", "referred_buyers")
OFFERS = ("coupons_claimed", "coupons_used", "deposit_uv", "deposit_buyers", "deposit_amt", "balance_buyers")
COSTS = ("platform_fee", "ship_cost", "pack_cost", "overhead_cost", "tax_cost")
STOCK = (
    "stock_amt", "stock_qty", "received_qty", "restocked_qty", "items_on_sale", "oos_items", "dead_items", "new_items",
    "new_items_sold",
)  # fmt: skip
DEDUCTION = ("brush_amt", "brush_cnt")
KEYS = tuple(ENTRY_MEASURES)  # what may be typed

Typed = dict[tuple[str, dt.date], Entry]
Known = dict[tuple[str, dt.date], Decimal]


@dataclass(frozen=True)
class Cell:
    """A figure on a day: what was typed (yuan for money), by whom and when; `known` is what a file says."""

    measure: str
    day: dt.date
    unit: str
    value: Decimal | None = None
    known: Decimal | None = None
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Line:
    """A figure with its cells. `total` only where the days add up; None otherwise or when nothing was typed."""

    measure: str
    label: str
    unit: str
    note: str
    cells: tuple[Cell, ...]
    total: Decimal | None
    adds: bool


@dataclass(frozen=True)
class Block:
    """Lines that belong together. `warns`: a value above zero deserves the warning of G7."""

    key: str
    label: str
    lines: tuple[Line, ...] = field(default_factory=tuple)
    warns: bool = False


def week_sheet(store: Store, week: Period) -> list[Block]:
    """All figures that may be typed, in blocks, for the days of `week`; labels in the active language."""
    typed, known = entered(store, week), known_values(store, week)
    channels = set(Channel.objects.filter(store=store).values_list("key", flat=True))

    def block(key: str, label: str, measures: Iterable[Measure], *, warns: bool = False) -> Block:
        return Block(key, label, tuple(line(m, week, typed, known) for m in measures), warns)

    named: list[tuple[str, str, tuple[str, ...]]] = [
        ("service", _("Customer service"), SERVICE),
        ("shipping", _("Shipping"), SHIPPING),
        ("ratings", _("Ratings and places"), RATINGS),
        ("members", _("Loyalty scheme"), MEMBERS),
        ("deduction", _("Deduction"), DEDUCTION),
        ("offers", _("Coupons and presale"), OFFERS),
        ("costs", _("Costs"), COSTS),
        ("stock", _("Stock"), STOCK),
    ]
    told = {key for _name, _label, keys in named for key in keys}
    rest = [m for m in ENTRY_MEASURES.values() if m.key not in told]
    return [
        *(
            block(name, label, (ENTRY_MEASURES[k] for k in keys), warns=keys is DEDUCTION)
            for name, label, keys in named
        ),
        block("traffic", _("Traffic"), (m for m in rest if not m.channel)),
        block("channels", _("Channels"), (m for m in rest if m.channel in channels)),
    ]


def one_line(store: Store, key: str, week: Period) -> Line:
    """One figure of the sheet as it stands now. KeyError for a figure that may not be typed."""
    return line(ENTRY_MEASURES[key], week, entered(store, week, measure=key), known_values(store, week))


def line(measure: Measure, week: Period, typed: Typed, known: Known) -> Line:
    cells = tuple(cell(measure, day, typed.get((measure.key, day)), known.get((measure.key, day))) for day in week)
    values = [c.value for c in cells if c.value is not None]
    adds = measure.adds == "sum" and not measure.weight
    total = sum(values, Decimal(0)) if adds and values else None
    note = _(measure.note) if measure.note else ""
    if measure.weight:
        note = _("The mean of the day; type %(count)s too.") % {"count": _(MEASURES[measure.weight].label)}
    return Line(measure.key, _(measure.label), measure.unit, note, cells, total, adds)


def may_be_typed(key: str) -> bool:
    return key in ENTRY_MEASURES


def unit_of(key: str) -> str:
    """The unit a figure is typed in. KeyError for a figure that may not be typed."""
    return ENTRY_MEASURES[key].unit


def told_of(key: str) -> dict[str, str]:
    """A figure that may be typed: its name, unit and what to know of it."""
    measure = ENTRY_MEASURES[key]
    return {"label": _(measure.label), "unit": measure.unit, "note": _(measure.note) if measure.note else ""}


def entered(store: Store, days: Period, **only: str) -> Typed:
    entries = Entry.objects.filter(store=store, day__range=span(days), **only).select_related("by")
    return {(entry.measure, entry.day): entry for entry in entries}


def cell(measure: Measure, day: dt.date, entry: Entry | None, known: Decimal | None) -> Cell:
    if entry is None:
        return Cell(measure.key, day, measure.unit, known=known)
    return Cell(measure.key, day, measure.unit, entry.value, None, str(entry.by or ""), entry.updated_at)


def known_values(store: Store, days: Period) -> Known:
    """(measure, day) -> what the day's rollup says: where nothing was typed, it comes from a file."""
    found: Known = {}
    own = {m.key: m for m in ENTRY_MEASURES.values() if not m.channel}
    for row in StoreDay.objects.filter(store=store, day__range=span(days)).values("day", *own):
        found |= {(k, row["day"]): shown(m, row[k]) for k, m in own.items() if row[k] is not None and not m.weight}
    for channel_day in ChannelDay.objects.filter(store=store, day__range=span(days)):
        for m in ENTRY_MEASURES.values():
            value = getattr(channel_day, m.column) if m.channel == channel_day.channel_key else None
            if value is not None:
                found[m.key, channel_day.day] = shown(m, value)
    return found


def shown(measure: Measure, value: int | Decimal) -> Decimal:
    return yuan(int(value)) if measure.unit == "money" else Decimal(value)


def span(days: Period) -> tuple[dt.date, dt.date]:
    return days.first, days.last


def count(store: Store, days: Iterable[dt.date]) -> None:
    """Count the days something was typed of at once: the very next answer has it."""
    rollups.rebuild(store, days)
