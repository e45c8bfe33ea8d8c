"""The calendar of a store: what ships, what the installation changed, what the store changed, in this order."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from opsplan.lib.almanac import ASIA, CHINA, FEASTS, US, WEST
from opsplan.lib.calendar import SHIPPED, Calendar, DayChange, Event, Kind, shipped
from stores.models import CalendarDay, CalendarEvent, Store
from stores.snapshot import once

LONGEST = 60  # days an event may reach to either side


REGION_OF = {"CNY": CHINA, "USD": US} | dict.fromkeys(("HKD", "TWD", "SGD", "MYR", "THB", "VND", "IDR", "PHP"), ASIA)
CHINA_ZONES = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "PRC"})


def calendar_of(store: Store | None) -> Calendar:
    """The calendar of a store; of the whole installation for None. Its events are those its buyers keep, who are where
    its currency is; China's days off are its own where it counts in yuan, or its clock is China's (a team there that
    sells abroad), the US's where it counts in dollars by a clock of America. Two statements."""
    return once(("calendar", store and store.pk), lambda: _read(store, region_of(store)))


def calendar_of_all(stores: Iterable[Store]) -> Calendar:
    """For a page about several stores: that of their buyers where they are in one region, else the installation's."""
    [first, *others] = {region_of(store) for store in stores} or {CHINA}
    return calendar_of(None) if others else _read(None, first)


def sales_calendar(store: Store) -> Calendar:
    """The same for what buyers do: their days off are those of where they are, not of the team."""
    known = calendar_of(store)
    days_off = known.region if known.region in (CHINA, US) else ""
    return Calendar(known.changes, known.own, region=known.region, platform=known.platform, days_off=days_off)


def region_of(store: Store | None) -> str:
    """Where its buyers are: by its currency."""
    return REGION_OF.get(store.currency, WEST) if store else CHINA


def _read(store: Store | None, region: str) -> Calendar:
    of = Q(store__isnull=True) | Q(store=store) if store else Q(store__isnull=True)
    first = F("store").asc(nulls_first=True)
    platform = store.platform if store else ""
    elsewhere = {x.key for x in FEASTS if not x.is_for(region, platform)}  # moved for all stores, kept by others
    days = {
        x.day: DayChange(Kind(x.kind), x.name, "store" if x.store_id else "installation")
        for x in CalendarDay.objects.filter(of).order_by(first, "day")
    }
    events = {
        (x.key, x.year): event_of(x)
        for x in CalendarEvent.objects.filter(of).order_by(first, "day")
        if x.store_id or x.key not in elsewhere
    }
    if region == CHINA:
        return Calendar(days, events) if days or events else SHIPPED
    return Calendar(days, events, region=region, platform=platform, days_off=days_off_of(store, region))


def days_off_of(store: Store | None, region: str) -> str:
    """Whose days off the team of a store abroad keeps."""
    if store is None:
        return ""
    if store.timezone in CHINA_ZONES:
        return CHINA
    return US if region == US and store.timezone.partition("/")[0] in ("America", "US") else ""


def event_of(row: CalendarEvent) -> Event | None:
    """What a row says of its year's occurrence; None: there is none."""
    if row.is_removed:
        return None
    known = next((e for e in shipped(row.year) if e.key == row.key), None)
    rank, kind = (max(known.rank, 1), known.kind) if known else (2, "own")
    source = "store" if row.store_id else "installation"
    return Event(row.key, row.name, row.day, row.before, row.after, rank, kind, source)


def set_event(store: Store | None, key: str, name: str, day: dt.date, before: int, after: int) -> CalendarEvent:
    """Say when an event is in the year of `day`. An empty key means a new event, named after its name. ValidationError
    by field. The caller says that figures have changed."""
    if not 2000 <= day.year <= 2100:
        raise ValidationError({"day": _("Give a day between 2000 and 2100.")})
    if max(before, after) > LONGEST or min(before, after) < 0:
        raise ValidationError({"before": _("An event reaches at most %d days to either side.") % LONGEST})
    key = key or slugify(name, allow_unicode=True)[:40] or "event"
    found = CalendarEvent.objects.filter(store=store, key=key, year=day.year).first()
    row = found or CalendarEvent(store=store, key=key, year=day.year)
    known = next((e.name for e in shipped(day.year) if e.key == key and _(e.name) == name.strip()), "")
    row.name, row.day, row.before, row.after, row.is_removed = known or name.strip(), day, before, after, False
    row.full_clean(exclude=["store"])
    row.save()
    return row


def remove_event(store: Store | None, key: str, year: int) -> None:
    """Take the year's occurrence off: one that ships or stands for all stores is hidden, the store's own goes away."""
    row = CalendarEvent.objects.filter(store=store, key=key, year=year).first()
    everywhere = calendar_of(None).own if store else {}
    usual = Calendar({}, everywhere, region=region_of(store), platform=store.platform if store else "")
    known = next((e for e in usual.events(year) if e.key == key), None)
    if known is None:
        if row:
            row.delete()
        return
    row = row or CalendarEvent(store=store, key=key, year=year)
    row.name, row.day, row.before, row.after = known.name, known.day, known.before, known.after
    row.is_removed = True
    row.save()


def restore_event(store: Store | None, key: str, year: int) -> None:
    """Forget what was said about the year's occurrence."""
    for row in CalendarEvent.objects.filter(store=store, key=key, year=year):
        row.delete()


def set_day(store: Store | None, day: dt.date, kind: str, name: str = "") -> None:
    """Say whether a day is worked; an empty `kind` forgets what was said. ValidationError by field."""
    row = CalendarDay.objects.filter(store=store, day=day).first()
    if not kind:
        if row:
            row.delete()
        return
    row = row or CalendarDay(store=store, day=day)
    row.kind, row.name = kind, name.strip()
    row.full_clean(exclude=["store"])
    row.save()
