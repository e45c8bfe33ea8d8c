import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from staff import duties
from staff.models import Member
from staff.roles import Duty
from tests.world import World


def test_every_duty_that_ships_says_what_it_is_responsible_for_in_both_languages() -> None:
    found = duties.shipped()
    assert {key for key, lines in found.items() if len(lines) >= 3} == set(Duty)
    assert all(x.zh and x.en and x.source for lines in found.values() for x in lines)


def test_people_wanted_are_held_against_people_there(world: World) -> None:
    Member.objects.filter(user=world.bob).update(duties=["service"])
    Member.objects.filter(user=world.vera).update(duties=["service"])  # a viewer does no work
    duties.set_plan(world.store, "service", 3)
    card = duties.card(world.store, "service")
    assert card is not None
    assert ([str(x) for x in card.people], card.wanted, card.missing) == (["bob"], 3, 2)


def test_a_duty_nobody_holds_is_covered_by_those_the_store_named(world: World) -> None:
    Member.objects.filter(user=world.mia).update(duties=["operations"])
    duties.set_plan(world.store, "promotion", 1, "operations")
    assert duties.covers(world.store) == {"promotion": "operations"}
    Member.objects.filter(user=world.bob).update(duties=["promotion"])
    assert duties.covers(world.store) == {}


def test_a_store_adds_a_duty_of_its_own_and_gives_it_to_somebody(world: World, client: Client) -> None:
    client.force_login(world.alice)
    client.post(reverse("duty_change", args=["lotus"]), {"do": "add", "name": "直播", "says": "每晚开播\n选品"})
    bob = Member.objects.get(user=world.bob)
    form = {"level": "member", "duties": ["service", "own:直播"]}
    client.post(reverse("member_edit", args=["lotus", bob.pk]), form)
    page = client.get(reverse("duty", args=["lotus", "own:直播"])).content.decode()
    assert "每晚开播" in page
    assert "bob" in page


def test_another_store_does_not_know_it(world: World) -> None:
    duties.add_duty(world.store, "直播")
    assert duties.card(world.other, "own:直播") is None
    with pytest.raises(ValidationError):
        duties.set_plan(world.other, "own:直播", 1)


def test_a_name_is_taken_once_and_a_duty_somebody_holds_stays(world: World) -> None:
    key = duties.add_duty(world.store, "直播").key
    with pytest.raises(ValidationError):
        duties.add_duty(world.store, " 直播 ")
    Member.objects.filter(user=world.bob).update(duties=[key])
    with pytest.raises(ValidationError):
        duties.drop_duty(world.store, key)
    Member.objects.filter(user=world.bob).update(duties=[])
    duties.drop_duty(world.store, key)
    assert duties.card(world.store, key) is None


def test_a_duty_speaks_the_reader_s_language(world: World) -> None:
    told = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            card = duties.card(world.store, "finance")
            assert card is not None
            told.append(card.lines[0])
    assert told == ["销售与资金到账的管理", "Manage sales and the money received for them"]


def test_a_member_reads_the_duties_and_changes_nothing(world: World, client: Client) -> None:
    client.force_login(world.bob)
    assert client.get(reverse("duties", args=["lotus"])).status_code == 200
    assert client.post(reverse("duty_change", args=["lotus"]), {"do": "add", "name": "x"}).status_code == 403
