"""When recurring work is due (pure): a rule gives local days, a slot gives instants.

A rule is written like an iCalendar RRULE of a few parts, in this order:

    FREQ=DAILY|WEEKLY|MONTHLY [;INTERVAL=n] [;BYDAY=MO,TU] [;BYMONTHDAY=1,15,-1] [;BYMONTH=3,6] [;SHIFT=...]
    ONCE

BYMONTHDAY=31 means the last day in a shorter month (iCalendar would leave that month out), BYMONTHDAY=-1 always the
last one; a quarter or a year is said by BYMONTH. SHIFT says what becomes of a day on which nobody works: `next` or
`previous` working day, `skip` = left out. Every occurrence is known by the day the rule itself names (`nominal`), so
that it stays the same one when the calendar of working days changes under it.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule

from opsplan.lib.calendar import Calendar
from opsplan.lib.periods import DAY, Period

FREQUENCIES = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SHIFTS = ("", "next", "previous", "skip")
MARGIN = 31 * DAY  # farther than any holiday moves a day
LONGEST_INTERVAL = 366
MIDNIGHT = dt.time()


class BadRule(ValueError):
    """The text is no rule we know. `code`: form, frequency, interval, weekday, month_day, month, shift."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Occurrence:
    """nominal: the day the rule names. day: the day it is for, after the shift. due: the last day it may be done on."""

    nominal: dt.date
    day: dt.date
    due: dt.date


@dataclass(frozen=True)
class Rule:
    """A recurrence. freq: a key of FREQUENCIES, or ONCE: on the day it starts and never again."""

    freq: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()  # Monday is 0
    month_days: tuple[int, ...] = ()  # 1 to 31, or -1 to -28 counted from the end
    months: tuple[int, ...] = ()
    shift: str = ""

    def __post_init__(self) -> None:
        if self.freq not in (*FREQUENCIES, "ONCE"):
            raise BadRule("frequency")
        if not 1 <= self.interval <= LONGEST_INTERVAL:
            raise BadRule("interval")
        if any(day not in range(7) for day in self.weekdays) or (self.freq == "WEEKLY") != bool(self.weekdays):
            raise BadRule("weekday")
        if any(not (1 <= day <= 31 or -28 <= day <= -1) for day in self.month_days):
            raise BadRule("month_day")
        if (self.freq == "MONTHLY") != bool(self.month_days):
            raise BadRule("month_day")
        if any(not 1 <= month <= 12 for month in self.months) or (self.months and self.freq != "MONTHLY"):
            raise BadRule("month")
        if self.shift not in SHIFTS or (self.freq == "DAILY" and self.shift in ("next", "previous")):
            raise BadRule("shift")

    def __str__(self) -> str:
        if self.freq == "ONCE":
            return "ONCE"
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        for name, values in (
            ("BYDAY", [WEEKDAYS[day] for day in self.weekdays]),
            ("BYMONTHDAY", self.month_days),
            ("BYMONTH", self.months),
        ):
            if values:
                parts.append(f"{name}={','.join(str(x) for x in values)}")
        if self.shift:
            parts.append(f"SHIFT={self.shift}")
        return ";".join(parts)


def parse(text: str) -> Rule:
    """The rule of a text as `str(rule)` writes it. BadRule."""
    if text == "ONCE":
        return Rule("ONCE")
    pairs = [part.partition("=") for part in text.split(";")]
    fields = {name: value for name, _sign, value in pairs if value}
    if len(fields) != len(pairs) or set(fields) - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "SHIFT"}:
        raise BadRule("form")
    try:
        return Rule(
            freq=fields.get("FREQ", ""),
            interval=int(fields.get("INTERVAL", "1")),
            weekdays=tuple(WEEKDAYS.index(x) for x in split(fields, "BYDAY")),
            month_days=tuple(int(x) for x in split(fields, "BYMONTHDAY")),
            months=tuple(int(x) for x in split(fields, "BYMONTH")),
            shift=fields.get("SHIFT", ""),
        )
    except BadRule:
        raise
    except ValueError:
        raise BadRule("form") from None


def split(fields: dict[str, str], name: str) -> list[str]:
    return fields[name].split(",") if name in fields else []


def occurrences(rule: Rule, since: dt.date, window: Period, calendar: Calendar, span: int = 1) -> list[Occurrence]:
    """Those of which a day falls into the window, by day. since: the rule's first nominal day, from which every other
    day, week or month is counted. span: how many days one may be done on.

    Whatever window is asked for, the same nominal day has the same day; where two come to lie on one day, the first
    stays.
    """
    wide = Period(window.first - MARGIN - span * DAY, window.last + MARGIN)
    found: dict[dt.date, Occurrence] = {}
    for nominal in nominals(rule, since, wide):
        day = shifted(nominal, rule.shift, calendar)
        if day is not None:
            found.setdefault(day, Occurrence(nominal, day, day + (span - 1) * DAY))
    return sorted(
        (x for x in found.values() if x.day <= window.last and x.due >= window.first), key=lambda x: (x.day, x.nominal)
    )


def nominals(rule: Rule, since: dt.date, window: Period) -> Iterator[dt.date]:
    """The days the rule names from `since` on that lie in the window, in order."""
    if rule.freq == "ONCE":
        yield from [since] if since in window else []
        return
    first = max(since, window.first)
    start = since if rule.interval > 1 else first
    if rule.freq == "WEEKLY":
        start -= start.weekday() * DAY
    elif rule.freq == "MONTHLY":
        start = start.replace(day=1)
    until = dt.datetime.combine(window.last, MIDNIGHT)
    found = {day.date() for one in rrules(rule, dt.datetime.combine(start, MIDNIGHT), until) for day in one}
    yield from sorted(day for day in found if day >= first)


def rrules(rule: Rule, start: dt.datetime, until: dt.datetime) -> list[rrule]:
    """One rrule for most; one for each day of the month, since "the 31st or the last day" is a choice per day."""
    make: Callable[..., rrule] = partial(
        rrule, FREQUENCIES[rule.freq], dtstart=start, until=until, interval=rule.interval
    )
    if rule.freq == "MONTHLY":
        return [make(bymonth=rule.months or None, **of_month(day)) for day in rule.month_days]
    return [make(byweekday=rule.weekdays or None)]


def of_month(day: int) -> dict[str, object]:
    """The day of every month; where a month is too short, its last."""
    return {"bymonthday": tuple(range(28, day + 1)), "bysetpos": -1} if day > 28 else {"bymonthday": day}


def shifted(day: dt.date, shift: str, calendar: Calendar) -> dt.date | None:
    """The day somebody works on it; None = left out."""
    if not shift or calendar.works(day):
        return day
    if shift == "skip":
        return None
    return calendar.add_working_days(day, 1 if shift == "next" else -1)


def turn(rule: Rule, since: dt.date, nominal: dt.date, people: int) -> int:
    """Whose turn it is of `people`, 0 first: they take turns by day, week or month, as the rule goes."""
    if rule.freq in ("DAILY", "ONCE"):
        passed = (nominal - since).days
    elif rule.freq == "WEEKLY":
        passed = ((nominal - nominal.weekday() * DAY) - (since - since.weekday() * DAY)).days // 7
    else:
        passed = (nominal.year - since.year) * 12 + nominal.month - since.month
    return passed // rule.interval % people


def offset_day(base: dt.date, days: int, working: bool, calendar: Calendar) -> dt.date:
    """T+days; `working` counts working days, and T itself then moves to the next one."""
    return calendar.add_working_days(base, days) if working else base + days * DAY


def instant(day: dt.date, at: dt.time, zone: str) -> dt.datetime:
    """The UTC instant of a local time. One that the clocks leave out is read as if they had not been moved yet; of one
    that comes twice the first is meant."""
    return dt.datetime.combine(day, at, ZoneInfo(zone)).astimezone(dt.UTC)


def due_at(due: dt.date, starts: dt.time | None, ends: dt.time | None, zone: str) -> dt.datetime:
    """When it should be done: at the end of its slot (of the next day, for a slot over midnight), else of the day."""
    if ends is None:
        return instant(due + DAY, MIDNIGHT, zone)
    return instant(due + DAY if starts is not None and ends <= starts else due, ends, zone)


def closes_at(due: dt.date, starts: dt.time | None, ends: dt.time | None, zone: str) -> dt.datetime:
    """When it counts as missed: when the last day is over, or the slot that reaches beyond it."""
    return max(instant(due + DAY, MIDNIGHT, zone), due_at(due, starts, ends, zone))
