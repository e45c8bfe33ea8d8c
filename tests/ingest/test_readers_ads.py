import datetime as dt

import pytest

from kpis.ingest.detect import open_file
from kpis.ingest.rows import SpendRow
from opsplan.lib.problems import FileProblem
from tests.ingest import make
from tests.ingest.make import good, opened, told

DAY = dt.date(2026, 6, 13)


def report(tmp_path, source, name="报表.csv", extra=None, **cells):
    header = [*(extra or {}), *make.header(source)]
    row = make.row(header, **(extra or {}), **cells)
    return opened(make.as_text(tmp_path / "a.csv", [header, row], "gb18030"), name)


def test_a_zhitongche_account_day_is_read(tmp_path):
    found = report(
        tmp_path, "zhitongche_account", 日期="2026-06-13", 展现量="10,000", 点击量="321", 花费="456.78", 总收藏数="5",
        总购物车数="7", 总成交金额="1,234.50", 总成交笔数="9", 投入产出比="2.70",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "直通车", "account", "", 45678, 10000, 321, 123450, 9, 12, None)]


@pytest.mark.parametrize(
    ("cells", "people"),
    [
        ({"总收藏数": "5", "总购物车数": "7", "总收藏加购数": "10"}, 10),  # who did both counts once there
        ({"总收藏数": "5", "总收藏加购数": ""}, 5),
        ({"总购物车数": "7", "总收藏加购数": ""}, 7),
        ({"总收藏加购数": ""}, None),
    ],
)
def test_what_a_report_says_of_favourites_and_carts_together_goes_before_their_sum(tmp_path, cells, people):
    both = {"总收藏加购数": cells.pop("总收藏加购数")}
    found = report(tmp_path, "zhitongche_account", extra=both, 日期="2026-06-13", 花费="1", **cells)
    assert [x[-2] for x in good(found)] == [people]


def test_a_keyword_is_told_below_its_plan(tmp_path):
    found = report(
        tmp_path, "zhitongche_keyword", 日期="2026-06-13", 推广计划="面膜/主推", 关键词="补水/保湿", 展现量="9",
        点击量="8",
        花费="10", 总成交金额="80", 总成交笔数="2", 总收藏数="1", 总购物车数="3",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "直通车", "keyword", "面膜／主推/补水/保湿", 1000, 9, 8, 8000, 2, 4, None)]


def test_a_region_goes_down_to_the_city(tmp_path):
    found = report(
        tmp_path, "zhitongche_region", 日期="2026-06-13", 推广计划="主推", 省份="江苏", 城市="南京", 展现量="9",
        点击量="8", 花费="10",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "直通车", "region", "主推/江苏 南京", 1000, 9, 8, None, None, None, None)]


def test_a_subject_report_names_its_subject(tmp_path):
    found = report(
        tmp_path, "wanxiangtai_subject", 日期="20260613", 主体ID="701234567890", 主体名称="春装", 展现量="100",
        点击量="10", 花费="5.5", 总成交金额="60", 总成交笔数="2", 总收藏加购数="3", 引导访问人数="8",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "万相台", "subject", "701234567890", 550, 100, 10, 6000, 2, 3, 8)]


def test_the_promotion_report_takes_all_sales_not_the_net_ones(tmp_path):
    found = report(
        tmp_path, "alimama_promotion_gb18030", 日期="2026-06-13", 主体ID="7", 花费="10", 净成交金额="50",
        总成交金额="80", 净成交笔数="1", 总成交笔数="2", 总购物车数="4", 收藏宝贝数="3", 展现量="9", 点击量="8",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "万相台", "subject", "7", 1000, 9, 8, 8000, 2, 7, None)]


def test_the_account_of_2022_is_named_by_its_goal_not_by_its_window(tmp_path):
    found = report(
        tmp_path, "wanxiangtai_account_2022", 日期="2026-06-13", 优化目标="促进成交", 转化周期="15天", 消耗="10",
        曝光量="9", 点击量="8", 总成交金额="80", 总成交笔数="2", 加购收藏量="5",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "万相台", "account", "促进成交", 1000, 9, 8, 8000, 2, 5, None)]


def test_a_creative_is_named_by_group_plan_item_and_creative(tmp_path):
    found = report(
        tmp_path, "yinlimofang_creative", 日期="2026-06-13", 计划组="拉新", 计划="夏季", 商品id="7", 创意名称="图1",
        创意id="99", 消耗="10", 展现量="9", 点击量="8", 成交订单金额="80", 成交订单量="2",
        加购收藏量="5", 引导访问人数="6",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "引力魔方", "subject", "拉新/夏季/7/99", 1000, 9, 8, 8000, 2, 5, 6)]


def test_a_plan_report_tells_channel_and_plan_in_front(tmp_path):
    plan = {"场景ID": "1", "场景名字": "关键词推广", "计划ID": "88", "计划名字": "夏季"}
    found = report(tmp_path, "wanxiangtai_subject", extra=plan, 日期="2026-06-13", 主体ID="7", 花费="1", 展现量="1")
    assert [(row.channel, row.subject) for row in good(found)] == [("关键词推广", "88/7")]


@pytest.mark.parametrize(
    ("name", "channel"), [("钻展_账户报表.csv", "钻展"), ("万相台_账户.csv", "万相台"), ("账户.csv", "直通车")]
)
def test_the_name_of_the_file_tells_the_channel(tmp_path, name, channel):
    found = report(tmp_path, "zhitongche_account", name, 日期="2026-06-13", 花费="1", 展现量="1", 点击量="1")
    assert good(found)[0].channel == channel


def test_a_report_without_a_day_takes_it_from_its_name(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [["展现量", "点击量", "花费"], ["3", "2", "1.00"]])
    assert good(opened(path, "直通车_2026-06-13.csv"))[0].day == DAY
    with pytest.raises(FileProblem) as caught:
        opened(path, "直通车_20260601_20260630.csv")
    assert caught.value.code == "several_days"
    with pytest.raises(FileProblem) as caught:
        opened(path, "直通车.csv")
    assert caught.value.code == "no_day"


def test_a_zipped_report_in_gb18030_is_read(tmp_path):
    header = make.header("zhitongche_account")
    text = make.text([header, make.row(header, 日期="2026-06-13", 花费="1", 展现量="1", 点击量="1")])
    path = make.as_zip(tmp_path / "a.zip", {"直通车_账户报表.csv": text.encode("gb18030")})
    (found,) = open_file(path, "a.zip")
    assert (found.source, found.encoding, len(good(found))) == ("zhitongche_account", "gb18030", 1)


def test_a_total_row_does_not_double_the_spend(tmp_path):
    header = make.header("zhitongche_account")
    day = {"展现量": "1", "点击量": "1"}
    rows = [make.row(header, 日期=d, 花费="1.50", **day) for d in ("2026-06-13", "2026-06-14")]
    total = make.row(header, 日期="总计", 花费="3.00", 展现量="2", 点击量="2")
    found = opened(make.as_text(tmp_path / "a.csv", [header, *rows, total]))
    assert (sum(row.cost_fen for row in good(found)), told(found)) == (300, [(4, "日期", "总计", "footer_row")])


def test_faults_of_an_ad_report_are_told(tmp_path):
    found = report(tmp_path, "zhitongche_account", 日期="2026-06-31", 花费="", 展现量="-1", 点击量="x")
    assert told(found) == [
        (2, "日期", "2026-06-31", "bad_day"),
        (2, "花费", "", "missing_number"),
        (2, "展现量", "-1", "negative_amount"),
        (2, "点击量", "x", "bad_number"),
    ]


def test_a_settled_affiliate_order_costs_commission_and_fee(tmp_path):
    found = report(
        tmp_path, "taobaoke_settled_orders", 淘客结算时间="2026-06-13 10:00:00", 实际成交价格="100.00", 成交商品数="1",
        佣金="5.00", 服务费金额="0.50", 淘宝父订单编号="1", 淘宝子订单编号="2", 商品id="7",
    )  # fmt: skip
    assert good(found) == [SpendRow(2, DAY, "淘宝客", "subject", "2", 550, None, None, 10000, 1, None, None)]


def test_a_newer_jd_report_calls_its_spend_otherwise(tmp_path):
    rows = [
        ["日期", "营销场景", "展现数", "点击数", "花费", "总订单行"],
        ["2026-06-13", "快车", "900", "30", "12.50", "2"],
    ]
    assert good(opened(make.as_text(tmp_path / "a.csv", rows))) == [
        SpendRow(2, DAY, "快车", "account", "", 1250, 900, 30, None, 2, None, None)
    ]


def test_live_rooms_are_told_apart_and_the_row_of_all_days_is_their_sum(tmp_path):
    rows = [
        ["抖音号名称", "日期", "整体消耗", "整体成交金额", "整体成交订单数", "直播间整体曝光次数"],
        ["旗舰店", "全部", "30.00", "300.00", "3", "900"],
        ["旗舰店", "2026-06-13", "10.00", "100.00", "1", "300"],
        ["专卖店", "2026-06-13", "20.00", "200.00", "2", "600"],
    ]
    found = opened(make.as_text(tmp_path / "a.csv", rows))
    assert [(x.day, x.subject, x.cost_fen, x.impressions) for x in good(found)] == [
        (DAY, "旗舰店", 1000, 300),
        (DAY, "专卖店", 2000, 600),
    ]
    assert "footer_row" in {code for *_where, code in told(found)}


def test_what_pinduoduo_calls_marketing_spend_is_the_whole_of_it(tmp_path):
    names = [
        "日期",
        "商品ID",
        "推广场景",
        "推广名称",
        "成交营销花费(元)",
        "交易额(元)",
        "总营销花费(元)",
        "推广总花费(元)",
    ]
    rows = [
        [*names, "净成交笔数", "成交笔数"],
        ["2026-06-13", "7", "商品推广", "茶", "9.00", "90.00", "10.00", "8.00", "2", "3"],
    ]
    found = opened(make.as_text(tmp_path / "a.csv", rows))
    assert found.source == "pdd_promotion"
    assert [(x.channel, x.subject, x.cost_fen, x.sales_fen, x.orders) for x in good(found)] == [
        ("商品推广", "茶/7", 1000, 9000, 3)
    ]
