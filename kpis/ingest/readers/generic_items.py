"""Items of orders in our own template, or in a file whose columns a person has named: one row an item."""

from collections.abc import Callable

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import LineRow
from kpis.ingest.sales import item, needed_amount
from opsplan.lib.columns import count, identifier, label, needed, needed_identifier, remembered


def build(_about: About) -> Callable[..., LineRow]:
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

    return row


READER = Reader(
    key="generic_items",
    fact="lines",
    version=1,
    columns=(
        Column("order_no", ("订单号*",), needed_identifier, is_required=True, stand_in=""),
        Column("sub_order_no", ("子订单号",), identifier),
        Column("code", ("商品编码",), label(100)),
        Column("title", ("商品名称*",), label(200), is_required=True, stand_in=""),
        Column("properties", ("规格",), label(200)),
        Column("price_fen", ("单价*",), needed_amount, is_required=True, stand_in=0),
        Column("qty", ("数量*",), remembered(needed(count, "missing_number")), is_required=True, adds=True, stand_in=1),
    ),
    build=build,
    sources=("generic_items",),
)
