"""What is normal for a figure, by its own past, and which days break a rule (pure).

Normal is the median of the same weekdays before; how far a day may stray is counted in robust deviations: 1.4826 x the
median distance from that median, which equals the standard deviation of a bell curve but is not moved by a single 双11.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opsplan.lib.periods import DAY

WEEKS = 8  # same weekdays before a day that its normal is made of
FEWEST = 4  # of them that must have a value
TO_SIGMA = Decimal("1.4826")
LEAST_SPREAD = Decimal("0.05")  # of the median: a figure that never moves does not cry at the first ripple

Values = Mapping[dt.date, Decimal | None]


@dataclass(frozen=True)
class Normal:
    """The median of the same weekdays, and how much one robust deviation is; both in the figure's unit."""

    middle: Decimal
    spread: Decimal


@dataclass(frozen=True)
class Check:
    """kind: above, below, high, low, unusual, missing. limit: the threshold, or the number of robust deviations."""

    kind: str
    limit: Decimal
    days: int  # in a row


@dataclass(frozen=True)
class Run:
    """Known days in a row that break the rule, with what broke it on the last of them."""

    days: tuple[dt.date, ...]
    value: Decimal | None
    line: Decimal | None  # the value from which on it breaks the rule
    middle: Decimal | None  # normal, where the rule is about it

    @property
    def first(self) -> dt.date:
        return self.days[0]

    @property
    def last(self) -> dt.date:
        return self.days[-1]


def median(values: Sequence[Decimal]) -> Decimal:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def normal(values: Values, day: dt.date) -> Normal | None:
    """What `day` should be by the same weekdays before it; None while fewer than four of them are known."""
    before = [values.get(day - 7 * week * DAY) for week in range(1, WEEKS + 1)]
    known = [value for value in before if value is not None]
    if len(known) < FEWEST:
        return None
    middle = median(known)
    spread = TO_SIGMA * median([abs(value - middle) for value in known])
    return Normal(middle, max(spread, LEAST_SPREAD * abs(middle)))


def line(check: Check, values: Values, day: dt.date) -> tuple[bool, Decimal | None, Decimal | None] | None:
    """Whether `day` breaks the rule, the line it is held against and the normal; None when nobody can tell."""
    value = values.get(day)
    if check.kind == "missing":
        return value is None, None, None
    if value is None:
        return None
    if check.kind in ("above", "below"):
        return (value > check.limit if check.kind == "above" else value < check.limit), check.limit, None
    usual = normal(values, day)
    if usual is None:
        return None
    top, bottom = usual.middle + check.limit * usual.spread, usual.middle - check.limit * usual.spread
    if check.kind != "low" and value > top:
        return True, top, usual.middle
    if check.kind != "high" and value < bottom:
        return True, bottom, usual.middle
    return False, top if check.kind == "high" else bottom, usual.middle


def runs(check: Check, values: Values, days: Sequence[dt.date]) -> list[Run]:
    """The runs of at least `check.days` breaking days among `days` (in order). A day nobody can tell of neither counts
    nor ends a run."""
    found: list[Run] = []
    current: list[dt.date] = []
    told: tuple[Decimal | None, Decimal | None] = (None, None)
    for day in days:
        said = line(check, values, day)
        if said is None:
            continue
        if said[0]:
            current.append(day)
            told = said[1:]
            continue
        found += close(check, values, current, told)
        current = []
    return found + close(check, values, current, told)


def close(check: Check, values: Values, days: list[dt.date], told: tuple[Decimal | None, Decimal | None]) -> list[Run]:
    return [Run(tuple(days), values.get(days[-1]), *told)] if len(days) >= check.days else []


def last_told(check: Check, values: Values, days: Sequence[dt.date]) -> dt.date | None:
    """The last day of which the rule can tell anything."""
    return next((day for day in reversed(days) if line(check, values, day) is not None), None)
