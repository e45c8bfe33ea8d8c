"""Planning and pacing, by the cases of domain.md 3.8."""

from decimal import Decimal

import pytest

from kpis import pacing, planning


@pytest.mark.parametrize(
    ("sales", "per_buyer", "conversion", "answer"),
    [
        ("200", "1", "0.02", "10000"),  # T-02: orders instead of yuan
        ("30", "1", "0.02", "1500"),
        ("645000", "198", "0.015", "217172"),  # T-05
        ("500000", "198", "0.015", "168351"),
        ("1100000", "101.9", "0.06", "179915"),  # T-10
        ("-5", "101.9", "0.06", "0"),
    ],
)
def test_visitors_needed_are_rounded_up(sales: str, per_buyer: str, conversion: str, answer: str) -> None:
    assert planning.visitors_needed(Decimal(sales), Decimal(per_buyer), Decimal(conversion)) == int(answer)


def test_without_a_rate_no_number_of_visitors_is_enough() -> None:
    assert planning.visitors_needed(Decimal(5), Decimal(0), Decimal("0.06")) is None


def test_growth_a_day_compounds() -> None:  # T-12
    rate = planning.daily_growth(Decimal(12000), Decimal(10000))
    assert rate is not None
    assert round(rate, 4) == Decimal("0.0264")
    assert round(10000 * (1 + rate) ** 7) == 12000


@pytest.mark.parametrize(
    ("now", "before", "answer"),
    [("0", "10", -1), ("1", "0.5", Decimal("0.104090")), ("5", "0", None), ("5", "-1", None), ("-1", "10", None)],
)
def test_there_is_no_growth_from_nothing_nor_to_below_it(now: str, before: str, answer: Decimal | None) -> None:
    rate = planning.daily_growth(Decimal(now), Decimal(before))
    assert (rate if rate is None else round(rate, 6)) == answer


def test_a_month_at_its_pace() -> None:  # T-09
    target, actual, closed, days = Decimal(1100000), Decimal(420000), Decimal(14), Decimal(30)
    assert round(pacing.expected(target, closed, days) or 0, 2) == Decimal("513333.33")
    assert pacing.projection(actual, closed, days) == 900000
    assert pacing.need_per_day(target, actual, days - closed) == 42500
    assert pacing.need_per_day(target, target + 1, days - closed) == 0
    assert pacing.need_per_day(target, actual, Decimal(0)) is None
    assert pacing.projection(actual, Decimal(3), days) is None
    assert pacing.time_progress(closed, days) == closed / days


def test_days_that_bear_nothing_tell_nothing() -> None:
    nothing = Decimal(0)
    assert pacing.expected(Decimal(100), nothing, nothing) is None
    assert pacing.time_progress(nothing, nothing) is None
    assert pacing.projection(Decimal(100), nothing, Decimal(30), 14) is None
