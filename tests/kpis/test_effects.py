"""The log-mean split, by hand."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from kpis.effects import split

FACTOR = st.decimals(min_value="0.01", max_value="1000", places=4)


def test_one_factor_that_moves_alone_explains_the_whole_change():
    assert split([D(100), D("0.05"), D(80)], [D(150), D("0.05"), D(80)], D(200)) == [D("200.00"), D(0), D(0)]


def test_two_factors_that_double_share_the_change_in_half():
    assert split([D(10), D(10)], [D(20), D(20)], D(300)) == [D("150.00"), D("150.00")]


def test_opposite_moves_cancel_to_nothing():
    parts = split([D(10), D(40)], [D(20), D(20)], D(0))  # 400 before, 400 after; L = 400
    assert parts == [D("277.26"), D("-277.26")]  # 400 x ln 2


def test_a_zero_factor_has_no_split():
    assert split([D(0), D(5)], [D(3), D(5)], D(15)) is None


@given(st.lists(st.tuples(FACTOR, FACTOR), min_size=3, max_size=3))
def test_the_parts_sum_to_the_change_to_the_cent(pairs):
    before, after = [x for x, _ in pairs], [y for _, y in pairs]
    change = (after[0] * after[1] * after[2] - before[0] * before[1] * before[2]).quantize(D("0.01"))
    assert sum(split(before, after, change)) == change
