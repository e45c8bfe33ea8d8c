"""A month's pages and endpoint: days that are typed, fixed and locked; budgets; documents; a month against its plan."""

import datetime as dt
import json
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import advertising
from kpis import queries
from kpis.days import day_cells, day_plan
from kpis.days.day_cells import DayChange
from kpis.documents import document_facts, plan_documents
from kpis.models import DayTarget, PlanOwner, PlanSectionChange
from kpis.month import month_budget
from kpis.planning.track import Past, interval, usual_error
from kpis.sums import targets
from kpis.variance import against
from kpis.year import plans
from kpis.year.plan_cells import Change, set_cells
from opsplan.lib.periods import Period, month_of
from staff.models import Member
from staff.services import create_token
from stores.models import Channel, Store
from tests.kpis.facts import count, cover, march, order, spend, traffic
from tests.world import World

MARCH = month_of(march(1))
PAGES = ["plan_month", "plan_against", "milestones"]


@pytest.fixture
def planned(world: World) -> Store:
    """March 2026 wants 310,000: 10,000 a day."""
    targets.set_target(world.store, "real_amt", MARCH.first, "310000")
    return world.store


@pytest.fixture
def mia(client: Client, world: World, planned: Store) -> Client:
    for person in (world.mia, world.vera):
        person.language = "en"
        person.save()
    client.force_login(world.mia)
    return client


def address(name: str, *args: str) -> str:
    return f"{reverse(name, args=['lotus', *args])}?month=2026-03"


def send(client: Client, *cells: dict[str, Any]) -> Any:
    return client.post(address("plan_month_days"), json.dumps({"cells": list(cells)}), "application/json")


def days(answer: Any) -> dict[str, dict[str, Any]]:
    return {day["day"]: day for day in answer.json()["days"]}


# --- days


@pytest.mark.parametrize("name", PAGES)
def test_a_page_about_a_month_opens_with_and_without_a_target(mia: Client, name: str) -> None:
    assert mia.get(address(name)).status_code == 200
    assert mia.get(reverse(name, args=["lotus"]) + "?month=2030-01").status_code == 200


@pytest.mark.parametrize("name", ["plan_month", "plan_against"])
def test_a_month_that_is_over_needs_nothing_a_day_and_heads_nowhere(mia: Client, planned: Store, name: str) -> None:
    """It is 2 April."""
    cover(planned, "orders", 1, 31)
    for day, amount, said in ((2, "12000", ">—</span>"), (3, "298000", "Target reached")):
        order(planned, day, amount)
        count(planned)
        page = mia.get(address(name)).content.decode()
        tile = page.split("Needed per remaining day")[1].split("</div>")[0]
        assert said in tile
        assert "The month is over" in tile
        assert "in four of five months" not in page


def test_the_month_names_days_off_as_the_calendar_does(mia: Client, planned: Store) -> None:
    """“off” alone is a switch in Chinese. 1 May is off, 9 May is worked."""
    targets.set_target(planned, "real_amt", dt.date(2026, 5, 1), "310000")
    page = mia.get(address("plan_month").replace("2026-03", "2026-05")).content.decode()
    assert ">Day off</span>" in page
    assert ">Worked weekend day</span>" in page


def test_the_month_shows_every_day_with_its_target_and_what_it_brought(mia: Client, planned: Store) -> None:
    cover(planned, "orders", 1, 31)
    order(planned, 2, "12000")
    count(planned)
    page = mia.get(address("plan_month"))
    shown = {each["iso"]: each for each in page.context["days"]}
    assert (len(shown), shown["2026-03-02"]["text"], shown["2026-03-02"]["tone"]) == (31, "10,000", "good")
    assert (shown["2026-03-02"]["day"].rate, shown["2026-03-03"]["tone"]) == (D("1.2"), "bad")
    assert 'value="10,000"' in page.content.decode()


def test_a_typed_amount_share_or_weight_moves_the_other_days(mia: Client) -> None:
    now = days(send(mia, {"day": "2026-03-08", "typed": "6.1万", "was": "10000.00"}))
    assert (now["2026-03-08"]["target"], now["2026-03-01"]["target"]) == ("61000.00", "8300.00")
    now = days(send(mia, {"day": "2026-03-08", "typed": "10%", "was": "61000.00"}))
    assert (now["2026-03-08"]["set"], now["2026-03-01"]["target"]) == ({"share": "0.1"}, "9300.00")
    now = days(send(mia, {"day": "2026-03-08", "typed": "x2", "was": "31000.00"}))
    assert (now["2026-03-08"]["target"], now["2026-03-01"]["target"]) == ("19375.00", "9687.50")
    assert days(send(mia, {"day": "2026-03-08", "typed": "", "was": "19375.00"}))["2026-03-08"]["set"] == {
        "weight": "2"
    }


def test_a_day_that_somebody_else_changed_is_asked_about(mia: Client) -> None:
    send(mia, {"day": "2026-03-08", "typed": "60000"})
    told = send(mia, {"day": "2026-03-08", "typed": "50000", "was": "10000.00"})
    [conflict] = told.json()["conflicts"]
    at = DayTarget.objects.get(day="2026-03-08").updated_at.isoformat().replace("+00:00", "Z")
    assert (told.status_code, conflict) == (409, {"day": "2026-03-08", "now": "60000.00", "by": "mia", "at": at})
    assert told.json()["month"]["days"][7]["target"] == "60000.00"


@pytest.mark.parametrize("typed", ["much", "999999999", "120%", "-5"])
def test_what_cannot_stand_on_a_day_is_refused_with_the_reason(mia: Client, typed: str) -> None:
    told = send(mia, {"day": "2026-03-08", "typed": typed})
    assert (told.status_code, told.json()["errors"][0]["day"]) == (422, "2026-03-08")
    assert told.json()["errors"][0]["message"]


def test_a_lock_and_its_undo(mia: Client) -> None:
    locked = days(send(mia, {"day": "2026-03-08", "locked": True, "was": False}))["2026-03-08"]
    assert (locked["locked"], send(mia, {"day": "2026-03-08", "typed": "1"}).status_code) == (True, 422)
    assert days(mia.post(address("plan_month_undo")))["2026-03-08"]["locked"] is False
    assert mia.post(address("plan_month_undo")).status_code == 204
    assert days(mia.post(address("plan_month_redo")))["2026-03-08"]["locked"] is True


def test_weights_are_typed_and_let_go(mia: Client, planned: Store) -> None:
    week = {f"w{n}": "1" for n in range(6)} | {"w6": "3.4", "special:statutory": "", "do": "save"}
    mia.post(address("plan_month_weights"), week)
    assert [str(x) for x in day_plan.book_of(planned).in_force(MARCH).week] == ["1"] * 6 + ["3.4"]
    # five Sundays of 3.4 and 26 other days: 310,000 / 43 = 7209.302…; ten fen are left, five of them for Sundays
    found = day_plan.book_of(planned).amounts(MARCH, D(310_000))
    assert [found[march(n)] for n in (1, 2, 31)] == [D("24511.63"), D("7209.31"), D("7209.30")]
    mia.post(address("plan_month_weights"), {"do": "forget"})
    assert day_plan.book_of(planned).in_force(MARCH) is None


def test_weights_are_undone_and_done_again_like_any_step(mia: Client, planned: Store) -> None:
    send(mia, {"day": "2026-03-08", "typed": "60000"})
    mia.post(address("plan_month_weights"), {f"w{n}": str(n + 1) for n in range(7)})
    mia.post(address("plan_month_weights"), {"do": "forget"})
    assert mia.post(address("plan_month_undo")).json()["weights"]["week"] == [*"1234567"]
    assert mia.post(address("plan_month_undo")).json()["weights"] is None
    assert days(mia.post(address("plan_month_undo")))["2026-03-08"]["set"] == {}
    mia.post(address("plan_month_redo"))
    assert mia.post(address("plan_month_redo")).json()["weights"]["week"] == [*"1234567"]


def test_weights_that_somebody_else_changed_since_stay(mia: Client, planned: Store, world: World) -> None:
    mia.post(address("plan_month_weights"), {f"w{n}": "2" for n in range(7)})
    day_cells.set_weights(planned, march(1), [D(1)] * 7, {}, world.alice)
    assert mia.post(address("plan_month_undo")).status_code == 409
    assert [str(x) for x in day_plan.book_of(planned).in_force(MARCH).week] == ["1"] * 7


def test_weights_are_learned_from_the_shops_own_days(mia: Client, planned: Store) -> None:
    cover(planned, "orders", dt.date(2025, 11, 24), march(31))
    for day in Period(dt.date(2025, 11, 24), march(31)):
        order(planned, day, "200" if day.weekday() == 5 else "100")
    count(planned)
    mia.post(address("plan_month_weights"), {"do": "learn"})
    found = day_plan.book_of(planned).in_force(MARCH)
    assert ([str(x) for x in found.week], found.is_learned) == (["1", "1", "1", "1", "1", "2", "1"], True)


def test_the_days_of_an_even_month_are_the_same_wherever_they_are_told(mia: Client, planned: Store) -> None:
    targets.set_target(planned, "real_amt", MARCH.first, "100000")  # 20 days of 3,225.81 and 11 of 3,225.80
    shown = {x["iso"]: x["day"].target for x in mia.get(address("plan_month")).context["days"]}
    rows = queries.breakdown(planned, ["target_amt"], MARCH, "day")
    assert {row.key: row.values["target_amt"].value for row in rows} == shown
    assert (sum(shown.values()), shown["2026-03-20"], shown["2026-03-21"]) == (100_000, D("3225.81"), D("3225.80"))


def test_the_month_target_can_be_set_here(mia: Client, planned: Store) -> None:
    mia.post(reverse("plan_month_target", args=["lotus"]), {"month": "2026-05", "target": "20万"})
    assert day_plan.month_target(planned, month_of(dt.date(2026, 5, 1))) == 200_000


def test_a_month_target_that_stands_alone_is_put_right_and_taken_away_where_it_was_set(
    mia: Client, planned: Store
) -> None:
    may, url = month_of(dt.date(2026, 5, 1)), reverse("plan_month_target", args=["lotus"])
    mia.post(url, {"month": "2026-05", "target": "0"})
    assert 'name="target"' in mia.get(address("plan_month") + "?month=2026-05").content.decode()
    mia.post(url, {"month": "2026-05", "target": "３万"})
    assert day_plan.month_target(planned, may) == 30_000
    mia.post(url, {"month": "2026-05", "target": ""})
    assert day_plan.month_target(planned, may) is None


@pytest.mark.parametrize("is_set", [False, True])
def test_a_month_target_that_is_no_number_stays_in_the_field_with_the_reason(
    mia: Client, planned: Store, is_set: bool
) -> None:
    may, url = month_of(dt.date(2026, 5, 1)), reverse("plan_month_target", args=["lotus"])
    if is_set:
        mia.post(url, {"month": "2026-05", "target": "3万"})
    answer = mia.post(url, {"month": "2026-05", "target": "drei"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="drei"' in page, 'id="target-error"' in page) == (422, True, True)
    assert day_plan.month_target(planned, may) == (30_000 if is_set else None)


def test_a_viewer_sees_the_days_and_no_input(mia: Client, world: World) -> None:
    mia.force_login(world.vera)
    page = mia.get(address("plan_month")).content.decode()
    assert ('class="amount"' in page, '<input class="amount"' in page, send(mia).status_code) == (True, False, 403)


# --- REST


def api(world: World, scope: str = "write") -> Client:
    return Client(headers={"authorization": f"Bearer {create_token(world.mia, 'key', scope, [world.store])[1]}"})


def test_a_program_reads_and_changes_days(world: World, planned: Store) -> None:
    url = "/api/v1/stores/lotus/plan/days?month=2026-03"
    told = api(world).get(url).json()
    assert (told["target"], told["days"][7]["target"], len(told["days"])) == ("310000.00", "10000.00", 31)
    body = {"days": [{"day": "2026-03-08", "share": "0.1", "was": "10000.00"}]}
    assert days(api(world).put(url, body, "application/json"))["2026-03-08"]["target"] == "31000.00"
    assert api(world).put(url, body, "application/json").status_code == 409
    assert api(world, "read").put(url, body, "application/json").status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"days": []}, {"days": [{"day": "x"}]}, {"days": [{"day": "2026-04-01", "amount": "1"}]}, []]
)
def test_a_program_is_told_what_it_sent_wrong(world: World, planned: Store, body: object) -> None:
    url = "/api/v1/stores/lotus/plan/days?month=2026-03"
    assert api(world).put(url, body, "application/json").status_code == 422
    assert api(world).get(url.replace("2026-03", "March")).status_code == 422


# --- channel budgets


def paid(store: Store, *keys: str) -> None:
    Channel.objects.filter(store=store, is_paid=True).exclude(key__in=keys).delete()
    for key in keys:
        Channel.objects.get_or_create(store=store, key=key, defaults={"name": key, "is_paid": True})


def amounts(store: Store, month: Period = MARCH) -> dict[str, D | None]:
    return {line.key: line.amount for line in month_budget.budget(store, month).lines}


def test_a_budget_from_above_is_split_by_share(planned: Store) -> None:  # T-05
    paid(planned, "a", "b")
    targets.set_target(planned, "real_amt", dt.date(2026, 1, 1), "645000")
    january = month_of(dt.date(2026, 1, 1))
    said = {"": {"share": D("0.08")}, "a": {"share": D("0.8")}, "b": {"share": D("0.2")}}
    month_budget.save(planned, january, said, None, "top_down")
    assert amounts(planned, january) == {"a": D("41280.00"), "b": D("10320.00")}


def test_a_budget_by_visitors_counts_clicks_and_commission(planned: Store) -> None:  # T-14, 31 days
    paid(planned, "a", "b", "c", "d")
    for metric, number in (("uv", 2500), ("pay_cvr", "0.04"), ("aov_buyer", "66.7")):
        targets.set_target(planned, metric, MARCH.first, number)
    said: dict[str, dict[str, D | None]] = {
        "": {"paid_share": D("0.35")},
        "a": {"share": D("0.45"), "cpc": D("1.2")},
        "b": {"share": D("0.4"), "cpc": D("0.8")},
        "c": {"share": D("0.1"), "commission": D("0.1"), "conversion": D("0.01"), "per_buyer": D("66.7")},
        "d": {"share": D("0.05"), "cpc": D("0.8")},
    }
    month_budget.save(planned, MARCH, said, None, "by_visitors")
    assert list(amounts(planned).values()) == [D("14647.50"), D("8680.00"), D("180.92"), D("1085.00")]


def test_a_budget_by_return_divides_sales_by_it(planned: Store) -> None:  # T-15
    paid(planned, "a", "b", "c")
    targets.set_target(planned, "real_amt", MARCH.first, "200000")
    said = {
        "a": {"sales": D(30000), "roi": D("2.5")},
        "b": {"sales": D(18000), "roi": D("1.5")},
        "c": {"sales": D(12000), "commission": D("0.1")},
    }
    month_budget.save(planned, MARCH, {"": {}, **said}, None, "by_return")
    found = month_budget.budget(planned, MARCH)
    assert (list(amounts(planned).values()), found.total) == ([12000, 12000, 1200], 25_200)
    assert (found.cost_ratio, round(D(60000) / found.total, 2)) == (D("0.126"), D("2.38"))


def test_a_return_below_break_even_is_pointed_out(planned: Store) -> None:  # T-16
    paid(planned, "a", "b")
    targets.set_target(planned, "gross_rate", MARCH.first, "0.4")
    month_budget.save(planned, MARCH, {"": {}, "a": {"roi": D("2.49")}, "b": {"roi": D("2.5")}}, None)
    found = month_budget.budget(planned, MARCH)
    assert (found.least_return, [line.is_below_return for line in found.lines]) == (D("2.50"), [True, False])


def test_ads_pay_from_the_same_return_on_the_month_as_on_their_own_page(mia: Client, planned: Store) -> None:
    advertising.set_rules(planned, [], D("3.10"))
    own_page = mia.get(reverse("ads", args=["lotus"])).context["least"]
    assert (month_budget.budget(planned, MARCH).least_return, own_page) == (D("3.10"), D("3.10"))


def test_spending_is_held_against_the_time_that_is_gone(
    mia: Client, planned: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    paid(planned, "a", "b")
    month_budget.save(planned, MARCH, {"": {}, "a": {"amount": D(3100)}, "b": {"amount": D(3100)}}, None)
    cover(planned, "ads", 1, 4, detail="a")
    cover(planned, "ads", 6, 10, detail="b")
    spend(planned, 5, "a", "1500")
    spend(planned, 5, "b", "1000")
    count(planned)
    one, two = month_budget.budget(planned, MARCH).lines
    assert [(x.spent, x.due, x.tone) for x in (one, two)] == [(1500, 1000, "warn"), (1000, 1000, "good")]
    assert two.per_day == 100
    page = mia.get(reverse("ads", args=["lotus"]))
    assert page.context["spending"].lines == (one, two)
    assert f"{address('plan_month')}#budget" in page.content.decode()


def test_a_channel_without_a_budget_shows_a_dash_on_the_page_of_ads(
    mia: Client, planned: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    paid(planned, "a")
    spend(planned, 5, "a", "1500")
    count(planned)
    page = mia.get(reverse("ads", args=["lotus"]))
    [line] = page.context["spending"].lines
    card = page.content.decode().partition('id="month-h"')[2].partition("</table>")[0]
    assert (line.spent, card.count("—")) == (1500, 4)  # budget, due, a day, pace


def test_what_is_spent_of_a_month_is_its_promotion_cost(planned: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a channel that costs is not marked as paid."""
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    paid(planned, "a")
    Channel.objects.create(store=planned, key="b", name="b", is_paid=False)
    spend(planned, 5, "a", "1500")
    spend(planned, 5, "b", "1000")
    count(planned)
    found = month_budget.budget(planned, MARCH)
    assert ([line.key for line in found.lines], found.spent) == (["a", "b"], 2500)


def test_money_is_due_on_the_days_whose_ads_are_told(planned: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")  # ten days are over, the ads of four of them are known
    paid(planned, "a")
    targets.set_target(planned, "promo_cost", MARCH.first, "3100")
    month_budget.save(planned, MARCH, {"": {}, "a": {"amount": D(3100)}}, None)
    for day in range(1, 5):
        spend(planned, day, "a", "100")
    count(planned)
    found = against.against(planned, MARCH)
    assert [(x.spent, x.due, x.tone) for x in found.budget.lines] == [(400, 400, "good")]
    assert [x.target for x in found.kpis if x.key == "promo_cost"] == [400]


def test_visitors_are_bought_for_the_days_the_plan_reckons_with(planned: Store, world: World) -> None:
    paid(planned, "a")
    plan = plans.start(planned, 2026, world.alice, basis="30")
    cells = (("uv", "1000"), ("pay_cvr", "0.02"), ("aov_buyer", "100"))
    set_cells(plan, [Change(row, 3, D(value)) for row, value in cells], None)
    plans.approve(plan, world.alice)
    said: dict[str, dict[str, D | None]] = {"": {"paid_share": D(1)}, "a": {"share": D(1), "cpc": D(1)}}
    month_budget.save(planned, MARCH, said, None, "by_visitors")
    assert amounts(planned) == {"a": D(30_000)}  # 30 days of 1,000, as the plan's sales of 60,000 are made


def test_amounts_of_30_days_are_shared_over_the_real_ones_and_visitors_stand_as_typed(
    planned: Store, world: World
) -> None:
    plan = plans.start(planned, 2026, world.alice, basis="30")
    cells = (("uv", "4000"), ("pay_cvr", "0.05"), ("aov_buyer", "62"))
    set_cells(plan, [Change(row, 5, D(value)) for row, value in cells], None)
    plans.approve(plan, world.alice)
    days = [Period(dt.date(2026, 5, first), dt.date(2026, 5, last)) for first, last in ((1, 31), (1, 1))]
    wanted = [queries.targets_of(planned, ["real_amt", "uv"], each) for each in days]
    # 4,000 x 5 % x 62 x 30 = 372,000 over 31 days
    assert wanted == [{"real_amt": 372_000, "uv": 124_000}, {"real_amt": 12_000, "uv": 4000}]


def test_with_a_plan_in_force_the_budgets_are_its_cells(planned: Store, world: World) -> None:
    paid(planned, "a")
    plan = plans.approve(plans.start(planned, 2026, world.alice), world.alice)
    month_budget.save(planned, MARCH, {"": {}, "a": {"amount": D(5000)}}, world.mia)
    assert plan.rows.get(key="promo_cost:a").cells.get(month=3).value == 5000
    assert amounts(planned) == {"a": D(5000)}


def test_money_of_the_year_that_no_channel_has_yet_stands_in_the_foot(planned: Store, world: World) -> None:
    """The sum had been a dash, though the year's plan gives the month 3,100."""
    paid(planned, "a")
    plan = plans.start(planned, 2026, world.alice)
    set_cells(plan, [Change("promo_cost", 3, D(3100))], None)
    plans.approve(plan, world.alice)
    found = month_budget.budget(planned, MARCH)
    assert (found.total, found.unshared) == (None, 3100)
    month_budget.save(planned, MARCH, {"": {}, "a": {"amount": D(3100)}}, world.mia)
    found = month_budget.budget(planned, MARCH)
    assert (found.total, found.unshared) == (3100, None)


def test_the_budget_form_reads_what_people_type(mia: Client, planned: Store) -> None:
    paid(planned, "a")
    mia.post(address("plan_month_budget"), {"rate": "8%", "paid_share": "", "a:share": "100%", "do": "top_down"})
    assert amounts(planned) == {"a": D("24800.00")}


# --- against plan


def test_the_interval_is_made_of_the_errors_of_the_past() -> None:
    past = [Past("x", D(100), D(came)) for came in (80, 90, 100, 110, 120)]
    assert interval(D(1000), past) == (D("840.00"), D("1160.00"))  # a tenth into each end: -0.16 and +0.16
    assert (usual_error(past), interval(D(1000), past[:2])) == (D("0.1"), None)


def test_the_record_projects_past_months_from_the_same_day(planned: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    cover(planned, "orders", dt.date(2026, 1, 1), march(10))
    order(planned, dt.date(2026, 1, 5), "1000")
    order(planned, dt.date(2026, 1, 20), "2100")
    order(planned, dt.date(2026, 2, 5), "1000")
    count(planned)
    found = against.record(planned, MARCH, 10)
    assert [(x.month, x.projected, x.came) for x in found] == [("2026-01", 3100, 3100), ("2026-02", 2800, 1000)]


def test_both_readings_of_the_visitor_gap_stand_side_by_side(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # T-10
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    store, first = world.store, dt.date(2026, 9, 1)
    cover(store, "orders", first, dt.date(2026, 9, 14))
    for n in range(14):
        traffic(store, first + dt.timedelta(days=n), 80000 // 14 + (n < 80000 % 14))
    for buyer in range(14):
        order(store, first, "30000", buyer=buyer)
    for metric, number in (("real_amt", "1100000"), ("aov_buyer", "101.9"), ("pay_cvr", "0.06")):
        targets.set_target(store, metric, first, number)
    count(store)
    gaps = against.against(store, month_of(first)).gaps
    assert [str(gaps[key].value) for key in ("uv_need_month", "uv_gap_month")] == ["179915", "99915"]
    assert str(gaps["uv_need_rest"].value) == "129524"  # 680,000 yuan at 420,000 / 80,000 a visitor


def test_every_figure_with_a_target_is_held_against_its_days(planned: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    targets.set_target(planned, "refund_rate_amt", MARCH.first, "0.05")
    cover(planned, "orders", 1, 10)
    cover(planned, "refunds", 1, 10)
    order(planned, 1, "120000")
    count(planned)
    lines = {line.key: line for line in against.against(planned, MARCH).kpis}
    assert (lines["real_amt"].figure.target, lines["real_amt"].rate, lines["real_amt"].is_good) == (
        100_000,
        D("1.2"),
        True,
    )
    assert (lines["refund_rate_amt"].figure.value, lines["refund_rate_amt"].is_good) == (0, True)


def test_the_month_s_target_of_a_daily_one_is_that_of_all_its_days(
    planned: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    targets.set_target(planned, "uv", MARCH.first, "430")
    lines = {line.key: line for line in against.against(planned, MARCH).kpis}
    assert (lines["uv"].month_target, lines["uv"].figure.target) == (13_330, 4_300)


def test_who_answers_for_a_figure_sees_it_by_name(mia: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    mia.post(address("plan_owner"), {"key": "real_amt", "owner": world.bob.pk})
    mia.post(address("plan_owner"), {"key": "promo_cost:zhitongche", "owner": world.charlie.pk})  # a stranger
    assert [(row.key, row.user) for row in PlanOwner.objects.all()] == [("real_amt", world.bob)]
    owners = against.against(world.store, MARCH).owners
    assert [(line.owner.name, [each[2] for each in line.lines]) for line in owners] == [("bob", [100_000])]
    mia.post(address("plan_owner"), {"key": "real_amt", "owner": ""})
    assert not PlanOwner.objects.exists()


def test_a_duty_answers_for_a_figure_whoever_holds_it(
    mia: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    Member.objects.filter(user=world.bob).update(duties=["promotion"])
    mia.post(address("plan_owner"), {"key": "real_amt", "owner": "duty:promotion"})
    mia.post(address("plan_owner"), {"key": "uv", "owner": "duty:nothing"})
    (line,) = against.against(world.store, MARCH).owners
    assert (line.owner.key, line.owner.holders, line.lines[0][2]) == ("duty:promotion", ("bob",), 100_000)
    assert "bob" in mia.get(address("plan_against")).content.decode()
    mia.post(address("plan_owner"), {"key": "real_amt", "owner": world.bob.pk})
    assert PlanOwner.objects.get().duty == ""


# --- documents


@pytest.mark.parametrize(("key", "parts"), [("month", 11), ("outline", 8), ("work", 7), ("chapters", 7)])
def test_a_document_has_the_sections_of_its_founding_form(mia: Client, key: str, parts: int) -> None:
    page = mia.get(address("plan_document", key))
    assert (page.status_code, len(page.context["parts"])) == (200, parts)


def test_a_section_keeps_words_answers_owner_day_and_history(mia: Client, world: World) -> None:
    url = address("plan_section", "month", "social")
    form = {"text": "小红书种草", "answer:per_week": "5", "owner": world.bob.pk, "due": "2026-03-05", "version": "0"}
    mia.post(url, form)
    mia.post(url, form | {"text": "小红书 + 抖音", "done": "1", "version": "1"})
    section = plan_documents.sections(world.store, plan_documents.MONTH, MARCH.first)["social"]
    assert (section.text, section.fields, section.owner) == ("小红书 + 抖音", {"per_week": "5"}, world.bob)
    assert (section.due, section.is_done, section.version) == (march(5), True, 2)
    assert [change.new["text"] for change in PlanSectionChange.objects.all()] == ["小红书 + 抖音", "小红书种草"]


def test_a_section_s_history_that_is_cut_says_how_much_is_older(mia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_documents, "SHOWN", 2)
    for version in range(4):
        mia.post(address("plan_section", "month", "social"), {"text": f"text {version}", "version": str(version)})
    said = mia.get(address("plan_document", "month")).content.decode()
    assert ["saved 4 times" in said, "and 2 more" in said] == [True, True]
    assert ["<pre>text 2" in said, "<pre>text 1" in said] == [True, False]


def test_what_two_people_write_into_a_section_is_never_lost(mia: Client) -> None:
    url = address("plan_section", "month", "social")
    mia.post(url, {"text": "first", "version": "0"})
    told = mia.post(url, {"text": "second", "version": "0"})
    assert (told.status_code, "second" in told.content.decode(), "first" in told.content.decode()) == (409, True, True)


def test_how_often_a_week_is_a_number(mia: Client) -> None:
    mia.post(address("plan_section", "month", "mail"), {"answer:per_week": "often", "version": "0"})
    assert not PlanSectionChange.objects.exists()


def test_the_heads_three_targets_must_agree(planned: Store) -> None:  # S019
    assert document_facts.head(planned, MARCH).agrees is None
    targets.set_target(planned, "pay_order_cnt", MARCH.first, 3100)
    targets.set_target(planned, "aov_order", MARCH.first, "100")
    assert document_facts.head(planned, MARCH).agrees is True
    targets.set_target(planned, "aov_order", MARCH.first, "90")
    assert document_facts.head(planned, MARCH).agrees is False


def test_the_whole_orders_of_a_small_shop_agree_with_its_plan(planned: Store, world: World) -> None:
    plan = plans.start(planned, 2026, world.alice)
    cells = (("real_amt", None), ("uv", "25"), ("pay_cvr", "0.02"), ("aov_buyer", "100"))
    set_cells(plan, [Change(row, 3, value and D(value)) for row, value in cells], None)
    plans.approve(plan, world.alice)
    head = document_facts.head(planned, MARCH)  # 31 days of half an order: 15.5, told as 16
    assert (head.sales, head.orders, head.agrees) == (1550, 16, True)


def test_the_months_sheet_fills_in_what_the_system_knows(planned: Store) -> None:
    targets.set_target(planned, "real_amt", dt.date(2026, 4, 1), "400000")
    cover(planned, "orders", 1, 31)
    order(planned, 1, "310000")
    count(planned)
    found = document_facts.facts(planned, MARCH)
    assert [fact.value for fact in found["review"]][:2] == [310_000, 1]  # actual sales, target attainment
    assert found["next"][0].value == 400_000


def test_a_day_change_of_another_month_is_refused(planned: Store) -> None:
    with pytest.raises(day_cells.Refused):
        day_cells.set_days(planned, MARCH, [DayChange(dt.date(2026, 4, 1), "amount", D(1))], None)
