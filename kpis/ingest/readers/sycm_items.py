"""生意参谋 items by day (商品_全部): one row an item. Ratios and running totals (月累计, 年累计) are never read."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.columns import needed_day
from kpis.ingest.days import only_day
from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import ItemRow
from opsplan.lib.columns import Fault, count, identifier, label, money


def item_id(text: str) -> str:
    value = identifier(text)
    if value is None:
        raise Fault("row_without_item", level="notice")
    return value


def build(about: About) -> Callable[..., ItemRow]:
    the_day = only_day(about)

    def row(
        line: int, on: dt.date | None, item: str, title: str | None, code: str | None, *rest: int | None
    ) -> ItemRow:
        return ItemRow._make((line, on or the_day, item, title or "", code or "", *rest))

    return row


READER = Reader(
    key="sycm_product_all",
    fact="items",
    version=1,
    columns=(
        Column("day", ("统计日期", "日期"), needed_day),
        Column("item_id", ("商品ID",), item_id, is_required=True, stand_in=""),
        Column("title", ("商品名称", "商品标题"), label(200)),
        Column("code", ("货号", "商家编码"), label(100)),
        Column("uv", ("商品访客数", "访客数"), count, is_required=True),
        Column("pv", ("商品浏览量", "浏览量"), count, adds=True),
        Column("fav_uv", ("商品收藏人数",), count),
        Column("cart_uv", ("商品加购人数", "加购人数"), count),
        Column("order_buyers", ("下单买家数",), count),
        Column("pay_buyers", ("支付买家数",), count),
        Column("pay_items", ("支付件数", "支付商品件数"), count, adds=True),
        Column("pay_amt_fen", ("支付金额",), money, adds=True, is_money=True),
        Column("refund_amt_fen", ("成功退款金额",), money, adds=True, is_money=True),
        Column("search_uv", ("搜索引导访客数",), count),
    ),
    build=build,
    sources=("sycm_product_all",),
    is_rounded=True,
    unless=("流量来源", "来源明细", "花费", "订单编号"),
)
