"""Files that are none of ours: each says in a sentence what it is and what to do."""

import pytest

from kpis.ingest.detect import open_file
from opsplan.lib.problems import FileProblem
from tests.ingest import make
from tests.ingest.bring import SHORT, A, B

ROWS = [SHORT, A, B]
TEXT = make.text(ROWS)
OTHERS = {
    "订单.numbers": (make.zipped({"Index/Document.iwa": b"x" * 90, "preview.jpg": b"y"}), "numbers"),
    "订单.xlsb": (make.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"}), "xlsb"),
    "a.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(range(256)), "other_archive"),
    "a.xlsx": (b"7z\xbc\xaf\x27\x1c" + bytes(range(256)), "other_archive"),
    "登录.csv": ('{"code": 401, "msg": "未登录"}'.encode(), "json"),
    "a.xls": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<table><td>a</td></table>", "web_archive"),
    "登录页.xlsx": ("<!DOCTYPE html><html><form>请登录</form></html>".encode(), "no_table"),
    "订单.csv.crdownload": (TEXT.encode(), "unfinished"),
    "~$订单.xlsx": (b"\x05admin" + b" " * 200, "lock_note"),
}
TABLES = {
    "乱码.csv": (TEXT.encode("gb18030").decode("latin1").encode(), "garbled"),
    "问号.csv": (TEXT.encode("ascii", "replace"), "garbled"),
    "一列.csv": ("\n".join(f'"{",".join(row)}"' for row in ROWS).encode(), "one_column"),
    "透视.csv": (make.text([["行标签", "求和项:实付金额"], ["2026-03-01", "100"], ["总计", "100"]]).encode(), "pivot"),
    "别的.csv": (make.text([["甲", "乙"], ["1", "2"]]).encode(), None),
}


@pytest.mark.parametrize(("name", "data", "code"), [(name, *told) for name, told in OTHERS.items()])
def test_a_file_for_another_program_says_which_it_is(tmp_path, name, data, code):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(FileProblem) as caught:
        open_file(tmp_path / "a", name)
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "data", "code"), [(name, *told) for name, told in TABLES.items()])
def test_a_table_that_somebody_has_changed_says_how(tmp_path, name, data, code):
    (tmp_path / "a").write_bytes(data)
    [opened] = open_file(tmp_path / "a", name)
    assert (opened.reader, opened.problem and opened.problem.code) == (None, code)


def test_a_file_that_lacks_a_column_names_it_and_what_it_looks_like(tmp_path):
    place = SHORT.index("订单付款时间 ")
    rows = [[cell for i, cell in enumerate(row) if i != place] for row in ROWS]
    [opened] = open_file(make.as_text(tmp_path / "a.csv", rows), "a.csv")
    assert opened.problem is not None
    assert (opened.problem.code, opened.problem.params) == (
        "nearly_known",
        {"source": "taobao_ExportOrderList_2021", "columns": "订单付款时间"},
    )


def test_a_file_that_breaks_off_says_so_and_one_with_a_short_row_does_not(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT[:-40])
    (tmp_path / "b.csv").write_text(TEXT + "1009,1\n")
    codes = [make.problems(make.opened(tmp_path / name))[-1].code for name in ("a.csv", "b.csv")]
    assert codes == ["row_cut", "wrong_column_count"]


def test_what_amazon_has_only_shipped_is_no_order_of_the_shop(tmp_path):
    names = make.header("amazon_all_orders_tsv")
    told = {"purchase-date": "2026-11-01T00:00:00+00:00", "order-status": "Shipped", "quantity": "1", "sku": "A"}
    lines = [
        make.row(names, **told, **{"amazon-order-id": f"S{i}", "sales-channel": channel, "item-price": "5.00"})
        for i, channel in enumerate(["Amazon.com", "Non-Amazon US"])
    ]
    found = make.opened(make.as_text(tmp_path / "a.txt", [names, *lines], delimiter="\t"))
    assert [row.order.order_no for row in make.good(found)] == ["S0"]
    assert [(p.code, p.level) for p in make.problems(found)] == [("sold_elsewhere", "notice")]
