"""Replaying past orders through planned rules (pure): what they would have cost, kept and needed.

Orders with the same goods are priced once: the answer is that of pricing them one by one, only sooner.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from campaigns.offers.kinds import Basket, Buyer, Kind, Ladder, Line, Offer, Rules
from campaigns.offers.pricing import NOTHING, Pricer
from campaigns.offers.receipts import Expenses, Receipt, margin
from campaigns.offers.shares import rounded

WORST = 5
EVERY = 2000  # orders between two words about the progress
SAMPLE = 2000  # different baskets that are priced again to see what the answer hangs on

Order = tuple[tuple[str, int], ...]  # (code, pieces) sorted by code


@dataclass
class Totals:
    """Sums over the orders replayed, fen. Orders of which no product is known are `skipped`."""

    orders: int = 0
    skipped: int = 0
    list_fen: int = 0
    paid_fen: int = 0
    merchant_fen: int = 0
    platform_fen: int = 0
    profit_fen: int = 0
    unknown_cost: int = 0
    revenue_fen: int = 0
    under: int = 0
    below: dict[Order, "Below"] = field(default_factory=dict)
    gifts: Counter[str] = field(default_factory=Counter)
    gift_cost_fen: int = 0
    used: Counter[str] = field(default_factory=Counter)
    reached: Counter[tuple[str, int]] = field(default_factory=Counter)
    sensitivity: list[dict[str, Any]] = field(default_factory=list)
    values: Counter[int] = field(default_factory=Counter)
    edges: list[tuple[int, Order, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Below:
    """Where an order is sold below the floor: what is paid, the product furthest below its floor, and at what a piece
    (fen, rounded down)."""

    paid_fen: int
    code: str
    piece_fen: int
    floor_fen: int


def below(receipt: Receipt, lows: Mapping[str, int]) -> Below | None:
    """None: nothing of it is. Only discounts the shop bears count."""
    found = None
    for line in receipt.lines:
        code, pieces = line.line.code, line.line.pieces
        low, piece = lows.get(code, 0), line.held_fen // pieces
        if line.held_fen < low * pieces and (found is None or low - piece > found.floor_fen - found.piece_fen):
            found = Below(receipt.payable_fen, code, piece, low)
    return found


def add(
    totals: Totals, order: Order, receipt: Receipt, expenses: Expenses, lows: Mapping[str, int], times: int
) -> None:
    """Count an order that came `times` times."""
    kept = margin(receipt, expenses)
    totals.orders += times
    totals.list_fen += receipt.list_fen * times
    totals.paid_fen += receipt.payable_fen * times
    totals.merchant_fen += receipt.merchant_fen * times
    totals.platform_fen += receipt.platform_fen * times
    totals.revenue_fen += kept.revenue_fen * times
    if kept.profit_fen is None:
        totals.unknown_cost += times
    else:
        totals.profit_fen += kept.profit_fen * times
        totals.edges.append((kept.profit_fen, order, receipt.payable_fen, times))
    if found := below(receipt, lows):
        totals.under += times
        totals.below[order] = found
    for extra in receipt.extras:
        totals.gifts[extra.item] += extra.pieces * times
        totals.gift_cost_fen += (extra.cost_fen - extra.price_fen) * times
    for key in {step.offer.key for step in receipt.steps}:
        totals.used[key] += times
    base = sum(line.item_fen for line in receipt.lines)
    totals.values[base] += times
    for step in receipt.steps:
        terms = step.offer.terms
        if isinstance(terms, Ladder):
            covered = [line for line in receipt.lines if step.offer.covers(line.line.code)]
            measure = sum(x.line.pieces if terms.by_pieces else x.item_fen for x in covered)
            highest = max((rung.at for rung in terms.steps if rung.at <= measure), default=None)
            if highest is not None:
                totals.reached[step.offer.key, highest] += times


@dataclass(frozen=True)
class Shelf:
    """What a replay needs of a product: list price and cost in fen, and what its unit price may not go below."""

    list_fen: int
    cost_fen: int | None
    low_fen: int = 0


def replay(
    orders: Iterable[Order],
    shelf: Mapping[str, Shelf],
    rules: Rules,
    expenses: Expenses,
    *,
    buyer: Buyer = NOTHING,
    freight_fen: int = 0,
    progress: Callable[[int], None] = lambda _done: None,
) -> Totals:
    """All orders through the rules; products that are not on the shelf are left out of their orders."""
    pricer, lows = Pricer(rules, buyer), {code: one.low_fen for code, one in shelf.items()}
    counted: Counter[Order] = Counter()
    totals, done = Totals(), 0
    for order in orders:
        counted[tuple((code, pieces) for code, pieces in order if code in shelf)] += 1
    for order, times in counted.items():
        if order:
            receipt = pricer.price(basket_of(order, shelf, freight_fen))
            add(totals, order, receipt, expenses, lows, times)
        else:
            totals.skipped += times
        done += times
        if done % EVERY < times:
            progress(done)
    progress(done)
    totals.sensitivity = sensitivity(counted, shelf, rules, expenses, buyer, freight_fen)
    return totals


def sensitivity(
    counted: Mapping[Order, int],
    shelf: Mapping[str, Shelf],
    rules: Rules,
    expenses: Expenses,
    buyer: Buyer = NOTHING,
    freight_fen: int = 0,
) -> list[dict[str, Any]]:
    """What the answer hangs on: the contribution of an order (fen) as planned and when one thing is otherwise. Of many
    different baskets each so-manieth is priced again; those with goods of unknown cost are left out. [] without any."""
    known = [one for one in counted.items() if one[0] and all(shelf[c].cost_fen is not None for c, _n in one[0])]
    some = known[:: max(1, -(-len(known) // SAMPLE))]
    if not some:
        return []
    dearer = {
        code: replace(one, cost_fen=None if one.cost_fen is None else rounded(one.cost_fen, 105, 100))
        for code, one in shelf.items()
    }
    cases = (
        ("planned", rules, shelf),
        ("no_coupons", without(rules, (Kind.COUPON, Kind.RED_PACKET)), shelf),
        ("deeper", scaled(rules, off=110), shelf),
        ("higher", scaled(rules, at=110), shelf),
        ("dearer", rules, dearer),
    )
    orders, found = sum(times for _order, times in some), []
    for key, changed, goods in cases:
        pricer, profit, borne = Pricer(changed, buyer), 0, 0
        for order, times in some:
            receipt = pricer.price(basket_of(order, goods, freight_fen))
            profit += (margin(receipt, expenses).profit_fen or 0) * times
            borne += receipt.merchant_fen * times
        found.append({"key": key, "profit_fen": profit // orders, "merchant_fen": borne // orders})
    return found


def scaled(rules: Rules, off: int = 100, at: int = 100) -> Rules:
    """The rules with every 满减 giving `off` per cent of what it gives, from `at` per cent of its thresholds on."""

    def changed(offer: Offer) -> Offer:
        if not isinstance(offer.terms, Ladder) or offer.terms.by_pieces:
            return offer
        steps = tuple(
            replace(step, at=rounded(step.at, at, 100), off_fen=rounded(step.off_fen, off, 100))
            for step in offer.terms.steps
        )
        return replace(offer, terms=replace(offer.terms, steps=steps))

    return Rules(tuple(changed(offer) for offer in rules.offers), rules.stacking)


def basket_of(order: Order, shelf: Mapping[str, Shelf], freight_fen: int) -> Basket:
    lines = (Line(code, shelf[code].list_fen, pieces, shelf[code].cost_fen) for code, pieces in order)
    return Basket(tuple(lines), freight_fen)


def told(totals: Totals, rules: Rules) -> dict[str, Any]:
    """The totals as JSON."""
    edges = sorted(totals.edges, key=lambda edge: (edge[0], edge[1]))
    revenue = totals.revenue_fen
    return {
        "orders": totals.orders,
        "skipped": totals.skipped,
        "list_fen": totals.list_fen,
        "paid_fen": totals.paid_fen,
        "merchant_fen": totals.merchant_fen,
        "platform_fen": totals.platform_fen,
        "cost_share": str(Decimal(totals.merchant_fen) / totals.list_fen) if totals.list_fen else None,
        "profit_fen": None if totals.unknown_cost else totals.profit_fen,
        "profit_rate": str(Decimal(totals.profit_fen) / revenue) if revenue and not totals.unknown_cost else None,
        "unknown_cost": totals.unknown_cost,
        "under": totals.under,
        "gifts": dict(totals.gifts),
        "gift_cost_fen": totals.gift_cost_fen,
        "tiers": [
            {"key": offer.key, "name": offer.name, "at": step.at, "orders": _at_least(totals, offer, step.at)}
            for offer in rules.offers
            if isinstance(offer.terms, Ladder)
            for step in offer.terms.steps
        ],
        "used": dict(totals.used),
        "worst": [_edge(edge) for edge in edges[:WORST]],
        "best": [_edge(edge) for edge in edges[-WORST:][::-1]],
        "suggested": suggest(totals.values),
        "sensitivity": totals.sensitivity,
    }


def _at_least(totals: Totals, offer: Offer, at: int) -> int:
    return sum(count for (key, step), count in totals.reached.items() if key == offer.key and step >= at)


def _edge(edge: tuple[int, Order, int, int]) -> dict[str, Any]:
    profit, order, paid, times = edge
    return {"profit_fen": profit, "paid_fen": paid, "orders": times, "lines": [list(line) for line in order]}


def quantile(values: Sequence[tuple[int, int]], share: Decimal) -> int:
    """The value that `share` of all is at or below; values: (value, how often), sorted."""
    wanted, seen = share * sum(count for _value, count in values), 0
    for value, count in values:
        seen += count
        if seen >= wanted:
            return value
    return values[-1][0]


def suggest(values: Mapping[int, int]) -> list[dict[str, int]]:
    """Tiers of a 满减 from the order values: the first a quarter above the middle order, the second above the top
    tenth, each on a round …9 yuan and giving about a tenth. [] with fewer than 20 orders."""
    ordered = sorted((value, count) for value, count in values.items() if value > 0)
    if sum(count for _value, count in ordered) < 20:
        return []
    found: list[dict[str, int]] = []
    for share, part in ((Decimal("0.5"), Decimal("1.25")), (Decimal("0.9"), Decimal("1.25"))):
        at = (int(quantile(ordered, share) * part) // 1000 + 1) * 1000 - 100
        off = max(500, at // 10 // 500 * 500)
        if not found or at > found[-1]["at"]:
            found.append({"at": at, "off_fen": off if not found else max(off, found[-1]["off_fen"] + 500)})
    return found


def without(rules: Rules, kinds: Iterable[Kind]) -> Rules:
    """The rules without the offers of some kinds: what a rehearsal compares with."""
    left_out = set(kinds)
    return Rules(tuple(offer for offer in rules.offers if offer.kind not in left_out), rules.stacking)
