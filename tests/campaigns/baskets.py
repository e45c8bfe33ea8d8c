"""Baskets in a line, and what they cost."""

import datetime as dt

from campaigns.offers.kinds import Basket, Buyer, Line, Rules
from campaigns.offers.pricing import NOTHING, Pricer
from campaigns.offers.receipts import Receipt


def price(basket: Basket, rules: Rules, buyer: Buyer = NOTHING, at: dt.datetime | None = None) -> Receipt:
    """What one basket costs this buyer at this instant (UTC; None = whenever all offers live)."""
    return Pricer(rules, buyer, at).price(basket)


def basket_of(*lines: tuple[str, int, int], freight_fen: int = 0) -> Basket:
    """A basket of (code, list price in fen, pieces)."""
    return Basket(tuple(Line(code, fen, pieces) for code, fen, pieces in lines), freight_fen)
