"""What breaks a rule, worked by hand. Days are Mondays of 2026, 5 January the first."""

import datetime as dt
from decimal import Decimal as D

import pytest

from kpis.normal import Check, Normal, line, median, normal, runs

MONDAYS = [dt.date(2026, 1, 5) + dt.timedelta(weeks=n) for n in range(9)]
DAYS = [dt.date(2026, 3, n) for n in range(1, 8)]


def mondays(*numbers: int | None) -> dict[dt.date, D | None]:
    return {day: None if n is None else D(n) for day, n in zip(MONDAYS, numbers, strict=False)}


def week(*numbers: str | None) -> dict[dt.date, D | None]:
    return {day: None if n is None else D(n) for day, n in zip(DAYS, numbers, strict=True)}


def test_a_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    assert median([D(9), D(1), D(4), D(2)]) == D(3)


def test_normal_is_the_median_of_the_same_weekdays_and_their_usual_distance_from_it() -> None:
    # 100 110 90 120 80 100 105 500: median of the sorted 80 90 100 100 105 110 120 500 = 102.5; distances
    # 2.5 7.5 12.5 17.5 22.5 2.5 2.5 397.5 -> sorted 2.5 2.5 2.5 7.5 12.5 17.5 22.5 397.5 -> median 10 -> 14.826
    values = mondays(100, 110, 90, 120, 80, 100, 105, 500)
    assert normal(values, MONDAYS[8]) == Normal(D("102.5"), D("14.826"))


def test_other_weekdays_and_days_without_a_value_are_no_part_of_normal() -> None:
    values = mondays(100, None, 100, None, 100, None, 100) | {MONDAYS[8] - dt.timedelta(days=1): D(9999)}
    assert normal(values, MONDAYS[8]) == Normal(D(100), D(5))  # nothing moves, so 5 % of the median


def test_three_weeks_are_too_few_to_know_what_is_normal() -> None:
    assert normal(mondays(100, 100, 100), MONDAYS[3]) is None


@pytest.mark.parametrize(
    ("kind", "value", "breaks"),
    [
        ("high", 147, True),  # 102.5 + 3 x 14.826 = 146.978
        ("high", 146, False),
        ("low", 58, True),  # 102.5 - 3 x 14.826 = 58.022
        ("low", 59, False),
        ("low", 500, False),
        ("unusual", 147, True),
        ("unusual", 58, True),
        ("unusual", 100, False),
    ],
)
def test_a_day_is_off_normal_beyond_three_deviations(kind: str, value: int, breaks: bool) -> None:
    values = mondays(100, 110, 90, 120, 80, 100, 105, 500, value)
    said = line(Check(kind, D(3), 1), values, MONDAYS[8])
    assert said is not None
    assert said[0] is breaks
    assert said[2] == D("102.5")


def test_a_run_needs_its_days_in_a_row() -> None:
    values = week("9", "11", "12", "9", "11", "11", "11")
    found = runs(Check("above", D(10), 3), values, DAYS)
    assert [(run.first.day, run.last.day) for run in found] == [(5, 7)]


def test_the_limit_itself_breaks_nothing() -> None:
    assert runs(Check("above", D(10), 1), week(*["10"] * 7), DAYS) == []
    assert runs(Check("below", D(10), 1), week(*["10"] * 7), DAYS) == []


def test_a_day_nobody_knows_neither_counts_nor_ends_a_run() -> None:
    values = week("11", None, "11", "9", "11", None, "9")
    found = runs(Check("above", D(10), 2), values, DAYS)
    assert [tuple(day.day for day in run.days) for run in found] == [(1, 3)]


def test_for_a_rule_about_missing_data_the_days_without_it_are_the_run() -> None:
    found = runs(Check("missing", D(0), 2), week("1", None, None, "1", None, "1", "1"), DAYS)
    assert [(run.first.day, run.last.day, run.value) for run in found] == [(2, 3, None)]
