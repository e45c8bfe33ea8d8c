"""Inputs that look back from a period's last day over a span of their own: 28, 60, 180, 365 days."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpis.answers import Figure, Missing
from kpis.figures import distinct
from kpis.figures.dayrows import DayRows, Days
from kpis.measures import MEASURES
from kpis.metrics import METRICS, Metric
from kpis.sums import crowds
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


# People who are counted over a span of their own: its days, and how many there are in stores (their ids) whose buyer
# keys are comparable, up to a day.
LOOKING_BACK: dict[str, tuple[int, Callable[[Sequence[int], dt.date], int]]] = {
    "earlier_30": (60, lambda stores, last: crowds.came_back(stores, last, 30)[0]),
    "again_30": (60, lambda stores, last: crowds.came_back(stores, last, 30)[1]),
    "earlier_90": (180, lambda stores, last: crowds.came_back(stores, last, 90)[0]),
    "again_90": (180, lambda stores, last: crowds.came_back(stores, last, 90)[1]),
    "fans": (365, distinct.fans),
}


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
        return self._people("earlier_30", of, period)

    def _of_again_30(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people("again_30", of, period)

    def _of_earlier_90(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people("earlier_90", of, period)

    def _of_again_90(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people("again_90", of, period)

    def _of_fans(self, of: str, period: Period, _usable: Days) -> Input:
        return self._people("fans", of, period)

    def _people(self, kind: str, of: str, period: Period) -> Input:
        """A count of people over a span of its own, None where its orders cannot tell them apart or are not there."""
        length, count = LOOKING_BACK[kind]
        measure, days = MEASURES[of], self.days(back(period, length))
        known = self.having(measure, days)
        if not known or not self.is_exact(measure, days):
            sold = any((row := self.rows.get(day)) and row["pay_order_cnt"] is not None for day in days)
            return Input(None, (), (Missing("no_buyer_id" if sold else "no_source", of),))
        marks = (f"partial {len(known)}/{len(days)}",) if len(known) < len(days) else ()
        return Input(Decimal(count([self.store.pk], period.last)), marks)
