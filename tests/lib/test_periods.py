"""Weeks, months, quarters and months away, against the wall calendar."""

import datetime as dt

import pytest

from opsplan.lib.periods import UNITS, Period, add_months

D = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("unit", "day", "first", "last"),
    [
        ("week", "2026-11-22", "2026-11-16", "2026-11-22"),  # a Sunday ends its week
        ("week", "2027-01-01", "2026-12-28", "2027-01-03"),
        ("month", "2028-02-29", "2028-02-01", "2028-02-29"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-01-01", "2026-01-01", "2026-03-31"),
        ("quarter", "2026-09-30", "2026-07-01", "2026-09-30"),
        ("quarter", "2026-12-31", "2026-10-01", "2026-12-31"),
        ("year", "2026-06-15", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_day_lies_in_its_unit(unit: str, day: str, first: str, last: str) -> None:
    assert UNITS[unit](D(day)) == Period(D(first), D(last))


def test_both_ends_belong_to_a_period() -> None:
    three = Period(D("2026-02-27"), D("2026-03-01"))
    assert [f"{day:%d}" for day in three] == ["27", "28", "01"]
    assert len(three) == 3
    assert [D(x) in three for x in ("2026-02-26", "2026-02-27", "2026-03-01", "2026-03-02")] == [0, 1, 1, 0]
    with pytest.raises(ValueError, match="before it starts"):
        Period(D("2026-03-01"), D("2026-02-28"))


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", -9, ""),  # February has no 30th
        ("2026-03-31", -1, ""),
        ("2028-02-29", -12, ""),
        ("2028-02-29", -48, "2024-02-29"),
        ("2026-05-31", 25, ""),
        ("2026-05-30", 25, "2028-06-30"),
    ],
)
def test_a_day_number_that_a_month_lacks_has_no_counterpart(day: str, months: int, there: str) -> None:
    assert add_months(D(day), months) == (D(there) if there else None)
