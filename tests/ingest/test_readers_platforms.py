"""Every platform's sample through the pipeline, with the figures worked out by hand from the file."""

import datetime as dt

import pytest

from kpis import tasks
from kpis.ingest import pipeline, undo
from kpis.ingest.abroad import read_currency
from kpis.ingest.aftersales import OPEN, SHUT, SUCCEEDED
from kpis.ingest.readers import jd_aftersales, pdd_aftersales, youzan_orders
from kpis.models import AdSpend, Coverage, Fee, ItemTraffic, Order, OrderLine, Refund
from stores.services import create_store
from tests.ingest.bring import bring, rows
from tests.ingest.make import FILES, header, row, text

pytestmark = pytest.mark.django_db

MONEY = ("order_no", "status", "pay_fen", "refund_fen", "item_qty")
REFUNDED = ("order_no", "settled_day", "amount_fen", "qty")
# file, platform -> (order, state, paid, given back, pieces); paid stays empty until there is a payment
ORDERS = [
    (
        "京东订单_20261111.csv",
        [
            ("301000000001", 50, 57800, 0, 2),  # 480.00 + 98.00 of the balance, told twice, counted once
            ("301000000002", 30, 20400, 0, 2),  # on delivery: counts when it is placed
            ("301000000003", 70, 49900, 49900, 1),
        ],
    ),
    (
        "orders_export2026-11-12.csv",
        [
            ("261110-662941284701219", 50, 3190, 0, 1),
            ("261111-100000000000001", 30, 7000, 7000, 2),
            ("261111-100000000000002", 20, None, 0, 1),  # its group is not formed
            ("261111-100000000000003", 70, 1990, 1990, 1),
        ],
    ),
    (
        "1793500000_a1b2c3.csv",
        [
            ("6917926768823643751", 50, 13900, 2000, 3),  # 119.00 + 20.00, the socks given back
            ("6917926768823643760", 30, 30000, 0, 5),
            ("6917926768823643770", 60, None, 0, 1),
        ],
    ),
    (
        "快手订单.xlsx",
        [
            ("2611110000001", 50, 19900, 0, 1),
            ("2611110000002", 30, 3980, 3980, 2),
            ("2611110000003", 10, None, 0, 1),
        ],
    ),
    (
        "小红书_包裹详情.xlsx",
        [
            ("P800000000000000001", 50, 13800, 0, 3),  # 98.00 + 40.00 that the buyer pays
            ("P800000000000000002", 20, 3600, 0, 1),
            ("P800000000000000003", 60, None, 0, 1),
        ],
    ),
    ("1688订单.xlsx", [("3100000000000001", 50, 30000, 0, 25), ("3100000000000002", 60, None, 0, 1)]),
    (
        "有赞订单.csv",
        [("E20261111000000001", 50, 11800, 2000, 3), ("E20261111000000002", 60, None, 0, 1)],
    ),
    (
        "orders_export_1.csv",
        [
            ("5500000000001", 30, 5500, 0, 4),
            ("5500000000002", 10, None, 0, 1),
            ("5500000000003", 20, 4000, 2000, 2),
        ],
    ),
    ("woocommerce-orders.csv", [("1201", 50, 250000, 0, 3), ("1202", 10, None, 0, 1), ("1203", 70, 50000, 50000, 1)]),
    (
        "amazon_all_orders.txt.gz",
        [
            ("701-1000000-0000001", 30, 5624, 0, 3),  # 40 + 5.20 + 4 - 2 and 8 + 1.04
            ("701-1000000-0000002", 10, None, 0, 1),
            ("701-1000000-0000003", 60, None, 0, 0),
        ],
    ),
    ("旺店通_订单明细.xls", [("JY202611110001", 50, 15000, 0, 6), ("JY202611110002", 70, 10000, 10000, 1)]),
]


@pytest.fixture
def shop():
    return create_store("shop", "Shop", "other")


CURRENCIES = {"orders_export_1.csv": "USD", "woocommerce-orders.csv": "BDT", "amazon_all_orders.txt.gz": "CAD"}


def paid_in(shop, currency):
    shop.currency = currency
    shop.save()


def take(shop, name):
    """Import a sample and what else it tells."""
    paid_in(shop, CURRENCIES.get(name, "CNY"))
    return take_bytes(shop, (FILES / name).read_bytes(), name)


def take_bytes(shop, data, name, **options):
    upload = bring(shop, data, name, **options)
    for part in upload.parts.all():
        pipeline.check(part)
    return upload


@pytest.mark.parametrize(("name", "expected"), ORDERS)
def test_orders_are_what_their_file_says(shop, name, expected):
    upload = take(shop, name)
    assert (upload.state, upload.rejected) == ("loaded", 0)
    assert rows(Order, *MONEY) == expected


@pytest.mark.parametrize(
    ("cell", "qty"),
    [
        ("茶叶(100g)(2);茶杯(白)(1)", 3),
        ("益生元(1件)", 1),
        ("茶叶（红）（2）", 2),
        ("茶叶(100)", None),
        ("茶叶(红)(2);茶杯", None),
        ("——", None),
    ],
)
def test_pieces_of_youzan_stand_behind_each_of_its_goods_or_are_not_known(cell, qty):
    assert youzan_orders.all_pieces(cell) == qty


def test_an_order_of_a_douyin_file_is_as_far_as_the_least_of_its_parts(shop):
    take(shop, "1793500000_a1b2c3.csv")
    order = Order.objects.get(order_no="6917926768823643751")
    assert (str(order.pay_day), order.freight_fen, order.province, order.buyer_key) == (
        "2026-11-11",
        600,
        "广东省",
        None,
    )


def test_the_items_of_orders_come_with_the_same_file(shop):
    upload = take(shop, "京东订单_20261111.csv")
    [part] = upload.parts.all()
    assert (part.source, part.state, part.new) == ("jd_order_items", "loaded", 4)
    assert rows(OrderLine, "order_no", "code", "price_fen", "qty") == [
        ("301000000001", "WJ02", 9900, 1),
        ("301000000001", "YRF01", 49900, 1),
        ("301000000002", "WJ02", 9900, 2),
        ("301000000003", "YRF01", 49900, 1),
    ]


@pytest.mark.parametrize(("name", "_expected"), ORDERS)
def test_a_second_import_changes_nothing(shop, name, _expected):
    take(shop, name)
    before = rows(Order, *MONEY), rows(OrderLine, "order_no", "line_key", "qty", "price_fen")
    again = take(shop, name)
    assert (again.state, again.new, again.changed) == ("unchanged", 0, 0)
    assert (rows(Order, *MONEY), rows(OrderLine, "order_no", "line_key", "qty", "price_fen")) == before


@pytest.mark.parametrize(("name", "told"), CURRENCIES.items())
def test_a_file_in_another_currency_is_refused_in_one_sentence(shop, name, told):
    paid_in(shop, "EUR")
    told = "৳" if told == "BDT" else told
    upload = bring(shop, (FILES / name).read_bytes(), name)
    assert upload.state == "rejected"
    expected = ("other_currency", {"currency": told, "store": "EUR"})
    assert [(p.code, p.params) for p in upload.problems.all()] == [expected]


@pytest.mark.parametrize(
    ("cell", "read"), [("人民币", "CNY"), ("usd", "USD"), ("৳2,999", "৳"), ("-", None), ("5", None)]
)
def test_a_currency_is_read_from_letters_words_or_signs(cell, read):
    assert read_currency(cell) == read


def test_a_file_of_a_platform_that_counts_in_yuan_warns_a_store_that_does_not(shop):
    paid_in(shop, "USD")
    upload = bring(shop, (FILES / "快手订单.xlsx").read_bytes(), "快手订单.xlsx")
    assert (upload.state, [(p.code, p.level) for p in upload.problems.all()]) == (
        "loaded",
        [("other_currency", "notice")],
    )


def test_a_file_without_the_columns_of_items_tells_of_its_orders_only(shop):
    names = header("alibaba1688_order")[:18]  # as the platform's list begins: no quantities
    at = "2026-11-10 10:00:00"
    cells = {"订单编号": "1", "货品总价(元)": "10", "实付款(元)": "12", "订单状态": "交易成功"}
    rows = [names, row(names, **cells, 订单创建时间=at, 订单付款时间=at)]
    upload = bring(shop, text(rows).encode(), "1688.csv")
    assert (upload.state, upload.parts.count()) == ("loaded", 0)


def test_a_douyin_row_for_several_sub_orders_makes_no_product_of_their_names(shop):
    upload = take(shop, "1793500000_a1b2c3.csv")
    [part] = upload.parts.all()
    told = [(p.line, p.column, p.code, p.level) for p in part.problems.all()]
    assert told == [(4, "选购商品", "several_items", "notice")]
    assert (part.rejected, ("6917926768823643760",) in rows(OrderLine, "order_no")) == (0, False)
    assert Order.objects.get(order_no="6917926768823643760").item_qty == 5


def test_undoing_a_file_takes_its_items_along(shop):
    upload = take(shop, "orders_export_1.csv")
    assert OrderLine.objects.count() == 4
    undo.request(upload)
    tasks.undo_upload(upload.pk)
    assert (Order.objects.count(), OrderLine.objects.count()) == (0, 0)


def test_a_sub_order_told_twice_counts_once(shop):
    text = (FILES / "1793500000_a1b2c3.csv").read_text("utf-8-sig").splitlines(keepends=True)
    upload = bring(shop, "".join([*text, text[1]]).encode(), "抖店.csv", on_problem="skip")
    assert [(p.line, p.code) for p in upload.problems.filter(level="error")] == [(6, "repeated_id")]
    assert Order.objects.get(order_no="6917926768823643751").pay_fen == 13900


def test_the_order_of_the_rows_does_not_matter(shop):
    head, *lines = (FILES / "京东订单_20261111.csv").read_text("gb18030").splitlines(keepends=True)
    bring(shop, "".join([head, lines[2], lines[0], lines[3], lines[1]]).encode("gb18030"), "京东.csv")
    assert rows(Order, *MONEY) == ORDERS[0][1]


def test_an_order_of_pinduoduo_was_made_on_the_day_of_its_number(shop):
    take(shop, "orders_export2026-11-12.csv")
    told = dict(Order.objects.values_list("order_no", "order_day"))
    assert told["261110-662941284701219"] == dt.date(2026, 11, 10)  # its group formed five seconds after midnight
    assert told["261111-100000000000001"] == dt.date(2026, 11, 11)


def test_after_sales_of_douyin_count_when_the_money_went_back(shop):
    take(shop, "抖店_售后单.csv")
    assert rows(Refund, "refund_no", "status", "amount_fen", "settled_day", "line_key") == [
        ("140000000001", 30, 2000, dt.date(2026, 11, 21), "6917926768823643752"),
        ("140000000002", 20, 0, None, ""),
        ("140000000003", 10, 550, None, ""),
    ]


@pytest.mark.parametrize(
    ("name", "fees"),
    [
        ("京东结算明细.xlsx", [("2026-11-18", 2787), ("2026-11-20", -400)]),
        ("pdd-mall-bill-detail.csv", [("2026-11-15", 67), ("2026-11-16", 295)]),
        ("抖店_结算明细.csv", [("2026-11-25", 895), ("2026-11-26", -15)]),
    ],
)
def test_settlements_tell_what_the_platform_kept_on_a_day(shop, name, fees):
    take(shop, name)
    days = {}
    for day, amount in Fee.objects.values_list("day", "amount_fen"):
        days[str(day)] = days.get(str(day), 0) + amount
    assert sorted(days.items()) == fees


def test_fees_become_the_platform_commission_of_the_day(shop):
    from kpis.models import StoreDay
    from kpis.sums import rollups

    take(shop, "pdd-mall-bill-detail.csv")
    rollups.rebuild(shop)
    assert rows(StoreDay, "day", "platform_fee")[0][1] == 67


def test_ads_and_items_of_other_platforms_are_read(shop):
    for name in ("京准通_自定义报表.csv", "多多推广_商品推广.xlsx", "千川_计划.zip", "商智_商品明细_2026-11-11.xls"):
        assert take(shop, name).state == "loaded"
    assert sum(cost for (cost,) in AdSpend.objects.values_list("cost_fen")) == 54335 + 13450 + 30020
    assert rows(ItemTraffic, "item_id", "uv", "pay_amt_fen") == [("10001", 1269, None), ("10002", 200, None)]


def test_rows_in_another_currency_than_the_stores_are_refused(shop):
    paid_in(shop, "USD")
    text = (FILES / "orders_export_1.csv").read_text().replace("pending", "paid")
    lines = text.splitlines(keepends=True)
    lines[3] = lines[3].replace("USD", "EUR")
    upload = bring(shop, "".join(lines).encode(), "orders_export.csv", on_problem="skip")
    assert [(p.line, p.column, p.code) for p in upload.problems.all()] == [(4, "Currency", "other_currency")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("orders_export2026-11-12.csv", {"261110-662941284701219": 500}),  # 36.90 received, 31.90 paid
        ("小红书_包裹详情.xlsx", {"P800000000000000001": 1000, "P800000000000000002": 400}),
        ("1793500000_a1b2c3.csv", {"6917926768823643751": 650}),  # 5.00 and 1.00 of a streamer, 0.50 of the socks
    ],
)
def test_what_the_platform_pays_of_its_discounts_is_kept(name, told):
    store = create_store("s", "S", "other")
    bring(store, (FILES / name).read_bytes(), name)
    kept = dict(Order.objects.filter(subsidy_fen__gt=0).values_list("order_no", "subsidy_fen"))
    assert {key: kept.get(key) for key in told} == told


def woo(*cells):
    """Rows of WooCommerce Analytics: date, number, status, pieces, net sales."""
    names = header("woocommerce_analytics_orders")
    keys = ("Date", "Order #", "Status", "Items sold", "Net Sales")
    return text([names, *(row(names, **dict(zip(keys, each, strict=True))) for each in cells)]).encode()


def test_refunds_of_woocommerce_stand_under_the_number_of_their_order_on_days_of_their_own(shop):
    data = woo(
        ("2026-11-09 09:00:00", "#7", "completed", "-1", "-20.00"),
        ("2026-11-08 09:00:00", "#7", "completed", "0", "0.00"),  # its freight alone
        ("2026-11-05 10:00:00", "#8", "refunded", "-2", "-50.00"),
        ("2026-11-02 10:00:00", "#9", "processing", "1", "10.00"),
        ("2026-11-01 10:00:00", "#8", "refunded", "2", "50.00"),
        ("2026-11-01 09:00:00", "#7", "completed", "3", "90.00"),
    )
    upload = take_bytes(shop, data.replace(b"-20.00,", b"-20.00,,"), "woo.csv")  # a spare comma on a row of a refund
    assert (upload.state, upload.rejected, upload.rows) == ("loaded", 0, 3)
    assert rows(Order, *MONEY) == [("7", 50, 9000, 0, 3), ("8", 70, 5000, 5000, 2), ("9", 20, 1000, 0, 1)]
    told = [(order, str(day), fen, qty) for order, day, fen, qty in rows(Refund, *REFUNDED)]
    assert told == [("7", "2026-11-09", 2000, 1), ("8", "2026-11-05", 5000, 2)]
    [part] = upload.parts.all()
    assert part.source == "woocommerce_refunds"
    days = Coverage.objects.filter(kind="refunds").order_by("day").values_list("day", flat=True)
    assert (days[0], len(days)) == (dt.date(2026, 11, 1), 9)


def test_a_woocommerce_file_without_refunds_tells_that_there_were_none(shop):
    upload = take_bytes(shop, woo(("2026-11-02 10:00:00", "9", "processing", "1", "10.00")), "woo.csv")
    [part] = upload.parts.all()
    assert (part.state, part.rows, part.problems.count()) == ("unchanged", 0, 0)
    assert [c.day for c in Coverage.objects.filter(kind="refunds")] == [dt.date(2026, 11, 2)]


SHOPIFY = ("Name", "Id", "Financial Status", "Created at", "Paid at", "Total", "Lineitem name", "Lineitem price")


def test_wrong_item_rows_of_shopify_are_sent_again_with_the_first_row_of_their_order(shop):
    at = "2026-11-12 10:00:00 +0800"
    names = header("shopify_orders_export")

    def cells(told, qty):
        return row(names, **dict(zip(SHOPIFY, told, strict=True)), **{"Lineitem quantity": qty})

    first = [
        cells(("#1", "91", "paid", at, at, "30.00", "Tee", "10.00"), "1"),
        cells(("#1", "", "", at, "", "", "Cap", "20.00"), "one"),
        cells(("#2", "92", "paid", at, at, "5.00", "Pin", "5.00"), "1"),
    ]
    upload = take_bytes(shop, text([names, *first]).encode(), "orders.csv", on_problem="skip")
    assert (upload.rejected, rows(Order, *MONEY)) == (1, [("91", 20, 3000, 0, 1), ("92", 20, 500, 0, 1)])
    sent_back = "".join(pipeline.problems_csv(upload))
    assert [line.split(",")[0] for line in sent_back.splitlines()] == ["\ufeffName", "#1", "#1"]
    again = take_bytes(shop, sent_back.replace(",one,", ",2,").encode(), "corrected.csv")
    assert (again.state, again.rejected) == ("loaded", 0)
    assert rows(Order, *MONEY) == [("91", 20, 3000, 0, 3), ("92", 20, 500, 0, 1)]
    assert rows(OrderLine, "order_no", "title", "qty") == [("91", "Cap", 2), ("91", "Tee", 1), ("92", "Pin", 1)]


def amazon(*cells):
    """Rows of Amazon's report: number, state, pieces, price, for one thing."""
    names = header("amazon_all_orders_tsv")
    keys = ("amazon-order-id", "order-status", "quantity", "item-price", "sku", "purchase-date")
    at = "2026-11-02T10:00:00+00:00"
    return text(
        [names, *(row(names, **dict(zip(keys, (*each, "M", at), strict=True))) for each in cells)], "\t"
    ).encode()


@pytest.mark.parametrize("turned", [False, True])
def test_what_amazon_cancels_was_never_paid_whatever_the_report_before_said(shop, turned):
    paid_in(shop, "USD")
    files = [
        ("orders_202611030900.txt", amazon(("1", "Unshipped", "2", "20.00"), ("2", "Pending", "1", ""))),
        ("orders_202611040900.txt", amazon(("1", "Cancelled", "0", ""), ("2", "Shipped", "1", "9.00"))),
    ]
    for name, data in reversed(files) if turned else files:
        assert take_bytes(shop, data, name).rejected == 0
    told = rows(Order, "order_no", "status", "pay_day", "pay_fen")
    assert [(no, state, str(day), fen) for no, state, day, fen in told] == [
        ("1", 60, "None", None),
        ("2", 30, "2026-11-02", 900),
    ]
    assert rows(OrderLine, "price_fen", "qty", order_no="2") == [(900, 1)]  # one line, not another for its price


JD_STEPS = {  # of a case, in JD's API -> as we know a refund
    **dict.fromkeys(
        ("申请阶段", "客服审核", "商家审核", "京东收货", "商家收货", "京东处理", "商家处理", "用户确认"), OPEN
    ),
    **dict.fromkeys(("审核不通过", "审核关闭", "取消"), SHUT),
    "完成": SUCCEEDED,
}
PDD_STATES = {  # of a case, in Pinduoduo's API and in the file
    "退款成功": SUCCEEDED,
    **dict.fromkeys(("已撤销", "售后单失败", "买家撤销", "平台拒绝退款，退款关闭", "买家逾期未处理，退款失败"), SHUT),
    **dict.fromkeys(("买家逾期，超过有效期", "换货补寄成功", "换货补寄失败", "维修关闭", "维修成功"), SHUT),
    **dict.fromkeys(("买家申请退款，待商家处理", "退货退款，待商家处理", "商家同意退款，退款中", "平台处理中"), OPEN),
    **dict.fromkeys(("平台同意退款，退款中", "驳回退款，待买家处理", "已同意退货退款,待用户发货"), OPEN),
    **dict.fromkeys(("换货补寄待商家处理", "待商家同意维修", "已同意拒收退款，待用户拒收", "补寄待商家发货"), OPEN),
}


@pytest.mark.parametrize(("parse", "states"), [(jd_aftersales.STATUS, JD_STEPS), (pdd_aftersales.STATUS, PDD_STATES)])
def test_every_state_of_an_after_sales_case_is_known(parse, states):
    assert {text: parse(text) for text in states} == states


def test_after_sales_of_pinduoduo_tell_the_amount_and_the_day(shop):
    take(shop, "拼多多_售后单.xlsx")
    told = [(str(r.settled_day), r.amount_fen) for r in Refund.objects.filter(status=SUCCEEDED).order_by("refund_no")]
    assert told == [("2026-11-12", 1000), ("2026-11-14", 7000)]
