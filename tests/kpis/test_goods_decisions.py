"""What of goods waits on 今日: stock, campaigns to come, plans against each other, stages; group deals beside it."""

import datetime as dt
from unittest import mock

import pytest
from django.test import Client
from django.utils import translation

from campaigns.groupbuy.dealing import record
from campaigns.groupbuy.planning import approve
from campaigns.models import StockDecision
from kpis.display.goods_decisions import clashes, low_stock, not_lowered, stage_moves, stock_due
from kpis.outward import deal_rows
from kpis.views.goods_words import goods_line
from opsplan.lib import clock
from products.models import SKU, Move, Product, PurchaseOrder, StockItem, StockPace
from products.purchasing import Wanted, place_order
from staff.models import Member
from tests.campaigns.groupbuy.deals import OPENS, deal, order, sku
from tests.campaigns.shop import campaign, product
from tests.world import World, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


def low(world: World, code: str, on_hand: int, **more: object) -> Product:
    """A style that sells seven a day, so that its line by pace is above what is left."""
    made = Product.objects.create(store=world.store, code=code, title=code, **more)
    unit = SKU.objects.create(store=world.store, product=made, code=f"{code}-1")
    StockItem.objects.create(sku=unit, store=world.store, on_hand=on_hand)
    StockPace.objects.create(product=made, units_28=196, days_28=28, low_since=TODAY)
    return made


def test_what_is_below_its_line_stands_there_until_it_is_ordered_heroes_first(world: World) -> None:
    low(world, "a", 9)
    hero = low(world, "b", 20, is_hero=True)
    [first, second] = low_stock(world.store, TODAY)
    assert [x.params["row"].code for x in (first, second)] == ["b", "a"]
    wanted = first.params["row"].proposal.units
    unit = SKU.objects.get(product=hero)
    place_order(world.store, [Wanted(unit, wanted, None)], TODAY + dt.timedelta(days=3), by=world.mia)
    assert [x.params["row"].code for x in low_stock(world.store, TODAY)] == ["a"]
    for code in "cde":
        low(world, code, 1)
    assert [x.code for x in low_stock(world.store, TODAY)] == ["stock"] * 4  # no line for a rest of one
    low(world, "f", 1)
    told = list(low_stock(world.store, TODAY))
    assert [x.code for x in told] == ["stock", "stock", "stock", "stocks"]
    assert told[-1].params["count"] == 2  # five are low: three lines and one for the rest


def test_the_products_below_their_lines_are_those_the_link_opens(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six are low; of one enough is on its way: three lines, two more, and five behind the link."""
    monkeypatch.setenv("OPSPLAN_TODAY", f"{TODAY}")
    for code in "abcdef":
        low(world, code, 1)
    unit = SKU.objects.get(code="f-1")
    place_order(world.store, [Wanted(unit, 5000, None)], TODAY + dt.timedelta(days=3), by=world.mia)
    told = list(low_stock(world.store, TODAY))
    client.force_login(world.mia)
    request = mock.Mock(store=world.store, member=Member.objects.get(user=world.mia))
    page = client.get(goods_line(told[-1], request).url)
    assert (len(told) - 1 + told[-1].params["count"], page.context["page"].paginator.count) == (5, 5)


def test_a_campaign_asks_for_its_stock_two_weeks_before_the_last_day_until_all_is_decided(world: World) -> None:
    made = campaign(world.store, (product(world.store, "mask", 8900), 7900), (product(world.store, "soap", 5900), 4900))
    assert made.decide_by == dt.date(2026, 12, 3)
    asked = {
        n: [x.tone for x in stock_due(world.store, made.decide_by + n * dt.timedelta(days=1))] for n in (-15, -14, 0, 1)
    }
    assert asked == {-15: [], -14: ["warn"], 0: ["warn"], 1: ["bad"]}
    for item, left in zip(made.items.all(), (1, 0), strict=True):
        StockDecision.objects.create(item=item, choice="enough", need=1, available=1, lift=3, at=clock.now())
        assert [len(x.params["needs"]) for x in stock_due(world.store, TODAY)] == ([left] if left else [])


def test_proposed_stages_are_one_line_each_and_the_rest_one_line(world: World) -> None:
    for n in (0, 1, 2, 4, 3):
        made = Product.objects.create(store=world.store, code=f"p{n}", title=f"p{n}", is_hero=n == 4)
        Move.objects.create(product=made, source="incubation", target="growth", rule="hand", day=TODAY)
        told = list(stage_moves(world.store))
        assert n == 3 or [x.code for x in told] == ["stage"] * min(n + 1, 4)
    assert [x.params["move"].product.code for x in told[:3]] == ["p4", "p0", "p1"]
    assert (told[3].code, told[3].params["count"], len(told)) == ("stages", 2, 4)


def test_what_is_nobodys_business_here_or_any_more_is_not_told(world: World) -> None:
    """Of another store, off the shelf, filled up since, run out of by nobody, decided, past, over, made to order."""
    low(world, "filled", 5000)
    low(world, "off", 1, status=Product.Status.OFF)
    apart = low(world, "apart", 1)
    StockPace.objects.filter(product=apart).update(low_since=None)
    foreign = low(world, "foreign", 1)
    Product.objects.filter(pk=foreign.pk).update(store=world.other)
    StockItem.objects.filter(sku__product=foreign).update(store=world.other)
    for made, state in ((foreign, Move.State.OPEN), (apart, Move.State.DECLINED)):
        Move.objects.create(product=made, source="incubation", target="growth", rule="hand", day=TODAY, state=state)
    mask, tailored = product(world.store, "mask", 8900), product(world.store, "tailored", 8900)
    Product.objects.filter(pk=tailored.pk).update(is_unstocked=True)
    soon = TODAY + dt.timedelta(days=10)
    coming = {"first_day": soon, "last_day": soon}
    campaign(world.store, (tailored, 7900), **coming)
    campaign(world.store, (mask, 7900), state="ended", name="ended", **coming)
    campaign(world.other, (product(world.other, "theirs", 8900), 7900), **coming)
    campaign(world.store, (mask, 7900), first_day=TODAY - dt.timedelta(days=1), last_day=soon)
    found = {
        "low": list(low_stock(world.store, TODAY)),
        "due": list(stock_due(world.store, TODAY)),
        "moves": list(stage_moves(world.store)),
    }
    assert found == {"low": [], "due": [], "moves": []}
    first = campaign(world.store, (mask, 7900), first_day=TODAY, last_day=soon)
    assert [x.params["campaign"] for x in stock_due(world.store, TODAY)] == [first]


def test_plans_against_each_other_and_targets_nobody_lowered_are_told(world: World) -> None:
    mask = product(world.store, "mask", 8900)
    campaign(world.store, (mask, 7900))
    campaign(world.store, (mask, 6900), name="b")
    with translation.override("en"):
        [told] = clashes(world.store, TODAY)
    assert told.params["sentence"] == "双12 and b give the same product two prices: mask."
    assert list(clashes(world.store, dt.date(2026, 12, 14))) == []
    with mock.patch("kpis.days.lowering.waiting") as waiting:
        waiting.return_value = [mock.Mock(campaign=mock.Mock(pk=1), short=n) for n in (4, 7)]
        assert [x.params["short"] for x in not_lowered(world.store, TODAY)] == [11]


def test_a_group_deal_that_sells_or_opens_soon_stands_beside_the_campaigns(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [OPENS - dt.timedelta(days=9)]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    made = deal(world.store, sku(world.store, 1000))
    assert deal_rows.selling(world.store, TODAY) == []  # planned: nothing is promised yet
    approve(made, world.alice)
    [coming] = deal_rows.selling(world.store, TODAY)
    assert (coming.deal, coming.live.quota, coming.live.sold) == (made, 600, 0)
    moment[0] = OPENS + dt.timedelta(hours=2)
    record(made, [order("1", 2)], None)
    [card] = deal_rows.selling(world.store, OPENS.date())
    assert (card.deal.state, card.live.sold + card.live.kept) == ("open", 2)


def test_an_order_and_a_stage_are_decided_beside_the_page(mia: Client, world: World) -> None:
    made, part = low(world, "a", 1), {"HX-Request": "true"}
    page = mia.get(f"{at('purchase_new')}?product={made.pk}", headers=part).content.decode()
    assert "<html" not in page
    assert 'name="from" value="today"' in page
    whole = mia.get(f"{at('purchase_new')}?product={made.pk}").content.decode()
    assert ('name="from"' in whole, "Pieces per carton" in whole or "每箱" in whole, at("purchases") in whole) == (
        False,
        True,
        True,
    )
    place = page.split('name="place"')[1].split('value="')[1].split('"')[0]
    unit = SKU.objects.get(product=made)
    told = {"from": "today", "place": place, "due_on": "2026-12-07", f"q{unit.pk}": "12"}
    assert mia.post(at("purchase_new"), told).headers["Location"] == at("today")
    assert PurchaseOrder.objects.get().lines.get().quantity == 12
    move = Move.objects.create(product=made, source="incubation", target="growth", rule="hand", day=TODAY)
    page = mia.get(at("stage_move", move.pk), headers=part).content.decode()
    assert "<html" not in page
    assert f'name="next" value="{at("today")}"' in page
