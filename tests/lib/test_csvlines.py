import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsplan.lib.csvlines import Broken, plain_rows, rows


def read(text, width=3, delimiter=",", has_nul=False):
    return list(rows(io.StringIO(text, newline=""), delimiter, width, has_nul))


def broken(found):
    return [(line, cells.code, cells.at) for line, cells in found if isinstance(cells, Broken)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(end):
    assert read(end.join(["a,b,c", "", "1,2,3", "4,5,6"])) == [
        (1, ["a", "b", "c"]),
        (3, ["1", "2", "3"]),
        (4, ["4", "5", "6"]),
    ]


def test_a_row_over_several_lines_is_told_by_its_first_line():
    assert read('1,"a\nb\nc",3\n4,5,6\n') == [(1, ["1", "a\nb\nc", "3"]), (4, ["4", "5", "6"])]


def test_an_unclosed_quote_costs_its_line_only():
    found = read('1,2,3\n4,"5,6\n7,8,9\n10,11,12\n')
    assert broken(found) == [(2, "broken_quote", 1)]
    assert [cells for _line, cells in found if not isinstance(cells, Broken)] == [
        ["1", "2", "3"],
        ["7", "8", "9"],
        ["10", "11", "12"],
    ]


def test_an_unclosed_quote_is_found_when_a_later_quote_closes_it():
    found = read('1,"2,3\n4,5,6\n7,8",9\n10,11,12\n')
    assert broken(found)[0] == (1, "broken_quote", 1)
    assert (2, ["4", "5", "6"]) in found
    assert (4, ["10", "11", "12"]) in found


def test_an_unclosed_quote_among_quoted_cells_is_found():
    found = read('"1","2","3"\n"4","5,"6"\n"7","8","9"\n')
    assert broken(found) == [(2, "broken_quote", 1)]
    assert (3, ["7", "8", "9"]) in found


def test_an_unclosed_quote_in_the_last_line_is_found():
    assert broken(read('1,2,3\n4,5,"6')) == [(2, "broken_quote", 2)]


def test_every_broken_line_is_told():
    text = "".join(f'{i},"x,3\n{i},y,3\n' for i in range(300))
    found = read(text)
    assert len(broken(found)) == 300
    assert sum(not isinstance(cells, Broken) for _line, cells in found) == 300


def test_a_quote_left_open_for_thousands_of_lines_is_cheap():
    found = read('1,"2,3\n' + "4,5,6\n" * 5000)
    assert broken(found) == [(1, "broken_quote", 1)]
    assert len(found) == 5001


def test_damaged_bytes_are_told():
    assert broken(read("1,2,3\n4,\0\0,6\n7,8,9\n", has_nul=True)) == [(2, "nul_byte", 1)]


def test_guards_with_quotes_inside_are_left_alone():
    assert read('="1",="2",3\n') == [(1, ['="1"', '="2"', "3"])]


def test_plain_reading_stops_where_a_row_is_not_one_line():
    lines = io.StringIO('1,2\n3,"4\n5"\n6,7\n', newline="")
    reading = plain_rows(lines, ",")
    assert next(reading) == (1, ["1", "2"])
    with pytest.raises(StopIteration) as end:
        next(reading)
    assert end.value.value == 2


cell = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
table = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), max_size=8))


@settings(max_examples=300, deadline=None)
@given(table, st.sampled_from([",", "\t", ";"]), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_what_the_csv_module_writes_comes_back(cells, delimiter, end, all_quoted):
    out = io.StringIO()
    has_ends = any("\n" in cell or "\r" in cell for row in cells for cell in row)  # the csv module may leave these bare
    quoting = csv.QUOTE_ALL if all_quoted or has_ends else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(cells)
    found = [cells for _line, cells in rows(io.StringIO(out.getvalue(), newline=""), delimiter)]
    assert found == [row for row in cells if row]
