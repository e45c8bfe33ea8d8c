"""One sample a layout, made by us from the real headers with the traps of real files in it."""

import pytest

from tests.ingest.make import FILES, good, opened, problems

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
    ("京东结算明细.xlsx", "jd_settlement_2026", "xlsx", 3, 2499 + 288 - 400),
    ("京准通_自定义报表.csv", "jd_ads_custom_report", "utf-8", 2, 51230 + 3105),
    ("商智_商品明细_2026-11-11.xls", "jd_shangzhi_product", "xls", 2, 0),
    ("orders_export2026-11-12.csv", "pdd_order_2026", "utf-8", 4, 3190 + 7000 + 1990 + 1990),
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
