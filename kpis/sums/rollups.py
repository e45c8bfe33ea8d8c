"""Facts to sums per day: delete the day, insert its sums. Safe to kill at any point and to run twice.

A rebuild holds the store's DataVersion row from before it reads the marks of stale days until it commits, and takes off
only the marks it has read: what is marked meanwhile is counted again.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, Model, Q

from kpis.models import (
    AdSpend,
    ChannelDay,
    ChannelTraffic,
    Coverage,
    DataVersion,
    Entry,
    Fee,
    ItemTraffic,
    Order,
    ProductDay,
    Refund,
    ShopTraffic,
    StaleDay,
    StoreDay,
    Upload,
)
from kpis.models.rollups import bump, mark_stale, version
from kpis.sums import counting, crowds
from kpis.sums.daysums import Days
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from products import price_services
from stores.models import Store

__all__ = ["all_days", "bump", "mark_stale", "rebuild", "version"]

CHUNK = 31
MOST_VALUES = 30_000  # in one statement: SQLite takes 32,766


def rebuild(store: Store, days: Iterable[dt.date] | None = None) -> int:
    """Count these local days again (None = all stale ones, after which no upload waits for its figures any more).

    Returns how many days were counted.
    """
    done = 0
    if days is None:
        while stale := list(StaleDay.objects.filter(store=store).order_by("day").values_list("day", flat=True)[:CHUNK]):
            done += _rebuild_chunk(store, stale)
        Upload.objects.filter(store=store, phase="rollup").exclude(finished_at=None).update(phase="")
        return done
    wanted = sorted(set(days))
    for start in range(0, len(wanted), CHUNK):
        done += _rebuild_chunk(store, wanted[start : start + CHUNK])
    return done


def all_days(store: Store) -> list[dt.date]:
    """Every local day about which anything is known, or was known when it was last counted."""
    daily = (ShopTraffic, ChannelTraffic, ItemTraffic, AdSpend, Coverage, Entry, Fee, StoreDay)
    sources: list[tuple[type[Model], str]] = [(Order, "order_day"), (Order, "pay_day"), (Refund, "settled_day")]
    sources += [(model, "day") for model in daily]
    ends = [m._default_manager.filter(store=store).aggregate(a=Min(day), z=Max(day)) for m, day in sources]
    known = [(end["a"], end["z"]) for end in ends if end["a"]]
    if not known:
        return []
    first, last = min(a for a, _ in known), max(z for _, z in known)
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]


@transaction.atomic
def _rebuild_chunk(store: Store, days: list[dt.date]) -> int:
    DataVersion.objects.get_or_create(store=store)
    DataVersion.objects.select_for_update().get(store=store)  # one rebuild of a store at a time
    marks = list(StaleDay.objects.filter(store=store, day__in=days).values_list("day", "mark"))
    counted = counting.count(store, days)
    for model in (StoreDay, ProductDay, ChannelDay):
        model._default_manager.filter(store=store, day__in=days).delete()
    _insert(
        StoreDay,
        (
            {
                "day": day,
                "covered": words(c.covered),
                "unfinished": words(c.unfinished),
                **c.store,
            }
            for day, c in counted.items()
            if c.covered or c.channels or any(value is not None for value in c.store.values())
        ),
        store,
    )
    _insert(
        ProductDay,
        (
            {"day": day, "product_id_ref": product, **values}
            for day, c in counted.items()
            for product, values in sorted(c.products.items(), key=lambda x: x[0] or 0)
        ),
        store,
    )
    _insert(
        ChannelDay,
        (
            {"day": day, "channel_key": key, **values}
            for day, c in counted.items()
            for key, values in sorted(c.channels.items())
        ),
        store,
    )
    crowds.note(store, days)
    _tell_prices(store, counted)
    for i in range(0, len(marks), 200):
        read = Q()
        for day, mark in marks[i : i + 200]:
            read |= Q(day=day, mark=mark)
        StaleDay.objects.filter(read, store=store).delete()
    bump(store)
    return len(days)


def _tell_prices(store: Store, counted: Days) -> None:
    """What was paid on the days, told to the price rules; they look back a little over a year."""
    first = clock.today(store.timezone) - price_services.KEPT_DAYS * DAY
    recent = {day: c for day, c in counted.items() if day >= first}
    if recent:
        rows = ((day, product, *told) for day, c in recent.items() for product, told in c.prices.items())
        price_services.set_paid_prices(store, list(recent), rows)


def words(names: Iterable[str]) -> str:
    return " ".join(sorted(names))


def _insert(model: type[Model], rows: Iterable[dict[str, Any]], store: Store) -> None:
    """Rows (column -> value) of a table of sums, many a statement: to make a model of 200 columns for each would cost
    more than to count its day."""
    fields = {f.attname: f for f in model._meta.concrete_fields if not f.primary_key}
    values: list[Any] = []
    for row in rows:
        told = row | {"store_id": store.pk}
        if not told.keys() <= fields.keys():
            raise ValueError(f"{model.__name__} has no {', '.join(sorted(told.keys() - fields.keys()))}")
        for column, field in fields.items():
            value = told.get(column)
            plain = value is None or isinstance(value, int | str)
            values.append(value if plain else field.get_db_prep_save(value, connection))
        if len(values) + len(fields) > MOST_VALUES:
            _write(model, list(fields), values)
            values = []
    if values:
        _write(model, list(fields), values)


def _write(model: type[Model], columns: list[str], values: list[Any]) -> None:
    holes = f"({', '.join(['%s'] * len(columns))})"
    lines = ", ".join([holes] * (len(values) // len(columns)))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES {lines}", values)  # noqa: S608 - our own names
