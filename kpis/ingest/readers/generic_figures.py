"""Figures by day in our own template (service desk, ratings, stock, costs): one row a figure and day. The figure is
named by its key, which may be followed by its name: `chat_sessions 咨询会话数`."""

import datetime as dt
from decimal import Decimal

from kpis.ingest.columns import dated
from kpis.ingest.reader import Column, Reader, each
from kpis.ingest.rows import FigureRow
from kpis.measures import ENTRY_MEASURES
from opsplan.lib.cells import read
from opsplan.lib.columns import Fault, cleaned, needed, remembered


def measure(text: str) -> str | None:
    """The key of a figure that may be typed in."""
    words = cleaned(text).split()
    if not words:
        return None
    if words[0].lower() not in ENTRY_MEASURES:
        raise Fault("unknown_figure")
    return words[0].lower()


def number(text: str) -> Decimal | None:
    body = cleaned(text)
    if not body:
        return None
    try:
        value = read(body, "money")
    except ValueError:
        raise Fault("bad_number") from None
    if value < 0:
        raise Fault("negative_amount")
    return value


def row(line: int, on: dt.date, key: str, value: Decimal) -> FigureRow:
    return FigureRow(line, key, on, value)


MEASURE = remembered(needed(measure, "missing_text"))
READER = Reader(
    key="generic_figures",
    fact="figures",
    version=1,
    columns=(
        dated("日期*", "Date*"),
        Column("measure", ("指标*", "Figure*"), MEASURE, is_required=True, stand_in=""),
        Column("value", ("数值*", "Value*"), needed(number, "missing_number"), is_required=True, stand_in=Decimal(0)),
    ),
    build=each(row),
    sources=("generic_figures",),
)
