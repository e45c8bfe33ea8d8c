"""What a file is, and its rows as text cells: delimited text, xlsx and real xls. Memory stays flat for text.

Encoding: BOM, else strict UTF-8 over the whole file, else GB18030 over the whole file; never a guess that cannot fail.
Only reports that are known to be written in Windows-1252 are read so.
"""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

from opsplan.lib import csvlines, markup
from opsplan.lib.peek import TOP
from opsplan.lib.problems import FileProblem
from opsplan.lib.workbooks import sheets

CHUNK = 1 << 20
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
NO_TABLE = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"%PDF")  # pictures and PDF
DOCUMENTS = ("word/", "ppt/")  # what the parts of a text document or a presentation begin with
JSON = re.compile(rb'\{\s*"|\[\s*[{\[]')  # what it begins with
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
DELIMITERS = (",", "\t", ";")
WESTERN = b"amazon-order-id"  # what the header of a report begins with that Amazon writes in Windows-1252
TRAILING = re.compile(r"\t+(?=[,;])")  # tabs that keep a spreadsheet from reading a number: they divide nothing
WIDE = 20  # at least one byte in so many is NUL in UTF-16
ODD = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?:[\x80-\xff]{2})*(?![\x80-\xff])")  # no Chinese text has them


class Table(Protocol):
    """A table of text cells."""

    @property
    def encoding(self) -> str:
        """utf-8, gb18030, utf-16, cp1252, xlsx, xls or ods."""

    @property
    def lines(self) -> int:
        """About how many rows it has, all told."""

    @property
    def sheet(self) -> str:
        """The sheet's name, "" of a text file."""

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """(line or sheet row it starts on, cells), from the start each time; `width` as the header row has it."""

    def top(self) -> list[tuple[int, list[str]]]:
        """The first rows, where the header must be."""


@dataclass(frozen=True)
class TextTable:
    path: Path
    encoding: str
    codec: str
    skip: int  # bytes of the BOM
    delimiter: str
    lines: int
    has_nul: bool
    sheet: str = ""

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str]]]:
        line = 1
        if not self.has_nul:
            with self.opened() as text:
                line = yield from csvlines.plain_rows(text, self.delimiter)
        if line:
            with self.opened() as text:
                rest = islice(text, line - 1, None)
                yield from csvlines.rows(rest, self.delimiter, width, self.has_nul, line)

    def top(self) -> list[tuple[int, list[str]]]:
        return list(islice(self.rows(), TOP))

    def opened(self) -> io.TextIOWrapper:
        raw = self.path.open("rb")
        raw.seek(self.skip)
        return io.TextIOWrapper(raw, encoding=self.codec, errors="strict", newline="")


@dataclass(frozen=True)
class MarkupTable:
    """A table in HTML or SpreadsheetML; its text is told in `text`."""

    text: TextTable
    sheet: str = ""

    @property
    def encoding(self) -> str:
        return self.text.encoding

    @property
    def lines(self) -> int:
        return self.text.lines

    def rows(self, width: int | None = None) -> Iterator[tuple[int, list[str]]]:
        with self.text.opened() as text:
            for line, cells in markup.rows(iter(partial(text.read, CHUNK), "")):
                if width is not None:
                    cells += [""] * (width - len(cells))  # rows need not be filled up to the end
                yield line, cells

    def top(self) -> list[tuple[int, list[str]]]:
        return list(islice(self.rows(), TOP))


def tables(path: Path) -> list[Table]:
    """The tables of a file: one of a text file, one a visible sheet of a workbook. Zips are opened by `archives`.

    FileProblem: empty, encrypted, corrupt, too_wide, not_a_table, no_table, bad_encoding, cut_off and, of
    files for other programs, other_archive, xlsb, web_archive, json.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileProblem("empty")
    if head.startswith(ARCHIVES):
        raise FileProblem("other_archive")
    if head.startswith(NO_TABLE) or head[4:8] == b"ftyp":
        raise FileProblem("not_a_table")
    if head.startswith(OLE):
        if is_encrypted_ole(path):
            raise FileProblem("encrypted")
        return [*sheets(path, "xls")]
    if head.startswith(b"PK"):
        if is_document(path):
            raise FileProblem("not_a_table")
        if has_part(path, "xl/workbook.bin"):
            raise FileProblem("xlsb")
        return [*sheets(path, "ods" if head[30:38] == b"mimetype" else "xlsx")]
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"MIME-Version:"):
        raise FileProblem("web_archive")
    if JSON.match(start):
        raise FileProblem("json")
    table = text_table(path)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:20].lower()
    if start.startswith((b"<?xml", b"<html", b"<table", b"<!doctype", b"<meta", b"<head", b"<style")):
        return [marked_up(table)]
    return [table]


def is_document(path: Path) -> bool:
    """Whether a zip is a text document or a presentation."""
    return has_part(path, *DOCUMENTS)


def has_part(path: Path, *beginnings: str) -> bool:
    """Whether a zip has a file whose name begins so; a damaged one is told by whoever reads it."""
    try:
        with zipfile.ZipFile(path) as file:
            return any(name.startswith(beginnings) for name in file.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def marked_up(text: TextTable) -> Table:
    """The table of an HTML or SpreadsheetML page."""
    table = MarkupTable(text)
    if not table.top():
        raise FileProblem("no_table")
    return table


def is_encrypted_ole(path: Path) -> bool:
    """An OLE file that only wraps an encrypted workbook names its stream EncryptedPackage."""
    marker = "EncryptedPackage".encode("utf-16-le")
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if marker in tail + chunk:
                return True
            tail = chunk[-len(marker) :]
    return False


def text_table(path: Path) -> TextTable:
    """How a text file is written, found by reading all of it once."""
    with path.open("rb") as file:
        head = file.read(4096)
        bom, codec = next(((bom, codec) for bom, codec in BOMS if head.startswith(bom)), (b"", wide_codec(head)))
        skip = len(bom)
        scan = scanned(file, skip, codec or "utf-8")
        if not bom and scan.bad_line and not (scan.at_end and codec):
            codec, scan = "utf-8", scanned(file, 0, "utf-8")
            if scan.bad_line and not scan.at_end:
                codec = "cp1252" if is_western(file) else "gb18030"
                scan = scanned(file, 0, codec)
        if scan.bad_line:
            raise FileProblem("cut_off" if scan.at_end else "bad_encoding", {"line": str(scan.bad_line)})
        codec = codec or "utf-8"
    if scan.nuls * 10 > scan.size or scan.size > CHUNK * scan.lines:  # a table has lines
        raise FileProblem("not_a_table")
    if scan.is_blank:
        raise FileProblem("empty")
    encoding = "utf-16" if codec.startswith("utf-16") else codec
    return TextTable(path, encoding, codec, skip, delimiter_of(path, skip, codec), scan.lines, scan.nuls > 0)


def wide_codec(head: bytes) -> str:
    """UTF-16 without a mark tells itself by its delimiters and digits: the upper halves of their two bytes are NUL, all
    on one side. "" for any other text."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) or (even + odd) * WIDE < len(head):
        return ""
    return "utf-16-be" if even else "utf-16-le"


def is_western(file: BinaryIO) -> bool:
    """Whether a text that is no UTF-8 is such a report, and not one that was saved again on a Chinese computer."""
    file.seek(0)
    return file.readline(CHUNK).startswith(WESTERN) and any(map(ODD.search, file))


@dataclass
class Scan:
    """What one pass over a text found. bad_line: the first line that does not decode, 0 if all does; at_end: it is only
    the last character that is cut."""

    size: int = 0
    lines: int = 0
    nuls: int = 0
    bad_line: int = 0
    at_end: bool = False
    is_blank: bool = True


def scanned(file: BinaryIO, skip: int, codec: str) -> Scan:
    """Decode all of `file` strictly from byte `skip` on, keeping nothing."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    scan = Scan()
    feeds = returns = 0
    file.seek(skip)
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(codec, "replace")
            scan.bad_line = max(feeds + before.count("\n"), returns + before.count("\r")) + 1
            scan.at_end = not chunk
            return scan
        feeds += text.count("\n")
        returns += text.count("\r")
        scan.nuls += text.count("\0")
        scan.size += len(text)
        scan.is_blank = scan.is_blank and not text.strip("\ufeff \t\r\n\0")
        if not chunk:
            scan.lines = max(feeds, returns) + 1
            return scan


def delimiter_of(path: Path, skip: int, codec: str) -> str:
    """The delimiter that cuts the first lines into the most regular table."""
    with path.open("rb") as raw:
        raw.seek(skip)
        text = codecs.getincrementaldecoder(codec)("replace").decode(raw.read(64 * 1024))
    told = text.splitlines(keepends=True)[:40]

    def size(delimiter: str) -> int:
        lines = [TRAILING.sub("", line) for line in told] if delimiter == "\t" else told
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1)
        except csv.Error:
            widths = Counter(text.count(delimiter) + 1 for text in lines if delimiter in text)
        return max((width * rows**2 for width, rows in widths.items()), default=0)

    return max(DELIMITERS, key=size)
