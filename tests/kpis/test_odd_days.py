"""Days that calendars and shops are odd on, by hand: the ends of months, 29 February, a day nobody told of, a day of
refunds alone, more fake orders than sales."""

import datetime as dt
from collections.abc import Mapping

import pytest

from kpis import queries
from kpis.models import Entry, Target
from opsplan.lib import clock
from opsplan.lib.periods import Period
from stores.models import Store
from tests.kpis.facts import count, cover, line, march, order, refund, span, spend, traffic

Day = dt.date


@pytest.fixture
def leap(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Yuan by day; every other day of February 2023 and from January to March 10, 2024 is told, and sold nothing."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2024-04-02")
    sales = {
        Day(2023, 2, 27): "40", Day(2023, 2, 28): "100", Day(2024, 1, 29): "35", Day(2024, 1, 31): "10",
        Day(2024, 2, 22): "20", Day(2024, 2, 27): "60", Day(2024, 2, 28): "150", Day(2024, 2, 29): "70",
        Day(2024, 3, 29): "140", Day(2024, 3, 30): "7", Day(2024, 3, 31): "9",
    }  # fmt: skip
    for first, last in ((Day(2023, 2, 1), Day(2023, 2, 28)), (Day(2024, 1, 1), Day(2024, 3, 31))):
        cover(store, "orders", first, last)
    for n, (day, pay) in enumerate(sales.items()):
        order(store, day, pay, buyer=n % 3)
    Target.objects.create(store=store, metric="real_amt", month=Day(2024, 2, 1), value=2900, updated_at=clock.now())
    count(store)
    return store


ENDS = [
    ("02-29", "02-29", {"yoy": "None", "mom": "-0.533333", "lm_growth": "1.000000", "lm_same": "1",
                        "target_amt": "100.00", "goal_rate": "0.700000", "avg_growth": "0.195980"}),
    ("02-28", "02-29", {"yoy": "0.500000", "real_amt": "220.00", "goal_rate": "1.100000"}),
    ("02-01", "02-29", {"yoy": "1.142857", "mom": "5.666667", "target_amt": "2900.00", "run_rate_need": "None",
                        "goal_rate": "0.103448", "time_progress": "1.000000", "progress_gap": "-0.896552"}),
    ("03-29", "03-31", {"lm_growth": "None", "lm_same": "1", "mom": "None", "target_amt": "None"}),
    ("03-28", "03-29", {"lm_growth": "-0.363636"}),
    ("03-30", "03-31", {"lm_growth": "None", "lm_same": "None"}),
    ("03-01", "03-31", {"mom": "-0.480000", "pay_amt": "156.00", "yoy": "None"}),
]  # fmt: skip


@pytest.mark.parametrize(("first", "last", "answers"), ENDS)
def test_ends_of_months_and_the_29_of_february(leap: Store, first: str, last: str, answers: Mapping[str, str]) -> None:
    period = Period(*(Day.fromisoformat(f"2024-{x}") for x in (first, last)))
    found = queries.figures(leap, list(answers), period, compare=())
    assert {key: str(figure.value) for key, figure in found.items()} == answers


@pytest.fixture
def holes(store: Store) -> Store:
    """10 March: 100 and 200 yuan, 50 visitors; 11: nobody told; 12: 120 given back, 30 visitors; 13: 80 yuan of the
    first buyer of the 10th, less 100 of fake orders, visitors not told, 30 for ads."""
    for day in (10, 12, 13):
        for kind in ("orders", "lines", "refunds"):
            cover(store, kind, day)
    line(order(store, 10, "100", buyer=1), "100")
    of = order(store, 10, "200", buyer=2)
    line(of, "200", 2)
    refund(of, 12, "120", qty=1)
    line(order(store, 13, "80", buyer=1), "80")
    traffic(store, 10, 50)
    traffic(store, 12, 30)
    spend(store, 13, "zhitongche", "30")
    for measure, amount in (("brush_amt", 100), ("brush_cnt", 2)):
        Entry.objects.create(store=store, measure=measure, day=march(13), value=amount, updated_at=clock.now())
    count(store)
    return store


ODD = [
    (10, 13, {
        "pay_amt": "380.00", "refund_amt": "120.00", "net_amt": "260.00", "real_amt": "280.00", "refund_cnt": "1",
        "refund_rate_amt": "0.315789", "refund_rate_amt_pay": "0.315789", "refund_rate_cnt": "0.333333",
        "pay_buyers": "2", "aov_buyer": "190.00", "arpu": "190.00", "aov_order": "126.67", "unit_price": "95.00",
        "upt": "1.333333", "items_per_buyer": "2.000000", "repeat_rate": "0.500000", "new_buyers": "2",
        "old_buyer_share": "0.000000", "uv": "80", "uv_value": "3.75", "pay_cvr": "0.025000",
        "order_uv_cvr": "0.025000", "real_order_cnt": "1", "daily_orders": "0.333333", "daily_units": "1.333333",
        "valid_order_cnt": "3",
        "cost_ratio": "None", "shop_roi": "-0.666667", "cac": "None",
    }),
    (11, 11, dict.fromkeys(("pay_amt", "net_amt", "pay_buyers", "uv", "refund_rate_amt", "real_amt"), "None")),
    (12, 12, {
        "pay_amt": "0.00", "net_amt": "-120.00", "refund_amt": "120.00", "refund_rate_amt": "None", "gross": "-120.00",
        "gross_rate": "None", "be_roi": "None", "pay_buyers": "0", "aov_buyer": "None", "pay_cvr": "0.000000",
        "repeat_rate": "None", "old_buyer_share": "None", "upt": "None",
    }),
    (13, 13, {
        "real_amt": "-20.00", "real_order_cnt": "-1", "cost_ratio": "None", "pay_cvr": "None", "uv_value": "None",
        "old_buyers": "1", "new_buyers": "0", "old_buyer_share": "1.000000", "shop_roi": "-0.666667", "cac": "None",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("first", "last", "answers"), ODD)
def test_a_hole_refunds_alone_and_more_fake_orders_than_sales(
    holes: Store, first: int, last: int, answers: Mapping[str, str]
) -> None:
    found = queries.figures(holes, list(answers), span(first, last), compare=())
    assert {key: str(figure.value) for key, figure in found.items()} == answers
