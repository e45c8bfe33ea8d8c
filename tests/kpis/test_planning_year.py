"""The year's sheet: the founding table, locks, totals that break back, and what must hold after any edits."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.planning.costs import COST, RATIO, Costs, spent
from kpis.planning.factors import AOV, CVR, NEAR, SALES, UV, Month, edited, product
from kpis.planning.shares import Contradiction
from kpis.planning.year import MONTHS, SPANS, Cell, Edit, Row, Sheet, month_days

UVS = (1200, 1200, 1900, 2500, 4000, 5000, 5500, 5800, 6000, 6200, 8600, 6500)
CVRS = ("3.5", "3.5", "3.5", "4.0", "4.8", "5.0", "5.2", "5.5", "6.0", "6.0", "6.5", "6.5")
AOVS = ("79.4", "95.2", "70.2", "66.7", "69.4", "80.0", "87.4", "88.8", "101.9", "116.5", "119.3", "118.3")
AMOUNTS = tuple(D(x) * 10_000 for x in (10, 12, 14, 20, 40, 60, 75, 85, 110, 130, 200, 150))
ADS, SHOW = "promo_cost:zhitongche", "promo_cost:zuanzhan"
ROWS = [
    Row(SALES, "money", "sum"),
    Row(UV, "count", "day"),
    Row(CVR, "rate", "solved"),
    Row(AOV, "money", "solved"),
    Row("pay_order_cnt", "count", "made"),
    Row("daily_orders", "ratio", "made"),
    Row("promo_cost", "money", "sum"),
    Row(ADS, "money", "sum", is_channel=True),
    Row(SHOW, "money", "sum", is_channel=True),
    Row("cost_ratio", "rate", "solved"),
    Row("shop_roi", "ratio", "made"),
    Row("gross_rate", "rate", "level", SALES),
    Row("gifts", "count", "sum"),
]


def sheet(basis: str = "30") -> Sheet:
    return Sheet(ROWS, month_days(2026, basis), {})


def founding(basis: str = "30") -> Sheet:
    made = sheet(basis)
    made.apply(
        [
            Edit(row, (month,), D(values[month - 1]) / (100 if row == CVR else 1))
            for row, values in ((UV, UVS), (CVR, CVRS), (AOV, AOVS))
            for month in MONTHS
        ]
    )
    return made


def lock(of: Sheet, *places: tuple[str, int]) -> None:
    for row, month in places:
        old = of.cell(row, month)
        of.cells[row, month] = Cell(old.value, True, old.held)


def typed(of: Sheet, row: str, months: int | str, value: object, give: str = "") -> None:
    span = SPANS[months] if isinstance(months, str) else (months,)
    of.apply([Edit(row, span, None if value is None else D(str(value)))], give)


def cents(number: D | None) -> D:
    assert number is not None
    return number.quantize(D("0.01"))


def test_the_founding_table_comes_out() -> None:  # T-01, T-04
    made = founding()
    days = [cents(made.value(SALES, month) / 30) for month in MONTHS]
    assert days[3:7] == [D("6670.00"), D("13324.80"), D("20000.00"), D("24996.40")]
    assert days[7:11] == [D("28327.20"), D("36684.00"), D("43338.00"), D("66688.70")]
    assert days[11] == D("49981.75")  # domain.md writes it with one decimal; its year needs this one
    assert made.value(SALES, 4) == 200_100
    assert made.total(SALES) == D("9060370.50")
    assert made.total(UV) * 360 == 1_632_000
    assert (made.total(CVR) * 100).quantize(D("0.01")) == D("5.53")
    assert cents(made.total(AOV)) == D("100.30")
    assert made.total("pay_order_cnt") == 90_330
    assert made.value("daily_orders", 12) == D("422.5")


def test_real_days_change_what_a_month_sells() -> None:
    made = founding()
    made.rebase(month_days(2026, "real"))
    assert made.value(SALES, 5) == D("13324.80") * 31
    assert made.value(UV, 5) == 4000
    assert made.value("pay_order_cnt", 2) == 1200 * 28 * D("0.035")
    made.rebase(month_days(2026, "30"))
    typed(made, SALES, 5, 400_000)
    made.rebase(month_days(2026, "real"))
    assert made.value(SALES, 5) == 400_000  # typed: visitors give way, 400,000 / 31 / 4.8 % / 69.4
    assert made.value(UV, 5).quantize(D("0.01")) == D("3873.45")


def test_typed_month_amounts_stand_and_visitors_give_way() -> None:
    made = founding()
    made.apply([Edit(SALES, (month,), AMOUNTS[month - 1]) for month in MONTHS])
    assert made.total(SALES) == D(9_060_000)
    assert [made.total(SALES, SPANS[q]) for q in ("q1", "q2", "q3", "q4")] == [360_000, 1_200_000, 2_700_000, 4_800_000]
    assert made.value(CVR, 9) == D("0.06")
    assert made.value(UV, 9).quantize(D("0.0001")) == D("5997.1650")
    assert all(product(made.month(month)) == AMOUNTS[month - 1] for month in MONTHS)


def test_a_kept_amount_makes_conversion_give_way_to_visitors() -> None:  # the picture: September
    made = founding()
    typed(made, SALES, 9, 1_100_000)
    typed(made, UV, 9, 6400)
    assert (made.value(CVR, 9) * 100).quantize(D("0.01")) == D("5.62")
    assert (made.value(SALES, 9), made.value(AOV, 9)) == (1_100_000, D("101.9"))
    typed(made, UV, 9, 6000, give=AOV)
    assert made.value(AOV, 9) > D("101.9")


def test_what_is_typed_together_stands_together() -> None:
    made = founding()
    made.apply([Edit(UV, (9,), D(6400)), Edit(SALES, (9,), D(1_100_000))])
    assert (made.value(UV, 9), made.value(SALES, 9)) == (6400, 1_100_000)
    factors = [Edit(UV, (9,), D(6000)), Edit(CVR, (9,), D("0.05")), Edit(AOV, (9,), D(100))]
    made.apply(factors)
    assert made.value(SALES, 9) == 900_000  # all three factors: the amount gives way and follows them from now on
    typed(made, UV, 9, 3000)
    assert made.value(SALES, 9) == 450_000
    lock(made, (SALES, 9))
    with pytest.raises(Contradiction, match="differ by more"):
        made.apply(factors)


def test_nothing_sold_needs_no_factor_and_something_cannot_come_of_nothing() -> None:
    made = founding()
    made.apply([Edit(SALES, (4,), D(0)), Edit(UV, (4,), D(0))])
    assert (made.value(CVR, 4), made.value(AOV, 4)) == (D("0.04"), D("66.7"))
    with pytest.raises(Contradiction, match="out of nothing"):
        made.apply([Edit(SALES, (5,), D(10)), Edit(UV, (5,), D(0))])
    nobody = Month(30, {SALES: D(0), UV: D(0), CVR: D(1), AOV: D(1)}, frozenset([UV, CVR, AOV]), held=True)
    assert edited(nobody, {SALES: D(0)}) == nobody


def test_everybody_may_buy() -> None:
    assert edited(Month(1, {UV: D(10), AOV: D(10)}), {SALES: D(100)})[CVR] == 1


def test_parts_that_make_nothing_yet_ask_nothing_of_the_factors() -> None:
    assert edited(Month(30, {UV: D(1), CVR: D(1)}, by_parts=True), {UV: D(2)})[SALES] is None


def test_a_lock_is_stepped_around_and_never_moved() -> None:
    made = founding()
    typed(made, SALES, 9, 1_100_000)
    lock(made, (CVR, 9))
    typed(made, UV, 9, 6400)
    assert made.value(CVR, 9) == D("0.06")
    assert made.value(AOV, 9) < D("101.9")
    with pytest.raises(Contradiction, match="is locked"):
        typed(made, CVR, 9, "0.05")


def test_locks_that_disagree_by_more_than_a_thousandth_are_refused() -> None:
    made = founding()
    lock(made, (UV, 4), (CVR, 4), (AOV, 4))
    typed(made, SALES, 4, 200_000)  # the founding rounding: 0.05 % beside 200,100
    assert made.value(UV, 4) == 2500
    with pytest.raises(Contradiction, match="more than"):
        typed(made, SALES, 4, 201_000)


def test_the_amount_can_be_emptied_to_follow_its_factors_again() -> None:
    made = founding()
    typed(made, SALES, 4, 150_000)
    typed(made, SALES, 4, None)
    assert cents(made.value(SALES, 4)) == D("150000.00")
    typed(made, UV, 4, 2500)
    assert made.value(SALES, 4) == 200_100


def test_a_missing_factor_is_found_as_soon_as_the_others_stand() -> None:
    made = sheet()
    typed(made, SALES, 1, 200_000)
    typed(made, CVR, 1, "0.04")
    assert made.value(UV, 1) is None
    typed(made, AOV, 1, "66.7")
    assert made.value(UV, 1).quantize(D("0.01")) == D("2498.75")


def test_a_factor_that_followed_goes_with_all_it_was_made_of() -> None:
    def left(*emptied: str, first: str = "") -> list[D | None]:
        made = sheet()
        typed(made, SALES, 1, 200_000)
        typed(made, CVR, 1, "0.04")
        typed(made, AOV, 1, 100)  # visitors follow: 200,000 / (0.04 x 100 x 30)
        if first:
            lock(made, (first, 1))
        made.apply([Edit(row, (1,), None) for row in emptied])
        return [made.value(row, 1) and round(made.value(row, 1) or 0) for row in (SALES, UV)]

    assert left(SALES, CVR, AOV) == [None, None]
    assert left(SALES, CVR) == [None, 1667]  # a factor somebody typed still stands
    assert left(CVR, AOV) == [200_000, 1667]
    assert left(SALES, CVR, AOV, first=UV) == [None, 1667]


def test_a_conversion_above_one_is_refused() -> None:
    made = founding()
    typed(made, SALES, 1, 100_000)
    with pytest.raises(Contradiction, match="everybody"):
        typed(made, UV, 1, 2)


def test_a_typed_year_breaks_back_to_the_fen_and_spares_locks() -> None:
    made = founding()
    lock(made, (SALES, 11))
    typed(made, SALES, "year", "10000000.01")
    assert made.total(SALES) == D("10000000.01")
    assert made.value(SALES, 11) == D("2000661.00")
    typed(made, SALES, "q1", 400_000)
    assert made.total(SALES, SPANS["q1"]) == 400_000


def test_a_typed_year_rate_moves_all_free_months_alike() -> None:
    made = founding()
    lock(made, (CVR, 11))
    typed(made, CVR, "year", "0.06")
    assert round(made.total(CVR), 12) == D("0.06")
    assert made.value(CVR, 11) == D("0.065")
    typed(made, UV, "year", 5000)
    assert round(made.total(UV), 9) == 5000
    typed(made, AOV, "q4", 120)
    assert round(made.total(AOV, SPANS["q4"]), 9) == 120


def test_a_year_rate_goes_into_all_months_where_none_has_one_and_else_only_into_those() -> None:
    made = sheet()
    typed(made, CVR, "year", "0.05")
    assert {made.value(CVR, month) for month in MONTHS} == {D("0.05")}
    made = sheet()
    typed(made, UV, 1, 100)
    typed(made, CVR, 1, "0.04")
    typed(made, CVR, "year", "0.05")
    assert [made.value(CVR, month) for month in (1, 2)] == [D("0.05"), None]
    assert (made.value("daily_orders", 1), made.value("daily_orders", 2)) == (5, None)
    made.cells.pop((UV, 1))
    assert made.value("daily_orders", 1) is None  # one factor makes no orders


def test_a_year_rate_out_of_reach_is_refused() -> None:
    made = founding()
    lock(made, *((UV, month) for month in MONTHS if month > 1))
    with pytest.raises(Contradiction, match="no room"):
        typed(made, UV, "year", 100)


def test_a_free_month_may_have_to_move_far_to_make_up_for_the_locked_ones() -> None:
    """Eleven months of 30 days at 100 visitors a day are locked; of the twelfth, 1, a year of 200 asks for
    12 x 200 - 11 x 100 = 1300 a day, of 91.75 a day 12 x 91.75 - 11 x 100 = 1."""
    made = sheet()
    made.apply([Edit(UV, (month,), D(100 if month > 1 else 1)) for month in MONTHS])
    lock(made, *((UV, month) for month in MONTHS if month > 1))
    typed(made, UV, "year", 200)
    assert round(made.value(UV, 1), 9) == 1300
    typed(made, UV, "year", "91.75")
    assert round(made.value(UV, 1), 9) == 1
    assert round(made.total(UV), 9) == D("91.75")


def test_a_year_rate_ends_where_a_month_would_be_above_its_bound() -> None:
    """All months have as many visitors; eleven are locked at 2 %: a year of 9 % asks for 12 x 9 - 11 x 2 = 86 % of the
    free one, a year of 11 % for 110 %."""
    made = sheet()
    made.apply([Edit(row, (month,), D(value)) for row, value in ((UV, "100"), (CVR, "0.02")) for month in MONTHS])
    lock(made, *((CVR, month) for month in MONTHS if month > 1))
    typed(made, CVR, "year", "0.09")
    assert round(made.value(CVR, 1), 9) == D("0.86")
    with pytest.raises(Contradiction, match="above") as refused:
        typed(made, CVR, "year", "0.11")
    assert refused.value.params["most"] == "100 %"


def test_channels_make_the_cost_and_the_cost_makes_channels() -> None:
    made = founding()
    typed(made, ADS, 9, 90_000)
    typed(made, SHOW, 9, 30_000)
    assert made.value("promo_cost", 9) == 120_000
    typed(made, "cost_ratio", 9, "0.08")
    assert made.value("promo_cost", 9) == D("88041.60")
    assert made.value(ADS, 9) + made.value(SHOW, 9) == D("88041.60")
    assert made.value(ADS, 9) == D("66031.20")
    lock(made, ("promo_cost", 9))
    typed(made, ADS, 9, 80_000)
    assert made.value(SHOW, 9) == D("8041.60")
    with pytest.raises(Contradiction):
        typed(made, ADS, 9, 90_000)


def test_a_locked_share_of_sales_makes_the_cost_follow_sales() -> None:
    made = founding()
    typed(made, "cost_ratio", 6, "0.12")
    lock(made, ("cost_ratio", 6))
    typed(made, UV, 6, 10_000)
    assert made.value("promo_cost", 6) == D("144000.00")
    with pytest.raises(Contradiction, match="cost is set"):
        typed(made, "promo_cost", 6, 5)


def test_a_cost_without_channels_stays_when_sales_move() -> None:
    now = spent(Costs(D(200), D(50), D("0.5")), {})
    assert (now.total, now.ratio) == (50, D("0.25"))


def test_an_emptied_share_empties_the_cost_and_its_channels() -> None:
    now = spent(Costs(D(100), D(30), D("0.3"), {ADS: D(20), SHOW: D(10)}, frozenset([SHOW])), {RATIO: None})
    assert (now.total, now.parts) == (None, {ADS: None, SHOW: 10})


def test_a_cost_may_be_a_fen_beside_its_locked_share() -> None:
    locked = Costs(D(100), D(30), D("0.3"), locked=frozenset([RATIO]))
    assert spent(locked, {COST: D("30.01")}).total == 30
    with pytest.raises(Contradiction, match="cost is set"):
        spent(locked, {COST: D("30.02")})


def test_a_share_of_sales_needs_sales() -> None:
    with pytest.raises(Contradiction, match="first"):
        typed(sheet(), "cost_ratio", 6, "0.12")


def test_levels_are_weighted_and_whole_pieces_stay_whole() -> None:
    made = founding()
    typed(made, "gross_rate", 1, "0.2")
    typed(made, "gross_rate", 11, "0.4")
    assert made.total("gross_rate").quantize(D("0.0001")) == D("0.3905")
    typed(made, "gifts", "year", 100)
    assert sum(made.value("gifts", month) for month in MONTHS) == 100
    assert all(made.value("gifts", month) % 1 == 0 for month in MONTHS)


def test_a_locked_level_stands() -> None:
    made = founding()
    typed(made, "gross_rate", 1, "0.2")
    lock(made, ("gross_rate", 1))
    with pytest.raises(Contradiction, match="is locked"):
        typed(made, "gross_rate", 1, "0.3")


def test_what_nobody_planned_has_no_total() -> None:
    assert [sheet().total(row) for row in (SALES, UV, CVR, "gross_rate", "shop_roi", "gifts")] == [None] * 6


def test_a_computed_row_cannot_be_typed() -> None:
    with pytest.raises(Contradiction, match="worked out"):
        typed(founding(), "shop_roi", 1, 5)


EDITS = st.tuples(
    st.sampled_from([SALES, UV, CVR, AOV, "promo_cost", ADS, SHOW, "cost_ratio"]),
    st.sampled_from([1, 2, 5, 11, "q1", "q4", "year"]),
    st.integers(1, 400),
)
SIZE = {SALES: 5000, UV: 25, CVR: D("0.0005"), AOV: 1, "promo_cost": 900, ADS: 700, SHOW: 300, "cost_ratio": D("0.001")}
LOCKS = st.lists(
    st.tuples(st.sampled_from([SALES, UV, CVR, AOV, "promo_cost", ADS]), st.sampled_from(MONTHS)), max_size=5
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(EDITS, max_size=6), LOCKS)
def test_after_any_edits_parts_make_the_whole_and_locks_stand(edits: list, locks: list) -> None:
    made = founding()
    typed(made, ADS, "year", 700_000)
    typed(made, SHOW, "year", 300_000)
    lock(made, *locks)
    before = dict(made.cells)
    for row, months, size in edits:
        kept = dict(made.cells)
        try:
            typed(made, row, months, size * SIZE[row])
        except Contradiction:
            made.cells = kept
            continue
        if made.rows[row].adds == "sum":
            span = SPANS[months] if isinstance(months, str) else (months,)
            assert made.total(row, span) == size * SIZE[row]
    for month in MONTHS:
        now = made.month(month)
        assert abs(product(now) - now[SALES]) <= max(NEAR * now[SALES], D("0.01"))
        assert made.value(ADS, month) + made.value(SHOW, month) == made.value("promo_cost", month)
    assert sum(made.value(SALES, month) for month in MONTHS) == made.total(SALES)
    assert all(made.cells[place].value == before[place].value for place in locks)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 10**9), st.integers(1, 60_000), st.integers(1, 900), st.integers(1, 99_999))
def test_solving_and_multiplying_out_again_is_the_same(fen: int, uv: int, cvr: int, aov: int) -> None:
    made = sheet("real")
    made.apply([Edit(UV, (2,), D(uv)), Edit(CVR, (2,), D(cvr) / 1000), Edit(AOV, (2,), D(aov) / 100)])
    typed(made, SALES, 2, D(fen) / 100)
    assert product(made.month(2)) == D(fen) / 100
