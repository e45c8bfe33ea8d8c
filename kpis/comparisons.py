"""Which days a period is set against (pure). Every comparison is like for like, and what has no counterpart is said.

- `previous`: a calendar unit against the unit before, any other days against as many days just before.
- `same_days`: the same day numbers of the month before; a 31st that month did not have stands against nothing (G17).
- `last_year`: the same dates a year before; 29 February stands against nothing.
- `last_year_weekday`: 52 weeks before, so that weekdays meet.
- `last_year_event`: the same distance from the same event (D-7 of Double 11, Spring Festival by the moon).
- `target`: the plan of the same days.

A period under way is set against the same elapsed part of the other one ("to date 21/30"). What adds up over days is
read without the days that have data on one side only (`less`).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from opsplan.lib.calendar import SHIPPED, WEEKS_52, Calendar
from opsplan.lib.periods import DAY, UNITS, Period, add_months, month_of
from opsplan.lib.text import gettext_noop as _

COMPARISONS = {
    "previous": _("Previous period"),
    "same_days": _("Same days last month"),
    "last_year": _("Last year"),
    "last_year_weekday": _("Last year, same weekdays"),
    "last_year_event": _("Last year, same event days"),
    "target": _("Target"),
}

Days = tuple[dt.date, ...]


@dataclass(frozen=True)
class Match:
    """What a period is set against.

    span: the other days from first to last; days: those of them that count, None for all; own: the days of the period
    itself that are compared, None for all; unmatched: its days that stand against nothing; whole: the other period in
    full while only a part of it is compared; marks: "to_date 21/30", "matched 28/31".
    """

    span: Period
    days: Days | None = None
    own: Days | None = None
    unmatched: Days = ()
    whole: Period | None = None
    marks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.days == ()


@dataclass(frozen=True)
class Elapsed:
    """The closed part of a period under way: it, the days of the whole, and the whole itself."""

    part: Period
    whole: Period


def match(name: str, period: Period, today: dt.date, calendar: Calendar = SHIPPED) -> Match:
    """What `period` is set against by that name; `today`: the store's local day. KeyError for an unknown name."""
    under_way, unit = elapsed(period, today), unit_of(period, today)
    part = replace(under_way.part if under_way else period, unit=unit)
    found = WAYS[name](part, calendar)
    if under_way and name == "previous" and unit not in UNITS:  # not the days just before
        first = previous(under_way.whole).span.first
        found = Match(Period(first, first + (part.last - part.first), unit))
    if len(part) < len(period):
        found = replace(found, own=found.own if found.own is not None else tuple(part))
    if found.unmatched:
        compared = len(part) - len(found.unmatched)
        found = replace(found, marks=(f"matched {compared}/{len(part)}",))
    if under_way:
        in_full = WAYS[name](under_way.whole, calendar)
        mark = f"to_date {len(part)}/{len(under_way.whole)}"
        found = replace(found, whole=in_full.span, marks=(mark, *found.marks))
    elif period.first == today and name != "target":  # the hours of a day do not stand against whole days
        found = replace(found, marks=(f"to_date 0/{len(period)}", *found.marks))
    return found


def elapsed(period: Period, today: dt.date) -> Elapsed | None:
    """The closed part of a period that is under way; None for one that is over, has not begun, or is not a unit.

    A week, month, quarter or year whose last asked day is yesterday is under way too, though its period is closed.
    """
    yesterday = today - DAY
    if period.first < today <= period.last:
        return Elapsed(Period(period.first, yesterday, period.unit), period)
    unit = unit_of(period, today)
    if unit in UNITS and period.last == yesterday:
        whole = UNITS[unit](period.last)
        if whole.first == period.first and whole.last > period.last:
            return Elapsed(period, replace(whole, unit=unit))
    return None


def unit_of(period: Period, today: dt.date) -> str:
    """The calendar unit a period is, or is the beginning of: as it was asked for, else as its days look."""
    if period.unit:
        return period.unit
    if len(period) == 1:
        return "day"
    for unit in ("month", "quarter", "year"):
        if UNITS[unit](period.first) == period:
            return unit
    if period.first.day == 1 and period.last <= month_of(period.first).last:
        return "month"
    for unit in ("week", "quarter", "year"):
        whole = UNITS[unit](period.first)
        if whole.first == period.first and period.last == today - DAY and period.last <= whole.last:
            return unit
    return ""


# --- the ways -----------------------------------------------------------------------------------------------------


def previous(period: Period, _calendar: Calendar = SHIPPED) -> Match:
    """The unit before (week, month, quarter), to the same point of it; without a unit as many days just before."""
    unit = unit_of(period, period.first)
    if unit == "year":
        return last_year(period)
    if unit not in UNITS:
        return Match(Period(period.first - dt.timedelta(days=len(period)), period.first - DAY, period.unit))
    whole = UNITS[unit](period.first)
    before = UNITS[unit](whole.first - DAY)
    if period == whole:
        return Match(replace(before, unit=unit))
    start = before.first + (period.first - whole.first)
    if start > before.last:
        return nothing(period, Period(before.last, before.last, unit))
    end = min(start + (period.last - period.first), before.last)
    fits = (end - start).days + 1
    return against(period, Period(start, end, unit), lost=tuple(period)[fits:])


def same_days(period: Period, _calendar: Calendar = SHIPPED) -> Match:
    return pairs(period, lambda day: add_months(day, -1), fallback=31 * DAY)


def last_year(period: Period, _calendar: Calendar = SHIPPED) -> Match:
    """The same dates a year earlier; 29 February stands against nothing."""
    whole = next((u for u in ("month", "quarter", "year") if UNITS[u](period.first) == period), "")
    if whole:
        return Match(replace(UNITS[whole](period.first.replace(year=period.first.year - 1, day=1)), unit=whole))
    lost = tuple(day for day in {period.first, period.last} if add_months(day, -12) is None)
    kept = [day for day in (period.first, period.last) if day not in lost]
    first = add_months(period.first + DAY if period.first in lost else period.first, -12)
    last = add_months(period.last - DAY if period.last in lost else period.last, -12)
    if not kept or first is None or last is None:
        return nothing(period, Period(period.first - 366 * DAY, period.last - 366 * DAY))
    return against(period, Period(first, last, period.unit), lost)


def last_year_weekday(period: Period, _calendar: Calendar = SHIPPED) -> Match:
    return Match(Period(period.first - WEEKS_52, period.last - WEEKS_52, "days"))


def last_year_event(period: Period, calendar: Calendar = SHIPPED) -> Match:
    return pairs(period, calendar.align, fallback=WEEKS_52)


def target(period: Period, _calendar: Calendar = SHIPPED) -> Match:
    return Match(period)


WAYS: dict[str, Callable[[Period, Calendar], Match]] = {
    "previous": previous,
    "same_days": same_days,
    "last_year": last_year,
    "last_year_weekday": last_year_weekday,
    "last_year_event": last_year_event,
    "target": target,
}


def against(period: Period, other: Period, lost: Days = ()) -> Match:
    own = tuple(day for day in period if day not in lost) if lost else None
    return Match(other, None, own, tuple(sorted(lost)))


def nothing(period: Period, near: Period) -> Match:
    """Nothing to compare with; `near` says where one would have looked."""
    return Match(near, (), (), tuple(period))


def pairs(period: Period, other: Callable[[dt.date], dt.date | None], fallback: dt.timedelta) -> Match:
    """Day by day; days without a counterpart are left out on both sides."""
    found = {day: twin for day in period if (twin := other(day))}
    lost = tuple(day for day in period if day not in found)
    if not found:
        return nothing(period, Period(period.first - fallback, period.last - fallback))
    days = sorted(found.values())
    span = Period(days[0], days[-1], "days")
    return Match(span, None if is_run(days) else tuple(days), tuple(found) if lost else None, lost)


def less(m: Match, own: Days, other: Days, known: Days, known_there: Days) -> Match:
    """The match without the days on which one side lacks data: sums over seven days do not stand against sums over six.
    The days that only the longer of two months has stay; where no pair is left, nothing can be taken away."""
    return known_alike(m, own, other, known, known_there) or m


def known_alike(m: Match, own: Days, other: Days, known: Days, known_there: Days) -> Match | None:
    """As `less`; None where no day is known on both sides."""
    if len(known) == len(own) and len(known_there) == len(other):
        return m
    here, there, pairs = set(known), set(known_there), twins(own, other)
    holes = [(day, twin) for day, twin in pairs if day not in here or twin not in there]
    if len(holes) == len(pairs):
        return None
    if not holes:
        return m
    lost, lost_there = {day for day, _twin in holes}, {twin for _day, twin in holes}
    mine, theirs = (tuple(x for x in days if x not in gone) for days, gone in ((own, lost), (other, lost_there)))
    marks = tuple(mark for mark in m.marks if not mark.startswith("matched"))
    marks += (f"matched {len(mine)}/{len(own) + len(m.unmatched)}",)
    unmatched = tuple(sorted((lost & here).union(m.unmatched)))
    return replace(m, own=mine, days=theirs, unmatched=unmatched, marks=marks)


def twins(own: Days, other: Days) -> list[tuple[dt.date, dt.date]]:
    """Which days stand against each other: one by one, in months (quarters, years) of other lengths by their number."""
    if len(own) == len(other):
        return list(zip(own, other, strict=True))
    there = {place(day, other[0]): day for day in other}
    return [(day, there[at]) for day in own if (at := place(day, own[0])) in there]


def place(day: dt.date, first: dt.date) -> tuple[int, int]:
    """The how manieth month from `first` on, and the number of the day in it."""
    return (day.year - first.year) * 12 + day.month - first.month, day.day


def matched(marks: Iterable[str]) -> tuple[str, ...]:
    """Of the marks of a comparison the one that says that only a part of the days is compared."""
    return tuple(mark for mark in marks if mark.startswith("matched"))


def is_run(days: Iterable[dt.date]) -> bool:
    """Whether days in order have no gap."""
    every = list(days)
    return (every[-1] - every[0]).days + 1 == len(every)
