"""The catalogue, checklists, prices, newcomers, competitors and counts over REST: in bulk, all or none."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from products import stages
from products.lifecycle import Facts
from products.matching import Named, ensure_products
from products.models import CompetitorNote, Product
from staff.services import create_token
from tests.products.stockroom import make_room
from tests.world import World

BASE = "/api/v1/stores/lotus"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-23")


@pytest.fixture
def api(world: World) -> Client:
    key = create_token(world.bob, "key", "write", [world.store])[1]
    return Client(headers={"authorization": f"Bearer {key}"})


@pytest.fixture
def cream(world: World) -> Product:
    return Product.objects.create(store=world.store, code="A1", title="面霜")


def send(api: Client, how: str, path: str, **told: Any) -> tuple[int, Any]:
    answer = getattr(api, how)(BASE + path, told, "application/json")
    return answer.status_code, answer.json() if answer.content else None


def test_a_checklist_is_filled_in_part_by_part(api: Client, cream: Product) -> None:
    path = f"/products/{cream.pk}"
    send(api, "patch", path, answers={"material": "棉", "size": "50g"}, blocks={"sizes": True})
    status, told = send(api, "patch", path, answers={"size": ""}, points={"sells_function": "保湿"})
    assert (status, told["completeness"]["done"], told["completeness"]["of"]) == (200, 3, 32)
    cream.refresh_from_db()
    assert (cream.answers, cream.blocks, cream.sells_function) == ({"material": "棉"}, {"sizes": True}, "保湿")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"answers": {"colours": "红"}}, "answers.colours"),
        ({"blocks": {"sizes": "yes"}}, "blocks.sizes"),
        ({"answers": {"size": "x" * 501}}, "size"),
        ({"answers": []}, ""),
    ],
)
def test_a_checklist_that_says_nonsense_is_refused(api: Client, cream: Product, told: Any, field: str) -> None:
    status, answer = send(api, "patch", f"/products/{cream.pk}", **told)
    if field:
        assert (status, answer["errors"][0]["field"]) == (422, field)
    cream.refresh_from_db()
    assert (cream.answers, cream.blocks) == ({}, {})


def test_checklists_are_filled_in_bulk_all_or_none(api: Client, world: World, cream: Product) -> None:
    Product.objects.create(store=world.store, code="B2", title="面膜")
    lines = [{"code": "A1", "answers": {"size": "50g"}}, {"code": "B2", "blocks": {"model": True}}]
    assert send(api, "patch", "/products/checklists", lines=lines)[1]["changed"] == 2
    bad = [{"code": "A1", "answers": {"size": "80g"}}, {"code": "B2", "blocks": {"model": 1}}]
    status, answer = send(api, "patch", "/products/checklists", lines=bad)
    assert (status, answer["errors"][0]["field"]) == (422, "lines[1].blocks.model")
    told = api.get(f"{BASE}/products/checklists").json()["results"]
    assert [(x["code"], x["answers"], x["done"]) for x in told] == [("A1", {"size": "50g"}, 1), ("B2", {}, 1)]


def test_roles_and_heroes_are_set_in_bulk_all_or_none(api: Client, world: World, cream: Product) -> None:
    Product.objects.bulk_create(Product(store=world.store, code=f"H{i}", title="x") for i in range(3))
    lines = [{"code": f"H{i}", "is_hero": True, "role": "traffic"} for i in range(3)]
    status, answer = send(api, "patch", "/products", lines=lines)
    assert (status, answer["errors"][0]["field"]) == (422, "lines[2]")
    assert not Product.objects.filter(is_hero=True).exists()
    assert send(api, "patch", "/products", lines=lines[:2])[0] == 200
    assert Product.objects.filter(is_hero=True, role="traffic").count() == 2


def test_a_list_price_is_set_with_who_and_why(api: Client, cream: Product) -> None:
    path = f"/products/{cream.pk}/prices"
    assert send(api, "post", path, price="129", reason="")[0] == 422
    assert send(api, "post", path, price="129", reason="定价")[0] == 201
    assert send(api, "post", path, price="129", reason="定价")[0] == 200
    told = api.get(BASE + path).json()
    assert (told["list"], told["floor"]) == ("129.00", "90.30")
    assert [(x["before"], x["after"], x["reason"], x["by"]) for x in told["changes"]] == [
        (None, "129.00", "定价", "bob")
    ]


def test_names_are_matched_in_bulk(api: Client, world: World, cream: Product) -> None:
    ensure_products(world.store, [Named("OLD", "面霜旧款"), Named("NEW", "防晒")])
    waiting = api.get(f"{BASE}/products/matching").json()["results"]
    assert {x["code"] for x in waiting} == {"OLD", "NEW"}
    lines = [{"code": "OLD", "into": "A1"}, {"code": "NEW", "into": None}]
    assert send(api, "post", "/products/matching", lines=lines)[1] == {"own": 1, "merged": 1}
    assert set(Product.objects.values_list("code", "is_checked")) == {("A1", True), ("NEW", True)}


def test_proposals_are_decided_in_bulk(api: Client, world: World, cream: Product) -> None:
    Product.objects.create(store=world.store, code="B2", title="面膜")
    ids = [send(api, "post", "/products/moves", code=x, target="growth")[1]["id"] for x in ("A1", "B2")]
    lines: list[dict[str, Any]] = [{"id": ids[0], "do": "confirm"}, {"id": ids[1], "do": "decline"}]
    status, answer = send(api, "patch", "/products/moves", lines=lines)
    assert (status, answer["errors"][0]["field"]) == (422, "lines[1].reason")
    lines[1]["reason"] = "清仓"
    assert [x["state"] for x in send(api, "patch", "/products/moves", lines=lines)[1]["moves"]] == [
        "confirmed",
        "declined",
    ]


def test_the_evidence_for_a_stage_is_told_with_its_numbers(api: Client, world: World, cream: Product) -> None:
    status, ranked = send(api, "post", "/products/ranks", lines=[{"code": "A1", "search": 3, "category": None}])
    assert (status, ranked["changed"]) == (200, 1)
    weeks = (10, 11, None, 9, 10, 11, 10)
    stages.propose_stages(world.store, {cream.pk: Facts(weeks=weeks, pulled_share=Decimal("0.4"))})
    send(api, "post", "/products/moves", code="A1", target="growth")
    told = api.get(f"{BASE}/products/{cream.pk}").json()
    (move,) = told["moves"]
    assert api.get(f"{BASE}/products/moves/{move['id']}").json() == move
    checks = {x["key"]: x["value"] for x in move["evidence"]["checks"]}
    assert (checks["pulled_share"], checks["listed_days"]) == ("0.400000", None)


def test_the_range_is_told_in_bands_with_newcomers_and_competitors(api: Client, cream: Product) -> None:
    send(api, "post", f"/products/{cream.pk}/prices", price="129", reason="定价")
    send(api, "post", "/products/newcomers", code="N1", title="晒后啫喱")
    (shop,) = send(api, "post", "/competitors", lines=[{"name": "对手", "note": "降价"}])[1]["competitors"]
    told = api.get(f"{BASE}/products/range").json()
    assert (told["bands"], told["warnings"]) == ([{"from": "100.00", "styles": 1, "skus": 1}], ["few", "vip", "heroes"])
    assert [len(told[x]) for x in ("newcomers", "competitors")] == [1, 1]
    assert api.get(f"{BASE}/products/newcomers/{told['newcomers'][0]['id']}").json()["code"] == "N1"
    assert api.get(f"{BASE}/competitors/{shop['id']}").json() == shop


def test_products_come_in_bulk_and_are_told_with_their_skus(api: Client) -> None:
    lines = [{"code": "A1", "title": "面霜", "cost": "12.50", "item_ids": "601", "sku": "A1-50", "pack_size": 12}]
    status, answer = send(api, "post", "/products", lines=lines)
    assert (status, answer["new"]) == (200, 1)
    (told,) = api.get(f"{BASE}/products").json()["results"]
    assert (told["unit_cost"], told["item_ids"], told["skus"][0]["pack_size"]) == ("12.50", ["601"], 12)


def test_a_style_on_its_way_in_is_led_over_rest(api: Client) -> None:
    status, made = send(api, "post", "/products/newcomers", code="N1", title="晒后啫喱", wanted_on="2026-12-20")
    assert (status, made["step"]) == (201, "choose")
    path = f"/products/newcomers/{made['id']}"
    assert send(api, "patch", path, step="photo")[0] == 422
    assert send(api, "patch", path, wanted_on="0001-01-01")[0] == 422
    told = send(api, "patch", path, data_says="涨", customers_say="问", market_says="有", step="photo")[1]
    assert (told["step"], told["wanted_on"], told["market_says"]) == ("photo", "2026-12-20", "有")
    steps = {x["step"]: len(x["newcomers"]) for x in api.get(f"{BASE}/products/newcomers").json()["steps"]}
    assert steps == {"choose": 0, "photo": 1, "describe": 0, "publish": 0}
    assert send(api, "delete", path)[0] == 204
    assert not Product.objects.filter(code="N1").exists()


def test_competitors_are_written_in_bulk_and_notes_are_added(api: Client) -> None:
    lines = [{"name": "对手", "series": "水乳", "note": "降价 10 元"}, {"name": ""}]
    status, answer = send(api, "post", "/competitors", lines=lines)
    assert (status, answer["errors"][0]["field"], CompetitorNote.objects.count()) == (422, "lines[1].name", 0)
    send(api, "post", "/competitors", lines=lines[:1])
    send(api, "post", "/competitors", lines=[{"name": "对手", "prices": "59-129"}])
    [told] = api.get(f"{BASE}/competitors").json()["results"]
    assert (told["series"], told["prices"]) == ("水乳", "59-129")
    assert [(x["text"], x["by"]) for x in told["notes"]] == [("降价 10 元", "bob")]


def test_a_count_is_told_and_posted_over_rest(api: Client, world: World) -> None:
    make_room(world, small=20, large=5, sheet=100)
    take = send(api, "post", "/stock/takes")[1]
    path = f"/stock/takes/{take['id']}"
    assert send(api, "post", "/stock/takes")[0] == 422
    assert send(api, "patch", path, lines=[{"sku": "TLS-50", "counted": 18}, {"sku": "NIX", "counted": 1}])[0] == 422
    assert send(api, "patch", path, lines=[{"sku": "TLS-50", "counted": 18}])[1] == {"changed": 1}
    assert [send(api, "post", path, do=x)[1]["state"] for x in ("drop", "resume")] == ["dropped", "open"]
    done = send(api, "post", path, do="post")[1]
    assert (done["state"], done["differing"]) == ("posted", 1)
    lines = {x["sku"]: x["difference"] for x in api.get(BASE + path).json()["lines"]}
    assert (lines["TLS-50"], lines["MM-10"]) == (-2, None)
    assert [x["state"] for x in api.get(f"{BASE}/stock/takes").json()["results"]] == ["posted"]
    told = {x["code"]: x["on_hand"] for x in api.get(f"{BASE}/stock").json()["results"]}
    assert told == {"TLS": 23, "MM": 100}
