"""Taking an import back: facts, coverage and ages stand again as if the upload had never been loaded.

What the load has noted (`kpis.ingest.journal`) is played back in one transaction. Where a later upload has met the same
facts, the two cannot be told apart any more: that one has to be undone first. Products and channels that the file has
brought up stay. Like a load, an undo may be killed at any point and run again.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from kpis.ingest import parts
from kpis.ingest.covering import days_between, withdraw
from kpis.ingest.journal import BEFORE, TOUCHED
from kpis.ingest.kinds import KINDS, Kind
from kpis.ingest.load import days_of
from kpis.ingest.runner import Job, LostClaim, claim, heartbeat
from kpis.ingest.staging import rows_of, run
from kpis.models import DataVersion, RowBefore, TouchedRows, Upload
from kpis.models.rollups import bump, mark_stale
from opsplan.lib import clock
from staff import audit
from stores.models import Store

log = logging.getLogger("kpis.ingest")
State, What = Upload.State, TouchedRows.What
DONE = (State.LOADED, State.UNCHANGED)
AT_ONCE_DAYS = 62  # as in kpis.ingest.pipeline
NAMED = 20  # later uploads, and what stands in the way

# counts days of a store again, inside the transaction that has changed their facts
Recount = Callable[[Store, Iterable[dt.date]], object]


@dataclass(frozen=True)
class Effect:
    """What undoing an upload would do, in rows and days of the store; `later`: the uploads that have to go first."""

    removed: int = 0
    changed: int = 0
    restored: int = 0
    days: set[dt.date] = field(default_factory=set)
    later: list[Upload] = field(default_factory=list)
    shared: int = 0  # facts those have met as well, and the first of them by the number people know
    names: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.removed + self.changed + self.restored


class Refused(Exception):
    """Later uploads have met the same facts."""

    def __init__(self, later: list[Upload]) -> None:
        super().__init__(", ".join(upload.shown for upload in later))
        self.later = later


def can_undo(upload: Upload) -> bool:
    """Whether the upload was loaded and what it has met is still noted (what a person has declared meets nothing)."""
    return upload.state in DONE and (upload.is_declared or upload.touched.exists())


def effect(upload: Upload) -> Effect:
    """What undoing would do, without doing it."""
    kind = kind_of(upload)
    days = {day for span in upload.days_told.all() for day in days_between(span.first_day, span.last_day)}
    if kind is None:
        return Effect(days=days if upload.is_declared else set())
    kept = RowBefore.objects.filter(upload=upload)
    later = later_uploads(upload, kind)
    shared, names = shared_with(upload, kind, later) if later else (0, [])
    return Effect(
        removed=sum(each.last_id - each.first_id + 1 for each in _runs(upload, What.INSERTED)),
        changed=kept.filter(was_removed=False).count(),
        restored=kept.filter(was_removed=True).count(),
        days=days | _days(upload, kind),
        later=later,
        shared=shared,
        names=names,
    )


def met(upload: Upload) -> tuple[list[str], list[str]]:
    """The first facts that would go, and the first that would get their former values back, by the number (order,
    refund) or day people know them by."""
    kind = kind_of(upload)
    if kind is None:
        return [], []
    fact = f"JOIN {kind.table} o ON o.store_id = %s AND o.id"
    goes = f"""SELECT o.{kind.key[0]} FROM {TOUCHED} t {fact} BETWEEN t.first_id AND t.last_id
               WHERE t.upload_id = %s AND t.what = '{What.INSERTED}' ORDER BY t.first_id, o.id LIMIT {NAMED * 10}"""
    back = f"""SELECT o.{kind.key[0]} FROM {BEFORE} b {fact} = b.fact_id
               WHERE b.upload_id = %s AND NOT b.was_removed ORDER BY o.id LIMIT {NAMED * 10}"""
    gone, changed = (
        list(dict.fromkeys(str(name) for (name,) in rows_of(sql, upload.store_id, upload.pk))) for sql in (goes, back)
    )
    return gone[:NAMED], changed[:NAMED]


def kind_of(upload: Upload) -> Kind | None:
    """Which facts the upload has met; None when nothing is noted of it."""
    source = upload.touched.values_list("kind", flat=True).first()
    return KINDS[source] if source else None


def later_uploads(upload: Upload, kind: Kind) -> list[Upload]:
    """Uploads loaded afterwards that have met facts this one has brought, changed or made newer; newest first."""
    rows = rows_of(
        f"""SELECT DISTINCT t.upload_id FROM {TOUCHED} t JOIN {Upload._meta.db_table} u ON u.id = t.upload_id
            WHERE u.store_id = %s AND t.kind = %s AND t.upload_id <> %s
                AND t.id > (SELECT MAX(id) FROM {TOUCHED} WHERE upload_id = %s)
                AND (EXISTS (SELECT 1 FROM {TOUCHED} m
                             WHERE m.upload_id = %s AND m.what IN ('{What.INSERTED}', '{What.RENEWED}')
                               AND m.first_id <= t.last_id AND m.last_id >= t.first_id)
                  OR EXISTS (SELECT 1 FROM {BEFORE} b
                             WHERE b.upload_id = %s AND b.fact_id BETWEEN t.first_id AND t.last_id))""",
        *(upload.store_id, kind.source, *[upload.pk] * 4),
    )
    return list(Upload.objects.filter(pk__in=[pk for (pk,) in rows]).order_by("-finished_at", "-pk")[:NAMED])


def shared_with(upload: Upload, kind: Kind, later: list[Upload]) -> tuple[int, list[str]]:
    """How many facts the upload and those later ones have both met, and the first of them by the number (order, refund)
    or day people know them by."""
    places = ", ".join(["%s"] * len(later))
    mine = f"""SELECT first_id, last_id FROM {TOUCHED}
               WHERE upload_id = %s AND what IN ('{What.INSERTED}', '{What.RENEWED}')
               UNION SELECT fact_id, fact_id FROM {BEFORE} WHERE upload_id = %s"""
    met = f"""SELECT DISTINCT o.{kind.key[0]} AS name FROM ({mine}) m
              JOIN {TOUCHED} t ON t.first_id <= m.last_id AND t.last_id >= m.first_id
              JOIN {kind.table} o ON o.id BETWEEN CASE WHEN m.first_id > t.first_id THEN m.first_id ELSE t.first_id END
                                              AND CASE WHEN m.last_id < t.last_id THEN m.last_id ELSE t.last_id END
              WHERE t.kind = %s AND t.upload_id IN ({places}) AND o.store_id = %s"""
    told = (upload.pk, upload.pk, kind.source, *(each.pk for each in later), upload.store_id)
    [(count,)] = rows_of(f"SELECT COUNT(*) FROM ({met}) x", *told)
    return count, [str(name) for (name,) in rows_of(f"{met} ORDER BY 1 LIMIT {NAMED}", *told)]


def request(upload: Upload, by: Any = None) -> bool:
    """Decide that the upload is to be undone; the caller starts the job. False when nothing can be undone (any more).

    Raises `Refused` where later uploads stand in the way.
    """
    if not can_undo(upload):
        return False
    kind = kind_of(upload)
    if kind and (later := later_uploads(upload, kind)):
        raise Refused(later)
    before = upload.state
    mine = Upload.objects.filter(pk=upload.pk, state=before, runner="")
    told = {"undone_by": by, "heartbeat_at": clock.now(), "error": "", "cancel_requested": False}
    if not mine.update(state=State.UNDOING, phase="", **told):
        return False
    upload.refresh_from_db()
    audit.record(upload, state=(before, State.UNDOING))
    return True


def undo(upload: Upload, recount: Recount | None = None) -> Upload:
    """Take an upload back that is UNDOING. Ends UNDONE, or as it was before where that is not possible (`error` says
    why). Does nothing when another process has it. `recount`: as in `kpis.ingest.pipeline.load`."""
    job = claim(upload, [State.UNDOING], State.UNDOING)
    if job is None:
        return upload
    before = State.LOADED if upload.new or upload.changed or upload.is_declared else State.UNCHANGED
    try:
        with heartbeat(job):
            rows = effect(upload).rows
            job.beat("undo", 0, rows, now=True)
            _play_back(job, recount)
    except LostClaim:
        upload.refresh_from_db()
        log.warning("undo taken over by another process", extra={"data": {"upload": upload.pk}})
    except Refused as refused:
        job.write(state=before, runner="", phase="", error=str(refused)[:500])
    except Exception as error:
        log.exception("undo failed", extra={"data": {"upload": upload.pk, "source": upload.source}})
        if not connection.in_atomic_block:
            connection.close()  # the trouble may be the connection itself
        upload.refresh_from_db()
        job.write(state=before, runner="", phase="", error=type(error).__name__)
    data = {"upload": upload.pk, "store": upload.store.slug, "state": str(upload.state)}
    log.info("undo", extra={"data": data})
    return upload


def undo_parts(upload: Upload, recount: Recount | None = None) -> None:
    """What else the file of an undone upload has told goes with it, unless later files have met that."""
    if upload.state != State.UNDONE:
        return
    for part in upload.parts.filter(sheet=upload.sheet):  # other sheets stand for themselves
        try:
            if request(part, upload.undone_by):
                undo(part, recount)
        except Refused:
            log.warning("a part stays", extra={"data": {"upload": part.pk, "part_of": upload.pk}})


@transaction.atomic
def _play_back(job: Job, recount: Recount | None) -> None:
    upload, store = job.upload, job.upload.store
    DataVersion.objects.get_or_create(store=store)
    DataVersion.objects.select_for_update().get(store=store)  # one load or undo of a store at a time
    kind = kind_of(upload)
    days: set[dt.date] = set()
    if kind is not None:
        if later := later_uploads(upload, kind):
            raise Refused(later)
        days |= _days(upload, kind)
        _remove(upload, kind)
        _renew(upload, kind)
        _restore_changed(upload, kind)
        _restore_removed(upload, kind)
        days |= _days(upload, kind)
    parts.forget(upload)
    days |= withdraw(upload)
    forget(upload)
    if days:
        mark_stale(store, days)
    bump(store)
    if recount and (len(days) <= AT_ONCE_DAYS or connection.vendor == "postgresql"):
        recount(store, days)
    ended = {"runner": "", "phase": "rollup" if days else "", "undone_at": clock.now()}
    if not job.write(state=State.UNDONE, rows_done=upload.rows_total, **ended):
        raise LostClaim


def forget(upload: Upload) -> None:
    """Drop the notes: from now on the upload cannot be undone (any more)."""
    RowBefore.objects.filter(upload=upload)._raw_delete(using=connection.alias)
    TouchedRows.objects.filter(upload=upload).delete()


def prune(before: dt.datetime) -> int:
    """Forget what uploads that ended before this moment have met; how many uploads that were. They stay loaded."""
    old = Upload.objects.filter(finished_at__lt=before, state__in=[*DONE, State.UNDONE], touched__isnull=False)
    uploads = list(old.distinct())
    for upload in uploads:
        with transaction.atomic():
            parts.settle(upload)
            forget(upload)
    return len(uploads)


def _runs(upload: Upload, what: str) -> list[TouchedRows]:
    return list(upload.touched.filter(what=what))


def _days(upload: Upload, kind: Kind) -> set[dt.date]:
    """The days whose sums the facts are part of that the upload has brought or changed, as they stand now."""
    days: set[dt.date] = set()
    for each in _runs(upload, What.INSERTED):
        rows = f"SELECT * FROM {kind.table} WHERE id BETWEEN %s AND %s"
        days |= days_of(kind, upload.store, rows, each.first_id, each.last_id)
    kept = f"SELECT o.* FROM {BEFORE} b JOIN {kind.table} o ON o.id = b.fact_id WHERE b.upload_id = %s"
    return days | days_of(kind, upload.store, kept, upload.pk)


def _remove(upload: Upload, kind: Kind) -> None:
    """Delete what the upload has brought."""
    for each in _runs(upload, What.INSERTED):
        run(f"DELETE FROM {kind.table} WHERE id BETWEEN %s AND %s", each.first_id, each.last_id)


def _renew(upload: Upload, kind: Kind) -> None:
    """Give the facts that were told again their former age."""
    values = [(each.as_of, each.first_id, each.last_id) for each in _runs(upload, What.RENEWED)]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {kind.table} SET as_of = %s WHERE id BETWEEN %s AND %s", values)


def _kept_columns(upload: Upload, kind: Kind, *, was_removed: bool) -> list[str]:
    """The columns that are kept of any row."""
    keys = (
        "jsonb_object_keys(CAST(b.before AS jsonb)) AS j(key)"
        if connection.vendor == "postgresql"
        else "json_each(b.before) j"
    )
    found = rows_of(
        f"SELECT DISTINCT j.key FROM {BEFORE} b, {keys} WHERE b.upload_id = %s AND b.was_removed = %s",
        *(upload.pk, was_removed),
    )
    ours = {f.column for f in kind.model._meta.concrete_fields}
    return sorted({name for (name,) in found} & ours)


def _kept(kind: Kind, column: str) -> str:
    """SQL over b: the kept value of a column, as the column's type."""
    if connection.vendor == "postgresql":
        [its_type] = [f.db_type(connection) for f in kind.model._meta.concrete_fields if f.column == column]
        return f"CAST(CAST(b.before AS jsonb) ->> '{column}' AS {its_type})"
    return f"json_extract(b.before, '$.{column}')"


def _is_kept(column: str) -> str:
    """SQL over b: whether a value of the column is kept."""
    if connection.vendor == "postgresql":
        return f"jsonb_exists(CAST(b.before AS jsonb), '{column}')"
    return f"json_type(b.before, '$.{column}') IS NOT NULL"


def _restore_changed(upload: Upload, kind: Kind) -> None:
    columns = _kept_columns(upload, kind, was_removed=False)
    if not columns:
        return
    values = (f"{name} = CASE WHEN {_is_kept(name)} THEN {_kept(kind, name)} ELSE o.{name} END" for name in columns)
    run(
        f"""UPDATE {kind.table} AS o SET {", ".join(values)} FROM {BEFORE} b
            WHERE b.upload_id = %s AND b.was_removed = %s AND o.id = b.fact_id""",
        *(upload.pk, False),
    )


def _restore_removed(upload: Upload, kind: Kind) -> None:
    columns = _kept_columns(upload, kind, was_removed=True)
    if not columns:
        return
    values = ", ".join(_kept(kind, name) for name in columns)
    run(
        f"""INSERT INTO {kind.table} (id, store_id, {", ".join(columns)})
            SELECT b.fact_id, %s, {values} FROM {BEFORE} b WHERE b.upload_id = %s AND b.was_removed = %s""",
        *(upload.store_id, upload.pk, True),
    )
