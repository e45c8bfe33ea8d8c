"""A sheet that is read in pieces says what the same sheet says as a whole."""

import datetime as dt
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from opsplan.lib import peek
from tests.ingest.make import FILES, as_zip

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SAMPLES = sorted(FILES.glob("*.xlsx"))


def as_a_whole(path, monkeypatch):
    monkeypatch.setattr(peek, "LARGE", 1 << 60)
    told = peek.look(str(path))["sheets"]
    with CalamineWorkbook.from_path(path) as book:
        rows = [list(peek.sheet_rows(book.get_sheet_by_name(name))) for name, *_rest in told]
    return [entry[:3] for entry in told], rows


def in_pieces(path, monkeypatch, size):
    monkeypatch.setattr(peek, "LARGE", -1)
    monkeypatch.setattr(peek, "PIECE", size)
    told = peek.look(str(path))["sheets"]
    assert all(cut for *_rest, cut in told)
    rows = [list(peek.cut_rows(str(path), name, peek.Cut(**cut))) for name, *_rest, cut in told]
    return [entry[:3] for entry in told], rows


def is_the_same(path, monkeypatch, *sizes):
    whole = as_a_whole(path, monkeypatch)
    return bool(whole[0]) and all(in_pieces(path, monkeypatch, size) == whole for size in sizes)


def sheet_of(path, data, texts="", before="", behind=""):
    """A workbook of one sheet with this XML between its sheetData tags."""
    openpyxl.Workbook().save(path)
    with zipfile.ZipFile(path) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    xml = f'<?xml version="1.0"?><worksheet {NAMESPACE}>{before}<sheetData>{data}</sheetData>{behind}</worksheet>'
    shared = f"<sst {NAMESPACE}>{texts}</sst>"
    return as_zip(path, {**parts, "xl/worksheets/sheet1.xml": xml.encode(), "xl/sharedStrings.xml": shared.encode()})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_says_the_same_in_pieces(path, monkeypatch):
    assert is_the_same(path, monkeypatch, 64, 1000, 1 << 20)


def test_numbers_dates_and_texts_of_many_rows_say_the_same(tmp_path, monkeypatch):
    chance, path = random.Random(7), tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        formats = [book.add_format({"num_format": x}) for x in ("0.00", "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm", 14, "@")]
        for name in ("a", "b"):
            sheet = book.add_worksheet(name)
            for row in range(3, 60 if name == "a" else 20):
                for column in chance.sample(range(2, 9), chance.randrange(7)):
                    value = chance.choice([1, 2.5, 46000.75, 0.25, True, "春装", "a&b <c>", ' t="s"', ""])
                    sheet.write(row, column, value, chance.choice([None, *formats]))
            sheet.write(70, 3, 5e18)
            sheet.write_datetime(70, 4, dt.datetime(2026, 2, 20, 23, 59, 54), formats[1])
        book.add_worksheet("空")
        sheet.merge_range(30, 2, 40, 2, "并")
        sheet.merge_range(41, 5, 43, 6, "格")
    assert is_the_same(path, monkeypatch, 200, 2000)


CELLS = '<c t="s"><v>{}</v></c><c t="inlineStr"><is><t>x</t></is></c><c t="s"/><c t="s"></c><c><v>3</v></c>'
WRITTEN = {
    "rows without a place": "".join(f"<row>{CELLS.format(i % 3)}</row>" for i in range(20)),
    "rows with gaps": "".join(f'<row r="{i * i + 5}">{CELLS.format(i % 3)}</row><row/>' for i in range(1, 9)),
    "places of cells alone": "".join(f"<row><c r=\"C{i}\" t='s'>\n<v>1</v></c></row>" for i in range(1, 20)),
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_sheet_may_be_written_in_many_ways(data, tmp_path, monkeypatch):
    texts = "<si/><si><t>春</t></si>\n<si><r><t>a</t></r><r><rPr><b/></rPr><t>b</t></r></si>"
    path = sheet_of(tmp_path / "a.xlsx", data, texts, before='<dimension ref="B2:B2"/>')
    assert is_the_same(path, monkeypatch, 1, 100)


UNSAFE = {
    "a comment": '<row r="1"><!-- </row> --><c><v>1</v></c></row>',
    "rows out of order": '<row r="2"><c><v>2</v></c></row><row r="1"><c><v>1</v></c></row>',
    "cells of other rows": '<row r="1"><c r="A9"><v>2</v></c></row><row r="2"><c><v>1</v></c></row>',
    "a text that is not there": '<row r="1"><c t="s"><v>7</v></c></row>',
    "a text that looks like a cell": '<row r="1"><c t="inlineStr"><is><t> t="s" </t></is></c></row>',
}


@pytest.mark.parametrize("data", UNSAFE.values(), ids=UNSAFE.keys())
def test_what_is_not_safe_to_cut_is_read_as_a_whole(data, tmp_path, monkeypatch):
    path = sheet_of(tmp_path / "a.xlsx", data)
    whole = peek.look(str(path))
    monkeypatch.setattr(peek, "LARGE", -1)
    assert peek.look(str(path)) == whole


def test_what_is_not_needed_at_once_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(peek, "LARGE", -1)
    monkeypatch.setattr(peek, "PIECE", 1000)
    sizes = []
    part = peek.LargeBook.sheet
    monkeypatch.setattr(peek.LargeBook, "sheet", lambda *args: sizes.append(len(args[-1])) or part(*args))
    rows = "".join(f'<row r="{i}"><c t="s"><v>0</v></c></row>' for i in range(1, 2000))
    assert peek.look(str(sheet_of(tmp_path / "a.xlsx", rows, "<si><t>x</t></si>")))["sheets"][0][1] == 1999
    assert len(sizes) > 50
    assert max(sizes) < 2200


def test_a_file_that_is_no_workbook_is_not_large():
    assert not peek.is_large(str(Path(__file__)))


def test_a_damaged_workbook_says_the_same_in_pieces(tmp_path, monkeypatch):
    chance, path = random.Random(11), tmp_path / "a.xlsx"
    with zipfile.ZipFile(FILES / "京东结算明细.xlsx") as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    told = set()
    for _n in range(60):
        name = chance.choice([name for name in parts if "sheet" in name or "shared" in name])
        data, at = bytearray(parts[name]), chance.randrange(len(parts[name]))
        data[at : at + chance.randrange(9)] = chance.choice([b"", b"<row>", b"<!--", b"</c>", b' t="s"', b"\xff", b"9"])
        as_zip(path, {**parts, name: bytes(data)})
        answers = []
        for large in (1 << 60, -1):
            monkeypatch.setattr(peek, "LARGE", large)
            answer = peek.look(str(path))
            answers.append([entry[:3] for entry in answer["sheets"]] if "sheets" in answer else answer["problem"])
        assert answers[0] == answers[1]
        told.add(type(answers[0]))
    assert told == {list, str}
