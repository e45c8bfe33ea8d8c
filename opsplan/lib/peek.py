"""Looks into a workbook in a process of its own: `python peek.py FILE` prints its sheets as JSON, or what is wrong.

The library that reads workbooks takes memory for the whole rectangle up to the farthest cell, and a damaged file can
it end the process. So the first look is taken here, under a memory limit; a file that passes is safe to open elsewhere.
It imports nothing of ours, so that it starts fast.
"""

import datetime as dt
import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY = 2 << 30  # bytes of address space a workbook may need
SECONDS = 300  # of processor time
TOP = 20  # rows in which the header must be
DESTROYED = 1e15  # a spreadsheet keeps 15 digits: beyond this a number has lost some


def sheet_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """(sheet row, cells as text) of every row that says something. A cell merged over several rows stands on each."""
    begin: dict[int, list[tuple[int, int]]] = {}  # row -> columns whose merged cell begins there, and its last row
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if bottom > top:
            begin.setdefault(top + 1, []).append((left, bottom + 1))
    open_cells: dict[int, tuple[int, str]] = {}  # column -> last row, text
    for line, cells in enumerate(sheet.iter_rows(), 1):
        texts = [cell if isinstance(cell, str) else written(cell) for cell in cells]
        if not any(texts):
            continue
        for left, (last, text) in list(open_cells.items()):
            if line > last:
                del open_cells[left]
            elif not texts[left]:
                texts[left] = text
        for left, last in begin.get(line, ()):
            if left < len(texts):
                open_cells[left] = last, texts[left]
        yield line, texts


def written(cell: object) -> str:
    """A spreadsheet cell as the platform would have written it in a CSV.

    Whole numbers lose the `.0`; a number too long for a spreadsheet is written in scientific notation, so that an id
    column says its digits are lost; points in time are rounded to the second.
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        if not abs(cell) < DESTROYED:  # nan and inf too
            return f"{cell:.14E}"
        if cell == int(cell):
            return str(int(cell))
        return format(cell, ".10f").rstrip("0") if abs(cell) < 1e-4 else repr(cell)
    if isinstance(cell, dt.datetime):
        return str((cell + dt.timedelta(milliseconds=500)).replace(microsecond=0))
    return str(cell)


def look(path: str) -> dict[str, Any]:
    """{"sheets": [name, height, first rows]} of the visible sheets that hold anything, or {"problem": code}."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            found = []
            for about in book.sheets_metadata:
                if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
                    sheet = book.get_sheet_by_name(about.name)
                    found.append((about.name, sheet.total_height + 1, list(islice(sheet_rows(sheet), TOP))))
            return {"sheets": [entry for entry in found if entry[2]]}
    except PasswordError:
        return {"problem": "encrypted"}
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        return {"problem": "encrypted" if "password" in str(error).lower() else "corrupt"}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(look(sys.argv[1]), sys.stdout)
