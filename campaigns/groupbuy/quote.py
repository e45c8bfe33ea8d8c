"""What price a group deal needs, and what it would bring (pure). Fen, fractions; whole pieces, so that the forecast and
the settlement are the same arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from campaigns.groupbuy.settlement import Account, Costs, Part, Pieces, Terms, account

MOST_PIECES = 1_000_000
ONE = Decimal(1)


@dataclass(frozen=True)
class Assumed:
    """What is assumed of buyers: shares of the pieces sold that are refunded before and after shipping, and of those
    that come back the share that cannot be sold again."""

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)

    def pieces(self, sold: int) -> Pieces:
        """Whole pieces, half up."""
        before = min(rounded(sold * self.before), sold)
        after = min(rounded(sold * self.after), sold - before)
        return Pieces(sold, before, after, min(rounded(after * self.lost), after))


def rounded(pieces: Decimal) -> int:
    return int(pieces.quantize(ONE, rounding=ROUND_HALF_UP))


def forecast(price_fen: int, sold: int, costs: Costs, terms: Terms, assumed: Assumed | None = None) -> Account:
    """What so many pieces at that price would bring."""
    return account([Part(price_fen, (assumed or Assumed()).pieces(sold), costs)], terms)


def lowest_price(
    margin: Decimal, costs: Costs, terms: Terms, sold: int = 1, assumed: Assumed | None = None
) -> int | None:
    """The lowest price (fen, rounded up) that leaves `margin` of net sales as profit; None where no price does: margin
    and commission take everything, or nobody keeps a piece.

    Both the rate and the guarantee must leave the margin, as the site takes whichever is more.
    """
    pieces = (assumed or Assumed()).pieces(sold)
    spent = -account([Part(0, pieces, costs)], replace(terms, rate=Decimal(0), guarantee_fen=0)).profit
    if pieces.kept == 0 or margin + terms.rate >= 1:
        return None
    by_rate = Decimal(spent) / pieces.kept / (ONE - margin - terms.rate)
    by_guarantee = Decimal(spent + terms.guarantee_fen) / pieces.kept / (ONE - margin)
    price = max(upward(by_rate), upward(by_guarantee), 0)
    while falls_short(account([Part(price, pieces, costs)], terms), margin):  # the rounded commission may cost a fen
        price += 1
    return price


def falls_short(found: Account, margin: Decimal) -> bool:
    return found.profit < found.net * margin


def upward(amount: Decimal) -> int:
    return int(amount.quantize(ONE, rounding=ROUND_CEILING))


def least_pieces(price_fen: int, costs: Costs, terms: Terms, assumed: Assumed | None = None) -> int | None:
    """How many pieces must be sold before the deal loses nothing; None where no number helps."""
    return first(lambda sold: forecast(price_fen, sold, costs, terms, assumed).profit >= 0)


def first(is_enough: Callable[[int], bool], most: int = MOST_PIECES) -> int | None:
    """The smallest number from 1 on that is enough, where more is never worse."""
    if not is_enough(most):
        return None
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low
