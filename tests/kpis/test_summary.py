"""The JSON of `manage.py kpi --json` and of the REST summary."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from kpis import queries
from kpis.metrics import METRICS
from kpis.sums import targets
from opsplan.lib.periods import Period
from stores.models import Store
from tests.kpis.facts import count, cover, march, order, span, traffic

TWELVE = [
    "real_amt", "pay_amt", "pay_order_cnt", "net_amt", "uv", "pv", "order_uv_cvr", "aov_order", "uv_value",
    "refund_rate_amt", "fav_rate", "order_valid_rate",
]  # fmt: skip


def test_it_has_exactly_the_promised_shape(store: Store) -> None:
    cover(store, "orders", 1, 2)
    for day, n in ((1, 1), (2, 3)):
        for _ in range(n):
            order(store, day, "10.50")
    traffic(store, 2, 42)
    count(store)
    answer = queries.summary(store, ["pay_amt", "order_uv_cvr"], span(2, 2), by="day", compare=["previous"])
    day_before = {
        "name": "previous", "from": "2026-03-01", "to": "2026-03-01", "days": None, "whole": None, "marks": [],
        "missing": [],
    }  # fmt: skip
    values = {
        "pay_amt": {
            "value": "31.50", "unit": "money", "inputs": {"pay_amt": "31.50"},
            "compare": {
                "previous": day_before | {"value": "10.50", "delta": "2.000000", "difference": "21.00", "own": "31.50"},
            },
            "marks": [], "missing": [],
        },
        "order_uv_cvr": {
            "value": "0.071429", "unit": "rate", "inputs": {"pay_order_cnt": "3", "uv": "42"},
            "compare": {
                "previous": day_before | {"value": None, "delta": None, "difference": None, "own": "0.071429"},
            },
            "marks": [], "missing": [],
        },
    }  # fmt: skip
    assert answer == {
        "store": "lotus", "from": "2026-03-02", "to": "2026-03-02", "values": values,
        "rows": [{"key": "2026-03-02", "values": values}],
    }  # fmt: skip


def test_what_is_missing_is_said_with_its_days(store: Store) -> None:
    traffic(store, 1, 5)
    count(store)
    found = queries.summary(store, ["uv", "order_cnt"], span(1, 2))["values"]
    assert found["uv"] == {
        "value": "5", "unit": "count", "inputs": {"uv": "5"}, "compare": {}, "marks": ["partial 1/2"],
        "missing": [{"code": "not_imported", "what": "uv", "days": ["2026-03-02"]}],
    }  # fmt: skip
    assert found["order_cnt"]["missing"] == [{"code": "no_source", "what": "order_cnt", "days": []}]


def test_several_comparisons_come_by_name(store: Store) -> None:
    targets.set_target(store, "pay_amt", march(1), "310")
    cover(store, "orders", 1)
    order(store, 1, "15")
    count(store)
    compare = queries.summary(store, ["pay_amt"], span(1, 1), compare=["previous", "target"])["values"]["pay_amt"][
        "compare"
    ]
    told = {name: (found["name"], found["value"], found["delta"]) for name, found in compare.items()}
    assert told == {"previous": ("previous", None, None), "target": ("target", "10.00", "0.500000")}


def test_an_unknown_metric_is_refused_with_the_valid_ones(store: Store) -> None:
    with pytest.raises(queries.UnknownMetric) as caught:
        queries.summary(store, ["uv", "nonsense"], span(1, 1))
    assert caught.value.keys == ("nonsense",)
    assert caught.value.valid == tuple(METRICS)


def test_an_unknown_comparison_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="previous, same_days, last_year"):
        queries.summary(store, ["uv"], span(1, 1), compare=["next"])


def test_every_metric_answers_over_an_empty_and_over_a_full_store(store: Store) -> None:
    keys = list(METRICS)
    empty = queries.summary(store, keys, span(1, 31), compare=["previous"])["values"]
    assert {key: figure["value"] for key, figure in empty.items() if figure["value"] is not None} == {
        "time_progress": "1.000000"
    }
    assert [key for key, figure in empty.items() if not figure["missing"]] == ["time_progress"]
    cover(store, "orders", 1, 31)
    for day in range(1, 32):
        order(store, day, "10", buyer=day % 5)
        traffic(store, day, 50, pv=100, visits=60, new_uv=40, old_uv=10, stay_seconds=Decimal(8), bounce_rate="0.5")
    count(store)
    full = queries.summary(store, keys, span(1, 31), by="week", compare=["previous"])
    assert full["values"]["bounce_rate"]["value"] == "0.500000"
    assert full["values"]["pay_buyers"]["value"] == "5"


def test_a_page_of_figures_is_a_handful_of_statements(store: Store, django_assert_num_queries: Any) -> None:
    big_month(store)
    with django_assert_num_queries(4):  # day rows of both periods, targets, day weights, day targets
        queries.summary(store, TWELVE, span(1, 30), compare=["previous", "target"])
    with django_assert_num_queries(4):
        queries.summary(store, TWELVE, span(1, 30), by="day", compare=["previous"])
    with django_assert_num_queries(3):  # and the buyers of both periods
        queries.summary(store, [*TWELVE, "pay_buyers"], span(1, 31), compare=["previous"])


def big_month(store: Store) -> None:
    days = Period(march(1).replace(month=1), march(31))
    cover(store, "orders", days.first, days.last)
    for day in days:
        order(store, day, "99.99", buyer=day.day)
        traffic(store, day, 100, pv=300, item_fav_uv=9)
    targets.set_target(store, "real_amt", march(1), "3000")
    count(store)


def test_the_catalogue_speaks_the_active_language_and_names_each_metric_once() -> None:
    with translation.override("en"):
        found = queries.catalogue()
        assert queries.metric("pay_cvr").formula_words == "buyers ÷ visitors"
    assert len({m.key for m in found}) == len(found) == len(METRICS)
    assert all(m.label and m.formula_words and m.source for m in found)
    sales = next(m for m in found if m.key == "cost_ratio")
    assert (sales.top, sales.bottom, sales.better, sales.plannable) == (
        "promo_cost",
        "pay_amt - brush_amt",
        "down",
        True,
    )
