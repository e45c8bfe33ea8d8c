"""Lists as files a person opens in Excel or WPS: CSV with a BOM, or xlsx. Text that looks like a formula stays text."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | dt.date | dt.datetime | None

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
RISKY = ("=", "+", "-", "@", "\t", "\r")
PLACES = 6  # of a ratio: a share of 1/3 would have 28
MOST_LINES = 1_048_575  # of a sheet below its header: Excel knows no more, xlsxwriter drops them without a word
MOST_EXACT = 10**15  # above this a spreadsheet rounds a number: order and item ids go in as text


def plain(cell: Cell) -> str:
    """A CSV cell. Only text is guarded, so negative numbers stay numbers; ratios have six places."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(RISKY) else cell
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, Decimal) and cell.is_finite() and int(cell.as_tuple().exponent) < -PLACES:
        cell = round(cell, PLACES)
    return str(cell)


def unguarded(text: str) -> str:
    """A cell of a file as it was meant: without the apostrophe that `plain` puts in front, or the guard `="…"`."""
    if text[:1] == "'" and text[1:].startswith(RISKY):
        return text[1:]
    return text[2:-1] if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a BOM (Excel reads it as Chinese), CRLF."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(x) for x in header])
    writer.writerows([plain(x) for x in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A sheet with a frozen bold header, and further ones where it is full; numbers and days are real numbers and
    days."""
    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def begun(number: int) -> Worksheet:
        made = book.add_worksheet(title[:31] if number == 1 else f"{title[:26]} {number}")
        made.freeze_panes(1, 0)
        for column, text in enumerate(header):
            made.set_column(column, column, max(12, min(40, 2 * len(text) + 4)))
            made.write_string(0, column, text, bold)
        return made

    sheet = begun(1)
    for place, row in enumerate(rows):
        number, line = divmod(place, MOST_LINES)
        line += 1
        if number and line == 1:
            sheet = begun(number + 1)
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, dt.datetime):
                sheet.write_datetime(line, column, cell.replace(tzinfo=None), instant)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(line, column, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif isinstance(cell, int | Decimal) and abs(Decimal(cell)) < MOST_EXACT:
                sheet.write_number(line, column, float(cell))
            else:
                sheet.write_string(line, column, str(cell))
    book.close()
    return out.getvalue()


def as_file(kind: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """`kind` is a key of TYPES."""
    return as_xlsx(title, header, rows) if kind == "xlsx" else as_csv(header, rows)
