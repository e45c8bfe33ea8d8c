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
        dated("日期*"),
        Column("channel", ("渠道",), label(60)),
        Column("subject", ("计划",), label(160)),
        summed("cost_fen", "花费*"),
        Column("impressions", ("展现量",), pieces, adds=True),
        Column("clicks", ("点击量",), pieces, adds=True),
        Column("sales_fen", ("成交金额",), amount, adds=True, is_money=True),
        Column("orders", ("成交笔数",), pieces, adds=True),
        Column("fav_cart", ("收藏加购数",), pieces),
        Column("visitors", ("引导访问人数",), pieces),
    ),
    build=each(row),
    sources=("generic_ads",),
)
