"""Checklists follow the shift; an absent duty is covered; whose turn it is passes on while they are away."""

import datetime as dt

import pytest

from opsplan.lib.periods import Period
from staff import duties, roster, shift_requests, spawning
from staff.models import Member, Task, User
from staff.presence import presence_of
from staff.task_queries import my_day, of_store
from staff.ticking import is_mine, may_do
from tests.staff.tasks import SUNDAY, at, give, template, tick
from tests.world import World

MONDAY = dt.date(2026, 11, 16)


@pytest.fixture
def desk(world: World) -> World:
    """Bob and Vera serve, Mia runs operations; an early and a late shift. It is Monday, 8:00."""
    give(world.store, world.bob, "service")
    give(world.store, world.vera, "service")
    give(world.store, world.mia, "operations", level="manager")
    roster.add_shift(world.store, "早班", dt.time(9), dt.time(17, 30))
    roster.add_shift(world.store, "晚班", dt.time(17, 30), dt.time(22, 30))
    with at("2026-11-16 08:00"):
        yield world


def works(world: World, user: User, shift: str, day: dt.date = MONDAY, *, is_known: bool = True) -> None:
    roster.assign(world.store, user.pk, world.store.shifts.get(name=shift).pk, day)
    if is_known:
        roster.publish(world.store, day, world.alice)


def task_at(world: World, starts: int | None, ends: int | None, *held: str, **fields: object) -> Task:
    slot = {"starts": dt.time(starts), "ends": dt.time(ends)} if starts else {}
    made = template(world.store, world.alice, duties=list(held) or ["service"], **slot, **fields)
    return of_store(world.store).get(template=made, day=MONDAY)


def asked(world: World, task: Task) -> set[str]:
    there = presence_of(world.store, Period(task.day, task.due))
    return set(User.objects.filter(pk__in=there.asked(task)).values_list("username", flat=True))


def test_without_a_roster_everybody_with_the_duty_is_asked(desk: World) -> None:
    assert asked(desk, task_at(desk, 9, 10)) == {"bob", "vera"}


def test_who_is_on_the_shift_is_asked(desk: World) -> None:
    works(desk, desk.bob, "早班")
    works(desk, desk.vera, "晚班")
    assert asked(desk, task_at(desk, 9, 10)) == {"bob"}
    assert asked(desk, task_at(desk, 18, 19)) == {"vera"}
    assert asked(desk, task_at(desk, 17, 18)) == {"bob", "vera"}  # over the change of shifts
    assert asked(desk, task_at(desk, None, None)) == {"bob", "vera"}


def test_a_week_nobody_knows_of_yet_asks_nobody_away(desk: World) -> None:
    works(desk, desk.bob, "早班", is_known=False)
    assert asked(desk, task_at(desk, 18, 19)) == {"bob", "vera"}


def test_who_has_no_shifts_that_week_is_not_on_the_roster_and_always_there(desk: World) -> None:
    works(desk, desk.bob, "早班")
    assert asked(desk, task_at(desk, 18, 19)) == {"vera"}
    assert asked(desk, task_at(desk, 18, 19, "operations")) == {"mia"}


def test_a_duty_with_nobody_present_goes_to_the_cover(desk: World) -> None:
    duties.set_plan(desk.store, "service", 2, "operations")
    works(desk, desk.bob, "早班")
    works(desk, desk.vera, "早班")
    assert asked(desk, task_at(desk, 18, 19)) == {"mia"}
    assert asked(desk, task_at(desk, 9, 10)) == {"bob", "vera"}


def test_a_duty_nobody_holds_goes_to_the_cover_and_else_to_operations(desk: World) -> None:
    task = task_at(desk, 9, 10, "promotion")
    assert asked(desk, task) == {"mia"}
    duties.set_plan(desk.store, "promotion", 1, "service")
    assert asked(desk, task) == {"bob", "vera"}


def test_leave_passes_work_on(desk: World) -> None:
    ill = shift_requests.ask_leave(desk.store, desk.bob, MONDAY, MONDAY)
    assert asked(desk, task_at(desk, 9, 10)) == {"bob", "vera"}
    shift_requests.decide(desk.store, ill.pk, desk.mia, True)
    assert asked(desk, task_at(desk, 9, 10)) == {"vera"}


def test_whose_turn_it_is_passes_on_while_they_are_away(desk: World) -> None:
    task = task_at(desk, None, None, "service", turns=[desk.bob.pk, desk.vera.pk])
    first = task.assignee
    other = desk.vera if first == desk.bob else desk.bob
    ill = shift_requests.ask_leave(desk.store, first, MONDAY, MONDAY)
    shift_requests.decide(desk.store, ill.pk, desk.mia, True)
    assert asked(desk, task) == {other.username}


def test_what_somebody_was_given_stays_theirs(desk: World) -> None:
    works(desk, desk.bob, "早班")
    task = task_at(desk, 18, 19)
    Task.objects.filter(pk=task.pk).update(assignee=desk.bob, is_handed=True)
    assert asked(desk, of_store(desk.store).get(pk=task.pk)) == {"bob"}


@pytest.mark.parametrize("served", ["bob", "mia"])  # whoever has the duty; where nobody has, operations
def test_what_was_given_to_somebody_who_left_is_asked_of_the_duty(desk: World, served: str) -> None:
    task = task_at(desk, 18, 19)
    Task.objects.filter(pk=task.pk).update(assignee=desk.vera, is_handed=True)
    Member.objects.filter(store=desk.store, user=desk.vera).delete()
    if served == "mia":
        give(desk.store, desk.bob, "design")
    task = of_store(desk.store).get(pk=task.pk)
    assert asked(desk, task) == {served}
    (line,) = my_day(member(desk, getattr(desk, served)), MONDAY).next
    assert (line.task, line.may_do, line.people, line.duties) == (task, True, (), ("service",))


def member(world: World, user: User) -> Member:
    return Member.objects.select_related("store", "user").get(store=world.store, user=user)


def test_my_day_holds_what_is_asked_of_me_and_what_i_did(desk: World) -> None:
    works(desk, desk.bob, "早班")
    works(desk, desk.vera, "晚班")
    morning, evening = task_at(desk, 9, 10), task_at(desk, 18, 19)
    assert [x.task for x in my_day(member(desk, desk.bob), MONDAY).next] == [morning]
    tick(evening, member(desk, desk.bob))  # of his duty, though not of his shift: he may
    assert [x.task for x in my_day(member(desk, desk.bob), MONDAY).done] == [evening]


def test_a_stand_in_may_tick_and_a_bystander_may_not(desk: World) -> None:
    give(desk.store, desk.vera, "design")
    duties.set_plan(desk.store, "promotion", 1, "design")
    task = task_at(desk, 9, 10, "promotion")
    there = presence_of(desk.store, Period(MONDAY, MONDAY))
    people = {name: member(desk, getattr(desk, name)) for name in ("bob", "vera")}
    assert {name: may_do(task, one, there) for name, one in people.items()} == {"bob": False, "vera": True}
    assert is_mine(task, people["vera"], there)


def test_a_night_shift_of_the_day_before_is_there_in_the_small_hours(desk: World) -> None:
    roster.add_shift(desk.store, "夜班", dt.time(22, 30), dt.time(6))
    works(desk, desk.vera, "夜班", SUNDAY)
    works(desk, desk.bob, "早班", SUNDAY + dt.timedelta(days=1))
    made = template(desk.store, desk.alice, starts=dt.time(3), ends=dt.time(4))
    with at("2026-11-23 01:00"):
        spawning.spawn(desk.store)
        task = of_store(desk.store).get(template=made, day=dt.date(2026, 11, 23))
        assert asked(desk, task) == {"vera"}
