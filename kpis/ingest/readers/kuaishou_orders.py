"""Kuaishou orders (快手小店): one row an order; and its item. 订单支付时间 of a presale is the day of the balance.

The workbook comes with a password. Numbers arrive as `1.0`; buyers are not told.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import LineRow, OrderRow
from kpis.ingest.sales import (
    CLOSED,
    FINISHED,
    FIRST_DAY,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    amount,
    is_given_back,
    item,
    needed_amount,
    order,
    piece,
    province,
    statuses,
    together,
)
from opsplan.lib.columns import count, identifier, label, moment, needed, needed_identifier, needed_moment, remembered
from opsplan.lib.text import folded

STATUS = statuses(
    {
        **dict.fromkeys(("待付款", "待支付"), UNPAID),
        **dict.fromkeys(("待发货", "已支付", "部分发货"), PAID),
        **dict.fromkeys(("已发货", "待收货"), SHIPPED),
        **dict.fromkeys(("已收货", "已签收"), SIGNED),
        **dict.fromkeys(("交易成功", "订单成功", "已完成"), FINISHED),
        **dict.fromkeys(("交易关闭", "交易失败", "已取消", "已关闭"), CLOSED),
    }
)


def build(about: About) -> Callable[..., OrderRow]:
    none = 0 if about.has("platform_fen") or about.has("streamer_fen") else None  # what empty cells mean

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
        refund = paid_fen if is_given_back(after_sale) and paid_at is not None else 0
        return order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            paid_fen,
            refund_fen=refund,
            freight_fen=freight_fen,
            item_qty=qty,
            place=place or "",
            subsidy_fen=together(none, platform_fen, streamer_fen),
        )

    return row


def build_item(_about: About) -> Callable[..., LineRow]:
    def row(
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

    return row


ORDER_NO = Column("order_no", ("订单号",), needed_identifier, is_required=True, stand_in="")
PAID_FEN = Column("total_fen", ("实付款",), needed_amount, is_required=True, adds=True, is_money=True, stand_in=0)

ITEMS = Reader(
    key="kuaishou_order_items",
    fact="lines",
    version=1,
    columns=(
        ORDER_NO,
        Column("title", ("商品名称",), label(200), is_required=True, stand_in=""),
        Column("properties", ("商品规格",), label(200)),
        Column("code", ("SKU编码",), label(100)),
        Column("item_id", ("商品ID",), identifier),
        Column("price_fen", ("商品单价",), amount),
        PAID_FEN,
        Column("qty", ("成交数量",), remembered(needed(count, "missing_number")), is_required=True, stand_in=1),
    ),
    build=build_item,
    sources=("kuaishou_order_items",),
)
READER = Reader(
    key="kuaishou_orders",
    fact="orders",
    version=2,
    columns=(
        ORDER_NO,
        Column("created_at", ("订单创建时间",), needed_moment, is_required=True, stand_in=FIRST_DAY),
        Column("paid_at", ("订单支付时间",), moment, is_required=True),
        PAID_FEN,
        Column("platform_fen", ("平台补贴",), amount),
        Column("streamer_fen", ("主播补贴",), amount),
        Column("freight_fen", ("快递费",), amount),
        Column("item_qty", ("成交数量",), remembered(count), is_required=True),
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
