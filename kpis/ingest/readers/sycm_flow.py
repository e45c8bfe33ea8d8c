"""生意参谋 flow sources of a day (流量来源), older and newer form: one row a source and detail.

The report adds up the span it was exported for, and visitors cannot be added up or split: only single days are taken.
"""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import named, needed_day
from kpis.ingest.days import only_day
from kpis.ingest.header import Header
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import FlowRow
from opsplan.lib.columns import Fault, count, label, money


def build(about: About) -> Callable[..., FlowRow]:
    the_day = only_day(about)

    def row(line: int, on: dt.date | None, flow: str, detail: str, *rest: int | None) -> FlowRow:
        if all(x is None for x in rest):
            raise Fault("note_row", level="notice")
        return FlowRow._make((line, on or the_day, flow, detail, *rest))

    return row


def layout(header: Header) -> tuple[str, str]:
    return "sycm_flow_source", "" if header.find(("流量来源",)) >= 0 else "2017"


READER = Reader(
    key="sycm_flow_source",
    fact="flow",
    version=2,
    columns=(
        Column("day", ("统计日期", "日期"), needed_day),
        Column("flow", ("流量来源", "来源"), named(100), is_required=True, stand_in=""),
        Column("detail", ("来源明细",), label(100), is_required=True, stand_in=""),
        Column("uv", ("访客数",), count, is_required=True),
        Column("pv", ("浏览量",), count),
        Column("fav_uv", ("收藏人数",), count),
        Column("cart_uv", ("加购人数",), count),
        Column("order_buyers", ("下单买家数",), count),
        Column("pay_buyers", ("支付买家数",), count),
        Column("pay_items", ("支付件数",), count),
        Column("pay_amt_fen", ("支付金额",), money),
    ),
    build=build,
    sources=("sycm_flow_source",),
    is_rounded=True,
    unless=("商品ID",),
    layout=layout,
)
