"""The arithmetic of recurring work: the days expected are those of a wall calendar and the State Council's notices."""

import datetime as dt

import pytest

from opsplan.lib.calendar import SHIPPED
from opsplan.lib.periods import Period
from staff import recurrence
from staff.recurrence import BadRule, parse

SINCE = dt.date(2024, 1, 1)  # a Monday


def days(rule: str, first: str, last: str, since: dt.date = SINCE, span: int = 1) -> list[str]:
    window = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    return [f"{x.day:%m-%d}" for x in recurrence.occurrences(parse(rule), since, window, SHIPPED, span)]


DAYS = [
    ("every day", "FREQ=DAILY", "2026-02-27", "2026-03-02", "02-27 02-28 03-01 03-02"),
    ("every day of a leap year", "FREQ=DAILY", "2028-02-28", "2028-03-01", "02-28 02-29 03-01"),
    ("every third day from 1 January 2024", "FREQ=DAILY;INTERVAL=3", "2024-02-27", "2024-03-04", "02-27 03-01 03-04"),
    ("Mondays", "FREQ=WEEKLY;BYDAY=MO", "2026-11-01", "2026-11-30", "11-02 11-09 11-16 11-23 11-30"),
    ("weekends", "FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-01", "2026-11-09", "11-01 11-07 11-08"),
    ("Fridays of every other week", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2024-01-01", "2024-02-10", "01-05 01-19 02-02"),
    ("the 31st", "FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01", "2026-04-30", "01-31 02-28 03-31 04-30"),
    ("the 30th in a leap year", "FREQ=MONTHLY;BYMONTHDAY=30", "2028-02-01", "2028-03-31", "02-29 03-30"),
    ("the last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-01", "2028-04-30", "01-31 02-29 03-31 04-30"),
    ("28 from the end", "FREQ=MONTHLY;BYMONTHDAY=-28", "2026-01-01", "2026-02-28", "01-04 02-01"),
    ("the 1st and the 15th", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-11-01", "2026-12-15", "11-01 11-15 12-01 12-15"),
    ("the end of a quarter", "FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=3,6,9,12", "2026-01-01", "2026-09-30",
     "03-31 06-30 09-30"),
    ("29 February", "FREQ=MONTHLY;BYMONTHDAY=29;BYMONTH=2", "2027-01-01", "2028-12-31", "02-28 02-29"),
    ("once", "ONCE", "2023-12-01", "2026-12-31", "01-01"),
    # 春节 2026 was 15 to 23 February; Saturday the 14th and Saturday the 28th were worked for it
    ("working days around 春节", "FREQ=DAILY;SHIFT=skip", "2026-02-12", "2026-03-02",
     "02-12 02-13 02-14 02-24 02-25 02-26 02-27 02-28 03-02"),
    ("Mondays, else the next working day", "FREQ=WEEKLY;BYDAY=MO;SHIFT=next", "2026-02-09", "2026-03-02",
     "02-09 02-24 03-02"),
    ("Fridays, else the working day before", "FREQ=WEEKLY;BYDAY=FR;SHIFT=previous", "2026-02-10", "2026-02-28",
     "02-13 02-14 02-27"),
    # 国庆 2026 was 1 to 7 October; Sunday 20 September and Saturday 10 October were worked
    ("the start of October", "FREQ=MONTHLY;BYMONTHDAY=1;SHIFT=next", "2026-09-15", "2026-11-15", "10-08 11-02"),
    ("a worked Sunday is a working day", "FREQ=MONTHLY;BYMONTHDAY=20;SHIFT=next", "2026-09-01", "2026-09-30", "09-20"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rule", "first", "last", "expected"), DAYS, ids=[x[0] for x in DAYS])
def test_a_rule_names_the_days_of_the_wall_calendar(what: str, rule: str, first: str, last: str, expected: str) -> None:
    assert days(rule, first, last) == expected.split()


# S037 over 2026: 月初, 月中, 月底 on days that are worked (taken by hand from the notice of the year)
MONTH_STARTS = "01-04 02-02 03-02 04-01 05-06 06-01 07-01 08-03 09-01 10-08 11-02 12-01"
MONTH_MIDDLES = "01-15 02-24 03-16 04-15 05-15 06-15 07-15 08-17 09-15 10-15 11-16 12-15"
MONTH_ENDS = "01-30 02-28 03-31 04-30 05-29 06-30 07-31 08-31 09-30 10-30 11-30 12-31"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1;SHIFT=next", MONTH_STARTS),
        ("FREQ=MONTHLY;BYMONTHDAY=15;SHIFT=next", MONTH_MIDDLES),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;SHIFT=previous", MONTH_ENDS),
    ],
)
def test_the_months_work_falls_on_working_days_all_year(rule: str, expected: str) -> None:
    assert days(rule, "2026-01-01", "2026-12-31") == expected.split()


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;SHIFT=skip",
        "FREQ=WEEKLY;BYDAY=SA,SU,MO;SHIFT=next",
        "FREQ=DAILY;INTERVAL=5",
        "FREQ=MONTHLY;BYMONTHDAY=14,15,16;SHIFT=previous",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU",
    ],
)
def test_a_year_asked_for_week_by_week_is_the_year_asked_for_at_once(rule: str) -> None:
    whole = days(rule, "2026-01-01", "2026-12-30")
    weeks = [dt.date(2026, 1, 1) + dt.timedelta(days=7 * week) for week in range(52)]
    pieces = [days(rule, f"{day}", f"{day + dt.timedelta(days=6)}") for day in weeks]
    assert [day for piece in pieces for day in piece] == whole


def test_days_that_a_holiday_pushes_onto_one_day_are_one_piece_of_work() -> None:
    """Saturday, Sunday and Monday of the holiday all move to Tuesday the 24th."""
    assert days("FREQ=WEEKLY;BYDAY=SA,SU,MO;SHIFT=next", "2026-02-16", "2026-02-27") == ["02-24"]


def test_an_occurrence_keeps_its_name_when_the_calendar_moves_it() -> None:
    window = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    (found,) = recurrence.occurrences(parse("FREQ=MONTHLY;BYMONTHDAY=1;SHIFT=next"), SINCE, window, SHIPPED, 3)
    assert (found.nominal, found.day, found.due) == (dt.date(2026, 10, 1), dt.date(2026, 10, 8), dt.date(2026, 10, 10))


def test_work_that_began_before_the_window_and_is_still_due_belongs_to_it() -> None:
    assert days("FREQ=MONTHLY;BYMONTHDAY=1", "2026-11-03", "2026-11-05", span=3) == ["11-01"]
    assert days("FREQ=MONTHLY;BYMONTHDAY=1", "2026-11-04", "2026-11-05", span=3) == []


def test_nothing_is_due_before_the_rule_begins() -> None:
    assert days("FREQ=DAILY", "2026-11-20", "2026-11-23", since=dt.date(2026, 11, 22)) == ["11-22", "11-23"]


@pytest.mark.parametrize(
    ("rule", "since", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=3", dt.date(2026, 10, 22), "11-18 11-21 11-24 11-27"),  # 22 October + 27, 30, 33, 36 days
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", dt.date(2026, 11, 15), "11-24"),  # a Sunday: its own week is the first
    ],
)
def test_an_interval_counts_from_the_day_the_rule_begins(rule: str, since: dt.date, expected: str) -> None:
    assert days(rule, "2026-11-16", "2026-11-29", since=since) == expected.split()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "form"),
        ("FREQ=HOURLY", "frequency"),
        ("FREQ=DAILY;INTERVAL=0", "interval"),
        ("FREQ=DAILY;INTERVAL=x", "form"),
        ("FREQ=DAILY;SHIFT=next", "shift"),
        ("FREQ=DAILY;BYDAY=MO", "weekday"),
        ("FREQ=WEEKLY", "weekday"),
        ("FREQ=WEEKLY;BYDAY=XX", "form"),
        ("FREQ=MONTHLY", "month_day"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "month_day"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "month_day"),
        ("FREQ=MONTHLY;BYMONTHDAY=-29", "month_day"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYMONTH=13", "month"),
        ("FREQ=DAILY;COUNT=3", "form"),
        ("FREQ=DAILY;FREQ=DAILY", "form"),
    ],
)
def test_it_refuses_a_rule_it_does_not_know(text: str, code: str) -> None:
    with pytest.raises(BadRule) as refused:
        parse(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", sorted({x[1] for x in DAYS}))
def test_a_rule_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


ZONES = [
    ("Shanghai", "Asia/Shanghai", dt.date(2026, 11, 22), dt.time(18), "2026-11-22T10:00"),
    ("New York in summer", "America/New_York", dt.date(2026, 7, 1), dt.time(18), "2026-07-01T22:00"),
    ("New York in winter", "America/New_York", dt.date(2026, 12, 1), dt.time(18), "2026-12-01T23:00"),
    ("the day the clocks go ahead", "America/New_York", dt.date(2026, 3, 8), dt.time(9), "2026-03-08T13:00"),
    ("a time that day leaves out", "America/New_York", dt.date(2026, 3, 8), dt.time(2, 30), "2026-03-08T07:30"),
    ("the first of two 1:30", "America/New_York", dt.date(2026, 11, 1), dt.time(1, 30), "2026-11-01T05:30"),
    ("29 February", "America/New_York", dt.date(2028, 2, 29), dt.time(0), "2028-02-29T05:00"),
]


@pytest.mark.parametrize(("what", "zone", "day", "at", "expected"), ZONES, ids=[x[0] for x in ZONES])
def test_a_local_time_is_one_instant(what: str, zone: str, day: dt.date, at: dt.time, expected: str) -> None:
    assert f"{recurrence.instant(day, at, zone):%Y-%m-%dT%H:%M}" == expected


def test_a_slot_over_midnight_is_due_and_closes_the_next_day() -> None:
    day, starts, ends = dt.date(2026, 11, 22), dt.time(22), dt.time(1)
    assert f"{recurrence.due_at(day, starts, ends, 'UTC'):%d %H:%M}" == "23 01:00"
    assert f"{recurrence.closes_at(day, starts, ends, 'UTC'):%d %H:%M}" == "23 01:00"
    assert f"{recurrence.closes_at(day, dt.time(9), dt.time(10), 'UTC'):%d %H:%M}" == "23 00:00"


TURNS = [
    ("FREQ=DAILY", "2024-01-05", 1),  # the fifth day: A B C A B
    ("FREQ=DAILY;INTERVAL=2", "2024-01-05", 2),
    ("FREQ=WEEKLY;BYDAY=MO,FR", "2024-01-12", 1),  # the whole second week is B's
    ("FREQ=MONTHLY;BYMONTHDAY=1", "2025-01-01", 0),  # thirteenth month of three people
]


@pytest.mark.parametrize(("rule", "day", "expected"), TURNS)
def test_people_take_turns_as_the_rule_goes(rule: str, day: str, expected: int) -> None:
    assert recurrence.turn(parse(rule), SINCE, dt.date.fromisoformat(day), 3) == expected


@pytest.mark.parametrize(
    ("offset", "working", "expected"),
    [
        (-7, False, "2026-10-04"),
        (-7, True, "2026-09-24"),
        (3, False, "2026-10-14"),
        (3, True, "2026-10-14"),
        (0, True, "2026-10-12"),
    ],
)
def test_an_offset_counts_calendar_or_working_days(offset: int, working: bool, expected: str) -> None:
    """From Sunday 11 October 2026: before it Saturday the 10th was worked and the week to the 7th was free; working
    days back: 10, 9, 8 October, 30, 29, 28 September, and after 中秋 (25 to 27) the 24th."""
    assert f"{recurrence.offset_day(dt.date(2026, 10, 11), offset, working, SHIPPED)}" == expected
