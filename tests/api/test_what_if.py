"""The what-if of a plan's month, over REST and on the command line."""

import io
import json
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kpis.year import plans
from kpis.year.plan_cells import Change, set_cells
from tests.api.conftest import Caller
from tests.kpis.facts import count, cover, flow, traffic
from tests.world import World

URL = "/api/v1/stores/lotus/plans/2026/what-if"
TRIED = {
    "uv": "2600", "margin": "0.5", "refunds": "0.15", "fee": "0.05", "share": "zhitongche:1", "cpc": "zhitongche:1.2",
}  # fmt: skip


@pytest.fixture
def planned(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """1,600 of 2,200 visitors cost nothing; the plan of April sells 2500 x 4 % x 66.70 x 30 days."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-02")
    traffic(world.store, 31, 2200)
    cover(world.store, "flow", 31)
    flow(world.store, 31, "付费流量", "zhitongche", 600, "直通车")
    count(world.store)
    plan = plans.start(world.store, 2026, world.mia, basis="30")
    set_cells(
        plan, [Change("uv", 4, D(2500)), Change("pay_cvr", 4, D("0.04")), Change("aov_buyer", 4, D("66.7"))], None
    )
    return world


def test_what_other_factors_sell_and_demand(planned: World, caller: Caller) -> None:
    told = caller(planned.vera).get(URL, {"month": 4} | TRIED).json()
    wanted = {
        "sales": "208104.00",  # 2600 x 4 % x 66.70 x 30
        "planned_sales": "200100.00",
        "difference": "8004.00",
        "free_visitors": "1600",
        "visitors_to_buy": "1000",
        "cost_a_day": "1200.00",
        "cost": "36000.00",
        "brings_a_day": "2668.00",  # 1000 x 4 % x 66.70
        "roi": "2.223333",
        "left_of_a_sale": "0.382500",  # (1 - 15 %) x (50 % - 5 %)
        "break_even_roi": "2.614379",
        "pays": False,
        "new_customer_cost": "30.00",
        "orders_to_pay_back": "2",
        "notes": [],
    }
    assert {name: told[name] for name in wanted} == wanted
    out = io.StringIO()
    call_command("what_if", "lotus", "2026", "4", *(f"{k}={v}" for k, v in TRIED.items()), "--json", stdout=out)
    assert json.loads(out.getvalue()) == told
    out = io.StringIO()
    call_command("what_if", "lotus", "2026", "4", "uv=2600", stdout=out)
    assert "208104.00" in out.getvalue()


def test_sales_ask_for_the_visitors_that_bring_them(planned: World, caller: Caller) -> None:
    told = caller(planned.vera).get(URL, {"month": 4, "sales": "240120"}).json()
    assert (told["uv"], told["sales"]) == ("3000", "240120.00")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "month"),
        ({"month": 13}, "month"),
        ({"month": 4, "uv": "1,2"}, "uv"),
        ({"month": 4, "pay_cvr": "4"}, "pay_cvr"),
        ({"month": 4, "uv": "1", "sales": "1"}, "sales"),
        ({"month": 4, "share": "0.5"}, "share"),
        ({"month": 4, "share": "zhitongche:0.8,search:0.3"}, "share"),
        ({"month": 4, "cpc": "nowhere:1"}, "cpc"),
        ({"month": 4, "conversion": "0.1"}, "conversion"),
    ],
)
def test_what_cannot_be_tried_is_refused(planned: World, caller: Caller, asked: dict[str, Any], field: str) -> None:
    answer = caller(planned.vera).get(URL, asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_where_shares_are_told_a_channel_without_one_has_none(planned: World, caller: Caller) -> None:
    flow(planned.store, 31, "付费流量", "zuanzhan", 200, "钻展")
    count(planned.store)
    asked = {"month": 4, "uv": "3000", "share": "zuanzhan:1", "cpc": "zhitongche:1,zuanzhan:1"}
    told = caller(planned.vera).get(URL, asked).json()["channels"]
    shares = {x["channel"]: x["share"] for x in told}
    assert (shares["zhitongche"], shares.pop("zuanzhan"), len(set(shares.values()))) == ("0.000000", "1.000000", 1)


def test_the_command_refuses_too(planned: World) -> None:
    for tried in ("conversion=1", "pay_cvr=4", "cpc=nowhere:1"):
        with pytest.raises(CommandError):
            call_command("what_if", "lotus", "2026", "4", tried)
