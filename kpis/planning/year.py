"""A year's sheet (pure): rows of twelve months with locks, edited by month, quarter or year; totals are weighted.

A total is never stored: it is made of the months, so parts and whole cannot disagree. Typing a total breaks it back:
amounts by the weights of what stands there, rates and visitors by one factor for all free months.
"""

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kpis.planning.costs import COST, RATIO, Costs, spent
from kpis.planning.factors import AOV, CVR, SALES, UV, Month, derived, edited, rebased
from kpis.planning.parts import (
    NODES,
    carved,
    cut_of,
    is_shut,
    moved_to,
    node_of,
    of_part,
    row_key,
    shared_out,
    together,
    with_rest,
)
from kpis.planning.reach import reached
from kpis.planning.shares import Contradiction, exact, spread
from opsplan.lib.text import gettext_noop as _

MONTHS = tuple(range(1, 13))
SPANS: dict[str, tuple[int, ...]] = {"year": MONTHS, **{f"q{q + 1}": MONTHS[q * 3 : q * 3 + 3] for q in range(4)}}
ORDERS, DAILY_ORDERS, SHOP_ROI, BUDGET = "pay_order_cnt", "daily_orders", "shop_roi", "budget_total"
BUDGETS = ("budget_ads", "budget_people", "budget_tech")
TENTH = Decimal("0.1")
MOST = {"rate": Decimal(1), "score": Decimal(5)}  # what a cell may be, as when it is typed


@dataclass(frozen=True)
class Row:
    """A number row. adds: sum (months add up), day (visitors a day), solved (CVR, AOV, RATIO), level (weighted by row
    `weight`, "" = no total) or made (computed, never typed). unit as a metric's."""

    key: str
    unit: str
    adds: str
    weight: str = ""
    is_channel: bool = False


@dataclass(frozen=True)
class Cell:
    value: Decimal | None = None
    locked: bool = False
    held: bool = False


@dataclass(frozen=True)
class Edit:
    """Somebody types `value` (None empties) into a row's months. Several months: into their total."""

    row: str
    months: tuple[int, ...]
    value: Decimal | None


EMPTY = Cell()
Cells = Mapping[tuple[str, int], Cell]
Number = Callable[[int], Decimal | None]


def month_days(year: int, basis: str) -> tuple[int, ...]:
    """Days of the twelve months: `30` flat, or the `real` ones."""
    return tuple(30 if basis == "30" else calendar.monthrange(year, month)[1] for month in MONTHS)


class Sheet:
    """rows by key, days of each month, cells by (row, month 1-12). Edited in place; make one per change."""

    def __init__(self, rows: Sequence[Row], days: Sequence[int], cells: Cells) -> None:
        self.rows = {row.key: row for row in rows}
        self.channels = [row.key for row in rows if row.is_channel]
        self.cuts: dict[str, list[str]] = {}
        for node, part in (node_of(row.key) for row in rows):
            if part and node == SALES:
                self.cuts.setdefault(cut_of(part), []).append(part)
        self.days = tuple(days)
        self.cells = dict(cells)

    def cell(self, row: str, month: int) -> Cell:
        return self.cells.get((row, month), EMPTY)

    def value(self, row: str, month: int) -> Decimal | None:
        """A cell's value, computed rows included; unrounded."""
        if row == ORDERS:
            made = self.value(DAILY_ORDERS, month)
            return None if made is None else made * self.days[month - 1]
        if row == DAILY_ORDERS:
            uv, conversion = self.value(UV, month), self.value(CVR, month)
            return None if uv is None or conversion is None else uv * conversion
        if row == SHOP_ROI:
            sales, cost = self.value(SALES, month), self.value(COST, month)
            return None if sales is None or not cost else sales / cost
        if row == BUDGET:
            return added([self.value(key, month) for key in BUDGETS])
        return self.cell(row, month).value

    # --- totals ---------------------------------------------------------------------------------------------------

    def total(self, row: str, months: Sequence[int] = MONTHS) -> Decimal | None:
        """A quarter or a year: amounts added up, all else weighted, never averaged. None where nothing stands."""
        known = self.rows[row]
        node, part = node_of(row)
        if row == DAILY_ORDERS:
            return self.over(months, lambda m: self.value(ORDERS, m), lambda m: Decimal(self.days[m - 1]))
        if row == SHOP_ROI:
            return self.over(months, lambda m: self.value(SALES, m), lambda m: self.value(COST, m))
        if known.adds == "sum" or row in (ORDERS, BUDGET):
            return added([self.value(row, month) for month in months])
        if node == UV:
            return self.over(months, self.visitors(part), lambda m: Decimal(self.days[m - 1]))
        if node == CVR:
            return self.over(months, self.orders(part), self.visitors(part))
        if node == AOV:
            return self.over(months, self.times(row, self.orders(part)), self.orders(part))
        if row == RATIO:
            return self.over(months, lambda m: self.value(COST, m), lambda m: self.value(SALES, m))
        if known.adds == "level" and known.weight:
            return self.over(months, self.times(row, self.row(known.weight)), self.row(known.weight))
        return None

    def row(self, key: str) -> Number:
        return lambda month: self.value(key, month)

    def visitors(self, part: str) -> Number:
        """Visitors of a month, of the shop ("") or a part."""
        return self.times(row_key(UV, part), lambda m: Decimal(self.days[m - 1]))

    def orders(self, part: str) -> Number:
        return self.times(row_key(CVR, part), self.visitors(part))

    def times(self, row: str, other: Number) -> Number:
        def product(month: int) -> Decimal | None:
            value, factor = self.value(row, month), other(month)
            return None if value is None or factor is None else value * factor

        return product

    @staticmethod
    def over(months: Sequence[int], top: Number, bottom: Number) -> Decimal | None:
        pairs = [(top(month), bottom(month)) for month in months]
        known = [(above, below) for above, below in pairs if above is not None and below is not None]
        below = sum((x for _above, x in known), Decimal(0))
        return sum((x for x, _below in known), Decimal(0)) / below if below else None

    # --- edits ----------------------------------------------------------------------------------------------------

    def apply(self, edits: Sequence[Edit], give: str = "") -> None:
        """All edits, months before totals; what is typed into one month together stands together.

        Raises Contradiction (the sheet is then half edited: throw it away).
        """
        by_month: dict[int, dict[str, Decimal | None]] = {}
        for edit in edits:
            if self.rows[edit.row].adds == "made":
                raise Contradiction(_("%(row)s is worked out from other rows and cannot be typed."), row=edit.row)
            if len(edit.months) == 1:
                by_month.setdefault(edit.months[0], {})[edit.row] = edit.value
        for month, changes in by_month.items():
            try:
                self.edit_month(month, changes, give)
            except Contradiction as error:
                error.month = month
                raise
        for edit in edits:
            if len(edit.months) > 1:
                self.edit_span(edit, give)

    def edit_month(self, month: int, changes: Mapping[str, Decimal | None], give: str = "") -> None:
        nodes = {key: value for key, value in changes.items() if key in NODES}
        costs = {key: value for key, value in changes.items() if key in (COST, RATIO) or key in self.channels}
        parts = {key: value for key, value in changes.items() if node_of(key)[1]}
        if nodes:
            self.keep_month(month, edited(self.month(month), nodes, give))
        if self.cuts and (nodes or parts):
            self.keep_parts(month, nodes, parts, give)
        if nodes or costs or parts:
            self.keep_costs(month, costs)
        for key, value in changes.items():
            if key not in nodes and key not in costs and key not in parts:
                self.keep_plain(key, month, value)

    def keep_plain(self, key: str, month: int, value: Decimal | None) -> None:
        now = self.cell(key, month)
        if now.locked and now.value != value:
            raise Contradiction(_("%(row)s is locked."), row=key)
        self.cells[key, month] = replace(now, value=value)

    def month(self, month: int, part: str = "") -> Month:
        """A month of the shop, or of one of its parts."""
        cells = {node: self.cell(row_key(node, part), month) for node in NODES}
        locked = frozenset(node for node, cell in cells.items() if cell.locked)
        values = {node: cell.value for node, cell in cells.items()}
        by_parts = not part and None in values.values() and any(
            self.cell(row_key(SALES, x), month).value is not None for parts in self.cuts.values() for x in parts
        )  # fmt: skip
        return Month(self.days[month - 1], values, locked, cells[SALES].held, by_parts)

    def keep_month(self, month: int, now: Month, part: str = "") -> None:
        for node in NODES:
            key, held = row_key(node, part), now.held and node == SALES
            if key in self.rows:
                self.cells[key, month] = replace(self.cell(key, month), value=now[node], held=held)

    def keep_parts(
        self, month: int, nodes: Mapping[str, Decimal | None], changes: Mapping[str, Decimal | None], give: str = ""
    ) -> None:
        """Parts and whole agree again after `nodes` of the month and rows of parts were typed. Raises Contradiction."""
        given = bool(nodes)
        typed: dict[str, dict[str, Decimal | None]] = {}
        for key, value in changes.items():
            node, part = node_of(key)
            typed.setdefault(part, {})[node] = value
        for names in sorted(self.cuts.values(), key=lambda names: not any(name in typed for name in names)):
            whole = self.month(month)
            total = whole[SALES]
            before = with_rest({name: self.month(month, name) for name in names}, total)
            now = carved(before, {name: self.typed_part(before[name], name, typed.get(name), give) for name in names})
            is_touched = any(name in typed for name in names)
            follows = (is_touched or whole.by_parts) and not (given or whole.is_kept or is_shut(whole))
            if follows or total is None:
                if total is None and SALES in nodes:
                    now = self.emptied(now, give)
                total = together(now)
                if total is not None:
                    self.keep_month(month, moved_to(whole, total))
                    given = True
                elif is_touched:
                    self.keep_month(month, derived(whole))
            if total is not None:
                now = shared_out(total, now, typed)
            for name, part_now in now.items():
                self.keep_month(month, part_now, name)

    def emptied(self, parts: Mapping[str, Month], give: str) -> dict[str, Month]:
        """The parts without their sales, but for those that are locked."""
        return {
            name: part if SALES in part.locked else self.typed_part(part, name, {SALES: None}, give)
            for name, part in parts.items()
        }

    def begin_parts(self) -> None:
        """After rows of parts came or went: where no part has an amount yet, the rest has it all."""
        for month in MONTHS:
            if (total := self.value(SALES, month)) is not None:
                self.keep_parts(month, {SALES: total}, {})

    @staticmethod
    def typed_part(part: Month, name: str, nodes: Mapping[str, Decimal | None] | None, give: str) -> Month:
        try:
            return edited(part, nodes, give) if nodes else part
        except Contradiction as error:
            raise of_part(error, name) from error

    def keep_costs(self, month: int, changes: Mapping[str, Decimal | None]) -> None:
        keys = [COST, RATIO, *self.channels]
        if COST not in self.rows:
            return
        locked = frozenset(key for key in keys if self.cell(key, month).locked)
        parts = {key: self.cell(key, month).value for key in self.channels}
        total, ratio = self.cell(COST, month).value, self.cell(RATIO, month).value
        now = spent(Costs(self.cell(SALES, month).value, total, ratio, parts, locked), changes)
        for key, value in {COST: now.total, RATIO: now.ratio, **now.parts}.items():
            self.cells[key, month] = replace(self.cell(key, month), value=value)

    def edit_span(self, edit: Edit, give: str = "") -> None:
        """A total was typed: its free months follow."""
        row, months = self.rows[edit.row], edit.months
        shut = [self.is_shut(row.key, month) for month in months]
        free = [month for month, held in zip(months, shut, strict=True) if not held]
        now = [self.cell(row.key, month).value for month in months]
        if edit.value is None:
            for month in free:
                self.edit_month(month, {row.key: None}, give)
        elif row.adds == "sum":
            even = [self.days[month - 1] for month in months]
            parts = spread(edit.value, now, shut, even, whole=row.unit == "count")
            for month, part in zip(months, parts, strict=True):
                if month in free:
                    self.edit_month(month, {row.key: part}, give)
        elif not free:
            raise Contradiction(_("All months of %(row)s are locked."), row=row.key)
        elif not any(self.cell(row.key, month).value for month in free):
            for month in free:
                self.edit_month(month, {row.key: edit.value}, give)
        else:
            self.scale(row.key, free, months, edit.value, give)

    def is_shut(self, key: str, month: int) -> bool:
        """Whether this cell cannot move: locked itself, or held fast by three locked factors."""
        node, part = node_of(key)
        return self.cell(key, month).locked or (node == SALES and is_shut(self.month(month, part)))

    def scale(self, key: str, free: Sequence[int], months: Sequence[int], wanted: Decimal, give: str) -> None:
        """Multiply the free months by one factor, whatever it is, so that the weighted total becomes `wanted`."""
        if wanted == 0:
            for month in free:
                self.edit_month(month, {key: Decimal(0)}, give)
            return
        before = dict(self.cells)

        def at(factor: Decimal) -> Decimal:
            self.cells = dict(before)
            for month in free:
                value = before.get((key, month), EMPTY).value
                if value is not None:
                    self.edit_month(month, {key: self.bounded(key, exact(value * factor))}, give)
            return self.total(key, months) or Decimal(0)

        now = self.total(key, months)
        if not now:
            raise Contradiction(_("%(row)s has no total here: the rows it is weighted by are empty."), row=key)
        if not reached(at, now, wanted):
            raise Contradiction(_("The locked months of %(row)s leave no room for this total."), row=key)

    def bounded(self, key: str, value: Decimal) -> Decimal:
        """The value, or a Contradiction where its unit ends before it."""
        most = MOST.get(self.rows[key].unit)
        if most is None or value <= most:
            return value
        is_rate = self.rows[key].unit == "rate"
        told = [f"{(x * 100).quantize(Decimal(1))} %" if is_rate else f"{x.quantize(TENTH)}" for x in (value, most)]
        raise Contradiction(
            _("%(row)s would have to be %(value)s in a month, above %(most)s."), row=key, value=told[0], most=told[1]
        )

    def rebase(self, days: Sequence[int]) -> None:
        """Other days: typed or locked amounts stay and a factor gives way; else sales follow. Raises Contradiction."""
        self.days = tuple(days)
        for month in MONTHS:
            self.keep_month(month, rebased(self.month(month), self.days[month - 1]))
            for part in (x for parts in self.cuts.values() for x in parts):
                self.keep_month(month, rebased(self.month(month, part), self.days[month - 1]), part)
            if self.cuts:
                self.keep_parts(month, {}, {})
            self.keep_costs(month, {})


def added(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
