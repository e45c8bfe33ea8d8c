"""The board, decisions, the ranks of the week, roles, the range: as people use them."""

import datetime as dt

import pytest
from django.test import Client

from kpis.models import DataVersion
from products.models import Competitor, Move, Newcomer, Product, Rank
from products.stages import propose_by_hand
from staff import checklists
from staff.models import Task
from tests.world import World, at


@pytest.fixture
def cream(world: World) -> Product:
    return Product.objects.create(store=world.store, code="TLS-50G", title="草本调理霜")


@pytest.fixture
def bob(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-23")
    client.force_login(world.bob)
    client.cookies["django_language"] = "en"
    return client


def test_a_card_dropped_on_a_column_is_a_proposal_and_moves_when_confirmed(bob: Client, cream: Product) -> None:
    answer = bob.post(at("stage_propose", cream.pk), {"target": "growth"})
    move = Move.objects.get()
    assert answer.headers["Location"] == at("stage_move", move.pk)
    cream.refresh_from_db()
    assert cream.stage == "incubation"
    bob.post(at("stage_decide", move.pk), {"do": "confirm"})
    cream.refresh_from_db()
    assert (cream.stage, cream.stage_since) == ("growth", dt.date(2026, 11, 23))
    assert DataVersion.objects.get(store=cream.store).version > 1


def test_declining_needs_a_reason_and_a_decision_is_made_once(bob: Client, world: World, cream: Product) -> None:
    move = propose_by_hand(cream, "growth", world.bob)
    assert bob.post(at("stage_decide", move.pk), {"do": "decline"}).status_code == 422
    bob.post(at("stage_decide", move.pk), {"do": "decline", "reason": "清仓"})
    assert bob.post(at("stage_decide", move.pk), {"do": "confirm"}).status_code == 422
    move.refresh_from_db()
    assert (move.state, move.reason, move.decided_by) == ("declined", "清仓", world.bob)


def test_the_board_asks_the_same_few_questions_for_many_products(
    bob: Client, world: World, cream: Product, django_assert_max_num_queries: object
) -> None:
    Product.objects.bulk_create(Product(store=world.store, code=f"P{i}", title=f"款{i}") for i in range(80))
    bob.get(at("product_stages"))
    with django_assert_max_num_queries(16):
        page = bob.get(at("product_stages")).content.decode()
    assert "在表格中查看全部 81 款" in page


def test_the_ranks_of_a_week_are_typed_on_one_sheet(bob: Client, cream: Product) -> None:
    bob.post(
        at("product_ranks"), {"week": "2026-11-18", "source": "生意参谋", f"s{cream.pk}": "5", f"c{cream.pk}": "4"}
    )
    kept = list(Rank.objects.values_list("week", "search_rank", "category_rank", "source"))
    assert kept == [(dt.date(2026, 11, 16), 5, 4, "生意参谋")]
    assert 'name="source" value="生意参谋"' in bob.get(at("product_ranks")).content.decode()
    answer = bob.post(at("product_ranks"), {f"s{cream.pk}": "first", f"c{cream.pk}": ""})
    assert answer.status_code == 422
    assert 'value="first"' in answer.content.decode()


def test_a_third_hero_is_refused(bob: Client, world: World, cream: Product) -> None:
    Product.objects.bulk_create(Product(store=world.store, code=f"H{i}", title="x", is_hero=True) for i in range(2))
    page = bob.post(at("product_role", cream.pk), {"hero": "1"}, follow=True).content.decode()
    assert "店铺已有 2 个主推款，请先取消另一个。" in page
    cream.refresh_from_db()
    assert not cream.is_hero


def test_a_new_style_begins_its_tasks_and_is_published_when_all_three_inputs_are_written(
    bob: Client, world: World
) -> None:
    checklists.install_library(world.store, "zh-hans")
    bob.post(at("newcomer_new"), {"code": "N1", "title": "晒后啫喱", "wanted_on": "2026-12-20"})
    come = Newcomer.objects.get()
    days = Task.objects.filter(key=f"stage_incubation:new{come.pk}").order_by("day").values_list("day", flat=True)
    assert list(days)[:2] == [dt.date(2026, 12, 6), dt.date(2026, 12, 13)]
    for told in ({"step": "photo"}, {"step": "drop"}, {"name": "N2"}):
        bob.post(at("newcomer_step", come.pk), told)
        come.refresh_from_db()
        assert come.step == "choose"
    bob.post(at("newcomer", come.pk), {"data_says": "涨", "customers_say": "问", "market_says": "有"})
    for step in ("photo", "describe", "publish", "done"):
        bob.post(at("newcomer_step", come.pk), {"step": step})
    product = Product.objects.get(code="N1")
    assert (product.status, product.stage, product.launched_on) == ("new", "incubation", dt.date(2026, 11, 23))


def test_a_competitors_file_has_five_fields_and_notes(bob: Client, world: World) -> None:
    bob.post(
        at("competitor_new"),
        {
            "name": "对手",
            "series": "水乳",
            "style": "国风",
            "models_sold": "3 款",
            "prices": "59-129",
            "strengths": "快",
        },
    )
    file = Competitor.objects.get()
    bob.post(at("competitor_note", file.pk), {"text": "降价 10 元"})
    page = bob.get(at("competitor", file.pk)).content.decode()
    assert "降价 10 元" in page
    assert "59-129" in page
    left = []
    for typed in ("", "对手"):
        bob.post(at("competitor_delete", file.pk), {"name": typed})
        left.append(Competitor.objects.count())
    assert left == [1, 0]


@pytest.mark.parametrize("name", ["product_focus", "product_pairs", "product_range", "product_stages"])
def test_the_pages_open_without_any_data(bob: Client, name: str) -> None:
    assert bob.get(at(name)).status_code == 200


def test_a_viewer_may_look_but_not_type_ranks(client: Client, world: World, cream: Product) -> None:
    client.force_login(world.vera)
    assert client.get(at("product_ranks")).status_code == 200
    assert client.post(at("product_ranks"), {f"s{cream.pk}": "5"}).status_code == 403
    assert not Rank.objects.exists()
