"""Tmall refund list (退款/售后 export): one row a refund case."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Check, Column, Reader
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import settled_before_applied
from opsplan.lib.columns import Fault, cleaned, label, moment, money, needed, needed_identifier, remembered
from opsplan.lib.text import folded

OPEN, CLOSED, SUCCEEDED = 10, 20, 30

STATUSES = {"退款成功": SUCCEEDED, "退款完成": SUCCEEDED, "退款关闭": CLOSED, "退款中": OPEN}
OPENINGS = (
    "买家已经申请退款",
    "卖家已经同意退款",
    "买家已经退货",
    "卖家拒绝退款",
    "卖家未收到货",
    "等待",
)  # of open cases

RETURNS = {"是": True, "需要": True, "需要退货": True, "退货退款": True, "1": True, "true": True}
NO_RETURNS = {
    "否": False,
    "不需要": False,
    "无需退货": False,
    "不需要退货": False,
    "仅退款": False,
    "0": False,
    "false": False,
}


def status(text: str) -> int | None:
    body = folded(cleaned(text))
    if not body:
        return None
    if body.startswith(OPENINGS):
        return OPEN
    if body not in STATUSES:
        raise Fault("unknown_status")
    return STATUSES[body]


def with_return(text: str) -> bool | None:
    return {**RETURNS, **NO_RETURNS}.get(folded(cleaned(text)))


def build(_about: About) -> Callable[..., RefundRow]:
    def row(
        line: int,
        refund_no: str,
        order_no: str,
        code: str | None,
        state: int,
        applied_at: dt.datetime | None,
        settled_at: dt.datetime | None,
        amount_fen: int,
        is_return: bool | None,
        reason: str | None,
    ) -> RefundRow:
        return RefundRow(
            line,
            refund_no,
            order_no,
            code or "",
            state,
            applied_at,
            settled_at,
            amount_fen,
            None,
            is_return,
            reason or "",
        )

    return row


READER = Reader(
    key="tmall_refunds",
    fact="refunds",
    version=1,
    columns=(
        Column("refund_no", ("退款编号",), needed_identifier, is_required=True, stand_in=""),
        Column("order_no", ("订单编号",), needed_identifier, is_required=True, stand_in=""),
        Column("code", ("商家编码",), label(100)),
        Column("status", ("退款状态",), remembered(needed(status, "missing_text")), is_required=True, stand_in=OPEN),
        Column("applied_at", ("退款的申请时间", "退款申请时间"), moment),
        Column("settled_at", ("退款完结时间", "完结时间"), moment),
        Column(
            "amount_fen",
            ("买家退款金额",),
            remembered(needed(money, "missing_number")),
            is_required=True,
            adds=True,
            is_money=True,
            stand_in=0,
        ),
        Column("is_return", ("是否需要退货",), with_return),
        Column("reason", ("买家退款原因",), label(100)),
    ),
    build=build,
    checks=(Check(frozenset({"applied_at", "settled_at"}), "settled_at", settled_before_applied),),
    sources=("tmall_refund",),
)
