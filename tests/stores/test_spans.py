import datetime as dt

import pytest
from django.http import QueryDict
from django.utils import translation

from kpis.comparisons import COMPARISONS
from opsplan.lib.calendar import SHIPPED, Calendar, Event
from opsplan.lib.periods import Period
from stores.spans import festivals_before, later, span_from, stepped

TODAY = dt.date(2026, 11, 22)  # a Sunday


def days(first: str, last: str) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("7d", "2026-11-15", "2026-11-21"),
        ("30d", "2026-10-23", "2026-11-21"),
        ("week", "2026-11-16", "2026-11-21"),
        ("month", "2026-11-01", "2026-11-21"),
        ("quarter", "2026-10-01", "2026-11-21"),
        ("year", "2026-01-01", "2026-11-21"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_preset_ends_with_the_last_closed_day(preset: str, first: str, last: str) -> None:
    assert span_from({"period": preset}, TODAY).period == days(first, last)


def test_a_period_that_begins_today_is_today() -> None:
    assert span_from({"period": "week"}, dt.date(2026, 11, 16)).period == days("2026-11-16", "2026-11-16")


def test_nothing_asked_is_this_month_and_on_its_first_day_the_last_thirty() -> None:
    assert span_from({}, TODAY).preset == "month"
    assert span_from({}, dt.date(2026, 12, 1)).period == days("2026-11-01", "2026-11-30")


def test_two_typed_days_are_a_period_even_without_its_name() -> None:
    span = span_from({"from": "2025-11-01", "to": "2025-11-11"}, TODAY)
    assert (span.preset, span.period, span.error) == ("custom", days("2025-11-01", "2025-11-11"), "")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-11", "2026-11-01", "ends before it starts"),
        ("2026-13-01", "2026-11-01", "Give both days"),
        ("2026-11-01", "", "Give both days"),
        ("2020-01-01", "2026-01-01", "three years"),
        ("1999-12-31", "2000-01-05", "three years"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_usual_period_stands(first: str, last: str, said: str) -> None:
    with translation.override("en"):
        span = span_from({"period": "custom", "from": first, "to": last}, TODAY)
    assert said in span.error
    assert span.period == days("2026-11-01", "2026-11-21")


def test_an_unknown_preset_is_told() -> None:
    with translation.override("en"):
        assert span_from({"period": "fortnight"}, TODAY).error == "Unknown period “fortnight”."


@pytest.mark.parametrize(
    ("preset", "before", "after"),
    [
        ("yesterday", "2026-11-20 2026-11-20", ""),
        ("7d", "2026-11-08 2026-11-14", ""),
        ("week", "2026-11-09 2026-11-15", ""),
        ("month", "2026-10-01 2026-10-31", ""),
        ("last_month", "2026-09-01 2026-09-30", "2026-11-01 2026-11-21"),
        ("last_quarter", "2026-04-01 2026-06-30", "2026-10-01 2026-11-21"),
        ("year", "2025-01-01 2025-12-31", ""),
    ],
)
def test_a_period_steps_to_its_neighbours(preset: str, before: str, after: str) -> None:
    span = span_from({"period": preset}, TODAY)
    found = later(span, TODAY)
    assert stepped(span.period, -1) == days(*before.split())
    assert found == (days(*after.split()) if after else None)


def test_a_typed_period_steps_by_its_length() -> None:
    assert stepped(days("2026-11-05", "2026-11-11"), -1) == days("2026-10-29", "2026-11-04")
    assert stepped(days("2026-02-01", "2026-02-28"), 1) == days("2026-03-01", "2026-03-31")


def test_the_usual_two_comparisons_are_on_until_the_url_says_otherwise() -> None:
    assert span_from({}, TODAY).compare == ("previous", "last_year")
    assert span_from({"compare": ""}, TODAY).compare == ()
    assert span_from({"compare": "last_year,nonsense"}, TODAY).compare == ("last_year",)
    assert span_from(QueryDict("compare=last_year&compare=previous"), TODAY).compare == ("previous", "last_year")
    every = "previous,same_days,last_year,last_year_weekday,last_year_event,target"
    assert span_from({"compare": every}, TODAY).compare == tuple(COMPARISONS) == tuple(every.split(","))


def test_the_query_string_says_the_same_span_again() -> None:
    span = span_from({"from": "2025-11-01", "to": "2025-11-11", "compare": "previous"}, TODAY)
    assert span.query() == "period=custom&from=2025-11-01&to=2025-11-11&compare=previous"
    assert span_from(QueryDict(span.query()), TODAY) == span


def test_a_big_sale_has_its_name_and_only_those_begun_are_offered() -> None:
    with translation.override("en"):
        assert span_from({"from": "2026-10-14", "to": "2026-11-14"}, TODAY).label(SHIPPED) == "Double 11 of 2026"
        assert span_from({"from": "2026-10-14", "to": "2026-11-13"}, TODAY).label(SHIPPED) == ""
        offered = [x.label for x in festivals_before(dt.date(2026, 7, 1), SHIPPED)]
    assert offered == [
        "618 of 2026", "3.8 Women's Day sale of 2026", "New-Year Goods Festival of 2026", "Double 12 of 2025",
        "Double 11 of 2025", "9.9 sale of 2025", "618 of 2025", "3.8 Women's Day sale of 2025",
        "New-Year Goods Festival of 2025",
    ]  # fmt: skip


def test_a_sale_of_the_store_is_offered_with_the_days_the_store_gave_it() -> None:
    own = Event("anniversary", "店庆", dt.date(2026, 6, 30), 1, 2, 2, "own")
    newest = festivals_before(dt.date(2026, 7, 1), Calendar(events={("anniversary", 2026): own}))[0]
    assert newest.period == days("2026-06-29", "2026-07-02")
    assert "店庆" in newest.label
