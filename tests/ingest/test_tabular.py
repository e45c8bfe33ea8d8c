import datetime as dt
import zipfile

import openpyxl
import pytest

from opsplan.lib.problems import FileProblem
from opsplan.lib.tabular import tables
from tests.ingest import make

ROWS = [["编号", "名称", "金额"], ["001", "春装，新款", "12.50"], ["002", '5" 屏,大', "3"]]


def read(path):
    (table,) = tables(path)
    return table.encoding, [cells for _line, cells in table.rows(3)]


def code(path):
    with pytest.raises(FileProblem) as caught:
        tables(path)
    return caught.value.code


@pytest.mark.parametrize(
    ("written", "encoding"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_same_text_is_read_however_it_is_written(tmp_path, written, encoding, delimiter, end):
    path = make.as_text(tmp_path / "a.csv", ROWS, written, delimiter, end)
    assert read(path) == (encoding, ROWS)


@pytest.mark.parametrize(
    ("title", "codec", "encoding"),
    [("Crème", "cp1252", "cp1252"), ("咖啡杯", "gbk", "gb18030"), ("Mug", "ascii", "utf-8")],
)
def test_reports_of_amazon_are_windows_1252_unless_a_chinese_computer_saved_them(tmp_path, title, codec, encoding):
    told = [["amazon-order-id", "sku", "product-name"], ["1", "M", title]]
    assert read(make.as_text(tmp_path / "a.txt", told, codec, "\t")) == (encoding, told)


def test_big_endian_utf_16_is_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xfe\xff" + make.text(ROWS, "\t").encode("utf-16-be"))
    assert read(path) == ("utf-16", ROWS)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_tells_itself_by_its_delimiters_and_digits(tmp_path, codec):
    path = tmp_path / "a.txt"
    path.write_bytes(make.text(ROWS, "\t").encode(codec))
    assert read(path) == ("utf-16", ROWS)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FileProblem) as problem:
        tables(path)
    assert problem.value.code == "cut_off"


def test_utf_8_is_checked_to_the_last_byte(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b,c\n" * 300_000 + "订,单,号\n".encode("gb18030"))
    encoding, rows = read(path)
    assert (encoding, rows[-1]) == ("gb18030", ["订", "单", "号"])


def test_a_character_across_two_chunks_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x,y,z\n" + b"a" * ((1 << 20) - 7) + "订,单,号\n".encode())
    assert read(path)[0] == "utf-8"
    path.write_bytes(b"x,y,z\n" + b"a" * ((1 << 20) - 7) + "订,单,号\n".encode("gb18030"))
    assert read(path)[0] == "gb18030"


def test_a_byte_that_is_no_text_is_told_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("订单,b\n1,2\n3,".encode("gb18030") + b"\xff\xff\n5,6\n")
    with pytest.raises(FileProblem) as caught:
        tables(path)
    assert (caught.value.code, caught.value.params) == ("bad_encoding", {"line": "3"})


def test_a_file_cut_inside_a_character_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("订单,b\n1,中".encode()[:-1])
    with pytest.raises(FileProblem) as caught:
        tables(path)
    assert (caught.value.code, caught.value.params) == ("cut_off", {"line": "2"})


def test_workbooks_read_like_text(tmp_path):
    rows = [ROWS[0], ["001", "春装，新款", 12.5], ["002", '5" 屏,大', 3]]
    texts = [ROWS[0], ["001", "春装，新款", "12.5"], ["002", '5" 屏,大', "3"]]
    assert read(make.as_xlsx(tmp_path / "a.xlsx", rows)) == ("xlsx", texts)
    assert read(make.as_xls(tmp_path / "a.xls", rows)) == ("xls", texts)


def test_a_workbook_counts_from_the_first_sheet_row(tmp_path):
    book = openpyxl.Workbook()
    book.active["A4"], book.active["A6"] = "编号", "1"
    book.save(tmp_path / "a.xlsx")
    assert list(tables(tmp_path / "a.xlsx")[0].rows()) == [(4, ["编号"]), (6, ["1"])]


def test_one_cell_far_away_does_not_take_all_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "编号"
    book.active.cell(row=1_048_576, column=16_384, value=" ")
    book.save(tmp_path / "a.xlsx")
    assert code(tmp_path / "a.xlsx") == "too_wide"


def test_numbers_of_a_workbook_become_the_text_they_stand_for(tmp_path):
    at = dt.datetime(2020, 2, 20, 23, 59, 54)
    cells = [12345678901234, 3251234567890123456, 0.1 + 0.2, 0.0786, 0.00001, at, at.date()]
    path = make.as_xlsx(tmp_path / "a.xlsx", [cells])
    assert read(path)[1] == [
        ["12345678901234", "3.25123456789012E+18", "0.3", "0.0786", "0.00001", "2020-02-20 23:59:54", "2020-02-20"]
    ]


def test_a_wrong_dimension_is_not_trusted(tmp_path):
    path = make.as_xlsx(tmp_path / "a.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book.save(path)
    with zipfile.ZipFile(path) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'<dimension ref="A1:C3"', b'<dimension ref="A1:A1"')
    assert sheet != parts["xl/worksheets/sheet1.xml"]
    make.as_zip(path, {**parts, "xl/worksheets/sheet1.xml": sheet})
    assert read(path)[1] == ROWS


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "corrupt"),
        (b"PK\x03\x04 not really", "corrupt"),
        (b"<html><body>404</body></html>", "no_table"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "no_table"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not_a_table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_table"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "not_a_table"),
        (b"%PDF-1.7\n%\xe2\xe3", "not_a_table"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, content, expected):
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    assert code(path) == expected


def test_a_text_document_is_no_damaged_workbook(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<document/>")
    assert code(path) == "not_a_table"


HTML = """<html><head><meta charset=gb2312><style>td {mso-number-format:"\\@"}</style></head><body><table>
<tr><th>编号<th>名称<th>金额</tr>
<tr><td colspan=3></td></tr>
<tr><td>001</td><td>春装，<b>新款</b></td><td>12.50</td></tr><tr><td>002<td>5&quot; 屏,大<td>3</table>"""

SPREADSHEET_ML = """<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns:ss="urn:x"><Worksheet ss:Name="a"><Table>
<Row><Cell><Data ss:Type="String">编号</Data></Cell><Cell><Data>名称</Data></Cell><Cell><Data>金额</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data>001</Data></Cell><Cell ss:Index="2"><Data>春装，新款</Data></Cell>
<Cell><Data>12.50</Data></Cell></Row>
<Row><Cell><Data>002</Data></Cell><Cell><Data>5&quot; 屏,大</Data></Cell><Cell><Data>3</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


@pytest.mark.parametrize(("page", "encoding"), [(HTML, "gb18030"), (SPREADSHEET_ML, "utf-8")])
def test_a_page_that_calls_itself_xls_is_read(tmp_path, page, encoding):
    path = tmp_path / "a.xls"
    path.write_bytes(page.encode(encoding))
    (table,) = tables(path)
    assert table.encoding == encoding
    assert list(table.rows(3)) == list(zip([1, 3, 4], ROWS, strict=True))


def test_commas_in_texts_do_not_hide_tabs(tmp_path):
    path = make.as_text(tmp_path / "a.txt", [["a,b,c,d,e,f,g", "h"], ["1,2", "3"], ["4", "5"]], delimiter="\t")
    assert [cells for _line, cells in tables(path)[0].rows(2)] == [["a,b,c,d,e,f,g", "h"], ["1,2", "3"], ["4", "5"]]
