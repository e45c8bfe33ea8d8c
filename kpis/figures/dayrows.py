"""Day rows in memory: where a measure exists, whether its source has finished, its sum."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q

from kpis.measures import MEASURES, Adds, Measure
from kpis.metrics import CONTEXT, METRICS, Metric
from kpis.models import ChannelDay, StoreDay
from kpis.models.rollups import kept_each
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period, calendar_months, month_of, runs_of
from opsplan.statements import Statement
from stores.models import Store

Days = tuple[dt.date, ...]
Line = dict[str, Any]
Rows = dict[dt.date, Line]
ALWAYS = ("covered", "unfinished", "pay_order_cnt", "unlined_cnt")
PRODUCTS = ("sold_items", "a_items")  # products counted once, not people
# told by refund files, and by order files that say what was given back (`kpis.sums.counting`: tells_refunds)
GIVEN_BACK = ("refund_amt", "cohort_refund_amt")
NEEDS_LINES = ("cost_amt", "act_amt", "pay_item_cnt", "pay_line_cnt", *PRODUCTS)
# whose day column says that the buyers of a day can be told apart
KEYED_BY = {"order_buyers": ("order_buyers",), "order_pay_buyers": ("order_buyers", "pay_buyers")}


def within(ends: Sequence[Any]) -> Q:
    """The days from the first to the second of `ends`, from the third to the fourth, and so on."""
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return reduce(or_, (Q(day__gte=first, day__lte=last) for first, last in pairs))


@lru_cache(maxsize=256)
def day_rows(names: tuple[str, ...]) -> Statement[tuple[Any, ...]]:
    """Asks a store for these columns of its days `within` some ends."""
    return Statement(lambda store, *ends: StoreDay.objects.filter(within(ends), store=store).values_list("day", *names))


class Columns(NamedTuple):
    """What is read of a day: columns of its row, and measures of single channels."""

    names: tuple[str, ...]
    channels: tuple[str, ...]


class MonthRows:
    """The day rows of a calendar month. Nobody may change them: the whole process reads the same ones."""

    def __init__(self, month: Period, rows: Rows) -> None:
        self.all = tuple(month)
        self.rows = {day: rows[day] for day in self.all if day in rows}
        self.unfinished = tuple(day for day, row in self.rows.items() if row["unfinished"])


def weigh(month: MonthRows) -> int:
    """Bytes, about."""
    return 1000 + sum(200 + 50 * len(row) for row in month.rows.values())


class DayRows:
    """The day rows of one store that some metrics need. Each day is fetched once, each sum made once."""

    def __init__(self, store: Store, metrics: Iterable[str]) -> None:
        self.store = store
        self.today = clock.today(store.timezone)
        self.since = store.opened_on or dt.date.min
        self.columns: set[str] = set(ALWAYS)
        self.channels: dict[str, Measure] = {}
        self.rows: Rows = {}
        self.open_days: set[dt.date] = set()  # days a source has not finished with
        self.loaded: dict[Period, Days] = {}
        self.fetched: set[dt.date] = set()  # days asked for, whether or not there is a row
        self.found: dict[tuple[str, Adds, Days], Days] = {}
        self.shared: dict[tuple[frozenset[int], Days], Days] = {}  # by (the ids of) some that were found
        self.bases: dict[tuple[str, Days], Measure | None] = {}
        self.reasons: dict[tuple[str, Days], list[tuple[str, Days]]] = {}  # why days lack a measure
        self.spoken: dict[str, bool] = {}  # whether the source of a measure ever has
        self.sums: dict[tuple[str, Days], Decimal] = {}
        for key in metrics:
            self._want(METRICS[key])

    def _want(self, metric: Metric) -> None:
        for _variant, key in metric.variants:
            self._want(METRICS[key])
        for key in metric.needs:
            if key in CONTEXT:
                of = CONTEXT[key].of
                if of and not CONTEXT[key].kind.endswith("target"):
                    self._want(METRICS[of])
                continue
            measure = MEASURES[key]
            if measure.channel:
                self.channels[key] = measure
                continue
            wanted = (key, measure.people, measure.estimate, measure.beside) if measure.stored else (measure.people,)
            self.columns.update(c for c in (*wanted, *self._keyed_by(measure)) if c)

    @staticmethod
    def _keyed_by(measure: Measure) -> tuple[str, ...]:
        if measure.adds is not Adds.DISTINCT or measure.key in PRODUCTS:
            return ()
        return KEYED_BY.get(measure.key, ("pay_buyers",))

    def load(self, *spans: Period) -> None:
        """Fetch the day rows of the spans: whole months, each read once a data version in this process."""
        wanted = [p for p in dict.fromkeys(spans) if p not in self.loaded]
        for p in wanted:
            self.loaded[p] = tuple(p)
        asked = [p for p in wanted if not self.fetched.issuperset(self.loaded[p])]
        if not asked:
            return
        for worked_out in (self.found, self.shared, self.bases, self.reasons, self.sums):
            worked_out.clear()
        columns = Columns(tuple(sorted(self.columns)), tuple(sorted(self.channels)))
        names = dict.fromkeys((columns, month.first) for p in asked for month in calendar_months(p))
        for days in kept_each(names, self.store.pk, self._read, weigh).values():
            self.fetched.update(days.all)
            self.rows.update(days.rows)
            self.open_days.update(days.unfinished)

    def _read(self, lost: "list[tuple[Columns, dt.date]]") -> "dict[tuple[Columns, dt.date], MonthRows]":
        """The months that are not kept, all in one statement (two when a channel's figures are wanted)."""
        lost = sorted(lost)
        months = [month_of(first) for _columns, first in lost]
        ends = [end for run in runs_of(months) for end in (run.first, run.last)]
        columns, rows = lost[0][0], {}
        for day, *values in day_rows(columns.names).rows(self.store, *ends):
            rows[day] = dict(zip(columns.names, values, strict=True))
        if self.channels:
            self._add_channels(rows, within(ends))
        return {name: MonthRows(month, rows) for name, month in zip(lost, months, strict=True)}

    def _add_channels(self, rows: Rows, span: Q) -> None:
        for key, measure in self.channels.items():
            for row in rows.values():
                row[key] = 0 if measure.source == "flow" and "flow" in row["covered"].split() else None
        keys = {m.channel for m in self.channels.values()}
        found = ChannelDay.objects.filter(span, store=self.store, channel_key__in=keys)
        for told in found.values("day", "channel_key", *{m.column for m in self.channels.values()}):
            for key, measure in self.channels.items():
                if measure.channel == told["channel_key"] and told["day"] in rows:
                    rows[told["day"]][key] = told[measure.column]

    def days(self, period: Period) -> Days:
        """Its days, loaded."""
        found = self.loaded.get(period)
        if found is None:
            self.load(period)
            found = self.loaded[period]
        return found

    def past(self, days: Days) -> Days:
        """The days that are over and on which the store was open: those about which something could be known."""
        if days and self.since <= days[0] and days[-1] < self.today:
            return days
        return tuple(day for day in days if self.since <= day < self.today)

    def has(self, measure: Measure, day: dt.date) -> bool:
        row = self.rows.get(day)
        if row is None:
            return False
        if measure.key in PRODUCTS:
            return bool(row["unlined_cnt"] == 0)
        if measure.adds is Adds.DISTINCT:
            return row["pay_order_cnt"] is not None and all(row[c] is not None for c in self._keyed_by(measure))
        if measure.beside and row[measure.beside] is not None:
            return row[measure.key] is not None
        return measure.absent_is_zero or row[measure.key] is not None

    def having(self, measure: Measure, days: Days) -> Days:
        """Those of the days on which the measure exists (the same object where it is all of them)."""
        at = (measure.key, measure.adds, days)
        if at not in self.found:
            rows, key = self.rows, measure.key
            if measure.adds is Adds.DISTINCT and key not in PRODUCTS:
                columns = ("pay_order_cnt", *self._keyed_by(measure))
                found = tuple(
                    day for day in days if (row := rows.get(day)) is not None and None not in [row[c] for c in columns]
                )
            elif measure.adds is Adds.DISTINCT or measure.absent_is_zero:
                found = tuple(day for day in days if self.has(measure, day))
            else:
                found = tuple(day for day in days if (row := rows.get(day)) is not None and row[key] is not None)
            self.found[at] = days if len(found) == len(days) else found
        return self.found[at]

    def common(self, measures: Sequence[Measure], days: Days) -> Days:
        """The days on which all the measures exist (the same object where it is all of them)."""
        each = {id(found): found for m in measures if (found := self.having(m, days)) is not days}
        if len(each) < 2:
            return next(iter(each.values()), days)
        at = (frozenset(each), days)
        if at not in self.shared:
            first, *others = each.values()
            in_all = frozenset(first).intersection(*others)
            self.shared[at] = tuple(day for day in first if day in in_all)
        return self.shared[at]

    def state_day(self, measures: Sequence[Measure], days: Days) -> Days | None:
        """The day whose states are read: the last that tells all of them, for they are set against each other. () where
        no day does; None without a state."""
        states = [m for m in measures if m.adds is Adds.SNAPSHOT]
        return self.common(states, days)[-1:] if states else None

    def usable(self, metric: Metric, days: Days) -> Days:
        """The days on which all the inputs exist that flow."""
        basis = [self.basis(MEASURES[key], days) for key in metric.needs if key in MEASURES]
        return () if None in basis else self.common([m for m in basis if m and m.adds is not Adds.SNAPSHOT], days)

    def known(self, metric: Metric, days: Days) -> Days:
        """The days without those that are over and lack what the metric needs: a target is held against them alone, for
        a day nobody has told of is no day without sales. All of them where none is usable."""
        holes = frozenset(self.past(days)).difference(usable) if (usable := self.usable(metric, days)) else ()
        return tuple(day for day in days if day not in holes) if holes else days

    def basis(self, measure: Measure, days: Days) -> Measure | None:
        """The measure to read: itself, or the platform's own count of people where the orders cannot tell them apart.
        One order without a buyer is enough: two ways of counting do not mix. None = neither can be told."""
        if measure.adds is not Adds.DISTINCT and measure.key not in NEEDS_LINES:
            return measure
        at = (measure.key, days)
        if at not in self.bases:
            self.bases[at] = self._basis(measure, days)
        return self.bases[at]

    def _basis(self, measure: Measure, days: Days) -> Measure | None:
        sold = tuple(day for day in days if (row := self.rows.get(day)) and row["pay_order_cnt"] is not None)
        if measure.key in NEEDS_LINES:  # days without a sale need no lines, but a figure cannot stand on them alone
            busy = [day for day in sold if self.rows[day]["pay_order_cnt"]]
            return measure if not busy or any(self.has(measure, day) for day in busy) else None
        if sold and len(self.having(measure, sold)) == len(sold):
            return measure
        people = MEASURES.get(measure.people)
        return people if people and any(self.has(people, day) for day in days) else None

    def is_exact(self, measure: Measure, days: Days) -> bool:
        """Whether the people of these days can be counted from the orders."""
        found = self.basis(measure, days)
        return found is not None and found.key == measure.key

    def is_finished(self, measure: Measure, day: dt.date) -> bool:
        """Whether the source has said all it will say; without a refund list the orders speak of refunds, and goods."""
        if day not in self.open_days:
            return True
        row = self.rows[day]
        source = measure.source
        if source == "lines" or (source == "refunds" and "refunds" not in row["covered"].split()):
            source = "orders"
        return source not in row["unfinished"].split()

    def unfinished(self, measure: Measure, days: Days) -> Days:
        """Those of the days with which the measure's source has not finished."""
        if not self.open_days or self.open_days.isdisjoint(days):
            return ()
        return tuple(day for day in days if not self.is_finished(measure, day))

    def sum(self, measure: Measure, days: Days) -> Decimal:
        """The measure added up over days on which it exists, in yuan for money."""
        at = (measure.key, days)
        if at not in self.sums:
            rows, key = self.rows, measure.key
            number = sum(rows[day][key] or 0 for day in days)
            self.sums[at] = yuan(int(number)) if measure.unit == "money" else Decimal(number)
        return self.sums[at]


def load_all(readers: Sequence[DayRows], *spans: Period) -> None:
    """What `load` does, for the readers of many stores in one statement. All read the same metrics."""
    if len(readers) < 2 or readers[0].channels:
        for reader in readers:
            reader.load(*spans)
        return
    by_store = {reader.store.pk: reader for reader in readers}
    span, names = Q(), sorted(readers[0].columns)
    for p in dict.fromkeys(spans):
        span |= Q(day__gte=p.first, day__lte=p.last)
    for store, day, *values in StoreDay.objects.filter(span, store__in=by_store).values_list("store", "day", *names):
        by_store[store].rows[day] = row = dict(zip(names, values, strict=True))
        if row["unfinished"]:
            by_store[store].open_days.add(day)
    for reader in readers:
        for p in dict.fromkeys(spans):
            reader.loaded[p] = tuple(p)
            reader.fetched.update(reader.loaded[p])
