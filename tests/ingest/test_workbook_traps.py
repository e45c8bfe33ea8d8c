"""Workbooks as exporters and people really write them: sheets that lie about their size, cells without a place."""

import zipfile

import openpyxl
import pytest
import xlwt

from opsplan.lib.tabular import tables
from tests.ingest import make

ROWS = [["编号", "名称", "金额"], ["001", "春装", "12.5"], ["002", "屏", "3"]]
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
DATA = "".join(f"<row>{''.join(map(CELL.format, cells))}</row>" for cells in ROWS)
PLACED = "".join(
    f'<row r="{i}">' + "".join(f'<c r="{"ABC"[j]}{i}" t="str"><f>1</f><v>{x}</v></c>' for j, x in enumerate(cells))
    + "</row>" for i, cells in enumerate(ROWS, 1)
)  # fmt: skip
RICH = DATA.replace("<t>春装</t>", "<r><t>春</t></r><r><rPr><b/></rPr><t>装</t></r>")


def sheet_of(path, dimension, data):
    """A workbook whose only sheet is this XML."""
    make.as_xlsx(path, [["x"]])
    with zipfile.ZipFile(path) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    xml = f'<?xml version="1.0"?><worksheet {NAMESPACE}>{dimension}<sheetData>{data}</sheetData></worksheet>'
    return make.as_zip(path, {**parts, "xl/worksheets/sheet1.xml": xml.encode()})


def read(path):
    (table,) = tables(path)
    return [cells for _line, cells in table.rows(3)]


@pytest.mark.parametrize("data", [DATA, PLACED, RICH])
def test_a_sheet_may_say_what_it_likes_about_its_size(tmp_path, data, one_process):
    for ref in ("A1", "A1:A1", "B2:B2", "A1:C2", "A1:XFD1048576", "C3:A1"):
        assert read(sheet_of(tmp_path / "a.xlsx", f'<dimension ref="{ref}"/>', data)) == ROWS, ref
    assert read(sheet_of(tmp_path / "a.xlsx", "", data)) == ROWS


def test_a_cell_merged_over_several_rows_stands_on_each(tmp_path, one_process):
    book = openpyxl.Workbook()
    for cells in [
        ["店铺：某店", "", ""],
        ["编号", "名称", "金额"],
        ["001", "春装", "1"],
        ["", "屏", "2"],
        ["002", "", "3"],
    ]:
        book.active.append(cells)
    book.active.merge_cells("A3:A4")
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[2:] == [["001", "春装", "1"], ["001", "屏", "2"], ["002", "", "3"]]


def test_merged_cells_of_an_old_workbook_are_filled_too(tmp_path, one_process):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row, cells in enumerate(ROWS):
        sheet.write(row, 1, cells[1])
    sheet.write(0, 0, "编号")
    sheet.write_merge(1, 2, 0, 0, "001")
    book.save(str(tmp_path / "a.xls"))
    assert [cells[:2] for cells in read(tmp_path / "a.xls")] == [["编号", "名称"], ["001", "春装"], ["001", "屏"]]


def test_a_merged_cell_of_a_sheet_that_begins_further_right_is_filled(tmp_path, one_process):
    book = openpyxl.Workbook()
    for cells in [["编号", "名称", "金额"], ["001", "春装", "1"], [None, "屏", "2"]]:
        book.active.append([None, None, *cells])
    book.active.merge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[1:] == [["001", "春装", "1"], ["001", "屏", "2"]]
