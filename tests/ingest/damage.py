"""Damaged files without end: samples with random bytes and cuts, and the rows of every layout with odd cells in every
container. Only sentences may come out of them. The soak makes them for ten minutes, the suite a fixed few hundred."""

import gzip
import io
import random
from functools import cache
from html import escape
from pathlib import Path

import openpyxl
import xlwt

from kpis.ingest.detect import open_file
from kpis.ingest.rows import Bad
from opsplan.lib.problems import TEXTS, FileProblem, Problem
from tests.ingest import make

PIECES = (b'"', b",", b"\n", b"\r", b"\0", b"\t", b"=", b"\xff", "，".encode(), b"1E+18", b"-", b"<td>", b"&#x41;")
ODD = (
    *("", " ", "-", "--", "0", "-1", "1e400", "1E+18", "NaN", "inf", "１２", "½", "٣", "¥1,234.5", "(5)", "5%", "1/0"),
    *("2026-02-30", "2026-11-22 25:61", "00000", "45000.5", "1999", "昨天", "null", "#N/A", "#VALUE!", '="1"', "=1+1"),
    *(
        "'1",
        '"',
        "a\nb",
        "\u200b",
        "\ud7ff",
        "\U0001f600",
        "x" * 3000,
        "9" * 400,
        "合计",
        "交易关闭",
        "None",
        "<b>&amp;",
    ),
)
CONTAINERS = ("csv", "gbk", "utf16", "tsv", "xlsx", "xls", "html", "xml", "ods", "zip", "gz")
NAME = "【生意参谋平台】报表_2026-11-10_2026-11-10"  # some layouts tell their day nowhere else
MOST_ROWS = 5
Rows = list[list[str]]


@cache
def samples() -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(make.FILES.iterdir()) if path.name != "headers.csv"]


@cache
def layouts() -> list[Rows]:
    """Header and a few rows of every sample, and of every layout there is."""
    found = [[make.header(source)] + [[""] * len(make.header(source))] * 2 for source in sources()]
    for path in (make.FILES / name for name, _data in samples()):
        for table in open_file(path, path.name):
            rows = [cells for (_line, cells), _n in zip(table.raw_rows(), range(MOST_ROWS), strict=False)]
            found.append([table.header, *rows])
    return found


def sources() -> list[str]:
    lines = (make.FILES / "headers.csv").read_text(encoding="utf-8").splitlines()
    return [line.partition(",")[0] for line in lines if line]


def odd_rows(chance: random.Random) -> Rows:
    """The rows of a layout, with odd cells, lost and doubled columns and rows."""
    rows = [list(cells) for cells in chance.choice(layouts())]
    for _n in range(chance.choice((1, 3, 9, 40))):
        cells = chance.choice(rows[1:] if len(rows) > 1 and chance.random() < 0.9 else rows)
        match chance.randrange(12):
            case 0 if cells:
                del cells[chance.randrange(len(cells))]
            case 1:
                cells.insert(chance.randrange(len(cells) + 1), chance.choice(ODD))
            case 2:
                rows.insert(chance.randrange(len(rows) + 1), list(chance.choice(rows)))
            case _ if cells:
                cells[chance.randrange(len(cells))] = chance.choice(ODD)
            case _:
                pass
    return rows


def wrapped(rows: Rows, kind: str) -> bytes:
    """The rows in one of CONTAINERS."""
    if kind in ("csv", "gbk", "utf16", "tsv"):
        encoding = {"gbk": "gb18030", "utf16": "utf-16"}.get(kind, "utf-8")
        return make.text(rows, "\t" if kind == "tsv" else ",").encode(encoding)
    if kind == "gz":
        return gzip.compress(wrapped(rows, "csv"))
    if kind == "zip":
        return make.zipped({"甲.csv": wrapped(rows, "gbk"), "b.xlsx": wrapped(rows, "xlsx")})
    if kind == "xlsx":
        return as_book(rows)
    if kind == "xls":
        return as_biff(rows)
    if kind == "html":
        body = "".join("<tr>" + "".join(f"<td>{escape(x)}</td>" for x in row) + "</tr>" for row in rows)
        return f"<html><meta charset=utf-8><table>{body}</table></html>".encode()
    if kind == "xml":
        cells = "".join("<Row>" + "".join(f"<Cell><Data>{escape(x)}</Data></Cell>" for x in r) + "</Row>" for r in rows)
        sheet = f"<Worksheet><Table>{cells}</Table></Worksheet>"
        book = f'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">{sheet}</Workbook>'
        return f'<?xml version="1.0"?>{book}'.encode()
    cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    lines = ("".join(cell.format(escape(x)) for x in row) for row in rows)
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    names = " ".join(f'xmlns:{x}="urn:oasis:names:tc:opendocument:xmlns:{x}:1.0"' for x in ("office", "table", "text"))
    sheet = f"<office:spreadsheet><table:table table:name='1'>{table}</table:table></office:spreadsheet>"
    content = f"<office:document-content {names}><office:body>{sheet}</office:body></office:document-content>"
    kind_of_file = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return make.zipped({"mimetype": kind_of_file, "META-INF/manifest.xml": manifest, "content.xml": content.encode()})


def as_book(rows: Rows) -> bytes:
    out, book = io.BytesIO(), openpyxl.Workbook()
    for row in rows:
        book.active.append([None if x == "" else x for x in row])
    book.save(out)
    return out.getvalue()


def as_biff(rows: Rows) -> bytes:
    out, book = io.BytesIO(), xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row[:250]):
            sheet.write(i, j, cell)
    book.save(out)
    return out.getvalue()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some changed, put in, taken out or doubled, and now and then cut off."""
    found = bytearray(data)
    for _n in range(chance.choice((1, 2, 8, 64))):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(4):
            case 0 if at < len(found):
                found[at] = chance.randrange(256)
            case 1:
                found[at:at] = chance.choice(PIECES)
            case 2:
                del found[at : at + chance.randrange(1, 40)]
            case _:
                found[at:at] = found[at : at + chance.randrange(1, 200)]
    return bytes(found[: chance.randrange(len(found) + 1)]) if chance.random() < 0.1 else bytes(found)


def one(chance: random.Random) -> tuple[str, bytes]:
    """(name, bytes) of a damaged file: a sample with damaged bytes, or odd rows in a container, some damaged too."""
    if chance.random() < 0.4:
        name, data = chance.choice(samples())
        return name, damaged(data, chance)
    kind = chance.choice(CONTAINERS)
    data = wrapped(odd_rows(chance), kind)
    suffix = {"gbk": "csv", "utf16": "csv", "html": "xls", "xml": "xls"}.get(kind, kind)
    return f"{NAME}.{suffix}", damaged(data, chance) if chance.random() < 0.2 else data


def read(path: Path, name: str) -> str:
    """What came of it: what is wrong with the file as a whole, or "read". All that is said must be sentences; anything
    but rows, problems and FileProblem is raised."""
    try:
        for opened in open_file(path, name):
            if opened.problem:
                assert TEXTS[opened.problem.code] % opened.problem.params
            if opened.reader is None:
                continue
            for row in opened.rows():
                told = row.problems if isinstance(row, Bad) else (row,) if isinstance(row, Problem) else ()
                for problem in told:
                    assert TEXTS[problem.code] % problem.params
    except FileProblem as problem:
        return TEXTS[problem.code] % problem.params
    return "read"
