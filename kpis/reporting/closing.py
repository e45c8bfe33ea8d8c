"""Closing a period: what was reported is kept as it stood, and whatever becomes known later stands beside it.

A closing is written under the lock that every change of figures takes (`DataVersion`), with no day of the period
waiting to be counted, so all its figures are of one state. Reopening keeps the snapshot: it was reported, and is not in
force any more.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kpis import queries, wire
from kpis.answers import Figure, Missing, Row
from kpis.display import boards
from kpis.models import ClosedPeriod, DataVersion, SignedReport, Snapshot, StaleDay, StoreDay
from kpis.sums import rollups
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import Period
from opsplan.statements import Statement
from staff.models import User
from stores.models import Store
from stores.snapshot import one_version

LONGEST_DAYS = 366
TRIES = 3
Keep = Callable[[ClosedPeriod], None]


def close(
    store: Store, first: dt.date, last: dt.date, by: User | None = None, note: str = "", also: Keep | None = None
) -> ClosedPeriod:
    """Keep the figures of these local days as reported. `also`: keeps more beside them, of the same state of the
    data. ValidationError by field: the days, or nothing to report."""
    if last < first:
        raise ValidationError({"last": _("The period ends before it starts.")})
    if (last - first).days >= LONGEST_DAYS:
        raise ValidationError({"last": _("At most %d days at a time.") % LONGEST_DAYS})
    if last >= clock.today(store.timezone):
        raise ValidationError({"last": _("Only days that are over can be closed.")})
    said = fitting("note", note, 300)
    for _try in range(TRIES):
        stale = StaleDay.objects.filter(store=store, day__range=(first, last))
        rollups.rebuild(store, list(stale.values_list("day", flat=True)))
        closed = _close(store, Period(first, last), by, said, also)
        if closed:
            return closed
    raise ValidationError(_("The figures of these days are being counted again. Try once more in a moment."))


@transaction.atomic
def _close(store: Store, period: Period, by: User | None, note: str, also: Keep | None) -> ClosedPeriod | None:
    """None when a day of the period has to be counted again first."""
    DataVersion.objects.get_or_create(store=store)
    DataVersion.objects.select_for_update().get(store=store)
    if standing(store).filter(first=period.first, last=period.last).exists():
        raise ValidationError({"first": _("These days are closed already.")})
    days = (period.first, period.last)
    if not StoreDay.objects.filter(store=store, day__range=days).exists():
        raise ValidationError({"first": _("There are no figures of these days to report.")})
    with one_version():
        whole = queries.figures(store, queries.keys(), period, compare=())
        daily = queries.breakdown(store, day_keys(), period, "day")
        channels = queries.breakdown(store, boards.CHANNEL_KEYS, period, "channel")
        products = queries.breakdown(store, boards.PRODUCT_KEYS, period, "product")
    if StaleDay.objects.filter(store=store, day__range=days).exists():
        return None
    mark = LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    closed = ClosedPeriod.objects.create(
        store=store, first=period.first, last=period.last, closed_at=clock.now(), by=by, note=note, log_mark=mark,
        definitions=definitions(whole),
    )  # fmt: skip
    rows = [Snapshot(closed=closed, figures=wire.figures(whole))]
    rows += [Snapshot(closed=closed, day=row.key, figures=wire.figures(row.values)) for row in daily]
    rows += [*members(closed, "channel", channels), *members(closed, "product", products)]
    Snapshot.objects.bulk_create(rows, batch_size=200)
    if also:
        also(closed)
    return closed


def day_keys() -> list[str]:
    """The KPIs kept for each day too: not those that speak of another span than their day (month to date, windows)."""
    return [info.key for info in queries.catalogue() if info.adds != "context"]


def members(closed: ClosedPeriod, grain: str, rows: Iterable[Row]) -> Iterable[Snapshot]:
    for row in rows:
        yield Snapshot(closed=closed, grain=grain, member=row.key[:100], figures=wire.figures(row.values))


def definitions(figures: Mapping[str, Figure]) -> dict[str, dict[str, Any]]:
    """How each metric was read: its formula in words, what it needs, and the reading chosen where there are several."""
    told: dict[str, dict[str, Any]] = {}
    for info in queries.catalogue():
        chosen = figures[info.key].definition if info.key in figures else None
        told[info.key] = {"formula": info.formula_words, "top": info.top, "bottom": info.bottom}
        if chosen:
            told[info.key] |= {"variant": chosen.variant, "since": chosen.since and chosen.since.isoformat()}
    return told


def reopen(closed: ClosedPeriod, by: User | None, reason: str) -> None:
    """The period is open again; what was reported stays on record. ValidationError: no reason, or open already."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the period is opened again.")})
    said = fitting("reason", reason, 300)
    with transaction.atomic():
        now = ClosedPeriod.objects.select_for_update(of=("self",)).get(pk=closed.pk)
        if now.reopened_at:
            raise ValidationError(_("This period is open already."))
        if SignedReport.objects.filter(closed=now, withdrawn_at=None).exists():
            raise ValidationError(_("A signed report stands on these figures; withdraw it first."))
        now.reopened_at, now.reopened_by, now.reason = clock.now(), by, said
        now.save(update_fields=["reopened_at", "reopened_by", "reason"])
    closed.refresh_from_db()


# what was reported


def closings(store: Store) -> QuerySet[ClosedPeriod]:
    """All of the store, newest days first; those reopened too."""
    return ClosedPeriod.objects.filter(store=store).select_related("by", "reopened_by", "store")


def find(store: Store, pk: int) -> ClosedPeriod | None:
    return closings(store).filter(pk=pk).first()


def standing(store: Store, as_of: dt.datetime | None = None) -> QuerySet[ClosedPeriod]:
    """The closings in force now, or at an instant."""
    if as_of is None:
        return closings(store).filter(reopened_at=None)
    return closings(store).filter(Q(reopened_at=None) | Q(reopened_at__gt=as_of), closed_at__lte=as_of)


EXACTLY = Statement(  # every page of figures asks it
    lambda store, first, last: standing(store).filter(first=first, last=last).order_by("-closed_at")[:1]
)


def closing_of(store: Store, period: Period, as_of: dt.datetime | None = None) -> ClosedPeriod | None:
    """The closing that reported exactly this period; for a single day else one that reported it among its days."""
    if as_of is None:
        exact = EXACTLY.first(store, period.first, period.last)
    else:
        exact = standing(store, as_of).filter(first=period.first, last=period.last).order_by("-closed_at").first()
    if exact or len(period) > 1:
        return exact
    around = standing(store, as_of).filter(first__lte=period.first, last__gte=period.first)
    return around.order_by("-closed_at").first()


def as_reported(
    store: Store, keys: Sequence[str], period: Period, as_of: dt.datetime | None = None
) -> dict[str, Figure] | None:
    """The figures as they were reported for exactly this period (or this day); None where it was not closed (at
    `as_of`). A KPI that did not exist then has no value and says `not_reported`."""
    closed = closing_of(store, period, as_of)
    if closed is None:
        return None
    whole = (closed.first, closed.last) == (period.first, period.last)
    rows = Snapshot.objects.filter(closed=closed, grain="store", day=None if whole else period.first)
    kept = rows.values_list("figures", flat=True).first()
    return None if kept is None else {key: figure_of(key, kept.get(key), period) for key in keys}


def reported_days(closed: ClosedPeriod) -> dict[dt.date, dict[str, Any]]:
    """day -> {metric: as the API writes it}."""
    rows = Snapshot.objects.filter(closed=closed, grain="store", day__isnull=False).order_by("day")
    return {day: figures for day, figures in rows.values_list("day", "figures") if day}


def figure_of(key: str, kept: Mapping[str, Any] | None, period: Period) -> Figure:
    """A figure made again from what was kept of it."""
    info = queries.metric(key)
    if kept is None:
        return Figure(key, info.unit, info.better, period, None, {}, (), (Missing("not_reported", key),))
    missing = tuple(
        Missing(
            m["code"],
            m["what"],
            tuple(dt.date.fromisoformat(day) for day in m["days"]),
            channel=m.get("channel", ""),
            channel_name=m.get("channel_name", ""),
        )
        for m in kept["missing"]
    )
    places = {name: place for place, name in enumerate(info.needs)}  # a database may keep the keys in another order
    names = sorted(kept["inputs"], key=lambda name: (places.get(name, len(places)), name))
    inputs = {name: number(kept["inputs"][name]) for name in names}
    return Figure(key, info.unit, info.better, period, number(kept["value"]), inputs, tuple(kept["marks"]), missing)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
