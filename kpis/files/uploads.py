"""The uploads of a store as pages show them, and the decisions a person takes about one."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from kpis.ingest.intake import cancel, stoppable
from kpis.models import RowProblem as RowProblem
from kpis.models import StaleDay
from kpis.models import Upload as Upload
from kpis.models.imports import Dates as Dates
from opsplan.lib import clock
from staff.models import User
from stores.models import Store

State = Upload.State
WORKING = (State.WAITING, State.CHECKING, State.QUEUED, State.LOADING, State.UNDOING)
AGAIN = (State.READY, State.UNKNOWN, State.REJECTED)  # what a file is in that can be read again
READABLE = (State.READY, State.REJECTED)  # as another layout, from the head of the card
DONE = (State.LOADED, State.UNCHANGED)
REFUSED = (State.REJECTED, State.UNKNOWN, State.FAILED)
KEPT_IN_SIGHT = dt.timedelta(minutes=30)
MOST_AT_WORK, MOST_DONE = 20, 5
MOST_READY = 500  # loaded by one button: some months of daily files

SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "-at": ("-id",),
    "at": ("id",),
    "name": ("name", "-id"),
    "-name": ("-name", "-id"),
    "rows": ("rows", "-id"),
    "-rows": ("-rows", "-id"),
    "day": (F("first_day").asc(nulls_last=True), "-id"),  # files that tell of no days come last either way
    "-day": (F("last_day").desc(nulls_last=True), "-id"),
}


@dataclass(frozen=True)
class Filter:
    """What the history is narrowed to; "" or None = everything. Days are the store's, by the time of the upload."""

    search: str = ""
    state: str = ""
    source: str = ""
    by: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def upload_list(store: Store, wanted: Filter, sort: str = "-at") -> QuerySet[Upload]:
    """The uploads of the store, `by` fetched along; an unknown sort counts as "-at"."""
    uploads = Upload.objects.filter(store=store).select_related("by")
    if wanted.search:
        uploads = uploads.filter(name__icontains=wanted.search)
    if wanted.state in State.values:
        uploads = uploads.filter(state=wanted.state)
    if wanted.source:
        uploads = uploads.filter(source=wanted.source)
    if wanted.by is not None:
        uploads = uploads.filter(by_id=wanted.by)
    if wanted.since:
        uploads = uploads.filter(created_at__gte=wanted.since)
    if wanted.until:
        uploads = uploads.filter(created_at__lt=wanted.until)
    return uploads.order_by(*SORTS.get(sort, SORTS["-at"]))


def in_sight(store: Store, user: User) -> list[Upload]:
    """What stands on the import page: everything at work or waiting, and what of the user has just ended."""
    uploads = Upload.objects.filter(store=store).select_related("by", "store", "undone_by")
    at_work = uploads.filter(state__in=[*WORKING, State.READY])[:MOST_AT_WORK]
    mine = uploads.filter(by=user, finished_at__gte=clock.now() - KEPT_IN_SIGHT)
    to_explain = mine.filter(state=State.UNKNOWN)[:MOST_DONE]
    done = mine.exclude(state=State.UNKNOWN)[:MOST_DONE]
    return sorted({*at_work, *to_explain, *done}, key=lambda upload: -upload.pk)


def out_of_sight(store: Store, user: User, shown: Collection[Upload]) -> int:
    """How many more files are at work, or wait for somebody, than the import page shows."""
    unknown = sum(upload.state == State.UNKNOWN for upload in shown)
    at_work = sum(upload.state in (*WORKING, State.READY) for upload in shown)
    if unknown < MOST_DONE and at_work < MOST_AT_WORK:
        return 0
    mine = Q(by=user, finished_at__gte=clock.now() - KEPT_IN_SIGHT, state=State.UNKNOWN)
    every = Upload.objects.filter(mine | Q(state__in=[*WORKING, State.READY]), store=store)
    return max(0, every.count() - unknown - at_work)


def without_fault(store: Store) -> list[Upload]:
    """The uploads that wait for a decision and have nothing to decide: changes, and no row with a problem."""
    ready = Upload.objects.filter(store=store, state=State.READY, rejected=0, dry_run=False)
    return list(ready.filter(Q(new__gt=0) | Q(changed__gt=0)).order_by("pk")[:MOST_READY])


def give_up(upload: Upload) -> bool:
    """Somebody has seen that a file was refused and does not bring it again, or stops one that has not come to its end;
    False when it is too late for that."""
    refused = Upload.objects.filter(pk=upload.pk, state__in=REFUSED)
    return bool(refused.update(state=State.CANCELLED)) or cancel(upload)


def is_counting(upload: Upload) -> bool:
    """Whether days that the upload has touched may still have to be counted."""
    ended = (*DONE, State.UNDONE)
    return (
        upload.state in ended and upload.phase == "rollup" and StaleDay.objects.filter(store=upload.store_id).exists()
    )


def find(store: Store, pk: int) -> Upload | None:
    """One upload of the store."""
    return Upload.objects.select_related("by", "store", "undone_by").filter(store=store, pk=pk).first()


def parts(upload: Upload) -> list[int]:
    """The ids of the uploads that its file has become besides: other sheets, the items of its orders."""
    return list(upload.parts.order_by("pk").values_list("pk", flat=True))


def can_cancel(upload: Upload) -> bool:
    """Whether it makes sense to ask for the upload to be stopped."""
    return upload.state in (State.READY, *stoppable()) and not upload.cancel_requested


def is_measured(upload: Upload) -> bool:
    """Whether it can be said how much of the work is done: rows are counted as they are read; comparing and writing are
    single statements of the database, of which nobody knows how far they are."""
    return upload.phase == "read" and upload.rows_total > 0


def sources_used(store: Store) -> list[str]:
    """The layouts the store has ever uploaded, for the filter."""
    used = Upload.objects.filter(store=store).exclude(source="").order_by("source")
    return list(used.values_list("source", flat=True).distinct())


def uploaders(store: Store) -> list[tuple[int, str]]:
    """(id, name) of those who have uploaded."""
    used = Upload.objects.filter(store=store, by__isnull=False).order_by("by__username")
    rows = used.values_list("by_id", "by__display_name", "by__username").distinct()
    return [(pk, shown or name) for pk, shown, name in rows if pk is not None]


def problems(upload: Upload) -> QuerySet[RowProblem]:
    """Errors first, then notices, by line."""
    return upload.problems.order_by("level", "line", "id")


def decide(upload: Upload, on_problem: str) -> bool:
    """A person has seen the preview and wants it loaded (`skip` = the good rows, `reject` = all rows or nothing); what
    was only to be tried is then an import like any other.

    False when it was not waiting for a decision any more (someone else was quicker). The caller starts the job.
    """
    ready = Upload.objects.filter(pk=upload.pk, state=State.READY)
    return ready.update(state=State.QUEUED, on_problem=on_problem, dry_run=False) == 1


def can_start_over(upload: Upload) -> bool:
    """Whether the file can be read again: it waits, or was refused, and is still kept."""
    return upload.state in AGAIN and bool(upload.path)


def read_again(upload: Upload, source: str | None = "", dates: str = "") -> bool:
    """Read the file again as another layout (a key of headers.json; "": whatever it is recognised as now, None: as
    before); `dates`: its days that end with the year are as a person says. False when it is at work or its file is
    gone."""
    told: dict[str, Any] = {} if source is None else {"source": source, "source_forced": bool(source)}
    return _start_over(upload, **told, **({"dates": dates} if dates else {}))


COUNTS = ("rows_done", "rows_total", "rows", "new", "changed", "unchanged", "older", "rejected")


def _start_over(upload: Upload, **read_as: Any) -> bool:
    """Forget what an earlier reading said, but for the header: that is the file's own. What comes of it now is told."""
    notes = {key: value for key, value in upload.notes.items() if key == "header"}
    again = Upload.objects.filter(pk=upload.pk, state__in=AGAIN).exclude(path="")
    fresh = (
        dict.fromkeys(COUNTS, 0) | dict.fromkeys(("first_day", "last_day", "finished_at", "told_at")) | {"notes": notes}
    )
    with transaction.atomic():
        if not again.update(state=State.WAITING, error="", phase="", **fresh, **read_as):
            return False
        RowProblem.objects.filter(upload=upload).delete()
    return True
