"""Pinduoduo orders (订单导出): one row an order, any choice of columns that keeps the amounts; and the item in it.

An order counts when its group is formed (订单成交时间, 拼单成功时间); paid and not yet formed is no deal (2.7). The
file has no refund amount: 退款成功 is taken as all of it, and such a refund is marked as estimated.
"""

import datetime as dt
import re
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, needed_amount, numbered, pieces, summed
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import LineRow, OrderRow
from kpis.ingest.sales import (
    CLOSED,
    CLOSED_REFUNDED,
    FINISHED,
    PAID,
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

BEGUN = re.compile(r"^(\d{2})(\d{2})(\d{2})-\d+$")  # an order's number begins with its day
KNOWN = statuses(
    {
        UNPAID: ("待付款", "待支付"),
        PAID: ("待发货", "待成团", "已支付,待成团", "已成团,待发货", "待揽收", "退款中"),
        SHIPPED: ("已发货,待签收", "已发货,待收货", "已发货待签收", "已发货待收货", "已发货"),
        SIGNED: ("已签收", "已发货,已签收"),
        FINISHED: ("已收货", "交易成功", "已完成"),
        CLOSED: ("已取消", "交易已取消", "交易关闭", "未成团,已退款"),
    },
    {CLOSED: ("已取消",)},
)


def status(text: str) -> int:
    return CLOSED_REFUNDED if is_given_back(cleaned(text)) else KNOWN(text)


def day_of(order_no: str) -> dt.datetime | None:
    """The day an order's number begins with."""
    found = BEGUN.match(order_no)
    return moment("20{}-{}-{} 00:00:00".format(*found.groups())) if found else None


def build(about: About) -> Callable[..., OrderRow]:
    tells_deal = about.has("deal_at")

    def row(
        line: int,
        order_no: str,
        deal_at: dt.datetime | None,
        payed_at: dt.datetime | None,
        made_at: dt.datetime | None,
        paid_fen: int,
        received_fen: int | None,
        freight_fen: int | None,
        qty: int | None,
        state: int,
        after_sale: str | None,
        place: str | None,
        finished_at: dt.datetime | None,
    ) -> OrderRow:
        paid_at = deal_at if tells_deal else payed_at
        begun, first = day_of(order_no), made_at or payed_at or deal_at
        if made_at is None and begun and first and begun.date() < first.date():
            first = begun  # made the day before: paid, or its group formed, after midnight
        created_at = first or begun
        if created_at is None:
            raise Fault("missing_date", column="deal_at")
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
            finished_at=finished_at,
            subsidy_fen=None if received_fen is None else max(received_fen - paid_fen, 0),
        )

    return row


def item_row(
    line: int,
    order_no: str,
    title: str,
    properties: str | None,
    worth_fen: int,
    qty: int,
    style: str | None,
    sku: str | None,
    item_id: str | None,
) -> LineRow:
    return item(line, order_no, None, (style, sku, item_id), title, properties, piece(worth_fen, qty), qty)


DEAL = Column("deal_at", ("订单成交时间", "拼单成功时间", "成团时间"), moment)
ORDER_NO = numbered("order_no", "订单号")

ITEMS = items_of(
    "pdd",
    (
        ORDER_NO,
        called("商品", "商品名称"),
        Column("properties", ("商品规格",), label(200)),
        Column("price_fen", ("商品总价(元)",), needed_amount, is_required=True, stand_in=0),
        counted("qty", "商品数量(件)"),
        Column("style", ("商家编码-商品维度",), label(100)),
        Column("sku", ("商家编码-规格维度",), label(100)),
        Column("item_id", ("商品ID",), identifier),
    ),
    each(item_row),
    needs=("用户实付金额(元)",),
)
READER = Reader(
    key="pdd_orders",
    fact="orders",
    version=3,
    columns=(
        ORDER_NO,
        DEAL,
        Column("paid_at", ("支付时间",), moment),
        Column("created_at", ("下单时间", "订单创建时间"), moment),
        summed("actual_fen", "用户实付金额(元)"),
        Column("received_fen", ("商家实收金额(元)",), amount),
        Column("freight_fen", ("邮费(元)",), amount),
        Column("item_qty", ("商品数量(件)",), pieces, is_required=True),
        Column("status", ("订单状态",), remembered(status), is_required=True, stand_in=PAID),
        Column("after_sale", ("售后状态",), remembered(folded)),
        Column("province", ("省", "省份"), province),
        Column("finished_at", ("确认收货时间",), moment),
    ),
    build=build,
    sources=("pdd_order_2026",),
    also=(ITEMS,),
    paid_is_net=False,
)
