"""A month under way, by hand: T-09 of the domain, with even days and with the weekday weights of T-07."""

import datetime as dt
from decimal import Decimal

import pytest

from kpis import pacing, queries
from kpis.sums import targets
from opsplan.lib.periods import Period
from stores.models import Store
from tests.kpis.facts import count, cover, order

SEPTEMBER = Period(dt.date(2026, 9, 1), dt.date(2026, 9, 30))
CLOSED = Period(dt.date(2026, 9, 1), dt.date(2026, 9, 14))
WEEK = [Decimal(x) for x in ("1", "1", "1.05", "1.05", "1", "0.9", "0.9")]
WEIGHTS = {day: WEEK[day.weekday()] for day in SEPTEMBER}
TARGET, ACTUAL = Decimal(1_100_000), Decimal(420_000)


def test_even_days_bear_one_each() -> None:
    closed, days = pacing.borne(CLOSED), pacing.borne(SEPTEMBER)
    assert (closed, days) == (14, 30)
    assert f"{pacing.time_progress(closed, days):.4f}" == "0.4667"
    assert pacing.projection(ACTUAL, closed, days) == 900_000
    assert pacing.need_per_day(TARGET, ACTUAL, days - closed) == Decimal("42500")


def test_weighed_days_move_progress_and_projection() -> None:
    closed, days = pacing.borne(CLOSED, WEIGHTS), pacing.borne(SEPTEMBER, WEIGHTS)
    assert (closed, days) == (Decimal("13.80"), Decimal("29.65"))
    assert f"{pacing.time_progress(closed, days):.4f}" == "0.4654"
    assert f"{pacing.projection(ACTUAL, closed, days, 14):.2f}" == "902391.30"


def test_the_first_three_days_project_nothing_however_heavy_they_are() -> None:
    assert pacing.projection(Decimal(10), Decimal(9), Decimal(39), 3) is None


def test_a_day_cannot_bear_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        pacing.borne(CLOSED, {CLOSED.first: Decimal(-1)})


def test_the_pace_of_a_month_goes_by_its_weights(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    targets.set_target(store, "pay_amt", SEPTEMBER.first, "1100000")
    cover(store, "orders", CLOSED.first, CLOSED.last)
    order(store, CLOSED.first, "420000")
    count(store)
    even = queries.pace(store, SEPTEMBER.first, "pay_amt")
    weighed = queries.pace(store, SEPTEMBER.first, "pay_amt", WEIGHTS)
    assert (even.projection, f"{weighed.projection:.2f}") == (900_000, "902391.30")
    assert (f"{weighed.expected:.2f}", weighed.closed_days, weighed.need_per_day) == ("511973.02", 14, 42_500)
