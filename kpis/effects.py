"""Which factor moved a product (pure): parts that sum to the change to the fen.

Where all factors are positive the log-mean (additive LMDI) split: effect = L(after, before) x ln(after_i / before_i),
with L(a, b) = (a - b) / ln(a / b). Where one is zero or negative a logarithm has nothing to say, and the Shapley split
stands in: the mean, over every order in which the factors can move, of what a factor's move changes.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal, localcontext
from itertools import permutations
from math import prod

CENT = Decimal("0.01")
ONE = Decimal(1)
EVEN = Decimal("1e-15")  # logarithms that sum to less than this cancel out
DIGITS = 50


def split(before: Sequence[Decimal], after: Sequence[Decimal], change: Decimal) -> list[Decimal]:
    """How much of `change` (yuan, of whole fen) each factor explains; the parts sum to `change` exactly.

    `before` and `after` are the factors of the two products, in the same order; `change` is the difference of the
    products.
    """
    with localcontext(prec=DIGITS):
        parts = log_mean(before, after, change) if min(*before, *after) > 0 else shapley(before, after)
    return to_fen(parts, change)


def method(before: Sequence[Decimal], after: Sequence[Decimal]) -> str:
    """log_mean or shapley: which way `split` goes."""
    return "log_mean" if min(*before, *after) > 0 else "shapley"


def log_mean(before: Sequence[Decimal], after: Sequence[Decimal], change: Decimal) -> list[Decimal]:
    logs = [(new / old).ln() for old, new in zip(before, after, strict=True)]
    whole = sum(logs, Decimal(0))
    if abs(whole) < EVEN:  # the log-mean of equal products is the product itself
        mean = prod(after, start=ONE)
    else:
        mean = change / whole
    return [mean * log for log in logs]


def shapley(before: Sequence[Decimal], after: Sequence[Decimal]) -> list[Decimal]:
    """What each factor adds to the product, as the mean over all orders in which they change; sums to the change."""
    orders = list(permutations(range(len(before))))
    parts = [Decimal(0)] * len(before)
    for order in orders:
        now = list(before)
        for i in order:
            was = prod(now, start=ONE)
            now[i] = after[i]
            parts[i] += prod(now, start=ONE) - was
    return [part / len(orders) for part in parts]


def to_fen(parts: Sequence[Decimal], whole: Decimal) -> list[Decimal]:
    """The parts in whole fen: floors first, then a fen to each of the largest fractions until they sum to `whole` (ties
    to the earlier part)."""
    floors = [part.quantize(CENT, rounding=ROUND_FLOOR) for part in parts]
    left = int((whole - sum(floors, Decimal(0))) / CENT)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for step in range(abs(left)):
        floors[order[step % len(order)]] += CENT if left > 0 else -CENT
    return floors
