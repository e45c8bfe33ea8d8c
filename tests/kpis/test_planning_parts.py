"""Sales by channel and by product group: parts with factors of their own that always make the month."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.planning.factors import AOV, CVR, NEAR, SALES, UV, product
from kpis.planning.parts import row_key
from kpis.planning.shares import Contradiction
from kpis.planning.year import MONTHS, SPANS, Row, Sheet, month_days
from tests.kpis.test_planning_year import ROWS, lock, typed

SEARCH, ADS, REST, CREAMS, OTHERS = "channel:search", "channel:ads", "channel:-", "group:1", "group:-"
UNITS = {SALES: ("money", "sum"), UV: ("count", "day"), CVR: ("rate", "solved"), AOV: ("money", "solved")}
PARTS = [Row(row_key(node, part), *UNITS[node]) for part in (SEARCH, ADS, CREAMS) for node in UNITS]
RESTS = [Row(row_key(SALES, part), "money", "sum") for part in (REST, OTHERS)]


def sheet() -> Sheet:
    return Sheet([*ROWS, *PARTS, *RESTS], month_days(2026, "30"), {})


def sold(of: Sheet, month: int, *parts: str) -> list[D | None]:
    return [of.value(row_key(SALES, part), month) for part in parts]


def september() -> Sheet:
    """6000 x 6 % x 101.9 x 30 days = 1,100,520; search brings 660,000 of it, ads 240,520, 200,000 is left."""
    made = sheet()
    typed(made, row_key(SALES, REST), 9, "1100520")
    for row, value in ((UV, 6000), (CVR, "0.06"), (AOV, "101.9")):
        typed(made, row, 9, value)
    typed(made, row_key(SALES, SEARCH), 9, 660_000)
    typed(made, row_key(SALES, ADS), 9, "240520")
    return made


def test_a_part_typed_for_the_first_time_comes_out_of_the_rest() -> None:
    made = september()
    assert sold(made, 9, SEARCH, ADS, REST) == [660_000, D("240520"), 200_000]
    assert made.value(SALES, 9) == D("1100520.00")


def test_a_part_moves_the_month_as_long_as_nobody_typed_the_month() -> None:
    made = september()
    typed(made, row_key(SALES, SEARCH), 9, 760_000)
    assert made.value(SALES, 9) == D("1200520.00")
    assert made.value(CVR, 9) == D("0.06")
    assert product(made.month(9)) == D("1200520.00")  # visitors gave way
    assert sold(made, 9, ADS, REST) == [D("240520"), 200_000]


def test_under_a_typed_month_the_other_parts_give_way_in_proportion() -> None:
    made = september()
    typed(made, SALES, 9, 1_100_520)
    typed(made, row_key(SALES, SEARCH), 9, 770_364)
    assert sold(made, 9, SEARCH, ADS, REST) == [770_364, D("180262.24"), D("149893.76")]
    assert made.value(SALES, 9) == 1_100_520


def test_the_factors_of_a_part_make_its_amount_and_the_month_follows() -> None:
    made = september()
    typed(made, row_key(SALES, SEARCH), 9, None)
    for row, value in ((UV, 4000), (CVR, "0.05"), (AOV, 110)):
        typed(made, row_key(row, SEARCH), 9, value)
    assert sold(made, 9, SEARCH, ADS, REST)[:2] == [660_000, D("240520")]
    typed(made, row_key(UV, SEARCH), 9, 5000)
    assert sold(made, 9, SEARCH) == [D("825000.00")]


def test_a_typed_year_breaks_back_to_parts_and_their_visitors() -> None:
    made = september()
    for row, value in ((CVR, "0.05"), (AOV, 110)):
        typed(made, row_key(row, SEARCH), 9, value)
    assert made.value(row_key(UV, SEARCH), 9) == 4000
    typed(made, SALES, "year", "2201040.01")
    assert sum(sold(made, 9, SEARCH, ADS, REST)) == D("2201040.01")
    assert product(made.month(9, SEARCH)) == made.value(row_key(SALES, SEARCH), 9)
    assert made.value(row_key(UV, SEARCH), 9).quantize(D("0.1")) == 8000


def test_a_locked_part_stands_and_locks_that_leave_no_room_are_refused() -> None:
    made = september()
    lock(made, (row_key(SALES, SEARCH), 9))
    typed(made, SALES, 9, 900_000)
    assert sold(made, 9, SEARCH)[0] == 660_000
    assert sum(sold(made, 9, ADS, REST)) == 240_000
    with pytest.raises(Contradiction, match="the month's amount is 600000"):
        typed(made, SALES, 9, 600_000)


def test_two_cuts_of_the_same_sales_both_make_it() -> None:
    made = september()
    typed(made, row_key(SALES, OTHERS), 9, "1100520")
    typed(made, row_key(SALES, CREAMS), 9, 800_000)
    typed(made, row_key(SALES, ADS), 9, 340_520)
    assert made.value(SALES, 9) == D("1200520.00")
    assert sum(sold(made, 9, CREAMS, OTHERS)) == D("1200520.00")


def test_parts_alone_make_a_month_that_has_no_factors() -> None:
    made = sheet()
    typed(made, row_key(SALES, SEARCH), 3, 1000)
    typed(made, row_key(SALES, ADS), 3, 500)
    assert made.value(SALES, 3) == 1500
    typed(made, UV, 3, 100)
    assert made.value(SALES, 3) == 1500
    typed(made, CVR, 3, "0.05")
    typed(made, AOV, 3, 10)
    assert (made.value(SALES, 3), product(made.month(3))) == (1500, 1500)
    typed(made, row_key(SALES, SEARCH), 3, None)
    assert made.value(SALES, 3) == 500


def test_totals_of_a_part_are_weighted_like_those_of_the_shop() -> None:
    made = sheet()
    for month, (uv, cvr, aov) in {1: (100, "0.1", 50), 2: (300, "0.02", 100)}.items():
        for row, value in ((UV, uv), (CVR, cvr), (AOV, aov)):
            typed(made, row_key(row, SEARCH), month, value)
    first = SPANS["q1"]
    assert made.total(row_key(SALES, SEARCH), first) == D("33000.00")  # 15,000 + 18,000
    assert made.total(row_key(CVR, SEARCH), first) == D(480) / 12_000
    assert made.total(row_key(AOV, SEARCH), first) == D(33_000) / 480


EDITS = st.tuples(
    st.sampled_from(["", SEARCH, ADS, REST, CREAMS, OTHERS]),
    st.sampled_from([SALES, SALES, UV, CVR, AOV]),
    st.sampled_from([1, 2, 11, "q1", "year"]),
    st.integers(0, 400),
)
SIZE = {SALES: D("5000.01"), UV: 25, CVR: D("0.0005"), AOV: 1}
LOCKS = st.tuples(st.sampled_from(["", SEARCH, ADS, CREAMS]), st.sampled_from(sorted(UNITS)), st.integers(1, 12))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(EDITS, st.lists(LOCKS, max_size=1)), max_size=9))
def test_after_any_edits_and_locks_parts_make_the_whole(steps: list) -> None:
    made = sheet()
    typed(made, row_key(SALES, REST), "year", 1_200_000)
    typed(made, row_key(SALES, OTHERS), "year", 1_200_000)
    for (part, node, months, size), locks in steps:
        kept, key = dict(made.cells), row_key(node, part)
        shut = {place: cell.value for place, cell in made.cells.items() if cell.locked}
        try:
            if key in made.rows:
                typed(made, key, months, size * SIZE[node])
        except Contradiction:
            made.cells = kept
        assert all(made.cells[place].value == value for place, value in shut.items())
        lock(made, *((row_key(x, name), month) for name, x, month in locks))
    for month in MONTHS:
        whole = made.value(SALES, month)
        for parts in ((SEARCH, ADS, REST), (CREAMS, OTHERS)):
            there = [x for x in sold(made, month, *parts) if x is not None]
            assert not there or sum(there) == whole
        for part in ("", SEARCH, ADS, CREAMS):
            now = made.month(month, part)
            made_of = product(now)
            assert made_of is None or abs(made_of - now[SALES]) <= max(NEAR * now[SALES], D("0.01"))
