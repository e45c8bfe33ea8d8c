"""JD settlement (结算明细): one row a fee of an order and SKU. 货款 is what was sold, all else is what selling cost."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import numbered
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import FeeRow
from kpis.ingest.sales import currency, in_currency
from opsplan.lib.columns import (
    Fault,
    cleaned,
    day,
    identifier,
    label,
    needed,
    remembered,
    signed_money,
)

GOODS = ("货款", "代收货款", "商品货款")


def build(about: About) -> Callable[..., FeeRow]:
    same_currency = in_currency(about)

    def row(
        line: int,
        order_no: str,
        case_no: str | None,
        sku: str | None,
        name: str,
        amount_fen: int,
        way: str | None,
        paid_on: dt.date | None,
        billed_on: dt.date | None,
        due_on: dt.date | None,
        made_on: dt.date | None,
        money_of: str | None,
    ) -> FeeRow:
        same_currency(money_of)
        if name in GOODS:
            raise Fault("row_without_item", level="skip")
        on = paid_on or billed_on or due_on or made_on
        if on is None:
            raise Fault("missing_date", column="paid_on")
        if way in ("收入", "支出"):
            amount_fen = abs(amount_fen) if way == "支出" else -abs(amount_fen)
        else:
            amount_fen = -amount_fen  # as the shop sees it: below zero is paid
        number = "/".join((order_no, case_no or "", sku or "", name, f"{on:%Y%m%d}"))
        return FeeRow(line, number[:150], on, order_no, name, amount_fen)

    return row


READER = Reader(
    key="jd_settlement",
    fact="fees",
    version=1,
    columns=(
        numbered("order_no", "订单编号"),
        Column("case_no", ("售后服务单号",), identifier),
        Column("sku", ("商品编号",), identifier),
        Column("name", ("费用名称",), needed(label(60), "missing_text"), is_required=True, stand_in=""),
        Column(
            "amount_fen",
            ("应结金额",),
            remembered(needed(signed_money, "missing_number")),
            is_required=True,
            stand_in=0,
        ),
        Column("way", ("收支方向",), remembered(cleaned), is_required=True),
        Column("paid_on", ("到账时间",), remembered(day)),
        Column("billed_on", ("账单生成时间",), remembered(day)),
        Column("due_on", ("预计结算时间",), remembered(day)),
        Column("made_on", ("订单完成时间",), remembered(day)),
        Column("currency", ("币种",), currency),
    ),
    build=build,
    sources=("jd_settlement_2026",),
)
