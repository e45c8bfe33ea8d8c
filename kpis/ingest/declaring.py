"""Days of which a person says that nothing happened: a platform gives no file (or an empty one) for them.

Kept as an upload without a file and without rows that has told of days, so that history, undo and coverage know it as
they know a file. It counts until a file tells of the day.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.ingest.covering import days_between, known, spans, states, write
from kpis.ingest.kinds import Source
from kpis.measures import ENTRY_MEASURES, MEASURES, Adds, Grain
from kpis.models import Coverage, DataVersion, Entry, StoreDay, Upload
from kpis.models.imports import SAID as SAID
from kpis.models.rollups import bump, mark_stale
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff import audit
from stores.models import Channel, Store

PARTS = (Source.FLOW, Source.ITEMS)  # reports a store may well do without: expected once one has come
LONGEST_DAYS = 366
NAMED = 5  # days named in a refusal
REASON_LENGTH = 200
ALONG: Mapping[str, tuple[str, ...]] = {  # what follows: without orders no lines, where the store has any at all
    Source.ORDERS: (Source.LINES,),
    Source.TRAFFIC: PARTS,
}


def channels(store: Store) -> dict[str, str]:
    """Key and name of the channels that may have cost money: the paid ones, and those any ad file has told of."""
    told = Coverage.objects.filter(store=store, kind=Source.ADS).order_by().values_list("detail", flat=True).distinct()
    names = Channel.objects.filter(store=store)
    paid = {key: name for key, name, is_paid in names.values_list("key", "name", "is_paid") if is_paid or key in told}
    return paid | {key: key for key in sorted(set(told) - set(names.values_list("key", flat=True)))}


def declare(
    store: Store,
    source: str,
    span: Period,
    *,
    channel: str = "",
    by: Any = None,
    reason: str = "",
) -> Upload | None:
    """Note that nothing of a source (a key of SAID; of ads one channel) happened on these days.

    None when that was said of all of them before; otherwise what was not said yet is noted, and the caller has its days
    counted again. ValidationError, with the field (source, channel, from, to, reason), when a day is not over or
    something is known of it.
    """
    reason = " ".join(reason.split())
    detail = channel if source == Source.ADS else ""
    _check(store, source, span, detail, reason)
    with transaction.atomic():
        DataVersion.objects.get_or_create(store=store)
        DataVersion.objects.select_for_update().get(store=store)  # one load of a store at a time
        stand = states(store, source, detail)
        days = [day for day in span if not (day in stand and stand[day].is_declared)]
        if not days:
            return None
        full = [day for day in days if day in stand and not stand[day].is_partial]
        _refuse_known(store, source, detail, days, full)
        upload = _note(store, source, detail, days, by, reason)
        stale: set[dt.date] = set()
        for kind in (source, *_along(store, source)):
            stale |= write(upload, kind, detail, dict.fromkeys(days, False), upload.notes.get("has_refund"))
        mark_stale(store, stale)
        bump(store)
    return upload


def declared_days(upload: Upload) -> int:
    """Of how many days an upload says that nothing happened."""
    told = upload.days_told.filter(kind=upload.notes.get("declared", ""))
    return sum(len(days_between(span.first_day, span.last_day)) for span in told)


def _check(store: Store, source: str, span: Period, channel: str, reason: str) -> None:
    if source not in SAID:
        raise ValidationError({"source": _("Choose what there was none of.")})
    if source in PARTS and not Coverage.objects.filter(store=store, kind=source).exists():
        raise ValidationError({"source": _("No file has told of this yet, so none of its days is missing.")})
    if source == Source.ADS and channel not in channels(store):
        raise ValidationError({"channel": _("Choose the channel that no money was spent on.")})
    if span.last >= clock.today(store.timezone):
        raise ValidationError({"to": _("Only of days that are over can be said that nothing happened.")})
    if len(span) > LONGEST_DAYS:
        raise ValidationError({"to": _("At most %d days at a time.") % LONGEST_DAYS})
    fitting("reason", reason, REASON_LENGTH)


def _refuse_known(store: Store, source: str, detail: str, days: list[dt.date], full: list[dt.date]) -> None:
    """Nobody can say of a day that nothing happened of which something is known."""
    if full:
        text = _("Imported already: %(days)s. An imported day cannot be said to be empty; undo its file first.")
        raise ValidationError({"from": text % {"days": listed(full)}})
    for kind in (source, *ALONG.get(source, ())):
        if there := known(store, kind, detail, days):
            text = ngettext(
                "%(rows)s row is known of %(days)s, so that was not empty; import a file that tells all of it.",
                "%(rows)s rows are known of %(days)s, so that was not empty; import a file that tells all of it.",
                sum(there.values()),
            )
            raise ValidationError({"from": text % {"rows": sum(there.values()), "days": listed(sorted(there))}})
    typed = Entry.objects.filter(store=store, day__in=days, measure__in=_typed_keys(source, detail)).exclude(value=0)
    if there_typed := sorted(set(typed.values_list("day", flat=True))):
        text = _("Typed by hand: figures of %(days)s. Delete them under hand entries first.")
        raise ValidationError({"from": text % {"days": listed(there_typed)}})


def listed(days: list[dt.date]) -> str:
    """Days as runs, the first of them."""
    runs = [
        str(first) if first == last else f"{first} – {last}" for first, last, _part in spans(dict.fromkeys(days, False))
    ]
    return _(", ").join(runs[:NAMED]) + (" …" if len(runs) > NAMED else "")


def _typed_keys(source: str, channel: str) -> list[str]:
    """The measures that can be typed and say that there was something."""
    if source == Source.ADS:
        return [m.key for m in ENTRY_MEASURES.values() if m.channel == channel and m.column == "promo_cost"]
    sources = (source, *ALONG.get(source, ()))
    return [m.key for m in ENTRY_MEASURES.values() if m.source in sources and m.adds is not Adds.SNAPSHOT]


def _along(store: Store, source: str) -> list[str]:
    """Sources that have begun to tell of the store and follow from this one."""
    begun = Coverage.objects.filter(store=store, kind__in=ALONG.get(source, ()))
    return sorted(begun.order_by().values_list("kind", flat=True).distinct())


def _note(store: Store, source: str, detail: str, days: list[dt.date], by: Any, reason: str) -> Upload:
    now = clock.now()
    notes: dict[str, Any] = {"declared": str(source), "channel": detail, "reason": reason}
    if detail:
        notes["channel_name"] = channels(store)[detail]
    if source == Source.ORDERS:
        notes["has_refund"] = _orders_tell_refunds(store)
    if source in (Source.TRAFFIC, *PARTS):
        notes["measures"] = _measures_told(store, source)
    upload = Upload(
        store=store,
        by=by,
        source=Upload.DECLARED,
        state=Upload.State.LOADED,
        phase="rollup",
        first_day=days[0],
        last_day=days[-1],
        notes={key: value for key, value in notes.items() if value not in ("", None)},
        created_at=now,
        finished_at=now,
    )
    upload.name = upload.shown
    upload.save()
    if reason:
        audit.record(upload, reason=("", reason))
    return upload


def _orders_tell_refunds(store: Store) -> bool:
    """Whether a day without orders is one without refunds: where the order files say what was given back."""
    told = Upload.objects.filter(store=store, days_told__kind=Source.ORDERS, state=Upload.State.LOADED)
    last = told.exclude(source=Upload.DECLARED).order_by("-pk").values_list("notes", flat=True).first()
    return bool((last or {}).get("has_refund", True))


def _measures_told(store: Store, source: str) -> list[str]:
    """What is 0 on a day without visitors: of the figures the platform counts that day, those the store gets; where
    only a part of its reports is empty, those of that report."""
    sources = (source, *ALONG.get(source, ()))
    keys = [
        m.key
        for m in MEASURES.values()
        if m.source in sources
        and m.stored
        and not m.channel
        and Grain.STORE in m.grains
        and m.adds is not Adds.SNAPSHOT
    ]
    counts = StoreDay.objects.filter(store=store).aggregate(**{f"n_{key}": Count(key) for key in keys})
    always = ("uv", "pv") if source == Source.TRAFFIC else ()
    return [key for key in keys if counts[f"n_{key}"] or key in always]
