"""A month (or any span) under way against its target (pure). Amounts are Decimal yuan; only closed days count.

Not every day bears the same: `weights` say how much each does (day -> weight; a day not named bears 1). `closed` and
`days` below are what the closed days and all days bear: plain counts of days while nothing is weighed.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

Weights = Mapping[dt.date, Decimal]
HIDDEN_DAYS = 3  # a projection from less than this many closed days plus one says nothing
EVEN: Weights = {}


def borne(days: Iterable[dt.date], weights: Weights = EVEN) -> Decimal:
    """What some days bear together; their number where every day bears the same. ValueError for a weight below 0."""
    found = [weights.get(day, Decimal(1)) for day in days]
    if any(weight < 0 for weight in found):
        raise ValueError("a day cannot bear less than nothing")
    return sum(found, Decimal(0))


def time_progress(closed: Decimal, days: Decimal) -> Decimal | None:
    """Closed days over all days."""
    return closed / days if days else None


def expected(target: Decimal, closed: Decimal, days: Decimal) -> Decimal | None:
    """What should be there by now."""
    return target * closed / days if days else None


def projection(actual: Decimal, closed: Decimal, days: Decimal, counted: int | None = None) -> Decimal | None:
    """Where it ends at this pace; None in the first three days. counted: how many days are closed, where they are
    weighed."""
    known = closed if counted is None else Decimal(counted)
    return actual * days / closed if known > HIDDEN_DAYS and closed else None


def need_per_day(target: Decimal, actual: Decimal, left: Decimal) -> Decimal | None:
    """What every remaining day has to bring; 0 once the target is reached, None when no day is left."""
    return max(target - actual, Decimal(0)) / left if left > 0 else None
