"""The sheets of a workbook that people filled in, as rows of cells, under limits."""

import io
import re
import zipfile
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from kpis.workbooks.book import MARK

LIMIT_MB, UNPACKED_MB = 5, 60
MOST_ROWS, MOST_COLUMNS, MOST_KEPT = 400, 60, 4000
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)\"")


class BadFile(Exception):
    """The file as a whole cannot be used; str() says why."""


def check_size(file: io.BytesIO) -> None:
    if file.getbuffer().nbytes > LIMIT_MB << 20:
        raise BadFile(_("The file is larger than %d MB; the workbook of a plan is far smaller.") % LIMIT_MB)
    try:
        with zipfile.ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadFile(_("This is not a workbook we can read. Save it as xlsx, without a password.")) from error
    if unpacked > UNPACKED_MB << 20:
        raise BadFile(_("The file is larger than %d MB; the workbook of a plan is far smaller.") % UNPACKED_MB)


Grid = list[tuple[object, ...]]


def load_sheets(upload: IO[bytes], *, values: bool = False) -> dict[str, Grid]:
    """Every sheet, as `load_rows` gives it. BadFile when it is too large or no workbook."""
    upload.seek(0)
    file = io.BytesIO(upload.read((LIMIT_MB << 20) + 1))
    check_size(file)
    try:
        return load_rows(file, values=values)
    except Exception as error:  # the reader raises whatever a damaged part makes it stumble over
        raise BadFile(_("This is not a workbook we can read. Save it as xlsx, without a password.")) from error


def merged_away(upload: IO[bytes], title: str) -> dict[tuple[int, int], tuple[int, int]]:
    """(row, column) of each cell of a sheet that was merged into another -> that other, from 0, within the limits."""
    upload.seek(0)
    book = load_workbook(io.BytesIO(upload.read()), read_only=True, keep_links=False)
    page: Any = book[title]
    with page._get_source() as part:
        told = [[x.decode() for x in each] for each in MERGED.findall(part.read())]
    book.close()
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for first, top, last, bottom in told:
        left, right = column_index_from_string(first) - 1, column_index_from_string(last)
        corner = (int(top) - 1, left)
        for row in range(corner[0], min(int(bottom), MOST_ROWS)):
            found |= {(row, column): corner for column in range(left, min(right, MOST_COLUMNS))}
        found.pop(corner, None)
    return found


def load_rows(file: io.BytesIO, *, values: bool) -> dict[str, Grid]:
    """Every sheet's values (formulas as `("=", text)`, or what they came to), at most MOST_ROWS (of the
    hidden sheet MOST_KEPT) by MOST_COLUMNS."""
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=values, keep_links=False)
    out = {}
    for page in book.worksheets:
        rows = page.iter_rows(max_row=MOST_KEPT if page.title == MARK else MOST_ROWS, max_col=MOST_COLUMNS)
        out[page.title] = [tuple(plain_cell(cell) for cell in row) for row in rows]
    book.close()
    return out


def plain_cell(cell: Any) -> object:
    return ("=", str(cell.value).removeprefix("=")) if cell.data_type == "f" else cell.value


def says(grid: Grid, row: int, column: int) -> str:
    value = grid[row][column] if row < len(grid) and column < len(grid[row]) else None
    return "" if value is None or isinstance(value, tuple) else str(value)


def layout_of(upload: IO[bytes]) -> str:
    """What the hidden sheet says the workbook is, "" of any other file; it stands at its start again."""
    try:
        return says(load_sheets(upload).get(MARK, []), 0, 0)
    except BadFile:
        return ""
    finally:
        upload.seek(0)
