"""Orders in our own template, or in a file whose columns a person has named: one row an order."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import OrderRow
from kpis.ingest.sales import (
    CLOSED,
    CLOSED_REFUNDED,
    CLOSED_UNPAID,
    FINISHED,
    FIRST_DAY,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    SIGNED,
    UNPAID,
    amount,
    buyer,
    needed_amount,
    order,
    province,
    statuses,
)
from opsplan.lib.columns import cleaned, count, moment, needed_identifier, needed_moment, remembered

WORDS = {
    **dict.fromkeys(("待付款", "待支付", "未付款", "等待买家付款", "pending", "unpaid", "on-hold"), UNPAID),
    **dict.fromkeys(("已付款", "待发货", "已支付", "买家已付款,等待卖家发货", "paid", "processing"), PAID),
    **dict.fromkeys(("已发货", "待收货", "卖家已发货,等待买家确认", "shipped", "fulfilled"), SHIPPED),
    **dict.fromkeys(("已签收", "已收货", "signed", "delivered"), SIGNED),
    **dict.fromkeys(("交易成功", "已完成", "交易完成", "完成", "completed", "finished"), FINISHED),
    **dict.fromkeys(("交易关闭", "已关闭", "已取消", "取消", "closed", "cancelled", "canceled"), CLOSED),
    **dict.fromkeys(("已退款", "退款成功", "全部退款", "refunded"), CLOSED_REFUNDED),
    **dict.fromkeys(("voided", "failed", "expired"), CLOSED_UNPAID),
}
STATUS = statuses(WORDS)


def status(text: str) -> int | None:
    return STATUS(text) if cleaned(text) else None


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
            place=place or "",
            finished_at=finished_at,
        )

    return row


READER = Reader(
    key="generic_orders",
    fact="orders",
    version=1,
    columns=(
        Column("order_no", ("订单号*",), needed_identifier, is_required=True, stand_in=""),
        Column("created_at", ("下单时间*",), needed_moment, is_required=True, stand_in=FIRST_DAY),
        Column("paid_at", ("付款时间",), moment),
        Column("status", ("订单状态",), remembered(status)),
        Column("actual_fen", ("实付金额*",), needed_amount, is_required=True, adds=True, is_money=True, stand_in=0),
        Column("total_fen", ("应付金额",), amount, adds=True, is_money=True),
        Column("refund_fen", ("退款金额",), amount, adds=True, is_money=True),
        Column("freight_fen", ("运费",), amount),
        Column("item_qty", ("件数",), remembered(count)),
        Column("buyer", ("买家",), buyer),
        Column("province", ("省份",), province),
        Column("finished_at", ("完成时间",), moment),
    ),
    build=build,
    checks=(PAID_AFTER_CREATED,),
    sources=("generic_orders",),
)
