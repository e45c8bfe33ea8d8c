"""Dividing fen: by parts that sum exactly, and rounded once."""

from collections.abc import Sequence


def rounded(amount_fen: int, part: int, whole: int) -> int:
    """amount x part / whole, half up, in whole fen. Nothing is negative here."""
    return (2 * amount_fen * part + whole) // (2 * whole)


def split(off_fen: int, amounts: Sequence[int]) -> list[int]:
    """`off_fen` over lines in proportion to their amounts, half up, the remainder on the last one (T-33: 3.33, 3.33,
    3.34).

    The parts always sum to `off_fen`, and no line bears more than it has: where rounding would go further, the next
    line bears it. ValueError when there is more to take off than there is."""
    left, rest = off_fen, sum(amounts)
    if not 0 <= off_fen <= rest:
        raise ValueError(f"{off_fen} cannot be taken off {rest}")
    whole, parts = rest, []
    for amount in amounts:
        rest -= amount
        part = rounded(off_fen, amount, whole) if whole else 0
        part = max(left - rest, min(part, amount, left))
        parts.append(part)
        left -= part
    return parts
