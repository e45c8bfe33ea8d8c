"""Ad spend in our own template, or in a file whose columns a person has named: one row a day, channel and plan."""

import datetime as dt
from collections.abc import Callable

from kpis.ingest.reader import About, Column, Reader
from kpis.ingest.rows import SpendRow
from kpis.ingest.sales import amount, needed_amount
from opsplan.lib.columns import count, day, label, needed, remembered

some = remembered(count)


def build(_about: About) -> Callable[..., SpendRow]:
    def row(
        line: int, on: dt.date, channel: str | None, subject: str | None, cost_fen: int, *told: int | None
    ) -> SpendRow:
        grain = "subject" if subject else "account"
        return SpendRow(line, on, channel or "站外", grain, subject or "", cost_fen, *told)

    return row


READER = Reader(
    key="generic_ads",
    fact="ads",
    version=1,
    columns=(
        Column("day", ("日期*",), needed(day, "missing_date"), is_required=True, stand_in=dt.date.min),
        Column("channel", ("渠道",), label(60)),
        Column("subject", ("计划",), label(160)),
        Column("cost_fen", ("花费*",), needed_amount, is_required=True, adds=True, is_money=True, stand_in=0),
        Column("impressions", ("展现量",), some, adds=True),
        Column("clicks", ("点击量",), some, adds=True),
        Column("sales_fen", ("成交金额",), amount, adds=True, is_money=True),
        Column("orders", ("成交笔数",), some, adds=True),
        Column("fav_cart", ("收藏加购数",), some),
        Column("visitors", ("引导访问人数",), some),
    ),
    build=build,
    sources=("generic_ads",),
)
