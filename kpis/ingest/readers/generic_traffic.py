"""Shop traffic by day in our own template, or in a file whose columns a person has named: one row a day."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import TrafficRow
from opsplan.lib.columns import count, day, decimal, money, needed, share


def build(_about: About) -> Callable[..., TrafficRow]:
    def row(line: int, on: dt.date, *told: int | Decimal | None) -> TrafficRow:
        return TrafficRow._make((line, on, *told))

    return row


READER = Reader(
    key="generic_traffic",
    fact="traffic",
    version=1,
    columns=(
        Column("day", ("日期*",), needed(day, "missing_date"), is_required=True, stand_in=dt.date.min),
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
    build=build,
    sources=("generic_traffic",),
)
