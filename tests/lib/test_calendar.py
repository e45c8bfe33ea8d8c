"""The calendar that ships, against lists written by hand and against the package that knows the notices."""

import datetime as dt

import holidays
import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from opsplan.lib.almanac import NOTICES, black_friday, easter, lunar, qingming
from opsplan.lib.calendar import SHIPPED, Calendar, DayChange, Event, Kind, federal, has_notice
from opsplan.lib.periods import Period

D = dt.date.fromisoformat

# as the State Council announced them
MAKEUP = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
DAYS_OFF = {2024: 1 + 8 + 3 + 5 + 3 + 3 + 7, 2025: 1 + 8 + 3 + 5 + 3 + 8, 2026: 3 + 9 + 3 + 5 + 3 + 3 + 7}


def days_of(year: int, kind: Kind) -> list[dt.date]:
    return [day for day in Period(dt.date(year, 1, 1), dt.date(year, 12, 31)) if SHIPPED.kind_of(day) is kind]


@pytest.mark.parametrize("year", MAKEUP)
def test_the_worked_weekend_days_are_those_of_the_notice(year: int) -> None:
    assert [f"{day:%m-%d}" for day in days_of(year, Kind.MAKEUP)] == MAKEUP[year].split()


@pytest.mark.parametrize("year", DAYS_OFF)
def test_the_days_off_are_as_many_as_the_notice_gives(year: int) -> None:
    assert len(days_of(year, Kind.STATUTORY)) == DAYS_OFF[year]


@pytest.mark.parametrize(
    ("day", "kind", "holiday"),
    [
        ("2026-02-15", Kind.STATUTORY, "spring_festival"),  # a Sunday inside the holiday
        ("2026-02-23", Kind.STATUTORY, "spring_festival"),
        ("2026-02-24", Kind.WORKING, ""),
        ("2026-02-28", Kind.MAKEUP, ""),  # a Saturday
        ("2026-03-01", Kind.WEEKEND, ""),
        ("2025-10-06", Kind.STATUTORY, "national_day"),  # Mid-Autumn inside the golden week
        ("2024-02-09", Kind.WORKING, ""),  # New Year's Eve was no day off that year
    ],
)
def test_a_day_has_its_kind(day: str, kind: Kind, holiday: str) -> None:
    assert (SHIPPED.kind_of(D(day)), SHIPPED.holiday(D(day))) == (kind, holiday)


@pytest.mark.parametrize("year", NOTICES)
def test_the_table_says_what_the_holidays_package_says(year: int) -> None:
    known = holidays.country_holidays("CN", years=year)
    for day in Period(dt.date(year, 1, 1), dt.date(year, 12, 31)):
        assert SHIPPED.works(day) == known.is_working_day(day), day


def test_a_year_without_a_notice_knows_the_legal_days_only() -> None:
    assert not has_notice(2027)
    known = " ".join(f"{day:%m-%d}" for day in days_of(2027, Kind.STATUTORY))
    assert known == "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03"
    assert days_of(2027, Kind.MAKEUP) == []


def test_beyond_the_tables_of_the_moon_only_fixed_days_are_known() -> None:
    free = " ".join(f"{day:%m-%d}" for day in days_of(2051, Kind.STATUTORY))
    assert free == "01-01 05-01 05-02 10-01 10-02 10-03"
    moving = {"spring_festival", "new_year_goods", "qingming", "mid_autumn"}
    known = [{event.key for event in SHIPPED.events(year)} for year in (1999, 2000, 2050, 2051)]
    assert [moving & keys for keys in known] == [set(), moving, moving, set()]
    assert all("double_11" in keys for keys in known)
    assert SHIPPED.holiday(D("2050-01-23")) == "spring_festival"


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2024, "02-10 02-24 06-10 08-10 09-17 10-11"),
        (2025, "01-29 02-12 05-31 08-29 10-06 10-29"),
        (2026, "02-17 03-03 06-19 08-19 09-25 10-18"),
        (2027, "02-06 02-20 06-09 08-08 09-15 10-08"),
    ],
)
def test_the_lunar_days_fall_where_they_should(year: int, days: str) -> None:
    found = {event.key: f"{event.day:%m-%d}" for event in SHIPPED.events(year)}
    keys = ("spring_festival", "lantern", "dragon_boat", "qixi", "mid_autumn", "double_ninth")
    assert [found[key] for key in keys] == days.split()


def test_the_moon_agrees_with_the_holidays_package_for_fifty_years() -> None:
    known = _ChineseLunisolar()
    for year in range(2000, 2051):
        assert lunar(year, 1, 1) == known.lunar_new_year_date(year)[0]
        assert lunar(year, 5, 5) == known.dragon_boat_date(year)[0]
        assert lunar(year, 8, 15) == known.mid_autumn_date(year)[0]
        assert lunar(year, 9, 9) == known.double_ninth_date(year)[0]
        assert qingming(year) == known.qingming_date(year)[0]


@pytest.mark.parametrize(
    ("day", "n", "found"),
    [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-24", -1, "2026-02-14"),
        ("2026-02-17", 0, "2026-02-24"),
        ("2026-02-24", 0, "2026-02-24"),
    ],
)
def test_working_days_are_added_over_the_holiday(day: str, n: int, found: str) -> None:
    assert SHIPPED.add_working_days(D(day), n) == D(found)


@pytest.mark.parametrize(
    ("day", "event", "label"),
    [
        ("2026-11-04", "double_11", "D-7"),
        ("2026-11-11", "double_11", "D"),
        ("2026-02-18", "spring_festival", "D+1"),
        ("2025-10-06", "national_day", "D+5"),  # Mid-Autumn too, but the golden week is the greater event
        ("2025-10-29", "double_11", "D-13"),  # the Double Ninth moves no sales
    ],
)
def test_a_day_knows_how_far_it_is_from_its_event(day: str, event: str, label: str) -> None:
    found = SHIPPED.event_offset(D(day))
    assert found
    assert (found.event.key, found.label) == (event, label)


def test_an_ordinary_day_belongs_to_no_event() -> None:
    assert SHIPPED.event_offset(D("2026-07-01")) is None


@pytest.mark.parametrize(
    ("day", "years", "like"),
    [
        ("2026-02-17", -1, "2025-01-29"),  # Spring Festival
        ("2026-02-16", -1, "2025-01-28"),
        ("2026-02-01", -1, "2025-01-13"),  # D-16
        ("2026-03-03", -1, "2025-02-12"),  # Lantern Festival, D+14
        ("2025-01-29", -1, "2024-02-10"),
        ("2027-02-06", -1, "2026-02-17"),
        ("2027-02-06", -3, "2024-02-10"),
        ("2025-01-29", 1, "2026-02-17"),
        ("2026-11-04", -1, "2025-11-04"),  # Double 11, D-7
        ("2024-11-11", 3, "2027-11-11"),
        ("2026-09-09", -1, "2025-09-09"),
        ("2027-06-09", -1, "2026-06-09"),  # Dragon Boat lies inside 618, which is the greater event
        ("2026-07-01", -1, "2025-07-02"),  # ordinary: Wednesday and Wednesday
        ("2026-09-25", -1, None),  # Mid-Autumn fell into the golden week of 2025
        ("2026-01-12", -1, None),  # 52 weeks before, the festival rush had begun
    ],
)
def test_a_day_meets_its_like_of_another_year(day: str, years: int, like: str | None) -> None:
    assert SHIPPED.align(D(day), years) == (D(like) if like else None)


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_no_day_is_met_twice(year: int) -> None:
    found = [SHIPPED.align(day) for day in Period(dt.date(year, 1, 1), dt.date(year, 12, 31))]
    known = [day for day in found if day]
    assert len(known) == len(set(known)) > 300


def test_what_a_store_changes_lies_over_what_ships() -> None:
    own = Event("double_11", "双11", D("2026-11-10"), 1, 1, 3)
    off = DayChange(Kind.STATUTORY, "店庆休息")
    mine = Calendar({D("2026-03-02"): off}, {("double_11", 2026): own, ("love_520", 2026): None})
    assert (mine.kind_of(D("2026-03-02")), mine.holiday(D("2026-03-02"))) == (Kind.STATUTORY, "店庆休息")
    assert mine.align(D("2026-11-10")) == D("2025-11-11")
    assert "love_520" not in {event.key for event in mine.events(2026)}
    assert "love_520" in {event.key for event in mine.events(2025)}


def test_the_next_big_sale_may_lie_in_the_next_year() -> None:
    assert [SHIPPED.next_big(D(day)).key for day in ("2026-11-11", "2026-11-12", "2026-12-13")] == [
        "double_11",
        "double_12",
        "new_year_goods",
    ]


def test_sales_are_the_platforms_and_the_shops_own_and_touch_a_period_by_any_of_their_days() -> None:
    own = Event("anniversary", "店庆", D("2026-10-02"), 0, 0, 2, "own")
    found = Calendar(events={("anniversary", 2026): own}).sales_in(Period(D("2026-10-01"), D("2026-10-14")))
    assert [event.key for event in found] == ["anniversary", "double_11"]  # not National Day, though it moves sales


def test_a_day_knows_the_events_whose_peak_it_is_and_those_set_by_hand() -> None:
    day = dt.date(2026, 11, 11)
    here = Calendar(events={("ours", 2026): Event("ours", "Ours", day), ("double_11", 2026): None})
    for calendar in (SHIPPED, here):
        by_hand = [x for x in calendar.events(2026) if x.day == day]
        assert list(calendar.peaks(day)) == by_hand
    assert [x.key for x in here.peaks(day)] == ["ours"]
    assert not here.peaks(dt.date(2026, 7, 15))


def test_a_small_event_moves_its_days_too_and_a_name_alone_none() -> None:
    named = Calendar(events={("ours", 2026): Event("ours", "Ours", D("2026-07-15"), rank=0)})
    found = {day: named.event_offset(D(day)) for day in ("2026-02-13", "2026-05-18", "2026-07-15")}
    told = {day: offset and (offset.event.key, offset.days) for day, offset in found.items()}
    assert told == {"2026-02-13": ("spring_festival", -4), "2026-05-18": ("love_520", -2), "2026-07-15": None}


def test_the_public_holidays_of_the_us_are_those_of_the_holidays_package() -> None:
    for year in range(2010, 2041):
        known = {day for day in holidays.US(years=[year]) if day.year == year}
        assert set(federal(year)) == known, year


def test_easter_and_black_friday_fall_where_the_holidays_package_says() -> None:
    known = holidays.US(years=range(2000, 2051))
    thanksgiving = sorted(known.get_named("Thanksgiving Day"))
    assert [black_friday(year) for year in range(2000, 2051)] == [x + dt.timedelta(days=1) for x in thanksgiving]
    fridays = holidays.UnitedKingdom(years=range(2000, 2051)).get_named("Good Friday")
    assert [easter(year) for year in range(2000, 2051)] == sorted(x + dt.timedelta(days=2) for x in fridays)
