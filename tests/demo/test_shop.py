"""The year of the demo shops, day by day; no file, no database."""

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

import pytest

from kpis.demo.sales import Counter
from kpis.demo.shop import CHENLU, SHOPS, XINYA, DayPlan, Month, day_plans, missing_day, part_open
from kpis.demo.targets import target_values

TODAY = dt.date(2026, 12, 31)
# domain.md 3.1: yuan a month
TABLE = [100, 120, 140, 200, 400, 600, 750, 850, 1100, 1300, 2000, 1500]


@pytest.fixture(scope="module")
def plans() -> list[DayPlan]:
    return day_plans(CHENLU, TODAY)


def by_month(plans: list[DayPlan]) -> dict[tuple[int, int], float]:
    sums: dict[tuple[int, int], float] = defaultdict(float)
    for plan in plans:
        sums[plan.day.year, plan.day.month] += plan.sales
    return sums


def test_this_year_follows_the_table(plans: list[DayPlan]) -> None:
    sums = by_month(plans)
    for month in range(1, 12):
        assert sums[2026, month] == pytest.approx(TABLE[month - 1] * 1000, rel=0.04)


def test_the_year_before_is_78_percent(plans: list[DayPlan]) -> None:
    sums = by_month(plans)
    assert sum(sums[2025, x] for x in range(1, 13)) == pytest.approx(sum(TABLE) * 1000 * 0.78, rel=0.03)


def test_visitors_conversion_and_basket_follow_the_table(plans: list[DayPlan]) -> None:
    june = [x for x in plans if (x.day.year, x.day.month) == (2026, 6)]
    visitors, buyers = sum(x.uv for x in june), sum(x.sales / x.aov for x in june)
    assert visitors / 30 == pytest.approx(5000, rel=0.03)
    assert buyers / visitors == pytest.approx(0.05, rel=0.05)


def test_no_week_around_new_year_loses_more_than_three_fifths(plans: list[DayPlan]) -> None:
    sales = {x.day: x.sales for x in plans}
    monday = dt.date(2025, 12, 15)
    weeks = [sum(sales[monday + dt.timedelta(days=7 * w + d)] for d in range(7)) for w in range(6)]
    assert all(later > earlier * 0.4 for earlier, later in pairwise(weeks))


@pytest.mark.parametrize(("month", "day"), [(6, 18), (11, 11), (12, 12)])
def test_sale_days_are_the_peak_of_their_month(plans: list[DayPlan], month: int, day: int) -> None:
    same = {x.day: x.sales for x in plans if (x.day.year, x.day.month) == (2025, month)}
    assert max(same, key=lambda x: same[x]).day == day


def test_it_covers_25_months_up_to_yesterday(plans: list[DayPlan]) -> None:
    assert (plans[0].day, plans[-1].day) == (dt.date(2024, 12, 1), dt.date(2026, 12, 30))


def test_a_young_shop_starts_on_its_first_day_and_grows() -> None:
    young = day_plans(XINYA, TODAY)
    assert young[0].day == XINYA.opened_on(TODAY)
    assert sum(x.sales for x in young[-14:]) > 2 * sum(x.sales for x in young[:14])


def test_the_month_a_shop_opens_in_is_aimed_at_for_its_days_only() -> None:
    """22 August to the end are ten days of 31."""
    today = dt.date(2026, 11, 22)
    assert XINYA.opened_on(today) == dt.date(2026, 8, 22)
    parts = {month: part_open(XINYA, dt.date(2026, month, 1), today) for month in (7, 8, 9)}
    assert parts == {7: 0, 8: Fraction(10, 31), 9: 1}
    plan = Month(900, 0.03, 50.0, 31_000)
    values = target_values(plan, 1.0, parts[8])
    assert (values["real_amt"], values["uv"]) == (10_000, 900)  # yuan of the month, visitors a day


def test_the_two_least_popular_styles_fade_over_the_last_three_months() -> None:
    counter = Counter(CHENLU, TODAY)
    assert counter.fading == {"CL-FS028", "CL-TZ042"}
    months = [(2025, 12), (2026, 9), (2026, 10), (2026, 11), (2026, 12)]
    assert [counter.waned(*x) for x in months] == [1, 1, 0.75, 0.35, 0.12]
    before, now = ([0, *counter.mood_at(0.5, left)[0].weights] for left in (1, 0.12))
    parts = [round((d - c) / (b - a), 4) for (a, b), (c, d) in zip(pairwise(before), pairwise(now), strict=True)]
    assert {x.code: part for x, part in zip(CHENLU.styles, parts, strict=True) if part != 1} == {
        "CL-FS028": 0.12, "CL-TZ042": 0.12,
    }  # fmt: skip


@pytest.mark.parametrize("shop", SHOPS)
def test_the_same_date_gives_the_same_days_and_another_date_others(shop) -> None:
    first = day_plans(shop, TODAY, small=True)
    assert day_plans(shop, TODAY, small=True) == first
    assert day_plans(shop, TODAY - dt.timedelta(days=1), small=True) != first


@pytest.mark.parametrize(
    ("today", "day"), [("2026-11-22", "2026-11-14"), ("2026-11-14", "2026-10-14"), ("2026-01-03", "2025-12-14")]
)
def test_the_missing_day_is_a_14th_that_is_over(today: str, day: str) -> None:
    assert missing_day(dt.date.fromisoformat(today)).isoformat() == day
