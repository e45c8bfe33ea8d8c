"""Orders that come in parts, and files that end in the middle of one."""

import csv
import gzip

import pytest

from kpis import tasks
from kpis.ingest import forgetting, undo
from kpis.models import Order, ToldPart
from stores.models import Store
from stores.services import create_store
from tests.ingest.bring import bring, everything
from tests.ingest.make import FILES, text

pytestmark = pytest.mark.django_db

WHOLE = {
    "1793500000_a1b2c3.csv": ("utf-8-sig", "抖店.csv"),
    "amazon_all_orders.txt.gz": ("utf-8", "amazon.txt"),
    "京东订单_20261111.csv": ("gb18030", "京东.csv"),
}
DOUYIN = [
    "主订单编号",
    "子订单编号",
    "选购商品",
    "商品数量",
    "订单提交时间",
    "支付完成时间",
    "订单应付金额",
    "订单状态",
]
DOUYIN += ["售后状态"]


@pytest.fixture
def shop():
    return create_store("shop", "Shop", "douyin")


def told(sub, amount, *, qty="1", state="已完成", after_sale="-"):
    at = "2026-11-11 10:00:00"
    return ["6917926768823643751", sub, "丝巾", qty, at, at, amount, state, after_sale]


def give(shop, *rows, name="抖店.csv"):
    return bring(shop, text([DOUYIN, *rows]).encode(), name)


def paid():
    return Order.objects.values_list("pay_fen", "refund_fen", "item_qty", "status").get()


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_cut_anywhere_tells_what_the_whole_file_tells(name):
    encoding, plain = WHOLE[name]
    data = (FILES / name).read_bytes()
    head, *lines = (gzip.decompress(data) if name.endswith("gz") else data).decode(encoding).splitlines(keepends=True)
    one, two = (create_store(slug, slug, "other", currency="CAD" if "amazon" in name else "CNY") for slug in "ab")
    Store.objects.update(buyer_realm="same")
    one.refresh_from_db()
    two.refresh_from_db()
    whole = "".join([head, *lines]).encode(encoding)
    bring(one, whole, plain)
    cut = len(lines) // 2
    for piece in (lines[:1], lines[1:cut], lines[cut:], lines[:cut]):
        bring(two, "".join([head, *piece]).encode(encoding), plain)
    assert everything(Order, two) == everything(Order, one)
    bring(two, whole, plain)
    assert everything(Order, two) == everything(Order, one)


def test_the_rest_of_an_order_adds_to_what_is_known_of_it(shop):
    give(shop, told("1", "100"))
    give(shop, told("2", "30", qty="2", state="已发货"))
    assert paid() == (13000, 0, 3, 30)  # as far as the least of its parts
    assert give(shop, told("1", "100")).state == "unchanged"
    assert paid() == (13000, 0, 3, 30)


def test_a_part_told_anew_takes_the_place_of_what_was_told_of_it(shop):
    give(shop, told("1", "100"), told("2", "30"))
    give(shop, told("2", "25", after_sale="退款成功"))
    assert paid() == (12500, 2500, 2, 50)


def test_an_older_file_adds_the_part_that_is_missing_and_nothing_else(shop):
    give(shop, told("1", "100"), name="1793500000_a.csv")
    upload = give(shop, told("1", "90"), told("2", "30"), name="1793400000_b.csv")
    assert (upload.changed, paid()) == (1, (13000, 0, 2, 50))
    upload = give(shop, told("1", "80"), name="1793300000_c.csv")
    assert (upload.older, paid()) == (1, (13000, 0, 2, 50))


def test_a_row_for_all_sub_orders_stands_for_its_parts(shop):
    give(shop, told("1", "100"), told("2", "30"))
    give(shop, told("1;2", "125", qty="2"))
    assert paid() == (12500, 0, 2, 50)
    give(shop, told("1", "100"), told("2", "30"))
    assert paid() == (13000, 0, 2, 50)


def test_undoing_the_rest_of_an_order_leaves_its_beginning(shop):
    give(shop, told("1", "100"))
    upload = give(shop, told("2", "30"))
    assert undo.request(upload)
    tasks.undo_upload(upload.pk)
    assert paid() == (10000, 0, 1, 50)
    give(shop, told("3", "7"))
    assert paid() == (10700, 0, 2, 50)


def test_a_forgotten_buyer_leaves_the_parts_too(shop):
    head, *lines = (FILES / "京东订单_20261111.csv").read_text("gb18030").splitlines(keepends=True)
    bring(shop, (head + lines[0]).encode("gb18030"), "京东.csv")
    name = dict(zip(head.strip().split(","), next(csv.reader([lines[0]])), strict=True))["下单帐号"]
    assert ToldPart.objects.filter(buyer_key__isnull=False).count() == 1
    forgetting.forget_buyer(shop, name)
    assert not ToldPart.objects.filter(buyer_key__isnull=False).exists()


def test_what_was_told_anew_is_dropped_when_it_can_no_longer_be_undone(shop):
    give(shop, told("1", "100"))
    upload = give(shop, told("1", "90"))
    assert ToldPart.objects.count() == 2
    undo.prune(upload.finished_at.replace(year=2099))
    assert list(ToldPart.objects.values_list("total_fen")) == [(9000,)]
