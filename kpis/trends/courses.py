"""A month's sales added up day by day, beside what was to be sold by then: by the target in force, and by the other
scenarios of the year (cautious, stretch); and beside the sales of the same dates a year before."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, chain

from kpis import queries
from kpis.days.day_plan import book_of
from kpis.models import Plan, PlanCell
from kpis.planning.factors import SALES
from opsplan.lib.money import CENT
from opsplan.lib.periods import Period, add_months, month_of
from stores.models import Store


@dataclass(frozen=True)
class Goal:
    """One goal line. scenario: "" = the target in force; sums: by the end of each day of the month; due: on the days
    that have data; ahead: what came less that."""

    scenario: str
    amount: Decimal
    sums: tuple[Decimal, ...]
    due: Decimal
    ahead: Decimal | None


@dataclass(frozen=True)
class Line:
    """A day: the sums by its end, in yuan; None where it has no data itself, or its date a year before."""

    day: dt.date
    came: Decimal | None
    goals: tuple[Decimal, ...]
    before: Decimal | None


@dataclass(frozen=True)
class Course:
    """came: sums by the end of each day that has data, in yuan. goals: the target in force first, then by amount.
    before: the same of the dates a year before, by the days of this month."""

    month: Period
    came: Mapping[dt.date, Decimal]
    goals: tuple[Goal, ...]
    before: Mapping[dt.date, Decimal]

    @property
    def lines(self) -> list[Line]:
        """The month day by day."""
        return [
            Line(day, self.came.get(day), tuple(goal.sums[n] for goal in self.goals), self.before.get(day))
            for n, day in enumerate(self.month)
        ]


def course(
    store: Store, month: Period, closed: Period | None, target: Decimal | None, *, drafts: bool
) -> Course | None:
    """`closed`: the days that are over; target: of the month, in force. drafts: whether plans that are not in force are
    told, too. None without any goal."""
    earlier = add_months(month.first, -12)
    spans = [month_of(earlier) if earlier else None, closed]
    asks = [queries.Ask([SALES], span, series=True) for span in spans if span]
    told: dict[dt.date | None, Decimal | None] = dict(
        chain.from_iterable(found[SALES].series for found in queries.figure_sets(store, asks))
    )
    came = added_up((day, told.get(day)) for day in closed or ())
    before = added_up((day, told.get(add_months(day, -12))) for day in month)
    total = max(came.items())[1] if came else None
    amounts = {"": target} | (of_scenarios(store, month) if drafts else {})
    book, goals = book_of(store), []
    for scenario, amount in amounts.items():
        if not amount:
            continue
        days = book.amounts(month, amount)
        due = sum((days.get(day, Decimal(0)) for day in came), Decimal(0))
        sums = tuple(accumulate(days.get(day, Decimal(0)) for day in month))
        goals.append(Goal(scenario, amount, sums, due, None if total is None else total - due))
    goals.sort(key=lambda x: (x.scenario != "", x.amount))
    return Course(month, came, tuple(goals), before) if goals else None


def added_up(sales: Iterable[tuple[dt.date, Decimal | None]]) -> dict[dt.date, Decimal]:
    """The sum by the end of each day that has a value."""
    known = {day: value for day, value in sales if value is not None}
    return dict(zip(known, accumulate(known.values()), strict=True))


def of_scenarios(store: Store, month: Period) -> dict[str, Decimal | None]:
    """The month's sales in the newest version of each scenario but the one in force."""
    plans = list(Plan.objects.filter(store=store, year=month.first.year).order_by("number"))
    in_force = {plan.scenario for plan in plans if plan.status == Plan.Status.APPROVED}
    newest = {plan.scenario: plan.pk for plan in plans if plan.scenario not in in_force}
    if not newest:
        return {}
    cells = PlanCell.objects.filter(row__plan__in=newest.values(), row__key=SALES, month=month.first.month)
    told = dict(cells.values_list("row__plan", "value"))
    return {scenario: value.quantize(CENT) for scenario, pk in newest.items() if (value := told.get(pk)) is not None}
