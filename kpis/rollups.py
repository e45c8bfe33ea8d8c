"""Facts to sums per day: delete the day, insert its sums. Safe to kill at any point and to run twice.

A rebuild holds the store's DataVersion row from before it reads the marks of stale days until it commits, and takes off
only the marks it has read: what is marked meanwhile is counted again.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, Min, Model, Q

from kpis import counting
from kpis.models import (
    AdSpend,
    ChannelDay,
    ChannelTraffic,
    Coverage,
    DataVersion,
    Entry,
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
from stores.models import Store

__all__ = ["all_days", "bump", "mark_stale", "rebuild", "version"]

CHUNK = 31


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
    daily = (ShopTraffic, ChannelTraffic, ItemTraffic, AdSpend, Coverage, Entry, StoreDay)
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
    StoreDay.objects.bulk_create(
        StoreDay(
            store=store,
            day=day,
            covered=" ".join(sorted(c.covered)),
            unfinished=" ".join(sorted(c.unfinished)),
            **c.store,
        )
        for day, c in counted.items()
        if c.covered or c.channels or any(value is not None for value in c.store.values())
    )
    ProductDay.objects.bulk_create(
        [
            ProductDay(store=store, day=day, product_id_ref=product, **values)
            for day, c in counted.items()
            for product, values in sorted(c.products.items(), key=lambda x: x[0] or 0)
        ],
        batch_size=2000,
    )
    ChannelDay.objects.bulk_create(
        ChannelDay(store=store, day=day, channel_key=key, **values)
        for day, c in counted.items()
        for key, values in sorted(c.channels.items())
    )
    for i in range(0, len(marks), 200):
        read = Q()
        for day, mark in marks[i : i + 200]:
            read |= Q(day=day, mark=mark)
        StaleDay.objects.filter(read, store=store).delete()
    bump(store)
    return len(days)
