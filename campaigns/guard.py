"""How low a product can be bought (pure): the deepest unit price over all baskets, buyers, instants and allowed
stackings.

Only discounts that the shop bears count (S052). A breach is told with the basket that reaches it and the ways out of
it.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain
from itertools import product as every

from campaigns.depths import Depths, Low, Memo
from campaigns.offers.discounts import item_off
from campaigns.offers.kinds import (
    ITEM_KINDS,
    Basket,
    Buyer,
    Cut,
    Kind,
    Level,
    Line,
    Offer,
    Rules,
    Slot,
    Tiers,
    Voucher,
    slot_of,
)
from campaigns.offers.receipts import Receipt, Way
from campaigns.pieces import Counts

MANY_POINTS = 10**9  # fen: more than any basket
PIECES = 6  # every number of pieces up to this is tried, and those that just reach a threshold
MOST_PIECES = 60
FILLERS = 6  # other products tried beside it
SHOWN_KINDS = ITEM_KINDS - {Kind.GROUP, Kind.NTH}  # what one piece is offered for to a buyer alone
WORST = 8  # baskets a way out is tried on first


@dataclass(frozen=True)
class Goods:
    """A product as the guard sees it: list price and cost in fen; `limit` pieces in one order. Where no list price is
    known (not is_listed) its fixed price stands for it: nothing says what more is asked; 0 = no price is known at all.
    """

    code: str
    list_fen: int
    cost_fen: int | None = None
    limit: int | None = None
    name: str = ""
    is_listed: bool = True


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


def own_price(goods: Goods, rules: Rules) -> int:
    """About what one piece costs after the item's own offers (fen); at least 1."""
    line = Line(goods.code, goods.list_fen)
    offs = [item_off(offer, line) for offer in rules.offers if offer.kind in ITEM_KINDS and offer.covers(goods.code)]
    return max(1, goods.list_fen - max(offs, default=0))


def shown_price(goods: Goods, rules: Rules) -> int:
    """What one piece is offered for to everybody (活动价, fen): by its own offers, before coupons and the like."""
    line = Line(goods.code, goods.list_fen)
    own = [x for x in rules.offers if x.kind in SHOWN_KINDS and x.audience == "all" and x.covers(goods.code)]
    return goods.list_fen - max((item_off(offer, line) for offer in own), default=0)


def asked(goods: Goods, rules: Rules) -> list[int]:
    """What 0, 1, 2 ... pieces cost after the item's own offers (fen), up to the most that are tried."""
    own = [offer for offer in rules.offers if offer.kind in ITEM_KINDS and offer.covers(goods.code)]
    most, found = min(goods.limit or MOST_PIECES, MOST_PIECES), [0]
    for pieces in range(1, most + 1):
        line = Line(goods.code, goods.list_fen, pieces)
        found.append(goods.list_fen * pieces - max((item_off(offer, line) for offer in own), default=0))
    return found


def baskets(goods: Goods, others: Sequence[Goods], rules: Rules) -> Iterator[Basket]:
    """The baskets with the product that may reach deepest: few pieces of it, alone or beside one other product, and
    each number that just reaches a threshold. Beyond a threshold a fixed discount only thins out, but for one that is
    given each time: there the number that wastes least counts, too."""
    counts, mine, theirs = Counts(rules), asked(goods, rules), {other.code: asked(other, rules) for other in others}
    few = {*range(1, PIECES + 1), *counts.of(mine), *(-(-at // goods.list_fen) for at in counts.amounts)}
    for count in sorted(x for x in few | counts.full_turns(few) if 1 <= x < len(mine)):
        line = Line(goods.code, goods.list_fen, count, goods.cost_fen)
        yield Basket((line,))
        for other in others:
            prices = theirs[other.code]
            some = {1, 2, 3, *counts.of(prices, mine[count], count)}
            for number in sorted(x for x in some | counts.full_turns(some, count) if 1 <= x < len(prices)):
                yield Basket((line, Line(other.code, other.list_fen, number, other.cost_fen)))


def depths_of(rules: Rules, memo: Memo | None = None) -> Depths:
    """The rules made ready for all buyers and instants that they tell apart."""
    return Depths(rules, instants(rules), buyers(rules), memo)


def deepest(code: str, tried: Iterable[Basket], rules: Rules, memo: Memo | None = None) -> Deep | None:
    """The deepest unit price of a product over these baskets and all buyers, instants and stackings; None without a
    basket with it. Of equal ones the basket that was tried first."""
    found = depths_of(rules, memo).deepest(code, tried)
    return _deep(code, found[0]) if found else None


def _deep(code: str, low: Low) -> Deep:
    way = low.way()
    receipt = low.pricer.receipt(way)
    line = receipt.lines[low.number]
    return Deep(code, line.held_fen, line.line.pieces, way, low.pricer.buyer, low.pricer.at, receipt)


class Guard:
    """All goods of a campaign under its rules."""

    def __init__(self, all_goods: Sequence[Goods], rules: Rules) -> None:
        self.goods, self.rules = all_goods, rules
        kinds: dict[tuple[frozenset[str], int], list[Goods]] = {}
        for one in all_goods:
            if one.list_fen > 0:
                covering = frozenset(offer.key for offer in rules.offers if offer.covers(one.code))
                kinds.setdefault((covering, own_price(one, rules)), []).append(one)
        self.kinds = sorted(((price, some[:2]) for (_covering, price), some in kinds.items()), key=lambda kind: kind[0])

    def fillers(self, goods: Goods) -> list[Goods]:
        """The other products worth trying beside it: for each set of offers that cover them the cheapest ones."""
        others = ((one for one in some if one.code != goods.code) for _price, some in self.kinds)
        return [one for some in others if (one := next(some, None)) is not None][:FILLERS]

    def look(self, goods: Goods) -> "Look":
        return Look(goods, self)


class Look:
    """One product looked at: every basket worth trying, the deepest price there, and what would mend it."""

    def __init__(self, goods: Goods, guard: Guard) -> None:
        self.goods, self.rules, self.memo = goods, guard.rules, Memo()
        self.codes = frozenset(other.code for other in guard.goods)
        self.beside = guard.fillers(goods)
        found = depths_of(self.rules, self.memo).deepest(goods.code, self.baskets(self.rules), WORST)
        self.lowest = found[0]  # one piece of it alone is always tried
        self.worst = [low.basket for low in found]

    @cached_property
    def deep(self) -> Deep:
        return _deep(self.goods.code, self.lowest)

    def baskets(self, rules: Rules) -> Iterator[Basket]:
        return baskets(self.goods, self.beside, rules)

    def is_held(self, changed: Rules, low_fen: int, *, on_all: bool = True) -> bool:
        """Whether no basket goes below `low_fen` under other rules; tried first on those that went deepest. A basket
        that does is one of those from then on."""
        depths = depths_of(changed, self.memo)
        for basket in chain(self.worst, self.baskets(changed) if on_all else ()):
            if depths.reaches(self.goods.code, basket, low_fen):
                if basket not in self.worst:
                    self.worst.append(basket)
                return False
        return True

    def ways_out(self, low_fen: int) -> list["WayOut"]:
        """What would keep the product at `low_fen` or above; each is tried before it is offered."""

        def holds(changed: Rules) -> bool:
            return self.is_held(changed, low_fen)

        rules, code = self.rules, self.goods.code
        used = [step.offer for step in self.deep.receipt.steps if step.merchant_fen and not step.offer.is_agreed]
        shared = [offer for offer in used if slot_of(offer) is not Slot.ITEM]
        ways = _apart(shared, rules, holds)
        for offer in used:
            if isinstance(offer.terms, Cut) and code in offer.terms.by_code:
                price = self._price_that_holds(offer.terms.by_code[code], low_fen)
                ways += [] if price is None else [WayOut("price", offer.key, price_fen=price)]
                break
        for offer in shared:
            without = replace(offer, products=(offer.products or self.codes) - {code})
            if offer.level is not Level.PLATFORM and holds(_swapped(rules, offer, without)):
                ways.append(WayOut("leave", offer.key))
        return ways

    def _price_that_holds(self, now_fen: int, low_fen: int) -> int | None:
        """The lowest price, in whole tenths of a yuan, that holds; None where even the list price does not. Searched
        on the deepest baskets, then tried on all; where it fails there, that basket is one of them from then on."""
        code, list_fen = self.goods.code, self.goods.list_fen
        low, top = now_fen // 10, -(-list_fen // 10)
        if not self.is_held(with_price(self.rules, code, list_fen), low_fen):
            return None
        while low < top:
            first, last = low, top
            while first < last:
                middle = (first + last) // 2
                if self.is_held(with_price(self.rules, code, middle * 10), low_fen, on_all=False):
                    last = middle
                else:
                    first = middle + 1
            if self.is_held(with_price(self.rules, code, min(first * 10, list_fen)), low_fen):
                return min(first * 10, list_fen)
            low = first + 1
        return list_fen


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
    if not isinstance(offer.terms, Cut) or code not in offer.terms.by_code:
        return offer
    prices = tuple((name, price_fen if name == code else fen) for name, fen in offer.terms.prices)
    return replace(offer, terms=replace(offer.terms, prices=prices))


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


def _swapped(rules: Rules, old: Offer, new: Offer) -> Rules:
    return replace(rules, offers=tuple(new if offer.key == old.key else offer for offer in rules.offers))
