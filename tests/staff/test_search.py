"""Ctrl-K over several stores."""

import datetime as dt

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, GroupDeal
from staff.models import Member
from staff.roles import Level
from stores.models import GroupSite
from tests.world import World


def test_search_finds_things_of_every_store_of_mine_the_one_looked_at_first(world: World, client: Client) -> None:
    day, noon = dt.date(2026, 11, 11), dt.datetime(2026, 11, 11, 4, tzinfo=dt.UTC)
    times = {"created_at": noon, "opens_at": noon, "closes_at": noon + dt.timedelta(hours=2)}
    for store, name in ((world.other, "双11 预热"), (world.store, "双11 主场")):
        campaign = Campaign.objects.create(store=store, name=name, first_day=day, last_day=day)
        site = GroupSite.objects.create(store=store, name=f"聚 {store.slug}")
        GroupDeal.objects.create(store=store, site=site, campaign=campaign, name=name, **times)
    Member.objects.create(user=world.alice, store=world.other, level=Level.CLIENT)  # sees its figures, not its goods

    def found(text: str) -> list[tuple[str, str]]:
        page = client.get(reverse("search"), {"q": text, "store": "lotus"})
        return [(hit.label, hit.note) for name, hits in page.context["groups"] for hit in hits]

    client.force_login(world.alice)
    assert found("双11") == [("双11 主场", "2026-11-11"), ("双11 主场", "聚 lotus")]
    Member.objects.filter(user=world.alice).update(level=Level.OWNER)
    other = f" · {world.other.name}"
    campaigns = [("双11 主场", "2026-11-11"), ("双11 预热", f"2026-11-11{other}")]
    deals = [("双11 主场", "聚 lotus"), ("双11 预热", f"聚 {world.other.slug}{other}")]
    assert found("双11") == campaigns + deals
    assert found("聚 lotus") == [("双11 主场", "聚 lotus")]
