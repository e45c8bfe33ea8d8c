"""Money is integer fen (分) inside, Decimal yuan (元) at the edge, never float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def fen(yuan: Decimal) -> int:
    """Yuan to fen, half up (G12)."""
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def yuan(amount_fen: int) -> Decimal:
    """Fen to yuan, exact, two decimals."""
    return (Decimal(amount_fen) / 100).quantize(CENT)


def split(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Split `total` (fen) by `weights`: floors first, the rest to the largest fractions, ties to the earlier one.

    The parts always sum to the total. Raises ValueError when the weights do not sum to more than zero.
    """
    whole = sum(Decimal(w) for w in weights)
    if whole <= 0:
        raise ValueError("weights must sum to more than zero")
    exact = [Decimal(total) * Decimal(w) / whole for w in weights]
    parts = [int(share // 1) for share in exact]
    order = sorted(range(len(parts)), key=lambda i: (-(exact[i] - parts[i]), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
