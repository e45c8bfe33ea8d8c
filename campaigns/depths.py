"""The lowest that one line of a basket can be sold for by the shop (pure): every kind of buyer, every set of offers
that live together and every allowed stacking, each worked out once.

The same walk as `campaigns.offers.pricing`, without its receipts. Before a basket is walked, `Walk.bound` says below
which amount it cannot come; most baskets need no walk then. What an offer takes off is remembered, so a rule changed
at one place only costs what that place changes.
"""

import datetime as dt
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain, combinations
from operator import itemgetter
from typing import Any

from campaigns.offers.discounts import deposit, item_off, shared_off
from campaigns.offers.kinds import (
    OPTIONAL,
    WHOLE,
    Basket,
    Buyer,
    Ladder,
    NFree,
    Offer,
    Points,
    Rules,
    Terms,
    Tiers,
)
from campaigns.offers.pricing import Pricer, conflict
from campaigns.offers.receipts import Way, parts_by_payer
from campaigns.offers.shares import split

Memory = dict[Any, Any]
Told = tuple[Any, ...]  # what makes two scenes the same
Amounts = tuple[int, ...]
Taken = tuple[tuple[Offer, Amounts], ...]


@dataclass(frozen=True)
class Scene:
    """What may happen to baskets of certain products for one buyer at one instant. own: the items' offers of each
    line; shared: slot by slot whether it may be left aside and its offers with the lines they cover; givable: offers
    that may be given up for one they exclude; is_even: whether all shared offers cover the same lines."""

    buyer: Buyer
    own: tuple[tuple[Offer, ...], ...]
    shared: tuple[tuple[bool, tuple[tuple[Offer, Amounts], ...]], ...]
    is_parallel: bool
    is_exclusive: bool
    givable: tuple[str, ...]
    is_even: bool

    @cached_property
    def told(self) -> Told:
        """What makes two scenes the same; the buyer counts only where an offer asks for a level or points."""
        kinds = {type(offer.terms) for _is_optional, offers in self.shared for offer, _where in offers}
        shared = tuple(tuple(id(offer) for offer, _where in offers) for _is_optional, offers in self.shared)
        vip, points = self.buyer.vip if Tiers in kinds else 0, self.buyer.points_fen if Points in kinds else 0
        return self.is_parallel, self.own_told, shared, vip, points, self.givable

    @cached_property
    def own_told(self) -> Told:
        return tuple(tuple(id(offer) for offer in offers) for offers in self.own)


def scene_of(pricer: Pricer, codes: Sequence[str]) -> Scene:
    """A pricer reduced to what products can meet; offers that cover none of them play no part, but for them one may
    still give up another: of two equal offers in a place the one the shop pays may be left."""
    own = tuple(tuple(offer for offer in pricer.item if offer.covers(code)) for code in codes)
    shared = []
    for slot, offers in pricer.shared:
        covering = tuple(
            (offer, where)
            for offer in offers
            if (where := tuple(i for i, code in enumerate(codes) if offer.covers(code)))
        )
        if covering:
            shared.append((slot in OPTIONAL, covering))
    met = list({offer.key: offer for offers in own for offer in offers}.values())
    met += [offer for _is_optional, offers in shared for offer, _where in offers]
    related = [one for one in met if any(other is not one and conflict(one, other) for other in met)]
    givable = tuple(offer.key for offer in pricer.givable if offer in met)
    wheres = {where for _is_optional, offers in shared for _offer, where in offers}
    return Scene(pricer.buyer, own, tuple(shared), pricer.parallel, bool(related), givable, len(wheres) < 2)


class Walk:
    """All stackings of one basket in one scene, looking for the lowest that the line `number` is sold for."""

    def __init__(self, scene: Scene, basket: Basket, number: int, known: Memory) -> None:
        self.scene, self.basket, self.number, self.known = scene, basket, number, known
        self.pieces = tuple(line.pieces for line in basket.lines)
        self.base: Amounts = ()
        self.deposits: Amounts = ()

    def run(self) -> int:
        """The lowest (fen for the whole line), counting only what the shop bears."""
        keys, mine = self.scene.givable, self.basket.lines[self.number]
        self.lowest = mine.list_fen * mine.pieces
        for given_up in chain.from_iterable(combinations(keys, count) for count in range(len(keys) + 1)):
            self.go(0, *self.start(given_up), given_up)
        return self.lowest

    def bound(self) -> int:
        """An amount (fen for the whole line) that no stacking goes below: the most of each slot, each taken off the
        whole. 0 where offers of items may be given up."""
        scene, mine = self.scene, self.number
        if any(offer.key in scene.givable for offers in scene.own for offer in offers):
            return 0
        base, held, _taken = self.start(())
        is_mixed, is_sure = scene.is_exclusive or not scene.is_even, scene.is_parallel and not scene.is_exclusive
        for _is_optional, offers in scene.shared:
            most = 0
            for offer, where in offers:
                if mine in where:
                    key = (
                        "most",
                        id(offer.terms),
                        id(offer.payers),
                        where,
                        self.base,
                        self.asks(offer),
                        is_mixed,
                        is_sure,
                    )
                    off = self.known.get(key)
                    if off is None:
                        off = self.known[key] = self.most(offer, where)
                    most = max(most, off)
            held -= most
        # A share is rounded, and what was rounded before moves the shares that follow.
        slots, lines = len(scene.shared), len(base)
        return held - (slots + 1) * slots // 2 * lines - slots * (lines + 2)

    def most(self, offer: Offer, where: Amounts) -> int:
        """The most (fen) an offer can take off the line at the shop's cost, roundings apart."""
        scene, terms, base = self.scene, offer.terms, [self.base[i] for i in where]
        whole = sum(base)
        if isinstance(terms, NFree) and scene.is_exclusive:  # of fewer lines the cheapest may be dearer
            off = whole
        else:
            ways: list[Terms] = [terms]
            if isinstance(terms, Ladder) and (scene.is_exclusive or not scene.is_parallel):  # a lower step may count
                ways = [replace(terms, steps=(step,)) for step in terms.steps]
            pieces = [self.pieces[i] for i in where]
            off = max((shared_off(way, scene.buyer, whole, base, pieces, 0) for way in ways), default=0)
        if whole and scene.is_even and not scene.is_exclusive:
            off = -(-off * self.base[self.number] // whole)
        return -(-off * offer.payers.merchant_bp // WHOLE)

    def start(self, given_up: tuple[str, ...]) -> tuple[Amounts, int, Taken]:
        """Each line with the best of its own offers: amounts, what the line is sold for, the offers taken."""
        key = ("start", self.scene.own_told, given_up)
        if key not in self.known:
            self.known[key] = self.begun(given_up)
        self.base, self.deposits, held, taken = self.known[key]
        return self.base, held, taken

    def begun(self, given_up: tuple[str, ...]) -> tuple[Amounts, Amounts, int, Taken]:
        lines = self.basket.lines
        amounts, deposits = [], []
        offs: dict[str, tuple[Offer, list[int]]] = {}
        for i, line in enumerate(lines):
            best, most = None, 0
            for offer in self.scene.own[i]:
                if offer.key not in given_up:
                    off = self.known.get((id(offer), i))
                    if off is None:
                        off = self.known[id(offer), i] = item_off(offer, line)
                    if off > most:
                        best, most = offer, off
            amounts.append(line.list_fen * line.pieces - most)
            deposits.append(min(deposit(best, line), amounts[-1]) if best else 0)
            if best:
                offs.setdefault(best.key, (best, [0] * len(lines)))[1][i] = most
        taken = tuple((offer, tuple(shares)) for offer, shares in offs.values())
        mine = lines[self.number]
        borne = sum(parts_by_payer(offer.payers, shares)[0][self.number] for offer, shares in taken)
        return tuple(amounts), tuple(deposits), mine.list_fen * mine.pieces - borne, taken

    def go(self, place: int, amounts: Amounts, held: int, taken: Taken, given_up: Sequence[str]) -> None:
        if place == len(self.scene.shared):
            self.lowest = min(self.lowest, held)
            return
        is_optional, offers = self.scene.shared[place]
        found = []
        for offer, where in offers:
            if offer.key not in given_up:
                if self.scene.is_exclusive:
                    where = tuple(i for i in where if not any(s[i] and conflict(offer, t) for t, s in taken))
                step = self.step(offer, where, amounts)
                if step[0] > 0:
                    found.append((offer, step))
        if len(found) > 1 and not is_optional:
            found = [max(found, key=lambda one: one[1][0])]
        for offer, (_off, after, shares, borne) in found:
            also = (*taken, (offer, shares)) if self.scene.is_exclusive else taken
            self.go(place + 1, after, held - borne, also, given_up)
        if is_optional or not found:
            self.go(place + 1, amounts, held, taken, given_up)

    def step(self, offer: Offer, where: Amounts, amounts: Amounts) -> tuple[int, Amounts, Amounts, int]:
        """What an offer takes off, what is left, line by line what it took, and what of the line the shop bears."""
        measured = sum([self.base[i] for i in where]) if self.scene.is_parallel else 0
        deposits = sum([self.deposits[i] for i in where])
        key = (id(offer.terms), id(offer.payers), where, amounts, measured, deposits, self.asks(offer))
        known: tuple[int, Amounts, Amounts, int] | None = self.known.get(key)
        if known is None:
            known = self.known[key] = self.worked_out(offer, where, amounts, measured, deposits)
        return known

    def asks(self, offer: Offer) -> int:
        """What of the buyer makes a difference to an offer."""
        if isinstance(offer.terms, Tiers):
            return self.scene.buyer.vip
        return self.scene.buyer.points_fen if isinstance(offer.terms, Points) else 0

    def worked_out(
        self, offer: Offer, where: Amounts, amounts: Amounts, measured: int, deposits: int
    ) -> tuple[int, Amounts, Amounts, int]:
        left = [amounts[i] for i in where]
        seen = measured if self.scene.is_parallel else sum(left)
        off = shared_off(offer.terms, self.scene.buyer, seen, left, [self.pieces[i] for i in where], deposits)
        if off <= 0:
            return 0, amounts, (), 0
        shares, after = [0] * len(amounts), list(amounts)
        for i, share in zip(where, split(off, left), strict=True):
            shares[i] = share
            after[i] -= share
        return off, tuple(after), tuple(shares), parts_by_payer(offer.payers, shares)[0][self.number]


@dataclass(frozen=True)
class Low:
    """The lowest of a basket: fen for the whole line `number`, and where it was found."""

    held_fen: int
    number: int
    basket: Basket
    pricer: Pricer

    @property
    def unit(self) -> Fraction:
        return Fraction(self.held_fen, self.basket.lines[self.number].pieces)

    def way(self) -> Way:
        """The first way there that reaches it."""
        return next(way for way in self.pricer.ways(self.basket) if way.held()[self.number] == self.held_fen)


@dataclass
class Memo:
    """What is remembered while one product is looked at: steps by basket, and the rules they came from (so that
    nothing is taken for something else that has gone)."""

    baskets: dict[Basket, Memory] = field(default_factory=dict)
    kept: list[Rules] = field(default_factory=list)


class Depths:
    """Rules made ready to look for the lowest price of a product in any number of baskets."""

    def __init__(
        self, rules: Rules, when: Sequence[dt.datetime | None], who: Sequence[Buyer], memo: Memo | None = None
    ) -> None:
        self.pricers = [Pricer(rules, buyer, at) for at in when for buyer in who]
        self.memo = memo or Memo()
        self.memo.kept.append(rules)
        self.scenes: dict[tuple[str, ...], list[tuple[Pricer, Scene]]] = {}

    def low(self, code: str, basket: Basket) -> Low | None:
        """The lowest in a basket; None when the product is not in it. Of equal ones the first."""
        best: Low | None = None
        for pricer, walk, bound in self._walks(code, basket):
            if best is None or bound < best.held_fen:
                key = ("lowest", walk.scene.told)
                held = walk.known.get(key)
                if held is None:
                    held = walk.known[key] = walk.run()
                if best is None or held < best.held_fen:
                    best = Low(held, walk.number, basket, pricer)
        return best

    def deepest(self, code: str, tried: Iterable[Basket], count: int = 1) -> list[Low]:
        """The `count` baskets with the deepest unit price, the deepest first; of equal ones the first tried."""
        bounds = []
        for place, basket in enumerate(tried):
            walks = self._walks(code, basket)
            if walks:
                pieces = basket.lines[walks[0][1].number].pieces
                bounds.append((Fraction(min(bound for _pricer, _walk, bound in walks), pieces), place, basket))
        found: list[tuple[Fraction, int, Low]] = []
        for bound, place, basket in sorted(bounds, key=itemgetter(0, 1)):
            if len(found) >= count and bound > found[count - 1][0]:
                break
            low = self.low(code, basket)
            assert low is not None  # a basket with a bound can be priced
            insort(found, (low.unit, place, low), key=itemgetter(0, 1))
        return [low for _unit, _place, low in found[:count]]

    def reaches(self, code: str, basket: Basket, low_fen: int) -> bool:
        """Whether the product can be had below `low_fen` a piece in a basket."""
        walks = self._walks(code, basket)
        if not any(bound < low_fen * basket.lines[walk.number].pieces for _pricer, walk, bound in walks):
            return False
        low = self.low(code, basket)
        return low is not None and low.unit < low_fen

    def _walks(self, code: str, basket: Basket) -> list[tuple[Pricer, Walk, int]]:
        codes = tuple(line.code for line in basket.lines)
        if code not in codes:
            return []
        number, known = codes.index(code), self.memo.baskets.setdefault(basket, {})
        walks = []
        for pricer, scene in self._scenes(codes):
            walk, bound = Walk(scene, basket, number, known), known.get(("bound", scene.told))
            if bound is None:
                bound = known["bound", scene.told] = walk.bound()
            walks.append((pricer, walk, bound))
        return walks

    def _scenes(self, codes: tuple[str, ...]) -> list[tuple[Pricer, Scene]]:
        if codes not in self.scenes:
            self.scenes[codes] = list(self._different(codes))
        return self.scenes[codes]

    def _different(self, codes: tuple[str, ...]) -> Iterator[tuple[Pricer, Scene]]:
        seen = set()
        for pricer in self.pricers:
            scene = scene_of(pricer, codes)
            if scene.told not in seen:
                seen.add(scene.told)
                yield pricer, scene
