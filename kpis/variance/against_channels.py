"""A month's sales by channel against the plan's: the rows of channels in the year's plan in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kpis import queries
from kpis.advice.plan_actuals import days_with_data
from kpis.models import Plan
from kpis.month import month_budget
from kpis.planning.factors import AOV, CVR, SALES, UV
from kpis.planning.parts import REST, cut_of, row_key
from kpis.year import plan_parts
from kpis.year.plan_cells import load
from opsplan.lib.periods import Period
from stores.models import Store

CAME = {SALES: "pay_amt", UV: "uv", CVR: "pay_cvr", AOV: "aov_buyer"}  # what platforms tell of a channel


@dataclass(frozen=True)
class ChannelSales:
    """A channel, or all that have no row (key `-`). target: of the month; due: the part of it that falls on the
    days told of so far; came: payments the platform puts down to the channel, refunds not taken out. Yuan; None = not
    known.

    factors: (metric, unit, planned, came) of visitors a day, conversion and yuan a buyer.
    """

    key: str
    name: str
    target: Decimal | None
    due: Decimal | None
    came: Decimal | None
    factors: tuple[tuple[str, str, Decimal | None, Decimal | None], ...]

    @property
    def rate(self) -> Decimal | None:
        return self.came / self.due if self.came is not None and self.due else None


def parts_in_force(store: Store, month: Period) -> tuple[Plan | None, list[str]]:
    """The year's plan in force, and the parts it has rows for."""
    plan = month_budget.in_force(store, month)
    return plan, plan_parts.parts_of(plan) if plan else []


def channel_sales(
    store: Store, month: Period, closed: Period | None, in_force: tuple[Plan | None, list[str]]
) -> tuple[ChannelSales, ...]:
    """() while no plan in force has channels. in_force: `parts_in_force`."""
    plan, parts = in_force[0], [part for part in in_force[1] if cut_of(part) == "channel"]
    if plan is None or not parts:
        return ()
    loaded, number = load(plan), month.first.month
    rows = queries.breakdown(store, list(CAME.values()), closed, "channel") if closed else []
    found = {row.key: {key: figure.value for key, figure in row.values.items()} for row in rows}
    told = {row.key: days_with_data(row.values[UV]) for row in rows}
    due_of = month_budget.dues(store, month, "pay_amt", of_channels=True)
    others = [values["pay_amt"] for key, values in found.items() if f"channel:{key}" not in parts]
    found[REST] = {"pay_amt": month_budget.added(others)}

    def planned(row: str) -> Decimal | None:
        return loaded.sheet.value(row, number) if row in loaded.sheet.rows else None

    def factors(part: str, key: str) -> Iterator[tuple[str, str, Decimal | None, Decimal | None]]:
        """Name, unit, as planned and as it came of each factor in the plan; visitors as the mean of the days told."""
        for node in (UV, CVR, AOV):
            row, came = row_key(node, part), found.get(key, {}).get(CAME[node])
            if row in loaded.sheet.rows:
                mean = came / told[key] if node == UV and came is not None else came
                yield queries.metric(node).label, queries.metric(node).unit, planned(row), mean

    lines = []
    for part in [*parts, f"channel:{REST}"]:
        key, sales = part.partition(":")[2], row_key(SALES, part)
        target, came = planned(sales), found.get(key, {}).get("pay_amt")
        if target is not None or came is not None:
            due = None if target is None else due_of(target)
            lines.append(ChannelSales(key, loaded.label(sales), target, due, came, tuple(factors(part, key))))
    return tuple(lines)
