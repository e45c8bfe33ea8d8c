"""Douyin after-sales (抖店 售后单): one row a case. Only cases that give money back succeed; an exchange gives none."""

import datetime as dt

from kpis.ingest.aftersales import OPEN, SHUT, SUCCEEDED
from kpis.ingest.columns import amount, numbered, summed
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import statuses
from opsplan.lib.columns import cleaned, identifier, label, moment

STATUS = statuses(
    {
        SUCCEEDED: ("退款成功", "同意退款,退款成功", "售后成功", "退款完成"),
        SHUT: ("售后关闭", "退款关闭", "换货成功", "补寄成功", "维修成功", "售后已关闭"),
        OPEN: ("售后处理中", "退款中", "同意退款,退款中"),
    },
    {OPEN: ("待", "同意", "拒绝", "换货", "补寄", "售后待", "仲裁")},
)


def row(
    line: int,
    refund_no: str,
    order_no: str,
    code: str | None,
    kind: str | None,
    state: int,
    goods_fen: int,
    freight_fen: int | None,
    applied_at: dt.datetime | None,
    paid_back_at: dt.datetime | None,
    finished_at: dt.datetime | None,
    reason: str | None,
    sub_order_no: str | None,
) -> RefundRow:
    settled_at = (paid_back_at or finished_at) if state == SUCCEEDED else None
    back = goods_fen + (freight_fen or 0)
    with_return = "退货" in kind if kind else None
    told = (applied_at, settled_at, back, None, with_return, reason or "", sub_order_no or "")
    return RefundRow(line, refund_no, order_no, code or "", state, *told)


READER = Reader(
    key="douyin_aftersales",
    fact="refunds",
    version=2,
    columns=(
        numbered("refund_no", "售后单号"),
        numbered("order_no", "订单号"),
        Column("code", ("商家编码",), label(100)),
        Column("kind", ("售后类型",), cleaned),
        Column("status", ("售后状态",), STATUS, is_required=True, stand_in=OPEN),
        summed("amount_fen", "退商品金额（元）"),
        Column("freight_fen", ("退运费金额（元）",), amount),
        Column("applied_at", ("售后申请时间",), moment),
        Column("paid_back_at", ("商家退款时间", "用户到账时间"), moment),
        Column("finished_at", ("售后完结时间",), moment),
        Column("reason", ("售后原因",), label(100)),
        Column("sub_order_no", ("商品单号",), identifier),
    ),
    build=each(row),
    sources=("douyin_aftersale",),
)
