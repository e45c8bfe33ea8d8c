"""The log-mean and Shapley splits, by hand."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from kpis.effects import shapley, split, to_fen

FACTOR = st.decimals(min_value="0.01", max_value="1000", places=4)
ANY = st.decimals(min_value="-50", max_value="1000", places=2)


def test_one_factor_that_moves_alone_explains_the_whole_change():
    assert split([D(100), D("0.05"), D(80)], [D(150), D("0.05"), D(80)], D(200)) == [D("200.00"), D(0), D(0)]


def test_two_factors_that_double_share_the_change_in_half():
    assert split([D(10), D(10)], [D(20), D(20)], D(300)) == [D("150.00"), D("150.00")]


def test_a_factor_that_doubles_twice_explains_twice_as_much():
    # 1000 x 4 % x 50 = 2000 to 4000 x 8 % x 50 = 16000: ln 4 : ln 2 : 0 = 2 : 1 : 0 of 14000; 9333.33 + 4666.67
    parts = split([D(1000), D("0.04"), D(50)], [D(4000), D("0.08"), D(50)], D(14000))
    assert parts == [D("9333.33"), D("4666.67"), D("0.00")]


def test_opposite_moves_cancel_to_nothing():
    parts = split([D(10), D(40)], [D(20), D(20)], D(0))  # 400 before, 400 after; L = 400
    assert parts == [D("277.26"), D("-277.26")]  # 400 x ln 2 = 277.258...; the fraction of the second part is larger


def test_the_left_over_fen_goes_to_the_largest_fraction():
    assert to_fen([D("0.333"), D("0.334"), D("0.333")], D("1.00")) == [D("0.33"), D("0.34"), D("0.33")]
    assert to_fen([D("-0.005"), D("0.005")], D("0.00")) == [D("0.00"), D("0.00")]  # floors -0.01 and 0.00; one fen left
    assert to_fen([D("1.00"), D("1.00")], D("1.99")) == [D("0.99"), D("1.00")]  # a fen too much goes back


def test_equal_fractions_give_the_fen_to_the_earlier_part():
    assert to_fen([D(1) / 3] * 3, D("1.00")) == [D("0.34"), D("0.33"), D("0.33")]


def test_from_zero_the_shapley_split_shares_what_moved_together():
    # 100 visitors, nobody bought, 50 each -> 200 visitors, 2 %, 50: the change is 200.
    # visitors move first: 0, conversion then 200; conversion first: 100, visitors then 100 -> 50 and 150
    assert split([D(100), D(0), D(50)], [D(200), D("0.02"), D(50)], D(200)) == [D("50.00"), D("150.00"), D("0.00")]


def test_a_negative_factor_is_split_by_shapley_too():
    # 10 x 5 = 50 to 20 x -3 = -60: visitors ((20-10)x5 + (20-10)x-3) / 2 = 10, value (10x-8 + 20x-8) / 2 = -120
    assert split([D(10), D(5)], [D(20), D(-3)], D(-110)) == [D("10.00"), D("-120.00")]


def test_nothing_on_both_sides_explains_nothing():
    assert split([D(0), D(0), D(0)], [D(0), D(0), D(0)], D(0)) == [D(0), D(0), D(0)]


@given(st.lists(st.tuples(FACTOR, FACTOR), min_size=3, max_size=3))
def test_the_parts_sum_to_the_change_to_the_cent(pairs):
    before, after = [x for x, _ in pairs], [y for _, y in pairs]
    change = (after[0] * after[1] * after[2] - before[0] * before[1] * before[2]).quantize(D("0.01"))
    assert sum(split(before, after, change)) == change


@given(st.lists(st.tuples(ANY, ANY), min_size=2, max_size=3))
def test_shapley_parts_sum_to_the_difference_of_the_products(pairs):
    before, after = D(1), D(1)
    for x, y in pairs:
        before, after = before * x, after * y
    assert abs(sum(shapley([x for x, _ in pairs], [y for _, y in pairs])) - (after - before)) < D("1e-12")
