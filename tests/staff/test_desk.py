"""The service desk per person: sums of what was told, rates from sums, nothing where nobody told it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from opsplan.lib.periods import Period
from staff import desk
from staff.models import DeskDay, User
from staff.services import create_token
from tests.staff.tasks import SUNDAY, at, give
from tests.world import World

SATURDAY = SUNDAY - dt.timedelta(days=1)
WEEKEND = Period(SATURDAY, SUNDAY)


@pytest.fixture
def shop(world: World) -> World:
    give(world.store, world.bob, "service")
    give(world.store, world.vera, "service")
    with at("2026-11-22 18:00"):
        yield world


def tell(world: World, user: User, day: dt.date, **told: object) -> DeskDay | None:
    return desk.set_day(world.store, user, day, told, world.mia)


def test_rates_come_from_sums_and_the_response_is_weighed_by_buyers(shop: World) -> None:
    tell(shop, shop.bob, SATURDAY, received=100, enquiries=80, converted=40, response_s="20", rated=10, good=10)
    tell(shop, shop.bob, SUNDAY, received=300, enquiries=20, converted=20, response_s="40", rated=30, good=27)
    (bob,), every = desk.figures(shop.store, WEEKEND)
    assert (bob.received, bob.enquiries, bob.converted, bob.days) == (400, 100, 60, 2)
    assert (bob.conversion, bob.response_s, bob.good_rate) == (Decimal("0.6"), Decimal("35.0"), Decimal("0.925"))
    assert every.conversion == bob.conversion


def test_a_day_without_one_of_its_numbers_is_no_part_of_the_rate(shop: World) -> None:
    tell(shop, shop.bob, SATURDAY, enquiries=80, converted=40)
    tell(shop, shop.bob, SUNDAY, enquiries=100)
    (bob,), _every = desk.figures(shop.store, WEEKEND)
    assert (bob.enquiries, bob.conversion, bob.received, bob.good_rate) == (180, Decimal("0.5"), None, None)


def test_people_stand_by_how_many_they_received(shop: World) -> None:
    tell(shop, shop.bob, SUNDAY, received=10)
    tell(shop, shop.vera, SUNDAY, received=20)
    rows, every = desk.figures(shop.store, WEEKEND)
    assert ([x.user.username for x in rows], every.received, every.days) == (["vera", "bob"], 30, 1)


BAD = [
    ({"received": "-1"}, "received"),
    ({"received": "1.5"}, "received"),
    ({"received": "viel"}, "received"),
    ({"enquiries": "5", "converted": "6"}, "converted"),
    ({"received": "5", "enquiries": "6"}, "enquiries"),
    ({"rated": "5", "good": "6"}, "good"),
    ({"response_s": "nan"}, "response_s"),
]


@pytest.mark.parametrize(("told", "field"), BAD)
def test_what_cannot_be_is_refused_at_its_field(shop: World, told: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as problem:
        tell(shop, shop.bob, SUNDAY, **told)
    assert list(problem.value.message_dict) == [field]


def test_a_day_to_come_and_a_stranger_are_refused(shop: World) -> None:
    for user, day in ((shop.bob, SUNDAY + dt.timedelta(days=1)), (shop.charlie, SUNDAY)):
        with pytest.raises(ValidationError):
            tell(shop, user, day, received=1)


def test_telling_again_takes_the_place_and_telling_nothing_takes_it_away(shop: World) -> None:
    tell(shop, shop.bob, SUNDAY, received=10, rated=2)
    tell(shop, shop.bob, SUNDAY, received=12)
    assert list(DeskDay.objects.values_list("received", "rated")) == [(12, None)]
    assert tell(shop, shop.bob, SUNDAY) is None
    assert not DeskDay.objects.exists()


def test_the_page_takes_everybody_s_day_or_nobody_s(shop: World, client: Client) -> None:
    client.force_login(shop.bob)
    url, bob, vera = reverse("desk_save", args=["lotus"]), shop.bob.pk, shop.vera.pk
    bad = {"day": f"{SUNDAY}", f"received-{bob}": "10", f"received-{vera}": "x"}
    said = client.post(url, bad)
    assert (said.status_code, DeskDay.objects.count()) == (422, 0)
    assert 'value="x"' in said.content.decode()
    assert client.post(url, bad | {f"received-{vera}": "20"}).status_code == 302
    give(shop.store, shop.mia, "service")
    page = client.get(reverse("desk", args=["lotus"]))
    assert ">30</td>" in page.content.decode()
    assert page.context["people"][0][0] == shop.bob  # one's own fields first
    statistics = client.get(reverse("task_statistics", args=["lotus"])).content.decode()
    assert ">20</td>" in statistics


def test_the_list_is_a_file_too(shop: World, client: Client) -> None:
    tell(shop, shop.bob, SUNDAY, received=10, enquiries=4, converted=1)
    client.force_login(shop.bob)
    rows = client.get(reverse("desk", args=["lotus"]), {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert rows[1].startswith("bob,1,10,4,0.25")


def test_rest_reads_and_sets_a_day(shop: World) -> None:
    key = create_token(shop.bob, "key", "write", [shop.store])[1]
    client, url = Client(headers={"authorization": f"Bearer {key}"}), "/api/v1/stores/lotus/desk"
    told = {"day": f"{SUNDAY}", "user": "bob", "received": 10, "enquiries": 4, "converted": 1}
    assert client.post(url, told, "application/json").json()["received"] == 10
    assert client.post(url, told | {"user": "charlie"}, "application/json").status_code == 422
    answer = client.get(url).json()
    assert [(x["user"], x["conversion"]) for x in answer["people"]] == [("bob", "0.2500")]


def test_the_command_sets_a_day(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("enter_desk", "lotus", f"{SUNDAY}", "bob", "--received", "10", "--response_s", "18.5")
    assert capsys.readouterr().out == "lotus 2026-11-22 bob received=10 response_s=18.5\n"
    with pytest.raises(CommandError):
        call_command("enter_desk", "lotus", f"{SUNDAY}", "charlie", "--received", "10")
