"""A later change of a campaign and its sister in another store: shown, and carried over only when somebody says so."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from time_machine import travel

from campaigns import carrying, sisters
from campaigns.models import Campaign
from staff.models import Member, User
from stores.models import Store
from tests.campaigns.shop import FIRST, LAST, campaign, ladder, product
from tests.world import World

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.fixture
def pair(world: World) -> tuple[Campaign, Campaign]:
    """The campaign with cream at 80 and a ladder, and its sister in the other store, which has cream, too."""
    made = campaign(world.store, (product(world.store, "cream", 10000), 8000), terms_shown="满129减15")
    ladder(made, (12900, 1500))
    product(world.other, "cream", 10000)
    return made, sisters.spread(made, world.other).campaign


def keys(pair: tuple[Campaign, Campaign]) -> list[str]:
    return [one.key for one in carrying.differences(*pair)]


def test_a_sister_begins_with_nothing_that_differs(pair: tuple[Campaign, Campaign]) -> None:
    assert keys(pair) == []


def test_only_what_is_chosen_is_carried_over(world: World, pair: tuple[Campaign, Campaign]) -> None:
    made, sister = pair
    made.items.update(price_fen=7600, quantity=50)
    made.offers.update(terms={"steps": [{"at": 12900, "off_fen": 1000}]})
    made.plan_b.create(trigger="weak", limit=50, answer="加券")
    made.theme = "年终"
    made.save()
    assert keys(pair) == ["theme", "item:cream", "offer:reduction::0", "plan_b"]
    told = {one.key: (one.here, one.there) for one in carrying.differences(*pair)}
    assert told["item:cream"] == ("¥76 · 50 pieces in all", "¥80")
    carrying.carry(made, sister, ["item:cream", "plan_b"], world.alice)
    assert keys(pair) == ["theme", "offer:reduction::0"]
    carrying.carry(made, sister, ["theme", "offer:reduction::0"], world.alice)
    sister.refresh_from_db()
    assert keys(pair) == []
    assert (sister.offers.count(), sister.items.get().price_fen) == (1, 7600)


def test_days_carried_over_are_told_as_touched_and_phases_follow(world: World, pair: tuple[Campaign, Campaign]) -> None:
    made, sister = pair
    made.first_day, made.last_day = FIRST + dt.timedelta(days=1), LAST + dt.timedelta(days=1)
    made.save()
    [span] = carrying.carry(made, sister, ["days"], world.alice)
    assert (span.first, span.last) == (FIRST, LAST + dt.timedelta(days=1))
    sister.refresh_from_db()
    assert sister.first_day == made.first_day


def test_the_guard_of_the_other_store_holds(world: World, pair: tuple[Campaign, Campaign]) -> None:
    made, sister = pair
    Campaign.objects.filter(pk=sister.pk).update(state="approved")
    made.items.update(price_fen=5000)
    with pytest.raises(ValidationError, match="Below what is allowed"):
        carrying.carry(made, sister, ["item:cream"], world.alice)
    assert sister.items.get().price_fen == 8000


def test_prices_and_offers_stay_where_they_are_counted(world: World, pair: tuple[Campaign, Campaign]) -> None:
    made, sister = pair
    abroad = Store.objects.create(slug="abroad", name="Abroad", currency="USD")
    Member.objects.create(store=abroad, user=world.alice, level="owner")
    product(abroad, "cream", 10000)
    assert abroad not in sisters.addable(made, world.alice)
    with pytest.raises(ValidationError, match="counts in USD"):
        sisters.spread(made, abroad)
    made.items.update(price_fen=7600)
    Store.objects.filter(pk=world.other.pk).update(currency="USD")
    with pytest.raises(ValidationError, match="counts in USD"):
        carrying.carry(made, sister, ["item:cream"], world.alice)


def test_what_does_not_differ_any_more_and_a_sister_that_is_over_are_refused(
    world: World, pair: tuple[Campaign, Campaign]
) -> None:
    made, sister = pair
    with pytest.raises(ValidationError, match="look again"):
        carrying.carry(made, sister, ["theme"], world.alice)
    Campaign.objects.filter(pk=sister.pk).update(state="ended")
    with pytest.raises(ValidationError, match="is over"):
        carrying.carry(made, sister, ["theme"], world.alice)


def test_the_page_shows_the_difference_and_only_who_plans_in_both_carries(
    client: Client, world: World, pair: tuple[Campaign, Campaign]
) -> None:
    made, sister = pair
    made.items.update(price_fen=7600)
    User.objects.filter(pk=world.mia.pk).update(language="en")
    client.force_login(world.mia)
    url = reverse("campaign_carry", args=["lotus", made.pk, sister.pk])
    assert client.get(url).status_code == 404  # she does not know the other store
    member = Member.objects.create(store=world.other, user=world.mia, level="viewer")
    assert "¥76" in client.get(url).content.decode()
    assert client.post(url, {"what": ["item:cream"]}).status_code == 403
    Member.objects.filter(pk=member.pk).update(level="manager")
    assert "Carried over" in client.post(url, {"what": ["item:cream"]}, follow=True).content.decode()
    assert sister.items.get().price_fen == 7600
