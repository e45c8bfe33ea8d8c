"""What a period is set against in one store, and inputs that are the sums of other days than the period's own."""

import datetime as dt
from collections.abc import Iterable

from kpis.answers import Missing
from kpis.comparisons import Match, less, match
from kpis.deltas import is_thin
from kpis.figures.dayrows import Days
from kpis.figures.windows import Input, Windows
from kpis.measures import MEASURES
from kpis.metrics import CONTEXT, METRICS, Metric
from opsplan.lib.calendar import SHIPPED
from opsplan.lib.periods import DAY, Period, add_months
from stores.calendars import calendar_of
from stores.models import Store

COMPARED = ("previous", "last_year", "same_days")  # contexts that are the same figure on the days compared with
PACED = {"closed_days", "left_days"}  # who needs them is read on days that are over


class OtherDays(Windows):
    """The part of a Reader that knows which days stand against which."""

    def __init__(self, store: Store, metrics: Iterable[str]) -> None:
        super().__init__(store, metrics)
        self.matches: dict[tuple[str, Period, str], Match] = {}
        self.whole_too = False  # whether comparisons to the same point also tell the other period in full

    def match(self, name: str, period: Period) -> Match:
        """Which days it is compared with."""
        at = (name, period, period.unit)
        if at not in self.matches:
            calendar = calendar_of(self.store) if name == "last_year_event" else SHIPPED
            self.matches[at] = match(name, period, self.today, calendar)
        return self.matches[at]

    def others(self, period: Period, compare: Iterable[str]) -> list[Period]:
        """The periods to load for some comparisons of `period`."""
        found = [self.match(name, period) for name in compare if name != "target"]
        return [m.span for m in found] + [m.whole for m in found if m.whole and self.whole_too]

    def fair(self, metric: Metric, period: Period, m: Match) -> Match:
        """The match for this metric: what adds up over days is read on days that both sides know."""
        own, other = m.own or self.days(period), m.days or self.days(m.span)
        if metric.adds not in ("sum", "distinct") or m.is_empty:
            return m
        return less(m, own, other, self.usable(metric, own), self.usable(metric, other))

    def closed(self, period: Period) -> int:
        """How many of its days are over."""
        return max(0, min((self.today - period.first).days, len(period)))

    # --- the days a figure is read on -------------------------------------------------------------------------------

    def over(self, metric: Metric, days: Days) -> Days:
        """The days without those that are not over, for what is held against the time that is."""
        if days and days[-1] >= self.today and not PACED.isdisjoint(metric.needs):
            return tuple(day for day in days if day < self.today)
        return days

    def alike(self, metric: Metric, period: Period, days: Days) -> Days:
        """The days, for a change against other days (`against`) only those that are compared."""
        m = self.against(metric, period)
        return tuple(day for day in days if day in m.own) if m and m.own is not None else days

    def against(self, metric: Metric, period: Period) -> Match | None:
        """Which days a metric holds its own against, where it is such a change itself (mom, yoy, lm_growth)."""
        others = [CONTEXT[key] for key in metric.needs if key in CONTEXT and CONTEXT[key].kind in COMPARED]
        found = next((x for x in others if METRICS[x.of].adds == "sum"), None)
        return self.fair(METRICS[found.of], period, self.match(found.kind, period)) if found else None

    # --- inputs -----------------------------------------------------------------------------------------------------

    def _of_shift(self, of: str, span: Period) -> Input:
        figure = self.figure(METRICS[of], span)
        return Input(figure.value, figure.marks, figure.missing if figure.value is None else ())

    def _of_other(self, name: str, of: str, period: Period) -> Input:
        """A sum like for like, as comparisons tell it; a state as it was before the period began."""
        metric, m = METRICS[of], self.match(name, period)
        if metric.adds != "sum":
            return self._of_shift(of, before(m, period))
        m = self.fair(metric, period, m)
        if m.is_empty:
            return Input(None, (), (Missing("no_match", of, m.unmatched),))
        figure = self.figure(metric, m.span, m.days)
        if is_thin((*m.marks, *figure.marks)):
            return Input(None, (), (Missing("no_match", of, m.unmatched), *figure.missing))
        return Input(figure.value, figure.marks, figure.missing if figure.value is None else ())

    def _of_previous(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_other("previous", of, period)

    def _of_last_year(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_other("last_year", of, period)

    def _of_last_day(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_shift(of, Period(period.last, period.last))

    def _of_week_before(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_shift(of, Period(period.last - 7 * DAY, period.last - 7 * DAY))

    def _of_same_days(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_other("same_days", of, period)

    def _of_day_numbers(self, of: str, period: Period, _usable: Days) -> Input:
        """The same day numbers of the month before; a day number that month did not have has no match (G17)."""
        days = same_days(period)
        if not days:
            return Input(None, (), (Missing("no_match", of, tuple(period)),))
        span = Period(days[0], days[-1])
        figure = self.figure(METRICS[of], span, days)
        marks = tuple(m for m in figure.marks if not m.startswith("partial"))
        self.load(span)
        asked = [MEASURES[key] for key in METRICS[of].needs if key in MEASURES]
        known = sum(all(self.has(m, day) for m in asked) for day in days)
        if known < len(period):
            marks = (*marks, f"partial {known}/{len(period)}")
        return Input(figure.value, marks, figure.missing if figure.value is None else ())


def before(m: Match, period: Period) -> Period:
    """The days of the period before, up to its end: also where only the beginning of it is compared."""
    return Period(m.span.first, period.first - DAY)


def same_days(period: Period) -> tuple[dt.date, ...]:
    """The same day numbers of the month before."""
    return tuple(sorted({day for d in period if (day := add_months(d, -1))}))
