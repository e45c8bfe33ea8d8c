"""How many people the sales need (S093), with numbers by hand."""

import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from staff import duties, headcount
from staff.headcount import Load, Rule, loads, need
from staff.models import DutyLoad, User
from tests.api.conftest import Caller, caller
from tests.world import World, at

__all__ = ["caller"]  # a fixture

D = Decimal
MON = dt.date(2026, 11, 2)


def days(*values: int | None) -> list[tuple[dt.date, Decimal | None]]:
    return [(MON + dt.timedelta(days=n), None if x is None else D(x)) for n, x in enumerate(values)]


@pytest.mark.parametrize(
    ("rule", "load", "people", "peak"),
    [
        (Rule("orders", 100, 6, 2), Load(average=D(40), most=D(350)), 2, 4),  # 0.4 x 7/6 = 0.47; the least; 3.5 -> 4
        (Rule("orders", 100, 6, 2), Load(average=D(300), most=D(300)), 4, 3),  # 3 x 7/6 = 3.5 -> 4
        (Rule("orders", 100, 7, 0), Load(average=D(300), planned=D(301)), 4, None),  # the plan wants more: 3.01 -> 4
        (Rule("orders", 100, 6, 2), Load(), 2, None),  # nothing is known
        (Rule("", 100, 6, 1), Load(average=D(9999)), 1, None),
        (Rule("orders", 0, 6, 1), Load(average=D(9999)), 1, None),
        (Rule("orders", 100, 7, 0), Load(average=D(100), most=D(101), planned_most=D(300)), 1, 3),
        (Rule("orders", 100, 7, 0), Load(average=D(100), most=D(301), planned_most=D(300)), 1, 4),
    ],
)
def test_people_follow_from_a_day_of_work(rule: Rule, load: Load, people: int, peak: int | None) -> None:
    found = need(rule, load)
    assert (found.people, found.peak, found.helpers) == (people, peak, max(0, (peak or 0) - people))
    assert found.is_unknown == (load == Load() or rule.per_day == 0)


def test_the_busiest_day_is_told_with_its_date() -> None:
    load = Load(average=D(1), most=D(5), most_on=MON, planned_most=D(9), planned_most_on=dt.date(2026, 12, 12))
    assert need(Rule("orders", 1, 7, 0), load).peak_on == dt.date(2026, 12, 12)
    assert need(Rule("orders", 1, 7, 0), replace(load, most=D(10))).peak_on == MON


def test_the_plan_of_sales_becomes_orders_and_enquirers() -> None:
    planned = {MON: D(1000), MON + dt.timedelta(days=1): D(3000), MON + dt.timedelta(days=2): None}
    found = loads(days(10, None, 30, 5), days(20, 7, 60), days(500, 900, 1500, None), planned)
    # 2,000 of sales in 40 orders: 50 each; 80 enquirers for 40 orders: 2 each; 5 orders whose sales are not known
    orders, enquiries = found["orders"], found["enquiries"]
    assert (orders.average, orders.known, orders.most, orders.planned, orders.planned_most) == (15, 3, 30, 40, 60)
    assert (orders.most_on, orders.planned_most_on) == (MON + dt.timedelta(days=2), MON + dt.timedelta(days=1))
    assert (enquiries.average, enquiries.planned, enquiries.planned_most_on) == (29, 80, MON + dt.timedelta(days=1))


def test_nothing_known_is_no_work_of_nought() -> None:
    found = loads(days(None, None), days(None, 5), days(100, 100), {MON: D(1000)})
    assert found["orders"] == Load()
    assert (found["enquiries"].average, found["enquiries"].planned) == (5, None)
    found = loads(days(2), days(None), days(100), {MON: D(1000)})
    assert (found["orders"].planned, found["enquiries"]) == (20, Load())


def test_the_papers_heads_stand_until_the_store_says_its_own(world: World) -> None:
    rules = headcount.rules(world.store)
    papers = ("operations", "service", "logistics", "promotion", "finance", "design")
    assert [(rules[x].least, rules[x].source) for x in papers] == [
        (1, "S093"), (2, "S093"), (1, "S093"), (1, "S094"), (1, "S094"), (1, "S095"),
    ]  # fmt: skip
    for store, duty, least in ((world.store, "finance", 0), (world.other, "service", 200)):
        headcount.set_rule(store, duty, "", None, 1, least)
    headcount.set_rule(world.store, "design", "orders", 100_000, 7, 0)
    assert headcount.rules(world.store)["finance"] == Rule("", 0, 1, 0, is_own=True)
    headcount.forget_rule(world.store, "finance")
    headcount.set_rule(world.store, "service", "enquiries", 60, 5, 3)
    assert headcount.rules(world.store)["service"] == Rule("enquiries", 60, 5, 3, is_own=True)
    assert headcount.rules(world.other)["finance"] == headcount.USUAL["finance"]
    headcount.forget_rule(world.store, "service")
    there = DutyLoad.objects.order_by("duty").values_list("store__slug", "duty")
    assert list(there) == [("lotus", "design"), ("other", "service")]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (("service", "parcels", 1, 6, 1), "basis"),
        (("service", "orders", 0, 6, 1), "per_day"),
        (("service", "orders", None, 6, 1), "per_day"),
        (("service", "orders", 100_001, 6, 1), "per_day"),
        (("service", "orders", 1, 0, 1), "days_a_week"),
        (("service", "orders", 1, 8, 1), "days_a_week"),
        (("service", "orders", 1, None, 1), "days_a_week"),
        (("service", "orders", 1, 6, None), "least"),
        (("service", "orders", 1, 6, -1), "least"),
        (("service", "orders", 1, 6, 201), "least"),
        (("own:gone", "", None, 6, 1), "duty"),
    ],
)
def test_what_cannot_be_reckoned_with_is_refused(world: World, told: tuple, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        headcount.set_rule(world.store, *told)
    assert list(refused.value.message_dict) == [field]


def test_a_manager_says_what_one_person_does_and_takes_the_number_over(world: World, client: Client) -> None:
    User.objects.update(language="en")
    client.force_login(world.mia)
    assert "our assumption" in client.get(at("duty", "service")).content.decode()
    form = {"do": "load", "duty": "service", "basis": "", "per_day": "", "days_a_week": "6", "least": "3"}
    client.post(at("duty_change"), form)
    page = client.get(at("duty", "service")).content.decode()
    assert "whatever is sold: <b>3</b>" in page
    client.post(at("duty_change"), {"do": "plan", "duty": "service", "headcount": "3"})
    assert [x.wanted for x in duties.cards(world.store) if x.key == "service"] == [3]
    client.post(at("duty_change"), form | {"least": "x"})
    assert headcount.rules(world.store)["service"].least == 3


def test_the_page_tells_of_days_without_orders(world: World, client: Client) -> None:
    User.objects.update(language="en")
    client.force_login(world.bob)
    assert "the least, 2, stands" in client.get(at("duty", "service")).content.decode()


def test_programs_read_and_say_how_many_people_a_duty_needs(world: World, caller: Caller) -> None:
    url = at("api_headcount")
    mia, bob = caller(world.mia, scope="write"), caller(world.bob)

    def say(**fields: object) -> tuple[int, dict]:
        answer = mia.post(url, fields, "application/json")
        return answer.status_code, answer.json()

    status, told = say(duty="service", rule={"basis": "", "days_a_week": 5, "least": 4}, wanted=3)
    assert (status, told["wanted"], told["need"]["people"], told["rule"]["is_own"]) == (200, 3, 4, True)
    every = {x["duty"]: x for x in bob.get(url).json()["duties"]}
    assert (every["service"]["need"]["people"], every["operations"]["rule"]["source"]) == (4, "S093")
    assert every["service"]["load"]["average"] is None
    for field, fields in {
        "duty": {"duty": "nobody"},
        "rule.least": {"duty": "service", "wanted": 9, "rule": {"least": 1000}},
        "rule.per_day": {"duty": "service", "rule": {"basis": "orders", "per_day": "x"}},
        "wanted": {"duty": "service", "wanted": 201},
        "rule": {"duty": "service", "rule": 7},
    }.items():
        status, told = say(**fields)
        assert (status, told["errors"][0]["field"]) == (422, field)
    assert [x.wanted for x in duties.cards(world.store) if x.key == "service"] == [3]
    assert say(duty="service", rule=None, wanted=None)[1]["rule"]["is_own"] is False
    assert bob.post(url, {"duty": "service", "wanted": 1}, "application/json").status_code == 403


def test_the_command_tells_and_says_head_counts(world: World) -> None:
    def run(*words: str) -> str:
        out = io.StringIO()
        with translation.override("en"):
            call_command("headcount", "lotus", *words, stdout=out)
        return out.getvalue()

    assert run("--duty", "service") == "service  Customer service  has 0, wanted —, needed 2\n"
    run("--duty", "service", "--basis", "fixed", "--least", "5", "--wanted", "4")
    [told] = json.loads(run("--duty", "service", "--json"))
    assert (told["wanted"], told["need"]["people"], told["rule"]["basis"]) == (4, 5, None)
    run("--duty", "service", "--usual")
    assert headcount.rules(world.store)["service"].least == 2
    for wrong in (["--wanted", "4"], ["--duty", "nobody"], ["--duty", "service", "--least", "-1"]):
        with pytest.raises(CommandError):
            run(*wrong)
