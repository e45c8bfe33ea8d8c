"""The calendar of a store: what ships, what the installation changed, what the store changed, in this order."""

import datetime as dt

from django.db.models import F, Q

from opsplan.lib.calendar import SHIPPED, Calendar, DayChange, Event, Kind
from stores.models import CalendarDay, CalendarEvent, Store


def calendar_of(store: Store | None) -> Calendar:
    """The calendar of a store; of the whole installation for None. Two statements."""
    of = Q(store__isnull=True) | Q(store=store) if store else Q(store__isnull=True)
    first = F("store").asc(nulls_first=True)
    days = {
        x.day: DayChange(Kind(x.kind), x.name, "store" if x.store_id else "installation")
        for x in CalendarDay.objects.filter(of).order_by(first, "day")
    }
    events = {(x.key, x.year): event_of(x) for x in CalendarEvent.objects.filter(of).order_by(first, "day")}
    return Calendar(days, events) if days or events else SHIPPED


def event_of(row: CalendarEvent) -> Event | None:
    """What a row says of its year's occurrence; None: there is none."""
    if row.is_removed:
        return None
    known = next((e for e in SHIPPED.events(row.year) if e.key == row.key), None)
    rank, kind = (max(known.rank, 1), known.kind) if known else (2, "own")
    source = "store" if row.store_id else "installation"
    return Event(row.key, row.name, row.day, row.before, row.after, rank, kind, source)


def shipped_event(key: str, year: int) -> Event | None:
    """The occurrence that ships with the app."""
    return next((e for e in SHIPPED.events(year) if e.key == key), None)


def default_day(day: dt.date) -> Kind:
    """What a day is while nobody has said anything else."""
    return SHIPPED.kind_of(day)
