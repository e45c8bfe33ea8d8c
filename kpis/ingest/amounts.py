"""Whether a file counts in another unit than its store: amounts far from those known, and from list prices.

Nothing is kept out: a person who sees both figures knows.
"""

from collections.abc import Sequence
from fractions import Fraction
from statistics import median_low

from kpis.ingest.kinds import Kind, Source
from kpis.ingest.staging import ROWS, rows_of
from kpis.models import Order, OrderLine
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.problems import Problem
from products.stock_queries import list_prices
from stores.models import Store

ENOUGH = 5  # amounts, before their middle means something
LOOKED_AT = 500  # known amounts, the newest
FIRST = 5_000  # rows of the file
FAR = 7  # times as much, or as little: fen, jiao and yuan are ten times apart
BARGAIN = 30  # times below the list price, which many shops set high, with no orders to compare with


def unit_doubts(kind: Kind, store: Store) -> list[Problem]:
    """What is odd about the amounts of staged orders or items."""
    if kind.source not in (Source.ORDERS, Source.LINES):
        return []
    amount, qty = ("total_fen", "item_qty") if kind.source == Source.ORDERS else ("price_fen", "1")
    staged = rows_of(f"SELECT {amount}, {qty} FROM {ROWS} WHERE {amount} > 0 AND sid <= {FIRST}")
    middle, known = middle_of([fen for fen, _qty in staged]), middle_of(known_amounts(kind, store))
    if middle is None or (known and not is_far(middle, known)):
        return []
    told = [odd("odd_amounts", middle, known)] if known else []
    piece = middle_of([fen // qty for fen, qty in staged if qty])
    listed = middle_of([*list_prices(store, clock.today(store.timezone)).values()])
    if piece and listed and is_far(piece, listed, FAR if known else BARGAIN):
        told.append(odd("odd_prices", piece, listed))
    return told


def known_amounts(kind: Kind, store: Store) -> list[int]:
    facts, column = (Order, "total_fen") if kind.source == Source.ORDERS else (OrderLine, "price_fen")
    known = facts._default_manager.filter(store=store, **{f"{column}__gt": 0}).order_by("-id")
    return [*known.values_list(column, flat=True)[:LOOKED_AT]]


def middle_of(amounts: Sequence[int]) -> int | None:
    """The amount in the middle; None of too few."""
    return median_low(amounts) if len(amounts) >= ENOUGH else None


def is_far(fen: int, known: int, below: int = FAR) -> bool:
    return fen >= FAR * known or fen * below <= known


def odd(code: str, fen: int, known: int) -> Problem:
    times = Fraction(fen, known)
    told = f"{round(times):,}" if times >= 1 else f"1/{round(1 / times):,}"
    figures = {"middle": f"{yuan(fen):,}", "known": f"{yuan(known):,}", "times": told}
    return Problem(0, "", "", code, figures, "notice")
