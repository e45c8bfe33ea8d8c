"""How far off a projection usually is (pure): its errors in the past, and the interval they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from opsplan.lib.money import CENT

LEAST = 3  # months of record before an interval means anything
LOW, HIGH = Decimal("0.1"), Decimal("0.9")


@dataclass(frozen=True)
class Past:
    """A month gone by: what was projected on the same day, what came, and how far off it was (came / projected - 1)."""

    month: str
    projected: Decimal
    came: Decimal

    @property
    def error(self) -> Decimal:
        return self.came / self.projected - 1


def quantile(numbers: Sequence[Decimal], at: Decimal) -> Decimal:
    """Between the two nearest, in proportion. ValueError for none."""
    row = sorted(numbers)
    if not row:
        raise ValueError("no numbers")
    place = at * (len(row) - 1)
    below = int(place)
    above = min(below + 1, len(row) - 1)
    return row[below] + (row[above] - row[below]) * (place - below)


def interval(projection: Decimal, past: Sequence[Past]) -> tuple[Decimal, Decimal] | None:
    """Where four of five months like this one ended; None with less than three months of record."""
    if len(past) < LEAST:
        return None
    errors = [each.error for each in past]
    low, high = (projection * (1 + quantile(errors, at)) for at in (LOW, HIGH))
    return low.quantize(CENT, rounding=ROUND_HALF_UP), high.quantize(CENT, rounding=ROUND_HALF_UP)


def usual_error(past: Sequence[Past]) -> Decimal | None:
    """The middle of the errors' sizes."""
    return quantile([abs(each.error) for each in past], Decimal("0.5")) if past else None
