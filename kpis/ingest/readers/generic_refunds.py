"""Refunds in our own template, or in a file whose columns a person has named: one row a case.

A file with neither states nor dates lists what was given back: such a case has succeeded, on a day nobody knows (G5).
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.aftersales import OPEN, SETTLED_AFTER_APPLIED, SHUT, SUCCEEDED
from kpis.ingest.columns import numbered, pieces, summed
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import some_status
from opsplan.lib.columns import cleaned, label, moment

STATUS = some_status(
    {
        SUCCEEDED: (
            *("退款成功", "退款完成", "已退款", "成功", "完成", "已完成", "售后完成", "售后成功", "同意退款,退款成功"),
            *("succeeded", "refunded", "completed", "complete"),
        ),
        SHUT: (
            *(
                "退款关闭",
                "售后关闭",
                "已取消",
                "取消",
                "关闭",
                "已关闭",
                "拒绝",
                "已拒绝",
                "已撤销",
                "退款失败",
                "售后单失败",
            ),
            *("售后取消", "closed", "rejected", "cancelled", "canceled"),
        ),
        OPEN: ("退款中", "处理中", "待处理", "售后处理中", "open", "pending", "processing", "in progress"),
    },
    {OPEN: ("待", "等待"), SHUT: ("换货", "补寄", "维修")},
)
YES_NO = {"是": True, "退货退款": True, "yes": True, "1": True, "否": False, "仅退款": False, "no": False, "0": False}


def yes_or_no(text: str) -> bool | None:
    return YES_NO.get(cleaned(text).lower())


def build(about: About) -> Callable[..., RefundRow]:
    silent = OPEN if about.has("status") or about.has("settled_at") else SUCCEEDED

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
            state = silent if settled_at is None else SUCCEEDED
        told = (applied_at, settled_at, amount_fen, qty, with_return, reason or "")
        return RefundRow(line, refund_no, order_no, code or "", state, *told)

    return row


READER = Reader(
    key="generic_refunds",
    fact="refunds",
    version=3,
    columns=(
        numbered("refund_no", "退款编号*", "Refund number*"),
        numbered("order_no", "订单号*", "Order number*"),
        Column("code", ("商品编码", "Product code"), label(100)),
        Column("status", ("退款状态", "Refund status"), STATUS),
        Column("applied_at", ("申请时间", "Requested at"), moment),
        Column("settled_at", ("退款时间", "Refunded at"), moment),
        summed("amount_fen", "退款金额*", "Amount refunded*"),
        Column("qty", ("退款件数", "Pieces"), pieces),
        Column("is_return", ("是否退货", "Goods returned"), yes_or_no),
        Column("reason", ("退款原因", "Reason"), label(100)),
    ),
    build=build,
    checks=(SETTLED_AFTER_APPLIED,),
    sources=("generic_refunds",),
)
