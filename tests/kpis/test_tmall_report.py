"""A real shop's month, loaded straight into the facts: the figures the project was given, to the fen."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from kpis import queries
from kpis.models import Order
from opsplan.lib.periods import Period
from stores.models import Store
from tests.kpis.facts import ZONE, count, cover

SPANS = {
    "all": Period(dt.date(2020, 2, 1), dt.date(2020, 3, 31)),
    "february": Period(dt.date(2020, 2, 1), dt.date(2020, 2, 29)),
    "march": Period(dt.date(2020, 3, 1), dt.date(2020, 3, 31)),
}
KEYS = ["order_cnt", "pay_order_cnt", "valid_order_cnt", "pay_amt", "refund_amt", "net_amt"]
FIGURES = {
    "all": ["28010", "24087", "18955", "2474823.07", "572335.92", "1902487.15"],
    "february": ["28010", "24081", "18952", "2474347.07", "572157.92", "1902189.15"],
    "march": ["0", "6", "3", "476.00", "178.00", "298.00"],
}
NEED_BUYERS = ["pay_buyers", "aov_buyer", "new_buyers", "old_buyer_share", "repeat_rate", "items_per_buyer"]
NEED_TRAFFIC = ["uv", "pv", "uv_value", "order_uv_cvr", "fav_rate", "new_uv_share"]


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


@pytest.fixture
def february(store: Store, tmall_report: Path) -> Store:
    orders = []
    with tmall_report.open(encoding="utf-8-sig", newline="") as file:
        for raw in csv.DictReader(file):
            row = {key.strip(): text for key, text in raw.items()}
            made = dt.datetime.fromisoformat(row["订单创建时间"])
            paid = dt.datetime.fromisoformat(row["订单付款时间"]) if row["订单付款时间"] else None
            orders.append(
                Order(
                    store=store, order_no=row["订单编号"], status=20 if paid else 10, order_day=made.date(),
                    created_at=made.replace(tzinfo=ZONE), paid_at=paid and paid.replace(tzinfo=ZONE),
                    pay_day=paid and paid.date(), total_fen=fen(row["总金额"]), refund_fen=fen(row["退款金额"]),
                    pay_fen=fen(row["总金额"]) if paid else None,
                )
            )  # fmt: skip
    Order.objects.bulk_create(orders)
    cover(store, "orders", dt.date(2020, 2, 1), dt.date(2020, 2, 29))
    cover(store, "orders", dt.date(2020, 3, 1), is_partial=True)
    count(store)
    return store


def test_the_real_report_gives_the_given_figures(february: Store) -> None:
    for name, period in SPANS.items():
        found = queries.summary(february, KEYS, period)["values"]
        assert [found[key]["value"] for key in KEYS] == FIGURES[name], name
        assert "estimated" in found["refund_amt"]["marks"]
        assert "estimated" in found["net_amt"]["marks"]
    assert queries.summary(february, KEYS, SPANS["february"])["values"]["pay_amt"]["marks"] == []
    by_month = queries.summary(february, ["pay_order_cnt"], SPANS["all"], by="month")["rows"]
    assert [(r["key"], r["values"]["pay_order_cnt"]["value"]) for r in by_month] == [
        ("2020-02", "24081"),
        ("2020-03", "6"),
    ]
    found = queries.summary(february, [*NEED_BUYERS, *NEED_TRAFFIC, "pay_cvr"], SPANS["february"])["values"]
    assert {figure["value"] for figure in found.values()} == {None}
    codes = {key: {m["code"] for m in figure["missing"]} for key, figure in found.items()}
    assert all("no_buyer_id" in codes[key] for key in NEED_BUYERS)
    assert all(codes[key] == {"no_source"} for key in NEED_TRAFFIC)
    assert codes["pay_cvr"] == {"no_buyer_id", "no_source"}
