"""Kuaishou orders (快手小店): one row an order; and its item. 订单支付时间 of a presale is the day of the balance.

The workbook comes with a password. Numbers arrive as `1.0`; buyers are not told.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, numbered, pieces, placed, summed
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import LineRow, OrderRow
from kpis.ingest.sales import (
    CLOSED,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    is_given_back,
    item,
    items_of,
    order,
    piece,
    province,
    statuses,
    subsidies,
)
from opsplan.lib.columns import identifier, label, moment, remembered
from opsplan.lib.text import folded

STATUS = statuses(
    {
        UNPAID: ("待付款", "待支付"),
        PAID: ("待发货", "已支付", "部分发货"),
        SHIPPED: ("已发货", "待收货"),
        SIGNED: ("已收货", "已签收"),
        FINISHED: ("交易成功", "订单成功", "已完成"),
        CLOSED: ("交易关闭", "交易失败", "已取消", "已关闭"),
    }
)


def build(about: About) -> Callable[..., OrderRow]:
    subsidy_fen = subsidies(about)

    def row(
        line: int,
        order_no: str,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        paid_fen: int,
        platform_fen: int | None,
        streamer_fen: int | None,
        freight_fen: int | None,
        qty: int | None,
        state: int,
        after_sale: str | None,
        place: str | None,
    ) -> OrderRow:
        return order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            paid_fen,
            is_refunded=is_given_back(after_sale),
            freight_fen=freight_fen,
            item_qty=qty,
            place=place,
            subsidy_fen=subsidy_fen(platform_fen, streamer_fen),
        )

    return row


def item_row(
    line: int,
    order_no: str,
    title: str,
    properties: str | None,
    code: str | None,
    item_id: str | None,
    price_fen: int | None,
    paid_fen: int,
    qty: int,
) -> LineRow:
    price = piece(paid_fen, qty) if price_fen is None else price_fen
    item_id = None if item_id == "0" else item_id  # what it writes for none
    return item(line, order_no, None, (code, item_id), title, properties, price, qty)


ORDER_NO = numbered("order_no", "订单号")
PAID_FEN = summed("actual_fen", "实付款")

ITEMS = items_of(
    "kuaishou",
    (
        ORDER_NO,
        called("商品名称"),
        Column("properties", ("商品规格",), label(200)),
        Column("code", ("SKU编码",), label(100)),
        Column("item_id", ("商品ID",), identifier),
        Column("price_fen", ("商品单价",), amount),
        PAID_FEN,
        counted("qty", "成交数量"),
    ),
    each(item_row),
)
READER = Reader(
    key="kuaishou_orders",
    fact="orders",
    version=2,
    columns=(
        ORDER_NO,
        placed("订单创建时间"),
        Column("paid_at", ("订单支付时间",), moment, is_required=True),
        PAID_FEN,
        Column("platform_fen", ("平台补贴",), amount),
        Column("streamer_fen", ("主播补贴",), amount),
        Column("freight_fen", ("快递费",), amount),
        Column("item_qty", ("成交数量",), pieces, is_required=True),
        Column("status", ("订单状态",), STATUS, is_required=True, stand_in=PAID),
        Column("after_sale", ("售后状态",), remembered(folded)),
        Column("province", ("收货地址-省",), province),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("kuaishou_order",),
    also=(ITEMS,),
    paid_is_net=False,
)
