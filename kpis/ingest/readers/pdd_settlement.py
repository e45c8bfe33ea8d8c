"""Pinduoduo settlement (账务流水): one row a movement. Only fees and fines are read: sales, refunds and transfers
are not what selling cost."""

import datetime as dt

from kpis.ingest.columns import FIRST_DAY
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import FeeRow
from opsplan.lib.columns import Fault, identifier, label, moment, needed, remembered, signed_money

FEES = ("服务费", "扣款", "佣金", "软件", "技术服务", "推广费", "运费险", "违规", "多多进宝")


def row(
    line: int,
    order_no: str | None,
    at: dt.datetime,
    came_fen: int | None,
    went_fen: int | None,
    kind: str,
    note: str | None,
) -> FeeRow:
    if not any(word in kind or word in (note or "") for word in FEES):
        raise Fault("row_without_item", level="skip")
    amount_fen = abs(went_fen or 0) - abs(came_fen or 0)
    number = "/".join((order_no or "", f"{at:%Y%m%d%H%M%S}", kind, str(amount_fen)))
    return FeeRow(line, number[:150], at.date(), order_no or "", kind, amount_fen)


READER = Reader(
    key="pdd_settlement",
    fact="fees",
    version=1,
    columns=(
        Column("order_no", ("商户订单号",), identifier, is_required=True),
        Column("day", ("发生时间",), needed(moment, "missing_date"), is_required=True, stand_in=FIRST_DAY),
        Column("came_fen", ("收入金额（+元）",), remembered(signed_money), is_required=True, adds=True, is_money=True),
        Column("went_fen", ("支出金额（-元）",), remembered(signed_money), is_required=True, adds=True, is_money=True),
        Column("kind", ("账务类型",), needed(label(60), "missing_text"), is_required=True, stand_in=""),
        Column("note", ("业务描述",), label(60)),
    ),
    build=each(row),
    sources=("pdd_settlement",),
)
