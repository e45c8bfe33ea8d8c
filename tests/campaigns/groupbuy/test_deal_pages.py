"""Deals on the board, on their page, over REST and at the terminal."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from campaigns.groupbuy.dealing import record
from campaigns.groupbuy.planning import Terms, approve, decide, save_deal, stock_rows
from campaigns.groupbuy.ten_steps import set_step, steps_of
from campaigns.models import GroupDeal
from opsplan.lib import clock
from products.models import SKU, StockBalance, StockMovement
from products.purchasing import Wanted, place_order
from staff import approvals
from staff.models import Member, Task
from staff.services import create_token, spawn_tasks
from tests.campaigns.groupbuy.deals import BEFORE, CLOSES, HOUR, OPENS, deal, order, site, sku, stock
from tests.staff.tasks import template
from tests.world import World

pytestmark = pytest.mark.django_db


class Shop:
    """Mia at her desk, with a deal and a clock."""

    def __init__(self, world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.client, self.time = world, client, BEFORE
        monkeypatch.setattr(clock, "now", lambda: self.time)
        world.mia.language = "en"
        world.mia.save()
        client.force_login(world.mia)
        self.sku: SKU = sku(world.store, 1000)

    def page(self, path: str) -> str:
        return self.client.get(f"/s/lotus/deals/{path}").content.decode()

    def post(self, path: str, **said: object) -> int:
        return self.client.post(f"/s/lotus/deals/{path}", said).status_code

    def api(self, path: str, said: dict[str, Any] | None = None) -> Any:
        if not hasattr(self, "token"):
            self.token = create_token(self.world.mia, "site", "write", [self.world.store])[1]
        address, head = f"/api/v1/stores/lotus/deals{path}", {"HTTP_AUTHORIZATION": f"Bearer {self.token}"}
        if said is None:
            return Client().get(address, **head)
        return Client().post(address, json.dumps(said), content_type="application/json", **head)


@pytest.fixture
def shop(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(world, client, monkeypatch)


TYPED = {
    "name": "面膜团", "opens_at": "2026-12-01T08:00", "closes_at": "2026-12-03T08:00", "minimum": "20",
    "form_hours": "24", "rate": "8", "guarantee": "3000", "sku": ["A", "", ""], "price": ["68", "", ""],
    "quota": ["600", "", ""],
}  # fmt: skip


def test_a_deal_is_planned_approved_and_sells(shop: Shop) -> None:
    assert '<option value="" selected>Choose</option>' in shop.client.get("/s/lotus/deals/new/").content.decode()
    assert shop.post("new/", site=site(shop.world.store).pk, **TYPED) == 302
    made = GroupDeal.objects.get()
    assert (made.opens_at, made.rate_bp, made.guarantee_fen, made.steps.count()) == (OPENS, 800, 300_000, 10)
    shop.post(f"{made.pk}/go/", to="approved")
    shop.time = OPENS + HOUR
    shop.post(f"{made.pk}/sale/", key="X1", sku="A", units="3", buyer="王")
    assert (stock(shop.sku), made.sales.get().state) == ((600, 0), "waiting")
    assert "X1" in shop.page(f"{made.pk}/live/")


def test_what_is_typed_wrongly_is_told_beside_the_field(shop: Shop) -> None:
    typed = TYPED | {"sku": ["B", "", ""], "site": site(shop.world.store).pk}
    answer = shop.client.post("/s/lotus/deals/new/", typed)
    assert (answer.status_code, GroupDeal.objects.count()) == (422, 0)
    assert "B" in str(answer.context["form"].non_field_errors())


def test_times_the_wrong_way_round_and_a_deal_that_is_there_already_are_said_in_words(shop: Shop) -> None:
    typed = TYPED | {"site": site(shop.world.store).pk}
    turned = typed | {"opens_at": "2026-12-03T08:00", "closes_at": "2026-12-01T08:00"}
    found = shop.client.post("/s/lotus/deals/new/", turned).context["form"].errors
    assert found == {"closes_at": ["A deal cannot close before it opens."]}
    shop.post("new/", **typed)
    found = shop.client.post("/s/lotus/deals/new/", typed).context["form"].errors
    assert found == {"name": ["There is already a deal of this name that opens at this time on this site."]}


def test_an_order_typed_wrongly_stays_in_the_form_with_the_reason(shop: Shop) -> None:
    made = approve(deal(shop.world.store, shop.sku, 10), shop.world.alice)
    shop.time = OPENS + HOUR
    shop.post(f"{made.pk}/sale/", key="X8", sku="A", units="１")
    typed = {"key": "X9", "sku": "A", "units": "-2", "buyer": "王"}
    answer = shop.client.post(f"/s/lotus/deals/{made.pk}/sale/", typed)
    page = answer.content.decode()
    assert (answer.status_code, made.sales.count(), 'value="X9"' in page) == (422, 1, True)
    assert ("“-2”" in answer.context["wrong"][0], answer.context["wrong"][0] in page) == (True, True)


def test_the_board_shows_each_deal_under_its_state(shop: Shop) -> None:
    approve(deal(shop.world.store, shop.sku, 10, name="甲团"), shop.world.alice)
    deal(shop.world.store, shop.sku, 10, name="乙团")
    columns = {
        x.key: [card.deal.name for card in x.cards]
        for _label, x in shop.client.get("/s/lotus/deals/").context["columns"]
    }
    assert (columns["planned"], columns["approved"], columns["open"]) == (["乙团"], ["甲团"], [])
    assert "甲团" not in shop.page("?state=planned")


def test_a_price_below_the_floor_is_allowed_by_a_second_person(shop: Shop) -> None:
    cheap = deal(shop.world.store, shop.sku, 10, 5000)
    shop.post(f"{cheap.pk}/exception/", reason="清仓")
    asked = approvals.waiting_for(shop.world.store, f"deal_price:{cheap.pk}:5000")
    owner = Member.objects.get(store=shop.world.store, user=shop.world.alice)
    approvals.decide(shop.world.store, asked.pk, owner, "yes")
    assert approve(cheap, shop.world.mia).state == "approved"


def test_a_week_before_it_opens_the_stock_is_decided_on(shop: Shop) -> None:
    made = deal(shop.world.store, shop.sku, 1100)
    place_order(shop.world.store, [Wanted(shop.sku, 60)], OPENS.date())
    shop.time = OPENS - 24 * HOUR * 3
    assert "had to be decided on by 2026-11-24" in shop.page(f"{made.pk}/")
    row = stock_rows(made)[0]
    assert (row.short, row.coming, row.short_then, row.in_time) == (100, 60, 40, False)
    assert row.begins_with == "lower"  # an order would come too late
    shop.post(f"{made.pk}/stock/", line=row.line.pk, choice="restock")
    assert stock_rows(made)[0].decision is None  # the factory would be late
    assert decide(made, row.line.pk, "lower", "", shop.world.mia).available == 1060
    other = deal(shop.world.store, shop.sku, 10, name="未决团")
    shop.time = CLOSES  # never let sell: nothing is to be decided any more
    pages = [shop.page(f"{x.pk}/") for x in (made, other)]
    assert [(" by 2026-11-24" in x, "Nothing was decided" in x) for x in pages] == [(False, False), (False, True)]


def test_goods_that_are_on_their_way_are_told_of_the_sku_they_were_ordered_for(shop: Shop) -> None:
    store, first = shop.world.store, shop.sku
    second = SKU.objects.create(store=store, product=first.product, code="A-2")
    made = save_deal(deal(store, first, 1100), {x: Terms(6800, 1100) for x in (first, second)}, None)
    place_order(store, [Wanted(second, 60)], OPENS.date())
    assert {x.line.sku: (x.short, x.coming) for x in stock_rows(made)} == {first: (100, 0), second: (1100, 60)}


def test_a_step_is_done_with_what_came_out_of_it(shop: Shop) -> None:
    made = deal(shop.world.store, shop.sku, 10)
    shop.post(f"{made.pk}/step/", number="3", done="yes", output="")
    shop.post(f"{made.pk}/step/", number="4", done="yes", output="https://example.com/1", owner=shop.world.bob.pk)
    done = [(row.number, row.step.owner) for row in steps_of(made) if row.step.done_at]
    assert done == [(4, shop.world.bob)]


def test_a_step_done_on_the_deal_is_ticked_in_the_list_and_a_tick_there_is_told_here(shop: Shop) -> None:
    store, made = shop.world.store, deal(shop.world.store, shop.sku, 10)
    template(store, shop.world.mia, rule="", trigger="manual", steps=[f"{n}" for n in range(1, 11)])
    spawn_tasks(store, "manual", made.reference)
    task = Task.objects.get(store=store)
    set_step(made, 4, shop.world.mia, done=True, output="x")
    task.refresh_from_db()
    assert task.steps_done == [3]
    Task.objects.update(steps_done=[3, 6])
    assert [row.number for row in steps_of(made) if row.is_ticked] == [7]
    set_step(made, 4, shop.world.mia, done=False)
    task.refresh_from_db()
    assert task.steps_done == [6]


def test_the_calendar_has_a_layer_of_deals(shop: Shop) -> None:
    deal(shop.world.store, shop.sku, 10, name="日历团")
    near = "/s/lotus/campaigns/calendar/?months=1&from=2026-12"
    assert "日历团" in shop.client.get(near).content.decode()
    assert "日历团" not in shop.client.get(near + "&deals=no").content.decode()
    assert "日历团" in shop.client.get("/s/lotus/campaigns/calendar.ics").content.decode()


def test_rest_plans_approves_and_tells_of_orders_again_and_again(shop: Shop) -> None:
    site(shop.world.store)
    said = {
        "name": "接口团", "site": "美团", "opens_at": "2026-12-01T08:00", "closes_at": "2026-12-03T08:00+08:00",
        "lines": [{"sku": "A", "price": "68.00", "quota": 5}],
    }  # fmt: skip
    made = shop.api("", said).json()
    assert (made["state"], made["moves"]) == ("planned", ["approved", "cancelled"])
    assert shop.api(f"/{made['id']}/transition", {"to": "approved"}).json()["life"][0]["effect"] == {"held": 5}
    shop.time = OPENS + HOUR
    orders = {"sales": [{"key": "1", "sku": "A", "units": 4, "at": "2026-12-01T08:30"}]}
    first, again = (shop.api(f"/{made['id']}/sales", orders).json() for _turn in range(2))
    assert (first["new"], again["new"], again["same"], again["remaining"]) == (["1"], [], ["1"], 1)
    late = {"sales": [{"key": "2", "sku": "A", "units": 2, "at": "2026-12-01T08:40"}]}
    assert shop.api(f"/{made['id']}/sales", late | {"if_available": True}).status_code == 409
    assert shop.api(f"/{made['id']}/sales", late).json()["short"] == ["2"]
    assert shop.api(f"/{made['id']}/sales").json()["count"] == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sales": [{"key": "1", "sku": "A", "units": "4"}]}, "sales[0].units"),
        ({"sales": [{"key": "1", "sku": "B", "units": 4}]}, "sales"),
        ({"sales": [{"key": "1", "sku": "A", "units": 4, "at": "gestern"}]}, "sales[0].at"),
        ({"sales": []}, "sales"),
        ([], ""),
    ],
)
def test_rest_says_what_cannot_be_used(shop: Shop, said: Any, field: str) -> None:
    made = approve(deal(shop.world.store, shop.sku, 5), shop.world.alice)
    shop.time = OPENS + HOUR
    answer = shop.api(f"/{made.pk}/sales", said)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_the_command_lists_tells_and_moves_on(shop: Shop, tmp_path: Path) -> None:
    made = approve(deal(shop.world.store, shop.sku, 5), shop.world.alice)
    file, out = tmp_path / "orders.csv", StringIO()
    file.write_text("key,sku,units,at,refunded_before\n1,A,2,2026-12-01T08:30,1\n", "utf-8")
    shop.time = CLOSES + HOUR
    with translation.override("en"):
        call_command("deals", "lotus", tell=[f"{made.pk}", f"{file}"], stdout=out)
        call_command("deals", advance=True, stdout=out)
        call_command("deals", "lotus", json=True, stdout=out)
    said = out.getvalue().splitlines()
    assert said[:2] == ["1 new, 0 changed, 0 the same", "Deals that moved on: 0"]
    assert json.loads(said[2])[0]["sold"] == 1
    with pytest.raises(CommandError):
        call_command("deals", "lotus", tell=["999", f"{file}"])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("key,sku,units\n2,A,1\n", "no column “at”"),
        ("key,sku,units,at\n2,A,1,2026-12-01T08:30\n3,A,x,2026-12-01T08:30\n", "line 3: at has to be a time"),
        ("key,sku,units,at\n2,A\n", "line 2: at has to be a time"),
        ("key,sku,units,at\n2,A,1,0001-01-01T00:00\n", "line 2: at has to be a time"),
    ],
)
def test_the_command_names_the_line_it_cannot_read(shop: Shop, tmp_path: Path, lines: str, said: str) -> None:
    made = approve(deal(shop.world.store, shop.sku, 5), shop.world.alice)
    (tmp_path / "orders.csv").write_text(lines, "utf-8")
    with translation.override("en"), pytest.raises(CommandError, match=said) as refused:
        call_command("deals", "lotus", tell=[f"{made.pk}", f"{tmp_path / 'orders.csv'}"])
    assert refused.value.returncode == 2
    assert not made.sales.exists()


def test_a_store_goes_with_its_deals(shop: Shop) -> None:
    made = approve(deal(shop.world.store, shop.sku, 5), shop.world.alice)
    shop.time = OPENS + HOUR
    record(made, [order("1")])
    StockMovement.objects.all().delete()  # stock itself keeps a store from going
    StockBalance.objects.all().delete()
    shop.world.store.delete()
    assert not GroupDeal.objects.exists()
