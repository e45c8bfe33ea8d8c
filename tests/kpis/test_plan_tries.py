"""Trying out on a plan: what-if of a month and suggestions for a year, by hand-made numbers."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse

from kpis.advice import plan_suggest, plan_whatif
from kpis.answers import Figure
from kpis.models import Plan
from kpis.planning.channels import Way, bought
from kpis.year import plans
from kpis.year.plan_cells import Change, load, set_cells
from opsplan.lib.periods import Period
from tests.kpis.facts import count, cover, flow, order, traffic
from tests.world import World

EMPTY = Figure("x", "money", "up", Period(dt.date(2026, 11, 1), dt.date(2026, 11, 1)), None, {})


@pytest.fixture
def plan(world: World) -> Plan:
    return plans.start(world.store, 2026, world.mia, basis="30")


def test_the_gap_is_bought_and_must_pay(world: World, plan: Plan) -> None:
    traffic(world.store, 31, 2200)
    cover(world.store, "flow", 31)
    flow(world.store, 31, "付费流量", "zhitongche", 600, "直通车")
    count(world.store)
    set_cells(
        plan, [Change("uv", 4, D(2500)), Change("pay_cvr", 4, D("0.04")), Change("aov_buyer", 4, D("66.7"))], None
    )
    loaded = load(plan)
    typed = {
        "uv": "2600",
        "margin": "50%",
        "refunds": "15",
        "fee": "5",
        "share:zhitongche": "100%",
        "cpc:zhitongche": "1.2",
    }
    free = plan_whatif.free_visitors(world.store)
    asked = plan_whatif.read_question(loaded, 4, typed)
    found = plan_whatif.whatif(loaded, asked)
    assert (found.sales, found.planned) == (D("208104.00"), D(200_100))
    assert free == 1600
    assert (found.gap, found.cost, found.brings) == (1000, D(1200), D(2668))
    assert round(found.roi, 2) == D("2.22")
    assert (found.rate, round(found.floor, 2)) == (D("0.3825"), D("2.61"))
    assert found.pays is False
    assert (found.cac, found.payback) == (30, 2)  # 25.51 yuan are left of an order


def test_without_flow_sources_nothing_is_said_of_money(plan: Plan) -> None:
    loaded = load(plan)
    found = plan_whatif.whatif(loaded, plan_whatif.read_question(loaded, 4, {"uv": "5", "pay_cvr": "x"}))
    assert (found.free, found.gap, found.cost, found.roi) == (None, None, None, None)


def test_a_template_shares_a_typed_year(plan: Plan) -> None:
    found = plan_suggest.suggestion(plan, {"from": "template", "template": "founding", "total": "906万"})
    assert (found.months[3], found.months[10], found.total) == (200_000, 2_000_000, 9_060_000)


def test_quarter_shares_are_spread_over_their_months(plan: Plan) -> None:
    found = plan_suggest.suggestion(plan, {"from": "quarters", "shares": "10/20/30/40", "total": "900"})
    assert found.months == (30,) * 3 + (60,) * 3 + (90,) * 3 + (120,) * 3


def test_last_year_grows_with_its_promo_days_as_lines_of_their_own(world: World, plan: Plan) -> None:
    november = {dt.date(2025, 11, n): "10" for n in range(1, 31)} | {dt.date(2025, 11, 11): "500"}
    may = {dt.date(2025, 5, n): "40" for n in range(5, 13)}  # eight days are known: 40 a day, 31 times
    for day, amount in (november | may | {dt.date(2025, 6, 1): "99"}).items():
        cover(world.store, "orders", day)
        order(world.store, day, amount)
    count(world.store)
    found = plan_suggest.suggestion(plan, {"from": "last_year", "growth": "10"})
    assert (found.days, found.part) == (39, {5: 8})
    assert (found.months[10], found.months[4]) == (D("869.00"), D("1364.00"))  # (29 x 10 + 500) x 1.1, 31 x 40 x 1.1
    assert (found.months.count(None), found.months[5], found.total) == (10, None, D("2233.00"))
    assert [(x.day, x.amount) for x in found.promo] == [(dt.date(2026, 11, 11), D("550.00"))]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"from": "last_year"},
        {"from": "last_year", "growth": "lots"},
        {"from": "template", "template": "founding"},
        {"from": "template", "template": "none", "total": "5"},
        {"from": "quarters", "shares": "1 2 3", "total": "5"},
        {"from": "quarters", "total": "-5"},
    ],
)
def test_a_suggestion_says_what_is_missing(plan: Plan, asked: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"\w{3}"):
        plan_suggest.suggestion(plan, asked)


def test_both_are_asked_from_the_page(client: Client, world: World, plan: Plan) -> None:
    client.force_login(world.mia)
    part = client.get(reverse("plan_whatif", args=["lotus", plan.pk]), {"month": "4", "uv": "100"})
    assert b'id="whatif-form"' in part.content
    answer = client.get(reverse("plan_whatif", args=["lotus", plan.pk]), {"month": "4", "part": "answer"})
    assert b"whatif-form" not in answer.content
    assert client.get(reverse("plan_whatif", args=["lotus", plan.pk]), {"month": "13"}).status_code == 404
    address = reverse("plan_suggest", args=["lotus", plan.pk])
    assert client.get(address).status_code == 422
    made = client.get(address, {"from": "template", "template": "even", "total": "365"})
    assert made.json()["months"][0] == "31.00"


def test_typed_sales_say_how_many_visitors_they_need(plan: Plan) -> None:
    set_cells(plan, [Change("uv", 4, D(10)), Change("pay_cvr", 4, D("0.04")), Change("aov_buyer", 4, D("66.7"))], None)
    loaded = load(plan)
    asked = plan_whatif.read_question(loaded, 4, {"solve": "sales", "sales": "20.01万", "uv": "10"})
    assert asked.uv == 2500  # T-01 the other way round
    found = plan_whatif.whatif(loaded, asked)
    assert (found.sales, found.change) == (D("200100.00"), D("200100.00") - D("800.40"))
    assert plan_whatif.read_question(loaded, 4, {"sales": "20.01万"}).uv == 10


def test_clicks_that_do_not_arrive_cost_too() -> None:
    way = Way("zhitongche", D(1), D("1.2"), arrival=D("0.8"))
    assert [(x.visitors, x.cost) for x in bought(D(100), [way], D("0.04"), D(50))] == [(100, 150)]


def test_a_channel_without_clicks_costs_its_share_of_sales() -> None:
    figures = {key: replace(EMPTY, value=None if x is None else D(x)) for key, x in
               {"cpc": None, "promo_cost": 12, "uv": 30, "pay_amt": 100}.items()}  # fmt: skip
    assert plan_whatif.usual("taobaoke", D("0.1"), figures) == Way("taobaoke", D("0.1"), commission=D("0.12"))
    clicks = replace(EMPTY, value=D(2), inputs={"ad_clicks": D(40)})
    assert plan_whatif.usual("zhitongche", D(1), figures | {"cpc": clicks}).arrival == D("0.75")
