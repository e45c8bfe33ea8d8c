"""Douyin shop orders (抖店): one row a sub-order with its own amount, put together by 主订单编号; and the items.

已关闭 is never paid or paid back: the payment time tells. 退款成功 gives back all of its sub-order (estimated: the
after-sale file has the amount). Buyers are masked, so people are counted by the platform's traffic file. A row for
several sub-orders does not say what each product took of its amount: it is no item.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, numbered, pieces, placed, summed
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import LineRow, OrderPart
from kpis.ingest.sales import (
    CLOSED,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
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
from opsplan.lib.columns import (
    Fault,
    cleaned,
    identifier,
    label,
    moment,
    remembered,
)
from opsplan.lib.text import folded

STATUS = statuses(
    {
        UNPAID: ("待支付", "待确认", "待付款"),
        PAID: ("待发货", "备货中", "已支付", "部分发货"),
        SHIPPED: ("已发货", "待收货"),
        FINISHED: ("已完成", "已收货"),
        CLOSED: ("已关闭", "已取消"),
    }
)


def first_number(text: str) -> str | None:
    """The number of a sub-order; of several in one cell (`1;2`, a row for a whole order) the first."""
    return identifier(cleaned(text).replace("；", ";").split(";")[0])


def numbers(text: str) -> str | None:
    """The numbers of all sub-orders in a cell, joined by a semicolon."""
    told = cleaned(text).replace("；", ";").split(";")
    return ";".join(filter(None, map(identifier, told))) or None


def build(about: About) -> Callable[..., OrderPart]:
    subsidy_fen = subsidies(about)

    def row(
        line: int,
        order_no: str,
        sub_order_no: str | None,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        paid_fen: int,
        platform_fen: int | None,
        streamer_fen: int | None,
        freight_fen: int | None,
        qty: int | None,
        state: int,
        after_sale: str | None,
        pay_way: str | None,
        place: str | None,
        finished_at: dt.datetime | None,
    ) -> OrderPart:
        if paid_at is None and "货到付款" in (pay_way or ""):
            paid_at = finished_at  # counts when it is received (G3)
        whole = order(
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
            finished_at=finished_at,
            subsidy_fen=subsidy_fen(platform_fen, streamer_fen),
        )
        return OrderPart(line, sub_order_no or "#", whole)

    return row


def item_row(
    line: int,
    order_no: str,
    sub_order_nos: str | None,
    title: str,
    qty: int,
    worth_fen: int,
    style: str | None,
    code: str | None,
    item_id: str | None,
) -> LineRow:
    sub_order_no, _more, others = (sub_order_nos or "").partition(";")
    if others:
        raise Fault("several_items", level="notice", column="title")
    return item(line, order_no, sub_order_no or None, (style, code, item_id), title, "", piece(worth_fen, qty), qty)


ORDER_NO = numbered("order_no", "主订单编号", "订单编号")
SUB_ORDER_NO = Column("part", ("子订单编号",), numbers, is_required=True)
PAID_FEN = summed("actual_fen", "订单应付金额")

ITEMS = items_of(
    "douyin",
    (
        ORDER_NO,
        SUB_ORDER_NO,
        called("选购商品", "商品名称"),
        counted("qty", "商品数量"),
        PAID_FEN,
        Column("style", ("货号",), label(100)),
        Column("code", ("商家编码",), label(100)),
        Column("item_id", ("商品ID",), first_number),
    ),
    each(item_row),
)
READER = Reader(
    key="douyin_orders",
    fact="orders",
    version=3,
    columns=(
        ORDER_NO,
        SUB_ORDER_NO,
        placed("订单提交时间", "下单时间"),
        Column("paid_at", ("支付完成时间", "支付时间"), moment, is_required=True),
        PAID_FEN,
        Column("platform_fen", ("平台实际承担优惠金额",), amount),
        Column("streamer_fen", ("达人实际承担优惠金额",), amount),
        Column("freight_fen", ("运费",), amount),
        Column("item_qty", ("商品数量",), pieces),
        Column("status", ("订单状态",), STATUS, is_required=True, stand_in=PAID),
        Column("after_sale", ("售后状态",), remembered(folded)),
        Column("pay_way", ("支付方式",), label(20)),
        Column("province", ("省", "省份"), province),
        Column("finished_at", ("订单完成时间",), moment),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("douyin_order",),
    folds=dict.fromkeys(("total_fen", "actual_fen", "refund_fen", "item_qty", "subsidy_fen"), "sum"),
    also=(ITEMS,),
    paid_is_net=False,
)
