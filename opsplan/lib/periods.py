"""Spans of local days and how they line up."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Local days from `first` to `last`, both included.

    unit: what it was asked for as, where that was said: day, week, month, quarter, year (or a part of one), or days for
    so many days; "" where only the days are known. Two periods of the same days are equal whatever they are called.
    """

    first: dt.date
    last: dt.date
    unit: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it starts")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + dt.timedelta(days=i) for i in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last


def month_of(day: dt.date) -> Period:
    """The calendar month that holds `day`."""
    return Period(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def calendar_months(period: Period) -> list[Period]:
    """The calendar months that a period touches, whole."""
    months = [month_of(period.first)]
    while months[-1].last < period.last:
        months.append(month_of(months[-1].last + DAY))
    return months


def runs_of(periods: Iterable[Period]) -> list[Period]:
    """Periods in ascending order put together where one follows upon the other."""
    runs: list[Period] = []
    for p in periods:
        if runs and p.first - runs[-1].last == DAY:
            runs[-1] = Period(runs[-1].first, p.last)
        else:
            runs.append(p)
    return runs


def week_of(day: dt.date) -> Period:
    """The ISO week (Monday first) that holds `day`."""
    monday = day - dt.timedelta(days=day.weekday())
    return Period(monday, monday + 6 * DAY)


def quarter_of(day: dt.date) -> Period:
    """The calendar quarter that holds `day`."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(first, month_of(first.replace(month=first.month + 2)).last)


def year_of(day: dt.date) -> Period:
    return Period(day.replace(month=1, day=1), day.replace(month=12, day=31))


UNITS = {"week": week_of, "month": month_of, "quarter": quarter_of, "year": year_of}


def add_months(day: dt.date, months: int) -> dt.date | None:
    """The same day number `months` away; None where that month is too short (G17: no match)."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return dt.date(day.year + years, month + 1, day.day)
    except ValueError:
        return None
