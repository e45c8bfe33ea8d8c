"""Spans of local days and how they line up."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Local days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

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


def week_of(day: dt.date) -> Period:
    """The ISO week (Monday first) that holds `day`."""
    monday = day - dt.timedelta(days=day.weekday())
    return Period(monday, monday + 6 * DAY)


def is_whole_month(period: Period) -> bool:
    return period == month_of(period.first)


def add_months(day: dt.date, months: int) -> dt.date | None:
    """The same day number `months` away; None where that month is too short (G17: no match)."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return dt.date(day.year + years, month + 1, day.day)
    except ValueError:
        return None


def previous(period: Period) -> Period:
    """The period just before: a whole month against the whole month before, month-to-date against the same days
    of the month before (cut at that month's end), else the same number of days just before."""
    if is_whole_month(period):
        return month_of(period.first - DAY)
    if period.first.day == 1 and period.last <= month_of(period.first).last:
        before = month_of(period.first - DAY)
        return Period(before.first, min(before.first + (period.last - period.first), before.last))
    return Period(period.first - dt.timedelta(days=len(period)), period.first - DAY)


def last_year(period: Period) -> Period:
    """The same dates one year before; 29 February becomes 28 February. Whole months stay whole months."""

    def shift(day: dt.date) -> dt.date:
        return add_months(day, -12) or day.replace(year=day.year - 1, day=28)

    if is_whole_month(period):
        return month_of(shift(period.first))
    return Period(shift(period.first), shift(period.last))
