"""Items of orders in our own template, or in a file whose columns a person has named: one row an item."""

from kpis.ingest.columns import called, needed_amount, needed_pieces, numbered
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import LineRow
from kpis.ingest.sales import item
from opsplan.lib.columns import identifier, label


def row(
    line: int,
    order_no: str,
    sub_order_no: str | None,
    code: str | None,
    title: str,
    properties: str | None,
    price_fen: int,
    qty: int,
) -> LineRow:
    return item(line, order_no, sub_order_no, (code,), title, properties, price_fen, qty)


READER = Reader(
    key="generic_items",
    fact="lines",
    version=1,
    columns=(
        numbered("order_no", "订单号*", "Order number*"),
        Column("sub_order_no", ("子订单号", "Sub-order number"), identifier),
        Column("code", ("商品编码", "Product code"), label(100)),
        called("商品名称*", "Product name*"),
        Column("properties", ("规格", "Variant"), label(200)),
        Column("price_fen", ("单价*", "Unit price*"), needed_amount, is_required=True, stand_in=0),
        Column("qty", ("数量*", "Quantity*"), needed_pieces, is_required=True, adds=True, stand_in=1),
    ),
    build=each(row),
    sources=("generic_items",),
)
