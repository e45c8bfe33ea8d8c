"""Facts to day rows, by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from campaigns.models import Campaign
from kpis.figures.readings import Reader
from kpis.listings import Scope
from kpis.listings.orders import in_campaign, refunds, shared
from kpis.listings.orders import paid as paid_orders
from kpis.listings.scope import NAMELESS
from kpis.metrics import METRICS
from kpis.models import (
    AdSpend,
    ChannelDay,
    Entry,
    Fee,
    ItemTraffic,
    OrderStatus,
    ProductDay,
    Refund,
    RefundStatus,
    ShopTraffic,
    StoreDay,
    Upload,
)
from kpis.sums import rollups, targets
from opsplan.lib.periods import Period
from products.models import Cost, Product
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, flow, line, march, order, refund, spend, traffic


def day(store: Store, number: int) -> StoreDay:
    return StoreDay.objects.get(store=store, day=march(number))


def product(store: Store, code: str, *costs: tuple[int, int]) -> Product:
    made = Product.objects.create(store=store, code=code, title=code.upper())
    for since, fen in costs:
        Cost.objects.create(product=made, from_day=march(since), cost_fen=fen)
    return made


# --- orders (G2, G9)


def test_an_order_counts_on_the_day_it_was_made_and_again_on_the_day_it_was_paid(store: Store) -> None:
    cover(store, "orders", 1, 2)
    order(store, 1, "30.00", paid=2, total="30.00")
    count(store)
    first, second = day(store, 1), day(store, 2)
    assert (first.order_cnt, first.order_amt, first.pay_order_cnt, first.pay_amt) == (1, 3000, 0, 0)
    assert (second.order_cnt, second.order_amt, second.pay_order_cnt, second.pay_amt) == (0, 0, 1, 3000)


def test_one_buyer_with_two_orders_is_one_buyer(store: Store) -> None:
    cover(store, "orders", 1)
    order(store, 1, "10", buyer=7)
    order(store, 1, "10", buyer=7)
    order(store, 1, None, buyer=8)
    count(store)
    row = day(store, 1)
    assert (row.pay_order_cnt, row.pay_buyers, row.order_buyers) == (2, 1, 2)


def test_one_order_without_a_buyer_makes_the_days_buyers_unknown(store: Store) -> None:
    cover(store, "orders", 1)
    order(store, 1, "10", buyer=7)
    order(store, 1, "10")
    count(store)
    assert (day(store, 1).pay_buyers, day(store, 1).order_buyers) == (None, None)


def test_a_covered_day_without_orders_is_zero_and_an_uncovered_day_has_no_row(store: Store) -> None:
    cover(store, "orders", 1)
    cover(store, "orders", 3)
    count(store)
    row = day(store, 1)
    assert (row.order_cnt, row.pay_amt, row.pay_buyers, row.pay_item_cnt, row.refund_amt) == (0, 0, 0, 0, 0)
    assert row.uv is None
    assert row.promo_cost is None
    cover(store, "refunds", 1)
    cover(store, "ads", 1)  # of no channel
    count(store)
    row = day(store, 1)
    assert (row.refund_cnt, row.refund_qty, row.return_order_cnt, row.cohort_refund_amt) == (0, 0, 0, 0)
    assert (row.valid_order_cnt, row.order_amt, row.order_buyers, row.refund_est_amt) == (0, 0, 0, 0)
    assert not ChannelDay.objects.exists()
    assert not StoreDay.objects.filter(store=store, day=march(2)).exists()


def test_facts_beyond_the_coverage_count_as_unfinished(store: Store) -> None:
    order(store, 5, "10")
    count(store)
    row = day(store, 5)
    assert (row.pay_amt, row.covered, row.unfinished) == (1000, "orders", "orders")


def test_another_stores_orders_stay_out(store: Store, world_other: Store) -> None:
    cover(store, "orders", 1)
    mine = order(store, 1, "10", no="same")
    theirs = order(world_other, 1, "99", no="same")
    line(theirs, "99")
    refund(theirs, 1, "99")
    count(store)
    row = day(store, 1)
    assert (row.pay_amt, row.refund_amt, row.unlined_cnt) == (mine.pay_fen, 0, 1)


def test_nothing_of_another_store_counts(store: Store, world_other: Store) -> None:
    for kind in ("orders", "refunds", "items", "flow"):
        cover(world_other, kind, 1)
    theirs = order(world_other, 1, "99", buyer=1, refund="9")
    line(theirs, "99", product=product(world_other, "a", (1, 10)).pk)
    refund(theirs, 1, "9")
    traffic(world_other, 1, 500)
    flow(world_other, 1, "手淘搜索", "search", 5)
    spend(world_other, 1, "zhitongche", "9")
    ItemTraffic.objects.create(store=world_other, day=march(1), item_id="a", uv=10)
    Fee.objects.create(store=world_other, day=march(1), amount_fen=500)
    targets.enter(world_other, "brush_amt", march(1), "1")
    Campaign.objects.create(store=world_other, name="c", first_day=march(1), last_day=march(2))
    rollups.rebuild(store, [march(1)])
    assert not any(x._default_manager.exists() for x in (StoreDay, ProductDay, ChannelDay))
    order(store, 1, "10")
    rollups.rebuild(store, [march(1)])
    assert (day(store, 1).covered, day(store, 1).act_amt, day(store, 1).refund_amt) == ("orders", 0, 0)


# --- refunds (G5)


def test_a_refund_counts_on_the_day_it_succeeds(store: Store) -> None:
    cover(store, "orders", 1, 3)
    cover(store, "refunds", 1, 3)
    paid = order(store, 1, "100", refund="40")
    refund(paid, 3, "40", qty=2)
    refund(paid, 3, "60", status=RefundStatus.OPEN)
    count(store)
    assert [day(store, n).refund_amt for n in (1, 2, 3)] == [0, 0, 4000]
    assert (day(store, 3).refund_cnt, day(store, 3).refund_qty, day(store, 3).refund_est_amt) == (1, 2, 0)
    assert [day(store, n).cohort_refund_amt for n in (1, 2, 3)] == [4000, 0, 0]


def test_what_the_order_file_knows_beyond_the_settled_cases_is_booked_on_the_payment_day(store: Store) -> None:
    cover(store, "orders", 1, 3)
    cover(store, "refunds", 1, 3)
    paid = order(store, 1, "100", refund="70")
    refund(paid, 3, "40")
    count(store)
    assert (day(store, 1).refund_amt, day(store, 1).refund_est_amt) == (3000, 3000)
    assert day(store, 3).refund_amt == 4000
    assert day(store, 1).cohort_refund_amt == 7000


@pytest.mark.parametrize(("platform", "given_back", "undated"), [("tmall", 10000, 7000), ("douyin", 3000, 0)])
def test_where_an_order_file_only_says_that_money_went_back_the_first_case_tells_how_much(
    db: None, platform: str, given_back: int, undated: int
) -> None:
    store = create_store(platform, "海棠", platform)
    cover(store, "orders", 1, 3)
    cover(store, "refunds", 1, 3)
    paid = order(store, 1, "100", refund="100")
    line(paid, "100")
    refund(paid, 3, "30")
    count(store)
    row = day(store, 1)
    assert (row.cohort_refund_amt, row.refund_est_amt, row.refund_amt) == (given_back, undated, undated)
    assert ProductDay.objects.get(store=store, day=row.day).refund_amt == undated
    assert (row.valid_order_cnt, day(store, 3).refund_amt) == (int(given_back < 10000), 3000)
    scope = Scope(store, Period(march(1), march(1)))
    assert [each.known_fen for each in paid_orders(scope)] == [given_back]
    assert [each.undated_fen for each in shared(scope)] == [undated]


@pytest.mark.parametrize(
    ("told", "booked", "given_back"),
    [
        ("0", 4000, 5000),
        ("30", 4000, 5000),
        ("70", 6000, 7000),
    ],  # of 50 in cases 10 have a day; the file knows
)
def test_a_settled_case_without_a_date_is_booked_on_the_payment_day(
    store: Store, told: str, booked: int, given_back: int
) -> None:
    cover(store, "orders", 1, 3)
    cover(store, "refunds", 1, 3)
    paid = order(store, 1, "100", refund=told)
    line(paid, "100")
    refund(paid, 3, "10")
    Refund.objects.filter(pk=refund(paid, 2, "40").pk).update(settled_at=None, settled_day=None)
    count(store)
    row = day(store, 1)
    assert (row.refund_amt, row.refund_est_amt, row.cohort_refund_amt) == (booked, booked, given_back)
    assert [day(store, n).refund_amt for n in (2, 3)] == [0, 1000]
    assert ProductDay.objects.get(store=store, day=row.day).refund_amt == booked


def test_a_refund_on_a_day_no_list_tells_of_is_known_all_the_same(store: Store, told_nothing: object) -> None:
    cover(store, "orders", 1, 3, upload=told_nothing)
    refund(order(store, 1, "100"), 2, "40")
    count(store)
    assert [(day(store, n).refund_amt, day(store, n).cohort_refund_amt) for n in (1, 2, 3)] == [
        (0, 4000),
        (4000, 0),
        (None, None),
    ]


@pytest.mark.parametrize("source", ["jd_order_2016", "woocommerce_analytics_orders"])
def test_a_day_without_a_cancelled_order_has_no_refund_where_the_state_would_tell(
    store: Store, told_nothing: Upload, source: str
) -> None:
    """Else a refund rate would stand on the days with refunds alone."""
    Upload.objects.update(source=source)
    cover(store, "orders", 1, 2, upload=told_nothing)
    order(store, 1, "100", refund="100", status=OrderStatus.CLOSED_REFUNDED)
    order(store, 2, "100")
    count(store)
    assert [(day(store, n).refund_amt, day(store, n).refund_est_amt) for n in (1, 2)] == [(10000, 10000), (0, 0)]


def test_an_order_is_valid_until_all_of_it_was_given_back(store: Store) -> None:
    cover(store, "orders", 1)
    order(store, 1, "100", refund="99.99")
    order(store, 1, "100", refund="100")
    order(store, 1, "50", status=OrderStatus.CLOSED_REFUNDED)
    order(store, 1, "0")
    refund(order(store, 1, "30"), 2, "30")
    order(store, 1, None)
    count(store)
    row = day(store, 1)
    assert (row.order_cnt, row.pay_order_cnt, row.valid_order_cnt) == (6, 5, 2)


def test_without_a_refund_column_or_list_nothing_is_known_of_refunds(store: Store, told_nothing: object) -> None:
    """A report of something else says nothing of them either."""
    cover(store, "orders", 1, upload=told_nothing)
    order(store, 1, "100")
    traffic(store, 1, 5)
    count(store)
    row = day(store, 1)
    assert (row.pay_amt, row.refund_amt, row.cohort_refund_amt, row.refund_cnt) == (10000, None, None, None)


def test_refund_cases_need_a_refund_list(store: Store) -> None:
    cover(store, "orders", 1)
    order(store, 1, "100", refund="5")
    count(store)
    row = day(store, 1)
    assert (row.refund_amt, row.refund_cnt, row.refund_qty, row.return_order_cnt) == (500, None, None, None)


def test_orders_sent_back_are_unknown_where_a_case_does_not_say_so(store: Store) -> None:
    """One case of the day that says nothing is enough; a case that says so counts whatever others of its order do."""
    for n in (1, 2):
        cover(store, "orders", n)
        cover(store, "refunds", n)
        refund(order(store, n, "100"), 3, "100", with_return=True)
        refund(order(store, n, "80"), 3, "80", with_return=False)
    twice = order(store, 1, "60")
    refund(twice, 3, "10", with_return=None)
    refund(twice, 3, "50", with_return=True)
    refund(order(store, 2, "40"), 3, "40", with_return=None)
    count(store)
    assert (day(store, 1).return_order_cnt, day(store, 2).return_order_cnt) == (2, None)
    found = Reader(store, ["return_rate"]).figure(METRICS["return_rate"], Period(march(1), march(2)))
    assert found.value == Decimal("0.666667")  # two of the three orders of the first day alone
    assert [(m.code, m.days) for m in found.missing] == [("no_return_kind", (march(2),))]


# --- products


def test_the_parts_of_an_order_sum_to_its_fen(store: Store) -> None:
    cover(store, "orders", 1)
    paid = order(store, 1, "10.00", no="A")
    for n in range(3):
        line(paid, "10", product=n + 1, key=f"k{n}")
    count(store)
    parts = list(ProductDay.objects.order_by("product_id_ref").values_list("pay_amt", flat=True))
    assert parts == [333, 333, 334]  # T-33


def test_an_order_is_shared_out_by_price_and_quantity(store: Store) -> None:
    cover(store, "orders", 1)
    paid = order(store, 1, "90.00")
    line(paid, "50", 1, product=1)
    line(paid, "25", 2, product=2)
    count(store)
    found = ProductDay.objects.order_by("product_id_ref").values_list("product_id_ref", "pay_amt", "pay_item_cnt")
    assert list(found) == [(1, 4500, 1), (2, 4500, 2)]


def test_lines_without_a_price_share_evenly(store: Store) -> None:
    cover(store, "orders", 1)
    paid = order(store, 1, "0.05")
    line(paid, "0", product=1, key="a")
    line(paid, "0", product=2, key="b")
    count(store)
    assert sorted(ProductDay.objects.values_list("pay_amt", flat=True)) == [2, 3]


def test_paid_orders_without_lines_have_a_row_of_their_own_so_that_rows_sum_to_the_shop(store: Store) -> None:
    cover(store, "orders", 1)
    line(order(store, 1, "20", refund="4"), "20", product=1)
    order(store, 1, "30", item_qty=3, refund="5")
    count(store)
    rows = {p.product_id_ref: (p.pay_amt, p.pay_item_cnt, p.refund_amt) for p in ProductDay.objects.all()}
    assert rows == {1: (2000, 1, 400), None: (3000, 3, 500)}
    row = day(store, 1)
    assert (row.pay_amt, row.pay_item_cnt, row.refund_amt, row.unlined_cnt) == (5000, 4, 900, 1)
    assert row.pay_line_cnt is None


def test_units_are_unknown_when_an_order_tells_neither_lines_nor_pieces(store: Store) -> None:
    cover(store, "orders", 1)
    order(store, 1, "30")
    count(store)
    assert day(store, 1).pay_item_cnt is None


def test_goods_cost_what_they_cost_on_the_day_of_sale(store: Store) -> None:
    cream = product(store, "cream", (1, 1000), (3, 1200))
    cover(store, "orders", 2, 3)
    line(order(store, 2, "50"), "25", 2, product=cream.pk)
    line(order(store, 3, "50"), "25", 2, product=cream.pk)
    count(store)
    assert [day(store, n).cost_amt for n in (2, 3)] == [2000, 2400]


def test_one_line_without_a_cost_makes_the_days_cost_unknown_and_is_counted(store: Store) -> None:
    cream, mask = product(store, "cream", (1, 1000)), product(store, "mask")
    cover(store, "orders", 1)
    paid = order(store, 1, "50")
    line(paid, "25", 1, product=cream.pk)
    line(paid, "5", 5, product=mask.pk)
    count(store)
    assert (day(store, 1).cost_amt, day(store, 1).cost_missing_qty) == (None, 5)
    assert ProductDay.objects.get(product_id_ref=cream.pk).cost_amt == 1000


def test_a_refund_that_names_no_product_is_of_the_only_one_in_its_order(store: Store) -> None:
    cream, soap = product(store, "cream"), product(store, "soap")
    cover(store, "orders", 1, 2)
    cover(store, "refunds", 1, 2)
    one, two = order(store, 1, "50"), order(store, 1, "80")
    line(one, "25", product=cream.pk, key="a")
    line(one, "25", product=cream.pk, key="b")
    line(two, "50", product=cream.pk, key="a")
    line(two, "30", product=soap.pk, key="b")
    refund(one, 2, "9", code="cream-50ml")
    refund(two, 2, "7", code="soap-1")
    refund(two, 2, "3", code="soap")
    refund(two, 2, "5", code="soap-1", line_key="b")
    count(store)
    told = {row.product_id_ref: row.refund_amt for row in ProductDay.objects.filter(day=march(2))}
    assert {key: fen for key, fen in told.items() if fen} == {cream.pk: 900, soap.pk: 800, None: 700}
    for key, fen in told.items():
        scope = Scope(store, Period(march(2), march(2)), product=NAMELESS if key is None else key)
        assert sum(case.amount_fen for case in refunds(scope)) == (fen or 0)


def test_a_products_refund_finds_it_by_its_code(store: Store) -> None:
    cream = product(store, "cream")
    cover(store, "refunds", 2)
    refund(order(store, 1, "50"), 2, "9", code="cream")
    count(store)
    assert ProductDay.objects.get(day=march(2), product_id_ref=cream.pk).refund_amt == 900


# --- campaigns


def test_a_campaign_of_the_whole_store_takes_the_whole_day(store: Store) -> None:
    Campaign.objects.create(store=store, name="38节", first_day=march(7), last_day=march(8))
    cover(store, "orders", 6, 9)
    for number in (6, 7, 8, 9):
        order(store, number, "10")
    count(store)
    assert [day(store, n).act_amt for n in (6, 7, 8, 9)] == [0, 1000, 1000, 0]


def test_a_campaign_with_products_takes_their_lines_once(store: Store) -> None:
    cream = product(store, "cream")
    for name in ("a", "b"):
        Campaign.objects.create(store=store, name=name, first_day=march(1), last_day=march(1)).products.add(cream)
    cover(store, "orders", 1)
    paid = order(store, 1, "30")
    line(paid, "10", product=cream.pk)
    line(paid, "20", product=cream.pk + 1)
    count(store)
    assert day(store, 1).act_amt == 1000


def test_a_campaign_that_was_stopped_takes_nothing_from_the_next_day_on(store: Store) -> None:
    stopped = dt.datetime(2026, 3, 6, 17, 0, tzinfo=dt.UTC)  # 01:00 of the 7th in Shanghai
    made = Campaign.objects.create(store=store, name="38节", first_day=march(6), last_day=march(8), stopped_at=stopped)
    cover(store, "orders", 6, 8)
    for number in (6, 7, 8):
        order(store, number, "10")
    count(store)
    assert [day(store, n).act_amt for n in (6, 7, 8)] == [1000, 1000, 0]
    assert (in_campaign(Scope(store, Period(march(6), march(8)))).count(), made.held_to("Asia/Tokyo")) == (2, march(7))


# --- the platform's own figures


def test_rates_of_the_platform_become_sums(store: Store) -> None:
    traffic(store, 1, 200, stay_seconds="6.5", bounce_rate="0.25", visits=400, pv=900, shop_fav_uv=9)
    traffic(store, 2, 100, bounce_rate="0.5", item_fav_uv=4, shop_fav_uv=9)
    count(store)
    one, two = day(store, 1), day(store, 2)
    assert (one.stay_total, one.bounce_total, one.bounce_base, one.fav_uv) == (1300, 100, 400, 9)
    assert (two.stay_total, two.bounce_total, two.bounce_base, two.fav_uv) == (None, 50, 100, 4)


def test_a_flow_total_and_its_details_are_not_added(store: Store) -> None:
    cover(store, "flow", 1)
    flow(store, 1, "手淘搜索", "search", 100, "汇总")
    flow(store, 1, "手淘搜索", "search", 60, "关键词A")
    flow(store, 1, "手淘搜索", "search", 70, "关键词B")
    flow(store, 1, "付费流量", "付费流量", 90)
    flow(store, 1, "付费流量", "zhitongche", 60, "直通车")
    flow(store, 1, "付费流量", "zuanzhan", 50, "钻展")
    count(store)
    assert dict(ChannelDay.objects.values_list("channel_key", "uv")) == {
        "search": 100,
        "zhitongche": 60,
        "zuanzhan": 50,
    }
    assert (day(store, 1).paid_uv, day(store, 1).search_uv) == (110, 100)
    cover(store, "flow", 2)
    for channel in ("search", "zhitongche"):  # typed for some channels only: no total of the shop
        targets.enter(store, f"uv_{channel}", march(3), 5)
    count(store)
    assert [(day(store, n).paid_uv, day(store, n).search_uv) for n in (2, 3)] == [(0, 0), (None, None)]


def test_a_flow_total_counts_only_where_all_its_details_are_its_own(store: Store) -> None:
    for channel, uv, detail in (("zhitongche", 90, "汇总"), ("zhitongche", 60, "直通车"), ("zuanzhan", 50, "钻展")):
        flow(store, 1, "付费流量", channel, uv, detail)
    count(store)
    assert dict(ChannelDay.objects.values_list("channel_key", "uv")) == {"zhitongche": 60, "zuanzhan": 50}


def test_facts_of_platforms_without_a_coverage_have_spoken_and_not_finished(store: Store) -> None:
    for number in (5, 6):  # of the sixth nothing is asked
        ShopTraffic.objects.create(store=store, day=march(number), uv=10)
        ItemTraffic.objects.create(store=store, day=march(number), item_id="a", uv=10)
        flow(store, number, "手淘搜索", "search", 5)
        AdSpend.objects.create(store=store, day=march(number), channel_key="zhitongche", grain="account", cost_fen=100)
    rollups.rebuild(store, [march(5)])
    row = StoreDay.objects.get()
    assert (row.covered, row.unfinished) == ("ads flow items traffic", "ads flow items traffic")
    assert (row.uv, row.item_uv, row.search_uv, row.promo_cost) == (10, 10, 5, 100)


def test_account_rows_win_over_subject_rows_of_the_same_channel_and_day(store: Store) -> None:
    spend(store, 1, "zhitongche", "100", clicks=50, sales_fen=30000)
    spend(store, 1, "zhitongche", "60", "subject", clicks=40)
    spend(store, 1, "zhitongche", "39", "subject", clicks=9)
    spend(store, 1, "zuanzhan", "20", "subject", impressions=1000)
    spend(store, 1, "zuanzhan", "5", "subject", impressions=500)
    count(store)
    row = day(store, 1)
    assert (row.promo_cost, row.ad_clicks, row.promo_amt, row.ad_impressions) == (12500, 50, 30000, 1500)
    assert (row.click_cost, row.sales_cost, row.view_cost) == (10000, 10000, 2500)


def test_a_covered_channel_that_spent_nothing_is_zero(store: Store) -> None:
    cover(store, "ads", 1, detail="zhitongche")
    count(store)
    assert (day(store, 1).promo_cost, day(store, 1).promo_amt) == (0, 0)
    assert ChannelDay.objects.get().promo_cost == 0


def test_items_on_sale_are_those_of_the_item_report_unless_typed(store: Store) -> None:
    for number in (1, 2):
        cover(store, "items", number)
        for item in ("a", "b", "c"):
            ItemTraffic.objects.create(store=store, day=march(number), item_id=item, uv=10, pay_buyers=1)
    Entry.objects.create(store=store, measure="items_on_sale", day=march(2), value=42, updated_at=noon_utc())
    count(store)
    assert [day(store, n).items_on_sale for n in (1, 2)] == [3, 42]
    assert (day(store, 1).item_uv, day(store, 1).item_pay_buyers) == (30, 3)


# --- hand entries


def noon_utc() -> dt.datetime:
    return dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_a_hand_entry_fills_what_no_file_told_and_no_more(store: Store) -> None:
    traffic(store, 1, 500)
    for number in (1, 2):
        targets.enter(store, "uv", march(number), 777)
        targets.enter(store, "brush_amt", march(number), "12.50")
        targets.enter(store, "promo_cost_juhuasuan", march(number), "88")
        targets.enter(store, "dsr_desc", march(number), "4.8")
    count(store)
    assert [day(store, n).uv for n in (1, 2)] == [500, 777]
    assert [day(store, n).brush_amt for n in (1, 2)] == [1250, 1250]
    assert [str(day(store, n).dsr_desc) for n in (1, 2)] == ["4.8000", "4.8000"]
    assert [day(store, n).promo_cost for n in (1, 2)] == [8800, 8800]
    assert set(ChannelDay.objects.values_list("channel_key", "promo_cost")) == {("juhuasuan", 8800)}
    assert ShopTraffic.objects.count() == 1
    targets.enter(store, "uv", march(2), 800)
    rollups.rebuild(store, [march(1)])  # of other days nothing is asked
    assert day(store, 2).uv == 777


def test_a_typed_mean_counts_as_often_as_what_it_is_the_mean_of(store: Store) -> None:
    """20 seconds for 30 sessions; of a day whose sessions nobody knows the mean says nothing."""
    for number in (1, 2):
        targets.enter(store, "first_resp_sec", march(number), 20)
        targets.enter(store, "brush_amt", march(number), 1)
    targets.enter(store, "chat_sessions", march(1), 30)
    count(store)
    assert [day(store, n).first_resp_sec for n in (1, 2)] == [600, None]
