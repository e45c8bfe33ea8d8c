"""A month's sales by channel against the plan's: the rows of channels in the year's plan in force."""

from dataclasses import dataclass
from decimal import Decimal

from kpis import month_budget, plan_parts, queries
from kpis.plan_actuals import days_with_data
from kpis.plan_cells import load
from kpis.planning.factors import AOV, CVR, SALES, UV
from kpis.planning.parts import REST, cut_of, row_key
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


def channel_sales(store: Store, month: Period, closed: Period | None) -> tuple[ChannelSales, ...]:
    """() while no plan in force has channels."""
    plan = month_budget.in_force(store, month)
    parts = [part for part in plan_parts.parts_of(plan) if cut_of(part) == "channel"] if plan else []
    if plan is None or not parts:
        return ()
    loaded, number = load(plan), month.first.month
    rows = queries.breakdown(store, list(CAME.values()), closed, "channel") if closed else []
    found = {row.key: {key: figure.value for key, figure in row.values.items()} for row in rows}
    told = {row.key: days_with_data(row.values[UV]) for row in rows}
    due_of = month_budget.dues(store, month, "pay_amt", of_channels=True)
    lines = []
    for part in [*parts, f"channel:{REST}"]:
        key = part.partition(":")[2]
        if key == REST:
            others = [values["pay_amt"] for other, values in found.items() if f"channel:{other}" not in parts]
            values = {"pay_amt": month_budget.added(others)}
        else:
            values = found.get(key, {})
        target = loaded.sheet.value(row_key(SALES, part), number) if row_key(SALES, part) in loaded.sheet.rows else None
        factors = []
        for node in (UV, CVR, AOV):
            row, came = row_key(node, part), values.get(CAME[node])
            if row in loaded.sheet.rows:
                mean = came / told[key] if node == UV and came is not None else came
                factors.append((queries.metric(node).label, queries.metric(node).unit,
                                loaded.sheet.value(row, number), mean))  # fmt: skip
        due = None if target is None else due_of(target)
        name = loaded.label(row_key(SALES, part))
        lines.append(ChannelSales(key, name, target, due, values.get("pay_amt"), tuple(factors)))
    return tuple(line for line in lines if line.target is not None or line.came is not None)
