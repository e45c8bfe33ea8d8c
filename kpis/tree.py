"""The sales tree (pure): which factor of sales moved, and how many yuan each explains."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from kpis.answers import Figure, Missing
from kpis.effects import CENT, method, split
from kpis.metrics import rounded
from opsplan.lib.periods import Period

TREE = ("pay_amt", "uv", "pay_cvr", "aov_buyer", "uv_value", "order_uv_cvr", "aov_order", "pay_order_cnt")
KINDS = {
    "buyers": ("uv", "pay_cvr", "aov_buyer"),
    "visitors": ("uv", "order_uv_cvr", "aov_order"),
    "orders": ("pay_order_cnt", "aov_order"),
}
ZERO = Decimal(0)


@dataclass(frozen=True)
class Tree:
    """Why sales changed against `before`. kind: buyers (visitors x conversion x revenue per buyer), visitors
    (visitors x orders per visitor x order value), orders (orders x order value) or sales (no factor is known).

    parts: factors with the yuan each explains; rest: the change on days that lack a factor; the two sum to `change`.
    missing: why the finest kind could not be told. method: log_mean or shapley, "" where nothing was split.
    old: the same factors in the other span, in the order of `parts`.
    """

    kind: str
    sales: Figure
    change: Decimal | None
    against: Period | None
    parts: tuple[tuple[Figure, Decimal | None], ...] = ()
    rest: Decimal | None = None
    missing: tuple[Missing, ...] = ()
    method: str = ""
    old: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Factors:
    """Sales (yuan) on the days that have all factors, and the counts before them: visitors, then buyers or orders."""

    sales: Decimal
    counts: tuple[Decimal, ...]


def tree_of(now: Mapping[str, Figure], before: Mapping[str, Figure] | None) -> Tree:
    """The tree of `now` (figures of TREE), against the same figures of another span."""
    sales = now["pay_amt"]
    old = before["pay_amt"] if before else None
    change = sales.value - old.value if old and sales.value is not None and old.value is not None else None
    against = old.period if old else None
    missing = now["pay_cvr"].missing or (before["pay_cvr"].missing if before else ())
    for kind in KINDS:
        told = () if kind == "buyers" else missing
        new = factors(kind, now)
        if new is None:
            continue
        if before is None or change is None:
            return Tree(kind, sales, change, against, tuple((each, None) for each in shown(kind, now, new)), None, told)
        then = factors(kind, before)
        if then is None:
            continue
        moved = new.sales - then.sales
        pair = rates(then, new)
        parts = zip(shown(kind, now, new), split(*pair, moved), strict=True)
        was = shown(kind, before, then)
        return Tree(kind, sales, change, against, tuple(parts), (change - moved) or None, told, method(*pair), was)
    return Tree("sales", sales, change, against, (), None, missing)


def against_target(now: Mapping[str, Figure], change: Decimal) -> Tree:
    """The tree of `now` against the figures' own targets; no parts where a factor has none. Targets need not multiply
    to the sales target, so the parts sum to what the factors' own product lacks."""
    sales, keys = now["pay_amt"], KINDS["buyers"]
    wanted = [now[key].target for key in keys]
    new = factors("buyers", now)
    aims = [aim for aim in wanted if aim is not None]
    if new is None or len(aims) < len(keys):
        missing = tuple(Missing("no_target", key) for key, aim in zip(keys, wanted, strict=True) if aim is None)
        return Tree("sales", sales, change, sales.period, (), None, missing or now["pay_cvr"].missing)
    product = (aims[0] * aims[1] * aims[2]).quantize(CENT)
    then = Factors(product, (aims[0], aims[0] * aims[1]))
    pair = rates(then, new)
    parts = zip((now[key] for key in keys), split(*pair, new.sales - product), strict=True)
    old = tuple(replace(now[key], value=now[key].target, inputs={}, compare={}) for key in keys)
    return Tree("buyers", sales, change, sales.period, tuple(parts), None, (), method(*pair), old)


def shown(kind: str, figures: Mapping[str, Figure], found: Factors) -> tuple[Figure, ...]:
    """The factors as they were split: the last one, too, on the days that have all of them, so that they multiply to
    the sales of these days."""
    *first, last = (figures[key] for key in KINDS[kind])
    if kind == "orders" or last.inputs.get("pay_amt") == found.sales:
        return (*first, last)
    value = rounded(found.sales / found.counts[-1], last.unit) if found.counts[-1] else None
    return (*first, replace(last, value=value, marks=figures["uv_value"].marks))


def factors(kind: str, figures: Mapping[str, Figure]) -> Factors | None:
    """None where an input is not known, where the days of visitors and buyers differ, or where there are sales without
    anybody who bought."""
    counts: tuple[Decimal | None, ...]
    if kind == "orders":
        inputs = figures["aov_order"].inputs
        sales, counts = inputs.get("pay_amt"), (inputs.get("pay_order_cnt"),)
    else:
        people, size = {"buyers": ("pay_cvr", "pay_buyers"), "visitors": ("order_uv_cvr", "pay_order_cnt")}[kind]
        if kind == "buyers" and "pay_order_cnt" in figures["aov_buyer"].inputs:  # the store reads it by orders
            return None
        seen, bought = figures["uv_value"].inputs, figures[people].inputs
        if seen.get("uv") != bought.get("uv"):
            return None
        sales, counts = seen.get("pay_amt"), (seen.get("uv"), bought.get(size))
    known = tuple(number for number in counts if number is not None)
    if sales is None or len(known) < len(counts):
        return None
    product = sales
    for number in reversed(known):
        if product and not number:
            return None
        product = number
    return Factors(sales, known)


def rates(before: Factors, after: Factors) -> tuple[list[Decimal], list[Decimal]]:
    """Both products as factors: the first count, then what each step makes of the one before. A step from nothing
    cannot be told; it is taken as it stands on the other side, so that it explains nothing."""
    sides: list[list[Decimal | None]] = []
    for side in (before, after):
        steps = (*side.counts, side.sales)
        made = [top / under if under else None for under, top in pairwise(steps)]
        sides.append([steps[0], *made])
    old, new = sides
    pairs = [
        (a if a is not None else b if b is not None else ZERO, b if b is not None else a if a is not None else ZERO)
        for a, b in zip(old, new, strict=True)
    ]
    return [a for a, _b in pairs], [b for _a, b in pairs]
