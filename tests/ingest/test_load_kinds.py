"""Lines, refunds, traffic and ads: their keys, their days, what they make known."""

import datetime as dt
import random

import pytest

from kpis.models import (
    AdSpend,
    ChannelTraffic,
    Coverage,
    ItemTraffic,
    Order,
    OrderLine,
    Refund,
    RowProblem,
    ShopTraffic,
    StaleDay,
    StoreDay,
)
from kpis.sums.rollups import rebuild
from products.models import Listing, Product
from stores.models import Channel
from tests.ingest.bring import (
    ADS,
    FLOW,
    ITEMS,
    LINES,
    NUMBERED,
    REFUNDS,
    SHOP,
    SHORT,
    UNPAID,
    A,
    B,
    bring,
    content,
    counts,
    everything,
    rows,
)

pytestmark = pytest.mark.django_db
MASK = ["1001", "水润面膜", "25.00", "2", "", "规格:5片", "TM-01"]
CREAM = ["1001", "修护霜", "50.00", "1", "SKU-9", "", ""]
LOTION = ["1002", "乳液", "80.00", "1", "", "", ""]
DONE = ["R1", "1001", "TM-01", "退款成功", "2026-03-04 10:00:00", "2026-03-06 10:00:00", "30.00"]


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


def refund(amount: str = "30.00", status: str = "退款成功") -> list[str]:
    return [*DONE[:3], status, *DONE[4:6], amount]


def test_lines_get_their_product_by_code_or_title(world):
    bring(world.store, content(LINES, MASK, CREAM, LOTION))
    products = dict(Product.objects.values_list("id", "code"))
    lines = OrderLine.objects.order_by("price_fen").values_list("product_id_ref", "price_fen", "qty")
    assert [(products[pk], *rest) for pk, *rest in lines] == [("TM-01", 2500, 2), ("SKU-9", 5000, 1), ("乳液", 8000, 1)]


def test_shuffled_lines_change_nothing_not_even_the_same_line_twice(world):
    lines = [MASK, [*MASK[:3], "3", *MASK[4:]], CREAM, LOTION, MASK]
    assert counts(bring(world.store, content(LINES, *lines))) == (5, 0, 0, 0, 0)
    random.Random(7).shuffle(lines)
    assert counts(bring(world.store, content(LINES, *lines))) == (0, 0, 5, 0, 0)
    assert sorted(OrderLine.objects.filter(title="水润面膜").values_list("qty", flat=True)) == [2, 2, 3]


def test_lines_never_touch_orders(world):
    bring(world.store, content(SHORT, A))
    before = everything(Order, world.store)
    bring(world.store, content(LINES, MASK))
    assert everything(Order, world.store) == before


@pytest.mark.parametrize("first", ["orders", "lines"])
def test_lines_make_the_payment_days_stale_and_cover_their_orders_days(world, first):
    orders, lines = content(SHORT, A, B), content(LINES, MASK, LOTION)
    bring(world.store, orders if first == "orders" else lines)
    StaleDay.objects.all().delete()
    bring(world.store, lines if first == "orders" else orders)
    assert {(day(1),), (day(3),)} <= set(rows(StaleDay, "day"))
    assert rows(Coverage, "day", kind="lines") == [(day(1),), (day(2),)]


def test_numbered_lines_take_the_place_of_described_ones_and_stay(world):
    bring(world.store, content(LINES, MASK, CREAM, LOTION))
    numbered = ["9001", "1001", "水润面膜", "25.00", "2", "规格:5片", "TM-01"]
    bring(world.store, content(NUMBERED, numbered))
    assert rows(OrderLine, "order_no", "title") == [("1001", "水润面膜"), ("1002", "乳液")]
    assert counts(bring(world.store, content(LINES, MASK, CREAM, LOTION))) == (0, 0, 1, 2, 0)
    assert OrderLine.objects.count() == 2


def test_a_sub_order_number_twice_in_a_file_is_a_problem(world):
    numbered = ["9001", "1001", "水润面膜", "25.00", "2", "", "TM-01"]
    assert bring(world.store, content(NUMBERED, numbered, numbered)).state == "rejected"
    assert rows(RowProblem, "column", "value", "code") == [("子订单编号", "9001", "repeated_id")]


def test_a_refund_counts_on_its_day_and_on_the_payment_day_of_its_order(world):
    bring(world.store, content(SHORT, A))
    StaleDay.objects.all().delete()
    bring(world.store, content(REFUNDS, DONE))
    assert rows(Refund, "refund_no", "settled_day", "amount_fen") == [("R1", day(6), 3000)]
    assert rows(StaleDay, "day") == [(day(number),) for number in (1, 4, 5, 6)]
    assert rows(Coverage, "day", kind="refunds") == [(day(number),) for number in (4, 5, 6)]


def test_a_list_of_refunds_without_dates_is_taken_off_on_the_payment_days(world):
    """G5: order 1002 was paid on the third; its own file knows of 30.00, the list of 45.00."""
    bring(world.store, content(SHORT, A, B))
    listed = content(["退款编号*", "订单号*", "退款金额*"], ["9", "1002", "45.00"])
    upload = bring(world.store, listed, "退款.csv", source="generic_refunds")
    assert (upload.state, rows(StaleDay, "day")) == ("loaded", [(day(number),) for number in (1, 2, 3)])
    rebuild(world.store, [day(number) for number in (1, 2, 3)])
    found = StoreDay.objects.filter(store=world.store).order_by("day").values_list("refund_amt", "refund_est_amt")
    assert list(found) == [(0, 0), (0, 0), (4500, 4500)]


def test_a_paid_back_refund_never_shrinks_silently(world):
    bring(world.store, content(REFUNDS, refund("30.00")))
    upload = bring(world.store, content(REFUNDS, refund("20.00")))
    assert rows(Refund, "amount_fen") == [(3000,)]
    assert rows(RowProblem, "code", "params", upload=upload) == [("refund_shrank", {"before": "30.00"})]


def test_an_open_refund_may_still_become_less(world):
    bring(world.store, content(REFUNDS, refund("30.00", "买家已经申请退款，等待卖家同意")))
    bring(world.store, content(REFUNDS, refund("20.00")))
    assert rows(Refund, "amount_fen", "status") == [(2000, 30)]


def test_shop_traffic_is_one_row_a_day_and_fills_what_was_unknown(world):
    bring(world.store, content(SHOP[:2], ["2026-03-01", "1,200"], ["2026-03-03", "900"]))
    upload = bring(world.store, content(SHOP, ["2026-03-01", "1200", "5000", "88.00"]))
    assert counts(upload) == (0, 1, 0, 0, 0)
    assert rows(ShopTraffic, "day", "uv", "pv") == [(day(1), 1200, 5000), (day(3), 900, None)]
    assert rows(Coverage, "kind", "day") == [("traffic", day(1)), ("traffic", day(3))]


def test_flow_details_find_their_channel_by_any_of_its_names(world):
    bring(
        world.store,
        content(
            FLOW,
            ["2026-03-01", "淘内免费", "手淘搜索", "500"],
            ["2026-03-01", "付费流量", "关键词推广", "300"],
            ["2026-03-01", "淘外流量", "百度", "20"],
            ["2026-03-01", "淘内免费", "汇总", "800"],
        ),
    )
    assert rows(ChannelTraffic, "detail", "channel_key") == [
        ("关键词推广", "zhitongche"),
        ("手淘搜索", "search"),
        ("汇总", "淘内免费"),
        ("百度", "offsite"),
    ]


def test_an_unknown_detail_becomes_a_channel_when_it_is_loaded_and_not_before(world):
    data = content(FLOW, ["2026-03-01", "淘内免费", "手淘推荐", "500"], ["2026-03-01", "淘内免费", "汇总", "500"])
    bring(world.store, data, dry_run=True)
    assert not Channel.objects.filter(store=world.store, key="手淘推荐").exists()
    bring(world.store, data)
    made = Channel.objects.filter(store=world.store, key__in=["手淘推荐", "淘内免费"])
    assert [(channel.key, channel.is_paid) for channel in made] == [("手淘推荐", False)]


def test_items_become_listings_of_their_products(world):
    bring(world.store, content(LINES, MASK))
    bring(world.store, content(ITEMS, ["2026-03-01", "7001", "水润面膜 包邮", "TM-01", "88"]))
    [listing] = Listing.objects.all()
    assert (listing.item_id, listing.product.code) == ("7001", "TM-01")
    assert rows(ItemTraffic, "item_id", "uv", "product_id_ref") == [("7001", 88, listing.product_id)]


def test_a_preview_makes_no_products(world):
    bring(world.store, content(LINES, MASK), dry_run=True)
    assert Product.objects.count() == 0


def test_ad_days_are_covered_per_channel(world):
    upload = bring(world.store, content(ADS, ["2026-03-01", "1000", "50", "80.00", "240.00"]), "直通车_账户报表.csv")
    assert upload.state == "loaded"
    assert rows(AdSpend, "channel_key", "grain", "cost_fen", "sales_fen") == [("zhitongche", "account", 8000, 24000)]
    assert rows(Coverage, "kind", "detail", "day") == [("ads", "zhitongche", day(1))]


def test_a_repeated_day_in_a_report_is_a_problem(world):
    upload = bring(world.store, content(SHOP, ["2026-03-01", "1", "1", "1"], ["2026-03-01", "2", "2", "2"]))
    assert rows(RowProblem, "line", "column", "value", upload=upload) == [(3, "统计日期", "2026-03-01")]


def test_orders_unknown_so_far_may_have_lines_already(world):
    bring(world.store, content(LINES, MASK))
    upload = bring(world.store, content(SHORT, A, UNPAID))
    assert upload.state == "loaded"
    assert rows(Coverage, "day", kind="lines") == [(day(1),)]


@pytest.mark.parametrize("title", ["水润\r面膜", "水润\n面膜", '6" 面膜', "a,b\x1fc", "\\.", "\\N"])
def test_a_title_is_kept_with_whatever_it_holds(world, title):
    quoted = '"' + title.replace('"', '""') + '"'
    data = content(LINES, [MASK[0], "水润", *MASK[2:]], CREAM).replace("水润".encode(), quoted.encode())
    upload = bring(world.store, data)
    assert (upload.state, upload.new) == ("loaded", 2)
    assert OrderLine.objects.get(code="TM-01").title == title


def test_days_without_a_settled_order_are_told_by_the_file_that_covers_them(world):
    header = ["淘客结算时间", "实际成交价格", "佣金", "服务费金额", "淘宝父订单编号", "淘宝子订单编号", "商品ID"]
    settled = [f"2026-03-0{day} 10:00:00,100,5.00,0.50,1,{day},7".split(",") for day in (2, 4)]
    bring(world.store, content(header, *settled), "成交订单_订单结算_2026-03-01_2026-03-05.csv")
    told = Coverage.objects.filter(store=world.store, kind="ads", detail="taobaoke").values_list("day", flat=True)
    assert [day.day for day in told.order_by("day")] == [1, 2, 3, 4, 5]
