"""What a target needs (pure): sales = visitors x conversion x revenue per buyer, solved for visitors; growth."""

from decimal import ROUND_CEILING, Decimal

MILLIONTH = Decimal("0.000001")


def whole_up(number: Decimal) -> Decimal:
    return number.to_integral_value(rounding=ROUND_CEILING)


def visitors_needed(sales: Decimal, per_buyer: Decimal, conversion: Decimal) -> Decimal | None:
    """Visitors that bring `sales` (yuan) at these rates, rounded up; None where one is zero (domain.md 3.4). Rates are
    quotients: what they are off in their last digit makes no visitor."""
    per_visitor = per_buyer * conversion
    return whole_up((max(sales, Decimal(0)) / per_visitor).quantize(MILLIONTH)) if per_visitor > 0 else None


def shortfall(wanted: Decimal, there: Decimal) -> Decimal:
    """How much is missing; 0 where there is a surplus."""
    return max(wanted - there, Decimal(0))


def daily_growth(now: Decimal, before: Decimal, days: int = 7) -> Decimal | None:
    """The mean growth a day that leads from `before` to `now` in so many days; None from nothing or to below it."""
    if before <= 0 or now < 0:
        return None
    return (now / before) ** (Decimal(1) / days) - 1
