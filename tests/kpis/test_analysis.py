"""The founding papers' sets of figures (S115-S120), and what was done in the days they are about."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from campaigns.models import Campaign
from kpis.trends import analysis
from opsplan.lib.periods import Period
from products.models import Move, PriceChange, Product
from stores.models import Store
from tests.kpis.facts import count, cover, flow, line, order
from tests.world import World

WEEK = Period(dt.date(2026, 3, 9), dt.date(2026, 3, 15))


def test_the_sets_hold_what_the_papers_name() -> None:
    daily = "ip pv stay_time old_uv_share new_uv_share order_cnt valid_orders order_valid_rate pay_amt aov gross_rate "
    weekly = "pv_per_uv visit_depth_rate visit_time_rate gross order_cvr order_pay_rate return_rate "
    quarterly = "member_total member_buy_rate member_buy_rate_new member_buy_rate_old repurchase_rate cvr "
    pages = "home_buy_rate item_buy_rate"
    assert set((daily + weekly + quarterly + pages).split()) <= set(analysis.KEYS)


def test_what_was_done_is_told_in_order_of_time(world: World) -> None:
    """Not what was done on the days beside it, in another store, or declined."""
    store = world.store
    mask = Product.objects.create(store=store, code="m", title="面膜", launched_on=dt.date(2026, 3, 15))
    Campaign.objects.create(store=store, name="38节", first_day=dt.date(2026, 3, 1), last_day=dt.date(2026, 3, 10))
    Campaign.objects.create(store=store, name="周中", first_day=dt.date(2026, 3, 11), last_day=dt.date(2026, 3, 13))
    Product.objects.create(store=store, code="o", title="早上新", launched_on=dt.date(2026, 3, 8))
    Campaign.objects.create(store=store, name="春季", first_day=dt.date(2026, 3, 16), last_day=dt.date(2026, 3, 20))
    noon = dt.datetime(2026, 3, 12, 4, tzinfo=dt.UTC)
    PriceChange.objects.create(product=mask, from_day=dt.date(2026, 3, 12), old_fen=9900, new_fen=8900, at=noon)
    Move.objects.create(product=mask, source="incubation", target="growth", rule="steady", day=dt.date(2026, 3, 9),
                        state="confirmed", decided_on=dt.date(2026, 3, 9))  # fmt: skip
    theirs = Product.objects.create(store=world.other, code="t", title="别家", launched_on=dt.date(2026, 3, 12))
    for product, day, state in ((mask, 8, "confirmed"), (mask, 16, "confirmed"), (mask, 10, "declined"),
                                (theirs, 10, "confirmed")):  # fmt: skip
        on = dt.date(2026, 3, day)
        Move.objects.create(product=product, source="growth", target="decline", rule="x", day=on, state=state,
                            decided_on=on)  # fmt: skip
        if state == "confirmed":
            PriceChange.objects.create(product=product, from_day=on, old_fen=2, new_fen=1, at=noon)
    told = [(x.day.day, x.kind, x.name) for x in analysis.deeds(store, WEEK)]
    assert told == [
        (9, "stage", "面膜"), (10, "campaign", "38节"), (11, "campaign", "周中"), (12, "price", "面膜"),
        (15, "listed", "面膜"),
    ]  # fmt: skip


def test_a_channels_worth_is_more_than_its_conversion(store: Store) -> None:
    for day in WEEK:
        flow(store, day, "搜索", "search", 100, pv=500, fav_uv=10, cart_uv=20, pay_buyers=4, pay_amt_fen=40000)
        flow(store, day, "直通车", "zhitongche", 300, pv=600, fav_uv=3, cart_uv=6, pay_buyers=6, pay_amt_fen=60000)
    count(store)
    ads, search = analysis.quality(store, WEEK)
    assert [search.values[key].value for key in analysis.QUALITY] == [
        Decimal(x) for x in ("700", "5.000000", "0.100000", "0.200000", "0.040000", "4.00")
    ]
    assert (ads.key, ads.values["pv_per_uv"].value) == ("zhitongche", 2)


def test_what_stopped_selling_is_among_those_that_sold_worse(store: Store) -> None:
    goods = [
        Product.objects.create(store=store, code=code, title=code) for code in ("mask", "cream", "serum", "oil", "soap")
    ]
    sales = {2: (10, 50, 20, 5, 0), 9: (15, 0, 60, 0, 0)}  # by day of March
    cover(store, "orders", dt.date(2026, 3, 2), dt.date(2026, 3, 15))
    for day, amounts in sales.items():
        for product, amount in zip(goods, amounts, strict=True):
            if amount:
                line(order(store, dt.date(2026, 3, day), str(amount)), str(amount), product=product.pk)
    count(store)
    up, down = analysis.movers(store, WEEK, "previous")
    assert [(x.row.key, int(x.change)) for x in up] == [("serum", 40), ("mask", 5)]
    assert [(x.row.key, int(x.change)) for x in down] == [("cream", -50), ("oil", -5)]
    Product.objects.filter(code__in=("cream", "oil", "soap")).delete()  # of the others both weeks are known
    assert [[x.row.key for x in each] for each in analysis.movers(store, WEEK, "previous")] == [["serum", "mask"], []]
    week_before = Period(dt.date(2026, 3, 2), dt.date(2026, 3, 8))
    assert analysis.movers(store, week_before, "previous") == ([], [])  # of February nothing is known


def test_the_page_begins_with_last_week_against_the_week_before(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-18")
    cover(world.store, "orders", dt.date(2026, 3, 2), dt.date(2026, 3, 15))
    for day in range(2, 16):
        order(world.store, dt.date(2026, 3, day), "10" if day < 9 else "30")
    count(world.store)
    client.force_login(world.alice)
    page = client.get("/s/lotus/dashboard/analysis/").content.decode()
    assert all(text in page for text in ("2026-03-09 – 03-15", "¥210.00", "¥70.00", "200.0%"))
    sheet = client.get("/s/lotus/dashboard/export/analysis?period=last_week&compare=previous&format=csv")
    assert [x.split(",")[2] for x in sheet.content.decode("utf-8-sig").splitlines() if "支付金额" in x] == ["210.00"]
