"""Douyin settlement (抖店 结算明细): one row a settled sub-order with what the platform kept. The row below the
header explains the columns. A refund after the settlement (结算后退款) gives fees back."""

import datetime as dt

from kpis.ingest.columns import dated
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import FeeRow
from opsplan.lib.columns import Fault, identifier, label, remembered, signed_money

some = remembered(signed_money)


def number(text: str) -> str:
    value = identifier(text)
    if value is None:
        raise Fault("explanation_row", level="notice")
    return value


def row(
    line: int,
    sub_order_no: str,
    order_no: str | None,
    on: dt.date,
    kind: str | None,
    kept_fen: int | None,
    *fees: int | None,
) -> FeeRow:
    told = kept_fen if kept_fen is not None else sum(fee or 0 for fee in fees)
    is_back = "退款" in (kind or "")
    fee_no = f"{sub_order_no}/{kind or ''}/{on:%Y%m%d}"
    amount_fen = -abs(told) if is_back else abs(told)
    return FeeRow(line, fee_no[:150], on, order_no or "", kind or "", amount_fen)


READER = Reader(
    key="douyin_settlement",
    fact="fees",
    version=1,
    columns=(
        Column("sub_order_no", ("子订单号",), number, is_required=True, stand_in=""),
        Column("order_no", ("订单号",), identifier, is_required=True),
        dated("结算时间"),
        Column("kind", ("结算单类型",), label(60)),
        Column("kept_fen", ("支出合计",), some, is_required=True),
        *(
            Column(name, (name,), some)
            for name in ("平台服务费", "佣金", "渠道分成", "招商服务费", "站外推广费", "其他分成")
        ),
    ),
    build=each(row),
    sources=("douyin_settlement",),
)
