"""Pages of the apps to the left tell here that what a figure is made of has changed, in the same transaction."""

import datetime as dt

from kpis import rollups
from kpis.models import StoreDay
from stores.models import Store


def figures_changed(store: Store, first: dt.date, last: dt.date | None = None) -> int:
    """Mark stale the days from `first` to `last` (None = to the end) that have figures, and count up the data version.

    Returns how many days will be counted again; the rebuild itself is a job (`kpis.tasks.resume` finds the days).
    """
    days = StoreDay.objects.filter(store=store, day__gte=first)
    if last is not None:
        days = days.filter(day__lte=last)
    stale = list(days.values_list("day", flat=True))
    rollups.mark_stale(store, stale)
    rollups.bump(store)
    return len(stale)


def names_changed(store: Store) -> None:
    """What figures are called or grouped by has changed (a channel's name, free or paid): nothing is counted again."""
    rollups.bump(store)
