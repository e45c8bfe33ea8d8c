"""京东商智 products, by SKU or by SPU: one row a product of the day it names, else of the day the file's name tells. JD
counts 下单 by order time and with freight, so that is not taken for paid; newer lists tell 成交 beside it."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import amount, needed_day, numbered
from kpis.ingest.days import only_day
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import ItemRow
from opsplan.lib.columns import count, label


def build(about: About) -> Callable[..., ItemRow]:
    the_day = only_day(about) or dt.date.min

    def row(
        line: int, on: dt.date | None, item_id: str, title: str | None, code: str | None, *told: int | None
    ) -> ItemRow:
        uv, pv, favourites, carts, buyers, *paid = told
        names = (item_id, title or "", code or "")
        return ItemRow._make((line, on or the_day, *names, uv, pv, favourites, carts, buyers, *paid, None, None))

    return row


READER = Reader(
    key="jd_items",
    fact="items",
    version=2,
    columns=(
        Column("day", ("日期", "时间"), needed_day),
        numbered("item_id", "商品ID", "SKU ID", "SKU", "SPU"),
        Column("title", ("商品名称", "SKU名称", "SPU名称"), label(200)),
        Column("code", ("货号",), label(100)),
        Column("uv", ("访客数", "商品访客数"), count, is_required=True),
        Column("pv", ("浏览量", "商品浏览量"), count, adds=True),
        Column("fav_uv", ("商品关注数",), count),
        Column("cart_uv", ("加购人数", "加购客户数"), count),
        Column("order_buyers", ("下单客户数",), count, is_required=True),
        Column("pay_buyers", ("成交客户数",), count),
        Column("pay_items", ("成交商品件数",), count, adds=True),
        Column("pay_amt_fen", ("成交金额",), amount, adds=True, is_money=True),
    ),
    build=build,
    sources=("jd_shangzhi_product",),
    is_rounded=True,
    needs=("下单单量",),
)
