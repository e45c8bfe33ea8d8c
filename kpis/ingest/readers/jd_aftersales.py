"""JD after-sales (自主售后 服务单, below a row that names groups of columns; 商智 售后退款订单): one row a case.

A finished case gave money back where the file tells an amount; an exchange or a repair has none. The states are the
steps of a case in JD's API (申请阶段, 客服审核, 商家审核, 审核不通过 or 审核关闭, 京东收货, …, 商家处理, 用户确认,
完成, 取消), beside what its back end is remembered to call them.
"""

import datetime as dt

from kpis.ingest.aftersales import OPEN, SETTLED_AFTER_APPLIED, SHUT, SUCCEEDED
from kpis.ingest.columns import amount, numbered, pieces
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import some_status
from opsplan.lib.columns import cleaned, identifier, label, moment

STATUS = some_status(
    {SUCCEEDED: ("完成", "已完成", "完结", "已完结", "处理完成", "退款成功", "已退款")},
    {
        SHUT: ("取消", "已取消", "客户取消", "审核关闭", "审核不通过", "审核拒绝", "关闭", "已关闭", "客户放弃"),
        OPEN: (
            "待",
            "申请",
            "处理中",
            "审核",
            "取件",
            "商家",
            "京东",
            "客服",
            "客户",
            "用户",
            "退款中",
            "换新",
            "换货",
            "维修",
        ),
    },
)


def row(
    line: int,
    refund_no: str,
    order_no: str,
    code: str | None,
    state: int | None,
    applied_at: dt.datetime | None,
    handled_at: dt.datetime | None,
    checked_at: dt.datetime | None,
    amount_fen: int | None,
    qty: int | None,
    wish: str | None,
    reason: str | None,
) -> RefundRow:
    if state in (None, SUCCEEDED):
        state = SUCCEEDED if amount_fen else SHUT
    settled_at = (handled_at or checked_at) if state == SUCCEEDED else None
    with_return = "退货" in wish if wish and ("退货" in wish or "退款" in wish) else None
    told = (applied_at, settled_at, amount_fen or 0, qty, with_return, reason or "")
    return RefundRow(line, refund_no, order_no, code or "", state, *told)


READER = Reader(
    key="jd_aftersales",
    fact="refunds",
    version=2,
    columns=(
        numbered("refund_no", "服务单号", "服务单ID"),
        numbered("order_no", "订单号", "订单编号"),
        Column("code", ("商家SKUID", "货号", "商品编号", "SKUID", "SKU"), identifier),
        Column("status", ("服务单状态",), STATUS),
        Column("applied_at", ("售后申请时间", "售后服务单申请时间"), moment),
        Column("handled_at", ("商家首次处理时间", "处理时间", "退款时间", "时间"), moment),
        Column("checked_at", ("审核时间", "最新审核时间", "商家首次审核时间"), moment),
        Column("amount_fen", ("退款金额", "售后退款金额"), amount, is_required=True, adds=True, is_money=True),
        Column("qty", ("商品数量", "售后退款件数"), pieces),
        Column("wish", ("客户期望", "客户预期处理方式"), cleaned),
        Column("reason", ("一级申请原因",), label(100)),
    ),
    build=each(row),
    checks=(SETTLED_AFTER_APPLIED,),
    sources=("jd_aftersale",),
)
