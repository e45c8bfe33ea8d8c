"""Uplift against a baseline, by hand: 8 weeks before a campaign from Monday 7 to Wednesday 9 December 2026."""

import datetime as dt
from decimal import Decimal as D

import numpy as np
import pytest

from campaigns.reviewing import Facts, ages
from campaigns.uplift import Effect, base_days, effect, quantile
from opsplan.lib.periods import Period

FIRST = dt.date(2026, 12, 7)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(3)]
BASE = base_days(FIRST, ())
pytestmark = pytest.mark.once


def flat(weekday: str = "100", weekend: str = "200") -> dict[dt.date, D | None]:
    return {day: D(weekend if day.weekday() > 4 else weekday) for day in BASE}


def rounded(found: Effect | None) -> tuple[str, ...]:
    assert found is not None
    return tuple(f"{x:.2f}" for x in (found.actual, found.expected, found.low, found.high))


def test_the_base_is_eight_weeks_without_the_days_of_other_sales() -> None:
    assert (len(BASE), BASE[0], BASE[-1]) == (56, dt.date(2026, 10, 12), dt.date(2026, 12, 6))
    assert dt.date(2026, 11, 11) not in base_days(FIRST, {dt.date(2026, 11, 11)})


@pytest.mark.parametrize(
    ("days", "sold", "want"),
    [
        (DAYS, "150", ("450.00", "300.00", "150.00", "150.00")),  # three weekdays of 100
        ([dt.date(2026, 12, 11), dt.date(2026, 12, 12)], "250", ("500.00", "300.00", "200.00", "200.00")),  # Fri, Sat
        (DAYS, "60", ("180.00", "300.00", "-120.00", "-120.00")),
    ],
)
def test_against_the_same_weekdays_before(days: list[dt.date], sold: str, want: tuple[str, ...]) -> None:
    assert rounded(effect(flat() | dict.fromkeys(days, D(sold)), BASE, days)) == want


def test_what_the_control_did_too_is_no_uplift() -> None:
    mine, others = flat() | dict.fromkeys(DAYS, D(150)), flat("1000", "1000") | dict.fromkeys(DAYS, D(1200))
    found = effect(mine, BASE, DAYS, others)  # the others sold 1.2 times as much: 3 x 120 was to be had anyway
    assert rounded(found) == ("450.00", "360.00", "90.00", "90.00")


def test_a_control_counts_as_far_as_both_moved_together_before() -> None:
    others = {day: D(1000 + (200 if n // 7 % 2 else -200)) for n, day in enumerate(BASE)}  # every other week 1.2 or 0.8
    half = {day: D(100 + (10 if n // 7 % 2 else -10)) for n, day in enumerate(BASE)}  # moved half as far
    found = effect(half | dict.fromkeys(DAYS, D(150)), BASE, DAYS, others | dict.fromkeys(DAYS, D(2000)))
    assert found is not None
    assert found.pull is not None
    assert round(found.pull, 6) == D("0.5")
    assert rounded(found)[1] == "450.00"  # twice the usual there: one and a half times here


def test_a_control_that_moved_the_other_way_is_left_out() -> None:
    others = {day: D(1000 + (200 if n // 7 % 2 else -200)) for n, day in enumerate(BASE)}
    against = {day: D(100 - (10 if n // 7 % 2 else -10)) for n, day in enumerate(BASE)}
    sold = against | dict.fromkeys(DAYS, D(150))
    found = effect(sold, BASE, DAYS, others | dict.fromkeys(DAYS, D(2000)))
    assert found == effect(sold, BASE, DAYS)


def test_a_trend_is_carried_on() -> None:
    rising = {day: D(100) + n for n, day in enumerate(BASE)}  # +1 a day: 156, 157, 158 were to come
    found = effect(rising | dict.fromkeys(DAYS, D(200)), BASE, DAYS)
    assert found is not None
    assert abs(found.expected - 471) < 4  # each weekday grows from its own mean, so not to the yuan
    assert abs(found.a_week - D("0.055")) < D("0.002")  # 7 of 127.5


@pytest.mark.parametrize("a_day", [0, 3])
def test_the_interval_is_that_of_least_squares(a_day: int) -> None:
    noise = [((n * 37) % 23 - 11) + a_day * n for n in range(len(BASE))]
    sold = {day: D(1000 + x) for day, x in zip(BASE, noise, strict=True)} | dict.fromkeys(DAYS, D(1100))
    found = effect(sold, BASE, DAYS)
    design = np.array([[day.weekday() == w for w in range(7)] + [n] for n, day in enumerate(BASE)], float)
    asked = np.array([[day.weekday() == w for w in range(7)] + [len(BASE) + n] for n, day in enumerate(DAYS)], float)
    y = np.array([float(sold[day]) for day in BASE])
    beta, _left, _rank, _sv = np.linalg.lstsq(design, y, rcond=None)
    scatter = np.sqrt(((y - design @ beta) ** 2).sum() / (56 - 8))
    total = asked.sum(axis=0)
    width = 2.0 * scatter * np.sqrt(3 + total @ np.linalg.inv(design.T @ design) @ total)
    assert found is not None
    assert float(found.expected) == pytest.approx((asked @ beta).sum(), rel=0.002)
    assert float(found.high - found.low) == pytest.approx(2 * width, rel=0.02)
    assert found.is_certain


def test_the_interval_holds_the_truth_nineteen_times_of_twenty() -> None:
    draw, hits = np.random.default_rng(7), 0
    for _time in range(100):
        sold = {day: D(str(round(x, 2))) for day, x in zip([*BASE, *DAYS], draw.normal(1000, 120, 59), strict=True)}
        found = effect(sold, BASE, DAYS)
        assert found is not None
        hits += found.low <= 0 <= found.high
    assert 89 <= hits <= 99


def test_too_few_days_say_nothing() -> None:
    assert effect(dict.fromkeys(BASE[-13:], D(100)) | dict.fromkeys(DAYS, D(150)), BASE, DAYS) is None
    just = effect(dict.fromkeys(BASE[-14:], D(100)) | dict.fromkeys(DAYS, D(150)), BASE, DAYS)
    assert rounded(just) == ("450.00", "300.00", "150.00", "150.00")
    assert effect(flat(), BASE, DAYS) is None  # none of the days is known
    assert effect(dict.fromkeys([*BASE, *DAYS], D(0)), BASE, DAYS) is None  # never sold anything


def test_a_day_that_is_not_known_counts_on_neither_side() -> None:
    sold = flat() | {DAYS[0]: D(150), DAYS[1]: None, DAYS[2]: D(150)}
    found = effect(sold, BASE, DAYS)
    assert rounded(found) == ("300.00", "200.00", "100.00", "100.00")
    assert found is not None
    assert found.days == (DAYS[0], DAYS[2])


def test_a_day_the_control_does_not_know_counts_on_neither_side() -> None:
    others = flat("50", "50") | {DAYS[0]: D(50), DAYS[1]: None, DAYS[2]: D(100)}
    assert rounded(effect(flat() | dict.fromkeys(DAYS, D(150)), BASE, DAYS, others))[:2] == ("300.00", "300.00")


@pytest.mark.parametrize("a_day", [0, 0.004])
def test_the_interval_with_a_control_is_that_of_least_squares_too(a_day: float) -> None:
    draw = np.random.default_rng(3)
    moved = draw.normal(1, 0.1, 59) + a_day * np.arange(59)  # a control that grows is known by trend and pull at once
    sold = {
        day: D(str(round(1000 * m + e, 2)))
        for day, m, e in zip([*BASE, *DAYS], moved, draw.normal(0, 30, 59), strict=True)
    }
    others = {day: D(str(round(500 * m, 4))) for day, m in zip([*BASE, *DAYS], moved, strict=True)}
    found = effect(sold, BASE, DAYS, others)
    every = np.array(
        [[day.weekday() == w for w in range(7)] + [n, float(others[day])] for n, day in enumerate([*BASE, *DAYS])],
        float,
    )
    design, asked, y = every[:56], every[56:].sum(axis=0), np.array([float(sold[day]) for day in BASE])
    beta, _left, _rank, _sv = np.linalg.lstsq(design, y, rcond=None)
    scatter = np.sqrt(((y - design @ beta) ** 2).sum() / (56 - 9))
    width = 2.0 * scatter * np.sqrt(3 + asked @ np.linalg.inv(design.T @ design) @ asked)
    assert found is not None
    assert float(found.expected) == pytest.approx(asked @ beta, rel=0.01)
    assert float(found.high - found.low) == pytest.approx(2 * width, rel=0.1)


def test_quantiles_fall_towards_two() -> None:
    assert [quantile(x) for x in (1, 6, 30, 300)] == [D("12.706"), D("2.447"), D("2.042"), D("2.0")]


@pytest.mark.parametrize(
    ("expected", "low", "high", "told"),
    [
        ("400", "1", "99", (D(50), D("0.125"), True)),
        ("400", "0", "100", (D(50), D("0.125"), False)),
        ("500", "-99", "-1", (D(-50), D("-0.1"), True)),
        ("500", "-100", "0", (D(-50), D("-0.1"), False)),
        ("0", "400", "500", (D(450), None, True)),
    ],
)
def test_how_much_more_was_sold_and_whether_that_is_certain(
    expected: str, low: str, high: str, told: tuple[D, D | None, bool]
) -> None:
    found = Effect(D(450), D(expected), D(low), D(high), tuple(DAYS), 56, D(0))
    assert (found.more, found.rate, found.is_certain) == told


def test_refunds_of_an_age_no_order_has_reached_are_unknown_not_none() -> None:
    """A campaign of 9-12 November looked at with the 22nd as the last whole day: its oldest orders are 13 days old."""
    span = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 12))
    facts = Facts(span, {}, {}, {}, frozenset(), dt.date(2026, 11, 22), [(1, 2, D(20)), (9, 1, D(5))])
    told = [(x.first, x.cases, x.amount, x.is_over) for x in ages(facts)]
    assert told == [
        (0, 2, 20, True),
        (4, 0, 0, True),
        (8, 1, 5, False),
        (16, None, None, False),
        (31, None, None, False),
    ]
