"""Xiaohongshu orders (千帆 包裹详情): one row an SKU of a package, amounts of its own on each; and the items.

用户应付金额 is what the buyer pays, 商家应收金额 what the shop gets: the difference is what the platform pays (G13).
The file has no refund amount, and its 售后状态 does not say how much of an order went back: the list of cases tells it.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, needed_amount, numbered, placed, summed
from kpis.ingest.reader import About, Column, Reader, each
from kpis.ingest.rows import LineRow, OrderPart
from kpis.ingest.sales import (
    CLOSED,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    buyer,
    item,
    items_of,
    order,
    piece,
    province,
    statuses,
)
from opsplan.lib.columns import identifier, label, moment

STATUS = statuses(
    {
        UNPAID: ("待付款", "待支付", "未付款", "未支付"),
        PAID: ("待配货", "配货中", "待发货", "已支付", "支付处理中", "已支付处理中", "清关中", "部分发货"),
        SHIPPED: ("已发货", "待收货", "运输中", "换货申请中"),
        SIGNED: ("已签收", "已收货"),
        FINISHED: ("已完成", "交易成功", "交易完成"),
        CLOSED: ("已取消", "已关闭", "交易关闭"),
    }
)


def build(_about: About) -> Callable[..., OrderPart]:
    def row(
        line: int,
        order_no: str,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        state: int,
        paid_fen: int,
        received_fen: int | None,
        freight_fen: int | None,
        qty: int,
        buyer_name: str | None,
        place: str | None,
        finished_at: dt.datetime | None,
        variant_id: str | None,
        name: str | None,
    ) -> OrderPart:
        whole = order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            paid_fen,
            freight_fen=freight_fen,
            item_qty=qty,
            buyer_name=buyer_name,
            place=place,
            finished_at=finished_at,
            subsidy_fen=None if received_fen is None else max(received_fen - paid_fen, 0),
        )
        return OrderPart(line, f"#{variant_id or name or ''}", whole)

    return row


def item_row(
    line: int,
    order_no: str,
    product: str | None,
    name: str,
    variant: str | None,
    qty: int,
    worth_fen: int,
    code: str | None,
    item_id: str | None,
) -> LineRow:
    return item(line, order_no, None, (code, item_id), product or name, variant, piece(worth_fen, qty), qty)


ORDER_NO = numbered("order_no", "订单号")
VARIANT, QTY = ("SKU规格",), "SKU件数"

ITEMS = items_of(
    "xiaohongshu",
    (
        ORDER_NO,
        Column("product", ("商品名称",), label(200)),
        called("SKU名称", "商品名称"),
        Column("properties", VARIANT, label(200)),
        counted("qty", QTY),
        Column("price_fen", ("商品总价(元)",), needed_amount, is_required=True, stand_in=0),
        Column("code", ("商家编码",), label(100)),
        Column("item_id", ("商品ID", "小红书编码"), label(100)),
    ),
    each(item_row),
)
READER = Reader(
    key="xiaohongshu_orders",
    fact="orders",
    version=1,
    columns=(
        ORDER_NO,
        placed("订单创建时间"),
        Column("paid_at", ("支付时间",), moment, is_required=True),
        Column("status", ("订单状态",), STATUS, is_required=True, stand_in=PAID),
        summed("actual_fen", "用户应付金额(元)"),
        Column("received_fen", ("商家应收金额(元)（支付金额）", "商家应收金额(元)"), amount),
        Column("freight_fen", ("包裹总运费(元)",), amount),
        counted("item_qty", QTY),
        Column("buyer", ("用户编号",), buyer),
        Column("province", ("省",), province),
        Column("finished_at", ("订单完成时间",), moment),
        Column("variant_id", ("规格ID", "小红书编码"), identifier),
        Column("title", ("SKU名称", "商品名称"), label(200)),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("xiaohongshu_order",),
    folds=dict.fromkeys(("total_fen", "actual_fen", "refund_fen", "item_qty", "subsidy_fen"), "sum"),
    also=(ITEMS,),
    paid_is_net=False,
)
