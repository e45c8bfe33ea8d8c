import datetime as dt

import pytest

from kpis.ingest.rows import LineRow, RefundRow
from tests.ingest import make
from tests.ingest.make import good, opened, problems, told

ITEMS = make.header("taobao_ExportOrderDetailList")
REFUND = make.header("tmall_refund")


def refund(**cells):
    base = {"订单编号": "1", "退款编号": "9", "买家退款金额": "10.00", "退款状态": "退款成功"}
    return make.row(REFUND, **{**base, **cells})


def one(tmp_path, header, cells):
    return good(opened(make.as_text(tmp_path / "a.csv", [header, cells], "gb18030")))[0]


def test_an_item_is_read_with_its_merchant_code(tmp_path):
    cells = make.row(
        ITEMS, 订单编号='="3251234567890123456"', 标题="春装，新款", 价格="59.90", 购买数量="2", 外部系统编号="OUT-1",
        商品属性="颜色:红;尺码:M", 商家编码="SKU-1",
    )  # fmt: skip
    assert one(tmp_path, ITEMS, cells) == LineRow(
        2, "3251234567890123456", None, "SKU-1", "春装，新款", "颜色:红;尺码:M", 5990, 2
    )


def test_without_a_merchant_code_the_outer_code_names_the_product_then_the_title(tmp_path):
    base = {"订单编号": "1", "标题": "春装", "价格": "1", "购买数量": "1"}
    assert one(tmp_path, ITEMS, make.row(ITEMS, **base, 外部系统编号="OUT-1")).code == "OUT-1"
    assert one(tmp_path, ITEMS, make.row(ITEMS, **base, 商家编码="-")).code == "春装"


def test_two_items_of_one_order_are_two_rows(tmp_path):
    cells = make.row(ITEMS, 订单编号="1", 标题="春装", 价格="1", 购买数量="1")
    assert len(good(opened(make.as_text(tmp_path / "a.csv", [ITEMS, cells, cells])))) == 2


def test_the_newer_sales_detail_has_sub_orders_and_a_price_worked_out(tmp_path):
    header = ["子订单编号", "主订单编号", "商品标题", "商品属性", "购买数量", "商家编码", "买家应付货款", "订单状态"]
    row = one(tmp_path, header, ["12", "1", "春装", "红", "3", "SKU-1", "100.00", "交易成功"])
    assert row == LineRow(2, "1", "12", "SKU-1", "春装", "红", 3333, 3)


def test_faults_of_an_item_are_told(tmp_path):
    cells = make.row(ITEMS, 订单编号="", 标题="春装", 价格="abc", 购买数量="0.5")
    assert told(opened(make.as_text(tmp_path / "a.csv", [ITEMS, cells]))) == [
        (2, "订单编号", "", "missing_id"),
        (2, "价格", "abc", "bad_number"),
        (2, "购买数量", "0.5", "bad_number"),
    ]


def test_a_refund_is_read_with_its_dates(tmp_path):
    cells = refund(
        退款编号="12345678901234567", 商家编码="SKU-1", 退款完结时间="2026-05-20 11:00:00", 买家退款金额="59.90",
        是否需要退货="是", 退款的申请时间="2026-05-19 10:00:00", 买家退款原因="7天无理由", 买家会员名称="春天的花",
    )  # fmt: skip
    assert one(tmp_path, REFUND, cells) == RefundRow(
        line=2,
        refund_no="12345678901234567",
        order_no="1",
        code="SKU-1",
        status=30,
        applied_at=dt.datetime(2026, 5, 19, 10),
        settled_at=dt.datetime(2026, 5, 20, 11),
        amount_fen=5990,
        qty=None,
        with_return=True,
        reason="7天无理由",
    )


def test_refund_statuses_are_understood(tmp_path):
    told_as = {
        "退款成功": 30,
        "退款关闭": 20,
        "买家已经申请退款，等待卖家同意": 10,
        "卖家已经同意退款,等待买家退货": 10,
    }
    path = make.as_text(tmp_path / "a.csv", [REFUND, *[refund(退款状态=text) for text in told_as]])
    assert [row.status for row in good(opened(path))] == list(told_as.values())


def test_faults_of_a_refund_are_told(tmp_path):
    late = refund(退款的申请时间="2026-05-20 10:00:00", 退款完结时间="2026-05-19 10:00:00")
    rows = [REFUND, refund(退款状态="好了"), late, refund(退款编号="1.2E+17", 买家退款金额="-1")]
    assert told(opened(make.as_text(tmp_path / "a.csv", rows))) == [
        (2, "退款状态", "好了", "unknown_status"),
        (3, "退款完结时间", "2026-05-19 10:00:00", "settled_before_applied"),
        (4, "退款编号", "1.2E+17", "id_scientific"),
        (4, "买家退款金额", "-1", "negative_amount"),
    ]


def test_nothing_of_a_buyer_is_kept_of_a_refund(tmp_path):
    cells = refund(买家会员名称="张三", 卖家手机="13800000000", 退货物流信息="张三", 退款状态="?")
    found = problems(opened(make.as_text(tmp_path / "a.csv", [REFUND, cells])))
    assert [x.code for x in found] == ["unknown_status"]
    assert "张三" not in repr(found)


OURS = make.header("generic_refunds")
WHEN = dt.datetime(2026, 5, 20, 11)


@pytest.mark.parametrize(
    ("cells", "state", "settled"),
    [
        ({}, 10, None),  # applied for, as far as anybody says
        ({"退款时间": "2026-05-20 11:00:00"}, 30, WHEN),
        ({"退款状态": "退款成功"}, 30, None),
        ({"退款状态": "refunded", "退款时间": "2026-05-20 11:00:00"}, 30, WHEN),
        ({"退款状态": "处理中", "退款时间": "2026-05-20 11:00:00"}, 10, WHEN),
        ({"退款状态": "拒绝"}, 20, None),
    ],
)
def test_a_refund_of_our_template_has_succeeded_where_its_state_or_its_time_says_so(tmp_path, cells, state, settled):
    base = {"退款编号*": "9", "订单号*": "1", "退款金额*": "10.00", "退款件数": "2", "商品编码": "SKU-1"}
    row = one(tmp_path, OURS, make.row(OURS, **base, 退款原因="少件", **cells))
    assert row == RefundRow(2, "9", "1", "SKU-1", state, None, settled, 1000, 2, None, "少件")


def test_a_list_of_refunds_without_states_and_times_is_of_those_that_were_given_back(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [["退款编号*", "订单号*", "退款金额*"], ["9", "1", "10.00"]])
    assert [(x.status, x.settled_at) for x in good(opened(path, source="generic_refunds"))] == [(30, None)]


@pytest.mark.parametrize(
    ("told", "with_return"),
    [("是", True), ("退货退款", True), ("1", True), ("否", False), ("仅退款", False), ("", None)],
)
def test_whether_goods_came_back_is_told_in_several_words(tmp_path, told, with_return):
    base = {"退款编号*": "9", "订单号*": "1", "退款金额*": "10.00"}
    assert one(tmp_path, OURS, make.row(OURS, **base, 是否退货=told)).with_return is with_return


ORDERS = make.header("generic_orders")
MADE, PAID_AT = dt.datetime(2026, 5, 19, 10), dt.datetime(2026, 5, 19, 11)


@pytest.mark.parametrize(
    ("cells", "state", "paid", "refund"),
    [
        ({}, 10, None, 0),  # the column of payments is there: not paid
        ({"付款时间": str(PAID_AT)}, 20, PAID_AT, 0),
        ({"付款时间": str(PAID_AT), "退款金额": "40"}, 20, PAID_AT, 4000),
        ({"付款时间": str(PAID_AT), "退款金额": "100"}, 70, PAID_AT, 10000),
        ({"付款时间": str(PAID_AT), "订单状态": "已完成"}, 50, PAID_AT, 0),
        ({"付款时间": str(PAID_AT), "订单状态": "交易关闭"}, 70, PAID_AT, 10000),  # paid and closed: given back
        ({"订单状态": "交易关闭"}, 60, None, 0),
        ({"付款时间": str(PAID_AT), "订单状态": "待付款"}, 10, None, 0),  # a deposit is no payment (G4)
    ],
)
def test_an_order_of_our_template_is_paid_where_its_time_of_payment_is(tmp_path, cells, state, paid, refund):
    base = {"订单号*": "1", "下单时间*": str(MADE), "实付金额*": "100", "运费": "6", "件数": "2", "省份": "浙江"}
    row = one(tmp_path, ORDERS, make.row(ORDERS, **base, **cells))
    assert (row.status, row.paid_at, row.refund_fen) == (state, paid, refund)
    assert (row.actual_fen, row.freight_fen, row.item_qty, row.province) == (10000, 600, 2, "浙江省")


@pytest.mark.parametrize(
    ("state", "amount", "paid"),
    [
        ("", "100", True),
        ("已发货", "100", True),
        ("待付款", "100", False),
        ("已取消", "100", False),
        ("failed", "100", False),
        ("", "0", False),
    ],
)
def test_without_times_of_payment_an_order_counts_when_it_was_placed(tmp_path, state, amount, paid):
    rows = [["订单号*", "下单时间*", "订单状态", "实付金额*"], ["1", str(MADE), state, amount]]
    [row] = good(opened(make.as_text(tmp_path / "a.csv", rows), source="generic_orders"))
    assert row.paid_at == (MADE if paid else None)


NEWER = ["订单编号", "退款编号", "退款申请时间", "退款完结时间", "退款状态", "售后类型", "退款总额", "退给买家金额"]


@pytest.mark.parametrize(
    ("state", "kind", "amounts", "expected"),
    [
        ("退款成功", "退货退款", ("10.00", "8.00"), (30, 800, True)),  # the rest was its coupon
        ("退款成功", "仅退款", ("10.00", ""), (30, 1000, False)),
        ("待买家发货", "退货退款", ("10.00", "0.00"), (10, 1000, True)),
        ("换货成功", "换货", ("0.00", "0.00"), (20, 0, None)),
    ],
)
def test_a_newer_refund_list_tells_what_went_to_the_buyer(tmp_path, state, kind, amounts, expected):
    cells = ["1", "9", "2026-03-01 10:00:00", "2026-03-02 10:00:00", state, kind, *amounts]
    read = one(tmp_path, NEWER, cells)
    assert (read.status, read.amount_fen, read.with_return) == expected


def test_a_list_of_sub_orders_is_one_of_items_though_it_tells_the_payment(tmp_path):
    names = ["子订单编号", "主订单编号", "商品标题", "商品价格", "购买数量", "订单付款时间", "买家实付金额", "商家编码"]
    cells = ["11", "1", "春装", "59.90", "2", "2026-03-01 10:00:00", "100.00", "A1"]
    assert one(tmp_path, names, cells) == LineRow(2, "1", "11", "A1", "春装", "", 5990, 2)


def test_a_finished_jd_case_gave_money_back_where_it_tells_how_much(tmp_path):
    found = good(opened(make.FILES / "京东_自主售后服务单.xlsx"))
    told = [(r.refund_no, r.status, r.amount_fen, r.with_return, r.settled_at, r.reason) for r in found]
    assert told == [
        ("2700000001", 30, 24000, True, dt.datetime(2026, 11, 15, 16, 20), "不喜欢"),  # on the day it was handled
        ("2700000002", 20, 0, None, None, "质量问题"),  # an exchange
        ("2700000003", 10, 10200, False, None, ""),
    ]


def test_jd_s_list_of_refunds_without_states_tells_what_was_given_back(tmp_path):
    names = ["时间", "服务单ID", "订单号", "SKU", "售后退款件数", "售后退款金额"]
    read = one(tmp_path, names, ["2026-11-15", "27", "301", "1000", "2", "12.50"])
    assert (read.status, read.settled_at, read.amount_fen, read.qty) == (30, dt.datetime(2026, 11, 15), 1250, 2)
