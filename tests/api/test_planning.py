"""Enrolments, milestones and plan documents over REST: read, write, refuse, and keep apart what a token opens."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from campaigns.api import examples
from campaigns.models import Contact, Enrolment
from kpis.api import documents, milestones
from kpis.documents.plan_documents import DOCUMENTS, sections
from kpis.models import Milestone, PlanSection
from staff.models import Member
from staff.services import create_token
from tests.world import World

BASE = "/api/v1/stores/lotus"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-23")


def program(world: World, *metrics: str) -> Client:
    key = create_token(world.mia, f"key {metrics}", "write", [world.store], metrics)[1]
    return Client(headers={"authorization": f"Bearer {key}"})


@pytest.fixture
def api(world: World) -> Client:
    return program(world)


def send(api: Client, how: str, path: str, told: dict[str, Any] | None = None) -> tuple[int, Any]:
    answer = getattr(api, how)(BASE + path, told or {}, "application/json")
    return answer.status_code, answer.json() if answer.content else None


def wrong(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["errors"][0]["field"]


def test_enrolments_are_kept_changed_and_listed_with_the_open_ones_first(api: Client, world: World) -> None:
    status, made = send(api, "post", "/enrolments", examples.ENROLMENT)
    assert (status, made["until"], made["state"], made["campaign"]) == (201, "2026-12-05", "open", None)
    send(api, "post", "/enrolments", {"name": "淘金币", "until": "2026-12-01"})
    at = f"/enrolments/{made['id']}"
    assert send(api, "patch", at, examples.ENROLLED)[1]["result"] == "12 月 10 日上线，坑位 3"
    told = api.get(f"{BASE}/enrolments").json()["results"]
    assert [(x["name"], x["state"]) for x in told] == [("淘金币", "open"), ("聚划算 12 月场", "won")]
    assert [x["name"] for x in api.get(f"{BASE}/enrolments?state=won").json()["results"]] == ["聚划算 12 月场"]
    for told, field in (({"state": "lost?"}, "state"), ({"until": "soon"}, "until"), ({"campaign": 1}, "campaign")):
        assert wrong(send(api, "patch", at, told)) == (422, field)
    assert wrong(send(api, "post", "/enrolments", {"name": " "})) == (422, "name")
    assert wrong(send(api, "get", "/enrolments?state=x")) == (422, "state")
    assert send(api, "delete", at)[0] == 204
    assert Enrolment.objects.count() == 1


def test_a_talk_is_noted_by_whoever_has_the_key(api: Client, world: World) -> None:
    assert send(api, "post", "/enrolments/talks", examples.TALK)[0] == 201
    assert send(api, "post", "/enrolments/talks", examples.TALK | {"day": "x"})[0] == 422
    assert [(x.who, x.by) for x in Contact.objects.all()] == [("小二 阿青", world.mia)]
    assert api.get(f"{BASE}/enrolments/talks").json()["results"][0]["by"] == "mia"


def test_milestones_are_set_moved_and_told_as_far_as_the_key_opens_them(api: Client, world: World) -> None:
    status, made = send(api, "post", "/plan/milestones", milestones.EXAMPLE)
    shown = {"goal": "70", "visitors": "3500", "state": "coming", "days_left": 38, "window": 7, "by": "mia"}
    assert (status, {key: made[key] for key in shown}) == (201, shown)  # 70 / 0.02
    at = f"/plan/milestones/{made['id']}"
    assert api.get(f"{BASE}/plan/milestones").json() == {"milestones": [made]}
    assert send(api, "patch", at, {"due_on": "2027-01-15", "window": 14})[1]["due_on"] == "2027-01-15"
    mine = Milestone.objects.get()
    assert (mine.goal, mine.window, mine.start) == (Decimal(70), 14, dt.date(2026, 12, 1))
    for told, field in (({"goal": "0"}, "goal"), ({"metric": "uv"}, "metric"), ({"window": 0}, "window"),
                        ({"first": "2027-02-01"}, "due_on"), ({"conversion": "x"}, "conversion")):  # fmt: skip
        assert wrong(send(api, "patch", at, told)) == (422, field)
    other = program(world, "pay_amt")
    assert other.get(f"{BASE}/plan/milestones").json() == {"milestones": []}
    assert (other.get(BASE + at).status_code, send(other, "post", "/plan/milestones", milestones.EXAMPLE)[0]) == (
        404,
        422,
    )
    assert (send(api, "delete", at)[0], Milestone.objects.count()) == (204, 0)


def test_sections_of_a_document_are_written_all_or_none_on_what_one_saw(api: Client, world: World) -> None:
    at = "/plan/documents/month?month=2026-12"
    status, told = send(api, "patch", at, documents.EXAMPLE)
    first = told["sections"][0]
    assert (status, first["owner"], first["due_on"], first["version"], first["by"]) == (
        200,
        "bob",
        "2026-12-05",
        1,
        "mia",
    )
    assert (first["answers"]["per_week"]["value"], told["of"]) == ("3", "2026-12-01")
    assert send(api, "patch", at, documents.EXAMPLE)[0] == 409
    both = [{"key": "social", "version": 1, "done": True}, {"key": "seo", "version": 0, "owner": "nobody"}]
    assert wrong(send(api, "patch", at, {"sections": both})) == (422, "sections[1].owner")
    assert not PlanSection.objects.get().is_done
    status, told = send(api, "patch", at, {"sections": both[:1]})
    assert (told["sections"][0]["done"], told["sections"][0]["text"]) == (True, "小红书两篇、微博一篇，主推面膜")
    assert sections(world.store, DOCUMENTS["month"], dt.date(2026, 12, 1))["social"].changes.count() == 2
    for one, field in (({"key": "x", "version": 0}, "key"), ({"key": "seo"}, "version"),
                       ({"key": "seo", "version": 0, "answers": {"a": "b"}}, "answers"),
                       ({"key": "seo", "version": 0, "due_on": "x"}, "due_on"),
                       ({"key": "social", "version": 2, "answers": {"per_week": "oft"}}, "")):  # fmt: skip
        found = wrong(send(api, "patch", at, {"sections": [one]}))
        assert found == (422, f"sections[0].{field}".rstrip("."))
    assert api.get(f"{BASE}/plan/documents/novel?month=2026-12").status_code == 404
    assert "outline" in [x["key"] for x in api.get(f"{BASE}/plan/documents").json()["documents"]]


def test_a_key_for_some_figures_is_told_no_others_beside_a_document(api: Client, world: World) -> None:
    def metrics(client: Client) -> set[Any]:
        told = client.get(f"{BASE}/plan/documents/chapters?month=2026-11").json()["sections"]
        return {x["metric"] for section in told for x in section["facts"]}

    assert {None, "real_amt"} <= metrics(api)
    assert metrics(program(world, "real_amt")) == {"real_amt"}


def test_who_only_reads_writes_nothing_here(world: World) -> None:
    Member.objects.filter(store=world.store, user=world.mia).update(level="viewer")
    api = program(world)
    assert send(api, "post", "/enrolments", examples.ENROLMENT)[0] == 403
    assert send(api, "post", "/plan/milestones", milestones.EXAMPLE)[0] == 403
    assert send(api, "patch", "/plan/documents/month?month=2026-12", documents.EXAMPLE)[0] == 403
    assert [kind.objects.count() for kind in (Enrolment, Milestone, PlanSection)] == [0, 0, 0]


def test_what_tells_of_figures_of_every_kind_is_not_opened_by_a_key_for_some(api: Client, world: World) -> None:
    some = program(world, "pay_amt")
    paths = ["/plans/2026", "/plans/2026/workbook", "/plan/days?month=2026-11", "/plan/days/workbook?month=2026-11",
             "/campaigns/1/live", "/campaigns/1/review", "/customers", "/orders/unshipped",
             "/platform-check?from=2026-11-01&to=2026-11-02"]  # fmt: skip
    assert {path: some.get(BASE + path).status_code for path in paths} == dict.fromkeys(paths, 403)
    assert 403 not in {api.get(BASE + path).status_code for path in paths}
    assert send(some, "put", "/plan/days?month=2026-11", {"days": []})[0] == 403
