"""Douyin after-sales (抖店 售后单): one row a case. Only cases that give money back succeed; an exchange gives none."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import RefundRow
from kpis.ingest.sales import amount, needed_amount, statuses
from opsplan.lib.columns import cleaned, label, moment, needed_identifier

OPEN, SHUT, SUCCEEDED = 10, 20, 30
STATUS = statuses(
    {
        **dict.fromkeys(("退款成功", "同意退款,退款成功", "售后成功", "退款完成"), SUCCEEDED),
        **dict.fromkeys(("售后关闭", "退款关闭", "换货成功", "补寄成功", "维修成功", "售后已关闭"), SHUT),
        **dict.fromkeys(("售后处理中", "退款中", "同意退款,退款中"), OPEN),
    },
    {"待": OPEN, "同意": OPEN, "拒绝": OPEN, "换货": OPEN, "补寄": OPEN, "售后待": OPEN, "仲裁": OPEN},
)


def build(_about: About) -> Callable[..., RefundRow]:
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
    ) -> RefundRow:
        settled_at = (paid_back_at or finished_at) if state == SUCCEEDED else None
        back = goods_fen + (freight_fen or 0)
        with_return = "退货" in kind if kind else None
        told = (applied_at, settled_at, back, None, with_return, reason or "")
        return RefundRow(line, refund_no, order_no, code or "", state, *told)

    return row


READER = Reader(
    key="douyin_aftersales",
    fact="refunds",
    version=1,
    columns=(
        Column("refund_no", ("售后单号",), needed_identifier, is_required=True, stand_in=""),
        Column("order_no", ("订单号",), needed_identifier, is_required=True, stand_in=""),
        Column("code", ("商家编码",), label(100)),
        Column("kind", ("售后类型",), cleaned),
        Column("status", ("售后状态",), STATUS, is_required=True, stand_in=OPEN),
        Column(
            "amount_fen", ("退商品金额（元）",), needed_amount, is_required=True, adds=True, is_money=True, stand_in=0
        ),
        Column("freight_fen", ("退运费金额（元）",), amount),
        Column("applied_at", ("售后申请时间",), moment),
        Column("paid_back_at", ("商家退款时间", "用户到账时间"), moment),
        Column("finished_at", ("售后完结时间",), moment),
        Column("reason", ("售后原因",), label(100)),
    ),
    build=build,
    sources=("douyin_aftersale",),
)
