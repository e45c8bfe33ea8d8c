"""The enrolment register, the talks, the playbook of a launch, and the campaigns as a feed."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from campaigns.models import Campaign, Contact, Enrolment
from campaigns.services import delete_campaign, save_campaign
from kpis.display.decisions import enrolments
from kpis.views.decision_words import decision_line
from opsplan.lib import clock
from staff.checklists import install_library
from staff.models import Task, TaskFeed
from staff.services import digest_of
from tests.campaigns.shop import campaign, product
from tests.world import World, at


@pytest.fixture(autouse=True)
def _november() -> object:
    with travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


def test_the_appendix_of_free_resources_comes_in_once(mia: Client, world: World) -> None:
    for _again in range(2):
        mia.post(at("enrolment_appendix"))
    assert Enrolment.objects.filter(store=world.store).count() == 4
    assert mia.get(at("enrolments")).status_code == 200


def test_an_enrolment_is_written_down_and_what_came_of_it(mia: Client, world: World) -> None:
    typed = {"name": "聚划算", "weight": "main", "state": "open", "until": "2026-11-28", "cost": "坑位费 500"}
    mia.post(at("enrolment_new"), typed)
    made = Enrolment.objects.get()
    mia.post(at("enrolment_edit", made.pk), typed | {"state": "won", "result": "排期 12 月 3 日"})
    won = mia.get(at("enrolments"), {"state": "won"}).content.decode()
    assert "排期 12 月 3 日" in won
    assert "排期 12 月 3 日" not in mia.get(at("enrolments"), {"state": "lost"}).content.decode()
    mia.post(at("enrolment_edit", made.pk), {"what": "delete"})
    assert not Enrolment.objects.exists()


def test_a_talk_is_noted_by_whoever_had_it(client: Client, world: World) -> None:
    about, theirs = campaign(world.store), Campaign.objects.create(
        store=world.other, name="theirs", first_day="2026-12-01", last_day="2026-12-02"
    )  # fmt: skip
    client.force_login(world.bob)
    typed = {"day": "2026-11-19", "who": "小二阿明", "said": "双12 会场下周二截止"}
    client.post(at("enrolment_talk"), typed | {"campaign": about.pk})
    client.post(at("enrolment_talk"), typed | {"campaign": theirs.pk})
    client.post(at("enrolment_talk"), typed | {"day": "nonsense"})
    assert [(talk.campaign, talk.by) for talk in Contact.objects.order_by("pk")] == [
        (about, world.bob),
        (None, world.bob),
    ]


def test_a_launch_begins_with_its_playbook(mia: Client, world: World) -> None:
    for _again in range(2):
        mia.post(at("campaign_playbook"), {"first_day": "2026-12-01"})
    made = Campaign.objects.get()
    assert (made.kind, made.days, made.state) == ("new", 30, "draft")
    assert made.materials.count() == 5
    assert len(made.theme.splitlines()) == 6
    days = list(made.enrolments.order_by("until").values_list("until", flat=True))
    assert days == [dt.date(2026, 12, day) for day in (8, 15, 22, 31)]


def test_a_launch_is_about_the_heroes_looked_at_and_moves_as_a_whole(mia: Client, world: World) -> None:
    install_library(world.store, "en")
    hero = product(world.store, "hero", 8900)
    type(hero).objects.filter(pk=hero.pk).update(is_hero=True)
    product(world.store, "other", 5900)
    mia.post(at("campaign_playbook"), {"first_day": "2026-12-01"})
    made = Campaign.objects.get()
    assert [(row.product, row.list_fen) for row in made.guarded.all()] == [(hero, 8900)]
    asked = Task.objects.get(template__source="process.launch")
    assert (asked.about, asked.day, len(asked.version.steps)) == (f"campaign {made.pk}", made.first_day, 6)
    Enrolment.objects.create(store=world.store, campaign=made, name="聚划算", until="2026-12-05")
    made.first_day, made.last_day = dt.date(2026, 12, 11), dt.date(2027, 1, 9)
    save_campaign(made, [hero])
    assert [str(row.until) for row in made.enrolments.order_by("until")] == [
        "2026-12-05", "2026-12-18", "2026-12-25", "2027-01-01", "2027-01-10"]  # fmt: skip
    asked.refresh_from_db()
    assert asked.day == made.first_day
    delete_campaign(made)
    assert not Task.objects.filter(template__source="process.launch").exists()


def test_what_has_to_be_enrolled_in_within_three_days_is_said_at_its_time(mia: Client, world: World) -> None:
    today = dt.date(2026, 11, 20)
    for name, day, state in (("过期", 16, "open"), ("昨天", 19, "open"), ("后天", 22, "open"), ("报了", 21, "sent"),
                             ("还早", 24, "open"), ("没日子", None, "open")):  # fmt: skip
        until = None if day is None else today.replace(day=day)
        Enrolment.objects.create(store=world.store, name=name, state=state, until=until)
    (told,) = enrolments(world.store, today)
    assert ([x.name for x in told.params["closing"]], told.tone) == (["昨天", "后天"], "bad")
    (later,) = enrolments(world.store, dt.date(2026, 11, 23))
    assert ([x.name for x in later.params["closing"]], later.tone) == (["后天", "还早"], "bad")
    assert list(enrolments(world.other, today)) == []
    request = SimpleNamespace(store=world.store, member=world.store.members.get(user=world.mia))
    line = decision_line(told, request)
    assert "11-19" in line.text
    assert "昨天" in line.text
    every = [row.name for row in mia.get(at("enrolments")).context["rows"]]
    assert every == ["过期", "昨天", "后天", "还早", "没日子", "报了"]
    assert [row.name for row in mia.get(line.url).context["rows"]] == ["昨天", "后天"]


def test_the_campaigns_are_fed_to_whoever_has_the_secret_and_may_see_them(client: Client, world: World) -> None:
    campaign(world.store)
    TaskFeed.objects.create(store=world.store, user=world.bob, digest=digest_of("s3cret"), created_at=clock.now())
    body = client.get(reverse("campaign_feed", args=["s3cret"])).content.decode()
    assert "SUMMARY:双12" in body
    assert "DTSTART;VALUE=DATE:20261210" in body
    world.store.members.filter(user=world.bob).delete()
    assert client.get(reverse("campaign_feed", args=["s3cret"])).status_code == 404
