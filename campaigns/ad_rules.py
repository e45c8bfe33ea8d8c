"""What the figures of ads allow to say (pure): rates and returns with the range that chance leaves open, keywords to
raise, keep or cut (S124), pictures that promise more than the page keeps (S125), the ladder of regions (S123)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from opsplan.lib.text import gettext_noop as _

Z = Decimal("1.96")  # 95 % of what chance does
OVER = Decimal("1.1")
ZERO, ONE = Decimal(0), Decimal(1)
MOSTLY = Decimal("0.8")  # a plan belongs where this much of its money goes
RAISE, KEEP, CUT = "raise", "keep", "cut"


class Range(NamedTuple):
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Counts:
    """What an ad system tells of something. cost, sales: yuan; None = not told."""

    cost: Decimal
    impressions: int | None = None
    clicks: int | None = None
    orders: int | None = None
    sales: Decimal | None = None


def wilson(hits: int, trials: int) -> Range | None:
    """Wilson's score interval of a rate (fractions); None without trials or with more hits than trials."""
    if trials <= 0 or not 0 <= hits <= trials:
        return None
    n, rate, z2 = Decimal(trials), Decimal(hits) / trials, Z * Z
    middle = rate + z2 / (2 * n)
    wide = Z * (rate * (1 - rate) / n + z2 / (4 * n * n)).sqrt()
    whole = 1 + z2 / n
    return Range(max(ZERO, (middle - wide) / whole), min(ONE, (middle + wide) / whole))


def poisson(count: int) -> Range:
    """The range of how many would have been expected where `count` came (Byar's approximation of the exact one)."""

    def bound(number: Decimal, sign: int) -> Decimal:
        return number * (1 - 1 / (9 * number) + sign * Z / (3 * number.sqrt())) ** 3

    low = max(ZERO, bound(Decimal(count), -1)) if count > 0 else ZERO
    return Range(low, bound(Decimal(count + 1), 1))


def ratio(above: Decimal | int | None, below: Decimal | int | None) -> Decimal | None:
    return Decimal(above) / Decimal(below) if above is not None and below else None


def is_over(cost: Decimal | None, budget: Decimal, known: int, days: int) -> bool:
    """Whether more than a tenth above the budget's even share was spent on the known ones of so many days."""
    return cost is not None and cost > budget * known / days * OVER


def roi_range(counts: Counts, order_value: Decimal | None) -> Range | None:
    """The return on the cost when chance is allowed for: the number of orders is uncertain, their value taken as it is
    (of all orders together where there is none here). None where orders or their value are not told."""
    if not counts.cost or counts.orders is None:
        return None
    value = ratio(counts.sales, counts.orders) if counts.orders else order_value
    if value is None:
        return None
    low, high = poisson(counts.orders)
    return Range(low * value / counts.cost, high * value / counts.cost)


def total(many: Iterable[Counts]) -> Counts:
    """All together; what none of them tells is not told."""

    def added(values: Iterable[Decimal | int | None]) -> Decimal | None:
        known = [Decimal(value) for value in values if value is not None]
        return sum(known, ZERO) if known else None

    def whole(values: Iterable[int | None]) -> int | None:
        found = added(values)
        return None if found is None else int(found)

    some = list(many)
    return Counts(
        sum((one.cost for one in some), ZERO),
        whole(one.impressions for one in some),
        whole(one.clicks for one in some),
        whole(one.orders for one in some),
        added(one.sales for one in some),
    )


@dataclass(frozen=True)
class Judged:
    """Counts with what may be said of them. Rates are fractions, cpc yuan; verdict: raise, keep or cut; is_open: the
    figures do not tell yet."""

    counts: Counts
    ctr: Decimal | None
    cpc: Decimal | None
    conversion: Decimal | None
    conversion_range: Range | None
    roi: Decimal | None
    roi_range: Range | None
    verdict: str
    is_open: bool


def judged(counts: Counts, least: Decimal | None, order_value: Decimal | None) -> Judged:
    """Raise what returns `least` or more even when chance was kind, cut what would not even if chance was unkind; keep
    the rest."""
    found = roi_range(counts, order_value)
    verdict, is_open = KEEP, True
    if found is not None and least is not None:
        verdict = RAISE if found.low >= least else CUT if found.high < least else KEEP
        is_open = verdict == KEEP
    orders, clicks = counts.orders, counts.clicks
    return Judged(
        counts,
        ratio(clicks, counts.impressions),
        ratio(counts.cost, clicks),
        ratio(orders, clicks),
        wilson(orders, clicks) if orders is not None and clicks is not None else None,
        ratio(counts.sales, counts.cost),
        found,
        verdict,
        is_open,
    )


def promises_too_much(counts: Counts, whole: Counts) -> bool:
    """S125: clicked more than all together and bought less, both beyond chance."""
    if None in (counts.impressions, counts.clicks, counts.orders):
        return False
    ctr, conversion = ratio(whole.clicks, whole.impressions), ratio(whole.orders, whole.clicks)
    clicked = wilson(counts.clicks or 0, counts.impressions or 0)
    bought = wilson(counts.orders or 0, counts.clicks or 0)
    if ctr is None or conversion is None or clicked is None or bought is None:
        return False
    return clicked.low > ctr and bought.high < conversion


@dataclass(frozen=True)
class Spent:
    """What a plan spent in a region."""

    plan: str
    region: str
    counts: Counts


@dataclass(frozen=True)
class Ladder:
    """Where a shop stands on the ladder of S123. step: 0 nothing, 1 main regions only, 2 others as well, 3 the whole
    country; main, other, wide: what the plans of each kind add up to; said: (code, sentence, values)."""

    step: int
    main: Counts
    other: Counts
    wide: Counts
    said: tuple[tuple[str, str, dict[str, Decimal]], ...]


def suggested(rows: Sequence[Spent]) -> list[str]:
    """The regions to begin with: those with the most orders that together have half of them."""
    orders: dict[str, int] = {}
    for row in rows:
        orders[row.region] = orders.get(row.region, 0) + (row.counts.orders or 0)
    found, seen, whole = [], 0, sum(orders.values())
    for region in sorted(orders, key=lambda name: (-orders[name], name)):
        if seen * 2 < whole:
            found.append(region)
            seen += orders[region]
    return found


def kind_of(rows: Sequence[Spent], main: Collection[str]) -> str:
    """What a plan is for by where its money went: main, other or wide."""
    whole = sum((row.counts.cost for row in rows), ZERO)
    here = sum((row.counts.cost for row in rows if row.region in main), ZERO)
    if here >= whole * MOSTLY:
        return "main"
    return "other" if here <= whole * (1 - MOSTLY) else "wide"


def ladder(rows: Sequence[Spent], main: Collection[str], least: Decimal | None) -> Ladder:
    """The step a shop stands on and what comes next. main: the regions it pushes; least: the return that pays."""
    plans: dict[str, list[Spent]] = {}
    for row in rows:
        plans.setdefault(row.plan, []).append(row)
    kinds: dict[str, list[Counts]] = {"main": [], "other": [], "wide": []}
    for some in plans.values():
        kinds[kind_of(some, main)] += [row.counts for row in some]
    sums = {name: total(some) for name, some in kinds.items()}
    step = 3 if kinds["wide"] and kinds["main"] else 2 if kinds["other"] else 1 if kinds["main"] else 0
    return Ladder(step, sums["main"], sums["other"], sums["wide"], tuple(_said(step, sums, least)))


def _said(step: int, sums: dict[str, Counts], least: Decimal | None) -> Iterable[tuple[str, str, dict[str, Decimal]]]:
    price = {name: ratio(counts.cost, counts.clicks) for name, counts in sums.items()}
    main = price["main"]
    if step == 0:
        if sums["wide"].cost:
            yield "spread", _("The money goes everywhere: begin with the main regions and limit the others."), {}
        return
    for name, text in (
        (
            "other",
            _("A click in the other regions costs %(theirs)s, not less than %(main)s in the main ones: lower the bid."),
        ),
        (
            "wide",
            _("A click of the plan for the whole country costs %(theirs)s, not less than %(main)s: lower the bid."),
        ),
    ):
        theirs = price[name]
        if theirs is not None and main is not None and theirs >= main:
            yield f"{name}_bid", text, {"theirs": theirs, "main": main}
    if step == 3:
        return
    now = sums["main" if step == 1 else "other"]
    found = roi_range(now, None)
    if least is None or found is None or found.low < least:
        yield "wait", _("It does not pay for certain yet: stay on this step."), {}
    elif step == 1 and main is not None:
        yield "other", _("It pays: add a plan for the other regions, with a bid below %(main)s."), {"main": main}
    elif step == 1:
        yield "other", _("It pays: add a plan for the other regions, with a lower bid."), {}
    else:
        yield (
            "wide",
            _("It pays: advertise in the whole country with the keywords that convert best, at a low bid."),
            {},
        )
