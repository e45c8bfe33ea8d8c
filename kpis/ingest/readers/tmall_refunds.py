"""Tmall refund list (退款/售后 export): one row a refund case.

Newer lists tell the whole (退款总额) and what of it went to the buyer (退给买家金额): that is what 买家退款金额 was.
"""

import datetime as dt

from kpis.ingest.aftersales import OPEN, SETTLED_AFTER_APPLIED, SHUT, SUCCEEDED
from kpis.ingest.columns import amount, numbered, summed
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import statuses
from opsplan.lib.columns import cleaned, label, moment
from opsplan.lib.text import folded

STATUS = statuses(
    {SUCCEEDED: ("退款成功", "退款完成"), OPEN: ("退款中", "退款待处理", "已拒绝退款")},
    {
        OPEN: ("买家已经申请退款", "卖家已经同意退款", "买家已经退货", "卖家拒绝退款", "卖家未收到货", "等待", "待"),
        SHUT: ("退款关闭", "换货", "补寄", "维修"),
    },
)
RETURNS = {
    **dict.fromkeys(("是", "需要", "需要退货", "退货退款", "1", "true"), True),
    **dict.fromkeys(("否", "不需要", "无需退货", "不需要退货", "仅退款", "0", "false"), False),
}


def with_return(text: str) -> bool | None:
    return RETURNS.get(folded(cleaned(text)))


def row(
    line: int,
    refund_no: str,
    order_no: str,
    code: str | None,
    state: int,
    applied_at: dt.datetime | None,
    settled_at: dt.datetime | None,
    amount_fen: int,
    to_buyer_fen: int | None,
    is_return: bool | None,
    reason: str | None,
) -> RefundRow:
    back = amount_fen if to_buyer_fen is None or state != SUCCEEDED else to_buyer_fen
    told = (applied_at, settled_at, back, None, is_return, reason or "")
    return RefundRow(line, refund_no, order_no, code or "", state, *told)


READER = Reader(
    key="tmall_refunds",
    fact="refunds",
    version=2,
    columns=(
        numbered("refund_no", "退款编号", "退款单编号"),
        numbered("order_no", "订单编号"),
        Column("code", ("商家编码",), label(100)),
        Column("status", ("退款状态",), STATUS, is_required=True, stand_in=OPEN),
        Column("applied_at", ("退款的申请时间", "退款申请时间"), moment),
        Column("settled_at", ("退款完结时间", "完结时间"), moment),
        summed("amount_fen", "买家退款金额", "退款总额", "退款金额（元）"),
        Column("to_buyer_fen", ("退给买家金额",), amount),
        Column("is_return", ("是否需要退货", "售后类型", "退款类型"), with_return),
        Column("reason", ("买家退款原因",), label(100)),
    ),
    build=each(row),
    checks=(SETTLED_AFTER_APPLIED,),
    sources=("tmall_refund",),
)
