"""A whole and its parts (pure): parts always sum to the whole, to the fen; the rest goes to the largest fractions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from opsplan.lib.money import fen, split, yuan
from opsplan.lib.periods import Period
from opsplan.lib.text import gettext_noop as _

DIGITS, PLACES = 15, 16  # what both databases keep of a number
TEMPLATES = {
    "founding": (_("The founding table"), (100, 120, 140, 200, 400, 600, 750, 850, 1100, 1300, 2000, 1500)),
    # the double 11 and double 12 lines of the found table are added to November and December
    "growing": (_("A growing brand"), (430, 333, 367, 500, 533, 567, 667, 800, 933, 1000, 2203, 1666)),
    "even": (_("Every day the same"), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)),
}
QUARTERS = (Decimal(23), Decimal(25), Decimal(22), Decimal(30))


class Contradiction(ValueError):
    """Locks or limits stand against a change. `text` is a msgid, `params` fill it; `row` keys are told by label.
    month: in which it happened, None where it is of several."""

    def __init__(self, text: str, **params: object) -> None:
        self.text, self.params = text, params
        self.month: int | None = None
        super().__init__(text % params if params else text)


def exact(number: Decimal) -> Decimal:
    """A number as it is kept: 15 significant digits, so that it comes back from either database as it went in."""
    if not number:
        return Decimal(0)
    return plain(number.quantize(Decimal(1).scaleb(max(number.adjusted() - DIGITS + 1, -PLACES))))


def plain(number: Decimal) -> Decimal:
    """The same number without idle zeros and without an exponent."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def parts_of(total: Decimal, weights: Sequence[Decimal | int], *, whole: bool = False) -> list[Decimal]:
    """Yuan (or whole pieces) shared out by weights, largest remainder: the parts sum to `total` exactly."""
    if whole:
        return [Decimal(part) for part in split(int(total), weights)]
    return [yuan(part) for part in split(fen(total), weights)]


def spread(
    total: Decimal,
    now: Sequence[Decimal | None],
    locked: Sequence[bool],
    even: Sequence[Decimal | int] = (),
    *,
    whole: bool = False,
) -> list[Decimal]:
    """The parts when the whole becomes `total` (yuan, or `whole` pieces): locked ones stay, the others keep proportion.

    Where the others are all empty they share by `even` (default: equally). Raises Contradiction.
    """
    fixed = sum((value or Decimal(0) for value, held in zip(now, locked, strict=True) if held), Decimal(0))
    free = [i for i, held in enumerate(locked) if not held]
    rest = total - fixed
    if rest < 0:
        raise Contradiction(
            _("The locked parts are %(fixed)s together, more than %(total)s."), fixed=fixed, total=total
        )
    if not free:
        if rest:
            raise Contradiction(
                _("All parts are locked and are %(fixed)s together, not %(total)s."), fixed=fixed, total=total
            )
        return [value or Decimal(0) for value in now]
    weights: list[Decimal | int] = [now[i] or Decimal(0) for i in free]
    if not any(weights):
        weights = [even[i] for i in free] if even else [1] * len(free)
    out = [value or Decimal(0) for value in now]
    for i, part in zip(free, parts_of(rest, weights, whole=whole), strict=True):
        out[i] = part
    return out


def months_by_quarter(total: Decimal, quarters: Sequence[Decimal], months: Sequence[Decimal | int]) -> list[Decimal]:
    """A year by four shares, each quarter over its months by `months` (twelve weights): yuan, exact."""
    out: list[Decimal] = []
    for number, part in enumerate(parts_of(total, quarters)):
        out += parts_of(part, months[number * 3 : number * 3 + 3])
    return out


def weekday_index(means: Sequence[Decimal]) -> list[Decimal]:
    """Mean sales of Monday to Sunday over the lowest of them (domain.md 3.2). Raises ValueError without sales."""
    lowest = min(means)
    if lowest <= 0:
        raise ValueError("every weekday needs sales")
    return [mean / lowest for mean in means]


def aligned_shape(
    sold: Mapping[dt.date, Decimal], year: int, moved: Sequence[tuple[dt.date, dt.date, int]]
) -> list[Decimal]:
    """Twelve month sums of last year's days laid on `year`.

    `moved`: (last year's day, this year's day, days to either side) of a festival that moves; these days go with it,
    and where it stood last year its month's ordinary days stand in.
    """
    ordinary: dict[int, list[Decimal]] = {}

    def near(day: dt.date, centre: dt.date, around: int) -> bool:
        return abs((day - centre).days) <= around

    for day, amount in sold.items():
        if not any(near(day, old, around) for old, _new, around in moved):
            ordinary.setdefault(day.month, []).append(amount)
    every = [amount for amounts in ordinary.values() for amount in amounts]
    mean = sum(every, Decimal(0)) / len(every) if every else Decimal(0)
    sums = [Decimal(0)] * 12
    for day in Period(dt.date(year, 1, 1), dt.date(year, 12, 31)):
        shift = next((old - new for old, new, around in moved if near(day, new, around)), None)
        if shift is not None:
            amount = sold.get(day + shift, Decimal(0))
        else:
            before = (
                day.replace(year=year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year - 1)
            )
            usual = ordinary.get(day.month, [])
            stand_in = sum(usual, Decimal(0)) / len(usual) if usual else mean
            amount = (
                stand_in
                if any(near(before, old, around) for old, _new, around in moved)
                else sold.get(before, Decimal(0))
            )
        sums[day.month - 1] += amount
    return sums
