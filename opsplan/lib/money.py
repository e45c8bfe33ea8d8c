"""Money is integer fen (分) inside, Decimal yuan (元) at the edge, never float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import floor
from typing import Any

CENT = Decimal("0.01")


def half_up(amount: Decimal) -> int:
    """A half goes up; below zero it goes away from zero, too."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def fen(yuan: Decimal) -> int:
    """Yuan to fen, half up (G12)."""
    return half_up(yuan * 100)


def yuan(amount_fen: int) -> Decimal:
    """Fen to yuan, exact, two decimals."""
    return Decimal(amount_fen).scaleb(-2)


def in_yuan(told: Any) -> Any:
    """An answer kept in fen as every program is told it: fields in `_fen` without that ending, in yuan as text."""
    if isinstance(told, list | tuple):
        return [in_yuan(x) for x in told]
    if not isinstance(told, dict):
        return told
    return {x.removesuffix("_fen"): as_text(y) if x.endswith("_fen") else in_yuan(y) for x, y in told.items()}


def as_text(fen: Any) -> Any:
    """Yuan as text, of an amount or a list of amounts; None for none."""
    if isinstance(fen, list | tuple):
        return [as_text(x) for x in fen]
    return None if fen is None else str(yuan(fen))


def split(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Split `total` (fen) by `weights`: floors first, the rest to the largest fractions, ties to the earlier one.

    The parts always sum to the total. Raises ValueError when the weights do not sum to more than zero.
    """
    whole = sum(Decimal(w) for w in weights)
    if whole <= 0:
        raise ValueError("weights must sum to more than zero")
    if len(set(weights)) == 1:  # the same at a fraction of the cost: most months are shared out evenly
        part, left = divmod(total, len(weights))
        return [part + (place < left) for place in range(len(weights))]
    amount = Decimal(total)
    exact = [amount * w / whole for w in weights]
    parts = [floor(share) for share in exact]
    left = total - sum(parts)
    if left:
        rests = [share - part for share, part in zip(exact, parts, strict=True)]
        for i in sorted(range(len(parts)), key=rests.__getitem__, reverse=True)[:left]:  # stable: ties to the earlier
            parts[i] += 1
    return parts
