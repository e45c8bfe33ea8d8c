"""A store with work, and a clock in Shanghai that stands where a test puts it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine

from staff import checklists
from staff.models import Member, Task, TaskTemplate, User
from staff.ticking import Deed, act
from stores.models import Store

SUNDAY = dt.date(2026, 11, 22)


@contextmanager
def at(text: str, zone: str = "+08:00") -> Iterator[None]:
    """`2026-11-22 09:00` on the wall in Shanghai."""
    with time_machine.travel(dt.datetime.fromisoformat(f"{text}:00{zone}"), tick=False):
        yield


def give(store: Store, user: User, *duties: str, level: str = "member") -> Member:
    """The person's place in the store, with these duties."""
    member, _new = Member.objects.update_or_create(
        store=store, user=user, defaults={"level": level, "duties": list(duties)}
    )
    return Member.objects.select_related("store", "user").get(pk=member.pk)


def days_of(template: TaskTemplate) -> list[str]:
    """The days of its tasks, month and day."""
    return [f"{x:%m-%d}" for x in Task.objects.filter(template=template).order_by("day").values_list("day", flat=True)]


def template(store: Store | None, by: User, **fields: Any) -> TaskTemplate:
    """A published template: every day from 1 November, for the service desk, unless told."""
    usual = {"title": "回访", "rule": "FREQ=DAILY", "since": dt.date(2026, 11, 1), "duties": ["service"]}
    draft = checklists.write(None, store, by, usual | fields)
    checklists.publish(draft)
    return draft.template


def edit(of: TaskTemplate, by: User, **fields: Any) -> None:
    checklists.publish(checklists.write(of, of.store, by, fields))


def tick(task: Task, member: Member, key: str = "k1", **fields: Any) -> Task:
    return act(task.pk, member, Deed("tick", key, **fields))


def rows(store: Store) -> list[tuple[str, str, str]]:
    """(day, key, state) of every task."""
    found = Task.objects.filter(store=store).order_by("day", "template_id", "key", "who")
    return [(f"{x.day}", x.key, x.state) for x in found]
