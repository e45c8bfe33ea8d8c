"""How much a single offer takes off: fen in, fen out, nothing remembered."""

from collections.abc import Sequence

from campaigns.offers.kinds import (
    WHOLE,
    Buyer,
    Cut,
    Kind,
    Ladder,
    Line,
    NFree,
    Nth,
    Offer,
    Points,
    Presale,
    Step,
    Terms,
    Tiers,
    Voucher,
)
from campaigns.offers.shares import rounded


def suits(offer: Offer, buyer: Buyer) -> bool:
    """Whether an offer is meant for this buyer at all."""
    if (offer.audience == "new" and not buyer.is_new) or (offer.audience == "vip" and not buyer.vip):
        return False
    if offer.kind is Kind.GROUP:
        return buyer.in_group
    if offer.kind is Kind.FREIGHT_CARD:
        return buyer.has_card
    if offer.kind is Kind.ADD_ON:
        return offer.key in buyer.addons
    if isinstance(offer.terms, Tiers):
        return tier_rate(offer.terms, buyer.vip) < WHOLE
    return True


def tier_rate(tiers: Tiers, vip: int) -> int:
    """The rate of the highest level reached, 10000 below the first."""
    return min((rate for level, rate in tiers.rates if level <= vip), default=WHOLE)


def cut_price(terms: Cut, code: str, list_fen: int) -> int:
    """The price of one piece (fen); never above the list price."""
    price = terms.by_code.get(code)
    if price is not None:
        return min(price, list_fen)
    if terms.rate_bp is not None:
        return rounded(list_fen, terms.rate_bp, WHOLE)
    return max(0, list_fen - terms.off_fen) if terms.off_fen is not None else list_fen


def item_off(offer: Offer, line: Line) -> int:
    """What an item's own offer takes off a line (fen); beyond its limit pieces stay at the list price."""
    terms, pieces = offer.terms, line.pieces if offer.limit is None else min(line.pieces, offer.limit)
    if isinstance(terms, Cut):
        return pieces * (line.list_fen - cut_price(terms, line.code, line.list_fen))
    if isinstance(terms, Nth):
        return pieces // terms.n * (line.list_fen - rounded(line.list_fen, terms.rate_bp, WHOLE))
    if isinstance(terms, Presale):
        return pieces * max(0, min(terms.less_fen, line.list_fen))
    return 0


def deposit(offer: Offer, line: Line) -> int:
    """The deposit of a line bought in advance (fen)."""
    if not isinstance(offer.terms, Presale):
        return 0
    return offer.terms.deposit_fen * (line.pieces if offer.limit is None else min(line.pieces, offer.limit))


def step_reached(terms: Ladder, base_fen: int, pieces: int) -> Step | None:
    """The highest step that an amount (fen) or a number of pieces reaches."""
    measure = pieces if terms.by_pieces else base_fen
    return max((step for step in terms.steps if step.at <= measure), key=lambda step: step.at, default=None)


def ladder_off(terms: Ladder, base_fen: int, left_fen: int, pieces: int) -> int:
    """Fen off by the highest step that `base_fen` or the pieces reach; a rate is of `left_fen`, what earlier offers
    left."""
    step = step_reached(terms, base_fen, pieces)
    if step is None:
        return 0
    if step.rate_bp < WHOLE:
        off = left_fen - rounded(left_fen, step.rate_bp, WHOLE)
    else:
        times = (pieces if terms.by_pieces else base_fen) // max(step.at, 1) if terms.repeating else 1
        off = times * step.off_fen
    return off if terms.cap_fen is None else min(off, terms.cap_fen)


def voucher_off(terms: Voucher, base_fen: int, left_fen: int) -> int:
    if base_fen < terms.at_fen:
        return 0
    off = terms.off_fen if terms.rate_bp == WHOLE else left_fen - rounded(left_fen, terms.rate_bp, WHOLE)
    return off if terms.cap_fen is None else min(off, terms.cap_fen)


def cheapest_off(n: int, pieces: Sequence[int], amounts: Sequence[int]) -> int:
    """The worth of the cheapest pieces, one of every `n`."""
    units = sorted((amount // count, count) for amount, count in zip(amounts, pieces, strict=True) if count)
    free, off = sum(pieces) // n, 0
    for unit, count in units:
        taken = min(free, count)
        off, free = off + taken * unit, free - taken
    return off


def shared_off(
    terms: Terms, buyer: Buyer, base_fen: int, amounts: Sequence[int], pieces: Sequence[int], deposit_fen: int
) -> int:
    """What a shop's or platform's offer takes off the goods it covers: at most what is left to pay, deposits apart.

    base_fen: what thresholds are compared with; amounts, pieces: what is left (fen) and how many, line by line."""
    left = sum(amounts)
    if isinstance(terms, Ladder):
        off = ladder_off(terms, base_fen, left, sum(pieces))
    elif isinstance(terms, Voucher):
        off = voucher_off(terms, base_fen, left)
        if deposit_fen and off >= left - deposit_fen:  # a coupon must be less than the balance (尾款 > 面额)
            return 0
    elif isinstance(terms, NFree):
        off = cheapest_off(terms.n, pieces, amounts)
    elif isinstance(terms, Tiers):
        off = left - rounded(left, tier_rate(terms, buyer.vip), WHOLE)
    elif isinstance(terms, Points):
        off = min(buyer.points_fen, left * terms.max_bp // WHOLE)
    else:
        off = 0
    return max(0, min(off, left - deposit_fen))
