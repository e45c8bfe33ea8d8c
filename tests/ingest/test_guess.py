"""Columns of somebody's own table: guessed by what people call them, where the cells agree."""

import pytest

from kpis.ingest.presets import Sample, guess, guess_fact, preview
from kpis.ingest.rows import Bad

OWN = ["日期", "单号", "客人", "品名", "金额", "付款", "状态"]
ROW = ["2026-11-20 10:00", "A-1", "王小姐", "绿茶", "88.00", "2026-11-20 10:05", "已发货"]


def sample(header: list[str], *rows: list[str]) -> Sample:
    return Sample(header, 1, list(rows))


def test_a_small_shop_s_own_list_of_orders_is_understood() -> None:
    assert guess_fact(OWN) == "orders"
    assert guess("orders", sample(OWN, ROW)) == {
        "created_at": "日期",
        "order_no": "单号",
        "buyer": "客人",
        "actual_fen": "金额",
        "paid_at": "付款",
        "status": "状态",
    }


@pytest.mark.parametrize(("cell", "field"), [("2026-11-20 10:05", "paid_at"), ("88.00", "actual_fen")])
def test_one_word_for_a_time_and_an_amount_is_told_by_its_cells(cell: str, field: str) -> None:
    header = ["单号", "下单日期", "付款"]
    assert guess("orders", sample(header, ["A-1", "2026-11-20", cell]))[field] == "付款"


def test_an_everyday_name_over_cells_that_do_not_fit_is_no_guess() -> None:
    assert "status" not in guess("orders", sample(["单号", "状态"], ["A-1", "问问看"]))


def test_visitors_of_a_douyin_shop_are_those_who_click_not_those_who_are_shown_something() -> None:
    found = guess("traffic", sample(["日期", "商品曝光人数", "商品点击人数"], ["2026-11-20", "6000", "1000"]))
    assert found == {"day": "日期", "uv": "商品点击人数"}


def test_what_a_platform_calls_a_column_goes_before_everyday_words() -> None:
    found = guess("orders", sample(["单号", "订单编号"], ["7", "200001"]))
    assert found["order_no"] == "订单编号"


@pytest.mark.parametrize(
    ("header", "fact"),
    [("日期 访客 浏览", "traffic"), ("日期 推广渠道 推广费 点击", "ads"), ("退款单号 原因 退款", "refunds")],
)
def test_the_kind_of_a_table_shows_in_everyday_words_too(header: str, fact: str) -> None:
    assert guess_fact(header.split()) == fact


XIAOHONGSHU = {
    "订单号": "P800000000000000001", "订单状态": "待配货", "售后状态": "无售后", "省": "浙江省", "SKU件数": "1",
    "商品总价(元)": "59.00", "用户应付金额(元)": "49.00", "平台优惠(元)": "5.00", "支付渠道订单号": "7",
    "包裹总运费(元)": "0.00",
    "商家应收金额(元)（支付金额）": "54.00", "支付时间": "2026-11-20 10:05:00", "sku净重(kg)": "0.50",
    "快递单号": "1234567890", "订单创建时间": "2026-11-20 10:00:00", "订单发货时间": "", "商品名称": "茶",
}  # fmt: skip
TIKTOK_SHOP = {
    "Order ID": "576600000000000001", "Order Status": "To ship", "Order Substatus": "Awaiting shipment", "SKU ID": "17",
    "Product Name": "Tea", "Quantity": "1", "Sku Quantity of return": "0", "SKU Unit Original Price": "USD 20.00",
    "SKU Subtotal After Discount": "USD 18.00", "Shipping Fee After Discount": "USD 3.00", "Order Amount": "USD 21.00",
    "Original Shipping Fee": "USD 4.00", "Order Refund Amount": "USD 0.00", "Created Time": "11/05/2026 9:30:33 AM",
    "Paid Time": "11/05/2026 9:31:00 AM", "Delivered Time": "", "Tracking ID": "9400",
}  # fmt: skip
SHOPEE = {
    "Order ID": "261105ABCDE12", "Order Status": "Completed", "Return / Refund Status": "", "Tracking Number*": "9",
    "Order Creation Date": "2026-11-05 09:30", "Order Paid Time": "2026-11-05 09:31", "Original Price": "200.00",
    "Deal Price": "180.00", "Quantity": "1", "Returned quantity": "0", "Total Discount(PHP)": "20.00",
    "Buyer Paid Shipping Fee": "30.00", "Grand Total": "210.00", "Order Complete Time": "2026-11-09 09:31",
}  # fmt: skip
LAZADA = {
    "orderItemId": "91", "createTime": "05 Nov 2026 09:30", "updateTime": "06 Nov 2026 09:30", "orderNumber": "81",
    "paidPrice": "180.00", "unitPrice": "200.00", "shippingFee": "30.00", "itemName": "Tea", "status": "delivered",
}  # fmt: skip
WEIXIN = {
    "订单号": "3720000000000000001", "订单下单时间": "2026-11-20 10:00:00", "订单完成结算时间": "",
    "订单状态": "已完成",
    "商品总价": "59.00", "订单实际支付金额": "49.00", "订单实际收款金额": "48.00", "订单运费": "0.00",
    "支付时间": "2026-11-20 10:05:00", "交易单号": "42", "技术服务费": "0.50", "商品数量": "1",
    "商品已退款金额": "0.00",
}  # fmt: skip
JUSHUITAN = {
    "内部订单号": "100001", "线上订单号": "2800000000000000001", "状态": "已发货", "订单日期": "2026-11-20 10:00:00",
    "付款日期": "2026-11-20 10:05:00", "发货日期": "2026-11-21 10:00:00", "已付金额": "49.00", "运费": "0.00",
    "优惠金额": "10.00", "快递单号": "7", "商品编码": "A1", "数量": "1", "单价": "59.00", "退款状态": "未申请退款",
}  # fmt: skip
PDD_REFUNDS = {
    "售后编号": "30001", "订单编号": "261110-662941284701219", "交易金额": "31.90", "售后状态": "售后单失败",
    "退款类型": "仅退款",
    "退款金额": "10.00", "订单状态": "已收货", "申请时间": "2026-11-12 10:00:00", "同意退款时间": "2026-11-12 11:00:00",
}  # fmt: skip
XIAOHONGSHU_REFUNDS = {
    "售后单号": "R70001", "订单号": "P800000000000000001", "商品名称": "茶", "售后类型": "退货退款", "状态": "售后完成",
    "原因": "不喜欢", "申请售后金额(元)": "49.00", "退货创建时间": "2026-11-21 10:00:00",
    "商家确认收货时间": "2026-11-23 10:00:00", "订单支付时间": "2026-11-20 10:05:00",
}  # fmt: skip
WEIXIN_PAY = {
    "交易时间": "`2026-11-20 10:05:00", "微信订单号": "`42", "商户订单号": "`T1", "应结订单金额": "`49.00",
    "代金券金额": "`0.00", "微信退款单号": "`0", "手续费": "`0.29", "费率": "`0.60%",
}  # fmt: skip
ORDERS = ("order_no", "created_at", "paid_at", "status", "actual_fen", "refund_fen", "freight_fen", "item_qty")
REFUNDS = ("refund_no", "order_no", "status", "applied_at", "settled_at", "amount_fen")
TOLD = [  # a file, and the columns of ORDERS or REFUNDS in it, "-" for none
    (XIAOHONGSHU, "订单号 订单创建时间 支付时间 订单状态 用户应付金额(元) - 包裹总运费(元) SKU件数"),
    (
        TIKTOK_SHOP,
        "Order_ID Created_Time Paid_Time Order_Status Order_Amount Order_Refund_Amount Shipping_Fee_After_Discount "
        "Quantity",
    ),
    (
        SHOPEE,
        "Order_ID Order_Creation_Date Order_Paid_Time Order_Status Grand_Total - Buyer_Paid_Shipping_Fee Quantity",
    ),
    (LAZADA, "orderNumber createTime - status paidPrice - shippingFee -"),
    (WEIXIN, "订单号 订单下单时间 支付时间 订单状态 订单实际支付金额 商品已退款金额 订单运费 商品数量"),
    (JUSHUITAN, "线上订单号 订单日期 付款日期 状态 已付金额 - 运费 数量"),
    (PDD_REFUNDS, "售后编号 订单编号 售后状态 申请时间 同意退款时间 退款金额"),
    (XIAOHONGSHU_REFUNDS, "售后单号 订单号 状态 退货创建时间 商家确认收货时间 申请售后金额(元)"),
    (WEIXIN_PAY, "商户订单号 交易时间 - - 应结订单金额 - - -"),
]


@pytest.mark.parametrize(("file", "columns"), TOLD)
def test_files_of_platforms_without_a_reader_are_guessed_as_a_whole(file: dict[str, str], columns: str) -> None:
    header = list(file)
    fact = guess_fact(header)
    names = [None if name == "-" else name.replace("_", " ") for name in columns.split()]
    found = guess(fact, sample(header, list(file.values())))
    assert (fact, [found.get(field) for field in (REFUNDS if fact == "refunds" else ORDERS)]) == (
        "orders" if len(names) == len(ORDERS) else "refunds",
        names,
    )
    assert not any(isinstance(row, Bad) for row in preview(fact, found, sample(header, list(file.values())), "month"))


def test_of_what_the_buyer_pays_and_what_the_shop_gets_the_first_is_the_amount_paid() -> None:
    header = ["订单号", "下单日期", "用户实付金额(元)", "商家实收金额(元)"]  # of Pinduoduo, without its state
    assert guess("orders", sample(header, ["A-1", "2026-11-20", "49.00", "54.00"]))["actual_fen"] == header[2]


def test_a_number_without_decimals_is_no_amount_unless_its_name_says_so() -> None:
    rows = [["A-1", "2026-11-20", "1729", "49.00"], ["A-2", "2026-11-20", "1730", "9.90"]]
    assert guess("orders", sample(["单号", "下单日期", "栏目", "数额"], *rows))["actual_fen"] == "数额"


def test_a_row_below_the_header_that_says_what_the_columns_are_is_left_out() -> None:
    said = ["Platform unique order ID.", "Order created time.", "It equals what the buyer pays."]
    file = sample(["Order ID", "Created Time", "Order Amount"], said, ["57", "2026-11-05 09:30", "USD 21.00"])
    first, second = preview("orders", guess("orders", file), file)
    assert (first.code, first.level, second.actual_fen) == ("explanation_row", "notice", 2100)


def test_a_second_table_in_the_sample_is_told_in_its_place() -> None:
    turned = OWN[::-1]
    [problem] = preview("orders", guess("orders", sample(OWN, ROW)), sample(OWN, ROW, turned, ROW[::-1]))
    assert (problem.line, problem.code) == (2, "second_header")
