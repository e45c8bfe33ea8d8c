"""How low a product can be bought (pure): the deepest unit price over all baskets, buyers, instants and allowed
stackings.

Only discounts that the shop bears count (S052). A breach is told with the basket that reaches it and the ways out of
it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
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
FILLERS = 6  # other products tried beside it
WORST = 8  # baskets a way out is tried on first


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
    amounts, pieces = set[int](), set[int]()
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


def depths(code: str, tried: Iterable[Basket], rules: Rules) -> list[tuple[Fraction, int, Pricer, Way]]:
    """The deepest unit price of a product in each basket that holds it, over all buyers, instants and stackings:
    (price, number of its line, pricer, way), the deepest first; of equal ones the basket that was tried first."""
    pricers = [Pricer(rules, buyer, at) for at in instants(rules) for buyer in buyers(rules)]
    found = []
    for basket in tried:
        number = next((i for i, line in enumerate(basket.lines) if line.code == code), None)
        if number is None:
            continue
        ways = ((way.held()[number], pricer, way) for pricer in pricers for way in pricer.ways(basket))
        held, pricer, way = min(ways, key=lambda one: one[0])
        found.append((Fraction(held, basket.lines[number].pieces), number, pricer, way))
    return sorted(found, key=lambda one: one[0])


def deepest(code: str, tried: Iterable[Basket], rules: Rules) -> Deep | None:
    """The deepest unit price of a product over these baskets and all buyers, instants and stackings; None without a
    basket with it."""
    found = depths(code, tried, rules)
    return _deep(code, found[0]) if found else None


def _deep(code: str, found: tuple[Fraction, int, Pricer, Way]) -> Deep:
    _unit, number, pricer, way = found
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
    beside = fillers(goods, all_goods, rules)
    found = depths(goods.code, baskets(goods, beside, rules), rules)
    worst = [way.basket for _unit, _number, _pricer, way in found[:WORST]]

    def holds(changed: Rules) -> bool:
        """First on the baskets that went deepest, then on all."""
        quick = deepest(goods.code, worst, changed)
        if quick is not None and quick.unit < low_fen:
            return False
        full = deepest(goods.code, baskets(goods, beside, changed), changed)
        assert full is not None
        if full.unit < low_fen:
            worst.append(full.way.basket)
        return full.unit >= low_fen

    used = [step.offer for step in _deep(goods.code, found[0]).receipt.steps if step.merchant_fen]
    shared = [offer for offer in used if slot_of(offer) is not Slot.ITEM]
    ways = _apart(shared, rules, holds)
    priced = next((offer for offer in used if isinstance(offer.terms, Cut) and dict(offer.terms.prices)), None)
    if priced is not None and isinstance(priced.terms, Cut):
        now = dict(priced.terms.prices)[goods.code]
        price = _price_that_holds(goods, rules, now, lambda changed: _quick(goods, worst, changed) >= low_fen, holds)
        if price is not None:
            ways.append(WayOut("price", priced.key, price_fen=price))
    codes = frozenset(other.code for other in all_goods)
    for offer in shared:
        without = replace(offer, products=(offer.products or codes) - {goods.code})
        if offer.level is not Level.PLATFORM and holds(_swapped(rules, offer, without)):
            ways.append(WayOut("leave", offer.key))
    return ways


def _apart(shared: Sequence[Offer], rules: Rules, holds: Callable[[Rules], bool]) -> list[WayOut]:
    """Pairs of offers, the later not together with the earlier, that would mend it."""
    ways = []
    for late in reversed(shared):
        for early in shared:
            if early.key != late.key and early.kind is not late.kind and late.kind is not Kind.VIP:
                apart = replace(late, excludes=late.excludes | {early.kind})
                if holds(_swapped(rules, late, apart)):
                    ways.append(WayOut("exclude", late.key, early.key))
                    break
    return ways


def _quick(goods: Goods, tried: Sequence[Basket], rules: Rules) -> Fraction:
    found = deepest(goods.code, tried, rules)
    assert found is not None
    return found.unit


def _swapped(rules: Rules, old: Offer, new: Offer) -> Rules:
    return replace(rules, offers=tuple(new if offer.key == old.key else offer for offer in rules.offers))


def _price_that_holds(
    goods: Goods, rules: Rules, now_fen: int, quick: Callable[[Rules], bool], holds: Callable[[Rules], bool]
) -> int | None:
    """The lowest price, in whole tenths of a yuan, that holds; None where even the list price does not. Searched on
    the deepest baskets, then tried on all; where it fails there, that basket is one of them from then on."""
    low, top = now_fen // 10, -(-goods.list_fen // 10)
    if not holds(with_price(rules, goods.code, goods.list_fen)):
        return None
    while low < top:
        first, last = low, top
        while first < last:
            middle = (first + last) // 2
            if quick(with_price(rules, goods.code, middle * 10)):
                last = middle
            else:
                first = middle + 1
        if holds(with_price(rules, goods.code, min(first * 10, goods.list_fen))):
            return min(first * 10, goods.list_fen)
        low = first + 1
    return goods.list_fen
