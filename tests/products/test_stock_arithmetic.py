"""Stock arithmetic by hand: T-34, T-35, T-44 as written, velocity, cover, orders, slow movers, forecasts."""

import datetime as dt
from decimal import Decimal

import pytest

from products import stock
from products.stock import Arrival, Level, Line

TODAY = dt.date(2026, 11, 4)


def after(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def test_t44_available_to_promise() -> None:
    assert stock.available(800, 50, 0, 60) == 690
    assert stock.available(800, 50, 400, 60) == 290


@pytest.mark.parametrize(("on_hand", "said"), [(29, Level.ALERT), (30, Level.OK), (49, Level.OK), (50, Level.FULL)])
def test_t34_a_hero_alerts_below_30_and_is_full_from_50(on_hand: int, said: Level) -> None:
    assert stock.level(on_hand, 30, 50) is said


def test_t34_the_decision_is_due_seven_days_before_the_campaign() -> None:
    assert stock.decide_by(dt.date(2026, 11, 11)) == dt.date(2026, 11, 4)


def test_t35_units_a_campaign_needs() -> None:
    assert stock.campaign_need(Decimal(8), Decimal(5), 3, Decimal("1.2"), 120) == 264


def test_without_a_line_nothing_alerts() -> None:
    assert stock.level(0, 0, 0) is Level.NONE


@pytest.mark.parametrize(
    ("told", "a_day"),
    [
        ((70, 7, 140, 28), Decimal(8)),  # 0.6 x 10 + 0.4 x 5
        ((40, 4, 140, 28), Decimal(8)),  # three days unknown: 40 in four days are 10 a day
        ((None, 0, 140, 28), Decimal(5)),
        ((0, 7, 0, 28), Decimal(0)),
        ((None, 0, None, 0), None),
    ],
)
def test_velocity_weighs_the_last_week_more(told: tuple[int | None, int, int | None, int], a_day: Decimal) -> None:
    assert stock.velocity(*told) == a_day


@pytest.mark.parametrize(
    ("units", "a_day", "days"),
    [(120, Decimal(8), Decimal(15)), (-5, Decimal(8), Decimal(0)), (120, Decimal(0), None), (120, None, None)],
)
def test_days_of_cover(units: int, a_day: Decimal | None, days: Decimal | None) -> None:
    assert stock.cover(units, a_day) == days


def line_of(alert: int | None, target: int | None, *, hero: bool, a_day: str | None) -> tuple[int, int, str]:
    pace = None if a_day is None else Decimal(a_day)
    found = stock.line(alert, target, is_hero=hero, hero=(30, 50), a_day=pace, lead_days=14, cover_days=30)
    return found.alert, found.target, found.why


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ((None, None, False, "8"), (112, 352, "pace")),  # 8 x 14, 8 x 44
        ((None, None, False, None), (0, 0, "pace")),
        ((None, None, True, "1"), (30, 50, "hero")),
        ((None, None, True, "8"), (112, 352, "hero")),  # a hero that sells more than 30 during a delivery
        ((20, 60, True, "8"), (20, 60, "rule")),
        ((400, None, False, "8"), (400, 400, "rule")),
        ((None, 60, True, "1"), (30, 60, "rule")),
    ],
)
def test_the_line_is_somebodys_or_the_heroes_or_the_pace(asked: tuple, answer: tuple) -> None:
    alert, target, hero, a_day = asked
    assert line_of(alert, target, hero=hero, a_day=a_day) == answer


def order(free: int, arrivals: list[Arrival], pack: int = 1) -> tuple[int, int, int | None] | None:
    found = stock.replenishment(
        free, Decimal(8), Line(112, 352, "pace"), arrivals, TODAY, lead_days=14, pack=pack, cost_fen=1350
    )
    return found and (found.units, found.packs, found.tied_fen)


def test_nothing_is_proposed_while_there_is_enough() -> None:
    assert order(112, []) is None


def test_an_order_fills_up_to_the_target_in_whole_packs() -> None:
    assert order(100, []) == (252, 252, 252 * 1350)
    assert order(100, [], pack=24) == (264, 11, 264 * 1350)
    assert order(100, [], pack=0) == (252, 252, 252 * 1350)  # no pack: by the piece


def test_what_arrives_in_time_counts_and_is_not_ordered_again() -> None:
    assert order(100, [Arrival(after(14), 12)]) is None
    assert order(50, [Arrival(after(10), 40)]) == (262, 262, 262 * 1350)


def test_goods_due_after_a_new_order_could_be_here_do_not_hide_the_gap() -> None:
    assert order(50, [Arrival(after(15), 100)]) == (202, 202, 202 * 1350)  # asked for now, but 100 fewer
    # what is due in four months is no help, however much it is; these 302 will be sold long before
    assert order(50, [Arrival(after(120), 100)]) == order(50, [Arrival(after(120), 900)]) == (302, 302, 302 * 1350)


def test_until_much_comes_later_an_order_keeps_stock_at_its_line() -> None:
    much = Arrival(after(20), 900)  # six days after a new order could be here: 112 + 6 x 8 - 50
    assert order(50, [much]) == (110, 110, 110 * 1350)
    assert order(160, [much]) is None
    unsold = stock.replenishment(5, None, Line(30, 50, "hero"), [much], TODAY, lead_days=14)
    assert unsold is not None
    assert unsold.units == 25


def test_the_proposal_says_when_it_runs_out_and_by_when_to_order() -> None:
    found = stock.replenishment(120, Decimal(4), Line(150, 200, "rule"), [], TODAY, lead_days=14)
    assert found is not None
    assert (found.runs_out, found.order_by, found.tied_fen, found.is_early) == (after(30), after(16), None, False)


@pytest.mark.parametrize(("free", "early"), [(74, False), (75, True)])  # at one a day, ordered 14 days before
def test_an_order_that_can_wait_over_60_days_is_early(free: int, early: bool) -> None:
    found = stock.replenishment(free, Decimal(1), Line(80, 90, "rule"), [], TODAY, lead_days=14)
    assert found is not None
    assert (found.order_by, found.is_early) == (after(free - 14), early)


@pytest.mark.parametrize(
    ("last_sold", "listed", "days", "dead"),
    [(after(-30), after(-200), 30, False), (after(-90), after(-200), 90, True), (None, after(-95), None, True)],
)
def test_stock_without_a_sale_is_slow_after_30_days_and_dead_after_90(
    last_sold: dt.date | None, listed: dt.date, days: int | None, dead: bool
) -> None:
    found = stock.slow(10, last_sold, listed, TODAY, 30, 90)
    assert found == stock.Slow(days, dead)


@pytest.mark.parametrize(
    ("on_hand", "last_sold", "listed"),
    [(0, None, after(-99)), (9, after(-29), after(-99)), (9, None, after(-29))],
)
def test_what_is_gone_sells_or_is_new_is_not_slow(on_hand: int, last_sold: dt.date | None, listed: dt.date) -> None:
    assert stock.slow(on_hand, last_sold, listed, TODAY, 30, 90) is None


def test_slow_stock_is_never_cleared_below_the_floor() -> None:
    assert stock.clearance_price(12000, Decimal("0.7")) == 8400
    assert stock.clearance_price(9999, Decimal("0.7")) == 7000  # 6999.3 rounded up: never under it
    assert stock.clearance_price(None, Decimal("0.7")) is None


def test_the_forecast_sells_on_and_lets_orders_arrive() -> None:
    points = stock.forecast(20, Decimal(8), [Arrival(after(2), 30), Arrival(after(-3), 5)], TODAY, 4)
    assert [n for _day, n in points] == [20, 17, 39, 31, 23]  # the overdue 5 come tomorrow
    assert stock.forecast(20, None, [], TODAY, 4) == []
    assert [n for _day, n in stock.forecast(10, Decimal(8), [], TODAY, 3)] == [10, 2, 0, 0]


def test_history_walks_back_from_what_is_there() -> None:
    moved = {TODAY: -3, after(-1): 50, after(-2): -10}
    found = stock.history(100, moved, TODAY, 4)
    assert [units for _day, units in found] == [63, 63, 53, 103, 100]  # nothing moved three days ago
    assert (found[0][0], found[-1][0]) == (after(-4), TODAY)


def test_an_order_is_spread_so_that_the_skus_end_up_level() -> None:
    assert stock.spread(30, [10, 0, 20]) == [10, 20, 0]
    assert stock.spread(30, [10, 0, 20], pack=12) == [12, 24, 0]
    assert stock.spread(5, []) == []


def test_a_pace_that_does_not_end_is_not_rounded_up_to_a_unit_more() -> None:
    pace = stock.velocity(93, 7, 372, 28)
    assert pace is not None
    assert stock.campaign_need(pace, Decimal(1), 14, Decimal(1), 0) == 186
    assert stock.campaign_need(pace + Decimal("0.001"), Decimal(1), 14, Decimal(1), 0) == 187
