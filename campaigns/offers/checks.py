"""Rules that are refused: each with the sentence why. What nobody could explain to a buyer is not sold (pretix)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from campaigns.offers.kinds import (
    ITEM_KINDS,
    WHOLE,
    AddOn,
    Cut,
    Gifts,
    Kind,
    Ladder,
    Level,
    NFree,
    Nth,
    Offer,
    Points,
    Presale,
    Rules,
    Slot,
    Step,
    Tiers,
    Voucher,
    slot_of,
)
from opsplan.lib.text import gettext_noop as _

MOST_GIVABLE = 6

TERMS: dict[Kind, type] = {
    Kind.TIMED: Cut,
    Kind.FLASH: Cut,
    Kind.ONE_YUAN: Cut,
    Kind.GROUP: Cut,
    Kind.REDUCTION: Ladder,
    Kind.FULL_RATE: Ladder,
    Kind.GIFT: Gifts,
    Kind.NTH: Nth,
    Kind.ADD_ON: AddOn,
    Kind.N_FREE: NFree,
    Kind.COUPON: Voucher,
    Kind.RED_PACKET: Voucher,
    Kind.VIP: Tiers,
    Kind.PRESALE: Presale,
    Kind.POINTS: Points,
}


@dataclass(frozen=True)
class Refusal:
    """Why rules cannot stand: the keys of the offers, a code, and a sentence with holes for `values`."""

    offers: tuple[str, ...]
    code: str
    sentence: str
    values: dict[str, str] = field(default_factory=dict)


def refusals(rules: Rules) -> list[Refusal]:
    """Everything that is wrong with the rules; [] when they can be explained."""
    found = [refusal for offer in rules.offers for refusal in _alone(offer)]
    if len({offer.key for offer in rules.offers}) < len(rules.offers):
        found.append(Refusal((), "same_key", _("Two offers have the same key.")))
    for one, other in combinations(rules.offers, 2):
        if _meet(one, other):
            found += _together(one, other)
    givable = [one for one in rules.offers if one.excludes]
    if len(givable) > MOST_GIVABLE:
        text = _("More than 6 offers exclude others: nobody could say which of them a buyer gets.")
        found.append(Refusal(tuple(offer.key for offer in givable), "too_many_exclusions", text))
    return found


def _alone(offer: Offer) -> Iterator[Refusal]:
    def no(code: str, text: str) -> Refusal:
        return Refusal((offer.key,), code, text, {"name": offer.name or offer.key})

    payers = offer.payers
    shares = (payers.merchant_bp, payers.platform_bp, payers.influencer_bp)
    if min(shares) < 0 or sum(shares) != WHOLE:
        yield no("payers", _("%(name)s: the parts of those who pay must add up to the whole."))
    if offer.starts and offer.ends and offer.ends <= offer.starts:
        yield no("times", _("%(name)s ends before it starts."))
    wanted = TERMS.get(offer.kind)
    if wanted is not None and not isinstance(offer.terms, wanted):
        yield no("terms", _("%(name)s: these terms do not belong to an offer of this kind."))
        return
    yield from (no(code, text) for code, text in _shown(offer))
    if isinstance(offer.terms, Ladder):
        yield from (no(code, text) for code, text in _ladder(offer.terms))
    if isinstance(offer.terms, Voucher):
        yield from (no(code, text) for code, text in _voucher(offer, offer.terms))


def _shown(offer: Offer) -> Iterator[tuple[str, str]]:
    """What buyers must be told, and what single terms must say."""
    terms = offer.terms
    if offer.audience == "old":
        yield "old_customers", _("%(name)s: old customers get lower prices by VIP levels only.")
    if offer.kind in (Kind.FLASH, Kind.ONE_YUAN) and not offer.stock:
        yield "stock", _("%(name)s needs a number of pieces: it ends when they are gone.")
    if offer.kind in (Kind.TIMED, Kind.FLASH) and not offer.ends:
        yield "show_terms", _("%(name)s is for a limited time: say when it ends, buyers must be told.")
    if isinstance(terms, Presale):
        counts = terms.counts_fen
        if terms.deposit_fen <= 0 or (counts is not None and counts < terms.deposit_fen):
            yield "deposit", _("%(name)s: a deposit is more than nothing and counts at least as itself.")
    if isinstance(terms, Nth | NFree) and terms.n < 2:
        yield "pieces", _("%(name)s begins with the second piece.")


def _ladder(terms: Ladder) -> Iterator[tuple[str, str]]:
    steps = terms.steps
    if not steps or any(step.at <= 0 for step in steps):
        yield "steps", _("%(name)s needs a threshold above zero.")
        return
    if terms.repeating and len(steps) > 1:
        yield "repeating", _("%(name)s: what repeats has one step; with several nobody can tell which one repeats.")
    pairs = list(pairwise(steps))
    if any(b.at <= a.at for a, b in pairs):
        yield "order", _("%(name)s: each step starts higher than the one before.")
    if any(_worth(b) <= _worth(a) for a, b in pairs):
        yield "worth", _("%(name)s: a higher step must give more than the one before.")
    if not terms.by_pieces and any(step.off_fen > step.at for step in steps):
        yield "more_than_price", _("%(name)s takes more off than the threshold.")


def _worth(step: Step) -> int:
    return step.off_fen + WHOLE - step.rate_bp


def _voucher(offer: Offer, terms: Voucher) -> Iterator[tuple[str, str]]:
    if terms.off_fen <= 0 and terms.rate_bp >= WHOLE:
        yield "nothing", _("%(name)s gives nothing.")
    if terms.claim_from and terms.claim_until and terms.claim_until <= terms.claim_from:
        yield "claim", _("%(name)s: the days to claim it end before they start.")
    if terms.claim_from and offer.ends and offer.ends <= terms.claim_from:
        yield "use", _("%(name)s ends before it can be claimed.")


def _meet(one: Offer, other: Offer) -> bool:
    """Whether both can be live at one instant for the same goods."""
    if one.products is not None and other.products is not None and not one.products & other.products:
        return False
    return not (
        (one.ends and other.starts and one.ends <= other.starts)
        or (other.ends and one.starts and other.ends <= one.starts)
    )


def _together(one: Offer, other: Offer) -> Iterator[Refusal]:
    keys, kinds = (one.key, other.key), {one.kind, other.kind}
    names = {"one": one.name or one.key, "other": other.name or other.key}
    if other.kind in one.excludes or one.kind in other.excludes:
        return
    if _two_prices(one, other):
        text = _("%(one)s and %(other)s give the same product two prices at the same time.")
        yield Refusal(keys, "two_prices", text, names)
    if kinds == {Kind.PRESALE, Kind.FLASH} or kinds == {Kind.PRESALE, Kind.GROUP}:
        text = _(
            "%(one)s and %(other)s: a product sold in advance cannot be sold in a flash sale or to groups as well."
        )
        yield Refusal(keys, "presale", text, names)
    counts = [offer for offer in (one, other) if _counts_pieces(offer)]
    if len(counts) == 2 and slot_of(one) is not slot_of(other):
        text = _("%(one)s and %(other)s both count pieces: nobody could tell for which offer a piece is counted.")
        yield Refusal(keys, "pieces_twice", text, names)
    if slot_of(one) is slot_of(other) is Slot.FULL and _bases(one) != _bases(other):
        text = _("%(one)s counts money and %(other)s counts pieces: say that one excludes the other.")
        yield Refusal(keys, "two_bases", text, names)
    if Kind.ONE_YUAN in kinds and any(_is_cheaper(offer) for offer in (one, other)):
        text = _("%(one)s and %(other)s: what is sold for one yuan takes no further discount.")
        yield Refusal(keys, "one_yuan", text, names)


def _two_prices(one: Offer, other: Offer) -> bool:
    if one.kind is not other.kind or one.kind not in (Kind.TIMED, Kind.FLASH, Kind.GROUP):
        return False
    if not isinstance(one.terms, Cut) or not isinstance(other.terms, Cut) or one.audience != other.audience:
        return False
    mine, theirs = dict(one.terms.prices), dict(other.terms.prices)
    return any(mine[code] != theirs[code] for code in mine.keys() & theirs.keys())


def _counts_pieces(offer: Offer) -> bool:
    return isinstance(offer.terms, Nth | NFree) or (isinstance(offer.terms, Ladder) and offer.terms.by_pieces)


def _bases(offer: Offer) -> bool:
    return isinstance(offer.terms, Ladder) and offer.terms.by_pieces


def _is_cheaper(offer: Offer) -> bool:
    """A shop's own discount on goods that have a price already."""
    return (
        offer.kind not in ITEM_KINDS
        and offer.level is not Level.PLATFORM
        and slot_of(offer)
        not in (
            Slot.EXTRA,
            Slot.FREIGHT,
            Slot.VIP,
        )
    )
