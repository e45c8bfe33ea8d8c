"""Inputs that look back from a period's last day over a span of their own: 28, 60, 180, 365 days."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from kpis import distinct
from kpis.answers import Figure, Missing
from kpis.dayrows import DayRows, Days
from kpis.measures import MEASURES
from kpis.metrics import METRICS, Metric
from opsplan.lib.periods import Period


@dataclass(frozen=True)
class Input:
    """One input of a formula, found: its value, and what has to be said about it."""

    value: Decimal | None
    marks: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


def back(period: Period, days: int, skip: int = 0) -> Period:
    """So many days up to the period's last day, or up to `skip` days before it."""
    last = period.last - dt.timedelta(days=skip)
    return Period(last - dt.timedelta(days=days - 1), last)


class Windows(DayRows):
    """The part of a Reader that answers contexts with a span of their own."""

    def figure(self, metric: Metric, period: Period, days: Days | None = None) -> Figure:
        raise NotImplementedError

    def _of_window(self, of: str, span: Period) -> Input:
        figure = self.figure(METRICS[of], span)
        return Input(figure.value, figure.marks, figure.missing if figure.value is None else ())

    def _of_last_28_days(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_window(of, back(period, 28))

    def _of_last_365_days(self, of: str, period: Period, _usable: Days) -> Input:
        return self._of_window(of, back(period, 365))

    def _of_earlier_30(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people(of, back(period, 60), lambda: distinct.cohort(self.store, period.last, 30)[0])

    def _of_again_30(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people(of, back(period, 60), lambda: distinct.cohort(self.store, period.last, 30)[1])

    def _of_earlier_90(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people(of, back(period, 180), lambda: distinct.cohort(self.store, period.last, 90)[0])

    def _of_again_90(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people(of, back(period, 180), lambda: distinct.cohort(self.store, period.last, 90)[1])

    def _of_fans(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people(of, back(period, 365), lambda: distinct.fans(self.store, period.last))

    def _people(self, of: str, span: Period, count: Callable[[], int]) -> Input:
        """A count of people over the span, None where its orders cannot tell them apart or are not there."""
        measure, days = MEASURES[of], self.days(span)
        known = self.having(measure, days)
        if not known or not self.is_exact(measure, days):
            sold = any((row := self.rows.get(day)) and row["pay_order_cnt"] is not None for day in days)
            return Input(None, (), (Missing("no_buyer_id" if sold else "no_source", of),))
        marks = (f"partial {len(known)}/{len(days)}",) if len(known) < len(days) else ()
        return Input(Decimal(count()), marks)
