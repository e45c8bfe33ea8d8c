"""Which factor moved a product (pure): the log-mean (LMDI) split, whose parts always sum to the change."""

from collections.abc import Sequence
from decimal import Decimal

CENT = Decimal("0.01")


def split(before: Sequence[Decimal], after: Sequence[Decimal], change: Decimal) -> list[Decimal] | None:
    """How much of `change` (yuan) each factor explains, rounded to fen; the parts sum to `change` exactly.

    `before` and `after` are the factors of the two products, in the same order; `change` is the difference of the
    products. None where a factor is zero or negative on either side: a logarithm has nothing to say about it.
    """
    if min(*before, *after) <= 0:
        return None
    logs = [(new / old).ln() for old, new in zip(before, after, strict=True)]
    whole = sum(logs, Decimal(0))
    if abs(whole) < Decimal("1e-15"):  # the factors cancel out: the log-mean of equal products is the product itself
        product = Decimal(1)
        for factor in after:
            product *= factor
        parts = [(product * log).quantize(CENT) for log in logs]
    else:
        parts = [(change * log / whole).quantize(CENT) for log in logs]
    largest = max(range(len(parts)), key=lambda i: abs(parts[i]))
    parts[largest] += change.quantize(CENT) - sum(parts)
    return parts
