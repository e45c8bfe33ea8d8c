"""The goal over the phases: shares by hand, prices in yuan, hours of 10 and 11 December 2026."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from campaigns.live import HOUR, Facts, read
from campaigns.rhythm import USUAL, Span, parts, shares, weighed

START = dt.datetime(2026, 12, 9, 16, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)
pytestmark = pytest.mark.once


def spans(*told: tuple[float, float, int]) -> list[Span]:
    """(from, to) in hours since the start, share."""
    return [Span(f"{n}", START + a * HOUR, START + b * HOUR, D(share)) for n, (a, b, share) in enumerate(told)]


@pytest.mark.parametrize(
    ("own", "parts"),
    [
        ({"peak": None}, {"peak": 100}),
        ({"warm_up": None, "peak": None}, {"warm_up": D("18.75"), "peak": D("81.25")}),  # 15 and 65 of 80
        ({"warm_up": D(40), "peak": None, "encore": None}, {"warm_up": 40, "peak": D("48.75"), "encore": D("11.25")}),
        ({"warm_up": D(30), "peak": D(70)}, {"warm_up": 30, "peak": 70}),
    ],
)
def test_a_share_that_is_typed_holds_and_the_rest_goes_by_the_usual(own: dict[str, Any], parts: dict[str, Any]) -> None:
    assert shares(own, USUAL) == parts


@pytest.mark.parametrize("own", [{"peak": D(90)}, {"warm_up": D(60), "peak": D(41)}, {"a": D(101), "b": None}])
def test_it_rejects_shares_that_are_not_the_whole(own: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"90|101"):
        shares(own, USUAL)


def test_phases_bear_their_shares_and_hours_within_them_their_pattern() -> None:
    shape = weighed({START: D(1), START + HOUR: D(3)}, spans((0, 2, 20), (2, 4, 80)))
    assert [shape[START + n * HOUR] for n in range(4)] == [5, 15, 40, 40]


def test_a_phase_that_begins_within_an_hour_and_a_gap_between_two_are_exact() -> None:
    told = spans((0.5, 1, 10), (2, 2.5, 90))
    facts = Facts(START + HALF, START + 2.5 * HOUR, None, {}, weighed({}, told), "phases", D(1000), "goal")
    now = read(facts)
    assert [hour.expected for hour in now.hours] == [100, 0, 900]
    assert [part.expected for part in parts(now, told)] == [100, 900]


def test_an_hour_across_two_phases_is_told_by_its_minutes() -> None:
    told = spans((0, 0.5, 50), (0.5, 2, 50))
    sold = {START: (D(80), 1, 1)}
    facts = Facts(START, START + 2 * HOUR, START + HOUR, sold, weighed({}, told), "phases", D(600), "goal")
    now = read(facts)
    assert [hour.expected for hour in now.hours] == [400, 200]  # 300 + a third of 300, then two thirds
    assert [part.sold for part in parts(now, told)] == [40, 40]
