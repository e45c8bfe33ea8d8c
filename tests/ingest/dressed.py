"""The same table in every encoding and container it can come in."""

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from html import escape

import xlsxwriter
import xlwt

from tests.ingest.make import text

Rows = Sequence[Sequence[str]]


def as_xlsx(rows: Rows, **others: Rows) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for title, lines in {"a": rows, **others}.items():
            sheet = book.add_worksheet(title)
            for i, cells in enumerate(lines):
                for j, cell in enumerate(cells):
                    sheet.write_string(i, j, cell)
    return out.getvalue()


def as_xls(rows: Rows, **others: Rows) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    for title, lines in {"a": rows, **others}.items():
        sheet = book.add_sheet(title)
        for i, cells in enumerate(lines):
            for j, cell in enumerate(cells):
                sheet.write(i, j, cell)
    book.save(out)
    return out.getvalue()


def as_html(rows: Rows) -> bytes:
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>" for cells in rows)
    return f"<html><head><meta charset=gb2312></head><body><table>{body}</table></body></html>".encode("gb18030")


def as_spreadsheet_ml(rows: Rows) -> bytes:
    body = "".join(
        f"<Row>{''.join(f'<Cell><Data>{escape(cell)}</Data></Cell>' for cell in cells)}</Row>" for cells in rows
    )
    sheet = f'<Worksheet ss:Name="a"><Table>{body}</Table></Worksheet>'
    return f'<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns:ss="urn:x">{sheet}</Workbook>'.encode()


def as_ods(rows: Rows, **others: Rows) -> bytes:
    def cell(told: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{escape(told)}</text:p></table:table-cell>'

    def sheet(title: str, lines: Rows) -> str:
        body = "".join(f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>" for cells in lines)
        return f'<table:table table:name="{title}">{body}</table:table>'

    names = " ".join(f'xmlns:{x}="urn:oasis:names:tc:opendocument:xmlns:{x}:1.0"' for x in ("office", "table", "text"))
    tables = "".join(sheet(title, lines) for title, lines in {"a": rows, **others}.items())
    content = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        mimetype=kind.encode(),
        **{
            "META-INF/manifest.xml": b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            "content.xml": f"<office:document-content {names}>{content}</office:document-content>".encode(),
        },
    )


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name, data in entries.items():
            bundle.writestr(name, data)
    return out.getvalue()


TEXTS: dict[str, Callable[[Rows], bytes]] = {
    "utf-8": lambda rows: text(rows).encode(),
    "utf-8 with a BOM, CRLF": lambda rows: text(rows, end="\r\n").encode("utf-8-sig"),
    "gb18030, CR": lambda rows: text(rows, end="\r").encode("gb18030"),
    "utf-16, tabs": lambda rows: text(rows, "\t").encode("utf-16"),
    "gbk, semicolons": lambda rows: text(rows, ";").encode("gb18030"),
    "html as xls": as_html,
    "SpreadsheetML as xls": as_spreadsheet_ml,
    "gzip": lambda rows: gzip.compress(text(rows).encode("gb18030")),
}
BOOKS: dict[str, Callable[..., bytes]] = {"xlsx": as_xlsx, "xls": as_xls, "ods": as_ods}
