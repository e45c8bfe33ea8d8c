"""What was sold beyond what would have been sold anyway (pure).

The baseline of a day is what its weekday sold in the weeks before, carried on along their trend, times how much other
products sold that day beside their own weekday (the control). All in index space, so that it can be done by hand:

    z = y / q                  sales with the control taken out; q = control of the day / its weekday's mean
    W = mean of z by weekday   over the days of the base
    slope = sum(x (z/W - 1)) / sum(x²)        x = days from the middle of that weekday's days
    baseline = W q (1 + slope x)

The interval is that of least squares (95 %): the scatter of single days, of the weekday means and of the slope.
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
    """The base: mean and middle day (ordinal) of each weekday, slope a day, scatter of a day (a share of it)."""

    means: Mapping[int, Decimal]
    middles: Mapping[int, Decimal]
    counts: Mapping[int, int]
    slope: Decimal
    scatter: Decimal
    spread: Decimal  # sum of x²
    days: int

    @property
    def freedom(self) -> int:
        return self.days - len(self.means) - 1


@dataclass(frozen=True)
class Effect:
    """Sales (yuan) of some days against their baseline. low, high: the 95 % interval of the difference.

    days: those that could be compared. base_days: what the baseline stands on. a_week: its trend, as a share a week.
    """

    actual: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    days: tuple[dt.date, ...]
    base_days: int
    a_week: Decimal
    has_control: bool

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


def control_index(control: Series, base: Iterable[dt.date], days: Iterable[dt.date]) -> dict[dt.date, Decimal]:
    """What the control sold on each day beside its own weekday's mean of the base; days without a sale are left out."""
    by_weekday: dict[int, list[Decimal]] = defaultdict(list)
    base = list(base)
    for day in base:
        if value := control.get(day):
            by_weekday[day.weekday()].append(value)
    means = {weekday: sum(values, ZERO) / len(values) for weekday, values in by_weekday.items()}
    found = {}
    for day in (*base, *days):
        value = control.get(day)
        if value and value > 0 and means.get(day.weekday()):
            found[day] = value / means[day.weekday()]
    return found


def fit(series: Series, base: Iterable[dt.date], index: Mapping[dt.date, Decimal] | None = None) -> Fit | None:
    """The base of a series; None where too few days are known. `index`: the control's, by day."""
    told: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for day in base:
        value, q = series.get(day), Decimal(1) if index is None else index.get(day)
        if value is not None and q:
            told[day.weekday()].append((day.toordinal(), value / q))
    every = {weekday: sum((z for _t, z in rows), ZERO) / len(rows) for weekday, rows in told.items()}
    means = {weekday: mean for weekday, mean in every.items() if mean > 0 and len(told[weekday]) >= LEAST_OF_WEEKDAY}
    known = {weekday: told[weekday] for weekday in means}
    count = sum(len(rows) for rows in known.values())
    if count < LEAST_DAYS:
        return None
    middles = {weekday: Decimal(sum(t for t, _z in rows)) / len(rows) for weekday, rows in known.items()}
    points = [
        (t - middles[weekday], z / means[weekday] - 1) for weekday, rows in known.items() for t, z in rows
    ]  # what a day was off its weekday's mean
    spread = sum((x * x for x, _off in points), ZERO)
    slope = sum((x * off for x, off in points), ZERO) / spread if spread else ZERO
    left = sum(((off - slope * x) ** 2 for x, off in points), ZERO)
    freedom = count - len(means) - 1
    counts = {weekday: len(rows) for weekday, rows in known.items()}
    return Fit(means, middles, counts, slope, (left / freedom).sqrt(), spread, count)


def effect(
    series: Series, base: Iterable[dt.date], days: Iterable[dt.date], control: Series | None = None
) -> Effect | None:
    """The sales of `days` against the baseline. None where the base is too short, or none of the days can be compared
    (not known, a weekday the base does not hold, a day on which the control sold nothing)."""
    base, days = list(base), list(days)
    index = None if control is None else control_index(control, base, days)
    found = fit(series, base, index)
    if found is None:
        return None
    actual, expected, single, along = ZERO, ZERO, ZERO, ZERO
    by_weekday: dict[int, Decimal] = defaultdict(lambda: ZERO)
    compared = []
    for day in days:
        value, weekday = series.get(day), day.weekday()
        q = Decimal(1) if index is None else index.get(day)
        if value is None or not q or weekday not in found.means:
            continue
        level, x = found.means[weekday] * q, day.toordinal() - found.middles[weekday]
        actual += value
        expected += max(ZERO, level * (1 + found.slope * x))
        single += level * level
        by_weekday[weekday] += level
        along += level * x
        compared.append(day)
    if not compared:
        return None
    means = sum((total * total / found.counts[weekday] for weekday, total in by_weekday.items()), ZERO)
    slope = along * along / found.spread if found.spread else ZERO
    width = quantile(found.freedom) * found.scatter * (single + means + slope).sqrt()
    more = actual - expected
    return Effect(
        actual, expected, more - width, more + width, tuple(compared), found.days, found.slope * 7, control is not None
    )
