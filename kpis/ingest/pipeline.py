"""A file on its way to facts: received, checked for a preview, loaded in one transaction. Never calls rollups itself.

Any process may die at any point: staging lives in temporary tables, facts change in one transaction that also finishes
the upload, and an upload whose process is gone is taken up again by `kpis.tasks.resume`.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from kpis.ingest import keeping, parts, presets, preview, staging
from kpis.ingest.check import (
    Columns,
    doubts,
    find_repeated,
    find_twice,
    number_lines,
    paid_is_net,
)
from kpis.ingest.covering import cover
from kpis.ingest.days import told_period
from kpis.ingest.detect import Opened, open_file
from kpis.ingest.intake import (
    FINISHED,
    cancel,
    cleanup,
    exported_at,
    forget_file,
    full_path,
    is_locked,
    keep_again,
    note_sheets,
    receive,
    unlock,
)
from kpis.ingest.keeping import pieces
from kpis.ingest.kinds import FileFacts, kind_of
from kpis.ingest.load import Load, Outcome
from kpis.ingest.reader import Reader
from kpis.ingest.readers import PARTS
from kpis.ingest.runner import Cancelled, Job, LostClaim, claim, heartbeat
from kpis.ingest.staging import Findings
from kpis.ingest.telling import as_json, problem_json, problem_text, problems_csv
from kpis.ingest.values import Converter
from kpis.models import DataVersion, RowProblem, Upload
from kpis.models.rollups import bump, mark_stale, version
from opsplan.fulldisk import is_full
from opsplan.lib import clock
from opsplan.lib.problems import FileProblem, Problem
from opsplan.tables import learn
from stores.models import Store

__all__ = [
    "FINISHED",
    "as_json",
    "cancel",
    "check",
    "cleanup",
    "forget_file",
    "is_locked",
    "load",
    "pieces",
    "problem_json",
    "problem_text",
    "problems_csv",
    "receive",
    "unlock",
]

log = logging.getLogger("kpis.ingest")
State = Upload.State


@dataclass
class Staged:
    """A file that has been read, ready to be written."""

    load: Load
    reader: Reader
    convert: Converter
    found: Findings
    outcome: Outcome
    version: int  # the store's data version when it was compared
    fields: dict[str, Any]  # what the upload learns
    also: list[Reader]  # what else the file tells

    @property
    def is_acceptable(self) -> bool:
        """Whether its good rows may be loaded: there are some, and the bad ones do not keep them out."""
        if self.load.upload.on_problem == Upload.OnProblem.REJECT and self.found.errors:
            return False
        return bool(self.found.rejected < self.fields["rows"] or not self.fields["rows"])


# counts days of a store again, inside the transaction that has changed their facts
Recount = Callable[[Store, Iterable[dt.date]], object]
AT_ONCE_DAYS = 62
TO_EXPLAIN = ("unknown_layout", "nearly_known")  # problems of files whose columns a person may explain
MANY = 10_000  # new rows, after which the database looks at its table anew


def check(upload: Upload, recount: Recount | None = None) -> Upload:
    """Read an upload that waits: preview it, and load it at once where that was wished or nothing is left to decide.
    `recount`: as in `load`.

    Ends READY, LOADED, UNCHANGED, REJECTED, UNKNOWN, CANCELLED or FAILED. Does nothing when another process has it.
    """
    job = claim(upload, [State.WAITING], State.CHECKING)
    if job is None:
        return upload
    with _watched(job):
        staged = _read(job)
        if not staged.is_acceptable:
            _finish(job, State.REJECTED, staged)
        elif not upload.dry_run and (upload.auto_load or _is_settled(staged)):
            _write(job, staged, recount)
        else:
            staged.fields["notes"]["shown"] = preview.shown(staged.load, staged.outcome)
            _finish(job, State.READY, staged)
    return upload


def load(upload: Upload, recount: Recount | None = None) -> Upload:
    """Load an upload that has been previewed: read it again, then write it. Nothing when another process has it.

    `recount` counts the changed days in the transaction that changes them, so that nobody reads new facts beside old
    sums. On SQLite, where a writer keeps out all others, that is done for up to two months; more is counted afterwards.
    """
    job = claim(upload, [State.READY, State.QUEUED], State.QUEUED)
    if job is None:
        return upload
    with _watched(job):
        staged = _read(job)
        if staged.is_acceptable:
            _write(job, staged, recount)
        else:
            _finish(job, State.REJECTED, staged)
    return upload


def _is_settled(staged: Staged) -> bool:
    """Nothing would change and nothing is wrong: nobody needs to be asked."""
    return not (staged.outcome.new or staged.outcome.changed or staged.found.rejected)


@contextmanager
def _watched(job: Job) -> Iterator[None]:
    """Every way a job can end leaves the upload in a state that says so."""
    upload, started = job.upload, time.monotonic()
    try:
        with heartbeat(job):
            yield
    except (Cancelled, KeyboardInterrupt) as stop:
        job.write(state=State.CANCELLED, **_ended())
        forget_file(upload)
        if isinstance(stop, KeyboardInterrupt):
            raise
    except LostClaim:
        upload.refresh_from_db()
        log.warning("upload taken over by another process", extra={"data": {"upload": upload.pk}})
    except FileProblem as problem:
        _refuse(job, problem, State.UNKNOWN if problem.code in TO_EXPLAIN else State.REJECTED)
    except Exception as error:
        log.exception("import failed", extra={"data": {"upload": upload.pk, "source": upload.source}})
        if not connection.in_atomic_block:
            connection.close()  # the trouble may be the connection itself
        upload.refresh_from_db()
        if is_full(error):
            _refuse(job, FileProblem("no_room"), State.REJECTED)
        else:
            job.write(state=State.FAILED, error=type(error).__name__, **_ended())
    finally:
        if not connection.needs_rollback:
            staging.drop()
            parts.drop()
    fields = ("state", "source", "rows", "new", "changed", "unchanged", "older", "rejected")
    data = {name: str(getattr(upload, name)) if name == "state" else getattr(upload, name) for name in fields}
    seconds = round(time.monotonic() - started, 3)
    log.info("import", extra={"data": {"upload": upload.pk, "store": upload.store.slug, **data, "seconds": seconds}})


def _refuse(job: Job, problem: FileProblem, state: str) -> None:
    """Nothing of the file is taken, and this is why."""
    with transaction.atomic():
        _save_problems(job.upload, Findings(kept=[Problem(0, "", "", problem.code, problem.params)]))
        job.write(state=state, **_ended())


def _ended() -> dict[str, Any]:
    return {"runner": "", "phase": "", "finished_at": clock.now()}


def _recognised(job: Job) -> tuple[Opened, Reader]:
    """The file as opened and the reader that takes it. FileProblem: it is gone, or nobody knows its layout."""
    upload = job.upload
    path = full_path(upload)
    if not upload.path or not path.exists():
        raise FileProblem("corrupt")
    forced = upload.source if upload.source_forced else None
    [opened] = open_file(path, upload.name, source=forced, sheet=upload.sheet, known=presets.readers(upload.store))
    learned: dict[str, Any] = {"encoding": opened.encoding, "exported_at": exported_at(upload)}
    if upload.part_of_id:
        opened = replace(opened, notices=())  # the upload that it is a part of tells them
    elif opened.others:
        learned["sheet"] = opened.table.sheet
    reader = opened.reader
    if reader is None:
        job.write(**learned, notes={"header": opened.header[:300]})
        raise opened.problem or FileProblem("unknown_layout")
    job.write(**learned, source=opened.source, reader_version=reader.version)
    if not upload.part_of_id:
        note_sheets(upload, opened.others)
    dates = upload.dates or presets.dates_said(upload.store, opened.source)
    return replace(opened, about=replace(opened.about, currency=upload.store.currency, dates=dates)), reader


def _refuse_other_money(found: Findings, rows: int) -> None:
    """Where most rows count in another currency, one sentence says it all."""
    told = {problem.code: problem for problem in reversed(found.kept)}
    is_all = "other_currency" in told and not told.keys() - {"other_currency", "line_without_order"}
    if is_all and found.rejected * 2 > rows:
        raise FileProblem("other_currency", told["other_currency"].params)


def _read(job: Job) -> Staged:
    """Stage a file, ask the questions about it as a whole, set it against the facts."""
    upload = job.upload
    opened, reader = _recognised(job)
    job.beat("read", 0, opened.rows_estimate, now=True)
    found, convert = Findings(), Converter(upload.store)
    kind = kind_of(reader.fact, is_in_parts=reader.folds is not None)
    rows = staging.stage(kind, opened.batches(), convert, found, lambda done: job.beat("read", done))
    is_besides = opened.source in PARTS or opened.source.endswith(presets.ITEMS)
    if not rows and not is_besides:  # a file of orders need not tell what it may tell besides
        raise FileProblem("no_rows", told_period(opened.about))
    _refuse_other_money(found, rows)
    job.beat("check", rows, rows, now=True)
    columns = Columns(reader, opened.about)
    parts.take(reader, columns, found)
    is_net = paid_is_net(kind) if reader.paid_is_net is None else reader.paid_is_net
    facts = _file_facts(upload, reader, columns, is_net)
    loading = Load(kind, upload.store, upload, facts)
    before = version(upload.store)
    parts.put_together(loading, reader)
    find_twice(kind)
    number_lines(kind)
    find_repeated(kind, columns, found)
    for doubt in doubts(kind, upload.store, reader):
        found.add(doubt)
    staging.show(kind, facts)
    notes = {
        "generation": opened.generation,
        "header": opened.header[:300],
        "paid_is_net": is_net,
        "has_refund": facts.has_refund,  # read by kpis.sums.counting: a silent order file says nothing of refunds
        **loading.line_notes(),
    }
    outcome = loading.compare()
    job.beat("check", rows, rows, now=True)
    learned: dict[str, Any] = {"rows": rows, "rows_done": rows, "rows_total": rows, "rejected": found.rejected}
    learned["notes"] = {key: value for key, value in notes.items() if value not in (None, "")}
    also = [each for each in reader.also if not each.missing(opened.about.header)]
    return Staged(loading, reader, convert, found, outcome, before, learned, also)


def _file_facts(upload: Upload, reader: Reader, columns: Columns, is_net: bool | None) -> FileFacts:
    return FileFacts(
        as_of=upload.exported_at,
        paid_is_net=bool(is_net),
        has_status=bool(columns.name("status")),
        has_refund=any(columns.name(field) for field in ("refund_fen", "amount_fen", "after_sale", "refund")),
        has_actual=bool(columns.name("actual_fen")) or reader.paid_is_net is not None,
    )


def _learned(staged: Staged) -> dict[str, Any]:
    outcome = staged.outcome
    counts = {
        name: getattr(outcome, name) for name in ("new", "changed", "unchanged", "older", "first_day", "last_day")
    }
    return {**staged.fields, **counts}


def _save_problems(upload: Upload, found: Findings, notices: Sequence[Problem] = ()) -> None:
    """Keep what was found; what an earlier reading found is forgotten."""
    RowProblem.objects.filter(upload=upload).delete()
    room = max(staging.PROBLEMS_KEPT - len(found.kept), 0)
    RowProblem.objects.bulk_create(
        (
            RowProblem(
                upload=upload,
                line=p.line,
                column=p.column[:200],
                value=p.value[:200],
                code=p.code,
                params=p.params,
                level=p.level,
            )
            for p in [*found.kept, *notices[:room]]
        ),
        batch_size=1000,
    )


def _finish(job: Job, state: str, staged: Staged) -> None:
    """End without loading: READY for a decision, or REJECTED."""
    ended = {"runner": "", "phase": ""} if state == State.READY else _ended()
    with transaction.atomic():
        _save_problems(job.upload, staged.found, staged.outcome.notices)
        if not job.write(state=state, **_learned(staged), **ended):
            raise LostClaim
    if state == State.READY and Upload.objects.filter(pk=job.upload.pk, cancel_requested=True).exists():
        cancel(job.upload)


def _write(job: Job, staged: Staged, recount: Recount | None = None) -> None:
    """The load: all of it or nothing, and nothing when the claim is lost."""
    upload, store, path = job.upload, job.upload.store, full_path(job.upload)
    job.begin_load()
    is_clean = not staged.found.rejected
    gone = {"path": "", "kept": keeping.seal(upload) if settings.KEEP_FILES else ""} if is_clean else {}
    with transaction.atomic():
        DataVersion.objects.get_or_create(store=store)
        current = DataVersion.objects.select_for_update().get(store=store).version  # one load of a store at a time
        if current != staged.version:
            parts.put_together(staged.load, staged.reader)
            staged.outcome = staged.load.compare()
        outcome = staged.outcome
        staged.load.write(outcome)
        parts.keep(staged.load, staged.reader)
        staged.convert.channels.make()
        days = outcome.stale | cover(staged.load)
        if days:
            mark_stale(store, days)
        if days or outcome.new or outcome.changed:
            bump(store)
        if recount and (len(days) <= AT_ONCE_DAYS or connection.vendor == "postgresql"):
            recount(store, days)
        _save_problems(upload, staged.found, outcome.notices)
        state = State.LOADED if outcome.new or outcome.changed else State.UNCHANGED
        ended = _ended() | {"phase": "rollup" if days else "", "state": state}
        _tell_the_rest(staged)
        job.finish()
        if not job.write(**_learned(staged), **ended, **gone):
            raise LostClaim
    if is_clean:
        path.unlink(missing_ok=True)
    if outcome.new >= MANY:
        learn(staged.load.kind.table)


def _tell_the_rest(staged: Staged) -> None:
    """What else the same file tells (the items of its orders) becomes an upload of its own, to be read next."""
    upload = staged.load.upload
    for reader in staged.also:
        kept = keep_again(upload)
        options = {"by": upload.by, "on_problem": Upload.OnProblem.SKIP, "auto_load": True, "source_forced": True}
        upload.parts.create(
            store=upload.store,
            name=upload.name,
            path=kept,
            size=upload.size,
            sha256=upload.sha256,
            source=reader.sources[0],
            sheet=upload.sheet,
            dates=upload.dates,
            created_at=clock.now(),
            **options,
        )
