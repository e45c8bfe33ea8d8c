"""Taobao and Tmall item list (宝贝报表, ExportOrderDetailList…; 销售明细 of newer 千牛): one row an item of an order.

An item has no number of its own in the older form. Amounts and status of the order are never taken from here.
"""

from collections.abc import Callable

from kpis.ingest.columns import amount, needed_amount, needed_pieces, numbered
from kpis.ingest.header import Header
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import LineRow
from opsplan.lib.columns import Fault, identifier, label, remembered


def build(about: About) -> Callable[..., LineRow]:
    has_price = about.has("price_fen")

    def row(
        line: int,
        order_no: str,
        sub_order_no: str | None,
        title: str,
        price_fen: int | None,
        qty: int,
        outer_code: str | None,
        merchant_code: str | None,
        properties: str | None,
        payable_fen: int | None,
    ) -> LineRow:
        if price_fen is None:
            if has_price or payable_fen is None:
                raise Fault("missing_number")
            price_fen = (2 * payable_fen + qty) // (2 * qty) if qty else 0  # of one piece, half up
        code = merchant_code or outer_code or title[:100]
        return LineRow(line, order_no, sub_order_no, code, title, properties or "", price_fen, qty)

    return row


def layout(header: Header) -> tuple[str, str]:
    return "taobao_ExportOrderDetailList", "2026" if header.find(("子订单编号",)) >= 0 else ""


READER = Reader(
    key="taobao_items",
    fact="lines",
    version=1,
    columns=(
        numbered("order_no", "主订单编号", "订单编号"),
        Column("sub_order_no", ("子订单编号",), identifier),
        Column("title", ("标题", "商品标题"), remembered(label(200)), is_required=True, stand_in=""),
        Column("price_fen", ("价格", "商品价格"), needed_amount, stand_in=0),
        Column("qty", ("购买数量",), needed_pieces, is_required=True, adds=True, stand_in=0),
        Column("outer_code", ("外部系统编号",), remembered(label(100))),
        Column("merchant_code", ("商家编码",), remembered(label(100))),
        Column("properties", ("商品属性",), remembered(label(200))),
        Column("payable_fen", ("买家应付货款", "买家实付金额"), amount),
    ),
    build=build,
    sources=("taobao_ExportOrderDetailList",),
    unless=("订单付款时间", "退款编号"),
    despite=("子订单编号",),
    layout=layout,
)
