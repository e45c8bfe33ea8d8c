import datetime as dt

import openpyxl
import pytest

from kpis.ingest.detect import export_time, open_file
from kpis.ingest.readers import PARTS, READERS, SOURCES
from kpis.ingest.rows import OrderRow
from kpis.models import Coverage
from opsplan.lib.problems import FileProblem
from tests.ingest import make
from tests.ingest.make import good, opened, problems

SHORT = make.header("tmall_order_short")
ORDER = ["1", "5", "5", "浙江省", "2020-02-20 10:00:00", "2020-02-20 10:05:00", "0"]


def code(call, *args, **kwargs):
    with pytest.raises(FileProblem) as caught:
        call(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize("source", [source for source in SOURCES if source not in PARTS])
def test_every_source_is_recognised_by_its_header(tmp_path, source):
    path = make.as_text(tmp_path / f"{source}_2026-05-19_2026-05-19.csv", [make.header(source), ["1"]])
    assert opened(path).source == source


@pytest.mark.parametrize("source", [source for source in SOURCES if source not in PARTS])
def test_every_source_is_recognised_below_rows_of_text(tmp_path, source):
    preface = [["生意参谋"], ["统计日期 2026-05-19"], [""], ["说明", "口径"]]
    path = make.as_xlsx(tmp_path / f"{source}.xlsx", [*preface, make.header(source)])
    assert (opened(path).source, opened(path).header_line) == (source, 5)


def test_a_header_in_row_21_is_too_far_down(tmp_path):
    rows = [[f"说明{i}"] for i in range(20)]
    assert opened(make.as_text(tmp_path / "a.csv", [*rows[:19], SHORT, ORDER])).header_line == 20
    assert opened(make.as_text(tmp_path / "a.csv", [*rows, SHORT, ORDER])).source == ""


def test_readers_say_facts_the_coverage_knows():
    assert {reader.fact for reader in READERS.values()} == set(Coverage.SourceKind.values)


def test_an_unknown_layout_still_opens_with_its_best_header(tmp_path):
    found = opened(make.as_text(tmp_path / "a.csv", [["某店"], ["货号", "库存"], ["A1", "3"]]))
    assert (found.source, found.reader, found.header, found.header_line) == ("", None, ["货号", "库存"], 2)
    assert list(found.raw_rows()) == [(3, ["A1", "3"])]
    assert code(found.rows) == "unknown_layout"


def test_an_unknown_source_names_the_known_ones(tmp_path):
    path = make.as_text(tmp_path / "a.csv", [SHORT, ORDER])
    with pytest.raises(FileProblem) as caught:
        opened(path, source="taobao")
    assert "tmall_order_short" in str(caught.value)


def test_a_forced_source_is_kept(tmp_path):
    header = make.header("taobao_ExportOrderList_2021")
    assert opened(make.as_text(tmp_path / "a.csv", [header]), source="tmall_order_short").source == "tmall_order_short"


def test_a_repeated_header_name_is_numbered_and_the_first_counts(tmp_path):
    found = opened(make.as_text(tmp_path / "a.csv", [[*SHORT, "总金额"], [*ORDER, "99"]]))
    assert found.header[-1] == "总金额.2"
    assert good(found)[0].total_fen == 500


def test_header_names_match_across_blanks_and_widths(tmp_path):
    header = [
        "\ufeff订单编号",
        "总 金额\n",
        "买家实际支付金额\t",
        "收货地址",
        "订单创建时间",
        "订单付款时间　",
        "退款金额",
    ]
    assert opened(make.as_text(tmp_path / "a.csv", [header, ORDER[:6]])).source == "tmall_order_short"


def test_rows_are_estimated_without_reading_them(tmp_path):
    rows = [["某店"], SHORT, *[ORDER] * 50]
    assert opened(make.as_text(tmp_path / "a.csv", rows)).rows_estimate in (50, 51)
    assert opened(make.as_xlsx(tmp_path / "a.xlsx", rows)).rows_estimate == 50


def test_of_a_workbook_the_best_sheet_is_read_and_the_others_are_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    book.create_sheet("字段说明").append(["字段", "含义", "例"])
    book["字段说明"].append(["订单编号", "号", "1"])
    known, unknown = [SHORT, ORDER], [["物流单号", "物流公司", "揽收时间"], ["1", "顺丰", ""]]
    for title, rows in {"订单报表": known, "三月": known, "空": [SHORT], "隐藏": known, "发货报表": unknown}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book["隐藏"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    found = opened(tmp_path / "a.xlsx")
    assert [type(row) for row in good(found)] == [OrderRow]
    assert (found.table.sheet, found.others) == ("订单报表", ("三月",))
    assert [(notice.code, notice.level, notice.params["others"]) for notice in problems(found)] == [
        ("more_sheets", "notice", "三月"),
        ("other_sheets", "notice", "发货报表"),
    ]


def test_every_file_of_a_zip_is_opened_and_a_bad_one_says_why(tmp_path):
    inside = {"a.csv": make.text([SHORT, ORDER]).encode("gb18030"), "b.csv": b"", "c.csv": b"x,y\n1,2\n"}
    found = open_file(make.as_zip(tmp_path / "a.zip", inside), "a.zip")
    assert [(f.name, f.source, f.problem and f.problem.code) for f in found] == [
        ("a.csv", "tmall_order_short", None),
        ("b.csv", "", "empty"),
        ("c.csv", "", None),
    ]
    assert len(good(found[0])) == 1
    assert code(found[1].rows) == "empty"


def test_a_zip_with_one_bad_file_says_why(tmp_path):
    path = make.as_zip(tmp_path / "a.zip", {"a.csv": b"<html>"})
    assert code(open_file, path, "a.zip") == "no_table"


def test_what_was_unpacked_goes_with_the_last_user(tmp_path):
    path = make.as_zip(tmp_path / "a.zip", {"a.csv": make.text([SHORT, ORDER]).encode()})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = open_file(path, "a.zip", scratch=scratch)
    assert found[0].path.is_relative_to(scratch)
    del found
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("ExportOrderList202611211005.csv", dt.datetime(2026, 11, 21, 10, 5)),
        ("ExportOrderList20261121100530.xlsx", dt.datetime(2026, 11, 21, 10, 5, 30)),
        ("1791430000_orders.csv", dt.datetime(2026, 10, 8, 11, 26, 40)),
        ("orders-1791430000123.csv", dt.datetime(2026, 10, 8, 11, 26, 40)),
        ("ExportOrderList23405234.csv", None),
        ("ExportOrderList202613211005.csv", None),
        ("订单.csv", None),
        ("3251234567890123456.csv", None),
    ],
)
def test_the_name_tells_when_a_file_was_made(name, at):
    assert export_time(name) == at
