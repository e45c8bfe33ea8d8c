"""Orders in our own template, or in a file whose columns a person has named: one row an order."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, numbered, pieces, placed, summed
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import OrderRow
from kpis.ingest.sales import (
    CLOSED,
    CLOSED_REFUNDED,
    CLOSED_UNPAID,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    buyer,
    order,
    province,
    some_status,
)
from opsplan.lib.columns import moment

STATUS = some_status(
    {
        UNPAID: ("待付款", "待支付", "未付款", "未支付", "等待买家付款", "等待付款", "pending", "unpaid", "on-hold"),
        PAID: (
            *(
                "已付款",
                "待发货",
                "已支付",
                "买家已付款,等待卖家发货",
                "待配货",
                "待出库",
                "已付款待审核",
                "发货中",
                "部分发货",
            ),
            *("备货中", "paid", "processing", "to ship", "awaiting shipment", "awaiting collection"),
            *("ready to ship", "ready_to_ship", "packed", "unfulfilled", "preparing", "等待发货"),
        ),
        SHIPPED: (
            *("已发货", "待收货", "待签收", "运输中", "配送中", "卖家已发货,等待买家确认", "shipped", "fulfilled"),
            *("in transit", "shipping", "to receive", "out for delivery"),
        ),
        SIGNED: ("已签收", "已收货", "确认收货", "signed", "delivered", "order received"),
        FINISHED: ("交易成功", "已完成", "交易完成", "完成", "已结算", "成功", "completed", "complete", "finished"),
        CLOSED: ("交易关闭", "已关闭", "已取消", "取消", "关闭", "作废", "closed", "cancelled", "canceled", "returned"),
        CLOSED_REFUNDED: ("已退款", "退款成功", "全部退款", "refunded"),
        CLOSED_UNPAID: ("voided", "failed", "expired"),
    }
)


def build(about: About) -> Callable[..., OrderRow]:
    tells_payment = about.has("paid_at")

    def row(
        line: int,
        order_no: str,
        created_at: dt.datetime,
        paid_at: dt.datetime | None,
        state: int | None,
        paid_fen: int,
        total_fen: int | None,
        refund_fen: int | None,
        freight_fen: int | None,
        qty: int | None,
        buyer_name: str | None,
        place: str | None,
        finished_at: dt.datetime | None,
    ) -> OrderRow:
        refund = refund_fen or 0
        if not tells_payment and state not in (UNPAID, CLOSED, CLOSED_UNPAID) and paid_fen:
            paid_at = created_at  # the file has no payment time: it counts when it was placed
        if state is None:
            state = UNPAID if paid_at is None else CLOSED_REFUNDED if 0 < paid_fen <= refund else PAID
        return order(
            line,
            order_no,
            state,
            created_at,
            paid_at,
            paid_fen,
            total_fen=total_fen,
            refund_fen=refund,
            freight_fen=freight_fen,
            item_qty=qty,
            buyer_name=buyer_name,
            place=place,
            finished_at=finished_at,
        )

    return row


READER = Reader(
    key="generic_orders",
    fact="orders",
    version=2,
    columns=(
        numbered("order_no", "订单号*", "Order number*"),
        placed("下单时间*", "Placed at*"),
        Column("paid_at", ("付款时间", "Paid at"), moment),
        Column("status", ("订单状态", "Order status"), STATUS),
        summed("actual_fen", "实付金额*", "Amount paid*"),
        Column("total_fen", ("应付金额", "Amount due"), amount, adds=True, is_money=True),
        Column("refund_fen", ("退款金额", "Refunded"), amount, adds=True, is_money=True),
        Column("freight_fen", ("运费", "Freight"), amount),
        Column("item_qty", ("件数", "Pieces"), pieces),
        Column("buyer", ("买家", "Buyer"), buyer),
        Column("province", ("省份", "Province"), province),
        Column("finished_at", ("完成时间", "Completed at"), moment),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("generic_orders",),
)
