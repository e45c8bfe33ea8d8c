"""What an upgrade counts again."""

from importlib import import_module

from django.db import connection

from kpis.models import StaleDay, StoreDay
from tests.kpis.facts import march
from tests.world import World

RECOUNT = import_module("kpis.migrations.0026_recount").RECOUNT


def test_every_day_that_was_counted_is_counted_again(world: World) -> None:
    for day in (1, 2):
        StoreDay.objects.create(store=world.store, day=march(day))
    StaleDay.objects.create(store=world.store, day=march(2), mark=4)
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT)
    assert list(StaleDay.objects.order_by("day").values_list("day", "mark")) == [(march(1), 1), (march(2), 5)]
