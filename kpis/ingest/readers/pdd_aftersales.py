"""Pinduoduo after-sales (售后单导出): one row a case. Only 退款成功 gave money back; exchanges and repairs do not.

Money is back on 同意退款时间: nearer to it than any other time of the file. The states are those of the platform's API
and, in the file itself, 已撤销 and 售后单失败.
"""

import datetime as dt

from kpis.ingest.aftersales import OPEN, SETTLED_AFTER_APPLIED, SHUT, SUCCEEDED
from kpis.ingest.columns import numbered, summed
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import statuses
from opsplan.lib.columns import cleaned, identifier, label, moment

STATUS = statuses(
    {
        SUCCEEDED: ("退款成功", "售后成功", "退款完成"),
        SHUT: ("已撤销", "买家撤销", "售后单失败", "售后失败", "退款失败", "退款关闭", "售后关闭", "售后取消"),
        OPEN: ("退款中", "平台处理中", "处理中"),
    },
    {
        SHUT: ("平台拒绝退款", "买家逾期", "换货补寄成功", "换货补寄失败", "补寄成功", "补寄失败", "维修"),
        OPEN: ("待", "买家申请", "退货退款", "商家同意", "平台同意", "驳回退款", "已同意", "换货", "补寄"),
    },
)


def row(
    line: int,
    refund_no: str,
    order_no: str,
    style: str | None,
    sku: str | None,
    item_id: str | None,
    state: int,
    kind: str | None,
    amount_fen: int,
    applied_at: dt.datetime | None,
    agreed_at: dt.datetime | None,
    reason: str | None,
) -> RefundRow:
    settled_at = agreed_at if state == SUCCEEDED else None
    with_return = "退货" in kind if kind else None
    told = (applied_at, settled_at, amount_fen, None, with_return, reason or "")
    return RefundRow(line, refund_no, order_no, style or sku or item_id or "", state, *told)


READER = Reader(
    key="pdd_aftersales",
    fact="refunds",
    version=1,
    columns=(
        numbered("refund_no", "售后编号"),
        numbered("order_no", "订单编号", "订单号"),
        Column("style", ("商家编码-商品维度",), label(100)),
        Column("sku", ("商家编码-规格维度", "商家编码"), label(100)),
        Column("item_id", ("商品ID",), identifier),
        Column("status", ("售后状态",), STATUS, is_required=True, stand_in=OPEN),
        Column("kind", ("退款类型", "售后类型"), cleaned),
        summed("amount_fen", "退款金额", "退款金额（元）"),
        Column("applied_at", ("申请时间", "售后申请时间"), moment),
        Column("settled_at", ("退款成功时间", "同意退款时间", "售后完成时间"), moment),
        Column("reason", ("售后原因", "退款原因"), label(100)),
    ),
    build=each(row),
    checks=(SETTLED_AFTER_APPLIED,),
    sources=("pdd_aftersale",),
)
