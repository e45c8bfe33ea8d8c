"""A month of the roster: filled at once, its hours by hand, what is not filled, on the page and as a file."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from opsplan.lib.periods import Period
from staff import roster, roster_month, shift_requests
from staff.models import Member, Notice, RosterWeek, Turn
from tests.staff.test_roster import DAY, shift
from tests.world import World, at

pytestmark = pytest.mark.django_db
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
WEEK, WORKDAYS = range(7), range(5)


@pytest.fixture
def shop(world: World):
    """Wednesday 21 October 2026; Bob serves, Mia serves and designs."""
    Member.objects.filter(user=world.bob).update(duties=["service"])
    Member.objects.filter(user=world.mia).update(duties=["service", "design"])
    with time_machine.travel("2026-10-21T00:00:00Z", tick=False):
        yield world


def hours(shop: World, **asked: bool) -> dict[str, tuple[int, Decimal]]:
    found = roster_month.month(shop.store, NOVEMBER.first, **asked)
    return {x.user.username: (x.turns, x.hours) for x in found.rows if x.turns}


def test_a_month_is_filled_at_once_and_a_second_time_changes_nothing(shop: World) -> None:
    early = shift(shop.store)
    people = {shop.bob.pk, shop.mia.pk}
    leave = shift_requests.ask_leave(shop.store, shop.bob, dt.date(2026, 11, 5), dt.date(2026, 11, 6))
    shift_requests.decide(shop.store, leave.pk, shop.mia, True)
    found = roster_month.fill(shop.store, people, early.pk, NOVEMBER, WORKDAYS)
    assert (len(found.made), found.kept, len(found.refused)) == (40, 0, 2)  # 21 days each, two of Bob's on leave
    again = roster_month.fill(shop.store, people, early.pk, NOVEMBER, WORKDAYS)
    assert (len(again.made), again.kept, Turn.objects.count()) == (0, 40, 40)
    assert hours(shop) == {"bob": (19, Decimal("161.50")), "mia": (21, Decimal("178.50"))}  # 8.5 hours each
    free = roster_month.fill(shop.store, {shop.mia.pk}, 0, Period(NOVEMBER.first, dt.date(2026, 11, 8)), WEEK)
    assert (len(free.gone), hours(shop)["mia"]) == (5, (16, Decimal("136.00")))


def test_a_night_belongs_to_the_day_it_begins_over_midnight_month_and_clock_change(shop: World) -> None:
    shop.store.timezone = "America/New_York"  # clocks go back in the night of 31 October to 1 November 2026
    shop.store.save()
    night = shift(shop.store, "夜班", "22:00", "06:00")
    early = shift(shop.store, "早班", "05:00", "09:00")
    days = Period(dt.date(2026, 10, 31), dt.date(2026, 11, 30))
    assert len(roster_month.fill(shop.store, {shop.bob.pk}, night.pk, days, WEEK).made) == 31
    october = roster_month.month(shop.store, dt.date(2026, 10, 5)).rows
    assert [x.hours for x in october if x.turns] == [Decimal(9)]  # an hour longer
    assert hours(shop) == {"bob": (30, Decimal(240))}
    beside = roster_month.fill(shop.store, {shop.bob.pk}, early.pk, NOVEMBER, WEEK)
    assert (len(beside.made), len(beside.refused)) == (0, 30)  # every night before ends at six


def test_what_is_not_filled_is_counted_and_who_has_left_keeps_the_hours(shop: World) -> None:
    early = shift(shop.store)
    roster.set_needs(early, {"service": 1, "design": 1})
    roster_month.fill(shop.store, {shop.bob.pk, shop.mia.pk}, early.pk, NOVEMBER, WEEK)
    assert roster_month.month(shop.store, NOVEMBER.first).missing == 0
    Member.objects.filter(user=shop.bob, store=shop.store).delete()
    found = roster_month.month(shop.store, NOVEMBER.first)
    assert found.missing == 30  # Mia fills one of the two places
    assert not any(x.has_left for x in found.rows)  # nothing of it was worked
    with time_machine.travel("2026-11-10T08:00:00Z", tick=False):
        found = roster_month.month(shop.store, NOVEMBER.first)
    assert found.missing == 21  # from the 10th on: the nine days before cannot be filled any more
    assert [(x.user, x.hours) for x in found.rows if x.has_left] == [(shop.bob, Decimal(85))]  # ten days


@pytest.mark.parametrize(
    ("people", "shift_id", "days", "weekdays"),
    [
        ([], 0, 30, WEEK),
        ([1], 0, 30, []),
        ([1], 999999, 30, WEEK),
        ([1], 0, 93, WEEK),
    ],
)
def test_what_cannot_be_filled_is_refused(shop: World, people, shift_id: int, days: int, weekdays) -> None:
    period = Period(NOVEMBER.first, NOVEMBER.first + (days - 1) * DAY)
    with pytest.raises(ValidationError):
        roster_month.fill(shop.store, [shop.bob.pk for _one in people], shift_id, period, weekdays)


def test_the_month_on_its_page_as_a_file_and_published(shop: World, client: Client) -> None:
    early = shift(shop.store)
    client.force_login(shop.mia)
    fill = {
        "month": "2026-11", "person": [shop.bob.pk], "shift": early.pk, "first": "2026-11-01", "last": "2026-11-30",
        "weekday": ["0", "1"],
    }  # fmt: skip
    refused = client.post(at("roster_month_fill"), fill | {"last": "2026-10-01"})
    assert (refused.status_code, refused.context["chosen"], Turn.objects.count()) == (422, [str(shop.bob.pk)], 0)
    assert client.post(at("roster_month_fill"), fill)["Location"].endswith("?month=2026-11")
    assert Turn.objects.filter(user=shop.bob).count() == 9  # five Mondays, four Tuesdays
    answer = client.get(at("roster_month"), {"month": "2026-11", "format": "csv"}).content.decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(answer))}
    assert (len(rows["bob"]), rows["bob"][2:5], rows["bob"][-2:]) == (34, ["", "早班", "早班"], ["9", "76.50"])
    bob = Client()
    bob.force_login(shop.bob)
    assert bob.get(at("roster_month"), {"month": "2026-11"}).context["month"].turns == 0
    assert bob.post(at("roster_month_publish"), {"month": "2026-11"}).status_code == 403
    for _twice in range(2):
        client.post(at("roster_month_publish"), {"month": "2026-11"})
    assert RosterWeek.objects.count() == 6  # 26 October to 6 December
    assert Notice.objects.filter(user=shop.bob).count() == 1
    assert bob.get(at("roster_month"), {"month": "2026-11"}).context["month"].turns == 9
    assert client.get(at("roster_month"), {"month": "rubbish"}).context["month"].period.first == dt.date(2026, 10, 1)
