"""A running campaign: sales by hour against the plan, and what is off. Prices in yuan, hours of 10 December 2026."""

import datetime as dt
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from campaigns.live import HOUR, Complaints, Facts, Stock, Trigger, by_day, expected_hours, read, running_totals

ZONE = ZoneInfo("Asia/Shanghai")
START = dt.datetime(2026, 12, 10, 0, tzinfo=ZONE).astimezone(dt.UTC)
pytestmark = pytest.mark.once


def facts(known: float | None, sold: dict[int, str] | None = None, **more: object) -> Facts:
    """Two days; `known` and the keys of `sold` in hours from the start, each an order of one piece."""
    told = {START + n * HOUR: (D(amount), 1, 1) for n, amount in (sold or {}).items()}
    usual = {"end": START + 48 * HOUR, "shape": {}, "shape_from": "even", "total": D(4800), "total_from": "goal"}
    at = None if known is None else START + dt.timedelta(hours=known)
    return Facts(start=START, known=at, sold=told, **usual | more)


def kinds(of: Facts, *triggers: Trigger) -> list[str]:
    return [alarm.kind for alarm in read(of, triggers).alarms]


@pytest.mark.parametrize(
    ("known", "expected"), [(None, 0), (0, 0), (1, 100), (1.5, 150), (47.75, 4775), (48, 4800), (60, 4800)]
)
def test_without_a_pattern_the_plan_is_spread_evenly(known: float | None, expected: int) -> None:
    assert read(facts(known)).expected == expected


def test_the_pattern_says_which_hours_bear_the_plan() -> None:
    shape = {START: D(3), START + 20 * HOUR: D(9)}
    assert read(facts(1, shape=shape)).expected == 1200  # 3 of 12
    assert read(facts(20, shape=shape)).expected == 1200
    assert read(facts(20.5, shape=shape)).expected == 3000  # half of the hour that bears three quarters


def test_a_start_within_an_hour_bears_only_its_part() -> None:
    late = Facts(START + HOUR / 2, START + 2 * HOUR, None, {}, {}, "even", D(300), "goal")
    assert list((expected_hours(late) or {}).values()) == [100, 200]
    assert read(Facts(START + HOUR / 2, START + 2 * HOUR, START + HOUR, {}, {}, "even", D(300), "goal")).expected == 100


def test_hours_that_were_not_imported_are_not_known() -> None:
    live = read(facts(2, {0: "50", 1: "30"}))
    assert [hour.amount for hour in live.hours[:3]] == [50, 30, None]
    assert (live.amount, live.orders, live.share) == (80, 2, D("0.4"))
    assert [row[1] for row in running_totals(live.hours)[:3]] == [50, 80, None]


def test_where_it_leads_is_told_once_a_twentieth_of_the_plan_lies_behind() -> None:
    assert read(facts(2, {0: "80"})).projection is None
    assert read(facts(12, {0: "600"})).projection == 2400  # half of what was expected


def test_days_are_those_of_the_store() -> None:
    live = read(facts(25, {23: "10", 24: "20"}))
    assert by_day(live.hours, ZONE) == [
        (dt.date(2026, 12, 10), 10, 2400, 1),
        (dt.date(2026, 12, 11), 20, 2400, 1),
    ]


def test_far_under_plan_is_less_than_three_fifths_after_three_hours() -> None:
    assert kinds(facts(2.9, {0: "1"})) == []
    assert kinds(facts(3, {0: "179"})) == ["weak"]
    assert kinds(facts(3, {0: "180"})) == []
    assert kinds(facts(3, {0: "1"}, total_from="past")) == []  # nobody promised more


def test_the_limit_of_plan_b_goes_before_ours() -> None:
    plan = Trigger("weak", D(80), "加投直通车")
    [alarm] = read(facts(3, {0: "239"}), [plan]).alarms
    assert (alarm.kind, alarm.numbers["limit"], alarm.numbers["answer"]) == ("weak", "0.8", "加投直通车")
    assert kinds(facts(3, {0: "240"}), plan) == []


@pytest.mark.parametrize(
    ("sold", "quantity", "free", "want"),
    [
        (5, 10, -2, ["oversold"]),
        (11, 10, 50, ["beyond"]),
        (10, 10, 50, []),
        (5, None, 0, []),
        (5, None, None, []),
    ],
)
def test_more_sold_than_there_is(sold: int, quantity: int | None, free: int | None, want: list[str]) -> None:
    assert kinds(facts(1, products=[Stock(7, "面霜", sold, D(0), quantity, free)])) == want


def test_almost_sold_out_is_what_plan_b_says() -> None:
    goods = [Stock(7, "面霜", 8, D(0), 10, 50), Stock(8, "面膜", 0, D(0), None, 3)]
    assert kinds(facts(1, products=goods)) == []
    assert kinds(facts(1, products=goods), Trigger("sold_out", D(3), "下架")) == ["sold_out"]  # 2 of 10 are left


def test_what_is_left_lasts_at_the_pace_since_the_start() -> None:
    assert Stock(7, "面霜", 8, D(0), 10, 50).lasts(4 * HOUR) == 1
    assert Stock(7, "面霜", 0, D(0), 10, 50).lasts(4 * HOUR) is None


@pytest.mark.parametrize(
    ("told", "want"),
    [
        (Complaints(refunds=5, orders=99, usual=D("0.02")), ["complaints"]),
        (Complaints(refunds=5, orders=100, usual=D("0.02")), []),  # not above 5 %
        (Complaints(refunds=4, orders=10), []),  # too few
        (Complaints(refunds=10, orders=100, usual=D("0.06")), []),  # usually 6 %: the line is 12 %
        (Complaints(disputes=5, usual_disputes=D(2)), ["disputes"]),
        (Complaints(bad=9, usual_bad=D(5)), []),
    ],
)
def test_a_wave_of_complaints(told: Complaints, want: list[str]) -> None:
    assert kinds(facts(1, complaints=told)) == want


def test_without_a_goal_nothing_is_expected() -> None:
    live = read(facts(5, {0: "1"}, total=None, total_from=""))
    assert (live.expected, live.share, live.projection, live.alarms) == (None, None, None, ())
