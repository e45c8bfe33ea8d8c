"""How many pieces are worth trying when the lowest price is looked for (pure): as many as just reach a threshold, and
as many as waste least of what is given again and again."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from campaigns.offers.discounts import ladder_off, voucher_off
from campaigns.offers.kinds import WHOLE, Base, Ladder, NFree, Nth, Rules, Terms, Tiers, Voucher, slot_of
from campaigns.offers.shares import rounded

MANY = 100  # pieces: more than any threshold asks for


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


class Counts:
    """The numbers of pieces worth trying under rules.

    amounts, pieces: from which something is given; each: an amount that is given something each time it is reached, and
    turns: a number of pieces of which one is cheaper, so that full turns go deepest. Where thresholds look at what is
    left, more has to be in the basket than they say: what comes off before is added to them."""

    def __init__(self, rules: Rules) -> None:
        amounts, self.pieces = thresholds(rules)
        terms = [offer.terms for offer in rules.offers]
        each = [x for x in terms if isinstance(x, Ladder) and x.repeating and not x.by_pieces]
        self.each = {step.at for x in each for step in x.steps} - {0}
        self.turns = {x.n for x in terms if isinstance(x, NFree | Nth)} - {0, 1}
        if rules.stacking.base is Base.PROGRESSIVE:
            amounts = [*amounts, *raised(rules, amounts)]
        amounts += [-(-at // each) * each for at in amounts for each in self.each]
        self.amounts = sorted(set(amounts))

    def of(self, asked: Sequence[int], already: int = 0, there: int = 0) -> set[int]:
        """Numbers of pieces that, beside goods for `already` fen of which `there` pieces are there, just reach
        something. asked: what 0, 1, 2 ... pieces cost (fen)."""
        found = {bisect_left(asked, at - already) for at in self.amounts}
        found |= {at - there for at in self.pieces}
        sums = [already + fen for fen in asked]
        return found | {max(range(1, len(sums)), key=lambda n: least_wasted(sums[n], each)) for each in self.each}

    def full_turns(self, numbers: Iterable[int], there: int = 0) -> set[int]:
        """With so many more that turns are full."""
        return {number + -(there + number) % turn for number in numbers for turn in self.turns}


def least_wasted(fen: int, each: int) -> Fraction:
    return Fraction(fen // each, max(1, fen))


def raised(rules: Rules, amounts: Collection[int]) -> set[int]:
    """What the goods have to cost (fen) so that a threshold is reached by what the offers before it leave, where all of
    them are taken: looked for from each threshold on, as what is left falls wherever another offer begins."""
    found = set[int]()
    slots = {slot: [x.terms for x in rules.offers if slot_of(x) is slot] for slot in rules.stacking.order}
    for place, slot in enumerate(rules.stacking.order):
        before = [slots[x] for x in rules.stacking.order[:place] if slots[x]]
        wanted = {at for terms in slots[slot] for at in steps_of(terms, max(amounts))} if before and amounts else ()
        found |= {enough(at, start, before) for at in wanted for start in {at, *amounts} if start >= at}
    return found


def enough(at: int, start: int, before: Sequence[Sequence[Terms]]) -> int:
    """The first amount from `start` on of which the best offer of each of these places leaves `at` (fen)."""
    amount = start
    for _turn in range(MANY):
        left = amount
        for offers in before:
            left -= max(part_off(terms, left) for terms in offers)
        if left >= at:
            break
        amount += at - left
    return amount


def steps_of(terms: Terms, most: int) -> list[int]:
    """The amounts (fen) from which something is given; each time, up to where `most` is passed."""
    if isinstance(terms, Ladder) and not terms.by_pieces:
        each = terms.steps[0].at if terms.steps else 0
        return (
            [*range(each, most + 2 * each, each)][:MANY]
            if terms.repeating and each
            else [step.at for step in terms.steps]
        )
    return [terms.at_fen] if isinstance(terms, Voucher) and terms.at_fen else []


def part_off(terms: Terms, left: int) -> int:
    """What an offer takes of what is left (fen), as far as money alone says."""
    if isinstance(terms, Ladder):
        return ladder_off(terms, left, left, MANY if terms.by_pieces else 0)
    if isinstance(terms, Voucher):
        return voucher_off(terms, left, left)
    if isinstance(terms, Tiers):
        return left - rounded(left, min((rate for _level, rate in terms.rates), default=WHOLE), WHOLE)
    return left // terms.n if isinstance(terms, NFree) and terms.n > 1 else 0
