"""The calendar page: events moved, added and taken off, days set; for one store or for all; and its REST."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.test import Client

from kpis.queries import version
from opsplan.lib.calendar import SHIPPED, Kind
from staff.services import create_token
from stores.calendars import calendar_of, calendar_of_all, sales_calendar, set_event
from stores.models import CalendarEvent, Store
from tests.world import World

PAGE = "/s/lotus/settings/calendar/"
MOVED = {"key": "double_11", "name": "Double 11", "day": "2026-11-10", "before": 20, "after": 2}


@pytest.fixture
def mia(world: World, client: Client) -> Client:
    client.force_login(world.mia)
    client.cookies["django_language"] = "en"
    return client


def test_the_page_shows_the_year_it_is_asked_for(mia: Client) -> None:
    text = mia.get(PAGE, {"year": "2026"}).content.decode()
    assert "2026-02-17" in text
    assert "02-15 – 02-23" in text
    assert "01-04、02-14、02-28" in text


def test_an_event_is_moved_for_one_store_only(world: World, mia: Client) -> None:
    before = version(world.store)
    assert mia.post(f"{PAGE}event/", MOVED).status_code == 302
    event = next(e for e in calendar_of(world.store).events(2026) if e.key == "double_11")
    assert (str(event.day), event.before, event.after, event.rank, event.source) == ("2026-11-10", 20, 2, 3, "store")
    assert calendar_of(world.other).align(dt.date(2026, 11, 11)) == dt.date(2025, 11, 11)
    assert calendar_of(world.store).align(dt.date(2026, 11, 10)) == dt.date(2025, 11, 11)
    assert version(world.store) > before
    assert LogEntry.objects.filter(object_repr="Double 11 2026", additional_data__stores__has_key=str(world.store.pk))


def test_an_event_of_our_own_comes_every_year_it_is_entered(world: World, mia: Client) -> None:
    for day in ("2025-08-01", "2026-08-06"):
        mia.post(f"{PAGE}event/", {"name": "店庆", "day": day, "before": 2, "after": 1})
    assert calendar_of(world.store).align(dt.date(2026, 8, 5)) == dt.date(2025, 7, 31)


def test_an_event_taken_off_can_be_put_back(world: World, mia: Client) -> None:
    off = {"key": "love_520", "year": "2026"}
    mia.post(f"{PAGE}event/off/", off)
    day = dt.date(2026, 5, 20)
    assert calendar_of(world.store).event_offset(day) is None
    assert "已取消" in mia.get(PAGE, {"year": "2026"}).content.decode()
    mia.post(f"{PAGE}event/off/", off | {"restore": "1"})
    assert calendar_of(world.store).event_offset(day) == SHIPPED.event_offset(day)


def test_a_day_is_set_and_taken_back(world: World, mia: Client) -> None:
    day = {"day": "2027-02-11", "kind": "statutory", "name": "Spring Festival"}
    mia.post(f"{PAGE}day/", day)
    assert calendar_of(world.store).kind_of(dt.date(2027, 2, 11)) is Kind.STATUTORY
    mia.post(f"{PAGE}day/", {"day": "2027-02-11"})
    assert calendar_of(world.store).kind_of(dt.date(2027, 2, 11)) is Kind.WORKING


@pytest.mark.parametrize(
    ("field", "value"), [("day", "tomorrow"), ("before", "61"), ("name", ""), ("day", "1999-01-01")]
)
def test_it_refuses_what_makes_no_sense(mia: Client, field: str, value: str) -> None:
    assert mia.post(f"{PAGE}event/", MOVED | {field: value}).status_code == 422
    assert not CalendarEvent.objects.exists()


def test_only_an_administrator_speaks_for_all_stores(world: World, mia: Client) -> None:
    assert mia.post(f"{PAGE}event/", MOVED | {"everywhere": "on"}).status_code == 403
    world.mia.is_superuser = True
    world.mia.save()
    mia.post(f"{PAGE}event/", MOVED | {"everywhere": "on"})
    assert [calendar_of(x).align(dt.date(2026, 11, 10)) for x in (world.store, world.other)] == [
        dt.date(2025, 11, 11)
    ] * 2


def test_the_store_has_the_last_word(world: World, mia: Client) -> None:
    CalendarEvent.objects.create(key="double_11", year=2026, name="Double 11", day=dt.date(2026, 11, 12))
    mia.post(f"{PAGE}event/", MOVED)
    days = [next(str(e.day) for e in calendar_of(x).events(2026) if e.key == "double_11") for x in (world.store, None)]
    assert days == ["2026-11-10", "2026-11-12"]


def test_rest_tells_days_and_events(world: World) -> None:
    key = create_token(world.vera, "key", "read", [world.store])[1]
    api = Client(headers={"authorization": f"Bearer {key}"})
    told = api.get("/api/v1/stores/lotus/calendar", {"from": "2026-02-14", "to": "2026-02-17"}).json()
    assert [day["kind"] for day in told["days"]] == ["makeup", "statutory", "statutory", "statutory"]
    assert told["days"][-1] == {
        "day": "2026-02-17", "kind": "statutory", "holiday": "spring_festival", "event": "spring_festival",
        "offset": 0, "last_year": "2025-01-29",
    }  # fmt: skip
    assert {event["key"] for event in told["events"]} >= {"spring_festival", "valentine"}
    assert api.get("/api/v1/stores/lotus/calendar", {"from": "2026-02-30"}).status_code == 422


def keys_of(world: World, currency: str, timezone: str) -> tuple[set[str], bool]:
    """The sales of 2026 and whether the National Day is off, of a store that counts in `currency`."""
    world.store.currency, world.store.timezone = currency, timezone
    found = calendar_of(world.store)
    return {e.key for e in found.events(2026) if e.is_sale}, found.kind_of(dt.date(2026, 10, 1)) is Kind.STATUTORY


def test_a_store_has_the_events_of_its_buyers_and_the_days_off_of_its_clock(world: World) -> None:
    west = {"black_friday", "christmas"}
    world.store.platform = "shopify"
    assert keys_of(world, "USD", "America/Los_Angeles") == (west, False)
    assert keys_of(world, "EUR", "Europe/Berlin") == (west, False)
    assert keys_of(world, "USD", "Asia/Shanghai") == (west, True)  # a team in China that sells abroad
    assert keys_of(world, "SGD", "Asia/Singapore") == (west | {"sale_99", "double_11", "double_12"}, False)
    assert {"double_11", "mid_year_618"} <= keys_of(world, "CNY", "Asia/Shanghai")[0]


def test_buyers_in_the_us_have_its_holidays_and_amazon_s_its_own_sales(world: World) -> None:
    """The team goes by its clock, buyers by their currency; what Amazon announced otherwise is moved by the store."""
    store = world.store
    store.currency, store.timezone, store.platform = "USD", "America/New_York", "amazon"
    observed, monday = dt.date(2026, 7, 3), dt.date(2026, 9, 7)  # 4 July is a Saturday
    of = calendar_of(store)
    assert [(of.kind_of(x), of.holiday(x)) for x in (observed, monday, dt.date(2026, 10, 1))] == [
        (Kind.STATUTORY, "independence_day"), (Kind.STATUTORY, "us_labor_day"), (Kind.WORKING, ""),
    ]  # fmt: skip
    big = {e.key: f"{e.period.first:%m-%d} {e.period.last:%m-%d}" for e in of.events(2025) if e.is_big}
    assert big == {
        "prime_day": "07-08 07-11", "prime_deals": "10-07 10-08", "black_friday": "11-24 12-01",
        "christmas": "12-11 12-26",
    }  # fmt: skip
    assert [e.key for e in of.peaks(dt.date(2026, 11, 30))] == ["cyber_monday"]
    set_event(store, "prime_day", "Prime Day", dt.date(2026, 6, 23), 0, 3)
    assert calendar_of(store).align(dt.date(2026, 6, 24)) == dt.date(2025, 7, 9)
    store.timezone = "Asia/Shanghai"
    assert (calendar_of(store).kind_of(monday), sales_calendar(store).kind_of(monday)) == (Kind.WORKING, Kind.STATUTORY)


def test_what_is_moved_for_all_stores_moves_where_it_is_kept(world: World) -> None:
    CalendarEvent.objects.create(key="double_11", year=2026, name="Double 11", day=dt.date(2026, 11, 12))
    CalendarEvent.objects.create(key="black_friday", year=2026, name="Black Friday", day=dt.date(2026, 11, 20))
    world.store.currency = "USD"
    days = {e.key: f"{e.day:%m-%d}" for e in calendar_of(world.store).events(2026) if e.is_big}
    assert days == {"black_friday": "11-20", "christmas": "12-25"}


def test_a_store_abroad_compares_its_sale_days_with_those_of_last_year(world: World) -> None:
    world.store.currency = "USD"
    assert calendar_of(world.store).align(dt.date(2026, 11, 27)) == dt.date(2025, 11, 28)
    assert calendar_of(world.store).align(dt.date(2026, 11, 11)) == dt.date(2025, 11, 12)  # the same weekday


def test_a_page_about_several_stores_goes_by_the_buyers_they_have_in_common(world: World) -> None:
    shanghai, dollars = Store(currency="CNY"), Store(currency="USD")
    kept = [calendar_of_all(stores).main_sale for stores in ([dollars, dollars], [shanghai, dollars], [shanghai], [])]
    assert kept == ["black_friday", "double_11", "double_11", "double_11"]
