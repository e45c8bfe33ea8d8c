"""Weights of days and promotion money of a month over REST: as the page sets them."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from kpis.api import budgets, day_weights
from kpis.daybook.day_history import Learned
from kpis.days import day_plan
from kpis.models import ChannelBudget, DayEdit
from kpis.month import month_budget
from kpis.sums import targets
from opsplan.lib.periods import month_of
from tests.api.conftest import Caller
from tests.world import World

BASE, JSON = "/api/v1/stores/lotus/plan", "application/json"
WEIGHTS, BUDGET = f"{BASE}/weights?month=2026-12", f"{BASE}/budget?month=2026-12"
DECEMBER = month_of(dt.date(2026, 12, 1))


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-23")


def wrong(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["field"]


def test_weights_hold_from_a_month_on_until_they_are_taken_away(world: World, caller: Caller) -> None:
    api = caller(world.mia, "write")
    before = api.get(WEIGHTS).json()
    assert (before["weights"], before["learned"], "event:double_12" in before["keys"]) == (None, None, True)
    told = [api.put(WEIGHTS, day_weights.EXAMPLE, JSON).json()["weights"] for _n in range(2)]
    assert told == [{"since": "2026-12", "is_learned": False, **day_weights.EXAMPLE}] * 2
    assert DayEdit.objects.count() == 1  # the same again is no step
    weights = day_plan.book_of(world.store).day_weights(DECEMBER)
    assert [weights[dt.date(2026, 12, n)] for n in (5, 7, 9, 12)] == [D("0.9"), D(1), D("1.05"), D(8)]
    assert api.get(f"{BASE}/weights?month=2027-03").json()["weights"]["since"] == "2026-12"
    assert api.delete(f"{BASE}/weights?since=2027-03").status_code == 404
    assert [api.delete(f"{BASE}/weights?since=2026-12").status_code for _n in range(2)] == [204, 404]
    assert api.get(WEIGHTS).json() == before


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"week": ["1"] * 6}, "week"),
        ({"week": ["0"] * 7}, "week"),
        ({"week": ["1"] * 6 + ["1001"]}, "week"),
        ({"week": ["1"] * 6 + ["much"]}, "week[6]"),
        ({"week": ["1"] * 7, "special": {"event:nothing": "2"}}, "special.event:nothing"),
        ({"week": ["1"] * 7, "special": {"statutory": "x"}}, "special.statutory"),
        ({"learned": True}, "learned"),
        ({}, "week"),
    ],
)
def test_weights_that_cannot_be_are_refused(world: World, caller: Caller, said: dict[str, Any], field: str) -> None:
    api = caller(world.mia, "write")
    assert wrong(api.put(WEIGHTS, said, JSON)) == (422, field)
    assert api.get(WEIGHTS).json()["weights"] is None


def test_what_sales_have_taught_is_told_and_taken(
    world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = tuple(D(x) for x in ("1.07", "1", "1.05", "1.1", "1.15", "1.3", "1.25"))
    found = Learned(week, {"statutory": D("1.4")}, month_of(dt.date(2026, 10, 1)), 28)
    monkeypatch.setattr("kpis.daybook.day_history.learn", lambda _store: found)
    told = caller(world.mia, "write").put(WEIGHTS, {"learned": True}, JSON).json()
    assert (told["weights"]["week"][5], told["weights"]["special"]) == ("1.3", {"statutory": "1.4"})
    assert (told["weights"]["is_learned"], told["learned"]["used"], told["learned"]["from"]) == (True, 28, "2026-10-01")


def test_budgets_are_changed_by_name_and_worked_out(world: World, caller: Caller) -> None:
    api = caller(world.mia, "write")
    targets.set_target(world.store, "real_amt", DECEMBER.first, "500000")
    told = api.patch(BUDGET, budgets.EXAMPLE, JSON).json()
    line = {x["channel"]: x for x in told["channels"]}["zhitongche"]
    assert (told["rate"], told["total"], told["from_plan"]) == ("0.08", "24000.00", False)
    assert (told["cost_ratio"], line["amount"], line["cpc"]) == ("0.048000", "24000.00", "1.20")  # 24 of 500
    shares = [{"channel": "zhitongche", "share": "0.75"}, {"channel": "zuanzhan", "share": "0.25"}]
    told = api.patch(BUDGET, {"channels": shares}, JSON).json()
    assert told["total"] == "24000.00"
    told = api.patch(BUDGET, {"take": "top_down"}, JSON).json()
    amounts = {x["channel"]: (x["amount"], x["share"], x["cpc"]) for x in told["channels"] if x["amount"]}
    # 8 % of 500,000, 3 : 1
    assert amounts == {"zhitongche": ("30000.00", "0.75", "1.20"), "zuanzhan": ("10000.00", "0.25", None)}
    assert (
        api.patch(BUDGET, {"channels": [{"channel": "zuanzhan", "amount": None}]}, JSON).json()["total"] == "30000.00"
    )
    assert month_budget.budget(world.store, DECEMBER).total == 30000
    assert caller(world.carl).get(BUDGET).json()["rate"] == "0.08"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"channels": [{"channel": "x", "amount": "1"}]}, "channels[0].channel"),
        ({"channels": [{"channel": "zhitongche", "amount": "a lot"}]}, "channels[0].amount"),
        ({"channels": [{"channel": "zhitongche", "share": "1.5"}]}, "channels"),
        ({"rate": "8%"}, "rate"),
        ({"take": "by_return"}, "take"),
        ({"take": "luck"}, "take"),
    ],
)
def test_budgets_that_cannot_be_are_refused(world: World, caller: Caller, said: dict[str, Any], field: str) -> None:
    assert wrong(caller(world.mia, "write").patch(BUDGET, said, JSON)) == (422, field)
    assert not ChannelBudget.objects.exists()
