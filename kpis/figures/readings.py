"""Day rows to figures: choose the days, add up, let the metric's formula speak, say what is missing.

Which days a figure stands on (G18): the days of the span on which *all* its inputs exist. Days after yesterday have not
happened: they are never called missing, but while they lack data the figure is marked partial like over any other hole.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from campaigns.models import Campaign
from kpis import definitions, pacing
from kpis.answers import SILENT, Comparison, Figure, Missing
from kpis.comparisons import Match
from kpis.definitions import Chosen
from kpis.deltas import compared, narrowed
from kpis.figures import distinct
from kpis.figures.aims import Aims
from kpis.figures.dayrows import Days
from kpis.figures.lacking import Lacking
from kpis.figures.otherdays import OtherDays
from kpis.figures.windows import Input
from kpis.measures import MEASURES, Adds, Measure
from kpis.metrics import CONTEXT, METRICS, Context, Metric, evaluate, unrounded
from kpis.models import GUESSED_REFUNDS, StoreDay
from kpis.models.rollups import kept
from kpis.sums import crowds
from opsplan.lib.periods import DAY, Period, month_of
from stores.models import Store
from stores.snapshot import once


@dataclass(frozen=True)
class Parts:
    """The inputs of a figure, found. ready: those the formula may use (all None where the days have nothing in common);
    people: the inputs that count people on the orders themselves, each with the days it counts; period: where it is
    only a part of the one asked for (a campaign's days)."""

    inputs: dict[str, Decimal | None]
    ready: dict[str, Decimal | None]
    marks: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    people: dict[str, Days] = field(default_factory=dict)
    period: Period | None = None


@dataclass(frozen=True)
class Found:
    """The inputs of a figure before anything is said about them. basis: the measures as they are read; usable: the days
    on which all of them that flow exist; contexts: the inputs that are no sums of the period; ready: as in `Parts`."""

    days: Days
    asked: dict[str, Measure]
    basis: dict[str, Measure | None]
    flows: list[Measure]
    usable: Days
    contexts: dict[str, Input]
    inputs: dict[str, Decimal | None]
    ready: dict[str, Decimal | None]
    lacks_campaign: bool
    is_apart: bool  # its states are told of no day in common


@cache
def is_plain(needs: tuple[str, ...]) -> bool:
    """Whether the columns of a day's row say all that a metric needs of that day."""
    asked = [MEASURES.get(key) for key in needs]
    if "act_amt" in needs:  # nothing where a store has campaigns, unknown where it has none
        return False
    return all(m and m.stored and m.adds is not Adds.SNAPSHOT for m in asked)


class Reader(Aims, Lacking, OtherDays):
    """Reads the figures of one store. Make one per question: it loads each day and counts each group of people once."""

    def __init__(self, store: Store, metrics: Iterable[str]) -> None:
        OtherDays.__init__(self, store, metrics)
        Aims.__init__(self, store)
        self.chosen = Chosen(store)
        self.counts: dict[tuple[str, Days], int] = {}
        self.product_marks: dict[tuple[str, int, Days], tuple[str, ...]] = {}

    def metric(self, key: str, day: dt.date) -> Metric:
        """The metric; where a store can choose between readings, the one in force on `day`."""
        return self.chosen.metric(key, day)

    # --- figures ------------------------------------------------------------------------------------------------

    def figure(self, metric: Metric, period: Period, days: Days | None = None) -> Figure:
        """The metric over the days of a period (or over a choice of its days)."""
        found = self.parts(metric, period, days)
        return self.answer(metric, period, found.inputs, found.marks, found.missing, found.ready)

    def value(self, metric: Metric, period: Period) -> Decimal | None:
        """The value of `figure` alone, for a line of days: nothing that has to be said about it is looked for."""
        if not self._is_told(metric):
            return None
        days = self.over(metric, self.days(period))
        if len(days) == 1 and is_plain(metric.needs):
            return evaluate(metric, self._of_a_day(metric, days))
        return evaluate(metric, self._found(metric, period, days).ready)

    def _of_a_day(self, metric: Metric, days: Days) -> dict[str, Decimal | None]:
        """What `_found` makes ready of a plain metric and a single day, without choosing days: a line has hundreds."""
        inputs: dict[str, Decimal | None] = {}
        for key in metric.needs:
            m = self.basis(MEASURES[key], days)
            if m is None or not self.has(m, days[0]):
                return {}
            inputs[key] = self.sum(m, days)
        return inputs

    def parts(self, metric: Metric, period: Period, days: Days | None = None) -> "Parts":
        """What the figure is made of, before the formula speaks."""
        whole = self.days(period)
        days = whole if days is None else days
        if not self._is_told(metric):
            nothing = dict.fromkeys(metric.needs)
            return Parts(nothing, nothing, (), (Missing("platform_has_none", metric.key),))
        days = self.over(metric, days)
        found = self._found(metric, period, days)
        asked, basis, flows, usable = found.asked, found.basis, found.flows, found.usable
        states = [m for m in basis.values() if m and m.adds is Adds.SNAPSHOT]
        marks = self._marks(flows, usable, days) if flows else []
        missing = self._missing(asked, basis, days, usable if flows else None, states)
        if usable and (lacking := self._channels_missing(asked, usable)):
            marks.append(SILENT)
            missing += lacking
        if usable and self._short_history(asked, basis, days):
            marks.append("estimated")
            missing.append(Missing("short_history", metric.key))
        if usable and (m := self.against(metric, period)) and m.unmatched:
            missing.append(Missing("no_match", metric.key, m.unmatched))
        for each in found.contexts.values():
            marks += [mark for mark in each.marks if mark not in marks]
            missing += [m for m in each.missing if m not in missing]
        if found.is_apart:
            missing.append(Missing("states_apart", metric.key))
        if found.lacks_campaign:
            missing.append(Missing("no_campaign", "act_amt"))
        people = {k: self.having(m, usable) for k, m in basis.items() if m and usable and m.adds is Adds.DISTINCT}
        return Parts(found.inputs, found.ready, tuple(marks), tuple(missing), people)

    def _is_told(self, metric: Metric) -> bool:
        """Whether the store's platform has such a figure."""
        return not metric.platforms or self.store.platform in metric.platforms

    def _found(self, metric: Metric, period: Period, days: Days) -> Found:
        asked = {key: MEASURES[key] for key in metric.needs if key in MEASURES}
        basis = {key: self.basis(m, days) for key, m in asked.items()}
        flows = [m for m in basis.values() if m and m.adds is not Adds.SNAPSHOT]
        usable = self.common(flows, self.alike(metric, period, days)) if None not in basis.values() else ()
        inputs: dict[str, Decimal | None] = {}
        at = self.state_day([m for m in basis.values() if m], days)
        for key, m in basis.items():
            of = at or days if m and m.adds is Adds.SNAPSHOT else usable or days
            inputs[key] = self._value(m, of) if m else None
        contexts = {key: self._context(CONTEXT[key], period, usable) for key in metric.needs if key in CONTEXT}
        inputs.update({key: each.value for key, each in contexts.items()})
        lacks_campaign = inputs.get("act_amt") == 0 and not once(("campaign", self.store.pk), self._has_campaign)
        is_apart = at == () and None not in (inputs[key] for key in basis)
        ready = dict.fromkeys(metric.needs) if lacks_campaign or is_apart or (flows and not usable) else inputs
        return Found(days, asked, basis, flows, usable, contexts, inputs, ready, lacks_campaign, is_apart)

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
        kept = (*marks, *definitions.marks(metric, period)) if value is not None else ()
        return Figure(
            metric.key, metric.unit, metric.better, period, value, order, kept, tuple(missing),
            definition=metric.definition,
        )  # fmt: skip

    def _value(self, m: Measure, days: Days) -> Decimal | None:
        """The measure over the days on which it exists (a state: on the last of them), in yuan or as it is."""
        days = self.having(m, days)[-1:] if m.adds is Adds.SNAPSHOT else self.having(m, days)
        if not days:
            return None
        if m.adds is Adds.DISTINCT and not (m.stored and len(days) == 1):
            return Decimal(self._count(m.key, days))
        return self.sum(m, days)

    def _count(self, key: str, days: Days) -> int:
        if (key, days) not in self.counts:
            self.count_groups(key, [days])
        return self.counts[key, days]

    def count_groups(self, key: str, groups: Sequence[Days]) -> None:
        """Count people of several groups of days in one statement, to be read later."""
        groups = [days for days in dict.fromkeys(groups) if (key, days) not in self.counts]
        for days, n in zip(groups, distinct.count(key, self.store, groups), strict=True):
            self.counts[key, days] = n

    def _marks(self, measures: Sequence[Measure], usable: Days, days: Days) -> list[str]:
        marks = []
        if len(usable) > 1 and any(m.adds is Adds.DAILY for m in measures):
            marks.append("daily_sum")
        guesses = self.store.platform in GUESSED_REFUNDS
        if any(m.estimate and (guesses or not m.by_state) and self.sum(MEASURES[m.estimate], usable) for m in measures):
            marks.append("estimated")
        finished = len(usable) - len({day for m in measures for day in self.unfinished(m, usable)})
        if finished < len(days):
            marks.append(f"partial {finished}/{len(days)}")
        return marks

    def _short_history(self, asked: dict[str, Measure], basis: dict[str, Measure | None], days: Days) -> bool:
        """Whether the orders reach back less than the year that tells new buyers from returning ones."""
        if not any(key in asked and basis[key] is asked[key] for key in ("new_buyers", "old_buyers")):
            return False
        first = kept("first paid", self.store.pk, self._first_paid)
        return first is not None and first > max(days[0] - crowds.YEAR, self.since)

    def _first_paid(self) -> dt.date | None:
        told = StoreDay.objects.filter(store=self.store, pay_order_cnt__isnull=False)
        return told.order_by("day").values_list("day", flat=True).first()

    def _has_campaign(self) -> bool:
        return Campaign.objects.filter(store=self.store).exists()

    # --- inputs that are not sums of the period -----------------------------------------------------------------

    def _context(self, asked: Context, period: Period, usable: Days) -> Input:
        return getattr(self, f"_of_{asked.kind}")(asked.of, period, usable)  # type: ignore[no-any-return]

    def _of_days(self, _of: str, _period: Period, usable: Days) -> Input:
        return Input(Decimal(len(usable)))

    def _of_period_days(self, _of: str, period: Period, _usable: Days) -> Input:
        return Input(Decimal(len(period)))

    def _of_closed_days(self, _of: str, period: Period, usable: Days) -> Input:
        """Closed days (those that have data, beside sales), by what they bear: all of the period are its number of
        days."""
        closed = [day for day in usable or tuple(period)[: self.closed(period)] if day < self.today]
        if len(closed) < len(period) and (bears := self.bears(period)):
            return Input(len(period) * pacing.borne(closed, bears) / pacing.borne(period, bears))
        return Input(Decimal(len(closed)))

    def _of_left_days(self, _of: str, period: Period, _usable: Days) -> Input:
        return Input(Decimal(sum(1 for day in tuple(period)[self.closed(period) :] if day >= self.since)))

    def _of_target(self, of: str, period: Period, usable: Days) -> Input:
        """Without the part of days that are over and not among those the figure counts."""
        lost = frozenset(self.past(self.days(period))).difference(usable) if usable else frozenset()
        return self._aim(of, period, tuple(day for day in self.days(period) if day not in lost))

    def _of_whole_target(self, of: str, period: Period, _usable: Days) -> Input:
        return self._aim(of, period, None)

    def _aim(self, of: str, period: Period, days: Days | None) -> Input:
        value = self.target(METRICS[of], period, days)
        return Input(value, (), () if value is not None else (Missing("no_target", of),))

    def _of_month_target(self, of: str, period: Period, usable: Days) -> Input:
        return self._aim(of, month_of(period.last), None)

    def _to_date(self, period: Period) -> Period:
        """The month of the period's last day, up to that day or yesterday."""
        month = month_of(period.last)
        return Period(month.first, max(month.first, min(period.last, self.today - DAY)))

    def _of_month_to_date(self, of: str, period: Period, _usable: Days) -> Input:
        metric, span = METRICS[of], self._to_date(period)
        found = self.parts(metric, span)
        told = self.answer(metric, span, found.inputs, found.marks, found.missing, found.ready)
        return Input(unrounded(metric, found.ready), told.marks, told.missing if told.value is None else ())

    def _of_month_left_days(self, _of: str, period: Period, _usable: Days) -> Input:
        first = max(self._to_date(period).last + DAY, self.since)
        return Input(Decimal(max((month_of(period.last).last - first).days + 1, 0)))

    def _of_month_plan(self, of: str, period: Period, usable: Days) -> Input:
        value = self.target(METRICS[of], month_of(period.last))
        if value is not None:
            return Input(value)
        found = self._of_month_to_date(of, period, usable)
        missing = () if found.value is not None else (Missing("no_target", of),)
        return Input(found.value, (*found.marks, "estimated"), missing)

    def aim(self, metric: Metric, period: Period, days: Days | None = None) -> Decimal | None:
        """What the figure of these days is held against: their target without the part of days that are over and lack
        what the figure needs (`known`). Days to come count."""
        own = self.days(period) if days is None else days
        return self.target(metric, period, self.known(metric, own))

    # --- comparisons --------------------------------------------------------------------------------

    def comparison(self, metric: Metric, figure: Figure, name: str, span: Period | None = None) -> Comparison:
        """The figure against another period, or the target, like for like: days without a counterpart or without data
        on one side, and days of the other period that this one has not reached yet, count on neither side."""
        m = Match(span) if span else self.match(name, figure.period)
        m = m if name == "target" else self.fair(metric, figure.period, m)
        own = self.figure(metric, Period(m.own[0], m.own[-1]), m.own) if m.own else figure
        if name == "target":
            aim, whole = self.aim(metric, own.period, m.own or None), self.target(metric, m.whole) if m.whole else None
            told = compared(own, name, own.period, aim, m.marks)
            return replace(told, whole=whole, own=own.value, missing=self.unaimed(metric, own.period))
        if m.is_empty:
            return narrowed(compared(own, name, m.span, None, m.marks), m, None)
        before = self.figure(metric, m.span, m.days)
        whole = self.figure(metric, m.whole).value if m.whole and self.whole_too else None
        told = compared(own, name, m.span, before.value, (*m.marks, *before.marks))
        return narrowed(told, m, own.value, whole, (x for x in before.missing if x.code == SILENT))
