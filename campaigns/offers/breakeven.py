"""How much more must be sold, and what an ad must bring, for nothing to be lost (domain.md 3.6)."""

from decimal import Decimal

ZERO, ONE = Decimal(0), Decimal(1)


def break_even_roi(rate: Decimal) -> Decimal | None:
    """1 / rate (gross margin or contribution, as a share of sales); None where nothing is earned."""
    return ONE / rate if rate > ZERO else None


def needed_lift(before_fen: int, after_fen: int) -> Decimal | None:
    """How many times as many pieces must be sold at the lower price; None when each piece loses."""
    return Decimal(before_fen) / after_fen if after_fen > 0 else None
