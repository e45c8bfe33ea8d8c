"""生意参谋 shop by day: one row a day. Which columns there are is the user's choice, ratios are never read. What other
platforms tell of a shop's days (商智, 罗盘, 多多) has the same figures under names of their own."""

import datetime as dt
from decimal import Decimal

from kpis.ingest.columns import dated
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import TrafficRow
from opsplan.lib.columns import count, decimal, money, share

COLUMNS = (
    dated("统计日期", "日期", "统计时间", "时间"),
    Column("uv", ("访客数", "店铺访客数"), count, is_required=True),
    Column("pv", ("浏览量", "店铺浏览量"), count, adds=True),
    Column("new_uv", ("新访客数",), count),
    Column("old_uv", ("老访客数",), count),
    Column("visits", ("访问次数", "入店次数"), count, adds=True),
    Column("stay_seconds", ("人均停留时长(秒)", "人均停留时长", "平均停留时长"), decimal),
    Column("bounce_rate", ("跳失率",), share),
    Column("order_buyers", ("下单买家数", "下单客户数"), count),
    Column("order_amt_fen", ("下单金额", "下单金额(元)"), money, adds=True, is_money=True),
    Column("pay_buyers", ("支付买家数", "成交客户数", "成交买家数", "成交人数"), count),
    Column("pay_amt_fen", ("支付金额", "成交金额", "支付金额(元)", "成交金额(元)"), money, adds=True, is_money=True),
    Column("pay_orders", ("支付父订单数", "支付订单数", "成交单量", "成交订单数"), count, adds=True),
    Column("pay_items", ("支付商品件数", "支付件数", "成交商品件数", "成交件数"), count, adds=True),
    Column("pay_new_buyers", ("新买家数", "支付新买家数"), count),
    Column("pay_old_buyers", ("老买家数", "支付老买家数"), count),
    Column("shop_fav_uv", ("店铺收藏人数", "店铺收藏买家数"), count),
    Column("item_fav_uv", ("商品收藏人数", "商品收藏买家数"), count),
    Column("cart_uv", ("加购人数", "商品加购人数"), count),
)


def row(line: int, on: dt.date, uv: int | None, pv: int | None, *rest: int | Decimal | None) -> TrafficRow:
    return TrafficRow._make((line, on, uv, pv, *rest))


READER = Reader(
    key="sycm_shop_daily",
    fact="traffic",
    version=2,
    columns=COLUMNS,
    build=each(row),
    sources=("sycm_shop_daily",),
    is_rounded=True,
    unless=("商品ID", "SKU", "SPU", "流量来源", "来源明细", "花费", "消耗"),
)
