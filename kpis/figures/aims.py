"""What a store wants of its days: the targets of months, and the part of them that falls on a span of days."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from kpis.answers import Missing
from kpis.days.day_plan import Book, book_of
from kpis.metrics import METRICS, Metric, kin, rounded
from kpis.models import Target
from kpis.models.rollups import kept
from kpis.planning.factors import SALES
from opsplan.lib.periods import Period, calendar_months
from opsplan.statements import Statement
from stores.models import Store

Days = tuple[dt.date, ...]
Targets = dict[tuple[str, dt.date], Decimal]  # by metric and month
TARGETS = Statement(
    lambda store, first, last: Target.objects.filter(store=store, month__gte=first, month__lte=last).values_list(
        "metric", "month", "value"
    )
)


def targets_of(store: Store, year: int) -> Targets:
    """What the plan wants of a year's months, whatever the metric."""
    found = TARGETS.rows(store, dt.date(year, 1, 1), dt.date(year, 12, 1))
    return {(key, month): value for key, month, value in found}


def whole_book(store: Store) -> Book:
    """What the store's days bear, its calendar read."""
    book = book_of(store)
    if book.weights:
        book.calendar  # noqa: B018  it is asked for here, so that nothing is left to read later
    return book


class Aims:
    """Reads the targets of one store, each year once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.targets: Targets = {}
        self.target_years: set[int] = set()
        self.months: dict[Period, list[Period]] = {}
        self.spans: dict[tuple[dt.date, dt.date, Days], list[Days]] = {}
        self.day_book: Book | None = None

    def target(self, metric: Metric, period: Period, days: Days | None = None) -> Decimal | None:
        """What the plan wants of the metric over the period (or these days of it), None where a month of it has no
        target. Of a month's amount the period gets its days' targets; a daily target counts for each day; a level must
        be the same. Days before the store opened want nothing."""
        opened = self.store.opened_on or period.first
        months = [month for month in self._months(period) if month.last >= opened]
        if not months:
            return None
        self._read_targets(months)
        key = metric.definition.metric if metric.definition else metric.key
        values = [self.targets.get((key, m.first)) for m in months]
        if any(v is None for v in values):
            return None
        known = [v for v in values if v is not None]
        if metric.target == "level":
            return rounded(known[0], metric.unit) if len(set(known)) == 1 else None
        spans = self._by_month(months, tuple(period) if days is None else days)
        if metric.target == "day":
            numbers = [sum(1 for day in each if day >= opened) for each in spans]
            return rounded(sum((v * n for v, n in zip(known, numbers, strict=True)), Decimal(0)), metric.unit)
        parts = [self._part(key, metric.unit, v, m, p) for v, m, p in zip(known, months, spans, strict=True)]
        return rounded(sum(parts, Decimal(0)), metric.unit)

    def _by_month(self, months: Sequence[Period], days: Days) -> list[Days]:
        """The days of each of the months; metrics of one question ask for the same ones."""
        at = (months[0].first, months[-1].last, days)
        if at not in self.spans:
            self.spans[at] = [tuple(day for day in days if m.first <= day <= m.last) for m in months]
        return self.spans[at]

    def unaimed(self, metric: Metric, period: Period) -> tuple[Missing, ...]:
        """Why the plan wants nothing of the metric over the period: it has the target of another that is read as the
        same thing (`what`), or a month of it has none."""
        if self.target(metric, period) is not None:
            return ()
        key = metric.definition.metric if metric.definition else metric.key
        others = [other for other in kin(key) if self.target(METRICS[other], period) is not None]
        if others:
            return tuple(Missing("target_elsewhere", other) for other in others)
        months = [m for m in self._months(period) if m.last >= (self.store.opened_on or period.first)]
        return (Missing("no_target", metric.key),) if any((key, m.first) not in self.targets for m in months) else ()

    def due(self, amount: Decimal, month: Period, days: Days) -> Decimal:
        """The part of another amount of the month, like a channel's budget, that falls on these days of it (yuan)."""
        self._read_targets([month])
        return rounded(self._part("", "money", amount, month, days), "money")

    def _read_targets(self, months: Sequence[Period]) -> None:
        for year in {m.first.year for m in months} - self.target_years:
            self.targets.update(kept(("targets", year), self.store.pk, partial(targets_of, self.store, year)))
            self.target_years.add(year)

    @property
    def book(self) -> Book:
        """What the store's days bear."""
        if self.day_book is None:
            self.day_book = kept("book", self.store.pk, lambda: whole_book(self.store))
        return self.day_book

    def _part(self, key: str, unit: str, value: Decimal, month: Period, days: Days) -> Decimal:
        """The days' part of a month's target: what stands on them, so that days sum to the month to the last fen."""
        if len(days) == len(month):
            return value
        sales = self.targets.get((SALES, month.first))
        if key == SALES:
            by_day = self.book.shared(value, month).amounts
        elif unit in ("money", "count"):
            by_day = self.book.like_sales(value, month, sales, whole=unit == "count")
        else:
            by_day = {day: value * part / len(month) for day, part in self.book.bears(month, sales).items()}
        return sum((by_day[day] for day in days), Decimal(0))

    def bears(self, period: Period) -> dict[dt.date, Decimal]:
        """What each day of the period bears, 1 on average over a month; {} where all bear the same."""
        months = self._months(period)
        if all(self.book.is_even(month) for month in months):
            return {}
        self._read_targets(months)
        each = [self.book.bears(month, self.targets.get((SALES, month.first))) for month in months]
        return {day: part for by_day in each for day, part in by_day.items() if day in period}

    def _months(self, period: Period) -> list[Period]:
        """The calendar months the period touches."""
        if period not in self.months:
            self.months[period] = calendar_months(period)
        return self.months[period]
