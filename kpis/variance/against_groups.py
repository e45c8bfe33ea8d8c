"""A month's sales by product group against the plan's: the rows of product groups in the year's plan in force."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kpis import queries
from kpis.figures import per_product
from kpis.figures.readings import Reader
from kpis.models import Plan
from kpis.planning.factors import SALES
from kpis.planning.parts import REST, cut_of, row_key
from kpis.year import plan_parts
from kpis.year.plan_cells import Loaded, load
from opsplan.lib.periods import Period
from stores.models import Store

KEY = "pay_amt"


@dataclass(frozen=True)
class GroupSales:
    """A product group, or all products in none (key `-`). target: of the month; due: the part of it that falls on the
    days told of so far; came: what its products were paid. Yuan; None = not known."""

    key: str
    name: str
    products: int
    target: Decimal | None
    due: Decimal | None
    came: Decimal | None

    @property
    def rate(self) -> Decimal | None:
        return self.came / self.due if self.came is not None and self.due else None


@dataclass(frozen=True)
class Groups:
    """twice: products that stand in several groups; each counts in one, so that the lines add up to the store."""

    lines: tuple[GroupSales, ...] = ()
    twice: int = 0


def group_sales(store: Store, month: Period, closed: Period | None, in_force: tuple[Plan | None, list[str]]) -> Groups:
    """No lines while no plan in force has product groups. in_force: `against_channels.parts_in_force`."""
    plan, parts = in_force[0], [part for part in in_force[1] if cut_of(part) == "group"]
    if plan is None or not parts:
        return Groups()
    loaded, number = load(plan), month.first.month
    home, twice = homes(loaded)
    reader = Reader(store, [KEY])
    days, came = tuple[dt.date, ...](), dict[str, Decimal]()
    if closed is not None:
        reader.load(closed)
        days = tuple(
            x for x in reader.days(closed) if per_product.is_covered(reader, reader.metric(KEY, closed.last), x)
        )
        for row in queries.breakdown(store, [KEY], closed, "product"):
            part = home.get(row.key, f"group:{REST}")
            came[part] = came.get(part, Decimal(0)) + (row.values[KEY].value or 0)
    lines = []
    for part in [*parts, f"group:{REST}"]:
        row_of = row_key(SALES, part)
        target = loaded.sheet.value(row_of, number) if row_of in loaded.sheet.rows else None
        sold = came.get(part, Decimal(0)) if days else None
        lines.append(
            GroupSales(
                part.partition(":")[2],
                loaded.label(row_of),
                sum(x == part for x in home.values()),
                target,
                reader.due(target, month, days) if target is not None and days else None,
                sold,
            )
        )
    return Groups(tuple(lines), twice)


def homes(loaded: Loaded) -> tuple[dict[str, str], int]:
    """Product code -> the one group it counts in: the first it was put into by hand, else that of its category; and how
    many products stand in several."""
    groups = plan_parts.members(loaded)
    by_hand = {part: {x.pk for x in loaded.rows[row_key(SALES, part)].products.all()} for part in groups}
    found: dict[str, list[tuple[bool, str]]] = {}
    for part, products in groups.items():
        for product in products:
            found.setdefault(product.code, []).append((product.pk not in by_hand[part], part))
    return {code: min(of, key=lambda x: x[0])[1] for code, of in found.items()}, sum(len(x) > 1 for x in found.values())
