"""P14: a year of tasks for 200 people in 50 stores; my day costs what it costs in an empty year."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client

from benchmarks.result import Result, median, seconds
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import checklists, spawning
from staff.models import Member, Task, TaskSpawn, TaskTemplate, TemplateVersion, User
from staff.roles import Duty, Level
from stores.models import Store
from stores.services import create_store

STORES = {"smoke": 3, "small": 15, "full": 50}
PEOPLE = 4  # a store
YEAR = 365
Row = TypeVar("Row", bound=Model)


def my_days(stores: int, again: int) -> Iterator[Result]:
    """One store with today's tasks and a fortnight ahead, then `stores` with the year behind them as well: the page of
    the same person, with the same tasks on it."""
    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", interactive=False, verbosity=0)
    first = shop(0)
    checklists.install_library(first, "zh-hans")
    client, user = Client(), User.objects.get(username="p0-1")
    client.force_login(user)
    url = f"/s/{first.slug}/tasks/"
    fill_year(first)
    Task.objects.filter(due__lt=clock.today(first.timezone)).delete()
    connection.cursor().execute("ANALYZE")
    little, asked_little = measured(client, url, again)
    fill_year(first)
    copy_year(first, [shop(number) for number in range(1, stores)])
    connection.cursor().execute("ANALYZE")
    much, asked_much = measured(client, url, again)
    count = Task.objects.count()
    note = f"{stores} stores, {stores * PEOPLE} people, {count:,} tasks"
    times = f"{much * 1000:.1f} ms", f"{little * 1000:.1f} ms"
    yield Result("P14 my day, server time", *times, much / little, 1.3, True, note)
    yield Result("P14 my day, statements", f"{asked_much}", f"{asked_little}", asked_much / asked_little, 1, True, note)


def measured(client: Client, url: str, again: int) -> tuple[float, int]:
    """Median server time in seconds, and statements, of the page; warm."""
    for _round in range(3):
        assert client.get(url).status_code == 200
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        client.get(url)
    return median([seconds(lambda: client.get(url)) for _round in range(max(again * 4, 12))]), len(asked)


def shop(number: int) -> Store:
    store = create_store(f"s{number}", f"店 {number}", "tmall")
    levels = (Level.OWNER, Level.MEMBER, Level.MEMBER, Level.MEMBER)
    duties = list(Duty)
    for place, level in enumerate(levels):
        user = User.objects.create_user(f"p{number}-{place}")
        Member.objects.create(store=store, user=user, level=level, duties=duties[place * 2 : place * 2 + 2])
    return store


def fill_year(store: Store) -> None:
    """The tasks of the year before today: their templates hold since then."""
    today = clock.today(store.timezone)
    since = today - YEAR * DAY
    TemplateVersion.objects.filter(template__store=store).update(since=since)
    spawning.make(store, spawning.templates_of(store), Period(since, today))
    spawning.sweep(store)


def copy_year(first: Store, stores: list[Store]) -> None:
    """Give the stores the templates and tasks of the first one; none of them names a person."""
    for template in list(TaskTemplate.objects.filter(store=first).select_related("published")):
        copies = [copied(template, store=store, published=None) for store in stores]
        TaskTemplate.objects.bulk_create(copies)
        if template.published is not None:
            versions = [copied(template.published, template=copy) for copy in copies]
            TemplateVersion.objects.bulk_create(versions)
            for copy, version in zip(copies, versions, strict=True):
                copy.published = version
            TaskTemplate.objects.bulk_update(copies, ["published"])
    own = {"store_id": "mine.store_id", "template_id": "mine.id", "version_id": "mine.published_id"}
    columns = [x.column for x in Task._meta.concrete_fields if not x.primary_key]
    connection.cursor().execute(
        f"INSERT INTO staff_task ({', '.join(columns)}) SELECT {', '.join(own.get(x, f'task.{x}') for x in columns)} "
        "FROM staff_task task JOIN staff_tasktemplate given ON given.id = task.template_id "
        "JOIN staff_tasktemplate mine ON mine.source = given.source AND mine.store_id <> given.store_id "
        "WHERE task.store_id = %s",
        [first.pk],
    )
    TaskSpawn.objects.bulk_create(copied(TaskSpawn.objects.get(store=first), store=store) for store in stores)


def copied(row: Row, **fields: Any) -> Row:
    """The row once more with other fields, unsaved."""
    same = {x.attname: getattr(row, x.attname) for x in row._meta.concrete_fields if not x.primary_key}
    for name in fields:
        same.pop(f"{name}_id", None)
    return type(row)(**same | fields)
