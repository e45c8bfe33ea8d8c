"""Looks into a workbook in a process of its own: `python peek.py FILE` prints its sheets as JSON, or what is wrong.

The library that reads workbooks takes memory for the whole rectangle up to the farthest cell, and a damaged file can
it end the process. So the first look is taken here, under a memory limit; a file that passes is safe to open elsewhere.
A sheet of more than LARGE bytes is cut between its rows, and each piece is read as a workbook of its own: the same
library says the same of it in flat memory. It imports nothing of ours, so that it starts fast.
"""

import datetime as dt
import io
import json
import os
import re
import resource
import sys
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from itertools import count, islice
from tempfile import TemporaryFile
from typing import IO, Any
from xml.etree import ElementTree

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
LARGE = 32 << 20  # bytes of XML (the sheet and the texts it shares) that are read in pieces
PIECE = 4 << 20  # bytes of XML in a piece, about
MOST_AROUND = 32 << 20  # bytes of XML before and behind the rows
WORKBOOK, RELATIONS, TEXTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
SMALL_PARTS = (WORKBOOK, RELATIONS, "[content_types].xml", "_rels/.rels", "xl/styles.xml")
DAMAGES = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, RuntimeError, LookupError, StopIteration)

Line = tuple[int, list[str]]
Looked = tuple[str, int, list[Line], dict[str, Any] | None]  # of a sheet: name, height, first rows, `Cut`
Merged = list[tuple[tuple[int, int], tuple[int, int]]]  # (row, column) of the first and the last cell, from 0


class Whole(Exception):
    """The sheet is written in a way that is not safe to cut: it has to be read as a whole."""


@dataclass(frozen=True)
class Cut:
    """How a large sheet is read in pieces: its part of the file, its first column (from 0) and how many there are."""

    part: str
    left: int
    width: int
    merged: Merged


def sheet_rows(sheet: CalamineSheet) -> Iterator[Line]:
    """(sheet row, cells as text) of every row that says something. A cell merged over several rows stands on each."""
    rows = ((line, as_text(cells)) for line, cells in enumerate(sheet.iter_rows(), 1))
    left = sheet.start[1] if sheet.start else 0
    return filled((row for row in rows if any(row[1])), left, sheet.merged_cell_ranges or [])


def filled(rows: Iterable[Line], left: int, merged: Merged) -> Iterator[Line]:
    begin: dict[int, list[tuple[int, int]]] = {}  # row -> places where a merged cell begins there, and its last row
    for (top, column), (bottom, _right) in merged:
        if bottom > top and column >= left:
            begin.setdefault(top + 1, []).append((column - left, bottom + 1))
    open_cells: dict[int, tuple[int, str]] = {}  # place -> last row, text
    for line, texts in rows:
        for place, (last, text) in list(open_cells.items()):
            if line > last:
                del open_cells[place]
            elif not texts[place]:
                texts[place] = text
        for place, last in begin.get(line, ()):
            if place < len(texts):
                open_cells[place] = last, texts[place]
        yield line, texts


def as_text(cells: Iterable[object]) -> list[str]:
    return [cell if isinstance(cell, str) else written(cell) for cell in cells]


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


# A large sheet, in pieces


class SharedTexts:
    """The texts that the sheets of a workbook share, as they are written, in a temporary file without a name."""

    ONE = re.compile(rb"<si\b(?:[^>]*/>|.*?</si\s*>)", re.DOTALL)
    BEFORE = re.compile(rb"(?:<\?xml[^>]*>\s*)?<sst\b[^>]*>")

    def __init__(self, bundle: zipfile.ZipFile) -> None:
        self.ends = array("Q", [0])
        self.file = TemporaryFile()  # noqa: SIM115 - closed with the book
        for part in bundle.namelist():
            if part.lower() == TEXTS.lower():
                with bundle.open(part) as source:
                    self.take(source)

    def take(self, source: IO[bytes]) -> None:
        rest = b""
        while chunk := source.read(PIECE):
            rest += chunk
            end = 0
            for match in self.ONE.finditer(rest):
                between = rest[end : match.start()].strip()
                if between and (len(self.ends) > 1 or not self.BEFORE.fullmatch(between)):
                    raise Whole
                end = match.end()
                self.file.write(match[0])
                self.ends.append(self.ends[-1] + len(match[0]))
            if b"<!" in rest or len(rest) - end > MOST_AROUND:
                raise Whole
            rest = rest[end:]
        self.file.flush()
        if len(self.ends) > 1 and rest.strip() != b"</sst>":
            raise Whole

    def part(self, numbers: Iterable[int]) -> bytes:
        """These texts alone, as a part of a workbook."""
        found = [b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">']
        for number in numbers:
            if number + 1 >= len(self.ends):
                raise Whole
            start, end = self.ends[number : number + 2]
            found.append(os.pread(self.file.fileno(), end - start, start))
        return b"".join((*found, b"</sst>"))


class LargeBook:
    """An xlsx whose sheets are cut between rows; each piece is a workbook of its own, with the texts it needs.

    Whole: it is written in a way that is not safe to cut (comments, CDATA, prefixes, rows out of order).
    """

    ROW = re.compile(rb"<row\b([^>]*)>")
    NUMBER = re.compile(rb"\sr=[\"'](\d+)[\"']")
    SHARING = re.compile(rb"( t=[\"']s[\"'][^<>]*>\s*<v>\s*)(\d+)(?=\s*</v)")  # in the tag of a cell
    BLANK = re.compile(rb" t=[\"']s[\"'][^<>]*(?:/>|>\s*</c)")

    def __init__(self, path: str) -> None:
        self.bundle = zipfile.ZipFile(path)
        infos = self.bundle.infolist()
        self.small = {x.filename: self.bundle.read(x) for x in infos if x.filename.lower() in SMALL_PARTS}
        self.texts = SharedTexts(self.bundle)
        self.merged: Merged = []

    def close(self) -> None:
        self.bundle.close()
        self.texts.file.close()

    def parts(self) -> dict[str, str]:
        """Where the sheets stand in the file, by name."""
        small = {name.lower(): data for name, data in self.small.items()}
        targets = {x.get("Id"): x.get("Target", "") for x in ElementTree.fromstring(small[RELATIONS])}  # noqa: S314
        found = {}
        for each in ElementTree.fromstring(small[WORKBOOK]).iter():  # noqa: S314 - in a process with limits
            if each.tag.endswith("}sheet"):
                target = targets[next(value for name, value in each.attrib.items() if name.endswith("}id"))]
                found[each.attrib["name"]] = target[1:] if target.startswith("/") else f"xl/{target}"
        return found

    def book(self, **parts: bytes) -> CalamineWorkbook:
        """A workbook like this with other parts."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name, data in {**self.small, **parts}.items():
                made.writestr(name, data)
        out.seek(0)
        return CalamineWorkbook.from_filelike(out)

    def named(self, *, hidden: bool) -> list[str]:
        return named(self.book(), hidden=hidden)

    def pieces(self, part: str) -> Iterator[bytes]:
        """The XML before the rows, the rows in pieces, and the XML behind them."""
        with self.bundle.open(part) as source:
            rest = b""
            while (start := rest.find(b"<sheetData")) < 0 or (start := rest.find(b">", start)) < 0:
                rest += more(source, rest)
            yield rest[: start + 1]
            is_empty, rest = rest[start - 1 : start] == b"/", rest[start + 1 :]
            while not is_empty:
                end = rest.find(b"</sheetData")
                if b"<!" in rest:
                    raise Whole
                cut = end if end >= 0 else rest.rfind(b"</row>") + len(b"</row>")
                if end >= 0 or cut >= len(b"</row>"):
                    yield rest[:cut]
                    rest = rest[cut:]
                if end >= 0:
                    break
                rest += more(source, rest)
            while chunk := source.read(PIECE):
                rest += chunk
                if len(rest) > MOST_AROUND:
                    raise Whole
            yield rest

    def sheets(self, name: str, part: str) -> Iterator[CalamineSheet]:
        """The pieces of a sheet that hold anything, each with its rows where they stand in the whole; after the last
        one, `merged` tells the merged cells."""
        pieces = self.pieces(part)
        head = next(pieces)
        rows, last = next(pieces), 0
        for behind in pieces:
            before = last
            for match in self.ROW.finditer(rows):
                told = self.NUMBER.search(match[1])
                number = int(told[1]) if told else last + 1
                if number <= last:
                    raise Whole
                last = number
            sheet = self.sheet(name, part, head, b'<row r="%d"></row>' % before + rows if before else rows)
            if sheet.start and sheet.end:
                if not before <= sheet.start[0] <= sheet.end[0] < last:
                    raise Whole
                yield sheet
            rows = behind
        behind = head + rows
        self.merged = self.book(**{part: behind}).get_sheet_by_name(name).merged_cell_ranges or []

    def sheet(self, name: str, part: str, head: bytes, rows: bytes) -> CalamineSheet:
        cells = self.SHARING.split(rows)  # what stands between, before a number, the number, and so on
        numbers = dict.fromkeys(cells[2::3])
        numbers.update(zip(numbers, map(b"%d".__mod__, count()), strict=False))
        cells[2::3] = map(numbers.__getitem__, cells[2::3])
        rest = rows.count(b'"s"') + rows.count(b"'s'") - len(cells) // 3
        if rest and rest != len(self.BLANK.findall(rows)):
            raise Whole
        texts = {TEXTS: self.texts.part(map(int, numbers))} if numbers else {}
        rows = b"".join((head, *cells, b"</sheetData></worksheet>"))
        return self.book(**{part: rows}, **texts).get_sheet_by_name(name)


def is_large(path: str) -> bool:
    """Whether it is an xlsx of which so much is told that it is read in pieces."""
    with suppress(zipfile.BadZipFile, OSError, ValueError, NotImplementedError), zipfile.ZipFile(path) as bundle:
        told = [(info.filename.lower(), info.file_size) for info in bundle.infolist()]
        if any(name == WORKBOOK for name, _size in told):
            return (
                sum(size for name, size in told if name.startswith("xl/worksheets/") or name == TEXTS.lower()) > LARGE
            )
    return False


def more(source: IO[bytes], rest: bytes) -> bytes:
    """The next bytes behind `rest`, which are still to be made sense of."""
    found = source.read(PIECE)
    if not found or len(rest) > MOST_AROUND:
        raise Whole
    return found


def cut_rows(path: str, name: str, cut: Cut) -> Iterator[Line]:
    """As `sheet_rows`, of a sheet that has been looked at in pieces."""
    with closing(LargeBook(path)) as book:
        yield from filled(piecewise(book.sheets(name, cut.part), cut.left, cut.width), cut.left, cut.merged)


def piecewise(sheets: Iterable[CalamineSheet], left: int, width: int) -> Iterator[Line]:
    for sheet in sheets:
        top, first = sheet.start or (0, 0)
        before, behind = [""] * (first - left), [""] * (left + width - first - sheet.width)
        for line, cells in enumerate(sheet.to_python(), top + 1):
            texts = as_text(cells)
            if any(texts):
                yield line, [*before, *texts, *behind]


def named(book: CalamineWorkbook, *, hidden: bool) -> list[str]:
    """The worksheets that people see, or those they do not."""
    return [
        about.name
        for about in book.sheets_metadata
        if about.typ == SheetTypeEnum.WorkSheet and (about.visible != SheetVisibleEnum.Visible) == hidden
    ]


def look(path: str) -> dict[str, Any]:
    """{"sheets": [name, height, first rows, `Cut` or None], "hidden": whether they are} of the visible sheets with
    anything in them, or {"problem": code}. A hidden sheet counts where no visible one has a table and it is the only
    one."""
    try:
        if is_large(path):
            with suppress(Whole, CalamineError, *DAMAGES), closing(LargeBook(path)) as large:
                return told(lambda hidden: looked_at(large, large.named(hidden=hidden)))
        with CalamineWorkbook.from_path(path) as book:
            return told(lambda hidden: whole(book, named(book, hidden=hidden)))
    except PasswordError:
        return {"problem": "encrypted"}
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        return {"problem": "encrypted" if "password" in str(error).lower() else "corrupt"}


def told(look_at: Callable[[bool], Iterable[Looked]]) -> dict[str, Any]:
    """What is told of the sheets that people see; else of the only table they do not."""
    seen = list(look_at(False))
    if any(map(is_table, seen)):
        return {"sheets": seen}
    unseen = [sheet for sheet in look_at(True) if is_table(sheet)]
    if len(unseen) > 1:
        return {"problem": "hidden_sheets", "params": {"sheets": ", ".join(sheet[0] for sheet in unseen)}}
    return {"sheets": unseen, "hidden": True} if unseen else {"sheets": seen}


def is_table(sheet: Looked) -> bool:
    """Whether something stands beside something else: notes fill one column."""
    return any(sum(map(bool, cells)) > 1 for _line, cells in sheet[2])


def whole(book: CalamineWorkbook, names: Iterable[str]) -> Iterator[Looked]:
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if first := list(islice(sheet_rows(sheet), TOP)):
            yield name, sheet.total_height + 1, first, None


def looked_at(large: LargeBook, names: Iterable[str]) -> Iterator[Looked]:
    parts = large.parts()
    for name in names:
        left, right, height = sys.maxsize, -1, 0
        first: list[tuple[int, Line]] = []  # the column it begins with, the row
        for sheet in large.sheets(name, parts[name]):
            (_top, start), (last, end) = sheet.start or (0, 0), sheet.end or (0, 0)
            left, right, height = min(left, start), max(right, end), last + 1
            if len(first) < TOP:
                first += ((start, line) for line in islice(piecewise([sheet], start, sheet.width), TOP - len(first)))
        if first:
            cut = Cut(parts[name], left, right - left + 1, large.merged)
            rows = (
                (line, [*[""] * (start - left), *texts, *[""] * (right + 1 - start - len(texts))])
                for start, (line, texts) in first
            )
            yield name, height, list(filled(rows, left, large.merged)), asdict(cut)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(look(sys.argv[1]), sys.stdout)
