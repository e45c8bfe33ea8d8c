"""Broken files by the hundred: good ones damaged in every way downloads, spreadsheets and people damage them."""

import gzip
import random
from collections.abc import Iterator

from tests.ingest import make
from tests.ingest.bring import SHORT, A, B

GOOD = [SHORT, A, B]
BINARY = (
    "退款列表_20261122.xlsx",
    "万相台_主体报表.xlsx",
    "直通车_账户报表.zip",
    "amazon_all_orders.txt.gz",
    "快手订单.xlsx",
)
BIFF = "【生意参谋平台】商品_全部_2026-11-10_2026-11-10.xls"


def corpus() -> Iterator[tuple[str, bytes]]:
    """(name, bytes): none of them may load anything but whole rows, and each must say what is wrong."""
    yield from texts()
    yield from cells()
    yield from headers()
    yield from containers()
    yield from cut()
    yield from flipped()


def texts() -> Iterator[tuple[str, bytes]]:
    plain = make.text(GOOD)
    for name, data in {
        "empty": b"",
        "one_zero": b"\0",
        "zeros": b"\0" * 5000,
        "blanks": b" \r\n\t\n" * 50,
        "bom_only": b"\xef\xbb\xbf",
        "bom16_only": b"\xff\xfe",
        "utf8_cut": plain.encode()[:-1] + "海".encode()[:2],
        "latin1": "Name;Größe;Umsatz\nä;ö;ü\n".encode("latin-1") * 3,
        "utf32": plain.encode("utf-32"),
        "utf16_odd": b"\xff\xfe" + plain.encode("utf-16-le") + b"\x41",
        "big5ish": b"\xa4\xa4\xff\xff\xfe" * 40,
        "html_no_table": b"<html><body><h1>502 Bad Gateway</h1></body></html>",
        "html_login": "<html><body><form>请登录</form></body></html>".encode(),
        "json": b'{"error": "login"}',
        "xml_bomb": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>',
        "xxe": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><table><td>&x;</td></table>',
        "pdf": b"%PDF-1.7\n" + bytes(range(256)) * 30,
        "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30,
        "rar": b"Rar!\x1a\x07\x00" + bytes(range(256)) * 4,
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(range(256)) * 4,
        "one_line": b"x" * 200_000,
        "header_only": make.text([SHORT]).encode(),
        "cr_header_only": make.text([SHORT], end="\r").encode(),
        "quotes": b'"' * 999,
        "commas": b"," * 5000,
    }.items():
        yield f"{name}.csv", data


def cells() -> Iterator[tuple[str, bytes]]:
    """One bad cell in the only row."""
    bad = {
        0: ["", "-", "3.25E+18", '="5.1E+18"', "12 34", "无", "订单", "1" * 80, "<script>", "=1+1"],
        1: ["", "x", "-1", "1.2.3", "1,23", "NaN元", "1e5", "二十", "￥", "99999999999999999", "5%"],
        2: ["x", "-0.01", "0x10", "1 2", "٣", "①", "½", "1/2"],
        4: [
            "",
            "昨天",
            "2026-13-01",
            "2026-02-30",
            "2525-01-01",
            "19/05/2026",
            "24:61",
            "0",
            "99999",
            "2026",
            "1999-1-1",
        ],
        5: ["x", "2026-02-28 10:00:00", "2026-03-01 25:00", "31/12", "2026-00-10", "-5", "soon", "2026-3"],
        6: ["x", "-5", "100.01", "1..", "..", "1-1", "--1"],
    }
    for place, values in bad.items():
        for number, value in enumerate(values):
            row = list(A)
            row[place] = value
            yield f"cell_{place}_{number}.csv", make.text([SHORT, row]).encode()
            if number % 3 == 0:
                yield f"cell_{place}_{number}_gbk.csv", make.text([SHORT, row]).encode("gb18030", "replace")


def headers() -> Iterator[tuple[str, bytes]]:
    for place, name in enumerate(SHORT[:6]):
        if place == 3:
            continue
        without = [[cell for i, cell in enumerate(row) if i != place] for row in GOOD]
        yield f"without_{place}.csv", make.text(without).encode()
        renamed = [[("列" if i == place else cell) for i, cell in enumerate(SHORT)], A]
        yield f"renamed_{place}_{len(name)}.csv", make.text(renamed).encode()
    yield "no_header.csv", make.text([A, B]).encode()
    yield "header_row_21.csv", make.text([*[["说明"]] * 20, *GOOD]).encode()
    yield "shifted.csv", make.text([SHORT, ["x", *A]]).encode()
    yield "short_rows.csv", make.text([SHORT, A[:3]]).encode()
    yield "semicolon_in_comma.csv", (make.text([SHORT]) + make.text([A], delimiter=";")).encode()
    yield "twice.csv", make.text([SHORT, A, A]).encode()
    yield "garbled_header.csv", make.text(GOOD).encode("utf-8").decode("gb18030", "replace").encode()


def containers() -> Iterator[tuple[str, bytes]]:
    good = make.text(GOOD).encode()
    yield "empty.zip", make.zipped({})
    yield "folder.zip", make.zipped({"a/": b""})
    yield "junk.zip", make.zipped({"__MACOSX/._a.csv": b"x", ".DS_Store": b"y"})
    yield "nested.zip", make.zipped({"b.zip": make.zipped({"a.csv": good})})
    yield "rar_inside.zip", make.zipped({"a.rar": b"Rar!"})
    yield "pdf_inside.zip", make.zipped({"a.pdf": b"%PDF-1.7" + bytes(range(256)) * 20})
    yield "not_really.zip", b"PK\x03\x04" + b"\0" * 60
    yield "not_really.xlsx", b"PK\x03\x04" + bytes(range(256)) * 10
    yield "no_sheets.xlsx", make.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    yield "no_workbook.xlsx", make.zipped({"[Content_Types].xml": b"<Types/>"})
    yield "bad_xml.xlsx", make.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<work"})
    yield "not_really.ods", make.zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})
    yield "ole.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
    yield "locked.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    yield "not_really.gz", b"\x1f\x8b" + b"\0" * 50
    yield "twice.csv.gz", gzip.compress(gzip.compress(good))
    yield "bomb.zip", make.zipped({"a.csv": b"0" * (64 << 20)})


def cut() -> Iterator[tuple[str, bytes]]:
    """Downloads that broke off."""
    for name in (*BINARY, BIFF):
        data = (make.FILES / name).read_bytes()
        for part in (0.02, 0.3, 0.6, 0.9):
            yield f"cut_{int(part * 100)}_{name}", data[: max(int(len(data) * part), 12)]
    plain = make.text(GOOD)
    for part in (0.3, 0.5):
        yield f"cut_{part}.csv", plain.encode("utf-16")[: int(len(plain) * 2 * part) | 1]


def flipped() -> Iterator[tuple[str, bytes]]:
    """Damaged bytes in the middle."""
    chance = random.Random(20261122)
    for name in (*BINARY, BIFF):
        data = bytearray((make.FILES / name).read_bytes())
        for number in range(8):
            damaged = bytearray(data)
            for _n in range(max(len(data) // 40, 8)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            yield f"flipped_{number}_{name}", bytes(damaged)
