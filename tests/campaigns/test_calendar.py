"""The calendar of campaigns and the stock decision."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import translation
from time_machine import travel

from campaigns import stocking, timeline
from campaigns.models import Campaign, StockDecision
from opsplan.lib import clock
from products.models import SKU, StockItem, StockPace
from products.stock_services import hold_stock
from staff.models import Notice, Task, User
from staff.services import create_token
from tests.campaigns.shop import FIRST, LAST, campaign, product
from tests.staff.tasks import template
from tests.world import World, at


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False), translation.override("en"):
        yield


def test_a_bar_stands_on_its_days_and_a_foreign_store_is_not_seen(mia: Client, world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900))
    Campaign.objects.create(store=world.other, name="theirs", first_day=FIRST, last_day=LAST)
    line = mia.get(at("campaign_calendar"), {"months": "1", "from": "2026-12"}).context["line"]
    assert [bar.campaign for bar in line.bars] == [made]
    assert (line.bars[0].x, line.bars[0].width) == (348, 155)  # 9/31 and 4/31 of 1200
    assert [node.day for node in line.nodes] == [dt.date(2026, 12, 12)]


def test_an_administrator_sees_every_store_as_on_all_other_pages(mia: Client, world: World) -> None:
    theirs = Campaign.objects.create(store=world.other, name="theirs", first_day=FIRST, last_day=LAST)
    User.objects.filter(pk=world.mia.pk).update(is_superuser=True)
    page = mia.get(at("campaign_calendar"), {"months": "1", "from": "2026-12"})
    assert [bar.campaign for bar in page.context["line"].bars] == [theirs]
    said = page.content.decode()
    assert f'aria-label="theirs · {world.other.name} ' in said  # what the bar shows is in its name
    assert f'">theirs</a><small class="muted">{FIRST} – {LAST:%m-%d} ·' in said  # the list of the phone


def test_two_prices_of_a_product_on_the_same_days_clash(world: World) -> None:
    mask = product(world.store, "mask", 8900)
    one, other = campaign(world.store, (mask, 7900)), campaign(world.store, (mask, 6900), name="b")
    assert timeline.clashes([one, other]) == ["双12 and b give the same product two prices: mask."]
    other.last_day = other.first_day = FIRST - dt.timedelta(days=1)
    assert timeline.clashes([one, other]) == []


def test_a_dragged_campaign_takes_its_tasks_along_and_one_that_runs_stays(mia: Client, world: World) -> None:
    template(world.store, world.alice, rule="", trigger="campaign", offset=-3, title="9 要点")
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900))
    mia.post(at("campaign_move", made.pk), {"first_day": "2026-12-12"})
    answer = mia.post(at("campaign_move", made.pk), {"first_day": "2026-12-15"})
    assert answer.json() == {"first_day": "2026-12-15", "last_day": "2026-12-18"}
    assert Task.objects.get().day == dt.date(2026, 12, 12)
    Campaign.objects.update(state="running")
    assert mia.post(at("campaign_move", made.pk), {"first_day": "2026-12-20"}).status_code == 422
    assert mia.post(at("campaign_move", made.pk), {"first_day": "x"}).status_code == 422


def test_the_feed_holds_whole_days_with_the_end_after_the_last(mia: Client, world: World) -> None:
    campaign(world.store, (product(world.store, "mask", 8900), 7900), name="双12；a,b")
    text = mia.get(at("campaign_ical")).content.decode()
    assert "DTSTART;VALUE=DATE:20261210\r\nDTEND;VALUE=DATE:20261214\r\n" in text
    assert "SUMMARY:双12；a\\,b" in text


def test_the_stock_is_decided_on_by_name_and_late_once_the_day_has_passed(mia: Client, world: World) -> None:
    mask = product(world.store, "mask", 8900)
    made = campaign(world.store, (mask, 7900))
    assert made.decide_by == dt.date(2026, 12, 3)
    assert [stocking.is_late(made, dt.date(2026, 12, n)) for n in (3, 4)] == [False, True]
    mia.post(at("campaign_stock", made.pk), {"product": mask.pk, "choice": "restock", "lift": "5"})
    decision = StockDecision.objects.get()
    assert (decision.choice, decision.by, decision.lift) == ("restock", world.mia, 5)
    assert not stocking.is_late(made, dt.date(2026, 12, 4))
    order = f"{at('purchase_new')}?need={mask.pk}:"
    shown = mia.get(at("campaign_stock", made.pk))
    assert shown.context["unkept"]  # and the page leads to where stock is kept
    page = shown.content.decode()
    assert order not in page
    assert page.count(">—</td>") == 4  # pace, need, stock and what is short: nobody has told any of them
    sku = SKU.objects.create(store=world.store, product=mask, code="mask-1", pack_size=12)
    StockItem.objects.create(sku=sku, store=world.store, on_hand=5)
    StockPace.objects.update_or_create(
        product=mask, defaults={"units_7": 56, "days_7": 7, "units_28": 224, "days_28": 28}
    )
    shown = mia.get(at("campaign_stock", made.pk) + "?lift=3")
    [row] = shown.context["needs"]
    assert not shown.context["unkept"]
    assert (row.need, row.free, row.short) == (116, 5, 111)  # 8 a day x 3 x 4 days x 1.2 = 115.2
    assert row.begins_with == "restock"
    assert row.ordering.startswith(f"need={mask.pk}%3A111&by=2026-12-10&note=")
    assert f"need={mask.pk}%3A111" in shown.content.decode()
    begun = mia.get(f"{at('purchase_new')}?{row.ordering}")
    assert [(x.code, units) for x, units, _cost in begun.context["lines"]] == [("mask-1", 120)]  # ten cartons of 12
    assert begun.context["form"].initial["note"] == row.campaign.name
    assert [(x.short, x.whole, x.usual) for x in begun.context["lacking"]] == [(111, 120, 348)]  # usual: 8 x 44 - 5


def test_rest_tells_what_is_short_in_whole_cartons_and_takes_a_decision(world: World) -> None:
    mask = product(world.store, "mask", 8900)
    made = campaign(world.store, (mask, 7900))
    sku = SKU.objects.create(store=world.store, product=mask, code="mask-1", pack_size=12)
    StockItem.objects.create(sku=sku, store=world.store, on_hand=5)
    StockPace.objects.create(product=mask, units_7=56, days_7=7, units_28=224, days_28=28)
    key = create_token(world.mia, "key", "write", [world.store])[1]
    api, at = Client(headers={"authorization": f"Bearer {key}"}), f"/api/v1/stores/lotus/campaigns/{made.pk}/stock"
    [told] = api.get(at).json()["products"]
    assert (told["need"], told["held"], told["short"], told["to_order"]) == (116, 0, 111, 120)
    assert told["decision"] is None
    answer = api.post(at, {"product": "mask", "choice": "restock", "lift": "2"}, "application/json").json()
    [told] = answer["products"]  # 8 a day x 2 x 4 days x 1.2 = 76.8
    assert (told["short"], told["to_order"], told["decision"]["by"], told["decision"]["lift"]) == (
        72,
        72,
        "mia",
        "2.00",
    )
    for wrong in ({"product": "x"}, {"product": "mask", "choice": "hope"}, {"product": "mask", "lift": "0"}):
        assert api.post(at, wrong, "application/json").status_code == 422
    assert StockDecision.objects.count() == 1


def test_what_group_buys_have_pre_sold_is_needed_besides(mia: Client, world: World) -> None:
    """T-35: 8 a day x lift 5 x 3 days x 1.2 + 120 pre-sold -> 264."""
    mask = product(world.store, "mask", 8900)
    made = campaign(world.store, (mask, 7900))
    Campaign.objects.update(last_day=made.first_day + dt.timedelta(days=2))
    sku = SKU.objects.create(store=world.store, product=mask, code="mask-1")
    StockItem.objects.create(sku=sku, store=world.store, on_hand=263)
    StockPace.objects.create(product=mask, units_7=56, days_7=7, units_28=224, days_28=28)
    hold_stock(world.store, sku, 120, "预售")
    page = mia.get(at("campaign_stock", made.pk), {"lift": "5"})
    [row] = page.context["needs"]
    assert (row.need, row.held, row.in_all, row.free, row.short) == (144, 120, 264, 143, 1)
    assert "连同已占用的 120 件：264" in page.content.decode()


def test_a_campaign_that_is_over_shows_what_was_decided_on_the_numbers_of_then(mia: Client, world: World) -> None:
    mask, soap = product(world.store, "mask", 8900), product(world.store, "soap", 5900)
    made = campaign(world.store, (mask, 7900), (soap, 4900))
    for need, choice in ((90, "enough"), (120, "restock")):
        StockDecision.objects.create(
            item=made.items.get(product=mask), choice=choice, need=need, available=100, lift=5, at=clock.now()
        )
    Campaign.objects.update(state="ended")
    page = mia.get(at("campaign_stock", made.pk))
    assert [(x.item.product, x.need, x.choice) for x in page.context["decided"]] == [(mask, 120, "restock")]
    assert "<td data-label" in page.content.decode()
    assert 'name="choice"' not in page.content.decode()
    mia.post(at("campaign_stock", made.pk), {"product": soap.pk, "choice": "restock", "lift": "5"})
    assert StockDecision.objects.count() == 2


def test_stock_that_was_not_decided_on_in_time_is_told_once(world: World) -> None:
    template(world.store, world.alice, rule="", trigger="stock_late", title="备货")
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900))
    with travel(dt.datetime(2026, 12, 3, 4, tzinfo=dt.UTC), tick=False):
        assert stocking.remind_late(world.store) == 0  # the day itself is still in time
    with travel(dt.datetime(2026, 12, 4, 4, tzinfo=dt.UTC), tick=False):
        assert [stocking.remind_late(world.store) for _again in range(2)] == [1, 1]
        assert Task.objects.get().subject == made.name
        told = Notice.objects.filter(key=f"stock_late:{made.pk}").values_list("user__username", flat=True)
        assert sorted(told) == ["alice", "mia"]
        stocking.decide(made, made.products.get().pk, "enough", stocking.LIFT, "", world.mia)
        assert stocking.remind_late(world.store) == 0


def test_nothing_has_to_be_decided_about_a_style_of_which_no_stock_is_kept(world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900))
    made.products.update(is_unstocked=True)
    assert not stocking.is_late(made, dt.date(2026, 12, 4))
    need = stocking.Need(made, made.products.get(), None, need=20, free=0, coming=0, decision=None)
    assert need.short == 0
