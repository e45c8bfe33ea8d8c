"""Day rows to figures: choose the days, add up, let the metric's formula speak, say what is missing.

Which days a figure stands on (G18): the days of the span on which *all* its inputs exist. Days after yesterday have not
happened: they are never called missing, but while they lack data the figure is marked partial like over any other hole.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.models import Campaign
from kpis import distinct
from kpis.answers import Comparison, Figure, Missing
from kpis.measures import MEASURES, Adds, Measure
from kpis.metrics import CONTEXT, METRICS, Context, Metric, evaluate, rounded
from kpis.models import ChannelDay, Coverage, Entry, StoreDay, Target
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period, add_months, last_year, month_of, previous
from stores.models import Store

Days = tuple[dt.date, ...]
Line = dict[str, Any]
SHIFTS: dict[str, Callable[[Period], Period]] = {"previous": previous, "last_year": last_year}
ALWAYS = ("day", "covered", "unfinished", "pay_order_cnt", "unlined_cnt")
NEEDS_LINES = ("cost_amt", "act_amt", "pay_item_cnt", "pay_line_cnt", "sold_items")
# whose day column says that the buyers of a day can be told apart
KEYED_BY = {"order_buyers": ("order_buyers",), "order_pay_buyers": ("order_buyers", "pay_buyers")}


@dataclass(frozen=True)
class Input:
    """One input of a formula, found: its value, and what has to be said about it."""

    value: Decimal | None
    marks: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


class Reader:
    """Reads the figures of one store. Make one per question: it loads each day and counts each group of people once."""

    def __init__(self, store: Store, metrics: Iterable[str]) -> None:
        self.store = store
        self.today = clock.today(store.timezone)
        self.columns: set[str] = set(ALWAYS)
        self.channels: dict[str, Measure] = {}
        self.rows: dict[dt.date, Line] = {}
        self.loaded: set[dt.date] = set()
        self.counts: dict[tuple[str, Days], int] = {}
        self.targets: dict[tuple[str, dt.date], Decimal] = {}
        self.target_months: set[dt.date] = set()
        for key in metrics:
            self._want(METRICS[key])

    def _want(self, metric: Metric) -> None:
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
            wanted = (key, measure.people, measure.estimate) if measure.stored else (measure.people,)
            self.columns.update(c for c in (*wanted, *self._keyed_by(measure)) if c)

    @staticmethod
    def _keyed_by(measure: Measure) -> tuple[str, ...]:
        if measure.adds is not Adds.DISTINCT or measure.key == "sold_items":
            return ()
        return KEYED_BY.get(measure.key, ("pay_buyers",))

    # --- rows ---------------------------------------------------------------------------------------------------

    def load(self, *spans: Period) -> None:
        """Fetch the day rows of the spans, in one statement (two when a channel's figures are wanted)."""
        wanted = [p for p in spans if not all(day in self.loaded for day in p)]
        if not wanted:
            return
        columns = sorted(self.columns - {"day"})
        for model, names in ((StoreDay, columns), (ChannelDay, [])):
            if model is ChannelDay and not self.channels:
                continue
            rows = model._default_manager.none()
            for p in wanted:
                rows |= model._default_manager.filter(store=self.store, day__gte=p.first, day__lte=p.last)
            if model is StoreDay:
                for day, *values in rows.values_list("day", *names):
                    self.rows[day] = dict(zip(names, values, strict=True))
            else:
                self._channel_rows(rows.filter(channel_key__in={m.channel for m in self.channels.values()}))
        self.loaded.update(day for p in wanted for day in p)

    def _channel_rows(self, rows: Any) -> None:
        for key, measure in self.channels.items():
            for row in self.rows.values():
                row.setdefault(key, 0 if measure.source == "flow" and "flow" in row["covered"].split() else None)
        for day, channel, uv, cost in rows.values_list("day", "channel_key", "uv", "promo_cost"):
            for key, measure in self.channels.items():
                if measure.channel == channel and day in self.rows:
                    self.rows[day][key] = uv if measure.column == "uv" else cost

    # --- days ---------------------------------------------------------------------------------------------------

    def has(self, measure: Measure, day: dt.date) -> bool:
        row = self.rows.get(day)
        if row is None:
            return False
        if measure.key == "sold_items":
            return row["unlined_cnt"] == 0
        if measure.adds is Adds.DISTINCT:
            return row["pay_order_cnt"] is not None and all(row[c] is not None for c in self._keyed_by(measure))
        return measure.absent_is_zero or row[measure.key] is not None

    def _basis(self, measure: Measure, days: Days) -> Measure | None:
        """The measure to read: itself, or the platform's own count of people where the orders cannot tell them apart.
        One order without a buyer is enough: two ways of counting do not mix. None = neither can be told."""
        sold = [day for day in days if (row := self.rows.get(day)) and row["pay_order_cnt"] is not None]
        if measure.key in NEEDS_LINES:  # days without a sale need no lines, but a figure cannot stand on them alone
            busy = [day for day in sold if self.rows[day]["pay_order_cnt"]]
            return measure if not busy or any(self.has(measure, day) for day in busy) else None
        if measure.adds is not Adds.DISTINCT:
            return measure
        if sold and all(self.has(measure, day) for day in sold):
            return measure
        people = MEASURES.get(measure.people)
        return people if people and any(self.has(people, day) for day in days) else None

    def is_exact(self, measure: Measure, days: Days) -> bool:
        """Whether the people of these days can be counted from the orders."""
        found = self._basis(measure, days)
        return found is not None and found.key == measure.key

    def is_finished(self, measure: Measure, day: dt.date) -> bool:
        """Whether the source has said all it will say; without a refund list the orders speak of refunds, and goods."""
        row = self.rows[day]
        source = measure.source
        if source == "lines" or (source == "refunds" and "refunds" not in row["covered"].split()):
            source = "orders"
        return source not in row["unfinished"].split()

    # --- figures ------------------------------------------------------------------------------------------------

    def figure(self, metric: Metric, period: Period, days: Days | None = None) -> Figure:
        """The metric over the days of a period (or over a choice of its days)."""
        self.load(period)
        days = tuple(period) if days is None else days
        if metric.platforms and self.store.platform not in metric.platforms:
            return self.answer(
                metric, period, dict.fromkeys(metric.needs), (), (Missing("platform_has_none", metric.key),)
            )
        asked = {key: MEASURES[key] for key in metric.needs if key in MEASURES}
        basis = {key: self._basis(m, days) for key, m in asked.items()}
        states = [m for m in basis.values() if m and m.adds is Adds.SNAPSHOT]
        flows = [m for m in basis.values() if m and m.adds is not Adds.SNAPSHOT]
        told = None not in basis.values()
        usable = tuple(day for day in days if all(self.has(m, day) for m in flows)) if told else ()
        inputs: dict[str, Decimal | None] = {}
        for key, m in basis.items():
            inputs[key] = self._value(m, usable if usable else days, days) if m else None
        marks = self._marks(flows, usable, days) if flows else []
        missing = self._missing(asked, basis, days, usable if flows else None, states)
        for key in metric.needs:
            if key in CONTEXT:
                found = self._context(CONTEXT[key], period, usable)
                inputs[key] = found.value
                marks += [mark for mark in found.marks if mark not in marks]
                missing += [m for m in found.missing if m not in missing]
        ready = inputs if usable or not flows else dict.fromkeys(metric.needs)
        if inputs.get("act_amt") == 0 and not Campaign.objects.filter(store=self.store).exists():
            ready, missing = dict.fromkeys(metric.needs), [*missing, Missing("no_campaign", "act_amt")]
        return self.answer(metric, period, inputs, marks, missing, ready)

    def answer(
        self,
        metric: Metric,
        period: Period,
        inputs: dict[str, Decimal | None],
        marks: Sequence[str],
        missing: Sequence[Missing],
        ready: dict[str, Decimal | None] | None = None,
    ) -> Figure:
        """A figure made of inputs found elsewhere; `ready` are those the formula may use (default: all)."""
        value = evaluate(metric, inputs if ready is None else ready)
        if value is None and not missing and None not in inputs.values():
            missing = (Missing("zero_denominator", metric.bottom or metric.key),)
        order = {key: inputs.get(key) for key in metric.needs}
        kept = tuple(marks) if value is not None else ()
        return Figure(metric.key, metric.unit, metric.better, period, value, order, kept, tuple(missing))

    def _value(self, m: Measure, days: Days, all_days: Days) -> Decimal | None:
        """The measure over the days on which it exists, in yuan or as it is."""
        if m.adds is Adds.SNAPSHOT:
            days = tuple(day for day in all_days if self.has(m, day))[-1:]
        days = tuple(day for day in days if self.has(m, day))
        if not days:
            return None
        if m.adds is Adds.DISTINCT and not (m.stored and len(days) == 1):
            return Decimal(self._count(m.key, days))
        number = sum(self.rows[day][m.key] or 0 for day in days)
        return yuan(int(number)) if m.unit == "money" else Decimal(number)

    def _count(self, key: str, days: Days) -> int:
        if (key, days) not in self.counts:
            self.count_groups(key, [days])
        return self.counts[key, days]

    def count_groups(self, key: str, groups: Sequence[Days]) -> None:
        """Count people of several groups of days in one statement, to be read later."""
        for days, n in zip(groups, distinct.count(key, self.store, groups), strict=True):
            self.counts[key, days] = n

    def _marks(self, measures: Sequence[Measure], usable: Days, days: Days) -> list[str]:
        marks = []
        if len(usable) > 1 and any(m.adds is Adds.DAILY for m in measures):
            marks.append("daily_sum")
        if any(m.estimate and sum(self.rows[day][m.estimate] or 0 for day in usable) for m in measures):
            marks.append("estimated")
        finished = sum(all(self.is_finished(m, day) for m in measures) for day in usable)
        if finished < len(days):
            marks.append(f"partial {finished}/{len(days)}")
        return marks

    # --- what is missing ------------------------------------------------------------------------------------------

    def _missing(
        self,
        asked: dict[str, Measure],
        basis: dict[str, Measure | None],
        days: Days,
        usable: Days | None,
        states: Sequence[Measure],
    ) -> list[Missing]:
        out: list[Missing] = []
        since = self.store.opened_on or dt.date.min
        past = [day for day in days if since <= day < self.today]
        for key, m in asked.items():
            if m.absent_is_zero and (usable or len(asked) > 1):
                continue
            chosen = basis[key] or m
            if chosen in states:
                holes = [] if any(self.has(chosen, day) for day in days) else past
            else:
                holes = [day for day in past if not self.has(chosen, day)]
            by_code: dict[str, list[dt.date]] = {}
            for day in holes:
                by_code.setdefault(self._why(chosen, day), []).append(day)
            for code, on in by_code.items():
                if code in ("not_imported", "not_entered") and len(on) == len(past) and not self._ever(chosen):
                    out.append(Missing("no_source", key))
                else:
                    out.append(Missing(code, key, tuple(on)))
            open_days = tuple(day for day in usable or () if not self.is_finished(chosen, day))
            if open_days:
                out.append(Missing("unfinished_day", key, open_days))
            if not holes and not any(self.has(chosen, day) for day in days):
                out.append(Missing("not_yet", key))
        return out

    def _why(self, m: Measure, day: dt.date) -> str:
        row = self.rows.get(day)
        covered = row["covered"].split() if row else []
        if row and m.source in ("orders", "lines") and row["pay_order_cnt"] is not None:
            if m.key in NEEDS_LINES:
                return "no_lines" if row["unlined_cnt"] else "no_cost"
            if m.adds is Adds.DISTINCT:
                return "no_buyer_id"
        if m.source == "entry":
            return "not_entered"
        return "platform_has_none" if m.source in covered else "not_imported"

    def _ever(self, m: Measure) -> bool:
        """Has this source ever spoken?"""
        if m.entry and Entry.objects.filter(store=self.store, measure=m.key).exists():
            return True
        kinds = ("orders",) if m.source == "lines" else (m.source,)
        if m.source == "entry" or Coverage.objects.filter(store=self.store, kind__in=kinds).exists():
            return m.source != "entry"
        return False

    # --- inputs that are not sums of the period -----------------------------------------------------------------

    def _context(self, asked: Context, period: Period, usable: Days) -> Input:
        return getattr(self, f"_of_{asked.kind}")(asked.of, period, usable)  # type: ignore[no-any-return]

    def _of_days(self, _of: str, _period: Period, usable: Days) -> Input:
        return Input(Decimal(len(usable)))

    def closed(self, period: Period) -> int:
        """How many of its days are over."""
        return max(0, min((self.today - period.first).days, len(period)))

    def _of_period_days(self, _of: str, period: Period, _usable: Days) -> Input:
        return Input(Decimal(len(period)))

    def _of_closed_days(self, _of: str, period: Period, _usable: Days) -> Input:
        return Input(Decimal(self.closed(period)))

    def _of_left_days(self, _of: str, period: Period, _usable: Days) -> Input:
        return Input(Decimal(len(period) - self.closed(period)))

    def _of_target(self, of: str, period: Period, _usable: Days) -> Input:
        value = self.target(METRICS[of], period)
        return Input(value, (), () if value is not None else (Missing("no_target", of),))

    def _of_month_target(self, of: str, period: Period, usable: Days) -> Input:
        return self._of_target(of, month_of(period.last), usable)

    def _to_date(self, period: Period) -> Period:
        """The month of the period's last day, up to that day or yesterday."""
        month = month_of(period.last)
        return Period(month.first, max(month.first, min(period.last, self.today - DAY)))

    def _of_month_to_date(self, of: str, period: Period, _usable: Days) -> Input:
        figure = self.figure(METRICS[of], self._to_date(period))
        return Input(figure.value, figure.marks, figure.missing if figure.value is None else ())

    def _of_month_left_days(self, _of: str, period: Period, _usable: Days) -> Input:
        return Input(Decimal((month_of(period.last).last - self._to_date(period).last).days))

    def _of_month_plan(self, of: str, period: Period, usable: Days) -> Input:
        value = self.target(METRICS[of], month_of(period.last))
        if value is not None:
            return Input(value)
        found = self._of_month_to_date(of, period, usable)
        missing = () if found.value is not None else (Missing("no_target", of),)
        return Input(found.value, (*found.marks, "estimated"), missing)

    def _of_shift(self, of: str, span: Period) -> Input:
        figure = self.figure(METRICS[of], span)
        return Input(figure.value, figure.marks, figure.missing if figure.value is None else ())

    def _of_previous(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_shift(of, previous(period))

    def _of_last_year(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_shift(of, last_year(period))

    def _of_last_day(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_shift(of, Period(period.last, period.last))

    def _of_week_before(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_shift(of, Period(period.last - 7 * DAY, period.last - 7 * DAY))

    def _of_same_days(self, of: str, period: Period, _usable: Days) -> Input:
        """The same day numbers of the month before; a day number that month did not have has no match (G17)."""
        days = tuple(sorted({day for d in period if (day := add_months(d, -1))}))
        if not days:
            return Input(None, (), (Missing("no_match", of, tuple(period)),))
        span = Period(days[0], days[-1])
        figure = self.figure(METRICS[of], span, days)
        marks = tuple(m for m in figure.marks if not m.startswith("partial"))
        self.load(span)
        known = sum(self.has(MEASURES[of], day) for day in days)
        if known < len(period):
            marks = (*marks, f"partial {known}/{len(period)}")
        return Input(figure.value, marks, figure.missing if figure.value is None else ())

    # --- targets and comparisons --------------------------------------------------------------------------------

    def target(self, metric: Metric, period: Period) -> Decimal | None:
        """What the plan wants of the metric over the period, None where a month of it has no target. A month's amount
        is shared out evenly over its days; a daily target counts for each day; a level must be the same all along."""
        months = [month_of(period.first)]
        while months[-1].last < period.last:
            months.append(month_of(months[-1].last + DAY))
        asked = [m.first for m in months if m.first not in self.target_months]
        if asked:
            found = Target.objects.filter(store=self.store, month__in=asked).values_list("metric", "month", "value")
            self.targets.update({(key, month): value for key, month, value in found})
            self.target_months.update(asked)
        values = [self.targets.get((metric.key, m.first)) for m in months]
        if any(v is None for v in values):
            return None
        shares = [len(Period(max(m.first, period.first), min(m.last, period.last))) for m in months]
        known = [v for v in values if v is not None]
        if metric.target == "level":
            return rounded(known[0], metric.unit) if len(set(known)) == 1 else None
        whole = [1 if metric.target == "day" else len(m) for m in months]
        value = sum((v * n / w for v, n, w in zip(known, shares, whole, strict=True)), Decimal(0))
        return rounded(value, metric.unit)

    def comparison(self, metric: Metric, figure: Figure, name: str, span: Period | None = None) -> Comparison:
        """The figure against the previous period, last year (G17) or the target."""
        if name == "target":
            other, value, marks = figure.period, self.target(metric, figure.period), ()
        else:
            other = span or SHIFTS[name](figure.period)
            before = self.figure(metric, other)
            value, marks = before.value, before.marks
        return compared(figure, name, other, value, marks)


def compared(figure: Figure, name: str, other: Period, base: Decimal | None, marks: tuple[str, ...] = ()) -> Comparison:
    """Delta is a difference in points for rates and scores, else relative; None from nothing (G17)."""
    in_points = figure.unit in ("rate", "score")
    delta = None
    if figure.value is not None and base is not None and (in_points or base):
        delta = rounded(figure.value - base if in_points else (figure.value - base) / abs(base), "rate")
    is_better = None if delta in (None, 0) or figure.better == "neutral" else (delta or 0) > 0
    if figure.better == "down" and is_better is not None:
        is_better = not is_better
    return Comparison(name, other, base, delta, in_points, marks, is_better)
