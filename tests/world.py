"""The cast: Alice owns the store, Mia manages it, Bob is on the team, Vera may only view, Carl is a client,
Charlie is a stranger with a store of his own.

`make_world` makes them as the application does, some sixty saves, each with its entry in the log. `world_again` does
that once in a process, keeps the rows, and puts them back with one statement for each table."""

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import time_machine
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.urls import reverse

from opsplan.lib import clock
from staff.models import Member, User
from stores.models import Store
from stores.services import create_store

PASSWORD = "correct-horse-battery"


@dataclass
class World:
    store: Store
    other: Store
    alice: User
    mia: User
    bob: User
    vera: User
    carl: User
    charlie: User


def make_world() -> World:
    store = create_store("lotus", "莲花护肤旗舰店", "tmall")
    other = create_store("other", "别家店", "taobao")
    people = {}
    for name, level in (
        ("alice", "owner"),
        ("mia", "manager"),
        ("bob", "member"),
        ("vera", "viewer"),
        ("carl", "client"),
    ):
        people[name] = User.objects.create_user(name, password=PASSWORD)
        Member.objects.create(store=store, user=people[name], level=level)
    people["charlie"] = User.objects.create_user("charlie", password=PASSWORD)
    Member.objects.create(store=other, user=people["charlie"], level="owner")
    return World(store, other, **people)


def at(name: str, *args: object) -> str:
    """The address of a page of her store."""
    return reverse(name, args=["lotus", *args])


Statement = tuple[str, tuple[Any, ...]]
MADE_AT = dt.datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=dt.UTC)  # in the kept rows: the moment they are put back
KEPT: dict[int, list[Statement]] = {}  # content type of a store (a flush renumbers them) -> what puts the world back


def world_again() -> World:
    """The world in a database that has none: the same rows as `make_world`, made now."""
    kind = ContentType.objects.get_for_model(Store).pk
    try:
        put_back(KEPT.get(kind) or KEPT.setdefault(kind, keep_world()))
    except IntegrityError:  # another module has left rows with these numbers behind: make new ones
        KEPT[kind] = keep_world()
        put_back(KEPT[kind])
    stores = {x.slug: x for x in Store.objects.filter(slug__in=["lotus", "other"])}
    return World(stores["lotus"], stores["other"], **{x.username: x for x in User.objects.all()})


def put_back(statements: list[Statement]) -> None:
    then = stand_in(MADE_AT, MADE_AT.date())
    now = stand_in(clock.now(), clock.today("Asia/Shanghai"))
    swap = dict(zip(then, now, strict=True))

    def dated(value: Any) -> Any:
        if isinstance(value, list):
            return [dated(x) for x in value]
        return swap.get(value, value) if isinstance(value, str | dt.date) else value

    with transaction.atomic(), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, [dated(x) for x in values])


def stand_in(moment: dt.datetime, day: dt.date) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(moment), connection.ops.adapt_datefield_value(day)]


def keep_world() -> list[Statement]:
    """Make the world, read its rows, take it away, and note the statements that insert these rows."""
    before = {model: set(pks(model)) for model in tables()}
    with transaction.atomic(), time_machine.travel(MADE_AT, tick=False), mock.patch.dict(os.environ):
        os.environ.pop("OPSPLAN_TODAY", None)
        make_world()
        made = {model: [x for x in model._base_manager.all() if x.pk not in before[model]] for model in tables()}
        transaction.set_rollback(True)
    noted: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT"):
            noted.append((sql, tuple(params)))
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        for model, rows in made.items():
            model._base_manager.bulk_create(rows)
        transaction.set_rollback(True)
    return noted


def tables() -> list[type[Model]]:
    return [x for x in apps.get_models(include_auto_created=True) if x._meta.managed and not x._meta.proxy]


def pks(model: type[Model]) -> list[Any]:
    return list(model._base_manager.values_list("pk", flat=True))
