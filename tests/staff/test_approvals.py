"""Approvals go from step to step, always somebody is next, and a second person is a second person."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from kpis.models import Plan
from kpis.year import plans
from staff import approvals
from staff.approval_flows import BadMove, after, back_to, flows, verbs
from staff.models import Approval, Member
from staff.services import create_token
from tests.staff.tasks import give
from tests.world import World

STEPS = {"position": 7, "single": 7, "market": 9, "range": 6, "points": 6, "plan": 1, "campaign": 1, "price": 1}
SOURCES = {"position": "S108", "single": "S109", "market": "S110", "range": "S111", "points": "S112"}


def test_the_five_flows_of_the_founding_papers_have_their_steps() -> None:
    assert {key: len(flow.steps) for key, flow in flows().items()} == STEPS
    assert {key: flow.source for key, flow in flows().items() if flow.source} == SOURCES
    assert [x.zh for x in flows()["single"].steps][3:6] == ["写出运营方案", "和美工部门沟通", "总监审核"]


MOVES = [  # flow, place, verb -> state, place
    ("single", 0, "done", "open", 1),
    ("single", 1, "say", "open", 1),
    ("single", 5, "yes", "open", 6),
    ("single", 5, "no", "refused", 5),
    ("single", 5, "back", "open", 3),
    ("single", 6, "done", "approved", 6),
    ("single", 2, "withdraw", "withdrawn", 2),
    ("price", 0, "yes", "approved", 0),
    ("plan", 0, "no", "refused", 0),
]


@pytest.mark.parametrize(("flow", "place", "verb", "state", "then"), MOVES)
def test_a_verb_leads_on(flow: str, place: int, verb: str, state: str, then: int) -> None:
    assert after(flows()[flow], place, verb) == (state, then)


@pytest.mark.parametrize(("flow", "place", "verb"), [("single", 0, "yes"), ("single", 5, "done"), ("price", 0, "back")])
def test_what_cannot_be_done_at_a_step_is_refused(flow: str, place: int, verb: str) -> None:
    with pytest.raises(BadMove):
        after(flows()[flow], place, verb)


@pytest.mark.parametrize("key", list(STEPS))
def test_every_flow_can_be_walked_to_its_end(key: str) -> None:
    flow, state, place, walked = flows()[key], "open", 0, 0
    while state == "open":
        state, place = after(flow, place, "yes" if "yes" in verbs(flow, place) else "done")
        walked += 1
    assert (state, walked) == ("approved", len(flow.steps))
    assert back_to(flow, 0) is None


def person(world: World, name: str) -> Member:
    return Member.objects.select_related("store", "user").get(store=world.store, user__username=name)


def next_names(world: World, found: Approval) -> list[str]:
    return [m.user.username for m in approvals.next_up(found, approvals.people_asked(world.store))]


def test_who_is_next_follows_the_duties(world: World) -> None:
    give(world.store, world.bob, "promotion")
    found = approvals.ask(world.store, "single", "面霜", world.bob)
    assert next_names(world, found) == ["bob"]
    found = approvals.decide(world.store, found.pk, person(world, "bob"), "done")
    assert next_names(world, found) == ["alice", "mia", "bob"]  # opinions: everybody who works


def test_a_step_of_a_duty_nobody_has_asks_the_managers(world: World) -> None:
    found = approvals.ask(world.store, "single", "面霜", world.bob)
    assert next_names(world, found) == ["alice", "mia"]


def test_an_exception_to_the_price_rules_wants_a_second_person(world: World) -> None:
    found = approvals.ask(world.store, "price", "清仓 6 折", world.mia, about="tea:7")
    assert next_names(world, found) == ["alice"]
    with pytest.raises(PermissionDenied):
        approvals.decide(world.store, found.pk, person(world, "mia"), "yes")
    approvals.decide(world.store, found.pk, person(world, "alice"), "yes")
    assert Approval.objects.get(about="tea:7").state == "approved"


def test_a_member_may_speak_but_not_decide(world: World) -> None:
    found = approvals.ask(world.store, "campaign", "双12", world.mia, about="tea:1")
    approvals.decide(world.store, found.pk, person(world, "bob"), "say", "预算太高")
    with pytest.raises(PermissionDenied):
        approvals.decide(world.store, found.pk, person(world, "bob"), "yes")
    with pytest.raises(PermissionDenied):
        approvals.decide(world.store, found.pk, person(world, "vera"), "say", "x")


def test_a_refusal_says_why(world: World) -> None:
    found = approvals.ask(world.store, "campaign", "双12", world.bob)
    with pytest.raises(ValidationError):
        approvals.decide(world.store, found.pk, person(world, "mia"), "no")
    done = approvals.decide(world.store, found.pk, person(world, "mia"), "no", "没有库存")
    assert (done.state, done.settled_by) == ("refused", world.mia)


def test_whoever_was_slower_does_not_move_it_a_second_time(world: World) -> None:
    found = approvals.ask(world.store, "range", "2027 款式", world.bob)
    approvals.decide(world.store, found.pk, person(world, "bob"), "done", place=0)
    with pytest.raises(ValidationError):
        approvals.decide(world.store, found.pk, person(world, "mia"), "done", place=0)
    assert Approval.objects.get(pk=found.pk).place == 1


def test_asking_twice_about_the_same_thing_is_one_approval(world: World) -> None:
    one = approvals.ask(world.store, "price", "清仓", world.bob, about="tea:7")
    assert approvals.ask(world.store, "price", "清仓", world.mia, about="tea:7") == one
    approvals.settle(world.store, "tea:7", "withdraw", world.bob)
    assert approvals.ask(world.store, "price", "清仓", world.bob, about="tea:7") != one


def test_a_submitted_plan_waits_for_the_owner_and_is_put_in_force_where_it_is_approved(world: World) -> None:
    plan = plans.submit(plans.start(world.store, 2027, world.mia), world.mia, "first")
    found = approvals.waiting_for(world.store, f"plan:{plan.pk}")
    assert next_names(world, found) == ["alice"]
    approvals.decide(world.store, found.pk, person(world, "alice"), "yes")
    assert Plan.objects.get(pk=plan.pk).status == Plan.Status.APPROVED


def test_a_plan_approved_on_its_own_page_settles_its_approval(world: World) -> None:
    plan = plans.submit(plans.start(world.store, 2027, world.mia), world.mia)
    plans.approve(plan, world.alice)
    assert Approval.objects.get(about=f"plan:{plan.pk}").state == "approved"


def test_a_plan_refused_is_a_draft_again(world: World) -> None:
    plan = plans.submit(plans.start(world.store, 2027, world.mia), world.mia)
    found = approvals.waiting_for(world.store, f"plan:{plan.pk}")
    approvals.decide(world.store, found.pk, person(world, "alice"), "no", "太低")
    assert Plan.objects.get(pk=plan.pk).status == Plan.Status.DRAFT


def logged_in(who: object) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_the_page_shows_what_waits_and_takes_the_decision(world: World) -> None:
    found = approvals.ask(world.store, "campaign", "双12 预热", world.bob)
    alice = logged_in(world.alice)
    assert "双12 预热" in alice.get(reverse("approvals", args=["lotus"])).content.decode()
    part = alice.get(reverse("approval", args=["lotus", found.pk]), headers={"hx-request": "true"}).content.decode()
    assert ("<html" in part, 'name="from" value="today"' in part) == (False, True)  # beside 今日, and back there
    said = alice.post(reverse("approval_do", args=["lotus", found.pk]), {"do": "yes", "place": "0", "from": "today"})
    assert (said.status_code, said.headers["Location"]) == (302, reverse("today", args=["lotus"]))
    again = alice.post(reverse("approval_do", args=["lotus", found.pk]), {"do": "yes", "place": "0"})
    assert (again.status_code, Approval.objects.get(pk=found.pk).state) == (422, "approved")


def test_a_flow_is_begun_on_the_page(world: World) -> None:
    bob = logged_in(world.bob)
    assert bob.post(reverse("approval_new", args=["lotus"]), {"flow": "single"}).status_code == 422
    said = bob.post(reverse("approval_new", args=["lotus"]), {"flow": "single", "title": "面霜"})
    assert bob.get(said.headers["Location"]).status_code == 200


def test_rest_tells_who_is_next_and_takes_a_decision(world: World) -> None:
    found = approvals.ask(world.store, "campaign", "双12", world.bob)
    from_program = api(world, "alice")
    told = from_program.get("/api/v1/stores/lotus/approvals?mine=1").json()["results"]
    assert [(x["id"], x["next"]) for x in told] == [(found.pk, ["alice", "mia"])]
    url = f"/api/v1/stores/lotus/approvals/{found.pk}"
    assert from_program.post(url, {"do": "no"}, "application/json").status_code == 422
    assert from_program.post(url, {"do": "yes"}, "application/json").json()["state"] == "approved"


def api(world: World, name: str) -> Client:
    from_key = create_token(getattr(world, name), "key", "write", [world.store])[1]
    return Client(headers={"authorization": f"Bearer {from_key}"})
