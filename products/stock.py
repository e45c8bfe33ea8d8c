"""Stock arithmetic (pure): what may still be promised, how long it lasts, when it is short, how much to order.

Units are whole pieces; velocities are Decimal units a day; money is fen.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from heapq import heapify, heapreplace
from zoneinfo import ZoneInfo

from opsplan.lib.periods import DAY
from opsplan.lib.text import gettext_noop as _

RECENT_DAYS, LONG_DAYS = 7, 28
RECENT_WEIGHT = Decimal("0.6")  # of the last seven days in the velocity; the rest is that of 28 days
SLOW_DAYS, DEAD_DAYS = 30, 90
EARLY_DAYS = 60  # an order that can wait so long is not told a day


@dataclass(frozen=True)
class Effect:
    """What one unit of a movement does to the three balances of a SKU."""

    label: str
    on_hand: int = 0
    held: int = 0
    due: int = 0


# A correction (`counted`, `imported`, `corrected`) may go both ways, everything else moves whole units one way.
KINDS: dict[str, Effect] = {
    "received": Effect(_("Received"), on_hand=1),
    "returned": Effect(_("Returned by a buyer"), on_hand=1),
    "sold": Effect(_("Sold"), on_hand=-1),
    "shipped": Effect(_("Shipped"), on_hand=-1, due=-1),
    "lost": Effect(_("Lost or broken"), on_hand=-1),
    "sent": Effect(_("Sent to another place"), on_hand=-1),
    "arrived": Effect(_("Come from another place"), on_hand=1),
    "counted": Effect(_("Stock-take difference"), on_hand=1),
    "imported": Effect(_("Imported balance"), on_hand=1),
    "corrected": Effect(_("Corrected"), on_hand=1),
    "held": Effect(_("Held"), held=1),
    "released": Effect(_("Hold released"), held=-1),
    "taken": Effect(_("Sold from a hold"), held=-1, due=1),
    "called_off": Effect(_("Refunded before shipping"), due=-1),
    "due_set": Effect(_("Waiting to be shipped, as imported"), due=1),
}
TYPED = ("received", "returned", "sold", "shipped", "lost", "corrected")  # what a person may enter
CORRECTIONS = frozenset({"counted", "imported", "corrected", "due_set"})


class Level(StrEnum):
    """Where stock stands against its line (T-34)."""

    ALERT = "alert"
    OK = "ok"
    FULL = "full"
    NONE = "none"  # no line: nobody set one and nothing sells, or nothing is kept in stock


def local_day(at: dt.datetime, zone: str) -> dt.date:
    """The day an instant falls on in `zone`."""
    return at.astimezone(ZoneInfo(zone)).date()


def available(on_hand: int, safety: int, held: int, due: int) -> int:
    """可供库存 (ATP) = on hand - safety - held - waiting to be shipped. Below zero = oversold."""
    return on_hand - safety - held - due


def level(on_hand: int, alert: int, target: int) -> Level:
    """Below `alert` it alerts, from `target` on it is full. Without a line (both 0) nothing is said."""
    if target <= 0:
        return Level.NONE
    if on_hand < alert:
        return Level.ALERT
    return Level.FULL if on_hand >= target else Level.OK


def velocity(recent_units: int | None, recent_days: int, long_units: int | None, long_days: int) -> Decimal | None:
    """Units a day: 60 % the last 7 days, 40 % the last 28; `*_days` are those of them whose orders are known.

    With one span unknown the other speaks alone; with both unknown None.
    """
    recent = Decimal(recent_units) / recent_days if recent_units is not None and recent_days else None
    long = Decimal(long_units) / long_days if long_units is not None and long_days else None
    if recent is None or long is None:
        return recent if long is None else long
    return RECENT_WEIGHT * recent + (1 - RECENT_WEIGHT) * long


def cover(units: int, a_day: Decimal | None) -> Decimal | None:
    """库存可售天数: days the units last at that velocity; None without a sale (slow-moving) or when none is known."""
    return max(Decimal(units), Decimal(0)) / a_day if a_day else None


@dataclass(frozen=True)
class Line:
    """The alert line and the level to fill up to, in units, and why: rule (somebody set it), hero, or pace."""

    alert: int
    target: int
    why: str


def line(
    alert: int | None,
    target: int | None,
    *,
    is_hero: bool,
    hero: tuple[int, int],
    a_day: Decimal | None,
    lead_days: int,
    cover_days: int,
) -> Line:
    """A product's line: what somebody set for it, else that of heroes, else what its pace asks for.

    hero: (alert, target) of hero products. By pace it alerts at what sells while goods are on their way.
    """
    pace = a_day or Decimal(0)
    by_pace = whole_up(pace * lead_days), whole_up(pace * (lead_days + cover_days))
    usual, why = (hero, "hero") if is_hero else (by_pace, "pace")
    if is_hero:
        usual = max(hero[0], by_pace[0]), max(hero[1], by_pace[1])
    if alert is None and target is None:
        return Line(usual[0], max(usual), why)
    low = usual[0] if alert is None else alert
    return Line(low, max(low, usual[1] if target is None else target), "rule")


def whole_up(units: Decimal) -> int:
    """The next whole number. 14 days at 93/7 a day are 186, though the pace has a last place that was rounded up."""
    return int(round(units, 6).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True)
class Arrival:
    """Units that were ordered and have not come yet; `due` is a local day."""

    due: dt.date
    units: int


@dataclass(frozen=True)
class Proposal:
    """Order so many, by that day; they cost `tied_fen` (None without a cost). is_early: it is below its line, yet that
    day is far off."""

    units: int
    packs: int
    order_by: dt.date
    runs_out: dt.date | None
    tied_fen: int | None
    is_early: bool = False


def replenishment(
    free: int,
    a_day: Decimal | None,
    found: Line,
    arrivals: Iterable[Arrival],
    today: dt.date,
    *,
    lead_days: int,
    pack: int = 1,
    cost_fen: int | None = None,
) -> Proposal | None:
    """What to order now, or None while there is enough.

    free: what may still be promised. Only what arrives before a new order could counts, so goods due in half a year do
    not hide that there is nothing to sell next week; what comes later is taken off what would be ordered, as far as
    stock stays at the line until it comes. An order is proposed once free and arriving together fall to the line; it
    fills up to the target, in whole packs.
    """
    known, soonest = sorted(arrivals, key=lambda x: x.due), today + lead_days * DAY
    arriving = sum(x.units for x in known if x.due <= soonest)
    there = free + arriving
    if there >= found.alert and there > 0:
        return None
    short, fill = 0, found.target - there
    for later in (x for x in known if x.due > soonest):
        until = whole_up((a_day or Decimal(0)) * (later.due - soonest).days)
        short = max(short, min(fill, found.alert + until - found.target + fill))
        fill -= later.units
    short = max(short, fill)
    if short <= 0:
        return None
    packs = -(-short // max(pack, 1))
    units = packs * max(pack, 1)
    days = cover(free, a_day)
    runs_out = None if days is None else today + int(min(days, Decimal(3650))) * DAY
    order_by = today if runs_out is None else max(today, runs_out - lead_days * DAY)
    tied = None if cost_fen is None else units * cost_fen
    return Proposal(units, packs, order_by, runs_out, tied, order_by > today + EARLY_DAYS * DAY)


def spread(units: int, free: Sequence[int], pack: int = 1) -> list[int]:
    """An order over the SKUs of a product, pack by pack to the one with the least, so that they end up level."""
    given = [0] * len(free)
    if not free:
        return given
    heap = [(there, place) for place, there in enumerate(free)]
    heapify(heap)
    for _pack in range(-(-units // max(pack, 1))):
        there, place = heap[0]
        given[place] += max(pack, 1)
        heapreplace(heap, (there + max(pack, 1), place))
    return given


@dataclass(frozen=True)
class Slow:
    """How long nothing sold (days; None = never) and whether that is slow (30) or dead (90)."""

    days: int | None
    is_dead: bool


def slow(
    on_hand: int, last_sold: dt.date | None, listed: dt.date, today: dt.date, slow_days: int, dead_days: int
) -> Slow | None:
    """滞销: stock that has not sold for `slow_days`; None for what sells, is not there, or was listed since."""
    if on_hand <= 0 or (today - listed).days < slow_days:
        return None
    still = (today - (last_sold or listed)).days
    if still < slow_days:
        return None
    return Slow(None if last_sold is None else still, still >= dead_days)


def clearance_price(list_fen: int | None, floor: Decimal) -> int | None:
    """The lowest price (fen) slow stock may be cleared at: the floor, 70 % of list unless set otherwise.

    Where that is below cost it stays the floor: the caller shows the loss. None without a list price.
    """
    if list_fen is None:
        return None
    return int((list_fen * floor).to_integral_value(ROUND_CEILING))


def campaign_need(a_day: Decimal, lift: Decimal, days: int, factor: Decimal, promised: int) -> int:
    """Units a campaign needs (T-35): velocity x lift x days x safety factor + what group-buys have sold ahead."""
    return whole_up(a_day * lift * days * factor) + promised


def decide_by(start: dt.date) -> dt.date:
    """The last day to decide about stock for a campaign that starts on `start` (S062)."""
    return start - 7 * DAY


def forecast(
    on_hand: int, a_day: Decimal | None, arrivals: Sequence[Arrival], today: dt.date, days: int
) -> list[tuple[dt.date, Decimal]]:
    """Stock at the end of each of the next `days` days if it goes on selling so and orders come when due; never below
    zero. What is overdue comes tomorrow. [] when the pace is unknown."""
    if a_day is None:
        return []
    coming: dict[dt.date, int] = {}
    for x in arrivals:
        day = max(x.due, today + DAY)
        coming[day] = coming.get(day, 0) + x.units
    stock, points = Decimal(max(on_hand, 0)), [(today, Decimal(on_hand))]
    for step in range(1, days + 1):
        day = today + step * DAY
        stock = max(stock + coming.get(day, 0) - a_day, Decimal(0))
        points.append((day, stock))
    return points


def history(now: int, moved: Mapping[dt.date, int], today: dt.date, days: int) -> list[tuple[dt.date, Decimal]]:
    """Stock at the end of each of the last `days` days and today, walked back from what is there `now` by what moved on
    each local day."""
    points, stock = [], now
    for step in range(days + 1):
        day = today - step * DAY
        points.append((day, Decimal(stock)))
        stock -= moved.get(day, 0)
    return points[::-1]
