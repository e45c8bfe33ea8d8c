"""Files as the platforms write them, made by us: headers with their blanks, invented shops and buyers."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl
import xlwt

from kpis.ingest.detect import Opened, open_file
from kpis.ingest.rows import Bad
from opsplan.lib.problems import Problem

FILES = Path(__file__).resolve().parents[1] / "files"
Cells = Sequence[object]


def header(source: str) -> list[str]:
    with (FILES / "headers.csv").open(encoding="utf-8", newline="") as file:
        return next(row[1:] for row in csv.reader(file) if row[0] == source)


def row(names: Sequence[str], **cells: object) -> list[object]:
    """A row with these cells (named without outer blanks), the others empty."""
    places = [name.strip() for name in names]
    unknown = set(cells) - set(places)
    assert not unknown, unknown
    return [cells.get(name, "") for name in places]


def text(rows: Iterable[Cells], delimiter: str = ",", end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def as_text(path: Path, rows: Iterable[Cells], encoding: str = "utf-8", delimiter: str = ",", end: str = "\n") -> Path:
    path.write_bytes(text(rows, delimiter, end).encode(encoding))
    return path


def as_xlsx(path: Path, rows: Iterable[Cells], title: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for cells in rows:
        book.active.append(list(cells))
    book.save(path)
    return path


def as_xls(path: Path, rows: Iterable[Cells]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, cells in enumerate(rows):
        for j, cell in enumerate(cells):
            if isinstance(cell, dt.datetime):
                sheet.write(i, j, cell, xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss"))
            elif cell != "":
                sheet.write(i, j, cell)
    book.save(str(path))
    return path


def as_zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in entries.items():
            bundle.writestr(name, content)
    return path


def opened(path: Path, name: str | None = None, source: str | None = None) -> Opened:
    return open_file(path, name or path.name, source=source)[0]


def good(found: Opened) -> list[object]:
    """The rows that can be used."""
    return [x for x in found.rows() if not isinstance(x, (Bad, Problem))]


def problems(found: Opened) -> list[Problem]:
    """Everything that was said about the file, in its order."""
    told: list[Problem] = []
    for x in found.rows():
        told += x.problems if isinstance(x, Bad) else [x] if isinstance(x, Problem) else []
    return told


def told(found: Opened) -> list[tuple[int, str, str, str]]:
    """(line, column, value, code) of everything that was said."""
    return [(p.line, p.column, p.value, p.code) for p in problems(found)]


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in entries.items():
            bundle.writestr(name, data)
    return out.getvalue()
