"""Files as people leave them: pasted under one another, summed up, annotated, saved again. Each is read as the clean
one is, or says in a sentence what to do."""

import pytest

from opsplan.lib.problems import FileProblem
from tests.ingest import make
from tests.ingest.bring import ADS, FLOW, REFUNDS, SHORT, A, B
from tests.ingest.make import good, opened, told

CLEAN = [SHORT, A, B]
WIDE = len(SHORT)


def row(*cells):
    return [*cells, *[""] * (WIDE - len(cells))]


def each(change):
    return [[change(cell) for cell in cells] for cells in CLEAN]


UGLY = {  # name: rows, what is told of them
    "the header again": ([SHORT, A, SHORT, B], ["header_again"]),
    "two exports pasted, the second with its title": (
        [SHORT, A, row(""), row("二店导出"), SHORT, B],
        ["note_row", "header_again"],
    ),
    "what stands above the header again": (
        [row("店铺", "荷塘"), SHORT, A, row("店铺", "荷塘"), SHORT, B],
        ["header_again", "header_again"],
    ),
    "notes below": ([*CLEAN, row("导出时间：2026-11-23 10:00"), row("以上数据仅供参考")], ["note_row", "note_row"]),
    "a note without commas": ([*CLEAN, ["以上数据仅供参考"]], ["note_row"]),
    "a total of the page": ([SHORT, A, row("本页合计", "100.00", "100.00"), B], ["footer_row"]),
    "how many rows": ([*CLEAN, row("共 2 条")], ["footer_row"]),
    "a guarded total": ([*CLEAN, row('="总计"', "180.00", "150.00")], ["footer_row"]),
    "tabs behind every cell": (each(lambda x: f"{x}\t"), []),
    "quotation marks of their own": ([SHORT, *([f'"{x}"' if x else x for x in cells] for cells in (A, B))], []),
    "names with arrows and colons": ([[f"*{x} ▼" for x in SHORT], A, [*B]], []),
    "names with colons": ([[f"{x}：" for x in SHORT], A, B], []),
    "rows shorter than a header that ends in blanks": ([[*SHORT, "", ""], A, B], []),
    "days of the week": (
        [SHORT, *([*x[:4], x[4].replace(" ", " 星期日 "), x[5].replace(" ", "周日 "), x[6]] for x in (A, B))],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UGLY)
def test_an_ugly_file_is_read_as_the_clean_one(tmp_path, name):
    clean = [x._replace(line=0) for x in good(opened(make.as_text(tmp_path / "clean.csv", CLEAN)))]
    rows, said = UGLY[name]
    found = opened(make.as_text(tmp_path / "ugly.csv", rows))
    assert [x._replace(line=0) for x in good(found)] == clean
    assert [code for *_where, code in told(found)] == said


def test_a_second_table_with_its_columns_in_another_order_is_refused_with_its_line(tmp_path):
    found = opened(make.as_text(tmp_path / "a.csv", [SHORT, A, SHORT[::-1], B[::-1]]))
    with pytest.raises(FileProblem) as problem:
        good(found)
    assert (problem.value.code, problem.value.params) == ("second_header", {"line": "3"})


def test_what_is_left_of_a_row_that_is_cut_off_is_no_note(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(make.text([SHORT, A]) + "10", "utf-8")
    assert [code for *_where, code in told(opened(path))] == ["row_cut"]


def test_a_total_is_one_wherever_the_day_stands(tmp_path):
    names = ADS[::-1]
    rows = [names, ["400", "50.00", "10", "900", "2026-03-01"], ["400", "50.00", "10", "900", "总计"]]
    found = opened(make.as_text(tmp_path / "直通车.csv", rows))
    assert (len(good(found)), [code for *_where, code in told(found)]) == (1, ["footer_row"])


def test_a_source_of_which_nothing_is_told_is_a_note_and_one_called_a_sum_is_none(tmp_path):
    rows = [FLOW[1:], ["免费流量", "汇总", "9"], ["导出自生意参谋", "", ""]]
    found = opened(make.as_text(tmp_path / "流量_2026-03-01.csv", rows))
    assert [(x.flow, x.detail, x.uv) for x in good(found)] == [("免费流量", "汇总", 9)]
    assert [code for *_where, code in told(found)] == ["note_row"]


def test_the_number_of_a_campaign_is_the_same_after_it_was_saved_again(tmp_path):
    head = [*ADS, "主体ID", "净成交金额"]
    rows = [head, *(["2026-03-01", "9", "1", "5.00", "40.00", item, "40.00"] for item in ("801", "801.0", "夏7.0"))]
    assert [x.subject for x in good(opened(make.as_text(tmp_path / "a.csv", rows)))] == ["801", "801", "夏7.0"]


def test_a_case_with_one_cell_that_is_its_number_is_still_told_to_lack_the_rest(tmp_path):
    found = opened(make.as_text(tmp_path / "a.csv", [REFUNDS, ["R1", *[""] * 6]]))
    assert "note_row" not in [code for *_where, code in told(found)]
