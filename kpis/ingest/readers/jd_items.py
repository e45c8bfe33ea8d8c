"""京东商智 products: one row a product of the day the file's name tells. JD counts by order time and with freight,
so its amounts are not taken for paid ones."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import needed_day, numbered
from kpis.ingest.days import only_day
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import ItemRow
from opsplan.lib.columns import count, label


def build(about: About) -> Callable[..., ItemRow]:
    the_day = only_day(about) or dt.date.min

    def row(
        line: int, on: dt.date | None, item_id: str, title: str | None, code: str | None, *told: int | None
    ) -> ItemRow:
        uv, pv, favourites, carts, buyers = told
        silent = (None, None, None, None, None)
        names = (item_id, title or "", code or "")
        return ItemRow(line, on or the_day, *names, uv, pv, favourites, carts, buyers, *silent)

    return row


READER = Reader(
    key="jd_items",
    fact="items",
    version=1,
    columns=(
        Column("day", ("日期", "时间"), needed_day),
        numbered("item_id", "商品ID", "SKU ID"),
        Column("title", ("商品名称",), label(200)),
        Column("code", ("货号",), label(100)),
        Column("uv", ("访客数",), count, is_required=True),
        Column("pv", ("浏览量",), count, adds=True),
        Column("fav_uv", ("商品关注数",), count, is_required=True),
        Column("cart_uv", ("加购人数",), count),
        Column("order_buyers", ("下单客户数",), count, is_required=True),
    ),
    build=build,
    sources=("jd_shangzhi_product",),
    needs=("下单单量",),
)
