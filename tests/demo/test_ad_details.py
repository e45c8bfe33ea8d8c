"""Keywords and regions of the demo are parts of what its account spent."""

import datetime as dt

import pytest

from kpis.demo.ad_details import KEYWORDS, REGIONS, Part, detail_rows
from kpis.demo.ads import AdDay

DAY = dt.date(2026, 11, 20)
pytestmark = pytest.mark.once


def account(day: int) -> AdDay:
    return AdDay("zhitongche", 12_345 + day, 4_000, 151, 40_001, 7, 12)


@pytest.mark.parametrize(("kind", "parts"), [("keyword", KEYWORDS["chenlu"]), ("region", REGIONS["chenlu"])])
def test_the_parts_of_all_days_come_to_the_account(kind: str, parts: tuple[Part, ...]) -> None:
    days = [(DAY + dt.timedelta(days=n), account(n)) for n in range(20)]
    rows = list(detail_rows(parts, days, kind))
    assert len(rows) == 20 * len(parts)
    whole = [sum(float(row[name]) for row in rows) for name in ("花费", "展现量", "点击量", "总成交笔数", "总成交金额")]
    exact = [2470.9, 80_000, 3_020, 140, 8000.2]
    assert all(abs(a - b) <= len(parts) / 2 for a, b in zip(whole, exact, strict=True))
    assert all(float(row["点击量"]) <= float(row["展现量"]) for row in rows)
