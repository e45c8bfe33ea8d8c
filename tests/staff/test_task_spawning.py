"""Whatever makes tasks, twice, late or at once: the same rows."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from staff import checklists, spawning
from staff.models import Task, TaskTemplate
from staff.services import cancel_tasks, spawn_tasks
from staff.ticking import comment
from stores.services import create_store
from tests.kpis.conftest import shared_database as shared_database
from tests.staff.tasks import at, days_of, edit, give, rows, template, tick
from tests.world import World, make_world


def test_running_it_again_makes_nothing_new(world: World) -> None:
    with at("2026-11-22 09:00"):
        template(world.store, world.alice)
        spawning.spawn(world.store)
        before = rows(world.store)
        assert spawning.spawn(world.store) == 0
    assert rows(world.store) == before
    assert len(before) == 15  # today and two weeks ahead


def test_running_it_late_makes_the_rows_of_the_days_in_between(world: World) -> None:
    with at("2026-11-01 09:00"):
        template(world.store, world.alice, rule="FREQ=WEEKLY;BYDAY=MO,TH")
    with at("2026-11-27 09:00"):  # nothing ran for four weeks
        spawning.spawn(world.store)
        spawning.sweep(world.store)
    states = {day: state for day, _key, state in rows(world.store)}
    weeks = "11-02 11-05 11-09 11-12 11-16 11-19 11-23 11-26 11-30 12-03 12-07 12-10"
    assert " ".join(day[5:] for day in states) == weeks
    assert {day[5:] for day, state in states.items() if state == "open"} == {"11-30", "12-03", "12-07", "12-10"}


@pytest.mark.parametrize(
    ("zone", "first", "expected"),
    [
        ("America/New_York", "2026-03-06", "03-06 14:00,03-07 14:00,03-08 13:00,03-09 13:00"),  # the clocks go ahead
        ("America/New_York", "2026-10-30", "10-30 13:00,10-31 13:00,11-01 14:00,11-02 14:00"),
        ("America/New_York", "2028-02-28", "02-28 14:00,02-29 14:00,03-01 14:00,03-02 14:00"),
        ("Asia/Shanghai", "2028-02-28", "02-28 01:00,02-29 01:00,03-01 01:00,03-02 01:00"),
    ],
)
def test_nine_o_clock_stays_nine_o_clock(world: World, zone: str, first: str, expected: str) -> None:
    """Due at 9:00 local, told in UTC; made day by day or at once, the same."""
    store = create_store("ny", "New York", "shopify")
    store.timezone = zone
    store.save()
    nine = {"starts": dt.time(8), "ends": dt.time(9), "since": dt.date.fromisoformat(first)}
    for step in range(4):
        with at(f"{dt.date.fromisoformat(first) + dt.timedelta(days=step)} 12:00", "+00:00"):
            if step == 0:
                found = template(store, world.alice, **nine)
            spawning.spawn(store, dt.date.fromisoformat(first) + dt.timedelta(days=step))
    due = Task.objects.filter(template=found).order_by("day").values_list("due_at", flat=True)[:4]
    assert ",".join(f"{x:%m-%d %H:%M}" for x in due) == expected


@pytest.mark.django_db(transaction=True)
def test_three_at_once_make_the_rows_of_one(shared_database: None) -> None:
    world = make_world()
    with at("2026-11-22 09:00"):
        found = template(world.store, world.alice)
        Task.objects.all().delete()

        def work(_number: int) -> int:
            try:
                return spawning.spawn(world.store)
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            made = list(pool.map(work, range(3)))
    assert sorted(made) == [0, 0, 15]
    assert len(days_of(found)) == 15


def test_everybody_has_a_row_of_their_own_where_everybody_does_it(world: World) -> None:
    bob, mia = give(world.store, world.bob, "service"), give(world.store, world.mia, "service", level="manager")
    with at("2026-11-22 09:00"):
        found = template(world.store, world.alice, for_each=True, rule="ONCE", since=dt.date(2026, 11, 22))
    whose = Task.objects.filter(template=found).values_list("assignee_id", flat=True)
    assert sorted(whose) == sorted([bob.user_id, mia.user_id])


def test_who_has_left_the_team_gets_no_more_work(world: World) -> None:
    bob = give(world.store, world.bob, "service")
    with at("2026-11-22 09:00"):
        found = template(world.store, world.alice, for_each=True)
        bob.delete()
        spawning.spawn(world.store)
    assert days_of(found) == ["11-22"]


def test_people_take_turns(world: World) -> None:
    turns = [world.bob.pk, world.mia.pk]
    with at("2026-11-22 09:00"):
        found = template(world.store, world.alice, turns=turns, since=dt.date(2026, 11, 22))
    whose = Task.objects.filter(template=found).order_by("day").values_list("assignee_id", flat=True)
    assert list(whose)[:4] == turns * 2


def test_editing_mid_week_moves_what_is_open_and_leaves_what_is_done(world: World) -> None:
    bob = give(world.store, world.bob, "service")
    with at("2026-11-16 09:00"):  # a Monday
        found = template(
            world.store, world.alice, title="旧", rule="FREQ=WEEKLY;BYDAY=MO,WE,FR", since=dt.date(2026, 11, 16)
        )
        tick(Task.objects.get(template=found, key="2026-11-16"), bob)
    with at("2026-11-18 09:00"):
        edit(found, world.alice, title="新", rule="FREQ=WEEKLY;BYDAY=MO,TH,FR")
    said = {x.key: x.version.title for x in Task.objects.filter(template=found).select_related("version")}
    assert said["2026-11-16"] == "旧"
    assert "2026-11-18" not in said
    assert {key: title for key, title in said.items() if key > "2026-11-17"} == dict.fromkeys(
        ["2026-11-19", "2026-11-20", "2026-11-23", "2026-11-26", "2026-11-27", "2026-11-30"], "新"
    )


def test_an_edit_leaves_what_was_missed(world: World) -> None:
    with at("2026-11-16 09:00"):
        found = template(world.store, world.alice, title="旧")
    with at("2026-11-18 09:00"):
        spawning.sweep(world.store)
        edit(found, world.alice, title="新", rule="FREQ=WEEKLY;BYDAY=SU")
    missed = Task.objects.filter(template=found, state="missed").order_by("day")
    assert [(f"{x.day:%d}", x.version.title) for x in missed] == [("16", "旧"), ("17", "旧")]


def test_an_edit_that_is_only_a_draft_changes_nothing(world: World) -> None:
    with at("2026-11-22 09:00"):
        found = template(world.store, world.alice)
        before = rows(world.store)
        checklists.write(found, world.store, world.alice, {"rule": "FREQ=WEEKLY;BYDAY=MO"})
        spawning.spawn(world.store)
    assert rows(world.store) == before


def test_a_template_for_all_stores_works_in_each_and_is_still_one(world: World) -> None:
    with at("2026-11-22 09:00"):
        found = template(None, world.alice, title="旧")
        for store in (world.store, world.other):
            spawning.spawn(store)
        checklists.switch(found, world.other, on=False)
        edit(found, world.alice, title="新")
    there = Task.objects.filter(template=found).order_by().values_list("store__slug", "version__title").distinct()
    assert list(there) == [("lotus", "新")]


def test_switching_off_takes_away_what_is_open_and_on_brings_it_back(world: World) -> None:
    bob = give(world.store, world.bob, "service")
    with at("2026-11-22 09:00"):
        found = template(world.store, world.alice)
        tick(Task.objects.get(template=found, key="2026-11-22"), bob)
        checklists.switch(found, world.store, on=False)
        assert days_of(found) == ["11-22"]
        checklists.switch(found, world.store, on=True)
    assert len(days_of(found)) == 15


def triggered(world: World, **fields: object) -> TaskTemplate:
    return template(world.store, world.alice, rule="", trigger="campaign", **fields)


def test_a_trigger_makes_its_tasks_exactly_once(world: World) -> None:
    with at("2026-11-22 09:00"):
        early, late = triggered(world, offset=-7), triggered(world, offset=3)
        start = dt.date(2026, 12, 10)
        assert spawn_tasks(world.store, "campaign", "7", start, subject="双12") == 2
        assert spawn_tasks(world.store, "campaign", "7", start, subject="双12") == 0
    assert (days_of(early), days_of(late)) == (["12-03"], ["12-13"])


def test_working_days_are_counted_where_the_template_says_so(world: World) -> None:
    with at("2026-09-01 09:00"):
        found = triggered(world, offset=-3, offset_working=True)
        spawn_tasks(world.store, "campaign", "7", dt.date(2026, 10, 9))  # a Friday; before it the 8th, then September
    assert days_of(found) == ["09-29"]


def test_moving_the_day_moves_what_is_open_only(world: World) -> None:
    bob = give(world.store, world.bob, "service")
    with at("2026-11-22 09:00"):
        done, open_ = triggered(world, offset=-7), triggered(world, offset=3)
        spawn_tasks(world.store, "campaign", "7", dt.date(2026, 12, 10))
        tick(Task.objects.get(template=done), bob)
        spawn_tasks(world.store, "campaign", "7", dt.date(2026, 12, 20))
    assert (days_of(done), days_of(open_)) == (["12-03"], ["12-23"])


def test_a_campaign_planned_late_has_its_early_work_today(world: World) -> None:
    with at("2026-11-22 09:00"):
        found = triggered(world, offset=-7)
        spawn_tasks(world.store, "campaign", "7", dt.date(2026, 11, 25))
        spawn_tasks(world.store, "campaign", "8", dt.date(2026, 11, 2))  # is over: nothing to prepare any more
    with at("2026-11-23 09:00"):
        spawn_tasks(world.store, "campaign", "7", dt.date(2026, 11, 25))
    assert days_of(found) == ["11-22"]


def test_calling_off_takes_away_what_is_open_only(world: World) -> None:
    bob = give(world.store, world.bob, "service")
    with at("2026-11-22 09:00"):
        done, open_ = triggered(world, offset=-7), triggered(world, offset=3)
        spawn_tasks(world.store, "campaign", "7", dt.date(2026, 12, 10))
        tick(Task.objects.get(template=done), bob)
        comment(Task.objects.get(template=open_), bob, "等主图")
        template(world.other, world.charlie, rule="", trigger="campaign")
        assert spawn_tasks(world.other, "campaign", "7") == 1
        assert cancel_tasks(world.store, "campaign", "7") == 1
        assert Task.objects.filter(store=world.other).exists()
    assert (days_of(done), days_of(open_)) == (["12-03"], [])


def test_another_store_s_templates_are_not_triggered(world: World) -> None:
    with at("2026-11-22 09:00"):
        triggered(world)
        assert spawn_tasks(world.other, "campaign", "7") == 0
