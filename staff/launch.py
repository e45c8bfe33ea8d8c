"""新店 13 天: a new shop's launch as a grid of roles and days (S038).

Each cell is a task with the role's duties as steps; the milestones (S046) are asked for on the last day.
"""

import datetime as dt
import secrets
from collections import defaultdict
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import spawning
from staff.models import Member, State, Task
from staff.task_queries import Line, Progress, lines, of_store, progress_of
from stores.models import Store

DAYS = 13
DAILY, LAST = "newshop", "newshop_end"


@dataclass(frozen=True)
class Launch:
    """One that was begun. ref: its name among the store's."""

    ref: str
    subject: str
    first: dt.date
    done: int
    total: int

    @property
    def last(self) -> dt.date:
        return self.first + (DAYS - 1) * DAY


@dataclass(frozen=True)
class Row:
    title: str
    duties: tuple[str, ...]
    cells: list[list[Line]]


@dataclass(frozen=True)
class Grid:
    launch: Launch
    days: list[dt.date]
    rows: list[Row]
    progress: Progress


def start(store: Store, day: dt.date, subject: str = "") -> str:
    """Begin a launch on a local day; returns its ref. ValidationError: the day is over, or the store has none of the
    templates."""
    if day < clock.today(store.timezone):
        raise ValidationError(_("Give a day that is not over yet."))
    ref, about = secrets.token_hex(4), fitting("subject", subject, 120)
    place(store, ref, day, about)
    return ref


def place(store: Store, ref: str, day: dt.date, subject: str) -> int:
    """Make its tasks from that day on; open ones move there, what was done stays. How many are new."""
    made = sum(
        spawning.spawn_tasks(store, DAILY, f"{ref}:{number:02d}", day + number * DAY, subject=subject)
        for number in range(DAYS)
    )
    return made + spawning.spawn_tasks(store, LAST, f"{ref}:{DAYS - 1:02d}", day + (DAYS - 1) * DAY, subject=subject)


def stop(store: Store, ref: str) -> int:
    """Open tasks of it go, what was done stays. How many went."""
    gone = sum(spawning.cancel_tasks(store, DAILY, f"{ref}:{number:02d}") for number in range(DAYS))
    return gone + spawning.cancel_tasks(store, LAST, f"{ref}:{DAYS - 1:02d}")


def launches(store: Store) -> list[Launch]:
    """Newest first."""
    found: dict[str, list[Task]] = defaultdict(list)
    for task in Task.objects.filter(store=store, key__startswith=f"{DAILY}:"):
        found[task.key.split(":")[1]].append(task)
    return sorted((told(ref, tasks) for ref, tasks in found.items()), key=lambda x: x.first, reverse=True)


def told(ref: str, tasks: list[Task]) -> Launch:
    """The first day is worked out from every task's place, so that it holds when some are gone."""
    first = min((x.base or x.day) - int(x.key.split(":")[2]) * DAY for x in tasks)
    done = sum(x.state == State.DONE for x in tasks)
    return Launch(ref, tasks[0].subject, first, done, len(tasks))


def grid(member: Member, ref: str) -> Grid | None:
    """Roles down, days across; None where there is no such launch."""
    store = member.store
    keys = [f"{DAILY}:{ref}:{number:02d}" for number in range(DAYS)] + [f"{LAST}:{ref}:{DAYS - 1:02d}"]
    found = lines(member, of_store(store).filter(key__in=keys))
    if not found:
        return None
    launch = told(ref, [x.task for x in found])
    days = list(Period(launch.first, launch.last))
    cells: dict[int, list[list[Line]]] = defaultdict(lambda: [[] for _day in days])
    sample: dict[int, Line] = {}
    for line in found:
        cells[line.task.template_id][int(line.task.key.split(":")[2])].append(line)
        sample[line.task.template_id] = line
    rows = [Row(sample[x].version.title, tuple(sample[x].version.duties), cells[x]) for x in sorted(cells)]
    return Grid(launch, days, rows, progress_of(found))
