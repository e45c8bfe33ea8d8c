"""A workbook that opens right in Chinese Excel and WPS: a sheet a table, native charts, numbers as numbers.

Text stays text (what looks like a formula too, and long ids), an empty cell says in a note why it is empty, the header
is frozen, sheet names are unique and at most 31 characters.
"""

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook

from kpis.answers import Comparison
from opsplan.lib.text import width

MOST_EXACT = 10**15  # above this a spreadsheet rounds a number
LONGEST_NAME = 31
FONT = "Microsoft YaHei"
INK, SOFT, LINE, ACCENT, SECOND = "#1F2933", "#6B7785", "#D9DEE4", "#0B6E62", "#D9871F"
HEAD, TYPED, TOTAL, SHUT = "#EFF1F3", "#FFF9E0", "#F6F8F9", "#ECEFF2"  # what a cell of a sheet to fill in is
MARK = "opsplan"  # the hidden sheet that keeps every cell as it was written, so that changes can be told
ROW_LIMIT = 20_000
MOST_NOTES = 400  # notes are drawings: thousands of them make Excel slow


@dataclass(frozen=True)
class Value:
    """A number with its unit (money, rate, count, ratio, score, seconds, hours, days), or why there is none."""

    number: Decimal | None
    unit: str
    why: str = ""


def change_of(told: Comparison, why: str) -> Value:
    """What a figure changed by: relative, in points or stars; where there is no growth, as an amount."""
    if told.delta is None:
        return Value(told.difference, told.unit, why)
    return Value(told.delta, "score" if told.is_score else "rate", why)


Cell = Value | str | int | dt.date | None


@dataclass(frozen=True)
class Chart:
    """kind: column, bar or line. first, rest: which columns hold the names and the numbers, from 0; rows: how many."""

    kind: str
    title: str
    names: int
    numbers: Sequence[int]
    rows: int
    unit: str
    lines: Sequence[int] = ()  # of `numbers`, those drawn as a line over the columns


@dataclass(frozen=True)
class Table:
    """A sheet: header, rows, a total that is a figure of its own (never the sum of the rows above), and a chart."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    note: str = ""
    chart: Chart | None = None
    pinned: int = 1
    wide: frozenset[int] = field(default_factory=frozenset)


def sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel accepts: without []:*?/\\, no quote at an end, at most 31 characters, not there yet."""
    clean = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:LONGEST_NAME].strip(" '") or "Sheet"
    clean = f"{clean[:29]} 1" if clean.lower() == "history" else clean
    name, n = clean, 1
    while name.lower() in taken:
        n += 1
        name = f"{clean[: LONGEST_NAME - len(str(n)) - 1]} {n}"
    taken.add(name.lower())
    return name


def workbook(tables: Sequence[Table], symbol: str, author: str = "opsplan") -> bytes:
    """The tables as one file. `symbol` is the currency's sign."""
    out = io.BytesIO()
    book = Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONT, "font_size": 10, "font_color": INK},
        },
    )
    book.set_properties({"author": author})
    taken: set[str] = set()
    looks = Looks(book, symbol)
    for table in tables:
        write(book, book.add_worksheet(sheet_name(table.title, taken)), table, looks)
    book.close()
    return out.getvalue()


class Looks:
    """Formats by unit, each plain and bold, made once."""

    def __init__(self, book: Any, symbol: str) -> None:
        quoted = f'"{symbol}"'
        numbers = {
            "money": f"{quoted}#,##0.00;-{quoted}#,##0.00",
            "rate": "0.00%",
            "count": "#,##0",
            "ratio": "#,##0.00",
            "score": "0.00",
            "days": "#,##0.0",
            "seconds": "#,##0.0",
            "hours": "#,##0.0",
            "day": "yyyy-mm-dd",
            "text": "@",
        }
        self.codes = numbers
        self.plain = {unit: book.add_format({"num_format": code}) for unit, code in numbers.items()}
        strong = {"bold": True, "top": 1, "top_color": LINE}
        self.bold = {unit: book.add_format({"num_format": code, **strong}) for unit, code in numbers.items()}
        self.head = book.add_format(
            {
                "bold": True,
                "bottom": 1,
                "bottom_color": LINE,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#F2F5F7",
            }
        )
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"font_color": SOFT})


def write(book: Any, sheet: Any, table: Table, looks: Looks) -> None:
    """Title and note above, then the frozen header, the rows, the total."""
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, table.title, looks.title)
    if table.note:
        sheet.write_string(1, 0, table.note, looks.note)
    top = 3
    sheet.freeze_panes(top + 1, table.pinned)
    sheet.set_row(top, 30)
    for column, text in enumerate(table.header):
        sheet.write_string(top, column, text, looks.head)
    notes = 0
    for number, row in enumerate(table.rows[:ROW_LIMIT], start=top + 1):
        for column, cell in enumerate(row):
            notes += put(sheet, number, column, cell, looks.plain, notes < MOST_NOTES)
    last = top + min(len(table.rows), ROW_LIMIT)
    for column, cell in enumerate(table.total):
        notes += put(sheet, last + 1, column, cell, looks.bold, notes < MOST_NOTES)
    for column, text in enumerate(table.header):
        sheet.set_column(column, column, column_width(column, text, table))
    if table.rows:
        sheet.autofilter(top, 0, last, len(table.header) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    if table.chart and table.chart.rows:
        draw(book, sheet, table, looks, top)


def column_width(column: int, head: str, table: Table) -> int:
    texts = [row[column] for row in (*table.rows[:200], table.total) if column < len(row)]
    longest = max((width(each) if isinstance(each, str) else 12 for each in texts), default=0)
    return max(9, min(60 if column in table.wide else 34, max(longest, min(width(head), 18)) + 2))


def put(sheet: Any, row: int, column: int, cell: Cell, looks: dict[str, Any], may_note: bool) -> int:
    """Write a cell; 1 where a note was left behind."""
    if isinstance(cell, Value):
        if cell.number is not None and abs(cell.number) < MOST_EXACT:
            sheet.write_number(row, column, float(cell.number), looks.get(cell.unit, looks["ratio"]))
        elif cell.number is not None:
            sheet.write_string(row, column, str(cell.number), looks["text"])
        else:
            sheet.write_blank(row, column, None, looks.get(cell.unit, looks["ratio"]))
            if may_note:
                sheet.write_comment(row, column, f"— {cell.why}".strip(), {"x_scale": 1.6})
                return 1
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), looks["day"])  # noqa: DTZ001
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, looks["count"])
    elif cell is not None:
        sheet.write_string(row, column, cell, looks["text"])
    return 0


def draw(book: Any, sheet: Any, table: Table, looks: Looks, top: int) -> None:
    """The chart, to the right of the table."""
    chart = table.chart
    if chart is None:
        return
    name, rows = sheet.get_name(), min(chart.rows, ROW_LIMIT)
    made, over = None, None
    for place, column in enumerate(chart.numbers):
        kind = "line" if column in chart.lines else chart.kind
        series: dict[str, Any] = {
            "name": [name, top, column],
            "categories": [name, top + 1, chart.names, top + rows, chart.names],
            "values": [name, top + 1, column, top + rows, column],
        }
        colour = (ACCENT, SECOND)[place % 2]
        if kind == "line":
            series |= {"line": {"color": colour, "width": 1.75, **({"dash_type": "dash"} if over or made else {})}}
        else:
            series |= {"fill": {"color": colour}, "border": {"none": True}, "gap": 60}
        if made is None:
            made = book.add_chart({"type": kind})
            made.add_series(series)
        elif (kind == "line") == (chart.kind == "line"):
            made.add_series(series)
        else:
            over = over or book.add_chart({"type": "line"})
            over.add_series(series)
    if made is None:
        return
    if over:
        made.combine(over)
    font = {"name": FONT, "size": 9, "color": SOFT}
    made.set_title({"name": chart.title, "name_font": {"name": FONT, "size": 11, "bold": True}, "overlay": False})
    across, along = {"num_font": font, "line": {"color": LINE}}, {"num_font": font, "line": {"none": True}}
    along |= {
        "num_format": looks.codes.get(chart.unit, "#,##0"),
        "major_gridlines": {"visible": True, "line": {"color": LINE}},
    }
    is_day = isinstance(table.rows[0][chart.names], dt.date) if table.rows else False
    if is_day:
        across |= {"date_axis": True, "num_format": "mm-dd"}
    if chart.kind == "bar":
        across |= {"reverse": True}
    made.set_x_axis(across)
    made.set_y_axis(along)
    made.set_legend({"none": True} if len(chart.numbers) == 1 else {"position": "bottom", "font": font})
    made.set_size({"width": 720, "height": 360})
    made.show_blanks_as("gap")
    sheet.insert_chart(top, len(table.header) + 1, made, {"description": chart.title})
