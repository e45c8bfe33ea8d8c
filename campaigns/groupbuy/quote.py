"""What price a group deal needs, and what it would bring (pure). Fen, fractions; whole pieces, so that the forecast and
the settlement are the same arithmetic."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from campaigns.groupbuy.settlement import Account, Costs, Part, Pieces, Terms, account
from opsplan.lib.money import half_up

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
        before = min(half_up(sold * self.before), sold)
        after = min(half_up(sold * self.after), sold - before)
        return Pieces(sold, before, after, min(half_up(after * self.lost), after))


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
    """The number of pieces from which on the deal loses nothing, however many more are sold (up to MOST_PIECES); None
    where it goes on losing.

    Buyers give back whole pieces, so a few more may lose again what the last ones earned. As for the price, the rate
    and the guarantee must each leave nothing lost.
    """
    ways = (replace(terms, guarantee_fen=0), replace(terms, rate=Decimal(0)))
    found = [_least_of(price_fen, costs, way, assumed) for way in ways]
    return None if None in found else max(x for x in found if x is not None)


def _least_of(price_fen: int, costs: Costs, terms: Terms, assumed: Assumed | None) -> int | None:
    """Down from MOST_PIECES to the last number that loses. One piece less takes no more than what a piece that is kept
    brings, so as many as the profit has room for need no look."""
    shipped = costs.freight_fen + costs.packaging_fen + costs.gift_fen
    brings = price_fen - int(price_fen * terms.rate) - costs.goods_fen - shipped
    sold = MOST_PIECES
    while sold > 0 and (profit := forecast(price_fen, sold, costs, terms, assumed).profit) >= 0:
        sold = 0 if brings <= 0 else sold - profit // brings - 1
    return None if sold == MOST_PIECES else max(sold, 0) + 1
