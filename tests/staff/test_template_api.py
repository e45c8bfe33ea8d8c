"""Templates over REST: read, written, published, switched, started; photos come with a tick."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from staff import library
from staff.checklists import install_library
from staff.models import Task
from staff.services import create_token
from tests.pictures import JPEG
from tests.staff.tasks import SUNDAY, at, give, template
from tests.world import World

URL = "/api/v1/stores/lotus/task-templates"
WEEKLY = {"title": "周会", "duties": ["service"], "rule": "FREQ=WEEKLY;BYDAY=MO", "starts": "10:00", "turns": ["bob"]}


@pytest.fixture
def program(world: World) -> Iterator[Client]:
    with at("2026-11-22 09:00"):
        yield client_of(world, "mia")


def client_of(world: World, name: str) -> Client:
    key = create_token(getattr(world, name), "key", "write", [world.store])[1]
    return Client(headers={"authorization": f"Bearer {key}"})


def test_a_template_is_written_published_and_makes_its_tasks(world: World, program: Client) -> None:
    made = program.post(URL, WEEKLY, "application/json")
    assert made.status_code == 201
    days = ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]
    assert [x["day"] for x in made.json()["next_days"]] == days
    assert [f"{x.day} {x.assignee}" for x in Task.objects.order_by("day")] == ["2026-11-23 bob", "2026-11-30 bob"]
    assert program.get(URL).json()["results"][0]["title"] == "周会"


def test_a_draft_changes_nothing_until_it_is_published(world: World, program: Client) -> None:
    url = f"{URL}/{template(world.store, world.mia, since=SUNDAY).pk}"
    kept = program.patch(url, {"title": "电话回访", "draft": True, "evidence": None}, "application/json").json()
    assert (kept["evidence"], kept["metric"]) == (None, None)
    assert (kept["title"], kept["draft"]["title"], kept["draft"]["rule"]) == ("回访", "电话回访", "FREQ=DAILY")
    assert program.post(url, {"do": "publish"}, "application/json").json()["title"] == "电话回访"
    assert set(Task.objects.values_list("version__title", flat=True)) == {"电话回访"}
    assert program.post(url, {"do": "discard"}, "application/json").status_code == 422


def test_it_is_switched_off_and_on(world: World, program: Client) -> None:
    url = f"{URL}/{template(world.store, world.mia, since=SUNDAY).pk}"
    assert program.post(url, {"do": "off"}, "application/json").json()["is_active"] is False
    assert not Task.objects.exists()
    assert program.post(url, {"do": "on"}, "application/json").json()["is_active"] is True
    assert Task.objects.exists()


def test_a_process_is_started_on_a_day(world: World, program: Client) -> None:
    url = f"{URL}/{template(world.store, world.mia, rule='', trigger='manual', offset=2).pk}"
    started = program.post(url, {"do": "start", "day": "2026-12-01", "subject": "面霜"}, "application/json")
    assert started.json()["made"] == 1
    assert [(x.day, x.subject) for x in Task.objects.all()] == [(dt.date(2026, 12, 3), "面霜")]


BAD = [
    ({"title": ""}, "title"),
    ({"duties": ["cook"]}, "duties"),
    ({"turns": ["charlie"]}, "turns"),
    ({"person": "vera"}, "person"),
    ({"rule": "FREQ=SOMETIMES"}, "rule"),
    ({"span": 61}, "span"),
    ({"metric": "luck"}, "metric"),
    ({"starts": "25:00"}, "starts"),
    ({"starts": None, "ends": "10:00"}, "ends"),
]


@pytest.mark.parametrize(("told", "field"), BAD)
def test_what_cannot_be_is_named_by_its_field(world: World, program: Client, told: dict[str, Any], field: str) -> None:
    answer = program.post(URL, WEEKLY | told, "application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert not Task.objects.exists()


def test_what_is_for_all_stores_is_not_a_manager_s_to_write(world: World, program: Client) -> None:
    url = f"{URL}/{template(None, world.alice).pk}"
    assert program.patch(url, {"title": "x"}, "application/json").status_code == 403
    assert program.post(url, {"do": "off"}, "application/json").json()["is_active"] is False


def test_a_photo_comes_with_a_tick_once(world: World, program: Client) -> None:
    give(world.store, world.bob, "service")
    task = template(world.store, world.mia, since=SUNDAY, evidence="photo").tasks.earliest("day")
    bob, url = client_of(world, "bob"), f"/api/v1/stores/lotus/tasks/{task.pk}"
    for body, status in ((b"no picture", 422), (JPEG, 200), (JPEG, 200)):
        told = {"do": "tick", "photo": SimpleUploadedFile("a.jpg", body)}
        assert bob.post(url, told, headers={"Idempotency-Key": "k"}).status_code == status
    task.refresh_from_db()
    assert (task.state, Path(task.photo).suffix, task.events.count()) == ("done", ".jpg", 1)


def test_every_template_of_the_library_is_told(world: World, program: Client) -> None:
    install_library(world.store, "en")
    told = program.get(f"{URL}?limit=1000").json()["results"]
    assert {x["source"] for x in told} == {x.key for x in library.everything()}


def test_points_and_counts_are_told(world: World, program: Client) -> None:
    """Two days later nothing was done on two days, and the third is still open."""
    give(world.store, world.bob, "service")
    made = template(world.store, world.mia, since=SUNDAY)
    point = {"about": "product 12", "title": "面霜", "is_gone": False}
    made.tasks.filter(day=SUNDAY).update(points=[point], steps_done=[0])
    base = URL.removesuffix("task-templates")
    (task,) = program.get(f"{base}tasks").json()["tasks"]
    assert task["points"] == [{"title": "面霜", "about": "product 12", "done": True, "gone": False}]
    with at("2026-11-24 09:00"):
        for by, key in (("duty", "service"), ("template", f"{made.pk}"), ("store", "lotus"), ("person", None)):
            told = program.get(f"{base}task-statistics?by={by}").json()
            assert [(x["key"], x["missed"], x["open"]) for x in told["rows"]] == [(key, 2, 1)], by
