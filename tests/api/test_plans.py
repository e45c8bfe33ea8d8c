"""A year's plan over REST and on the command line."""

import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from kpis.models import Plan, Target
from kpis.year import plans
from opsplan.lib.sheets import TYPES
from staff.models import Approval
from tests.api.conftest import Caller
from tests.world import World

ADDRESS = "/api/v1/stores/lotus/plans/2026"
MONTH = [
    {"row": "uv", "month": 4, "value": "2500", "was": None},
    {"row": "pay_cvr", "month": 4, "value": "0.04", "was": None},
    {"row": "aov_buyer", "month": 4, "value": "66.70", "was": None},
]


@pytest.fixture
def plan(world: World) -> Plan:
    return plans.start(world.store, 2026, world.mia, basis="30")


def patch(client, *cells: dict, **more: object):
    return client.patch(ADDRESS, json.dumps({"cells": cells, **more}), content_type="application/json")


def row(answer: dict, key: str) -> dict:
    return next(x for x in answer["rows"] if x["key"] == key)


def test_cells_are_set_and_what_follows_is_answered(caller: Caller, world: World, plan: Plan) -> None:
    answer = patch(caller(world.mia, "write"), *MONTH).json()
    assert row(answer, "real_amt")["cells"][3]["value"] == "200100"
    assert row(answer, "real_amt")["totals"]["q2"] == "200100"
    assert row(caller(world.vera).get(ADDRESS).json(), "daily_orders")["cells"][3]["value"] == "100"


def test_a_cell_without_what_was_seen_is_refused(caller: Caller, world: World, plan: Plan) -> None:
    answer = patch(caller(world.mia, "write"), {"row": "uv", "month": 4, "value": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "was"


def test_a_conflict_and_a_refusal_store_nothing(caller: Caller, world: World, plan: Plan) -> None:
    client = caller(world.mia, "write")
    patch(client, *MONTH)
    clash = patch(
        client,
        {"row": "uv", "month": 4, "value": "9", "was": "2400"},
        {"row": "uv", "month": 5, "value": "9", "was": None},
    )
    assert (clash.status_code, clash.json()["conflicts"][0]["now"]) == (409, "2500")
    refused = patch(client, {"row": "pay_cvr", "month": 4, "value": "4", "was": "0.04"})
    assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, "pay_cvr")
    assert row(client.get(ADDRESS).json(), "uv")["cells"][4]["value"] is None


def test_a_plan_in_force_is_revised_by_a_copy(caller: Caller, world: World, plan: Plan) -> None:
    client = caller(world.mia, "write")
    patch(client, *MONTH)
    plans.approve(plan, world.alice)
    assert patch(client, {"row": "uv", "month": 4, "value": "1", "was": "2500"}).status_code == 422
    made = client.post(ADDRESS, json.dumps({"scenario": "stretch", "copy": 1}), content_type="application/json")
    assert (made.status_code, made.json()["number"], made.json()["month_basis"]) == (201, 2, "30")
    assert patch(client, {"row": "uv", "month": 4, "value": "3000", "was": "2500"}).status_code == 200
    assert Target.objects.get(metric="uv").value == 2500
    assert client.get(ADDRESS, {"version": 1}).json()["status"] == "approved"


@pytest.mark.parametrize("body", [{}, {"scenario": "wild"}, {"scenario": "base", "copy": 7}])
def test_a_draft_that_makes_no_sense_is_refused(caller: Caller, world: World, body: dict) -> None:
    answer = caller(world.mia, "write").post(ADDRESS, json.dumps(body), content_type="application/json")
    assert answer.status_code == 422


def test_a_client_and_a_reading_token_do_not_see_or_change_a_draft(caller: Caller, world: World, plan: Plan) -> None:
    assert caller(world.carl).get(ADDRESS).status_code == 404
    assert caller(world.carl).get(ADDRESS, {"version": 1}).status_code == 404
    assert patch(caller(world.mia, "read"), *MONTH).status_code == 403


def test_the_command_prints_the_same(caller: Caller, world: World, plan: Plan) -> None:
    answer = patch(caller(world.mia, "write"), *MONTH).json()
    out = io.StringIO()
    call_command("plan", "lotus", 2026, "--json", stdout=out)
    assert json.loads(out.getvalue()) == answer
    out = io.StringIO()
    call_command("plan", "lotus", 2026, stdout=out)
    assert "200100" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("plan", "lotus", 2027)


@pytest.mark.parametrize("year", [100, 2101])
def test_a_plan_of_a_year_nobody_plans_is_refused_in_words(caller: Caller, world: World, year: int) -> None:
    address = ADDRESS.replace("2026", str(year))
    answer = caller(world.mia, "write").post(address, {"scenario": "base"}, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "year")


def test_a_workbook_is_given_to_whoever_accepts_workbooks(caller: Caller, world: World, plan: Plan) -> None:
    for kind in (TYPES["xlsx"], "application/octet-stream"):
        assert caller(world.vera).get(f"{ADDRESS}/workbook", headers={"Accept": kind}).status_code == 200


def test_a_draft_is_thrown_away_by_its_number(caller: Caller, world: World, plan: Plan) -> None:
    client = caller(world.mia, "write")
    named = f"{ADDRESS}?version=1"
    assert client.delete(ADDRESS).status_code == 422
    assert caller(world.vera, "write").delete(named).status_code == 403
    assert (client.delete(named).status_code, Plan.objects.count()) == (204, 0)
    plans.approve(plans.start(world.store, 2026, world.mia), world.alice)
    assert (client.delete(named).status_code, Plan.objects.count()) == (422, 1)
    wrong = client.post(ADDRESS, {"scenario": "base", "copy": 7}, content_type="application/json")
    assert wrong.json()["errors"][0]["valid"] == ["1"]


def test_a_version_is_submitted_handed_back_and_approved_once(caller: Caller, world: World, plan: Plan) -> None:
    mia, alice = caller(world.mia, "write"), caller(world.alice, "write")
    seen = patch(mia, *MONTH).json()["version"]

    def do(client, step: str, **said: object) -> tuple[int, object]:
        answer = client.post(f"{ADDRESS}/{step}", {"number": 1} | said, "application/json")
        told = answer.json()
        return answer.status_code, told.get("status") or told.get("version") or told.get("detail")

    assert do(mia, "submit", version=seen - 1) == (409, seen)
    assert do(mia, "submit", number=7)[0] == do(mia, "submit", number=None)[0] == 422
    assert do(mia, "submit", reason="年中大促", version=seen) == (200, "submitted")
    assert [do(mia, "submit"), do(mia, "return"), do(mia, "return")] == [
        (200, "submitted"), (200, "draft"), (200, "draft"),
    ]  # fmt: skip
    assert Approval.objects.get().state == "refused"
    assert [do(mia, "submit")[0], do(mia, "approve")[0], do(caller(world.vera, "write"), "submit")[0]] == [
        200,
        403,
        403,
    ]
    assert do(alice, "approve", version=seen + 1) == (409, seen)
    assert [do(alice, "approve", version=seen), do(alice, "approve")] == [(200, "approved")] * 2
    assert Target.objects.get(store=world.store, metric="real_amt").value == 200100
    assert Approval.objects.first().state == "approved"
    assert do(mia, "return")[0] == do(mia, "submit")[0] == 422
    (told,) = caller(world.vera).get(f"{ADDRESS}/versions").json()["versions"]
    assert (told["status"], told["submitted_by"], told["approved_by"], told["reason"]) == (
        "approved", "mia", "alice", "年中大促",
    )  # fmt: skip
    assert caller(world.carl).get(f"{ADDRESS}/versions").status_code == 403


def test_months_to_begin_a_year_with_are_told_and_what_is_missing_is_named(
    caller: Caller, world: World, plan: Plan
) -> None:
    mia, at = caller(world.mia), f"{ADDRESS}/suggestion"
    told = mia.get(f"{at}?from=quarters&shares=10,20,30,40&total=1000000").json()
    months = [Decimal(x) for x in told["months"]]
    assert [sum(months[n : n + 3]) for n in (0, 3, 6, 9)] == [100_000, 200_000, 300_000, 400_000]
    assert (told["total"], told["promo"], told["days"]) == ("1000000.00", [], 0)
    asked = ("", "?from=luck", "?from=last_year", "?from=last_year&growth=x", "?from=template&template=founding",
             "?from=quarters&total=1&shares=1,2")  # fmt: skip
    fields = [mia.get(at + x).json()["errors"][0]["field"] for x in asked]
    assert fields == ["from", "from", "growth", "growth", "total", "total"]
    assert caller(world.vera).get(f"{at}?from=last_year").status_code == 403


def test_the_command_line_takes_a_plan_on_its_way_in_the_name_of_a_person(world: World, plan: Plan) -> None:
    def run(*asked: str) -> str:
        out = io.StringIO()
        call_command("plan", "lotus", "2026", *asked, stdout=out)
        return out.getvalue().split()[3]

    steps = [run("--submit", "mia"), run("--return", "mia"), run("--submit", "mia"), run("--approve", "alice")]
    assert steps == ["submitted", "draft", "submitted", "approved"]
    for asked in (("--approve", "mia"), ("--submit", "nobody"), ("--submit", "mia"), ("--return", "mia")):
        with pytest.raises(CommandError) as refused:
            run(*asked)
        assert refused.value.returncode == 2


def test_a_step_is_taken_back_and_done_again_once_by_whoever_took_it(caller: Caller, world: World, plan: Plan) -> None:
    mia = caller(world.mia, "write")
    seen = patch(mia, MONTH[0]).json()["version"]

    def turn(which: str, version: int | None, client: object = mia) -> tuple[int, dict]:
        said = {"number": plan.number, "version": version}
        answer = client.post(f"{ADDRESS}/{which}", said, content_type="application/json")
        return answer.status_code, answer.json()

    assert [turn("undo", None)[0], turn("undo", seen, caller(world.alice, "write"))[0]] == [422, 422]
    status, told = turn("undo", seen)
    assert (status, row(told, "uv")["cells"][3]["value"]) == (200, None)
    assert turn("undo", seen) == (409, {"detail": turn("redo", seen)[1]["detail"], "version": told["version"]})
    status, told = turn("redo", told["version"])
    assert (status, row(told, "uv")["cells"][3]["value"]) == (200, "2500")
    assert caller(world.vera, "write").post(f"{ADDRESS}/undo", {}, content_type="application/json").status_code == 403
    patch(caller(world.alice, "write"), {"row": "uv", "month": 4, "value": "9", "was": "2500"})
    plan.refresh_from_db()
    status, told = turn("undo", plan.version)
    assert (status, [(x["row"], x["now"]) for x in told["conflicts"]]) == (409, [("uv", "2500")])
