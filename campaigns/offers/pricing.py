"""What a basket costs: offers taken off in the order of stacking, each step kept (domain.md 3.5).

Each line gets the best of its own offers; then one offer a slot, in order. What comes off by itself is the best of
its slot; coupons, red packets and points may be left aside, and so may an offer that excludes another: the buyer gets
the cheapest way that is allowed.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from campaigns.offers.discounts import deposit, item_off, shared_off, suits
from campaigns.offers.kinds import (
    OPTIONAL,
    AddOn,
    Base,
    Basket,
    Buyer,
    Freight,
    Gifts,
    GiftStep,
    Kind,
    Offer,
    Rules,
    Slot,
    slot_of,
)
from campaigns.offers.receipts import Applied, Extra, Receipt, ReceiptLine, Way, parts_by_payer
from campaigns.offers.shares import split

NOTHING = Buyer()


def conflict(one: Offer, other: Offer) -> bool:
    """Whether two offers may not meet on the same goods."""
    return one.kind in other.excludes or other.kind in one.excludes


@dataclass(frozen=True)
class _State:
    """Half-way through: what is left of each line, and what was taken so far."""

    amounts: tuple[int, ...]
    steps: tuple[tuple[Offer, tuple[int, ...]], ...]


class Pricer:
    """Rules made ready for one kind of buyer at one instant (`at` in UTC, None = whenever): prices any number of
    baskets."""

    def __init__(self, rules: Rules, buyer: Buyer = NOTHING, at: dt.datetime | None = None) -> None:
        self.rules, self.buyer, self.at = rules, buyer, at
        live = [offer for offer in rules.offers if offer.is_live(at) and suits(offer, buyer)]
        live.sort(key=lambda offer: offer.key)
        slots: dict[Slot, list[Offer]] = {}
        for offer in live:
            slots.setdefault(slot_of(offer), []).append(offer)
        self.item = slots.get(Slot.ITEM, [])
        self.shared = [(slot, slots[slot]) for slot in rules.stacking.order if slot in slots]
        self.extra, self.freight = slots.get(Slot.EXTRA, []), slots.get(Slot.FREIGHT, [])
        priced = self.item + [offer for _, offers in self.shared for offer in offers]
        related = [one for one in priced if any(other is not one and conflict(one, other) for other in priced)]
        self.exclusive = bool(related)
        self.givable = [offer for offer in related if slot_of(offer) not in OPTIONAL]
        self.parallel = rules.stacking.base is Base.PARALLEL
        whole = all(offer.products is None for _, offers in self.shared for offer in offers)
        self.is_plain = self.parallel and whole and not self.exclusive
        self.is_plain &= not any(offer.kind is Kind.PRESALE for offer in self.item)

    def ways(self, basket: Basket) -> Iterator[Way]:
        """Every allowed stacking, the one that takes the most at each step first."""
        for given_up in self._given_up():
            start, base, deposits = self._items(basket, given_up)
            for state in self._walk(basket, base, deposits, start, 0, given_up):
                yield Way(basket, base, state.amounts, state.steps, sum(deposits))

    def first_way(self, basket: Basket) -> Way:
        """The best of each slot in turn."""
        return next(self.ways(basket))

    def best_way(self, basket: Basket) -> Way:
        """The way that leaves the least to pay, freight and all; of equal ones the first."""
        if self.is_plain:
            first = self.first_way(basket)
            if not self.freight or not basket.freight_fen or not self.freight_due(first):
                return first
        return min(self.ways(basket), key=self.payable)

    def price(self, basket: Basket) -> Receipt:
        """What the basket costs, step by step."""
        return self.receipt(self.best_way(basket))

    def payable(self, way: Way) -> int:
        return sum(way.amounts) + self.freight_due(way)

    def _given_up(self) -> Iterator[frozenset[str]]:
        keys = [offer.key for offer in self.givable]
        chosen = chain.from_iterable(combinations(keys, count) for count in range(len(keys) + 1))
        return (frozenset(some) for some in chosen)

    def _items(self, basket: Basket, given_up: frozenset[str]) -> tuple[_State, tuple[int, ...], tuple[int, ...]]:
        """Each line with the best of its own offers: the state, the amounts thresholds look at, the deposits."""
        amounts, deposits = [], []
        offs: dict[str, list[int]] = {}
        for number, line in enumerate(basket.lines):
            best, most = None, 0
            for offer in self.item:
                if offer.covers(line.code) and offer.key not in given_up:
                    off = item_off(offer, line)
                    if off > most:
                        best, most = offer, off
            amounts.append(line.list_fen * line.pieces - most)
            deposits.append(min(deposit(best, line), amounts[-1]) if best else 0)
            if best:
                offs.setdefault(best.key, [0] * len(basket.lines))[number] = most
        steps = tuple((offer, tuple(offs[offer.key])) for offer in self.item if offer.key in offs)
        left = tuple(amounts)
        return _State(left, steps), left, tuple(deposits)

    def _walk(
        self,
        basket: Basket,
        base: tuple[int, ...],
        deposits: tuple[int, ...],
        state: _State,
        place: int,
        given_up: frozenset[str],
    ) -> Iterator[_State]:
        if place == len(self.shared):
            yield state
            return
        slot, offers = self.shared[place]
        found = []
        for offer in offers:
            if offer.key in given_up:
                continue
            step = self._step(offer, basket, base, deposits, state)
            if step is not None:
                found.append(step)
        found.sort(key=lambda pair: -pair[0])
        if slot not in OPTIONAL:
            found = found[:1]
        for _, after in found:
            yield from self._walk(basket, base, deposits, after, place + 1, given_up)
        if not found or (slot in OPTIONAL):
            yield from self._walk(basket, base, deposits, state, place + 1, given_up)

    def _step(
        self, offer: Offer, basket: Basket, base: Sequence[int], deposits: Sequence[int], state: _State
    ) -> tuple[int, _State] | None:
        """What an offer takes off and what is left then; None when it does not apply."""
        lines, amounts = basket.lines, state.amounts
        if offer.products is None and not self.exclusive:
            where: Sequence[int] = range(len(lines))
        else:
            where = [i for i, line in enumerate(lines) if offer.covers(line.code) and self._is_free(offer, i, state)]
        left = [amounts[i] for i in where]
        measured = sum([base[i] for i in where]) if self.parallel else sum(left)
        off = shared_off(
            offer.terms, self.buyer, measured, left, [lines[i].pieces for i in where], sum([deposits[i] for i in where])
        )
        if off <= 0:
            return None
        shares, after = [0] * len(lines), list(amounts)
        for i, share in zip(where, split(off, left), strict=True):
            shares[i] = share
            after[i] -= share
        return off, _State(tuple(after), (*state.steps, (offer, tuple(shares))))

    def _is_free(self, offer: Offer, line: int, state: _State) -> bool:
        return not any(shares[line] and conflict(offer, taken) for taken, shares in state.steps)

    def freight_due(self, way: Way) -> int:
        """Freight (fen) that stays after 包邮 and cards, judged on what is left after all discounts (solidus#2452)."""
        if not way.basket.freight_fen:
            return 0
        return 0 if self._freight_offer(way) else way.basket.freight_fen

    def _freight_offer(self, way: Way) -> Offer | None:
        for offer in self.freight:
            where = [i for i, line in enumerate(way.basket.lines) if offer.covers(line.code)]
            if offer.kind is Kind.FREIGHT_CARD:
                return offer
            terms = offer.terms
            if where and isinstance(terms, Freight):
                pieces = sum(way.basket.lines[i].pieces for i in where)
                if sum(way.amounts[i] for i in where) >= terms.at_fen and pieces >= (terms.pieces or 0):
                    return offer
        return None

    def _extras(self, way: Way) -> list[Extra]:
        """Gifts and add-ons that the basket earns; the best gift of those offered (the dearest), each add-on taken
        up."""
        gifts, found = [], []
        for offer in self.extra:
            where = [i for i, line in enumerate(way.basket.lines) if offer.covers(line.code)]
            amount = sum((way.base if self.parallel else way.amounts)[i] for i in where)
            terms = offer.terms
            if isinstance(terms, AddOn) and where and amount >= terms.at_fen:
                found.append(Extra(offer, terms.item, 1, terms.price_fen, terms.cost_fen))
            elif isinstance(terms, Gifts):
                measure = sum(way.basket.lines[i].pieces for i in where) if terms.by_pieces else amount
                step = _gift(terms, measure)
                if step:
                    gifts.append(Extra(offer, step.item, step.pieces, 0, step.cost_fen * step.pieces))
        return [*sorted(gifts, key=lambda gift: -gift.cost_fen)[:1], *found]

    def receipt(self, way: Way) -> Receipt:
        """A way told in full."""
        basket, extras = way.basket, tuple(self._extras(way))
        lists = [line.list_fen * line.pieces for line in basket.lines]
        steps, left = [], sum(lists)
        for offer, shares in way.steps:
            before, left = left, left - sum(shares)
            merchant, platform, influencer = parts_by_payer(offer.payers, shares)
            steps.append(
                Applied(
                    slot_of(offer),
                    offer,
                    sum(shares),
                    shares,
                    before,
                    left,
                    sum(merchant),
                    sum(platform),
                    sum(influencer),
                )
            )
        held = way.held()
        lines = tuple(
            ReceiptLine(line, lists[i], way.base[i], way.amounts[i], held[i]) for i, line in enumerate(basket.lines)
        )
        free = self._freight_offer(way) if basket.freight_fen else None
        return Receipt(
            lines=lines,
            steps=tuple(steps),
            extras=extras,
            freight_fen=0 if free else basket.freight_fen,
            free_freight=free,
            deposit_fen=way.deposit_fen,
        )


def _gift(terms: Gifts, measure: int) -> GiftStep | None:
    return max((step for step in terms.steps if step.at <= measure), key=lambda step: step.at, default=None)
