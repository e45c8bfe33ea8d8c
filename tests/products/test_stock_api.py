"""Stock and prices over REST: the same answers as the pages, 422 with the field, all or none."""

from typing import Any

import pytest
from django.test import Client

from products import stock_services
from products.models import ListPrice, PaidPrice, StockItem, StockPlace
from staff.services import create_token
from tests.products.stockroom import Room, make_room
from tests.world import World

BASE = "/api/v1/stores/lotus"


@pytest.fixture
def room(world: World) -> Room:
    return make_room(world, small=20, large=5, sheet=100)


@pytest.fixture
def api(world: World) -> Client:
    key = create_token(world.bob, "key", "write", [world.store])[1]
    return Client(headers={"authorization": f"Bearer {key}"})


def post(api: Client, path: str, **told: Any) -> Any:
    return api.post(BASE + path, told, "application/json")


def test_balances_are_told_by_product(api: Client, world: World, room: Room) -> None:
    stock_services.hold_stock(world.store, room.small, 7, "deal:1")
    told = {x["code"]: x for x in api.get(f"{BASE}/stock").json()["results"]}
    assert (told["TLS"]["on_hand"], told["TLS"]["held"], told["TLS"]["free"]) == (25, 7, 18)
    post(api, "/stock", lines=[{"sku": "TLS-50", "on_hand": 2, "safety": 3, "place": "办公室"}])
    skus = {x["sku"]: x for row in api.get(f"{BASE}/stock").json()["results"] for x in row["skus"]}
    small = skus["TLS-50"]  # 20 + 2 there, less 3 to be kept back and 7 held
    assert (small["on_hand"], small["held"], small["safety"], small["free"]) == (22, 7, 3, 12)
    assert list(small["places"].values()) == [20, 2]


def test_balances_are_set_in_bulk_all_or_none(api: Client, room: Room) -> None:
    lines = [
        {"sku": "TLS-50", "on_hand": 60, "due_out": 4, "safety": 5},
        {"sku": "MM-10", "on_hand": 1, "place": "办公室"},
    ]
    assert post(api, "/stock", lines=lines).json() == {"changed": 2, "lines": 2}
    assert StockItem.objects.get(sku=room.sheet).on_hand == 101  # another place
    skus = [sku for row in api.get(f"{BASE}/stock").json()["results"] for sku in row["skus"]]
    assert [x["due_out"] for x in skus if x["sku"] == "TLS-50"] == [4]
    answer = post(api, "/stock", lines=[{"sku": "TLS-50", "on_hand": 1}, {"sku": "NIX", "on_hand": 1}])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "lines[1].sku")
    assert StockItem.objects.get(sku=room.small).on_hand == 60
    assert post(api, "/stock", lines=[{"sku": "TLS-50", "on_hand": -1, "place": "新仓"}]).status_code == 422
    assert not StockPlace.objects.filter(name="新仓").exists()


def test_a_movement_over_rest_is_refused_where_there_is_nothing(api: Client, room: Room) -> None:
    assert post(api, "/stock/movements", sku="TLS-50", kind="lost", units=2).status_code == 201
    answer = post(api, "/stock/movements", sku="TLS-50", kind="lost", units=19)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "units")
    assert api.get(f"{BASE}/stock/movements", {"kind": "lost"}).json()["count"] == 1


def test_a_hold_lives_over_rest(api: Client, room: Room) -> None:
    hold = post(api, "/stock/holds", sku="TLS-50", units=15, reference="deal:1").json()
    assert post(api, "/stock/holds", sku="TLS-50", units=15, reference="deal:1").json()["id"] == hold["id"]
    assert post(api, "/stock/holds", sku="TLS-50", units=6, reference="deal:2").status_code == 422
    path = f"/stock/holds/{hold['id']}"
    for _twice in range(2):
        assert post(api, path, do="take", units=4, key="A1").json()["taken"] == 4
    assert [x["left"] for x in api.get(f"{BASE}/stock/holds").json()["results"]] == [11]
    assert post(api, path, do="release").json()["left"] == 0
    assert api.get(BASE + path).json()["released"] == 11
    assert post(api, path, do="take", units=1).status_code == 422


def test_an_order_is_placed_and_received_over_rest(api: Client, room: Room) -> None:
    lines = [{"sku": "TLS-50", "units": 30, "cost": "13.50"}]
    order = post(api, "/purchases", due_on="2099-01-01", lines=lines).json()
    told = [{"line": order["lines"][0]["line"], "units": 10}]
    answer = post(api, f"/purchases/{order['id']}", lines=told * 2)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "lines[1].line")
    assert post(api, f"/purchases/{order['id']}", lines=told).json()["state"] == "partly"
    assert StockItem.objects.get(sku=room.small).on_hand == 30
    assert [x["state"] for x in api.get(f"{BASE}/purchases").json()["results"]] == ["partly"]
    (came,) = api.get(f"{BASE}/purchases/{order['id']}").json()["deliveries"]
    assert post(api, f"/purchases/{order['id']}", take_back=came["id"]).json()["state"] == "open"
    assert post(api, f"/purchases/{order['id']}", take_back=came["id"]).status_code == 422
    assert StockItem.objects.get(sku=room.small).on_hand == 20


def test_a_price_is_checked_over_rest(api: Client, world: World, room: Room) -> None:
    ListPrice.objects.create(product=room.cream, from_day="2025-01-01", price_fen=12000)
    PaidPrice.objects.create(
        store=world.store, product=room.cream, day="2026-11-08", lowest_fen=12000, highest_fen=12000, units=1
    )
    asked = {"product": "TLS", "price": "78", "day": "2026-11-11"}
    told = api.get(f"{BASE}/prices/check", asked).json()
    assert ([x["rule"] for x in told["findings"]], told["lowest"]) == (["floor"], "84.00")
    assert api.get(f"{BASE}/prices/check", asked | {"event": "coins"}).json()["lowest"] is None
    ListPrice.objects.create(product=room.cream, from_day="2026-11-12", price_fen=13000)
    later = api.get(f"{BASE}/prices/check", asked | {"price": "110", "day": "2026-11-12"}).json()["findings"]
    numbers = {x["rule"]: x["numbers"] for x in later}
    assert (numbers["seven_day"]["base"], numbers["inflated"]["most"]) == ("120.00", "120.00")
    assert api.get(f"{BASE}/prices/check", asked | {"event": "nonsense"}).status_code == 422
