"""Approvals on the command line: what is under way, and deciding as somebody."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from staff import approvals
from staff.models import Approval, ApprovalEvent
from tests.staff.tasks import give
from tests.world import World


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def plan(world: World) -> Approval:
    """Bob asks for the plan of the year; Alice, the owner, decides about plans."""
    give(world.store, world.alice, level="owner")
    return approvals.ask(world.store, "plan", "年度计划", world.bob)


def test_what_is_under_way_is_listed_with_who_is_next(world: World, plan: Approval) -> None:
    assert run("approvals", "lotus") == f"{plan.pk}\t年度计划\t计划审批\t1/1 店主审核\talice"
    assert run("approvals", "lotus", "--settled") == ""
    assert run("approvals", world.other.slug) == ""


def test_json_says_what_the_interface_says(world: World, plan: Approval) -> None:
    told = json.loads(run("approvals", "lotus", "--json"))["approvals"][0]
    assert (told["id"], told["flow"], told["next"], told["asked_by"]) == (plan.pk, "plan", ["alice"], "bob")


def test_a_decision_is_kept_with_its_person_and_note(world: World, plan: Approval) -> None:
    assert run("approve", "lotus", str(plan.pk), "--by", "alice", "--note", "好") == f"{plan.pk} approved"
    last = ApprovalEvent.objects.filter(approval=plan).last()
    assert (last.what, last.by, last.note) == ("yes", world.alice, "好")
    assert run("approvals", "lotus", "--settled").split("\t")[3] == "approved"


def test_it_is_returned_to_where_it_was_written(world: World) -> None:
    give(world.store, world.alice, level="owner")
    found = approvals.ask(world.store, "single", "面霜", world.bob)
    for _step in range(5):
        run("approve", "lotus", str(found.pk), "--by", "alice")
    said = run("approve", "lotus", str(found.pk), "--by", "alice", "--return", "--note", "价格不对")
    assert said.startswith(f"{found.pk} open 4/7 写出运营方案")


WRONG = [
    ("not asked", ["--by", "bob"]),
    ("no member", ["--by", "charlie"]),
    ("returned without a reason", ["--by", "alice", "--return"]),
    ("refused without a reason", ["--by", "alice", "--refuse"]),
]


@pytest.mark.parametrize(("why", "told"), WRONG, ids=[x for x, _told in WRONG])
def test_what_may_not_be_decided_stays_open(world: World, plan: Approval, why: str, told: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        run("approve", "lotus", str(plan.pk), *told)
    assert refused.value.returncode == 2
    plan.refresh_from_db()
    assert plan.state == "open"


def test_another_store_s_approval_is_not_found(world: World, plan: Approval) -> None:
    give(world.other, world.mia, level="owner")
    with pytest.raises(CommandError, match="没有审批"):
        run("approve", world.other.slug, str(plan.pk), "--by", "mia")


def test_what_is_settled_is_not_decided_again(world: World, plan: Approval) -> None:
    run("approve", "lotus", str(plan.pk), "--by", "alice")
    with pytest.raises(CommandError):
        run("approve", "lotus", str(plan.pk), "--by", "alice", "--refuse", "--note", "不")
    assert Approval.objects.get(pk=plan.pk).state == "approved"
