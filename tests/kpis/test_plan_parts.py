"""Channels, product groups and hero products in a plan: rows, links, undo, copies and the workbook."""

import io
import json
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from kpis.models import Plan, PlanCell
from kpis.year import plan_parts, plan_wire, plans
from kpis.year.plan_cells import Change, load, set_cells, undo
from kpis.year.plan_import import compare, merge, read
from kpis.year.plan_products import codes_of
from products.models import Product
from staff.services import create_token
from tests.kpis.test_plan_sheets import export, place, put, typed, value
from tests.world import World

pytestmark = pytest.mark.usefixtures("english")
ADS = "channel:zhitongche"


@pytest.fixture
def plan(world: World) -> Plan:
    made = plans.start(world.store, 2026, world.mia, basis="30")
    put(made, ("uv", 9, "6000"), ("pay_cvr", 9, "0.06"), ("aov_buyer", 9, "101.9"))  # 1,100,520.00
    return made


@pytest.fixture
def goods(world: World) -> list[Product]:
    rows = (("T-1", "调理霜", "面霜"), ("M-2", "面膜, 10片", "面膜"), ("W-3", "老美白", "面霜"))
    return [Product.objects.create(store=world.store, code=a, title=b, category=c) for a, b, c in rows]


def row(plan: Plan, key: str) -> dict[str, Any]:
    return next(x for x in plan_wire.plan_json(load(plan))["rows"] if x["key"] == key)


def over_rest(world: World, key: str) -> dict[str, Any]:
    bearer = {"authorization": f"Bearer {create_token(world.mia, 'key', 'read', [world.store])[1]}"}
    told = Client(headers=bearer).get("/api/v1/stores/lotus/plans/2026").json()
    return next(x for x in told["rows"] if x["key"] == key)


def test_the_first_channel_leaves_everything_to_the_others(plan: Plan, world: World) -> None:
    assert plan_parts.add_channel(plan, "zhitongche", world.mia) == ADS
    assert [value(plan, f"real_amt:{ADS}", 9), value(plan, "real_amt:channel:-", 9)] == [None, D("1100520")]
    put(plan, (f"real_amt:{ADS}", 9, "300520"))
    assert value(plan, "real_amt:channel:-", 9) == 800_000
    assert value(plan, "real_amt", 9) == D("1100520")


def test_a_part_taken_away_gives_back_what_it_sold(plan: Plan, world: World) -> None:
    plan_parts.add_channel(plan, "zhitongche", world.mia)
    other = plan_parts.add_group(plan, world.mia, title="Creams")
    put(plan, (f"real_amt:{ADS}", 9, "300000"), (f"real_amt:{other}", 9, "5000"))
    plan_parts.add_channel(plan, "taobaoke", world.mia)
    plan_parts.remove(plan, ADS, world.mia)
    assert value(plan, "real_amt:channel:-", 9) == D("1100520")
    plan_parts.remove(plan, "channel:taobaoke", world.mia)
    assert [x for x in load(plan).rows if ":channel:" in x] == []
    assert value(plan, f"real_amt:{other}", 9) == 5000


def test_nothing_done_before_a_part_came_can_be_undone(plan: Plan, world: World) -> None:
    set_cells(plan, [Change("uv", 9, D(7000))], world.mia)
    plan_parts.add_channel(plan, "zhitongche", world.mia)
    assert undo(plan, world.mia) is None
    set_cells(plan, [Change(f"uv:{ADS}", 9, D(900)), Change(f"pay_cvr:{ADS}", 9, D("0.05")),
                     Change(f"aov_buyer:{ADS}", 9, D(100))], world.mia)  # fmt: skip
    assert value(plan, f"real_amt:{ADS}", 9) == 135_000
    undo(plan, world.mia)
    assert value(plan, f"real_amt:{ADS}", 9) is None


def test_a_channel_stands_once_and_a_group_has_a_name(plan: Plan, world: World) -> None:
    plan_parts.add_channel(plan, "zhitongche", world.mia)
    for wrong in ("zhitongche", "nowhere"):
        with pytest.raises(ValidationError):
            plan_parts.add_channel(plan, wrong, world.mia)
    with pytest.raises(ValidationError):
        plan_parts.add_group(plan, world.mia, title=" ")


def test_a_group_is_of_a_category_and_of_what_was_put_in(plan: Plan, world: World, goods: list[Product]) -> None:
    part = plan_parts.add_group(plan, world.mia, title="", category="面霜", codes=["M-2", "nothing"])
    told = row(plan, f"real_amt:{part}")
    assert (told["name"], {x["code"] for x in told["products"]}) == ("面霜", {"T-1", "W-3", "M-2"})
    plan_parts.change_group(plan, part, title="Night", codes=["T-1"])
    told = row(plan, f"real_amt:{part}")
    assert (told["name"], [x["title"] for x in told["products"]]) == ("Night", ["调理霜"])
    copy = plans.start(world.store, 2026, world.mia, source=plan)
    assert [x["code"] for x in row(copy, f"real_amt:{part}")["products"]] == ["T-1"]
    assert load(copy).label(f"uv:{part}") == "Night · Target visitors a day"


def test_rows_of_parts_go_over_the_page_and_rest(client: Client, plan: Plan, world: World) -> None:
    client.force_login(world.mia)
    body = json.dumps({"add": {"group": {"title": "Creams", "codes": []}}})
    answer = client.post(reverse("plan_rows", args=["lotus", plan.pk]), body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (201, {"key": "group:1"})
    cells = [{"row": "real_amt:group:1", "month": 9, "value": "520", "was": None}]
    answer = client.post(
        reverse("plan_cells", args=["lotus", plan.pk]), json.dumps({"cells": cells}), content_type="application/json"
    )
    rows = {x["key"]: x for x in answer.json()["rows"]}
    assert rows["real_amt:group:-"]["totals"]["year"] == "1100000"
    assert over_rest(world, "real_amt:group:1")["cells"] == rows["real_amt:group:1"]["cells"]
    assert "Creams" in client.get(reverse("targets", args=["lotus"]) + "?year=2026").content.decode()
    body = json.dumps({"remove": "real_amt:group:1"})
    answer = client.post(reverse("plan_rows", args=["lotus", plan.pk]), body, content_type="application/json")
    assert answer.status_code == 204


def test_parts_travel_in_the_workbook(plan: Plan, world: World) -> None:
    plan_parts.add_channel(plan, "zhitongche", world.mia)
    put(plan, (f"uv:{ADS}", 9, "900"), (f"pay_cvr:{ADS}", 9, "0.05"), (f"aov_buyer:{ADS}", 9, "100"))
    body = export(plan)
    assert compare(plan, read(io.BytesIO(body))).moved == []
    file = typed(body, (f"uv:{ADS}", 9, 1000))
    assert merge(compare(plan, read(file)), world.mia) == 1
    assert value(plan, f"real_amt:{ADS}", 9) == 150_000
    assert value(plan, "real_amt", 9) == D("1115520")  # nobody typed the month: it follows


def test_hero_products_are_links_and_codes(client: Client, plan: Plan, world: World, goods: list[Product]) -> None:
    set_cells(plan, [Change("heroes", 9, text="调理霜、面膜, 10片；去黑头、T-1")], world.mia)
    cell = row(plan, "heroes")["cells"][8]
    assert cell["text"].split("\n") == ["T-1", "面膜", "10片", "去黑头"]  # a title with a comma needs a line of its own
    set_cells(plan, [Change("heroes", 9, text="M-2\n调理霜、去黑头")], world.mia)
    cell = row(plan, "heroes")["cells"][8]
    assert [(x["code"], x["id"]) for x in cell["products"]] == [
        ("M-2", goods[1].pk), ("T-1", goods[0].pk), ("去黑头", None),
    ]  # fmt: skip
    assert set(PlanCell.objects.get(row__key="heroes", month=9).products.all()) == {goods[0], goods[1]}
    client.force_login(world.mia)
    assert over_rest(world, "heroes")["cells"][8]["products"] == cell["products"]
    page = client.get(reverse("targets", args=["lotus"]) + "?year=2026").content.decode()
    assert f'<a href="{reverse("product", args=["lotus", goods[1].pk])}">面膜, 10片</a>' in page


def test_hero_products_leave_as_codes_and_come_back_as_links(plan: Plan, world: World, goods: list[Product]) -> None:
    set_cells(plan, [Change("heroes", 9, text="调理霜")], world.mia)
    body = export(plan)
    assert place(book(body), "heroes", 9).value == "T-1"
    assert merge(compare(plan, read(typed(body, ("heroes", 9, "M-2 · 面膜, 10片\nW-3")))), world.mia) == 1
    assert set(PlanCell.objects.get(row__key="heroes", month=9).products.all()) == {goods[1], goods[2]}


def book(body: bytes) -> Any:
    return load_workbook(io.BytesIO(body)).worksheets[0]


def test_a_product_of_another_store_is_only_words(plan: Plan, world: World) -> None:
    Product.objects.create(store=world.other, code="X-9", title="霜")
    assert codes_of(plan.store, "X-9、霜") == "X-9\n霜"
    set_cells(plan, [Change("heroes", 1, text="X-9")], world.mia)
    assert row(plan, "heroes")["cells"][0]["products"] == [{"code": "X-9", "id": None, "title": None}]


def test_products_are_found_by_title_or_code(client: Client, plan: Plan, world: World, goods: list[Product]) -> None:
    client.force_login(world.mia)
    address = reverse("plan_products", args=["lotus", plan.pk])
    assert client.get(f"{address}?q=面").json()["products"] == [{"code": "M-2", "title": "面膜, 10片"}]
    assert [x["code"] for x in client.get(f"{address}?q=w-3").json()["products"]] == ["W-3"]
