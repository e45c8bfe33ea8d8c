"""The sales tree (pure): which factor of sales moved, and how many yuan each explains."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kpis.answers import Figure, Missing
from kpis.effects import split
from opsplan.lib.periods import Period

TREE = ("pay_amt", "uv", "pay_cvr", "aov_buyer", "uv_value", "order_uv_cvr", "aov_order", "pay_order_cnt")


@dataclass(frozen=True)
class Tree:
    """Why sales changed against `before`. kind: buyers (visitors x conversion x revenue per buyer), visitors
    (visitors x orders per visitor x order value), orders (orders x order value) or sales (no factor is known).

    parts: factors with the yuan each explains; rest: the change on days that lack a factor; the two sum to `change`.
    missing: why the finest kind could not be told.
    """

    kind: str
    sales: Figure
    change: Decimal | None
    against: Period | None
    parts: tuple[tuple[Figure, Decimal | None], ...] = ()
    rest: Decimal | None = None
    missing: tuple[Missing, ...] = ()


def tree_of(now: Mapping[str, Figure], before: Mapping[str, Figure] | None) -> Tree:
    """The tree of `now` (figures of TREE), against the same figures of another span."""
    sales = now["pay_amt"]
    old = before["pay_amt"] if before else None
    change = sales.value - old.value if old and sales.value is not None and old.value is not None else None
    against = old.period if old else None
    missing = now["pay_cvr"].missing
    for kind, keys in (
        ("buyers", ("uv", "pay_cvr", "aov_buyer")),
        ("visitors", ("uv", "order_uv_cvr", "aov_order")),
        ("orders", ("pay_order_cnt", "aov_order")),
    ):
        if any(now[key].value is None for key in keys):
            continue
        found = factors(kind, now), factors(kind, before) if before else None
        told = () if kind == "buyers" else missing
        if found[0] is None or found[1] is None or change is None:
            return Tree(kind, sales, change, against, tuple((now[key], None) for key in keys), None, told)
        (new_sales, new), (old_sales, then) = found[0], found[1]
        moved = new_sales - old_sales
        split_up = split(then, new, moved)
        effects: list[Decimal | None] = [None] * len(keys) if split_up is None else [*split_up]
        parts = tuple((now[key], effect) for key, effect in zip(keys, effects, strict=True))
        return Tree(kind, sales, change, against, parts, (change - moved) or None, told)
    return Tree("sales", sales, change, against, (), None, missing)


def factors(kind: str, figures: Mapping[str, Figure]) -> tuple[Decimal, list[Decimal]] | None:
    """Sales on the days that have all factors (yuan), and those factors; None when one is not known or zero."""
    people, size = {"buyers": ("pay_cvr", "pay_buyers"), "visitors": ("order_uv_cvr", "pay_order_cnt")}.get(
        kind, ("", "")
    )
    if not people:
        sales, orders = (figures["aov_order"].inputs.get(key) for key in ("pay_amt", "pay_order_cnt"))
        return (sales, [orders, sales / orders]) if sales and orders else None
    sales, seen = (figures["uv_value"].inputs.get(key) for key in ("pay_amt", "uv"))
    bought = figures[people].inputs.get(size)
    if not sales or not seen or not bought or figures[people].inputs.get("uv") != seen:
        return None
    return sales, [seen, bought / seen, sales / bought]
