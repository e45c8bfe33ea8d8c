"""A new shop's thirteen days: every role on every day, moved and stopped without losing what was done."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from staff import checklists, launch
from staff.models import Member, Task
from tests.staff.tasks import SUNDAY, at, give, tick
from tests.world import World

FIRST = dt.date(2013, 3, 20)  # the seed's grid: Wednesday 20 March to Monday 1 April


@pytest.fixture
def opening(world: World) -> World:
    give(world.store, world.mia, "operations", level="manager")
    with at("2013-03-19 09:00"):
        checklists.install_library(world.store, "zh-hans")
        yield world


def seen(world: World, ref: str) -> launch.Grid:
    return launch.grid(Member.objects.select_related("store", "user").get(user=world.mia), ref)


def test_the_grid_of_the_seed_has_its_days_and_roles(opening: World) -> None:
    grid = seen(opening, launch.start(opening.store, FIRST, "旗舰店"))
    assert (f"{grid.days[0]:%m-%d %a}", f"{grid.days[-1]:%m-%d %a}", len(grid.days)) == ("03-20 Wed", "04-01 Mon", 13)
    roles = {x.title.removeprefix("新店："): sum(map(len, x.cells)) for x in grid.rows}
    daily = dict.fromkeys(("物流", "仓库", "财务", "策划/SEO", "美工", "推广", "外联/渠道"), 13)
    assert roles == daily | {"里程碑": 1}
    steps = {x.title.removeprefix("新店："): len(x.cells[12][0].version.steps) for x in grid.rows}
    assert steps == {"物流": 4, "仓库": 4, "财务": 2, "策划/SEO": 3, "美工": 2, "推广": 2, "外联/渠道": 3, "里程碑": 3}


def test_a_launch_placed_twice_makes_nothing_new(opening: World) -> None:
    ref = launch.start(opening.store, FIRST)
    assert launch.place(opening.store, ref, FIRST, "") == 0
    assert [(x.ref, x.first, x.done, x.total) for x in launch.launches(opening.store)] == [(ref, FIRST, 0, 91)]


def test_moving_it_moves_what_is_open(opening: World) -> None:
    ref = launch.start(opening.store, FIRST)
    done = Task.objects.filter(key=f"newshop:{ref}:00").first()
    with at("2013-03-20 10:00"):
        tick(done, Member.objects.select_related("store", "user").get(user=opening.mia))
        launch.place(opening.store, ref, dt.date(2013, 3, 25), "")
    done.refresh_from_db()
    assert (done.day, done.state) == (FIRST, "done")
    open_ones = Task.objects.filter(key__startswith=f"newshop:{ref}:", state="open").order_by("day")
    assert (open_ones.first().day, open_ones.last().day) == (dt.date(2013, 3, 25), dt.date(2013, 4, 6))


def test_stopping_it_keeps_what_was_done(opening: World) -> None:
    ref = launch.start(opening.store, FIRST)
    with at("2013-03-20 10:00"):
        task = Task.objects.filter(key=f"newshop:{ref}:00").first()
        tick(task, Member.objects.select_related("store", "user").get(user=opening.mia))
    assert launch.stop(opening.store, ref) == 91
    assert [x.pk for x in Task.objects.filter(key__startswith="newshop")] == [task.pk]


def test_a_day_that_is_over_begins_nothing(opening: World) -> None:
    with pytest.raises(ValidationError):
        launch.start(opening.store, dt.date(2013, 3, 18))


def test_the_page_begins_shows_and_exports_a_launch(world: World, client: Client) -> None:
    client.force_login(world.alice)
    with at("2026-11-22 09:00"):
        checklists.install_library(world.store, "zh-hans")
        said = client.post(reverse("launch_start", args=["lotus"]), {"day": f"{SUNDAY}", "subject": "分店"})
        page = client.get(said.headers["Location"]).content.decode()
        assert page.count('class="cell open"') == 92
        file = client.get(said.headers["Location"] + "?format=csv").content.decode("utf-8-sig")
        assert len(file.splitlines()) == 9
        assert "分店" in client.get(reverse("launches", args=["lotus"])).content.decode()
