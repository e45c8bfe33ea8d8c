"""Youzan orders: one row an order with all its goods in one cell, which tells how many pieces where each of them ends
in (spec)(pieces) or (2件). What was given back is told, without its day.

The buyer is the phone number where it is not masked; it is hashed and kept nowhere. 分销员 stands twice in the header.
"""

import datetime as dt
import re
import unicodedata

from kpis.ingest.columns import amount, numbered, placed, summed
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import OrderRow
from kpis.ingest.sales import (
    CLOSED,
    FINISHED,
    PAID,
    PAID_AFTER_CREATED,
    SHIPPED,
    UNPAID,
    buyer,
    order,
    province,
    statuses,
)
from opsplan.lib.columns import cleaned, moment

STATUS = statuses(
    {
        UNPAID: ("待付款", "待支付"),
        PAID: ("待发货", "待接单", "待成团", "部分发货"),
        SHIPPED: ("已发货", "待自提", "待收货"),
        FINISHED: ("交易完成", "交易成功", "已完成"),
        CLOSED: ("已关闭", "交易关闭", "已取消"),
    }
)


PIECES = re.compile(r".*(?:\)\s*\((\d{1,5})\)|\((\d{1,5})件\))", re.DOTALL)


def all_pieces(text: str) -> int | None:
    """茶叶(100g)(2);茶杯(白)(1) are three. Of goods whose end may as well be a spec nobody knows how many there are."""
    goods = [each for each in unicodedata.normalize("NFKC", cleaned(text)).split(";") if each.strip()]
    found = [PIECES.fullmatch(each.strip()) for each in goods]
    told = [int(match[1] or match[2]) for match in found if match]
    return sum(told) if told and len(told) == len(goods) else None


def row(
    line: int,
    order_no: str,
    created_at: dt.datetime,
    paid_at: dt.datetime | None,
    total_fen: int | None,
    paid_fen: int,
    refund_fen: int | None,
    freight_fen: int | None,
    qty: int | None,
    state: int,
    phone: str | None,
    receiver: str | None,
    place: str | None,
    finished_at: dt.datetime | None,
) -> OrderRow:
    return order(
        line,
        order_no,
        state,
        created_at,
        paid_at,
        paid_fen,
        total_fen=total_fen,
        refund_fen=refund_fen,
        freight_fen=freight_fen,
        item_qty=qty,
        buyer_name=phone or receiver,
        place=place,
        finished_at=finished_at,
    )


READER = Reader(
    key="youzan_orders",
    fact="orders",
    version=2,
    columns=(
        numbered("order_no", "订单号"),
        placed("订单创建时间"),
        Column("paid_at", ("买家付款时间",), moment, is_required=True),
        Column("total_fen", ("应收订单金额",), amount),
        summed("actual_fen", "订单实付金额"),
        Column("refund_fen", ("订单已退款金额",), amount, adds=True, is_money=True),
        Column("freight_fen", ("运费",), amount),
        Column("item_qty", ("全部商品名称",), all_pieces),
        Column("status", ("订单状态",), STATUS, is_required=True, stand_in=PAID),
        Column("buyer", ("买家手机号",), buyer),
        Column("receiver", ("收货人手机号/提货人手机号",), buyer),
        Column("province", ("收货人省份",), province),
        Column("finished_at", ("交易成功时间",), moment),
    ),
    build=each(row),
    checks=(PAID_AFTER_CREATED,),
    sources=("youzan_order",),
)
