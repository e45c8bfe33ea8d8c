"""One sample a layout, made by us from the real headers with the traps of real files in it."""

import pytest

from kpis.ingest.sales import piece
from tests.ingest.make import FILES, as_text, good, header, opened, problems, row

# file, source, encoding, rows, what their money adds up to in fen
SAMPLES = [
    ("ExportOrderList201511121005.csv", "taobao_ExportOrderList_2015", "gb18030", 3, 158600),
    ("ExportOrderList201806191005.csv", "taobao_ExportOrderList_2018", "gb18030", 3, 22490),
    ("ExportOrderList20200301100530.xlsx", "taobao_ExportOrderList_2020", "xlsx", 2, 13650),
    ("ExportOrderList202611211005.csv", "taobao_ExportOrderList_2021", "utf-8", 2, 135460),
    ("tmall_order_short.csv", "tmall_order_short", "utf-8", 3, 23680),
    ("ExportOrderDetailList202611211005.csv", "taobao_ExportOrderDetailList", "gb18030", 2, 85900),
    ("退款列表_20261122.xlsx", "tmall_refund", "xlsx", 2, 16660),
    ("【生意参谋】店铺经营_2026-11-10_2026-11-11.xls", "sycm_shop_daily", "xls", 2, 168695200),
    ("【生意参谋平台】商品_全部_2026-11-10_2026-11-10.xls", "sycm_product_all", "xls", 1, 1521700),
    ("【生意参谋平台】无线店铺流量来源_2026-11-10_2026-11-10.xls", "sycm_flow_source", "xls", 2, 1010150),
    ("直通车_账户报表.zip", "zhitongche_account", "gb18030", 1, 45678),
    ("直通车_关键词.csv", "zhitongche_keyword", "gb18030", 3, 9050 + 600 + 11025),
    ("直通车_地域.csv", "zhitongche_region", "utf-8", 3, 6750 + 4200 + 900),
    ("万相台_主体报表.xlsx", "wanxiangtai_subject", "xlsx", 1, 8850),
    ("推广报表_20261110.csv", "alimama_promotion_gb18030", "gb18030", 1, 1230),
    ("万相台_账户.csv", "wanxiangtai_account_2022", "utf-8", 1, 1000),
    ("引力魔方_创意.csv", "yinlimofang_creative", "utf-8", 1, 1005),
    ("淘宝客_订单结算.csv", "taobaoke_settled_orders", "gb18030", 1, 550),
    ("京东订单_20261111.csv", "jd_order_2016", "gb18030", 4, 59800 + 59800 + 20400 + 49900),
    ("京东_自主售后服务单.xlsx", "jd_aftersale", "xlsx", 3, 24000 + 10200),
    ("京东结算明细.xlsx", "jd_settlement_2026", "xlsx", 3, 2499 + 288 - 400),
    ("京准通_自定义报表.csv", "jd_ads_custom_report", "utf-8", 2, 51230 + 3105),
    ("商智_商品明细_2026-11-11.xls", "jd_shangzhi_product", "xls", 2, 0),
    ("orders_export2026-11-12.csv", "pdd_order_2026", "utf-8", 4, 3190 + 7000 + 1990 + 1990),
    ("拼多多_售后单.xlsx", "pdd_aftersale", "xlsx", 5, 1000 + 7000 + 1990 + 0 + 1990),
    ("小红书_包裹详情.xlsx", "xiaohongshu_order", "xlsx", 4, 9800 + 4000 + 3600 + 4000),
    ("多多推广_商品推广.xlsx", "pdd_promotion", "xlsx", 2, 13450),
    ("pdd-mall-bill-detail.csv", "pdd_settlement", "gb18030", 4, 22 + 45 - 5 + 300),
    ("1793500000_a1b2c3.csv", "douyin_order", "utf-8", 4, 11900 + 2000 + 30000 + 11900),
    ("抖店_售后单.csv", "douyin_aftersale", "utf-8", 3, 2000 + 550),
    ("抖店_结算明细.csv", "douyin_settlement", "utf-8", 2, 895 - 15),
    ("快手订单.xlsx", "kuaishou_order", "xlsx", 3, 19900 + 3980 + 1990),
    ("1688订单.xlsx", "alibaba1688_order", "xlsx", 3, 30000 + 30000 + 1000),
    ("有赞订单.csv", "youzan_order", "utf-8", 2, 11800 + 6000),
    ("orders_export_1.csv", "shopify_orders_export", "utf-8", 4, 5500 + 5500 + 2000 + 4000),
    ("woocommerce-orders.csv", "woocommerce_analytics_orders", "utf-8", 3, 250000 + 19900 + 50000),
    ("amazon_all_orders.txt.gz", "amazon_all_orders_tsv", "utf-8", 4, 4720 + 904),
    ("旺店通_订单明细.xls", "wangdiantong_order", "utf-8", 3, 15000 + 15000 + 10000),
    ("千川_计划.zip", "qianchuan_plan", "gb18030", 1, 30020),
    ("模板_订单.xlsx", "generic_orders", "xlsx", 3, 11800 + 5000 + 3000),
    ("模板_订单商品.xlsx", "generic_items", "xlsx", 1, 5500),
    ("模板_退款.xlsx", "generic_refunds", "xlsx", 2, 6000),
    ("模板_流量.xlsx", "generic_traffic", "xlsx", 1, 0),
    ("模板_推广.xlsx", "generic_ads", "xlsx", 1, 51230),
    ("模板_客服.xlsx", "generic_figures", "xlsx", 2, 0),
]
MONEY = ("total_fen", "price_fen", "amount_fen", "pay_amt_fen", "cost_fen")


@pytest.mark.parametrize(("name", "source", "encoding", "rows", "money"), SAMPLES)
def test_a_sample_of_every_layout_is_read(name, source, encoding, rows, money):
    found = opened(FILES / name)
    read = good(found)
    assert (found.source, found.encoding, len(read)) == (source, encoding, rows)
    plain = [getattr(row, "order", row) for row in read]
    assert sum(getattr(row, field, 0) or 0 for row in plain for field in MONEY) == money
    assert {p.level for p in problems(found)} <= {"notice"}


def test_every_layout_has_a_sample():
    with (FILES / "headers.csv").open(encoding="utf-8") as file:
        assert {line.split(",")[0] for line in file} == {source for _name, source, *_rest in SAMPLES}


# file, its items -> (order, code, fen a piece, pieces): the price told, else the line's amount over its pieces
ITEMS = {
    ("1793500000_a1b2c3.csv", "douyin_order_items"): [
        ("6917926768823643751", "WY", 11900, 1),
        ("6917926768823643751", "WZ", 1000, 2),  # 20.00 for two
        ("6917926768823643770", "卫衣", 11900, 1),  # no code, no item: the title
    ],
    ("orders_export2026-11-12.csv", "pdd_order_items"): [
        ("261110-662941284701219", "CZ", 3990, 1),
        ("261111-100000000000001", "CZ", 3990, 2),  # 79.80 for two
        ("261111-100000000000002", "500002", 1990, 1),
        ("261111-100000000000003", "500002", 1990, 1),
    ],
    ("小红书_包裹详情.xlsx", "xiaohongshu_order_items"): [
        ("P800000000000000001", "MLC", 5900, 2),  # 118.00 for two
        ("P800000000000000001", "CB", 4000, 1),
        ("P800000000000000002", "67b1", 4000, 1),  # no code: the item
        ("P800000000000000003", "CB", 4000, 1),
    ],
    ("快手订单.xlsx", "kuaishou_order_items"): [
        ("2611110000001", "HSS", 20900, 1),
        ("2611110000002", "润唇膏", 1990, 2),  # its item 0 is none
        ("2611110000003", "润唇膏", 1990, 1),
    ],
    ("1688订单.xlsx", "alibaba1688_order_items"): [
        ("3100000000000001", "FBD", 1000, 20),
        ("3100000000000001", "SNH", 2000, 5),
        ("3100000000000002", "FBD", 1000, 1),
    ],
    ("orders_export_1.csv", "shopify_order_items"): [
        ("5500000000001", "MUG", 2000, 1),
        ("5500000000001", "SPOON", 1000, 3),
        ("5500000000002", "MUG", 2000, 1),
        ("5500000000003", "MUG", 2000, 2),
    ],
    ("amazon_all_orders.txt.gz", "amazon_order_items"): [
        ("701-1000000-0000001", "CUP", 2000, 2),  # 40.00 for two
        ("701-1000000-0000001", "SAU", 800, 1),
    ],
    ("旺店通_订单明细.xls", "wangdiantong_order_items"): [
        ("JY202611110001", "台灯", 10000, 1),
        ("JY202611110001", "灯泡", 1000, 5),  # 50.00 for five
        ("JY202611110002", "台灯", 10000, 1),
    ],
}


@pytest.mark.parametrize(("name", "source"), ITEMS)
def test_an_item_has_its_code_and_the_price_of_one_piece(name, source):
    found = [(x.order_no, x.code, x.price_fen, x.qty) for x in good(opened(FILES / name, source=source))]
    assert found == ITEMS[name, source]


@pytest.mark.parametrize(("worth", "qty", "price"), [(10000, 3, 3333), (200, 3, 67), (5, 2, 3), (500, 0, 0)])
def test_the_price_of_one_piece_is_half_up_and_none_of_no_pieces(worth, qty, price):
    assert piece(worth, qty) == price


# file -> freight, subsidies of platform and streamer, province, when paid, when finished, whether the buyer is known
BESIDES = {
    "1793500000_a1b2c3.csv": [
        (600, 600, "广东省", "11-11 20:00", "11-18 20:00", False),  # 5.00 and 1.00
        (600, 50, "广东省", "11-11 20:00", "11-18 20:00", False),
        (0, 0, "广东省", "11-11 21:00", None, False),  # the columns are there: nothing
        (0, 0, "广东省", None, None, False),
    ],
    "orders_export2026-11-12.csv": [
        (0, 500, "", "11-11 00:00", "11-14 10:00", False),  # received 36.90, paid 31.90
        (None, 500, "", "11-11 08:00", None, False),
        (None, 0, "", None, None, False),
        (None, 0, "", "11-11 09:00", None, False),
    ],
    "快手订单.xlsx": [
        (0, 0, "湖北省", "11-11 00:10", None, False),  # not the day of the deposit
        (0, 0, "", "11-11 10:00", None, False),
        (None, 0, "", None, None, False),
    ],
    "1688订单.xlsx": [
        (1000, None, "江苏省", "11-11 09:30", None, True),
        (1000, None, "江苏省", "11-11 09:30", None, True),
        (0, None, "", None, None, False),
    ],
    "有赞订单.csv": [
        (800, None, "福建省", "11-11 08:01", "11-18 08:00", True),
        (0, None, "福建省", None, None, False),  # 138****0000
    ],
    "orders_export_1.csv": [
        (500, None, "Punjab", "04-04 00:27", None, True),
        (500, None, "Punjab", "04-04 00:27", None, True),
        (0, None, "", None, None, True),
        (0, None, "", "04-04 23:30", None, True),
    ],
    "amazon_all_orders.txt.gz": [
        (400, None, "ON", "04-04 16:30", None, False),
        (0, None, "ON", "04-04 16:30", None, False),
        (0, None, "", None, None, False),
        (0, None, "", None, None, False),
    ],
    "京东订单_20261111.csv": [
        (0, None, "浙江省", "11-11 00:02", "11-15 10:00", True),
        (0, None, "浙江省", "11-11 00:02", "11-15 10:00", True),
        (600, None, "上海", "11-11 09:00", None, False),  # on delivery: JD counts it when it is placed
        (0, None, "北京", "11-11 10:01", None, True),
    ],
}


@pytest.mark.parametrize("name", BESIDES)
def test_an_order_tells_freight_subsidies_place_and_times(name):
    def at(moment):
        return moment and f"{moment:%m-%d %H:%M}"

    read = [getattr(row, "order", row) for row in good(opened(FILES / name))]
    found = [
        (x.freight_fen, x.subsidy_fen, x.province, at(x.paid_at), at(x.finished_at), x.buyer is not None) for x in read
    ]
    assert found == BESIDES[name]


def fees(path, source, rows):
    names = header(source)
    return [x.amount_fen for x in good(opened(as_text(path / "a.csv", [names, *(row(names, **x) for x in rows)])))]


def test_what_jd_keeps_is_above_zero_however_the_file_signs_it(tmp_path):
    base = {"订单编号": "1", "币种": "人民币", "到账时间": "2026-11-18"}
    told = [("佣金", "-24.99", "支出"), ("佣金", "24.99", "支出"), ("佣金", "4.00", "收入"), ("其他", "-3.00", "")]
    rows = [
        {**base, "商品编号": str(n), "费用名称": name, "应结金额": amount, "收支方向": way}
        for n, (name, amount, way) in enumerate([*told, ("其他", "3.00", ""), ("货款", "99.00", "收入")])
    ]
    assert fees(tmp_path, "jd_settlement_2026", rows) == [2499, 2499, -400, 300, -300]


def test_what_pinduoduo_keeps_is_above_zero_and_what_comes_back_below(tmp_path):
    base = {"商户订单号": "261110-1", "账务类型": "技术服务费"}
    told = [("", "-0.45"), ("", "0.45"), ("0.05", ""), ("-0.05", "")]
    rows = [
        {**base, "发生时间": f"2026-11-15 10:00:0{n}", "收入金额（+元）": came, "支出金额（-元）": went}
        for n, (came, went) in enumerate(told)
    ]
    rows.append({**base, "账务类型": "交易收入", "发生时间": "2026-11-15 10:01:00", "收入金额（+元）": "99"})
    assert fees(tmp_path, "pdd_settlement", rows) == [45, 45, -5, -5]


def test_what_douyin_keeps_is_its_sum_or_its_parts(tmp_path):
    base = {"订单号": "1", "结算时间": "2026-11-25"}
    rows = [
        {**base, "子订单号": "11", "结算单类型": "结算单", "支出合计": "-8.95", "佣金": "-1"},
        {**base, "子订单号": "12", "结算单类型": "结算单", "平台服务费": "-5.00", "佣金": "-3.00", "其他分成": "-0.50"},
        {**base, "子订单号": "13", "结算单类型": "结算后退款", "支出合计": "0.15"},
        {**base, "子订单号": "14", "结算单类型": "结算单", "支出合计": "0.00", "佣金": "-1"},
    ]
    assert fees(tmp_path, "douyin_settlement", rows) == [895, 850, -15, 0]


AT = "2026-04-0{} 10:00:00 +0000"


@pytest.mark.parametrize(
    ("cells", "state", "paid"),
    [
        ({"Financial Status": "paid", "Paid at": AT.format(2)}, 20, 2),
        ({"Financial Status": "paid", "Paid at": AT.format(2), "Fulfilled at": AT.format(3)}, 30, 2),
        ({"Financial Status": "paid", "Fulfilled at": AT.format(3)}, 30, 3),  # on delivery: when it was sent
        ({"Financial Status": "paid"}, 20, 1),
        ({"Financial Status": "refunded", "Paid at": AT.format(2), "Fulfilled at": AT.format(3)}, 70, 2),
        ({"Financial Status": "pending", "Fulfilled at": AT.format(3)}, 10, None),
        ({"Financial Status": "pending", "Cancelled at": AT.format(3)}, 60, None),
        ({"Financial Status": "paid", "Paid at": AT.format(2), "Cancelled at": AT.format(3)}, 20, 2),
        ({"Financial Status": "voided"}, 60, None),
    ],
)
def test_an_order_of_shopify_is_as_far_as_its_status_and_its_times_say(tmp_path, cells, state, paid):
    names = header("shopify_orders_export")
    base = {"Name": "#1", "Id": "55", "Created at": AT.format(1), "Total": "20.00", "Currency": "USD"}
    item = {"Lineitem quantity": "1", "Lineitem name": "Mug", "Lineitem price": "20.00"}
    [found] = good(opened(as_text(tmp_path / "a.csv", [names, row(names, **base, **item, **cells)])))
    assert (found.order.status, found.order.paid_at and found.order.paid_at.day) == (state, paid)


@pytest.mark.parametrize(("lost", "code"), [("Total", "missing_number"), ("Financial Status", "missing_text")])
def test_the_first_row_of_a_shopify_order_is_whole(tmp_path, lost, code):
    names = header("shopify_orders_export")
    base = {"Name": "#1", "Id": "55", "Created at": AT.format(1), "Total": "20.00", "Financial Status": "paid"}
    item = {"Lineitem quantity": "1", "Lineitem name": "Mug", "Lineitem price": "20.00"}
    found = opened(as_text(tmp_path / "a.csv", [names, row(names, **(base | item | {lost: ""}))]))
    assert [(x.column, x.code) for x in problems(found)] == [(lost, code)]


SHOPIFY_ITEM = {"Name": "#1", "Created at": AT.format(1), "Lineitem quantity": "2", "Lineitem name": "Cup"}
SHOPIFY_HEAD = SHOPIFY_ITEM | {"Id": "55", "Total": "20.00", "Financial Status": "paid", "Paid at": AT.format(2)}


def shopify(tmp_path, *rows):
    names = header("shopify_orders_export")
    return opened(as_text(tmp_path / "a.csv", [names, *(row(names, **cells) for cells in rows)]))


def test_a_wrong_row_below_does_not_part_the_rows_above_from_their_order(tmp_path):
    """The item stands at the begin of a batch that is read again for the fault further down in it."""
    others = [SHOPIFY_HEAD | {"Name": f"#{n}", "Id": str(n)} for n in range(100, 599)]
    wrong = SHOPIFY_HEAD | {"Name": "#9", "Id": "9", "Total": ""}
    found = shopify(tmp_path, *others, SHOPIFY_HEAD, SHOPIFY_ITEM, *others[:9], wrong)
    assert [(x.line, x.code) for x in problems(found)] == [(512, "missing_number")]
    assert [x.order.order_no for x in good(found)][499:501] == ["55", "55"]


def test_the_items_below_a_wrong_row_of_an_order_are_not_an_order_by_themselves(tmp_path):
    found = shopify(tmp_path, SHOPIFY_HEAD | {"Refunded Amount": "x"}, SHOPIFY_ITEM)
    assert [(x.line, x.code) for x in problems(found)] == [(2, "bad_number"), (3, "line_without_order")]
    assert good(found) == []


def test_an_item_of_1688_stays_with_the_order_above_it(tmp_path):
    """Read again, it went to the last order of its batch."""
    names = header("alibaba1688_order")
    head = {"订单创建时间": "2026-11-01 10:00:00", "订单付款时间": "2026-11-01 10:01:00", "订单状态": "交易成功"}
    orders = [row(names, **head, **{"订单编号": str(n), "实付款(元)": "5.00", "货品标题": "杯"}) for n in range(1, 511)]
    orders[505][names.index("实付款(元)")] = ""
    item = row(names, 货品标题="碟")
    found = opened(as_text(tmp_path / "a.csv", [names, *orders[:500], item, *orders[500:]]))
    assert [x.order.order_no for x in good(found) if x.part == "#碟"] == ["500"]
