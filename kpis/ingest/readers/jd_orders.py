"""JD orders (订单导出, 2016 to 2026): one row a SKU, the order's amounts repeated on each; and the items in them.

Paid is what the buyer pays: 应付金额 with 余额支付, else 订单金额. Goods paid on delivery count
on the day the order is placed (2.7). A paid order that was cancelled is taken as paid back in full.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, called, counted, needed_amount, numbered, placed
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
    province,
    statuses,
)
from opsplan.lib.columns import identifier, label, moment

STATUS = statuses(
    {
        UNPAID: ("等待付款", "等待付款确认", "待付款", "等待延迟付款确认"),
        PAID: ("等待出库", "等待打印", "等待发货", "待发货", "锁定", "暂停", "等待确认", "正在出库"),
        SHIPPED: ("等待确认收货", "等待收货", "待收货", "已发货", "已出库", "配送中"),
        SIGNED: ("已签收",),
        FINISHED: ("完成", "已完成", "交易成功"),
        CLOSED: ("已取消", "取消", "已删除", "交易关闭"),
    },
    {CLOSED: ("(删除)",), PAID: ("(锁定)",)},
)


def build(about: About) -> Callable[..., OrderPart]:
    tells_payment = about.has("paid_at")

    def row(
        line: int,
        order_no: str,
        item_id: str | None,
        qty: int,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        total_fen: int,
        payable_fen: int | None,
        balance_fen: int | None,
        state: int,
        pay_way: str | None,
        buyer_name: str | None,
        place: str | None,
        freight_fen: int | None,
        finished_at: dt.datetime | None,
    ) -> OrderPart:
        is_open = state not in (UNPAID, CLOSED)
        if paid_at is None and is_open and ("货到付款" in (pay_way or "") or not tells_payment):
            paid_at = created_at
        paid_fen = total_fen if payable_fen is None else payable_fen + (balance_fen or 0)
        whole = order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            paid_fen,
            total_fen=total_fen,
            freight_fen=freight_fen,
            item_qty=qty,
            buyer_name=buyer_name,
            place=place,
            finished_at=finished_at,
        )
        return OrderPart(line, f"#{item_id or ''}", whole)

    return row


def item_row(
    line: int,
    order_no: str,
    item_id: str | None,
    qty: int,
    title: str,
    price_fen: int,
    code: str | None,
    sku: str | None,
) -> LineRow:
    return item(line, order_no, None, (code, sku, item_id), title, "", price_fen, qty)


ORDER_NO = numbered("order_no", "订单号", "订单编号")
ITEM_ID = Column("item_id", ("商品ID", "商品编号"), identifier, is_required=True)
QTY = counted("item_qty", "订购数量", "商品数量")

ITEMS = items_of(
    "jd",
    (
        ORDER_NO,
        ITEM_ID,
        QTY,
        called("商品名称"),
        Column("price_fen", ("京东价", "单价"), needed_amount, is_required=True, stand_in=0),
        Column("code", ("货号", "商家编码"), label(100)),
        Column("sku", ("商家SKUID", "商家SKU ID"), label(100)),
    ),
    each(item_row),
)
READER = Reader(
    key="jd_orders",
    fact="orders",
    version=1,
    columns=(
        ORDER_NO,
        ITEM_ID,
        QTY,
        placed("下单时间"),
        Column("paid_at", ("付款确认时间",), moment),
        Column("total_fen", ("订单金额",), needed_amount, is_required=True, stand_in=0),
        Column("actual_fen", ("应付金额",), amount),
        Column("balance_fen", ("余额支付",), amount),
        Column("status", ("订单状态",), STATUS, is_required=True, stand_in=PAID),
        Column("pay_way", ("支付方式",), label(20)),
        Column("buyer", ("下单帐号", "下单账号"), buyer),
        Column("province", ("客户地址", "收货地址"), province),
        Column("freight_fen", ("运费金额", "运费"), amount),
        Column("finished_at", ("订单完成时间",), moment),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("jd_order_2016",),
    folds={"item_qty": "sum"},
    also=(ITEMS,),
    paid_is_net=False,
)
