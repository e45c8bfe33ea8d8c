"""The year's grid as a page and as JSON."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from kpis.advice import plan_actuals
from kpis.models import Plan, PlanCell, Target
from kpis.sums import targets
from kpis.views import plan_words
from kpis.views.plan import year_rate
from kpis.year import plan_wire, plans
from tests.kpis.facts import count, cover, march, order, traffic
from tests.world import World


@pytest.fixture
def mia(client: Client, world: World) -> Client:
    for person in (world.mia, world.alice):
        person.language = "en"
        person.save()
    client.force_login(world.mia)
    return client


@pytest.fixture
def plan(world: World) -> Plan:
    return plans.start(world.store, 2026, world.mia, basis="30")


def test_the_year_stands_only_on_months_that_have_a_target() -> None:
    none = (None,) * 10
    came = plan_actuals.Actual(
        "real_amt", (*none[:9], Decimal(24), Decimal(25), None), Decimal(49), none, None, none, None
    )
    assert year_rate("real_amt", came, [*none, Decimal(32), Decimal(18)]) == "50.0%"  # 25 of 32 + 18
    assert year_rate("real_amt", came, [*none, None, Decimal(18)]) == ""
    assert year_rate("uv", came, [*none, Decimal(32), Decimal(18)]) == ""


def page(year: int = 2026) -> str:
    return f"{reverse('targets', args=['lotus'])}?year={year}"


def send(client: Client, plan: Plan, *cells: dict, name: str = "plan_cells", **more: object):
    body = json.dumps({"cells": list(cells), **more})
    return client.post(reverse(name, args=["lotus", plan.pk]), body, content_type="application/json")


def typed(row: str, month: object, text: str, was: str | None = None) -> dict:
    return {"row": row, "month": month, "typed": text, "was": was}


def row(answer: object, key: str) -> dict:
    return next(x for x in answer.json()["rows"] if x["key"] == key)


def test_without_a_plan_the_page_offers_to_begin_one(mia: Client, world: World) -> None:
    targets.set_target(world.store, "real_amt", march(1), 500)
    assert mia.get(page()).context["without_plan"] == 1
    answer = mia.post(reverse("plan_start", args=["lotus"]), {"year": "2026"})
    assert answer.headers["Location"] == page() + "&v=1"
    assert "500" in mia.get(page()).content.decode()


def test_what_people_type_is_understood(mia: Client, plan: Plan) -> None:
    answer = send(mia, plan, typed("uv", 4, "2,500"), typed("pay_cvr", 4, "4%"), typed("aov_buyer", 4, "¥６６．７"))
    assert row(answer, "real_amt")["cells"][3]["value"] == "200100"
    assert row(answer, "real_amt")["totals"] == {"year": "200100", "q1": None, "q2": "200100", "q3": None, "q4": None}
    assert row(send(mia, plan, typed("real_amt", 5, "40万")), "real_amt")["cells"][4]["value"] == "400000"


def test_a_conflict_tells_what_stands_there_and_who_set_it(mia: Client, plan: Plan, world: World) -> None:
    send(mia, plan, typed("uv", 4, "2500"))
    answer = send(mia, plan, typed("uv", 4, "2600"))
    assert answer.status_code == 409
    [told] = answer.json()["conflicts"]
    assert (
        dt.datetime.fromisoformat(told.pop("at"))
        == PlanCell.objects.get(row__plan=plan, row__key="uv", month=4).updated_at
    )
    assert told == {"row": "uv", "month": 4, "label": "Target visitors a day", "by": "mia", "now": "2500"}
    assert send(mia, plan, typed("uv", 4, "2600", was="2500")).status_code == 200


@pytest.mark.parametrize(
    "cell",
    [
        typed("uv", 4, "many"),
        typed("nothing", 4, "5"),
        typed("uv", 14, "5"),
        typed("pay_cvr", 4, "140"),
        typed("daily_orders", 4, "5"),
        {"row": "uv", "month": 4},
        "uv",
    ],
)
def test_a_refused_cell_says_why(mia: Client, plan: Plan, cell: object) -> None:
    answer = send(mia, plan, cell)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"]


def test_a_contradiction_is_told_in_a_sentence(mia: Client, plan: Plan) -> None:
    send(mia, plan, typed("uv", 4, "2500"), typed("pay_cvr", 4, "4"), typed("aov_buyer", 4, "66.7"))
    locks = [{"row": key, "month": 4, "locked": True, "was": False} for key in ("uv", "pay_cvr", "aov_buyer")]
    send(mia, plan, *locks)
    answer = send(mia, plan, typed("real_amt", 4, "30万", was="200100"))
    assert "300,000" in answer.json()["errors"][0]["message"]


def test_undo_and_redo_answer_with_the_plan(mia: Client, plan: Plan) -> None:
    send(mia, plan, typed("uv", 4, "2500"))
    assert row(send(mia, plan, name="plan_undo"), "uv")["cells"][3]["value"] is None
    assert row(send(mia, plan, name="plan_redo"), "uv")["cells"][3]["value"] == "2500"
    assert send(mia, plan, name="plan_redo").status_code == 204


def test_a_plan_is_sent_only_when_it_has_changed(mia: Client, plan: Plan) -> None:
    send(mia, plan, typed("uv", 4, "2500"))
    address = reverse("plan_data", args=["lotus", plan.pk])
    assert mia.get(address, {"since": "1"}).status_code == 204
    assert mia.get(address, {"since": "0"}).json()["version"] == 1


def test_a_row_is_added_and_taken_away(mia: Client, plan: Plan) -> None:
    key = send(mia, plan, name="plan_rows", add={"kind": "number", "unit": "rate", "title": "老客占比"}).json()["key"]
    assert "老客占比" in mia.get(page()).content.decode()
    assert send(mia, plan, name="plan_rows", add={"kind": "number", "unit": "kg", "title": "x"}).status_code == 422
    assert send(mia, plan, name="plan_rows", remove=key).status_code == 204
    assert send(mia, plan, name="plan_rows", remove="uv").status_code == 422


def test_the_history_of_a_cell_names_who_and_what(mia: Client, plan: Plan) -> None:
    send(mia, plan, typed("uv", 4, "2500"))
    said = mia.get(reverse("plan_history", args=["lotus", plan.pk]), {"row": "uv", "month": "4"}).content.decode()
    assert "mia" in said
    assert "2,500" in said
    assert mia.get(reverse("plan_history", args=["lotus", plan.pk]), {"row": "uv", "month": "0"}).status_code == 404


def test_a_history_that_is_cut_says_how_much_is_older(mia: Client, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_wire, "SHOWN", 2)
    told = []
    for was, number in ((None, "2500"), ("2500", "2600"), ("2600", "2700"), ("2700", "2800")):
        assert send(mia, plan, typed("uv", 4, number, was)).status_code == 200
        changes, older = plan_wire.history(plan, "uv", 4)
        told.append((len(changes), older))
    assert told == [(1, 0), (2, 0), (2, 1), (2, 2)]
    said = mia.get(reverse("plan_history", args=["lotus", plan.pk]), {"row": "uv", "month": "4"}).content.decode()
    assert "and 2 more" in said


def test_the_way_to_approval(mia: Client, plan: Plan, world: World) -> None:
    send(mia, plan, typed("real_amt", 4, "20万"))
    long = mia.post(reverse("plan_submit", args=["lotus", plan.pk]), {"reason": "x" * 301}, follow=True)
    assert "301" in str(*long.context["messages"])
    mia.post(reverse("plan_submit", args=["lotus", plan.pk]), {"reason": "first"})
    assert send(mia, plan, typed("uv", 4, "1")).status_code == 422
    assert mia.post(reverse("plan_approve", args=["lotus", plan.pk])).status_code == 403
    mia.force_login(world.alice)
    mia.post(reverse("plan_approve", args=["lotus", plan.pk]))
    assert Target.objects.get().value == 200_000


def test_a_client_reads_only_what_is_in_force(client: Client, plan: Plan, world: World) -> None:
    client.force_login(world.carl)
    assert client.get(page()).context["plan"] is None
    assert client.get(reverse("plan_data", args=["lotus", plan.pk])).status_code == 404
    plans.approve(plan, world.alice)
    assert client.get(page()).context["plan"] == plan


def test_a_plan_of_another_store_is_not_found(mia: Client, world: World) -> None:
    theirs = plans.start(world.other, 2026, world.charlie)
    assert send(mia, theirs, typed("uv", 4, "1")).status_code == 404


def test_a_draft_is_thrown_away_and_a_plan_in_force_is_not(mia: Client, plan: Plan, world: World) -> None:
    mia.post(reverse("plan_discard", args=["lotus", plan.pk]))
    assert not Plan.objects.exists()
    kept = plans.approve(plans.start(world.store, 2026, world.mia), world.alice)
    mia.post(reverse("plan_discard", args=["lotus", kept.pk]))
    assert Plan.objects.get() == kept


def test_versions_stand_side_by_side(mia: Client, plan: Plan, world: World) -> None:
    send(mia, plan, typed("real_amt", 4, "20万"))
    mia.post(reverse("plan_start", args=["lotus"]), {"year": "2026", "source": plan.pk, "scenario": "stretch"})
    second = Plan.objects.get(number=2)
    send(mia, second, typed("real_amt", 4, "30万", was="200000"))
    page = mia.get(reverse("plan_versions", args=["lotus"]), {"year": 2026})
    shown, by_month = page.context["rows"][0], page.context["months"]["lines"]
    assert [cell["text"] for cell in shown["cells"]] == ["300,000", "200,000"]
    assert shown["cells"][0]["change"] == pytest.approx(0.5)
    assert [line["cells"][3][1]["text"] for line in by_month] == ["300,000", "200,000"]  # April
    assert by_month[0]["cells"][13][1]["change"] == pytest.approx(0.5)  # and its quarter


def test_actual_sales_stand_beside_the_plan(mia: Client, plan: Plan, world: World) -> None:
    cover(world.store, "orders", 1, 31)
    order(world.store, 5, "75.00")
    count(world.store)
    send(mia, plan, typed("real_amt", 3, "100"))
    came = mia.get(page()).context["actuals"][0]
    assert (came["actual"][2], came["rates"][2]) == (
        "75.0",
        {"came": "75.00", "is_open": False, "text": "75.0%", "tone": "bad"},
    )


def test_visitors_of_last_year_are_a_day_s_mean_of_the_days_that_are_compared(world: World) -> None:
    for day in range(1, 11):  # the other 21 days of March nobody has told of
        traffic(world.store, dt.date(2025, 3, day), 310)
        traffic(world.store, day, 100)
    traffic(world.store, dt.date(2026, 1, 1), 100)
    count(world.store)
    came = plan_actuals.actuals(world.store, 2026)[0]["uv"]
    assert (came.months[0], came.months[2]) == (100, 100)  # the year begins on its first day
    assert (came.months[2], came.last_year[2], came.year, came.last_year_sum) == (100, 310, 100, 310)


@pytest.mark.parametrize(("today", "under_way"), [("2026-03-31", 3), ("2026-04-01", 0), ("2026-04-02", 4)])
def test_a_month_is_under_way_until_its_last_day_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch, today: str, under_way: int
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", today)
    assert plan_actuals.actuals(world.store, 2026)[1] == under_way


def test_a_year_that_has_not_begun_has_no_actuals(mia: Client, world: World) -> None:
    plans.start(world.store, 2030, world.mia)
    answer = mia.get(page(2030))
    assert set(answer.context["actuals"][0]["actual"]) == {""}
    assert "No sales of 2029 have been imported yet" in answer.content.decode()


@pytest.mark.parametrize(("today", "march", "year"), [("2026-04-01", "75.0", "75.0"), ("2026-03-31", "", "")])
def test_whole_months_of_last_year_stand_under_a_plan_made_before_its_year(
    mia: Client, world: World, monkeypatch: pytest.MonkeyPatch, today: str, march: str, year: str
) -> None:
    """A month counts once it is over."""
    monkeypatch.setenv("OPSPLAN_TODAY", today)
    cover(world.store, "orders", 1, 31)
    order(world.store, 5, "75.00")
    count(world.store)
    plans.start(world.store, 2027, world.mia)
    came = mia.get(page(2027)).context["actuals"][0]
    assert (came["year_before"][2], came["year_before_sum"], came["last_year"][2]) == (march, year, "")


def test_a_member_reads_the_plan_and_may_not_change_it(client: Client, plan: Plan, world: World) -> None:
    client.force_login(world.bob)
    answer = client.get(page())
    assert not answer.context["is_open"]
    assert send(client, plan, typed("uv", 4, "1")).status_code == 403


def test_the_sheet_comes_as_a_file_with_full_numbers(mia: Client, plan: Plan) -> None:
    send(mia, plan, typed("real_amt", 4, "12.34万"), {"row": "theme", "month": 4, "text": "美白专场", "was": ""})
    content = mia.get(page() + "&format=csv").content.decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(content))}
    assert [rows["Month's target sales"][n] for n in (5, 15, 18)] == ["123400"] * 3
    assert rows["Campaign themes"][5] == "美白专场"


@pytest.mark.parametrize(
    ("values", "scale", "wanted"),
    [
        (["114000", "16000", None, "400"], 10_000, ["11.40", "1.60", "", "0.04"]),
        (["100000", "1200000", "9060000"], 10_000, ["10.0", "120.0", "906.0"]),
        (["100049", "1200000"], 10_000, ["10.0", "120.0"]),  # 10.0049: no second place is told
        (["600", "1200", "79.45"], 1, ["600", "1,200", "79"]),
        (["600", "20", "79.45"], 1, ["600.0", "20.0", "79.45"]),
    ],
)
def test_the_numbers_of_a_row_have_the_same_places(values: list[str | None], scale: int, wanted: list[str]) -> None:
    numbers = [None if x is None else Decimal(x) for x in values]
    assert plan_words.shown_all(numbers, [], "money", scale) == wanted
