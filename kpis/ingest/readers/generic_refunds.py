"""Refunds in our own template, or in a file whose columns a person has named: one row a case."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Check, Column, Reader
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import needed_amount, settled_before_applied, statuses
from opsplan.lib.columns import cleaned, count, label, moment, needed_identifier, remembered

OPEN, SHUT, SUCCEEDED = 10, 20, 30
STATUS = statuses(
    {
        **dict.fromkeys(("退款成功", "退款完成", "已退款", "成功", "succeeded", "refunded"), SUCCEEDED),
        **dict.fromkeys(("退款关闭", "售后关闭", "已取消", "关闭", "拒绝", "closed", "rejected"), SHUT),
        **dict.fromkeys(("退款中", "处理中", "待处理", "open", "pending"), OPEN),
    }
)
YES_NO = {"是": True, "退货退款": True, "yes": True, "1": True, "否": False, "仅退款": False, "no": False, "0": False}


def status(text: str) -> int | None:
    return STATUS(text) if cleaned(text) else None


def yes_or_no(text: str) -> bool | None:
    return YES_NO.get(cleaned(text).lower())


def build(_about: About) -> Callable[..., RefundRow]:
    def row(
        line: int,
        refund_no: str,
        order_no: str,
        code: str | None,
        state: int | None,
        applied_at: dt.datetime | None,
        settled_at: dt.datetime | None,
        amount_fen: int,
        qty: int | None,
        with_return: bool | None,
        reason: str | None,
    ) -> RefundRow:
        if state is None:
            state = OPEN if settled_at is None else SUCCEEDED
        told = (applied_at, settled_at, amount_fen, qty, with_return, reason or "")
        return RefundRow(line, refund_no, order_no, code or "", state, *told)

    return row


READER = Reader(
    key="generic_refunds",
    fact="refunds",
    version=1,
    columns=(
        Column("refund_no", ("退款编号*",), needed_identifier, is_required=True, stand_in=""),
        Column("order_no", ("订单号*",), needed_identifier, is_required=True, stand_in=""),
        Column("code", ("商品编码",), label(100)),
        Column("status", ("退款状态",), remembered(status)),
        Column("applied_at", ("申请时间",), moment),
        Column("settled_at", ("退款时间",), moment),
        Column("amount_fen", ("退款金额*",), needed_amount, is_required=True, adds=True, is_money=True, stand_in=0),
        Column("qty", ("退款件数",), remembered(count)),
        Column("is_return", ("是否退货",), yes_or_no),
        Column("reason", ("退款原因",), label(100)),
    ),
    build=build,
    checks=(Check(frozenset({"applied_at", "settled_at"}), "settled_at", settled_before_applied),),
    sources=("generic_refunds",),
)
