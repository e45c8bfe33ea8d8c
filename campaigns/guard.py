"""How low a product can be bought (pure): the deepest unit price over all baskets, buyers, instants and allowed
stackings.

Only discounts that the shop bears count (S052). A breach is told with the basket that reaches it and the ways out of
it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as every

from campaigns.offers.discounts import item_off
from campaigns.offers.kinds import (
    ITEM_KINDS,
    Basket,
    Buyer,
    Cut,
    Kind,
    Ladder,
    Level,
    Line,
    NFree,
    Nth,
    Offer,
    Rules,
    Slot,
    Tiers,
    Voucher,
    slot_of,
)
from campaigns.offers.pricing import Pricer
from campaigns.offers.receipts import Receipt, Way

MANY_POINTS = 10**9  # fen: more than any basket
PIECES = 6  # every number of pieces up to this is tried, and those that just reach a threshold
MOST_PIECES = 60
FILLERS = 8  # other products tried beside it


@dataclass(frozen=True)
class Goods:
    """A product as the guard sees it: list price and cost in fen; `limit` pieces in one order."""

    code: str
    list_fen: int
    cost_fen: int | None = None
    limit: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Deep:
    """The deepest unit price of a product: what a line of it is sold for by the shop (fen) over its pieces, and how."""

    code: str
    held_fen: int
    pieces: int
    way: Way
    buyer: Buyer
    at: dt.datetime | None
    receipt: Receipt

    @property
    def unit(self) -> Fraction:
        return Fraction(self.held_fen, self.pieces)

    @property
    def unit_fen(self) -> int:
        """Rounded down to the fen, so that a breach never looks like none."""
        return self.held_fen // self.pieces


def buyers(rules: Rules) -> list[Buyer]:
    """The kinds of buyers that these rules tell apart."""
    kinds = {offer.kind for offer in rules.offers}
    vips = {level for offer in rules.offers if isinstance(offer.terms, Tiers) for level, _rate in offer.terms.rates}
    if any(offer.audience == "vip" for offer in rules.offers):
        vips.add(1)
    news = (False, True) if any(offer.audience == "new" for offer in rules.offers) else (False,)
    groups = (False, True) if Kind.GROUP in kinds else (False,)
    points = (0, MANY_POINTS) if Kind.POINTS in kinds else (0,)
    return [
        Buyer(vip=vip, is_new=new, in_group=group, points_fen=worth)
        for vip, new, group, worth in every(sorted(vips | {0}), news, groups, points)
    ]


def instants(rules: Rules) -> list[dt.datetime | None]:
    """The instants at which something becomes cheaper: of every set of offers that are live together one is found
    there."""
    found = {offer.starts for offer in rules.offers if offer.starts}
    found |= {
        offer.terms.claim_from for offer in rules.offers if isinstance(offer.terms, Voucher) and offer.terms.claim_from
    }
    times: list[dt.datetime | None] = [*sorted(found)]
    if not times or any(offer.starts is None for offer in rules.offers):
        ends = sorted(offer.ends for offer in rules.offers if offer.ends)
        times.insert(0, ends[0] - dt.timedelta(microseconds=1) if ends else None)
    return times


def thresholds(rules: Rules) -> tuple[list[int], list[int]]:
    """The amounts (fen) and the numbers of pieces from which something is given."""
    amounts, pieces = set(), set()
    for offer in rules.offers:
        terms = offer.terms
        if isinstance(terms, Ladder):
            (pieces if terms.by_pieces else amounts).update(step.at for step in terms.steps)
        elif isinstance(terms, Voucher):
            amounts.add(terms.at_fen)
        elif isinstance(terms, NFree | Nth):
            pieces.add(terms.n)
    return sorted(amounts - {0}), sorted(pieces)


def own_price(goods: Goods, rules: Rules) -> int:
    """About what one piece costs after the item's own offers (fen); at least 1."""
    line = Line(goods.code, goods.list_fen)
    offs = [item_off(offer, line) for offer in rules.offers if offer.kind in ITEM_KINDS and offer.covers(goods.code)]
    return max(1, goods.list_fen - max(offs, default=0))


def baskets(goods: Goods, others: Sequence[Goods], rules: Rules) -> Iterator[Basket]:
    """The baskets with the product that may reach deepest: few pieces of it, alone or beside one other product, and
    each number that just reaches a threshold. Beyond a threshold a fixed discount only thins out."""
    amounts, pieces = thresholds(rules)
    unit = own_price(goods, rules)
    most = min(goods.limit or MOST_PIECES, MOST_PIECES)
    mine = {
        *range(1, PIECES + 1),
        *(-(-at // unit) for at in amounts),
        *(-(-at // goods.list_fen) for at in amounts),
        *pieces,
    }
    for count in sorted(number for number in mine if 1 <= number <= most):
        line = Line(goods.code, goods.list_fen, count, goods.cost_fen)
        yield Basket((line,))
        for other in others:
            price = own_price(other, rules)
            theirs = {1, 2, 3, *(-(-(at - count * unit) // price) for at in amounts), *(at - count for at in pieces)}
            limit = min(other.limit or MOST_PIECES, MOST_PIECES)
            for number in sorted(number for number in theirs if 1 <= number <= limit):
                yield Basket((line, Line(other.code, other.list_fen, number, other.cost_fen)))


def deepest(code: str, tried: Iterable[Basket], rules: Rules) -> Deep | None:
    """The deepest unit price of a product over these baskets and all buyers, instants and stackings; None without a
    basket with it."""
    pricers = [Pricer(rules, buyer, at) for at in instants(rules) for buyer in buyers(rules)]
    best: tuple[Fraction, Pricer, Way, int] | None = None
    for basket in tried:
        number = next((i for i, line in enumerate(basket.lines) if line.code == code), None)
        if number is None:
            continue
        for pricer in pricers:
            for way in pricer.ways(basket):
                unit = Fraction(way.held()[number], basket.lines[number].pieces)
                if best is None or unit < best[0]:
                    best = (unit, pricer, way, number)
    if best is None:
        return None
    _unit, pricer, way, number = best
    receipt = pricer.receipt(way)
    line = receipt.lines[number]
    return Deep(code, line.held_fen, line.line.pieces, way, pricer.buyer, pricer.at, receipt)


def fillers(goods: Goods, all_goods: Sequence[Goods], rules: Rules) -> list[Goods]:
    """The other products worth trying beside it: for each set of offers that cover them the cheapest ones."""
    found: dict[tuple[frozenset[str], int], Goods] = {}
    for other in all_goods:
        if other.code != goods.code and other.list_fen > 0:
            covering = frozenset(offer.key for offer in rules.offers if offer.covers(other.code))
            found.setdefault((covering, own_price(other, rules)), other)
    return sorted(found.values(), key=lambda other: own_price(other, rules))[:FILLERS]


def for_product(goods: Goods, all_goods: Sequence[Goods], rules: Rules) -> Deep:
    """The deepest unit price of a product of a campaign."""
    found = deepest(goods.code, baskets(goods, fillers(goods, all_goods, rules), rules), rules)
    assert found is not None  # one piece of it alone is always tried
    return found


@dataclass(frozen=True)
class WayOut:
    """What would mend a breach. kind: exclude (one offer not with the other), price (a higher campaign price), leave
    (the offer does not cover the product)."""

    kind: str
    offer: str = ""
    other: str = ""
    price_fen: int | None = None


def with_price(rules: Rules, code: str, price_fen: int) -> Rules:
    """The rules with another price of a product wherever it has a fixed one."""
    return replace(rules, offers=tuple(_repriced(offer, code, price_fen) for offer in rules.offers))


def _repriced(offer: Offer, code: str, price_fen: int) -> Offer:
    if not isinstance(offer.terms, Cut) or code not in dict(offer.terms.prices):
        return offer
    prices = tuple((name, price_fen if name == code else fen) for name, fen in offer.terms.prices)
    return replace(offer, terms=replace(offer.terms, prices=prices))


def ways_out(goods: Goods, all_goods: Sequence[Goods], rules: Rules, low_fen: int) -> list[WayOut]:
    """What would keep the product at `low_fen` or above; each is tried before it is offered."""

    def holds(changed: Rules) -> bool:
        return for_product(goods, all_goods, changed).unit >= low_fen

    deep = for_product(goods, all_goods, rules)
    used = [step.offer for step in deep.receipt.steps if step.merchant_fen]
    shared = [offer for offer in used if slot_of(offer) is not Slot.ITEM]
    found = []
    for late in reversed(shared):
        for early in shared:
            if early.key != late.key and early.kind is not late.kind and late.kind is not Kind.VIP:
                apart = replace(late, excludes=late.excludes | {early.kind})
                if holds(_swapped(rules, late, apart)):
                    found.append(WayOut("exclude", late.key, early.key))
                    break
    priced = next((offer for offer in used if isinstance(offer.terms, Cut) and dict(offer.terms.prices)), None)
    if priced is not None and isinstance(priced.terms, Cut):
        price = _price_that_holds(goods, all_goods, rules, low_fen, dict(priced.terms.prices)[goods.code])
        if price is not None:
            found.append(WayOut("price", priced.key, price_fen=price))
    codes = frozenset(other.code for other in all_goods)
    for offer in shared:
        without = replace(offer, products=(offer.products or codes) - {goods.code})
        if offer.level is not Level.PLATFORM and holds(_swapped(rules, offer, without)):
            found.append(WayOut("leave", offer.key))
    return found


def _swapped(rules: Rules, old: Offer, new: Offer) -> Rules:
    return replace(rules, offers=tuple(new if offer.key == old.key else offer for offer in rules.offers))


def _price_that_holds(goods: Goods, all_goods: Sequence[Goods], rules: Rules, low_fen: int, now_fen: int) -> int | None:
    """The lowest price, in whole tenths of a yuan, that holds the floor; None where even the list price does not."""

    def holds(price: int) -> bool:
        return for_product(goods, all_goods, with_price(rules, goods.code, price)).unit >= low_fen

    low, high = now_fen // 10, -(-goods.list_fen // 10)
    if not holds(min(high * 10, goods.list_fen)):
        return None
    while low < high:
        middle = (low + high) // 2
        if holds(middle * 10):
            high = middle
        else:
            low = middle + 1
    return min(high * 10, goods.list_fen)
