"""What a file as a whole makes a person look at twice."""

import pytest

from kpis.ingest.check import is_elsewhere
from kpis.ingest.readers import READERS
from products.models import ListPrice, Product
from tests.ingest.bring import LINES, SHORT, bring, content
from tests.ingest.make import FILES

pytestmark = pytest.mark.django_db


def order(number, total):
    at = "2026-03-01 10:00:00"
    return [str(number), total, total, "上海", at, at, "0"]


def items(first):
    return [[str(n), f"商品{n}", "10", "1", "", "", f"C{n}"] for n in range(first, first + 6)]


def codes(upload):
    return [problem.code for problem in upload.problems.all()]


def test_a_file_without_one_known_product_may_be_of_another_shop(world):
    for n in range(6):
        Product.objects.create(store=world.store, code=f"C{n}", title=f"商品{n}")
    assert codes(bring(world.store, content(LINES, *items(100)))) == ["wrong_shop"]
    assert codes(bring(world.store, content(LINES, *items(3)), "b.csv")) == []


def test_a_file_of_another_platform_may_be_meant_for_another_store(world):
    name = "京东订单_20261111.csv"
    assert codes(bring(world.store, (FILES / name).read_bytes(), name))[0] == "other_platform"
    told = {
        (platform, key)
        for platform in ("jd", "tmall", "pdd", "weidian")
        for key in READERS
        if is_elsewhere(platform, key)
    }
    assert {platform for platform, key in told if key == "jd_orders"} == {"tmall", "pdd"}
    assert {key for platform, key in told if platform == "tmall"} >= {
        "qianchuan_plan",
        "pdd_settlement",
        "youzan_orders",
    }
    assert not [key for _platform, key in told if key.startswith(("generic", "wangdiantong"))]


def test_a_list_of_items_that_looks_like_one_of_orders_names_the_right_ones(world):
    rows = [[*order(1, "10"), "1"], [*order(1, "10"), "2"]]
    assert codes(bring(world.store, content([*SHORT, "购买数量"], *rows))) == ["item_rows", "repeated_id"]


def test_a_shop_that_begins_is_not_warned(world):
    assert codes(bring(world.store, content(LINES, *items(100)))) == []


def told(upload):
    return [(p.code, *(p.params[x] for x in ("middle", "known", "times"))) for p in upload.problems.all()]


@pytest.mark.parametrize(
    ("amount", "figures"),
    [
        ("5990", [("odd_amounts", "5,990.00", "59.90", "100")]),
        ("599.00", [("odd_amounts", "599.00", "59.90", "10")]),
        ("0.60", [("odd_amounts", "0.60", "59.90", "1/100")]),
        ("5.99", [("odd_amounts", "5.99", "59.90", "1/10")]),
        ("180", []),
        ("20.00", []),
    ],
)
def test_amounts_ten_or_a_hundred_times_off_those_known_are_told_with_both_figures(world, amount, figures):
    assert codes(bring(world.store, content(SHORT, *(order(n, "59.90") for n in range(6))))) == []
    upload = bring(world.store, content(SHORT, *(order(n, amount) for n in range(10, 16))), "fen.csv")
    assert (told(upload), upload.state) == (figures, "loaded")  # a warning, never a refusal


@pytest.mark.parametrize(
    ("price", "figures"),
    [
        ("9900", [("odd_prices", "9,900.00", "99.00", "100")]),
        ("0.99", [("odd_prices", "0.99", "99.00", "1/100")]),
        ("9.90", []),  # a list price may be ten times what is paid
    ],
)
def test_before_there_are_orders_a_piece_is_held_against_the_list_prices(world, price, figures):
    for n in range(6):
        product = Product.objects.create(store=world.store, code=f"C{n}", title=f"商品{n}")
        ListPrice.objects.create(product=product, from_day="2026-01-01", price_fen=9900)
    rows = [[*order(n, str(2 * float(price))), "2"] for n in range(6)]  # two pieces each
    assert told(bring(world.store, content([*SHORT, "宝贝总数量"], *rows))) == figures
    lines = [[str(n), f"商品{n}", price, "1", "", "", f"C{n}"] for n in range(6)]
    assert told(bring(world.store, content(LINES, *lines), "items.csv")) == figures


def test_orders_of_an_erp_beside_the_platform_s_own_may_be_the_same_sales(world):
    head = ["订单编号", "店铺", "交易时间", "付款时间", "订单状态", "买家实付", "货品名称", "实发数量"]
    at = "2026-03-01 10:00:00"

    def erp(prefix):
        return content(head, *([f"{prefix}{n}", "店", at, at, "已完成", "10", "枕套", "1"] for n in range(6)))

    assert codes(bring(world.store, content(SHORT, *(order(n, "10") for n in range(6))))) == []
    upload = bring(world.store, erp("JY"), "旺店通.csv")
    assert [(p.code, p.params["source"]) for p in upload.problems.all()] == [("told_otherwise", "tmall_order_short")]
    assert codes(bring(world.store, erp("JY"), "again.csv")) == []
    assert codes(bring(world.other, erp(""), "other.csv")) == []
    assert codes(bring(world.other, content(SHORT, *(order(n, "10") for n in range(6))), "c.csv")) == []  # its numbers
