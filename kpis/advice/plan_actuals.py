"""What really came, month by month, to stand under a plan, and what came the year before: closed days only."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kpis import queries
from kpis.answers import Figure
from kpis.planning.factors import AOV, CVR, SALES, UV
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, month_of
from stores.models import Store

SHOWN = (SALES, UV, CVR, AOV)


@dataclass(frozen=True)
class Actual:
    """Twelve months and the year so far of a metric: what came, the same days of last year, and the year before's
    whole months with their year (those that are over). None = not yet, or no data. `uv` is a day's mean: the months'
    visitors over the days that have data."""

    key: str
    months: tuple[Decimal | None, ...]
    year: Decimal | None
    last_year: tuple[Decimal | None, ...]
    last_year_sum: Decimal | None
    year_before: tuple[Decimal | None, ...]
    year_before_sum: Decimal | None


NOTHING = (None,) * 12


def actuals(store: Store, year: int) -> tuple[dict[str, Actual], int]:
    """By metric of SHOWN, and the number of the month that is under way (0 = none is)."""
    last = clock.today(store.timezone) - DAY
    first, end = dt.date(year, 1, 1), min(dt.date(year, 12, 31), last)
    whole_months = year_before(store, year - 1, last)
    if end < first:
        return {key: Actual(key, NOTHING, None, NOTHING, None, *whole_months[key]) for key in SHOWN}, 0
    span = Period(first, end)
    rows = {row.key: row.values for row in queries.breakdown(store, SHOWN, span, "month", compare=["last_year"])}
    whole = queries.figures(store, SHOWN, span, compare=["last_year"])
    by_month = [rows.get(f"{year}-{month:02d}", {}) for month in range(1, 13)]
    found = {}
    for key in SHOWN:
        figures = [values.get(key) for values in by_month]
        found[key] = Actual(
            key,
            tuple(now(figure) for figure in figures),
            now(whole[key]),
            tuple(before(figure) for figure in figures),
            before(whole[key]),
            *whole_months[key],
        )
    return found, end.month if end < month_of(end).last else 0


def year_before(store: Store, year: int, last: dt.date) -> dict[str, tuple[tuple[Decimal | None, ...], Decimal | None]]:
    """Twelve months and their year by metric, up to the last month that is over on the day `last`."""
    end = min(dt.date(year, 12, 31), last if last == month_of(last).last else month_of(last).first - DAY)
    if end < dt.date(year, 1, 1):
        return dict.fromkeys(SHOWN, (NOTHING, None))
    span = Period(dt.date(year, 1, 1), end)
    rows = {row.key: row.values for row in queries.breakdown(store, SHOWN, span, "month")}
    whole = queries.figures(store, SHOWN, span, compare=())
    months = [rows.get(f"{year}-{month:02d}", {}) for month in range(1, 13)]
    return {key: (tuple(now(values.get(key)) for values in months), now(whole[key])) for key in SHOWN}


def now(figure: Figure | None) -> Decimal | None:
    if figure is None or figure.value is None:
        return None
    return figure.value / days_with_data(figure) if figure.key == UV else figure.value


def before(figure: Figure | None) -> Decimal | None:
    compared = figure.compare.get("last_year") if figure else None
    if compared is None or compared.value is None or figure is None:
        return None
    return compared.value / len(compared.days or compared.period) if figure.key == UV else compared.value


def days_with_data(figure: Figure) -> int:
    """A mark `partial 20/21` says on how many days a figure stands."""
    partial = next((mark for mark in figure.marks if mark.startswith("partial ")), "")
    done = partial.removeprefix("partial ").partition("/")[0]
    return int(done) if done.isdecimal() and int(done) else len(figure.period)
