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
        dated("日期*", "Date*"),
        Column("uv", ("访客数*", "Visitors*"), count, is_required=True),
        Column("pv", ("浏览量", "Page views"), count, adds=True),
        Column("new_uv", ("新访客数", "New visitors"), count),
        Column("old_uv", ("老访客数", "Returning visitors"), count),
        Column("visits", ("访问次数", "Visits"), count, adds=True),
        Column("stay_seconds", ("人均停留秒数", "Seconds per visitor"), decimal),
        Column("bounce_rate", ("跳失率", "Bounce rate"), share),
        Column("order_buyers", ("下单买家数", "Buyers who ordered"), count),
        Column("order_amt_fen", ("下单金额", "Amount ordered"), money, adds=True, is_money=True),
        Column("pay_buyers", ("支付买家数", "Buyers who paid"), count),
        Column("pay_amt_fen", ("支付金额", "Amount paid"), money, adds=True, is_money=True),
        Column("pay_orders", ("支付订单数", "Orders paid"), count, adds=True),
        Column("pay_items", ("支付件数", "Pieces paid"), count, adds=True),
        Column("pay_new_buyers", ("支付新买家数", "New buyers who paid"), count),
        Column("pay_old_buyers", ("支付老买家数", "Returning buyers who paid"), count),
        Column("shop_fav_uv", ("店铺收藏人数", "People who favourited the shop"), count),
        Column("item_fav_uv", ("商品收藏人数", "People who favourited products"), count),
        Column("cart_uv", ("加购人数", "People who added to cart"), count),
    ),
    build=each(row),
    sources=("generic_traffic",),
    is_rounded=True,
)
