"""A campaign while it runs (pure): sales hour by hour against what the plan expects, and what is off.

Money in yuan. Hours are instants (UTC) at which a clock's hour begins. What has not been imported is not known:
everything is held against the plan up to `known`, the instant to which orders have come in.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any, Literal

HOUR = dt.timedelta(hours=1)
ZERO = Decimal(0)
Shape = Literal["phases", "usual", "event", "plan", "past", "even"]
Goal = Literal["goal", "plan", "past", ""]

WEAK = Decimal("0.6")  # far under: less than this share of what was expected by then ...
WEAK_HOURS = 3  # ... after so many hours
ENOUGH = 20  # with a twentieth of the plan behind it a campaign says where it leads
# complaints: above the rate, so many times the usual, at least so many
WAVE_RATE, WAVE_TIMES, WAVE_LEAST = Decimal("0.05"), 2, 5


@dataclass(frozen=True)
class Hour:
    """An hour of the campaign: sales (yuan), orders, units; None where orders have not come in that far. expected: of
    the plan."""

    at: dt.datetime
    amount: Decimal | None
    orders: int
    units: int
    expected: Decimal | None


@dataclass(frozen=True)
class Stock:
    """A product that takes part: its id, name, pieces sold since the start, set aside for it, and free in the ledger
    (None: not kept, or not set)."""

    product: int
    title: str
    sold: int
    amount: Decimal
    quantity: int | None
    free: int | None

    @property
    def left(self) -> int | None:
        """What may still be sold: of what was set aside, and of what is free."""
        told = [x for x in (None if self.quantity is None else self.quantity - self.sold, self.free) if x is not None]
        return min(told, default=None)

    def lasts(self, gone: dt.timedelta) -> Decimal | None:
        """Hours that lasts at the pace since the start; None where nothing is told or sold."""
        if self.left is None or not self.sold or gone <= dt.timedelta():
            return None
        return max(ZERO, Decimal(self.left) * int(gone.total_seconds()) / 3600 / self.sold)


@dataclass(frozen=True)
class Complaints:
    """Refunds asked for since the start on orders of the campaign, the reason named most; usual: the share of orders of
    the four weeks before. disputes, bad: disputes and bad reviews of its days; their usual number for as many days."""

    refunds: int = 0
    orders: int = 0
    reason: str = ""
    usual: Decimal | None = None
    disputes: int = 0
    usual_disputes: Decimal = ZERO
    bad: int = 0
    usual_bad: Decimal = ZERO

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.refunds) / self.orders if self.orders else None


@dataclass(frozen=True)
class Trigger:
    """A trigger of plan B: kind (weak, complaints, sold_out, other), limit (percent or pieces), what is done then."""

    kind: str
    limit: Decimal | None
    answer: str


@dataclass(frozen=True)
class Facts:
    """What the figures tell of a campaign. hours: sold by hour, empty hours left out. shape: weight of each hour of its
    span; total: what the whole is to bring (yuan) and from where it is known."""

    start: dt.datetime
    end: dt.datetime
    known: dt.datetime | None
    sold: Mapping[dt.datetime, tuple[Decimal, int, int]]
    shape: Mapping[dt.datetime, Decimal]
    shape_from: Shape
    total: Decimal | None
    total_from: Goal
    products: Sequence[Stock] = ()
    complaints: Complaints = Complaints()


@dataclass(frozen=True)
class Alarm:
    """Something is off: kind, what it is about (a product's id or 0), the numbers of its sentence as JSON has them."""

    kind: str
    about: int
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Live:
    """The page: hours, sums up to `known`, what was expected by then, and where it leads."""

    facts: Facts
    hours: tuple[Hour, ...]
    amount: Decimal
    orders: int
    units: int
    expected: Decimal | None
    projection: Decimal | None
    alarms: tuple[Alarm, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """Sales as a share of what was expected by then."""
        return self.amount / self.expected if self.expected else None

    @property
    def reached(self) -> Decimal | None:
        return self.amount / self.facts.total if self.facts.total else None

    @property
    def elapsed(self) -> Decimal:
        """The share of its time that is over, as far as orders have come in."""
        whole = self.facts.end - self.facts.start
        gone = min(max(dt.timedelta(), (self.facts.known or self.facts.start) - self.facts.start), whole)
        return Decimal(int(gone.total_seconds())) / Decimal(int(whole.total_seconds()) or 1)


def hours_between(start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """The beginnings of the clock's hours that touch [start, end)."""
    first = start.replace(minute=0, second=0, microsecond=0)
    count = -(-(end - first) // HOUR) if end > first else 0
    return [first + n * HOUR for n in range(count)]


def part_of(hour: dt.datetime, start: dt.datetime, end: dt.datetime) -> Decimal:
    """How much of an hour lies in [start, end), 0 to 1."""
    inside = min(hour + HOUR, end) - max(hour, start)
    return max(ZERO, Decimal(int(inside.total_seconds())) / 3600)


def expected_hours(facts: Facts) -> dict[dt.datetime, Decimal] | None:
    """What each hour is to bring: the total by the weights of its hours (all the same where none is known); None
    without a total."""
    if facts.total is None:
        return None
    hours = hours_between(facts.start, facts.end)
    weights = {hour: facts.shape.get(hour, ZERO) * part_of(hour, facts.start, facts.end) for hour in hours}
    whole = sum(weights.values(), ZERO)
    if not whole:
        weights = {hour: part_of(hour, facts.start, facts.end) for hour in hours}
        whole = sum(weights.values(), ZERO)
    return {hour: facts.total * weight / whole for hour, weight in weights.items()} if whole else None


def expected_by(facts: Facts, expected: Mapping[dt.datetime, Decimal], until: dt.datetime) -> Decimal:
    """What was to come until an instant; within an hour evenly."""
    total = ZERO
    for hour, value in expected.items():
        if whole := part_of(hour, facts.start, facts.end):
            total += value * part_of(hour, facts.start, min(until, facts.end)) / whole
    return total


def read(facts: Facts, triggers: Sequence[Trigger] = ()) -> Live:
    """The campaign as it stands at `known`."""
    expected = expected_hours(facts)
    hours = []
    for hour in hours_between(facts.start, facts.end):
        amount, orders, units = facts.sold.get(hour, (ZERO, 0, 0))
        is_known = facts.known is not None and (hour < facts.known or hour in facts.sold)
        plan = expected.get(hour) if expected is not None else None
        hours.append(Hour(hour, amount if is_known else None, orders, units, plan))
    amount = sum((each[0] for each in facts.sold.values()), ZERO)
    order_cnt, unit_cnt = (sum(each[1] for each in facts.sold.values()), sum(each[2] for each in facts.sold.values()))
    by_now = None if expected is None else expected_by(facts, expected, facts.known or facts.start)
    projection = None
    if facts.total is not None and by_now and by_now * ENOUGH >= facts.total:
        projection = amount * facts.total / by_now
    live = Live(facts, tuple(hours), amount, order_cnt, unit_cnt, by_now, projection)
    return replace(live, alarms=tuple(judge(live, triggers)))


def limit_of(triggers: Sequence[Trigger], kind: str) -> Trigger | None:
    return next((x for x in triggers if x.kind == kind and x.limit is not None), None)


def judge(live: Live, triggers: Sequence[Trigger] = ()) -> list[Alarm]:
    """What is off: far under plan, sold more than there is, a wave of complaints. Limits of plan B go before ours."""
    return [*_weak(live, triggers), *_stock(live, triggers), *_complaints(live.facts.complaints, triggers)]


def told(value: Decimal | None) -> str:
    """A number as JSON has it, six decimals at most."""
    return "" if value is None else f"{value.quantize(Decimal('0.000001')).normalize():f}"


def _answer(trigger: Trigger | None) -> dict[str, Any]:
    return {"answer": trigger.answer} if trigger else {}


def _weak(live: Live, triggers: Sequence[Trigger]) -> list[Alarm]:
    facts, trigger = live.facts, limit_of(triggers, "weak")
    line = trigger.limit / 100 if trigger and trigger.limit is not None else WEAK
    if facts.known is None or facts.known < facts.start + WEAK_HOURS * HOUR or facts.total_from == "past":
        return []
    if live.share is None or live.share >= line:
        return []
    numbers = {"share": told(live.share), "limit": told(line)}
    numbers |= {"amount": told(live.amount), "expected": told(live.expected)}
    return [Alarm("weak", 0, numbers | _answer(trigger))]


def _stock(live: Live, triggers: Sequence[Trigger]) -> list[Alarm]:
    found, trigger = [], limit_of(triggers, "sold_out")
    for row in live.facts.products:
        numbers: dict[str, Any] = {"product": row.title, "sold": row.sold}
        if row.free is not None and row.free < 0:
            found.append(Alarm("oversold", row.product, numbers | {"short": -row.free}))
        elif row.quantity is not None and row.sold > row.quantity:
            found.append(Alarm("beyond", row.product, numbers | {"quantity": row.quantity}))
        elif trigger and trigger.limit is not None and row.left is not None and row.left < trigger.limit:
            numbers |= {"left": row.left, "limit": int(trigger.limit)}
            found.append(Alarm("sold_out", row.product, numbers | _answer(trigger)))
    return found


def _complaints(seen: Complaints, triggers: Sequence[Trigger]) -> list[Alarm]:
    found, trigger = [], limit_of(triggers, "complaints")
    usual = seen.usual or ZERO
    line = trigger.limit / 100 if trigger and trigger.limit is not None else max(WAVE_RATE, usual * WAVE_TIMES)
    if seen.rate is not None and seen.refunds >= WAVE_LEAST and seen.rate > line:
        numbers = {"refunds": seen.refunds, "rate": told(seen.rate), "limit": told(line), "reason": seen.reason}
        found.append(Alarm("complaints", 0, numbers | _answer(trigger)))
    for kind, count, often in (
        ("disputes", seen.disputes, seen.usual_disputes),
        ("bad_reviews", seen.bad, seen.usual_bad),
    ):
        if count >= WAVE_LEAST and count > often * WAVE_TIMES:
            found.append(Alarm(kind, 0, {"count": count, "usual": told(often)}))
    return found


def by_day(hours: Sequence[Hour], zone: dt.tzinfo) -> list[tuple[dt.date, Decimal | None, Decimal | None, int]]:
    """(local day, sales, expected, orders) of each day; sales None where nothing of the day is known."""
    days: dict[dt.date, tuple[Decimal | None, Decimal | None, int]] = {}
    for hour in hours:
        day = hour.at.astimezone(zone).date()
        amount, expected, orders = days.get(day, (None, None, 0))
        if hour.amount is not None:
            amount = (amount or ZERO) + hour.amount
        if hour.expected is not None:
            expected = (expected or ZERO) + hour.expected
        days[day] = amount, expected, orders + hour.orders
    return [(day, *told) for day, told in days.items()]


def running_totals(hours: Sequence[Hour]) -> list[tuple[dt.datetime, Decimal | None, Decimal | None]]:
    """(end of the hour, sold by then, expected by then)."""
    sold = list(accumulate((hour.amount or ZERO for hour in hours), initial=ZERO))[1:]
    plan = list(accumulate((hour.expected or ZERO for hour in hours), initial=ZERO))[1:]
    return [
        (hour.at + HOUR, None if hour.amount is None else sold[n], None if hour.expected is None else plan[n])
        for n, hour in enumerate(hours)
    ]
