"""A month (or any span) under way against its target (pure). Amounts are Decimal yuan; only closed days count."""

from decimal import Decimal

HIDDEN_DAYS = 3  # a projection from less than this many closed days plus one says nothing


def time_progress(closed: Decimal, days: Decimal) -> Decimal | None:
    """Closed days over all days."""
    return closed / days if days else None


def expected(target: Decimal, closed: Decimal, days: Decimal) -> Decimal | None:
    """What should be there by now if every day bore the same."""
    return target * closed / days if days else None


def projection(actual: Decimal, closed: Decimal, days: Decimal) -> Decimal | None:
    """Where it ends at this pace; None in the first three days."""
    return actual * days / closed if closed > HIDDEN_DAYS else None


def need_per_day(target: Decimal, actual: Decimal, left: Decimal) -> Decimal | None:
    """What every remaining day has to bring; 0 once the target is reached, None when no day is left."""
    return max(target - actual, Decimal(0)) / left if left > 0 else None
