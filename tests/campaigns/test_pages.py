import datetime as dt

import pytest
from django.test import Client
from time_machine import travel

from campaigns.forms import CampaignForm
from campaigns.models import Campaign
from kpis.models import StaleDay, StoreDay
from products.models import Product
from tests.world import World, at

FIRST, LAST = dt.date(2026, 6, 16), dt.date(2026, 6, 18)


def form(**changes: object) -> dict[str, object]:
    return {"name": "618", "first_day": "2026-06-16", "last_day": "2026-06-18", **changes}


def with_figures(world: World, *days: dt.date) -> None:
    for day in days:
        StoreDay.objects.create(store=world.store, day=day)


def stale() -> list[dt.date]:
    return list(StaleDay.objects.order_by("day").values_list("day", flat=True))


def test_a_campaign_marks_the_days_it_covers(mia: Client, world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A", title="霜")
    with_figures(world, dt.date(2026, 6, 15), FIRST, LAST, dt.date(2026, 6, 19))
    mia.post(at("campaign_new"), form(products=[cream.pk]))
    assert list(Campaign.objects.get().products.all()) == [cream]
    assert stale() == [FIRST, LAST]


def test_a_moved_campaign_marks_its_old_days_too(mia: Client, world: World) -> None:
    campaign = Campaign.objects.create(store=world.store, name="618", first_day=FIRST, last_day=LAST)
    with_figures(world, FIRST, dt.date(2026, 8, 1))
    mia.post(at("campaign_edit", campaign.pk), form(first_day="2026-08-01", last_day="2026-08-02"))
    assert stale() == [FIRST, dt.date(2026, 8, 1)]


def test_a_campaign_cannot_end_before_it_starts(mia: Client) -> None:
    answer = mia.post(at("campaign_new"), form(last_day="2026-06-01"))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"last_day"}
    assert 'value="618"' in answer.content.decode()


def test_days_left_empty_are_those_of_the_event(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """双11: from 28 days before the day to 3 after it. Past the 14th it is next year's."""
    found = []
    for today in ("2026-11-14", "2026-11-15"):
        monkeypatch.setenv("OPSPLAN_TODAY", today)
        for typed in ({}, {"first_day": "2026-11-10", "last_day": "2026-11-11"}):
            told = CampaignForm({"name": "大促", "event": "double_11", **typed}, store=world.store)
            assert told.is_valid()
            found.append([f"{told.instance.first_day}", f"{told.instance.last_day}"])
    typed = ["2026-11-10", "2026-11-11"]
    assert found == [["2026-10-14", "2026-11-14"], typed, ["2027-10-14", "2027-11-14"], typed]
    option = str(CampaignForm(store=world.store)["event"])
    assert 'data-first="2027-10-14" data-last="2027-11-14" data-rules="double11"' in option
    assert CampaignForm({"name": "大促"}, store=world.store).errors.keys() == {"first_day", "last_day"}


def test_the_same_name_and_start_is_refused_beside_the_name(mia: Client, world: World) -> None:
    Campaign.objects.create(store=world.store, name="618", first_day=FIRST, last_day=LAST)
    answer = mia.post(at("campaign_new"), form())
    assert answer.context["form"].errors.keys() == {"name"}


def test_a_campaign_is_deleted_only_by_its_name(mia: Client, world: World) -> None:
    campaign = Campaign.objects.create(store=world.store, name="618", first_day=FIRST, last_day=LAST)
    with_figures(world, FIRST)
    assert mia.post(at("campaign_delete", campaign.pk), {"name": "611"}).status_code == 422
    mia.post(at("campaign_delete", campaign.pk), {"name": "618"})
    assert not Campaign.objects.exists()
    assert stale() == [FIRST]


@travel("2026-06-17 20:00:00+00:00", tick=False)  # 06-18 in Shanghai: the last day still runs
def test_running_coming_and_past_are_told_by_the_store_day(mia: Client, world: World) -> None:
    for name, first, last in (
        ("runs", FIRST, LAST),
        ("comes", dt.date(2026, 6, 19), dt.date(2026, 6, 20)),
        ("gone", FIRST, dt.date(2026, 6, 17)),
    ):
        Campaign.objects.create(store=world.store, name=name, first_day=first, last_day=last)
    found = {s: [c.name for c in mia.get(at("campaigns"), {"state": s}).context["page"]] for s in STATES}
    assert found == {"running": ["runs"], "coming": ["comes"], "past": ["gone"]}


STATES = ("running", "coming", "past")


def test_a_product_of_another_store_cannot_be_chosen(mia: Client, world: World) -> None:
    theirs = Product.objects.create(store=world.other, code="X", title="x")
    answer = mia.post(at("campaign_new"), form(products=[theirs.pk]))
    assert answer.context["form"].errors.keys() == {"products"}
    assert not Campaign.objects.exists()


def test_a_member_sees_campaigns_and_may_not_change_them(client: Client, world: World) -> None:
    client.force_login(world.bob)
    Campaign.objects.create(store=world.store, name="618", first_day=FIRST, last_day=LAST)
    assert at("campaign_new") not in client.get(at("campaigns")).content.decode()
    assert client.post(at("campaign_new"), form()).status_code == 403


def test_a_stranger_finds_nothing(client: Client, world: World) -> None:
    client.force_login(world.charlie)
    assert client.get(at("campaigns")).status_code == 404
