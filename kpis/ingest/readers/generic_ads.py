"""Ad spend in our own template, or in a file whose columns a person has named: one row a day, channel and plan."""

import datetime as dt

from kpis.ingest.columns import amount, dated, pieces, summed
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import SpendRow
from opsplan.lib.columns import label


def row(line: int, on: dt.date, channel: str | None, subject: str | None, cost_fen: int, *told: int | None) -> SpendRow:
    grain = "subject" if subject else "account"
    return SpendRow(line, on, channel or "站外", grain, subject or "", cost_fen, *told)


READER = Reader(
    key="generic_ads",
    fact="ads",
    version=1,
    columns=(
        dated("日期*", "Date*"),
        Column("channel", ("渠道", "Channel"), label(60)),
        Column("subject", ("计划", "Campaign"), label(160)),
        summed("cost_fen", "花费*", "Spend*"),
        Column("impressions", ("展现量", "Impressions"), pieces, adds=True),
        Column("clicks", ("点击量", "Clicks"), pieces, adds=True),
        Column("sales_fen", ("成交金额", "Sales"), amount, adds=True, is_money=True),
        Column("orders", ("成交笔数", "Orders"), pieces, adds=True),
        Column("fav_cart", ("收藏加购数", "Favourites and carts"), pieces),
        Column("visitors", ("引导访问人数", "Visitors brought"), pieces),
    ),
    build=each(row),
    sources=("generic_ads",),
)
