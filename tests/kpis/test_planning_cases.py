"""The planning cases of domain.md 3.8: shares, days, channels and returns."""

import datetime as dt
from decimal import Decimal as D

import pytest

from kpis.planning.channels import Way, bought, break_even, contribution, cost_by_return, pay_back
from kpis.planning.days import Pin, check, day_weights, shared
from kpis.planning.need import visitors_needed
from kpis.planning.shares import (
    Contradiction,
    aligned_shape,
    exact,
    months_by_quarter,
    parts_of,
    spread,
    weekday_index,
)
from opsplan.lib.periods import Period

YEAR = [100, 120, 140, 200, 400, 600, 750, 850, 1100, 1300, 2000, 1500]
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
WEEK = [D(1), D(1), D("1.05"), D("1.05"), D(1), D("0.9"), D("0.9")]
WEIGHTS = day_weights(NOVEMBER, WEEK, lambda _day: None, {})
ELEVENTH = dt.date(2026, 11, 11)


def cents(number: D) -> D:
    return number.quantize(D("0.01"))


def test_the_shares_of_a_year_sum_to_one() -> None:  # T-03
    permille = parts_of(D("100.00"), YEAR)
    assert permille[10] == D("22.08")
    assert sum(permille) == D("100.00")
    assert cents(D(4_800_000) / D(9_060_000) * 100) == D("52.98")


def test_the_found_template_asks_for_visitors_and_money() -> None:  # T-05
    assert visitors_needed(D(645_000), D(198), D("0.015")) == 217_172
    assert parts_of(D(645_000) * D("0.08"), [80, 20]) == [D(41_280), D(10_320)]
    assert cents(D(51_600) / 31) == D("1664.52")
    assert visitors_needed(D(500_000), D(198), D("0.015")) == 168_351
    assert parts_of(D(500_000) * D("0.08"), [1]) == [D(40_000)]
    assert cents(D(500_000) * D("0.08") / 28) == D("1428.57")


def test_a_year_of_paid_visitors_costs_what_its_channels_cost() -> None:  # T-06
    orders = D(14_500_000) / 730
    uv = orders / D("0.03")
    assert (cents(orders), cents(uv), cents(uv / 365)) == (D("19863.01"), D("662100.46"), D("1813.97"))
    ways = [
        Way("zhitongche", D("0.45"), D(10)),
        Way("zuanzhan", D("0.40"), D(5)),
        Way("taobaoke", D("0.10"), commission=D("0.10"), conversion=D("0.01")),
        Way("offsite", D("0.05"), D("0.8")),
    ]
    found = bought(uv / 365 * D("0.35"), ways, D("0.03"), D(730))
    assert [cents(x.cost) for x in found] == [D("2857.01"), D("1269.78"), D("46.35"), D("25.40")]
    day = sum(x.cost for x in found)
    assert (cents(day), cents(day * 365)) == (D("4198.53"), D("1532464.61"))
    assert cents(day * 365 / D(14_500_000) * 100) == D("10.57")


def test_november_with_double_11_reserved_is_shared_to_the_fen() -> None:  # T-07
    days = shared(D(2_000_000), NOVEMBER, WEIGHTS, {ELEVENTH: Pin(amount=D(600_000))}).amounts
    by_weekday = [{days[day] for day in NOVEMBER if day.weekday() == n and day.day != 11} for n in range(7)]
    assert by_weekday == [{D(x)} for x in ["49209.14"] * 2 + ["51669.60"] * 2 + ["49209.14"] + ["44288.22"] * 2]
    assert days[ELEVENTH] == 600_000
    assert sum(days.values()) == D("2000000.00")


def test_reserved_days_cannot_take_more_than_the_month() -> None:
    with pytest.raises(Contradiction):
        check(D(100), NOVEMBER, WEIGHTS, {ELEVENTH: Pin(amount=D(101))})
    all_of_it = {ELEVENTH: Pin(amount=D(100))}
    check(D(100), NOVEMBER, WEIGHTS, all_of_it)
    assert {x for day, x in shared(D(100), NOVEMBER, WEIGHTS, all_of_it).amounts.items() if day != ELEVENTH} == {0}


def test_weekday_means_become_an_index() -> None:  # T-08
    index = weekday_index([D(x) for x in (30000, 28000, 29400, 30800, 32200, 36400, 35000)])
    assert [cents(x) for x in index] == [D(x) for x in ("1.07", "1.00", "1.05", "1.10", "1.15", "1.30", "1.25")]
    assert cents(sum(index)) == D("7.92")


def test_a_day_of_paid_visitors_by_channel() -> None:  # T-14
    ways = [
        Way("zhitongche", D("0.45"), D("1.2")),
        Way("zuanzhan", D("0.40"), D("0.8")),
        Way("taobaoke", D("0.10"), commission=D("0.10"), conversion=D("0.01"), per_buyer=D("66.7")),
        Way("offsite", D("0.05"), D("0.8")),
    ]
    found = bought(2500 * D("0.35"), ways, D("0.04"), D("66.7"))
    assert [cents(x.cost) for x in found] == [D("472.50"), D("280.00"), D("5.84"), D("35.00")]
    day = sum(x.cost for x in found)
    assert (cents(day), D("23800.08") <= day * 30 <= D("23800.10")) == (D("793.34"), True)
    assert cents(day * 30 / 200_000 * 100) == D("11.90")


def test_a_budget_by_the_return_of_each_channel() -> None:  # T-15
    costs = [cost_by_return(D(30_000), D("2.5")), cost_by_return(D(18_000), D("1.5")), D(12_000) * D("0.10")]
    assert costs == [12_000, 12_000, 1_200]
    assert cents(D(60_000) / sum(costs)) == D("2.38")
    assert cost_by_return(D(1), D(0)) is None


def test_the_return_from_which_ads_pay() -> None:  # T-16, T-17
    assert [break_even(D(x)) for x in ("0.4", "0.25", "0")] == [D("2.5"), D(4), None]
    rate = contribution(D("0.50"), refunds=D("0.15"), fee=D("0.05"), freight=D("0.06"), shipped=D("0.90"))
    assert rate == D("0.3285")
    assert cents(break_even(rate)) == D("3.04")


def test_a_new_customer_pays_back_in_orders() -> None:  # T-18
    assert pay_back(D(200), D(300)) == 1
    assert pay_back(D(200), D(10)) == 20
    assert pay_back(D(200), D(0)) is None


def test_a_changed_total_leaves_locked_parts_alone() -> None:
    assert spread(D(100), [D(10), D(20), D(30)], [True, False, False]) == [10, 36, 54]
    assert spread(D(10), [None, None, None], [False] * 3) == [D("3.34"), D("3.33"), D("3.33")]
    assert spread(D(10), [None, D(5)], [True, False]) == [0, 10]  # a locked cell that is empty stays empty
    assert spread(D(10), [D(10), D(5)], [True, False]) == [10, 0]
    with pytest.raises(Contradiction, match="more than"):
        spread(D(5), [D(10), None], [True, False])
    with pytest.raises(Contradiction, match="All parts"):
        spread(D(50), [D(10)], [True])


def test_a_year_by_quarters_sums_to_the_year() -> None:
    months = months_by_quarter(D(1000), [D(23), D(25), D(22), D(30)], YEAR)
    assert months[:3] == [D("63.89"), D("76.67"), D("89.44")]  # 230 by 100, 120, 140; two fen to the largest fractions
    assert months[6:9] == [D("61.11"), D("69.26"), D("89.63")]  # 220 by 750, 850, 1100
    assert sum(months) == 1000


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (D(1) / 3, "0.333333333333333"),
        (D(2000) / 3, "666.666666666667"),
        (D("0.00012345678901234567"), "0.0001234567890123"),
        (D("4000.00"), "4000"),
        (D(0), "0"),
    ],
)
def test_a_number_is_kept_in_fifteen_digits_as_both_databases_can(number: D, kept: str) -> None:
    assert str(exact(number)) == kept


def test_a_festival_that_moves_takes_its_days_along() -> None:
    first = dt.date(2025, 1, 1)
    sold = {first + dt.timedelta(days=n): D(10) for n in range(365)}
    for n in range(-2, 3):
        sold[dt.date(2025, 1, 29) + dt.timedelta(days=n)] = D(0)
    shape = aligned_shape(sold, 2026, [(dt.date(2025, 1, 29), dt.date(2026, 2, 17), 2)])
    assert shape[:3] == [310, 230, 310]


def test_the_29th_of_february_takes_after_the_28th() -> None:
    sold = {day: D(10) for day in Period(dt.date(2027, 1, 1), dt.date(2027, 12, 31))} | {dt.date(2027, 2, 28): D(99)}
    assert aligned_shape(sold, 2028, [])[:3] == [310, 27 * 10 + 99 + 99, 310]


def test_a_month_without_ordinary_days_is_stood_in_for_by_the_year() -> None:
    """All of January 2025 belonged to a festival, which lies in March this year."""
    sold = {day: D(10) for day in Period(dt.date(2025, 2, 1), dt.date(2025, 12, 31))}
    sold |= {dt.date(2025, 1, day): D(100) for day in range(2, 32)}  # of the 1st nothing is known
    shape = aligned_shape(sold, 2026, [(dt.date(2025, 1, 16), dt.date(2026, 3, 16), 15)])
    assert shape[:4] == [310, 280, 3000, 300]
