"""Shop traffic by day in our own template, or in a file whose columns a person has named: one row a day."""

import datetime as dt
from decimal import Decimal

from kpis.ingest.columns import dated
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import TrafficRow
from opsplan.lib.columns import count, decimal, money, share


def row(line: int, on: dt.date, *told: int | Decimal | None) -> TrafficRow:
    return TrafficRow._make((line, on, *told))


READER = Reader(
    key="generic_traffic",
    fact="traffic",
    version=1,
    columns=(
        dated("日期*"),
        Column("uv", ("访客数*",), count, is_required=True),
        Column("pv", ("浏览量",), count, adds=True),
        Column("new_uv", ("新访客数",), count),
        Column("old_uv", ("老访客数",), count),
        Column("visits", ("访问次数",), count, adds=True),
        Column("stay_seconds", ("人均停留秒数",), decimal),
        Column("bounce_rate", ("跳失率",), share),
        Column("order_buyers", ("下单买家数",), count),
        Column("order_amt_fen", ("下单金额",), money, adds=True, is_money=True),
        Column("pay_buyers", ("支付买家数",), count),
        Column("pay_amt_fen", ("支付金额",), money, adds=True, is_money=True),
        Column("pay_orders", ("支付订单数",), count, adds=True),
        Column("pay_items", ("支付件数",), count, adds=True),
        Column("pay_new_buyers", ("支付新买家数",), count),
        Column("pay_old_buyers", ("支付老买家数",), count),
        Column("shop_fav_uv", ("店铺收藏人数",), count),
        Column("item_fav_uv", ("商品收藏人数",), count),
        Column("cart_uv", ("加购人数",), count),
    ),
    build=each(row),
    sources=("generic_traffic",),
)
