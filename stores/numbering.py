"""Numbers that a restore must not give a second time: data versions, and the ids of stores they belong to.

Processes, Valkey and REST clients (ETags) keep answers under (store, data version), and a restore cannot make all of
them forget. So it goes on above everything that can have been seen.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from opsplan.lib import clock
from stores.models import Store

STORE_IDS = "pg_get_serial_sequence('stores_store', 'id')"  # PostgreSQL's name of the sequence


@dataclass(frozen=True)
class Given:
    """The highest data version of any store, and the next id of a store (None where the database, SQLite, never gives
    one again by itself)."""

    version: int
    store: int | None


def given() -> Given:
    """What was given so far; to be asked before the tables are emptied."""
    return Given(_versions().aggregate(x=models.Max("version"))["x"] or 0, _next_store())


def go_on(before: Given) -> None:
    """After the tables are filled, in the same transaction: every store gets a data version above those of `before`
    and of the archive and, being made of the second, those given wherever else the archive's data lived on."""
    version = max(before.version, given().version, int(clock.now().timestamp())) + 1
    _versions().all().delete()
    _versions().bulk_create(
        _versions().model(store_id=pk, version=version) for pk in Store.objects.values_list("pk", flat=True)
    )
    if before.store:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT setval({STORE_IDS}, GREATEST(%s, nextval({STORE_IDS})))", [before.store])


def _versions() -> "models.Manager[Any]":
    return apps.get_model("kpis", "DataVersion")._base_manager


def _next_store() -> int | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval({STORE_IDS})")
        return int(cursor.fetchone()[0])
