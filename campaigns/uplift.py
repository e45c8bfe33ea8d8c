"""What was sold beyond what would have been sold anyway (pure).

The baseline of a day is what its weekday sold in the weeks before, carried on along their trend and along what other
products sold that day beside their own weekday (the control), as far as both moved together before. As shares of the
weekday's mean W, so that it can be done by hand:

    off = y / W - 1            what a day of the base was off its weekday's mean
    c = control / its weekday's mean - 1
    x = days from the middle of that weekday's days
    off = slope x + pull c     least squares over the days of the base
    baseline = W (1 + slope x + pull c)

A control that never moved along (pull below zero) is left out. The interval is that of least squares (95 %): the
scatter of single days, of the weekday means, of slope and pull.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from opsplan.lib.periods import DAY

Series = Mapping[dt.date, Decimal | None]

WEEKS = 8  # weeks before that the base is made of
LEAST_DAYS = 14  # known days without which nothing is said
LEAST_OF_WEEKDAY = 2
ZERO = Decimal(0)
# two-sided 95 % quantiles of Student's t by degrees of freedom
T_95 = (
    "12.706", "4.303", "3.182", "2.776", "2.571", "2.447", "2.365", "2.306", "2.262", "2.228", "2.201", "2.179",
    "2.160", "2.145", "2.131", "2.120", "2.110", "2.101", "2.093", "2.086", "2.080", "2.074", "2.069", "2.064",
    "2.060", "2.056", "2.052", "2.048", "2.045", "2.042",
)  # fmt: skip
FAR_T = Decimal("2.0")  # beyond the table; 1.96 at infinity


@dataclass(frozen=True)
class Fit:
    """The base: mean and middle day (ordinal) of each weekday, slope a day, how far the control pulls, scatter of a day
    (a share of its mean). xx, xc, cc: sums of the products of x and c."""

    means: Mapping[int, Decimal]
    middles: Mapping[int, Decimal]
    counts: Mapping[int, int]
    slope: Decimal
    pull: Decimal
    scatter: Decimal
    xx: Decimal
    xc: Decimal
    cc: Decimal
    days: int
    freedom: int

    def along(self, x: Decimal, c: Decimal) -> Decimal:
        """What slope and pull, not known for sure, add to the variance at x and c."""
        det = self.xx * self.cc - self.xc * self.xc
        if self.cc and det > 0:
            return (x * x * self.cc - 2 * x * c * self.xc + c * c * self.xx) / det
        return x * x / self.xx if self.xx else ZERO


@dataclass(frozen=True)
class Effect:
    """Sales (yuan) of some days against their baseline. low, high: the 95 % interval of the difference.

    days: those that could be compared. base_days: what the baseline stands on. a_week: its trend, as a share a week.
    pull: how far it follows the control (None: no control).
    """

    actual: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    days: tuple[dt.date, ...]
    base_days: int
    a_week: Decimal
    pull: Decimal | None = None

    @property
    def more(self) -> Decimal:
        return self.actual - self.expected

    @property
    def rate(self) -> Decimal | None:
        """The difference as a share of the baseline."""
        return self.more / self.expected if self.expected else None

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def base_days(first: dt.date, taken: Collection[dt.date], weeks: int = WEEKS) -> list[dt.date]:
    """The days of the weeks before `first` that are like any other: not `taken` by other sales."""
    return [day for day in (first - n * DAY for n in range(weeks * 7, 0, -1)) if day not in taken]


def quantile(freedom: int) -> Decimal:
    """Student's t, two-sided 95 %."""
    return Decimal(T_95[freedom - 1]) if freedom <= len(T_95) else FAR_T


def off_control(control: Series, base: Iterable[dt.date], days: Iterable[dt.date]) -> dict[dt.date, Decimal]:
    """How far the control was off its own weekday's mean of the base, as a share of it, on each day it is known."""
    by_weekday: dict[int, list[Decimal]] = defaultdict(list)
    base = list(base)
    for day in base:
        if (value := control.get(day)) is not None:
            by_weekday[day.weekday()].append(value)
    means = {weekday: sum(values, ZERO) / len(values) for weekday, values in by_weekday.items()}
    found = {}
    for day in (*base, *days):
        value, mean = control.get(day), means.get(day.weekday())
        if value is not None and mean:
            found[day] = value / mean - 1
    return found


def fit(series: Series, base: Iterable[dt.date], moved: Mapping[dt.date, Decimal] | None = None) -> Fit | None:
    """The base of a series; None where too few days are known. `moved`: the control's, by day."""
    told: dict[int, list[tuple[int, Decimal, Decimal]]] = defaultdict(list)
    for day in base:
        value, c = series.get(day), ZERO if moved is None else moved.get(day)
        if value is not None and c is not None:
            told[day.weekday()].append((day.toordinal(), value, c))
    every = {weekday: sum((y for _t, y, _c in rows), ZERO) / len(rows) for weekday, rows in told.items()}
    means = {weekday: mean for weekday, mean in every.items() if mean > 0 and len(told[weekday]) >= LEAST_OF_WEEKDAY}
    known = {weekday: told[weekday] for weekday in means}
    counts = {weekday: len(rows) for weekday, rows in known.items()}
    count = sum(counts.values())
    if count < LEAST_DAYS:
        return None
    middles = {weekday: Decimal(sum(t for t, _y, _c in rows)) / len(rows) for weekday, rows in known.items()}
    points = [(t - middles[weekday], c, y / means[weekday] - 1) for weekday, rows in known.items() for t, y, c in rows]
    xx, xc, cc, xo, co = (
        sum((row[i] * row[j] for row in points), ZERO) for i, j in ((0, 0), (0, 1), (1, 1), (0, 2), (1, 2))
    )
    det = xx * cc - xc * xc
    slope, pull = (xo / xx if xx else ZERO), Decimal(1)  # a control that stood still: taken to move along
    if cc and det > 0:
        slope, pull = (xo * cc - co * xc) / det, (co * xx - xo * xc) / det
    freedom = count - len(means) - (2 if cc else 1)
    left = sum(((off - slope * x - pull * c) ** 2 for x, c, off in points), ZERO)
    return Fit(means, middles, counts, slope, pull, (left / freedom).sqrt(), xx, xc, cc, count, freedom)


def effect(
    series: Series, base: Iterable[dt.date], days: Iterable[dt.date], control: Series | None = None
) -> Effect | None:
    """The sales of `days` against the baseline. None where the base is too short, or none of the days can be compared
    (not known, or a weekday the base does not hold). A control that did not move along is left out."""
    base, days = list(base), list(days)
    moved = None if control is None else off_control(control, base, days)
    found = fit(series, base, moved)
    if moved is not None and (found is None or found.pull <= 0):
        moved, found = None, fit(series, base)
    if found is None:
        return None
    actual, expected, single, along_x, along_c = ZERO, ZERO, ZERO, ZERO, ZERO
    by_weekday: dict[int, Decimal] = defaultdict(lambda: ZERO)
    compared = []
    for day in days:
        value, c, mean = series.get(day), ZERO if moved is None else moved.get(day), found.means.get(day.weekday())
        if value is None or c is None or mean is None:
            continue
        x = day.toordinal() - found.middles[day.weekday()]
        actual += value
        expected += max(ZERO, mean * (1 + found.slope * x + found.pull * c))
        single += mean * mean
        by_weekday[day.weekday()] += mean
        along_x, along_c = along_x + mean * x, along_c + mean * c
        compared.append(day)
    if not compared:
        return None
    means = sum((total * total / found.counts[weekday] for weekday, total in by_weekday.items()), ZERO)
    width = quantile(found.freedom) * found.scatter * (single + means + found.along(along_x, along_c)).sqrt()
    more, pull = actual - expected, None if moved is None else found.pull
    return Effect(actual, expected, more - width, more + width, tuple(compared), found.days, found.slope * 7, pull)
