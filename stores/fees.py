"""What an agency is owed for a month (pure): basic fee, commission on sales tier by tier, guarantee, at most a cap, and
the tax on it. Amounts are fen, rates 1/10000.

A tier begins at its amount: sales of exactly that much are in it. Sales below zero bring no commission: it is never
below zero, and nothing of it is kept for the next month. A part of a month counts by its days, then fee, guarantee, cap
and the beginnings of tiers are that part of a whole month's, or as a whole month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from opsplan.lib.money import half_up

NONE, HIGHER, TOTAL, SUM = "", "higher", "total", "sum"
GUARANTEES = (NONE, HIGHER, TOTAL, SUM)
WHOLE_RATE = 10_000


@dataclass(frozen=True)
class Tier:
    """From this amount of sales on, this rate."""

    from_fen: int
    rate_bp: int


@dataclass(frozen=True)
class Terms:
    """fee_fen, guarantee_fen, cap_fen: of a whole month. is_marginal: each tier's rate for the sales inside it; else
    the rate of the tier that was reached for all sales. guarantee: higher (it stands in for a smaller commission),
    total (it stands in for a smaller fee and commission together), sum (it comes on top), "" (there is none). by_days:
    of part months. cap_fen: fee, commission and guarantee come to no more, 0 = there is none. tax_bp: on top of all,
    lines by hand, too.
    """

    fee_fen: int = 0
    tiers: tuple[Tier, ...] = ()
    is_marginal: bool = True
    guarantee: str = NONE
    guarantee_fen: int = 0
    by_days: bool = True
    cap_fen: int = 0
    tax_bp: int = 0

    def __post_init__(self) -> None:
        starts = [x.from_fen for x in self.tiers]
        if starts != sorted(set(starts)) or min(starts, default=0) < 0:
            raise ValueError("tiers must begin higher and higher, none below zero")
        if any(not 0 <= x <= WHOLE_RATE for x in (self.tax_bp, *(tier.rate_bp for tier in self.tiers))):
            raise ValueError("a rate lies between 0 and 10000")
        if min(self.fee_fen, self.guarantee_fen) < 0 or self.guarantee not in GUARANTEES:
            raise ValueError("fee and guarantee are not below zero")
        if self.cap_fen < 0 or 0 < self.cap_fen < self.least_fen:
            raise ValueError("a cap is not below the fee with the guarantee")

    @property
    def least_fen(self) -> int:
        """What a whole month comes to without any sales."""
        return self.fee_fen + guaranteed(self.guarantee, self.guarantee_fen, self.fee_fen, 0)


@dataclass(frozen=True)
class Step:
    """Sales inside a tier, and the commission on them. until_fen: where the next begins, None for the last."""

    from_fen: int
    until_fen: int | None
    rate_bp: int
    base_fen: int
    commission_fen: int


@dataclass(frozen=True)
class Account:
    """A month. base_fen: sales the commission is on; None = not known, and so is what hangs on it. guarantee_fen: of
    these days. added_fen: what the guarantee adds. cap_fen: of these days, cut_fen: what it takes off. owed_fen:
    everything, before lines written by hand and tax."""

    days: int
    of_days: int
    fee_fen: int
    base_fen: int | None
    steps: tuple[Step, ...]
    commission_fen: int | None
    guarantee_fen: int
    added_fen: int | None
    owed_fen: int | None
    cap_fen: int = 0
    cut_fen: int | None = 0


def part(amount_fen: int, days: int, of_days: int) -> int:
    return half_up(Decimal(amount_fen) * days / of_days)


def share(base_fen: int, rate_bp: int) -> int:
    return half_up(Decimal(base_fen) * rate_bp / WHOLE_RATE)


def steps(base_fen: int, tiers: Sequence[Tier], *, is_marginal: bool) -> tuple[Step, ...]:
    """The tiers that sales lie in, with the commission of each: all they pass through, or the one they reach."""
    ends = [*(x.from_fen for x in tiers[1:]), None]
    found = list[Step]()
    for tier, end in zip(tiers, ends, strict=False):
        if base_fen <= 0 or base_fen < tier.from_fen:
            continue
        if is_marginal:
            inside = (base_fen if end is None else min(base_fen, end)) - tier.from_fen
            if inside:
                found.append(Step(tier.from_fen, end, tier.rate_bp, inside, share(inside, tier.rate_bp)))
        else:
            found = [Step(tier.from_fen, end, tier.rate_bp, base_fen, share(base_fen, tier.rate_bp))]
    return tuple(found)


def account(terms: Terms, base_fen: int | None, days: int, of_days: int) -> Account:
    """What so many days of a month come to. ValueError where there are no days or more than the month has."""
    if not 0 < days <= of_days:
        raise ValueError("a month has one day at least, and not more than it has")
    run = days if terms.by_days else of_days
    fee, guarantee = part(terms.fee_fen, run, of_days), part(terms.guarantee_fen, run, of_days)
    tiers = [Tier(part(x.from_fen, run, of_days), x.rate_bp) for x in terms.tiers]
    found = steps(base_fen or 0, tiers, is_marginal=terms.is_marginal)
    commission = None if tiers and base_fen is None else sum(x.commission_fen for x in found)
    added = None if commission is None else guaranteed(terms.guarantee, guarantee, fee, commission)
    cap = part(terms.cap_fen, run, of_days)
    if commission is None or added is None:
        return Account(
            days, of_days, fee, base_fen, found, commission, guarantee, added, None, cap, None if terms.cap_fen else 0
        )
    owed = fee + commission + added
    cut = max(owed - cap, 0) if terms.cap_fen else 0
    return Account(days, of_days, fee, base_fen, found, commission, guarantee, added, owed - cut, cap, cut)


def guaranteed(rule: str, guarantee: int, fee: int, commission: int) -> int:
    """What the guarantee adds to fee and commission."""
    if rule == HIGHER:
        return max(guarantee - commission, 0)
    if rule == TOTAL:
        return max(guarantee - fee - commission, 0)
    return guarantee if rule == SUM else 0
