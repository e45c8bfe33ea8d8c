"""A day while it is being counted: who has spoken about it, and the sums so far. No query here."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Values = dict[str, Any]


@dataclass
class Day:
    """What the sources say about one day: who has spoken, who has not finished, and the sums."""

    covered: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)
    tells_refunds: bool = False  # the order file of the day has a refund column
    declared: set[str] = field(default_factory=set)  # columns of which somebody says that there was nothing
    store: Values = field(default_factory=dict)
    products: dict[int | None, Values] = field(default_factory=lambda: defaultdict(dict))
    channels: dict[str, Values] = field(default_factory=lambda: defaultdict(dict))
    prices: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # product: lowest, highest paid (fen), units


Days = dict[dt.date, Day]


def spoken(day: Day, kind: str) -> None:
    """Facts without a coverage row: the source has spoken, but nobody says it has finished."""
    if kind not in day.covered:
        day.covered.add(kind)
        day.unfinished.add(kind)
        day.tells_refunds |= kind == "orders"


def add(sums: Values, **parts: Any) -> None:
    """Add what is known; None adds nothing, and makes nothing of nothing."""
    for key, part in parts.items():
        if part is not None:
            number = int(part) if isinstance(part, Decimal) else part  # PostgreSQL sums whole numbers as numeric
            sums[key] = (sums.get(key) or 0) + number
