"""Prices of a group deal that fall with the pieces sold (阶梯团价), pure: everybody pays the price of the tier reached.

A line's own price is that of its first tier; the others are kept beside it as [[from so many pieces on, fen], ...].
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from opsplan.lib.money import fen
from opsplan.lib.text import gettext_noop as _

MOST = 8
TYPED = re.compile(r"(\d{1,7})件?起?[:：=@][¥￥]?(\d{1,9}(?:\.\d{1,2})?)元?")
BREAKS = re.compile(r"[\s,，;；、/|]+")


@dataclass(frozen=True)
class Tier:
    """From so many pieces on a piece costs this (fen). until: the last piece of it, None = there is none."""

    pieces: int
    price_fen: int
    until: int | None = None


def tiers(first_fen: int, more: Iterable[Sequence[int]]) -> list[Tier]:
    """All tiers of a line, the first one too."""
    steps = [(1, first_fen), *((pieces, price) for pieces, price in more)]
    ends: list[int | None] = [pieces - 1 for pieces, _price in steps[1:]]
    return [Tier(pieces, price, end) for (pieces, price), end in zip(steps, [*ends, None], strict=True)]


def reached(first_fen: int, more: Iterable[Sequence[int]], sold: int) -> int:
    """The price of a piece (fen) where so many were sold."""
    return [tier.price_fen for tier in tiers(first_fen, more) if tier.pieces <= max(sold, 1)][-1]


def read(text: str) -> list[list[int]]:
    """Tiers as they are typed, like "10:36.9 50:33.9". ValueError: a part cannot be read."""
    found = []
    for part in BREAKS.split(text.strip()):
        match = TYPED.fullmatch(part)
        if part and match is None:
            raise ValueError(part)
        if match:
            found.append([int(match[1]), fen(Decimal(match[2]))])
    return found


def written(more: Iterable[Sequence[int]]) -> str:
    """As they are typed."""
    return " ".join(f"{pieces}:{price // 100}.{price % 100:02d}" for pieces, price in more)


def wrong(first_fen: int, more: Sequence[Sequence[int]], quota: int) -> str:
    """What is wrong with the tiers of a line, "" = nothing."""
    steps = [(1, first_fen), *((pieces, price) for pieces, price in more)]
    pairs = list(pairwise(steps))
    if len(more) > MOST:
        return _("Give at most 8 tiers beside the first price.")
    if any(later[0] <= before[0] for before, later in pairs):
        return _("Each tier begins at more pieces than the one before it.")
    if any(not 0 < later[1] < before[1] for before, later in pairs):
        return _("Each tier costs less than the one before it, and more than 0.")
    if more and more[-1][0] > quota:
        return _("The last tier begins above the quota: it can never be reached.")
    return ""
