"""Somebody leaves the team: what hangs on the person is told, nothing is lost, and who comes back finds it."""

import datetime as dt

import pytest
from django.test import Client

from kpis import queries
from kpis.display import saved
from kpis.models import AlertRule, PlanOwner, PlanSection
from opsplan.lib import clock
from staff import approvals, invitations, leaving, links, roster, shifts
from staff.models import Invitation, Member, Notice, Task, Turn
from staff.spawning import spawn
from staff.task_queries import of_store
from tests.staff.tasks import at as moment
from tests.staff.tasks import give, template
from tests.staff.test_presence import asked
from tests.staff.test_roster import shift
from tests.world import World, at

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def shop(world: World):
    """Bob serves alone and looks after a good deal; the others have duties of their own."""
    with moment("2026-11-23 09:00"):
        give(world.store, world.bob, "service")
        give(world.store, world.mia, "operations", level="manager")
        Member.objects.filter(user=world.bob).update(desk_names="莲花:小宝")
        yield world


def hang(shop: World) -> None:
    store, bob = shop.store, shop.bob
    early = shift(store)
    for day in (MONDAY, MONDAY + dt.timedelta(days=1)):
        roster.assign(store, bob.pk, early.pk, day)
    roster.add_rotation(store, bob.pk, shifts.pattern(early.pk, 1, 6), MONDAY + dt.timedelta(days=20), ahead=0)
    template(store, shop.mia, title="每人一次", for_each=True)
    template(store, shop.mia, title="只有小宝", duties=[], person_id=bob.pk)
    spawn(store)
    approvals.ask(store, "range", "款式", shop.mia)
    invitations.invite(store, bob, "member", note="朋友")
    links.make(store, bob, "weekly", days=7)
    PlanOwner.objects.create(store=store, key="uv", user=bob)
    PlanSection.objects.create(
        store=store, document="month", of=MONDAY, key="social", owner=bob, updated_at=clock.now()
    )
    rule = AlertRule.objects.create(store=store, metric="uv", kind="below", created_at=clock.now())
    rule.people.add(bob)
    saved.save(store, bob, "我的", "dashboard", "", is_shared=True)


def told(shop: World) -> set[str]:
    every = [*leaving.left_by(shop.store, shop.bob), *queries.left_by(shop.store, shop.bob)]
    assert all(x.path.startswith("/s/lotus/") for x in every if x.path)
    return {x.path.removeprefix("/s/lotus/") for x in every}


def test_everything_that_hangs_on_somebody_is_told(shop: World) -> None:
    assert told(shop) == {"duties/"}
    hang(shop)
    assert told(shop) == {
        "", "alerts/rules/", "dashboard/", "duties/", "plan/against/", "plan/documents/month/", "reports/links/",
        "roster/month/", "roster/setup/", "tasks/team/", "tasks/templates/",
    }  # fmt: skip


def test_who_leaves_is_told_with_what_hangs_on_them_and_comes_back_with_undo(shop: World, client: Client) -> None:
    hang(shop)
    client.force_login(shop.alice)
    member = Member.objects.get(store=shop.store, user=shop.bob)
    assert len(client.get(at("member_edit", member.pk)).context["left"]) == 11
    page = client.post(at("member_remove", member.pk), follow=True)
    assert len(page.context["removed"]["left"]) == 11
    assert not Invitation.objects.filter(revoked_at=None).exists()  # no way back of one's own making
    assert not Task.objects.filter(who=f"u{shop.bob.pk}", state="open").exists()
    [alone] = of_store(shop.store).filter(version__title="只有小宝", day=MONDAY)
    assert asked(shop, alone) == {"mia"}
    form = {f"add-{k}": v for k, v in page.context["removed"].items() if k in ("username", "level", "duties")}
    client.post(at("member_add"), form | {"desk_names": page.context["removed"]["desk_names"]})
    again = Member.objects.get(store=shop.store, user=shop.bob)
    assert (again.level, again.duties, again.desk_names) == ("member", ["service"], "莲花:小宝")
    assert Task.objects.filter(who=f"u{shop.bob.pk}", state="open").exists()
    assert Turn.objects.filter(user=shop.bob).count() == 2
    assert asked(shop, of_store(shop.store).get(pk=alone.pk)) == {"bob"}


def test_who_is_next_in_an_approval_hears_of_it_when_the_one_asked_has_left(shop: World) -> None:
    give(shop.store, shop.bob, "operations", "promotion")
    give(shop.store, shop.mia, level="manager")
    found = approvals.ask(shop.store, "single", "面膜", shop.alice)
    before = set(Notice.objects.filter(key__startswith=f"approval:{found.pk}").values_list("user__username", flat=True))
    leaving.leave(Member.objects.get(store=shop.store, user=shop.bob), shop.alice)
    after = set(Notice.objects.filter(key__startswith=f"approval:{found.pk}").values_list("user__username", flat=True))
    assert (before, after) == ({"bob"}, {"bob", "mia"})


def test_saving_a_part_of_a_plan_keeps_the_owner_who_has_left(shop: World, client: Client) -> None:
    of = MONDAY.replace(day=1)
    PlanSection.objects.create(store=shop.store, document="month", of=of, key="social", owner=shop.bob,
                               updated_at=clock.now(), version=1)  # fmt: skip
    Member.objects.filter(user=shop.bob).delete()
    client.force_login(shop.mia)
    page = client.get(at("plan_document", "month"), {"month": "2026-11"}).content.decode()
    assert f'value="{shop.bob.pk}" selected' in page
    client.post(at("plan_section", "month", "social"), {"month": "2026-11", "text": "x", "owner": shop.bob.pk,
                                                       "version": 1})  # fmt: skip
    assert PlanSection.objects.get(of=of).owner == shop.bob
