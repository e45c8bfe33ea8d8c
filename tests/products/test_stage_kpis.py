"""What matters in each stage, and the heroes' own page."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from kpis.metrics import METRICS
from kpis.models import ProductDay, StoreDay
from products import stage_kpis
from products.lifecycle import STAGES, Thresholds
from products.models import ListPrice, Product, StageEvidence
from products.stage_kpis import goals
from tests.kpis.facts import line, march, order
from tests.products.stockroom import make_room
from tests.world import World

D = Decimal


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("role", ["", "traffic", "profit"])
def test_every_stage_and_role_has_five_or_six_kpis_that_exist(stage: str, role: str) -> None:
    found = stage_kpis.keys(stage, role)
    assert set(found) <= set(METRICS)
    assert len(set(found)) == len(found)
    assert 5 <= len(found) <= 6


def test_a_role_puts_its_kpis_first() -> None:
    assert stage_kpis.keys("growth", "profit")[:2] == ("gross_rate", "gross")
    assert stage_kpis.keys("maturity", "traffic")[:2] == ("uv", "cart_rate")


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("incubation", {"units": False, "cv": True, "stock": False}),
        ("growth", {"search_rank": True, "natural_share": None, "cv": True, "stock": False}),
        ("maturity", {"search_rank": True, "natural_share": None, "along": False, "stock": False}),
        ("decline", {}),
    ],
)
def test_the_goals_of_a_stage(stage: str, told: dict[str, bool | None]) -> None:
    found = goals(stage, {"units": D(29), "cv": D("0.30")}, 10, Thresholds(), (29, 30), (D("1.4"), D("1.5")))
    assert {x.key: x.holds for x in found} == told


def test_the_page_of_a_product_begins_with_what_matters_in_its_stage(client: Client, world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="面霜", stage="growth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSPLAN_TODAY", "2026-03-29")
        line(order(world.store, 5, "100"), "100", 2, cream.pk)
        client.force_login(world.bob)
        context = client.get(reverse("product", args=["lotus", cream.pk])).context
    assert [x.figure.key for x in context["matters"]] == list(stage_kpis.keys("growth", ""))
    assert not {x.figure.key for x in context["matters"]} & {x.key for _label, x in context["figures"]}


def test_the_heroes_have_a_page_of_their_own(client: Client, world: World) -> None:
    room = make_room(world, small=29)
    Product.objects.filter(pk=room.cream.pk).update(is_hero=True, stage="maturity")
    ListPrice.objects.create(product=room.cream, from_day="2026-01-01", price_fen=12900)
    StageEvidence.objects.create(
        product=room.cream, day="2026-11-16", facts={"checks": [{"key": "natural_share", "value": "0.45"}]}
    )
    client.force_login(world.vera)
    context = client.get(reverse("product_heroes", args=["lotus"])).context
    [(hero, _offers)] = context["heroes"]
    assert (context["lacking"], hero.row.level, hero.asked, hero.floor) == (1, "alert", D("129.00"), D("90.30"))
    assert [(x.value, x.holds) for x in hero.card["goals"]] == [("—", None), ("45%", True), ("29", False)]


def test_without_heroes_the_page_says_how_to_choose_them(client: Client, world: World) -> None:
    client.force_login(world.bob)
    page = client.get(reverse("product_heroes", args=["lotus"]))
    assert reverse("product_focus", args=["lotus"]) in page.content.decode()


def test_the_funnel_of_a_product_counts_people_and_their_share_of_its_visitors(client: Client, world: World) -> None:
    cream = Product.objects.create(store=world.store, code="A1", title="面霜")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSPLAN_TODAY", "2026-03-29")
        days = [StoreDay(store=world.store, day=march(day), covered="orders items") for day in range(1, 29)]
        StoreDay.objects.bulk_create(days)
        ProductDay.objects.create(
            store=world.store, day=march(5), product_id_ref=cream.pk, uv=200, fav_uv=10, cart_uv=30, pay_item_cnt=4
        )
        client.force_login(world.bob)
        context = client.get(reverse("product", args=["lotus", cream.pk])).context
    told = [(x.metric, x.people, x.width) for x in context["funnel"]][:3]
    assert told == [("uv", 200, "100.0"), ("fav_rate", 10, "5.0"), ("cart_rate", 30, "15.0")]
