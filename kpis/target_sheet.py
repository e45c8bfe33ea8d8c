"""The year sheet of targets, first cut: plannable figures down, twelve months across, the total where months add up."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from kpis import queries, targets
from kpis.answers import Figure, MetricInfo
from kpis.metrics import METRICS
from kpis.models import DataVersion, Target
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff.models import User
from stores.models import Store

MAIN = ("real_amt", "uv", "pay_cvr", "aov_buyer", "daily_orders", "promo_cost", "cost_ratio", "roi")


@dataclass(frozen=True)
class Cell:
    """A target: value in yuan, fraction or count as the metric's unit, who set it and when."""

    metric: str
    month: dt.date
    unit: str
    value: Decimal | None = None
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Line:
    """A figure with its twelve cells; `filled` of them are set. `total` is None where months do not add up."""

    info: MetricInfo
    per_day: bool
    cells: tuple[Cell, ...]
    total: Decimal | None
    adds: bool
    filled: int


@dataclass(frozen=True)
class Month:
    """A month of 实际销售额 beside its target: `rate` is actual over target. Figures are None before it begins."""

    month: dt.date
    actual: Figure | None
    rate: Decimal | None
    last_year: Decimal | None
    is_open: bool


class Conflict(Exception):
    """Somebody else changed the cell meanwhile; `cell` is what stands there now."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        super().__init__(cell.metric)


def months(year: int) -> list[dt.date]:
    return [dt.date(year, month, 1) for month in range(1, 13)]


def year_sheet(store: Store, year: int) -> tuple[list[Line], list[Line]]:
    """The lines people plan first, and all other plannable figures."""
    stored = Target.objects.filter(store=store, month__year=year).select_related("by")
    found = {(t.metric, t.month): t for t in stored}
    plannable = {info.key: info for info in queries.catalogue() if info.plannable}
    main = [line(plannable[key], year, found) for key in MAIN if key in plannable]
    return main, [line(info, year, found) for key, info in plannable.items() if key not in MAIN]


def line(info: MetricInfo, year: int, found: dict[tuple[str, dt.date], Target]) -> Line:
    cells = tuple(cell(info.key, month, found.get((info.key, month))) for month in months(year))
    values = [c.value for c in cells if c.value is not None]
    adds = METRICS[info.key].target == "month"
    total = sum(values, Decimal(0)) if adds and values else None
    return Line(info, METRICS[info.key].target == "day", cells, total, adds, len(values))


def cell(metric: str, month: dt.date, target: Target | None) -> Cell:
    unit = METRICS[metric].unit.value
    if target is None:
        return Cell(metric, month, unit)
    return Cell(metric, month, unit, target.value, str(target.by or ""), target.updated_at)


def one_line(store: Store, metric: str, year: int) -> Line:
    """One line as it stands now. UnknownMetric when there is no such figure."""
    found = Target.objects.filter(store=store, metric=metric, month__year=year).select_related("by")
    return line(queries.metric(metric), year, {(t.metric, t.month): t for t in found})


def set_cell(store: Store, metric: str, month: dt.date, value: Decimal | None, was: Decimal | None, by: User) -> None:
    """Store a target (None = take it away), if the cell still holds `was`.

    Raises Conflict when it does not; ValidationError as `targets.set_target`.
    """
    with transaction.atomic():
        DataVersion.objects.get_or_create(store=store)
        DataVersion.objects.select_for_update().get(store=store)  # one change of a store's sheet at a time
        now = Target.objects.filter(store=store, metric=metric, month=month).select_related("by").first()
        if (now.value if now else None) != was:
            raise Conflict(cell(metric, month, now))
        targets.set_target(store, metric, month, value, by)


def achieved(store: Store, year: int, planned: Line) -> tuple[list[Month], Figure | None]:
    """实际销售额 month by month beside `planned`, and of the whole year so far; closed days only."""
    last = clock.today(store.timezone) - DAY
    first, end = dt.date(year, 1, 1), min(dt.date(year, 12, 31), last)
    if end < first:
        return [Month(month, None, None, None, False) for month in months(year)], None
    so_far = Period(first, end)
    rows = queries.breakdown(store, ["real_amt"], so_far, "month", compare=["last_year"])
    known = {row.key: row.values["real_amt"] for row in rows}
    found = []
    for cell in planned.cells:
        figure = known.get(f"{cell.month:%Y-%m}")
        value = figure.value if figure else None
        rate = value / cell.value if value is not None and cell.value else None
        before = figure.compare["last_year"].value if figure and "last_year" in figure.compare else None
        found.append(Month(cell.month, figure, rate, before, f"{cell.month:%Y-%m}" == f"{last:%Y-%m}"))
    whole = queries.figures(store, ["real_amt"], so_far, compare=["last_year"])["real_amt"]
    return found, whole
