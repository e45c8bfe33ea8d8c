import datetime as dt
from decimal import Decimal

import pytest

from kpis.ingest.rows import FlowRow, ItemRow
from opsplan.lib.problems import FileProblem
from tests.ingest import make
from tests.ingest.make import good, opened, problems, told

SHOP = make.header("sycm_shop_daily")
ITEMS = make.header("sycm_product_all")
FLOW = make.header("sycm_flow_source")
DAY = dt.date(2026, 6, 13)
PREFACE = [["【生意参谋平台】"], ["商品_全部"], ["", ""], ["说明：数据仅供参考"]]


def code(path, name=None):
    with pytest.raises(FileProblem) as caught:
        opened(path, name)
    return caught.value.code


@pytest.mark.parametrize(
    "header",
    [
        "日期 浏览量 访客数 成交客户数 成交单量 成交商品件数 成交金额 成交转化率",  # JD 商智
        "统计时间 店铺浏览量 店铺访客数 成交买家数 成交订单数 成交件数 成交金额(元) 客单价(元)",  # Pinduoduo
    ],
)
def test_a_shop_day_of_another_platform_tells_its_deals(tmp_path, header):
    cells = ["2026-06-13", "4,200", "1,050", "28", "29", "35", "8,286.90", "2.67%"]
    [row] = good(opened(make.as_xlsx(tmp_path / "a.xlsx", [header.split(), cells])))
    assert (row.day, row.uv, row.pv, row.pay_buyers, row.pay_orders) == (DAY, 1050, 4200, 28, 29)
    assert (row.pay_items, row.pay_amt_fen) == (35, 828690)


def test_a_shop_day_is_read_below_its_preface(tmp_path):
    cells = make.row(
        SHOP, 统计日期="2026-06-13", 访客数="11,269", 浏览量="26,024", 老访客数="1,000", 新访客数="10,269",
        **{"人均停留时长(秒)": "38.52"}, 跳失率="78.15%", 支付金额="17,191.00", 支付买家数="68", 支付子订单数="120",
        支付父订单数="70", 支付商品件数="109", 下单买家数="80", 下单金额="20,000.5", 老买家数="8", 新买家数="60",
        店铺收藏人数="5", 商品收藏人数="-",
    )  # fmt: skip
    found = opened(make.as_xls(tmp_path / "a.xls", [*PREFACE[:3], SHOP, cells]))
    (row,) = good(found)
    assert (found.header_line, found.encoding) == (4, "xls")
    assert (row.line, row.day, row.uv, row.pv, row.new_uv, row.old_uv) == (5, DAY, 11269, 26024, 10269, 1000)
    assert (row.stay_seconds, row.bounce_rate) == (Decimal("38.52"), Decimal("0.7815"))
    assert (row.order_buyers, row.order_amt_fen, row.pay_buyers, row.pay_amt_fen) == (80, 2000050, 68, 1719100)
    assert (row.pay_orders, row.pay_items, row.pay_new_buyers, row.pay_old_buyers) == (70, 109, 60, 8)
    assert (row.shop_fav_uv, row.item_fav_uv, row.cart_uv, row.visits) == (5, None, None, None)


def test_the_user_chose_two_columns_and_the_rest_is_unknown_not_zero(tmp_path):
    (row,) = good(opened(make.as_text(tmp_path / "a.csv", [["访客数", "统计日期"], ["12", "20260613"]])))
    assert (row.day, row.uv) == (DAY, 12)
    assert set(row[3:]) == {None}


def test_twins_of_a_terminal_are_not_the_shop(tmp_path):
    header = ["统计日期", "PC端访客数", "无线端访客数", "访客数"]
    assert good(opened(make.as_text(tmp_path / "a.csv", [header, ["2026-06-13", "1", "2", "3"]])))[0].uv == 3


def test_a_share_is_the_same_as_text_and_as_a_number(tmp_path):
    rows = [["统计日期", "访客数", "跳失率"], ["2026-06-13", 5, 0.7815], ["2026-06-14", 5, "78.15%"]]
    found = opened(make.as_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.bounce_rate for row in good(found)] == [Decimal("0.7815")] * 2


def test_faults_of_a_shop_day_are_told(tmp_path):
    rows = [["统计日期", "访客数", "跳失率"], ["2026-13-01", "1.5", "6584.66%"], ["合计", "9", ""]]
    assert told(opened(make.as_text(tmp_path / "a.csv", rows))) == [
        (2, "统计日期", "2026-13-01", "bad_month"),
        (2, "访客数", "1.5", "bad_number"),
        (2, "跳失率", "6584.66%", "bad_rate"),
        (3, "统计日期", "合计", "footer_row"),
    ]


def test_an_item_day_is_read_from_row_five(tmp_path):
    cells = make.row(
        ITEMS, 统计日期="2026-06-13", 商品ID="1017116707008", 商品名称="春装", 货号="A-1", 商品访客数="11,269",
        商品浏览量="26,024", 商品收藏人数="12", 商品加购人数="30",
        下单买家数="70", 支付买家数="68", 支付件数="109", 支付金额="15,217.00",
        成功退款金额="7,955.12", 搜索引导访客数="-", 年累计支付金额="1,669,761.00", 支付新买家数="60",
    )  # fmt: skip
    name = "【生意参谋平台】商品_全部_2026-06-13_2026-06-13.xls"
    found = opened(make.as_xls(tmp_path / "a.xls", [*PREFACE, ITEMS, cells]), name)
    assert (found.source, found.header_line) == ("sycm_product_all", 5)
    assert good(found) == [
        ItemRow(6, DAY, "1017116707008", "春装", "A-1", 11269, 26024, 12, 30, 70, 68, 109, 1521700, 795512, None)
    ]


def test_a_row_about_no_item_is_left_out_with_a_notice(tmp_path):
    cells = make.row(ITEMS, 统计日期="2026-06-13", 商品ID="-", 商品访客数="1")
    found = opened(make.as_text(tmp_path / "a.csv", [ITEMS, cells]))
    assert [(p.line, p.code, p.level) for p in problems(found)] == [(2, "row_without_item", "notice")]


def test_an_item_report_over_several_days_is_refused_by_row(tmp_path):
    cells = make.row(ITEMS, 统计日期="2026-06-01~2026-06-30", 商品ID="1", 商品访客数="1")
    found = opened(make.as_text(tmp_path / "a.csv", [ITEMS, cells]))
    assert told(found) == [(2, "统计日期", "2026-06-01~2026-06-30", "day_span")]


def flow(**cells):
    return make.row(FLOW, **cells)


def test_a_flow_source_takes_its_day_from_the_name(tmp_path):
    cells = flow(流量来源="手淘搜索", 来源明细="汇总", 访客数="1,200", 浏览量="2,400", 支付金额="990.00", 收藏人数="3",
                 加购人数="9", 下单买家数="11", 支付件数="12", 支付买家数="10")  # fmt: skip
    path = make.as_xls(tmp_path / "a.xls", [*PREFACE, FLOW, cells])
    found = opened(path, "【生意参谋平台】无线店铺流量来源_2026-06-13_2026-06-13.xls")
    assert good(found) == [FlowRow(6, DAY, "手淘搜索", "汇总", 1200, 2400, 3, 9, 11, 10, 12, 99000)]


def test_a_flow_source_takes_its_day_from_the_rows_above(tmp_path):
    preface = [["导出时间：2026-07-01 10:00"], ["统计日期：2026-06-13 ~ 2026-06-13"]]
    path = make.as_text(tmp_path / "a.csv", [*preface, FLOW, flow(流量来源="手淘搜索", 访客数="1")])
    assert good(opened(path))[0].day == DAY


def test_a_flow_source_takes_its_day_from_its_own_column(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [["日期", *FLOW], ["20260613", *flow(流量来源="手淘搜索", 访客数="1")]])
    assert good(opened(path))[0].day == DAY


def test_a_flow_source_over_several_days_is_refused(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [FLOW, flow(流量来源="手淘搜索", 访客数="1")])
    with pytest.raises(FileProblem) as caught:
        opened(path, "流量来源_2026-06-01_2026-06-30.csv")
    assert str(caught.value) == "This report adds up 2026-06-01 to 2026-06-30. Export it day by day."
    assert code(path, "流量来源.csv") == "no_day"


def test_the_older_flow_form_is_read(tmp_path):
    header = [
        "来源",
        "来源明细",
        "访客数",
        "访客数变化",
        "下单买家数",
        "下单买家数变化",
        "下单转化率",
        "下单转化率变化",
    ]
    path = make.as_text(tmp_path / "a.csv", [header, ["淘内免费", "手淘首页", "12", "+1%", "3", "-", "25%", "-"]])
    found = opened(path, "来源_2017-05-01_2017-05-01.csv")
    (row,) = good(found)
    assert (found.generation, row.flow, row.detail, row.uv, row.order_buyers) == ("2017", "淘内免费", "手淘首页", 12, 3)


def test_a_total_row_of_flow_sources_is_left_out(tmp_path):
    rows = [FLOW, flow(流量来源="手淘搜索", 访客数="1"), flow(流量来源="总计", 访客数="1")]
    found = opened(make.as_text(tmp_path / "a.csv", rows), "x_2026-06-13.csv")
    assert (len(good(found)), told(found)) == (1, [(3, "流量来源", "总计", "footer_row")])


def test_jd_s_list_by_sku_tells_its_day_and_what_was_paid(tmp_path):
    rows = [
        [
            "时间",
            "SKU",
            "SKU名称",
            "成交金额",
            "成交商品件数",
            "成交单量",
            "成交客户数",
            "商品访客数",
            "商品浏览量",
            "加购客户数",
        ],
        ["2026-06-13", "1000", "茶", "1,234.50", "12", "10", "9", "300", "800", "40"],
    ]
    rows = [rows[0] + ["下单金额", "下单单量", "下单客户数"], rows[1] + ["1,500.00", "11", "10"]]
    found = make.opened(make.as_text(tmp_path / "a.csv", rows))
    assert found.source == "jd_shangzhi_product"
    [item] = make.good(found)
    assert (item.day.isoformat(), item.item_id, item.title) == ("2026-06-13", "1000", "茶")
    assert item[5:] == (300, 800, None, 40, 10, 9, 12, 123450, None, None)


def test_a_rounded_number_is_read_for_what_it_says_and_told_once_a_column(tmp_path):
    rows = [
        make.row(SHOP, 统计日期="2026-06-12", 访客数="1.2万", 浏览量="26,024", 支付金额="15.75万"),
        make.row(SHOP, 统计日期="2026-06-13", 访客数="９，８７６", 浏览量="3万", 支付金额="1.2亿元"),
        make.row(SHOP, 统计日期="2026-06-14", 访客数="1.0000万", 浏览量="2.50w", 支付金额="1.23456789万"),
        make.row(SHOP, 统计日期="2026-06-15", 访客数="1.23456万", 浏览量="1万+", 支付金额="2"),  # no people are half
    ]
    found = opened(make.as_xlsx(tmp_path / "店铺.xlsx", [SHOP, *rows]))
    assert [(row.uv, row.pv, row.pay_amt_fen) for row in good(found)] == [
        (12000, 26024, 15750000),
        (9876, 30000, 12000000000),
        (10000, 25000, 1234568),
    ]
    assert [(p.line, p.column, p.code, p.params.get("number")) for p in problems(found)] == [
        (2, "访客数", "rounded_number", "12,000"),
        (2, "支付金额", "rounded_number", "157,500"),
        (3, "浏览量", "rounded_number", "30,000"),
        (5, "访客数", "bad_number", None),
        (5, "浏览量", "bad_number", None),
    ]
