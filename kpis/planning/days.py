"""The days of a month (pure): what each bears, and what it is to bring. Days always sum to the month, to the fen.

A day is free, or somebody gave it an amount, a share of the month or a weight of its own. Amounts and shares are taken
out first; what is left goes to the free days by their weights, largest remainder (domain.md 3.2, T-07).
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kpis.planning.shares import Contradiction, parts_of, weekday_index
from opsplan.lib.money import CENT
from opsplan.lib.periods import Period
from opsplan.lib.text import gettext_noop as _

EVEN = (Decimal(1),) * 7
LEAST_DAYS = 4  # of each weekday, to learn from
FAR = Decimal("3.5")  # times the usual distance from the middle: such a day is no ordinary one
Days = Mapping[dt.date, Decimal]


@dataclass(frozen=True)
class Pin:
    """What somebody said about a day: at most one of amount (yuan), share (of the month, a fraction) and weight.

    locked: it cannot be changed until it is unlocked.
    """

    amount: Decimal | None = None
    share: Decimal | None = None
    weight: Decimal | None = None
    locked: bool = False


Pins = Mapping[dt.date, Pin]


@dataclass(frozen=True)
class Shared:
    """A month by day. amounts: yuan to the fen. exact: the same before rounding, for progress by weight. squeezed: what
    is reserved does not fit the month, so that reserved days stand in proportion to one another."""

    amounts: dict[dt.date, Decimal]
    exact: dict[dt.date, Decimal]
    squeezed: bool = False


def learned_week(sales: Days, leave_out: Collection[dt.date] = ()) -> list[Decimal] | None:
    """The weight of Monday to Sunday from sold yuan by day, lowest 1.00 (T-08); None where a weekday has too few days.

    Promo days and festivals are left out, and days that lie far from the middle of their weekday.
    """
    by_weekday: list[list[Decimal]] = [[] for _each in range(7)]
    for day, amount in sales.items():
        if day not in leave_out:
            by_weekday[day.weekday()].append(amount)
    if min(len(amounts) for amounts in by_weekday) < LEAST_DAYS:
        return None
    means = [mean(ordinary(amounts)) for amounts in by_weekday]
    if min(means) <= 0:
        return None
    return [weight.quantize(CENT, rounding=ROUND_HALF_UP) for weight in weekday_index(means)]


def ordinary(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Those near the middle: within FAR usual distances of the median (at least a twentieth of it each)."""
    middle = median(amounts)
    usual = max(median([abs(amount - middle) for amount in amounts]) * Decimal("1.4826"), middle / 20)
    return [amount for amount in amounts if abs(amount - middle) <= FAR * usual]


def median(numbers: Iterable[Decimal]) -> Decimal:
    """ValueError for none."""
    row = sorted(numbers)
    if not row:
        raise ValueError("no numbers")
    half = len(row) // 2
    return row[half] if len(row) % 2 else (row[half - 1] + row[half]) / 2


def mean(numbers: Sequence[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0)) / len(numbers)


def day_weights(
    days: Iterable[dt.date], week: Sequence[Decimal], special: Callable[[dt.date], Decimal | None], pins: Pins
) -> dict[dt.date, Decimal]:
    """Each day's weight: its own, else what its kind or event has (`special`), else its weekday's (Monday first)."""
    found = {}
    for day in days:
        own = pins[day].weight if day in pins else None
        found[day] = next(x for x in (own, special(day), week[day.weekday()]) if x is not None)
    return found


def reserved(total: Decimal, pins: Pins) -> dict[dt.date, Decimal]:
    """The yuan of days with an amount or a share, to the fen."""
    out = {}
    for day, pin in pins.items():
        if pin.amount is not None:
            out[day] = pin.amount
        elif pin.share is not None:
            out[day] = (total * pin.share).quantize(CENT, rounding=ROUND_HALF_UP)
    return out


def check(total: Decimal, period: Period, weights: Days, pins: Pins) -> None:
    """Raises Contradiction when what is reserved does not fit the month."""
    taken = reserved(total, pins)
    fixed = sum(taken.values(), Decimal(0))
    if fixed > total:
        raise Contradiction(
            _("The reserved days are %(fixed)s together, more than %(total)s."), fixed=fixed, total=total
        )
    if fixed < total and not any(weights[day] for day in period if day not in taken):
        raise Contradiction(
            _("All days are reserved and are %(fixed)s together, not %(total)s."), fixed=fixed, total=total
        )


def shared(total: Decimal, period: Period, weights: Days, pins: Pins) -> Shared:
    """A month's yuan by day."""
    taken = reserved(total, pins)
    fixed, free = sum(taken.values(), Decimal(0)), [day for day in period if day not in taken]
    bears = sum((weights[day] for day in free), Decimal(0))
    if fixed > total or (fixed < total and not bears):
        basis = {day: taken.get(day, Decimal(0)) if fixed else Decimal(1) for day in period}
        whole = sum(basis.values(), Decimal(0))
        parts = dict(zip(period, parts_of(total, list(basis.values())), strict=True))
        return Shared(parts, {day: total * basis[day] / whole for day in period}, squeezed=True)
    rest = total - fixed
    parts = dict(zip(free, parts_of(rest, [weights[day] for day in free]), strict=True)) if bears else {}
    exact = {day: rest * weights[day] / bears for day in free} if bears else {}
    nothing = dict.fromkeys(period, Decimal(0))
    amounts = {**nothing, **parts, **taken}
    return Shared({day: amounts[day].quantize(CENT) for day in period}, {**nothing, **exact, **taken})


def spread_like(total: Decimal, like: Days, *, whole: bool = False) -> dict[dt.date, Decimal]:
    """Another amount of the month over the same days in the same proportion; largest remainder, so that they sum."""
    if not any(like.values()):
        like = dict.fromkeys(like, Decimal(1))
    return dict(zip(like, parts_of(total, list(like.values()), whole=whole), strict=True))
