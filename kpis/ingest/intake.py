"""Files come in and go out again: kept under MEDIA_ROOT while they are needed, recognised when seen before."""

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from kpis.ingest.detect import export_time
from kpis.ingest.kinds import KINDS
from kpis.ingest.readers import SOURCES
from kpis.ingest.values import LocalTime
from kpis.models import ArrivingFile, RowProblem, Upload
from opsplan.lib import archives, clock, locked
from opsplan.lib.problems import TEXTS, FileProblem
from stores.models import Store

PIECE = 1024 * 1024
KEPT_OPTIONS = ("by", "on_problem", "dry_run", "auto_load", "source_forced", "dates")  # by what a file becomes
STRAY_AFTER = timedelta(days=1)  # longer than any request or job lasts
State = Upload.State
FINISHED = (
    *(State.LOADED, State.UNCHANGED, State.REJECTED, State.UNKNOWN, State.CANCELLED, State.FAILED, State.UNDONE),
)


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Kept:
    """A file in our keeping; path is below MEDIA_ROOT."""

    path: str
    size: int
    sha256: str


Contents = list[tuple[Kept, str, FileProblem | None]]  # of a file: each file in it, its name, why it cannot be read


def full_path(upload: Upload) -> Path:
    return Path(settings.MEDIA_ROOT) / upload.path


def keep(store: Store, file: Readable) -> Kept:
    """Stream a file into the store's folder. ValidationError (too_big, no_room): larger than UPLOAD_LIMIT_MB, or than
    what is left of the disk."""
    limit = settings.UPLOAD_LIMIT_MB * PIECE
    path = f"{store.pk}/{uuid.uuid4().hex}"
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    size, digest = 0, hashlib.sha256()
    try:
        with target.open("xb") as out:
            target.chmod(0o600)
            while piece := file.read(PIECE):
                size += len(piece)
                if size > limit:
                    text = _("The file is larger than %(limit)s MB; export a shorter span.")
                    raise ValidationError(text % {"limit": settings.UPLOAD_LIMIT_MB}, code="too_big")
                digest.update(piece)
                out.write(piece)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise no_room() from None
        raise
    return Kept(path, size, digest.hexdigest())


def no_room() -> ValidationError:
    return ValidationError(_(TEXTS["no_room"]), code="no_room")


def kept_where_it_is(path: str) -> Kept:
    """A whole file that lies below MEDIA_ROOT already."""
    full = Path(settings.MEDIA_ROOT) / path
    with full.open("rb") as file:
        return Kept(path, full.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def keep_again(upload: Upload) -> str:
    """The file of an upload under a second name, for another upload; below MEDIA_ROOT."""
    path = f"{upload.store_id}/{uuid.uuid4().hex}"
    os.link(full_path(upload), Path(settings.MEDIA_ROOT) / path)
    return path


def note_sheets(upload: Upload, sheets: Iterable[str]) -> None:
    """Make the other sheets of an upload's workbook uploads of their own, to be read as this one is; each once."""
    options = {name: getattr(upload, name) for name in KEPT_OPTIONS}
    options |= {"source": upload.source if upload.source_forced else "", "part_of": upload}
    there = set(upload.parts.values_list("sheet", flat=True))
    for sheet in sheets:
        if sheet not in there:
            kept = Kept(keep_again(upload), upload.size, upload.sha256)
            note(upload.store, kept, of_sheet(upload.name, sheet), {**options, "sheet": sheet})


def of_sheet(name: str, sheet: str) -> str:
    """What the import of one sheet is called: orders [宝贝报表].xlsx."""
    path = Path(name)
    return f"{path.stem} [{sheet}]{path.suffix}"


def forget_file(upload: Upload) -> None:
    """Delete the file, and the sealed copy of a loaded one; the upload stays in the history."""
    if upload.path or upload.kept:
        for path in filter(None, (upload.path, upload.kept)):
            (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)
        Upload.objects.filter(pk=upload.pk).update(path="", kept="")
        upload.path = upload.kept = ""


def receive(
    store: Store,
    file: Readable | Kept | Contents,
    name: str,
    *,
    by: Any = None,
    source: str | None = None,
    dates: str = "",
    on_problem: str = "reject",
    dry_run: bool = False,
    auto_load: bool = False,
) -> list[Upload]:
    """Keep a file and note it as an upload that waits to be checked; of a zip, an upload for each table in it.

    source forces a layout (a name of headers.json); dates: of days that end with the year, see `Upload.dates`.
    ValidationError when the file is too big or the source unknown.
    A file that is known already comes back as UNCHANGED at once, see `seen_before`.
    """
    if source and source not in SOURCES:
        raise ValidationError({"source": _("Unknown layout; choose one of: %s.") % ", ".join(SOURCES)})
    name = Path(name).name or "file"
    options = {"by": by, "on_problem": on_problem, "dry_run": dry_run, "auto_load": auto_load}
    options |= {"source": source or "", "source_forced": bool(source), "dates": dates}
    if not isinstance(file, list):
        file = contents(store, file if isinstance(file, Kept) else keep(store, file), name)
    return noted(store, file, options)


def contents(store: Store, kept: Kept, name: str) -> Contents:
    """What a file in our keeping comes to: itself, what is in it, or why it cannot be read."""
    path = Path(settings.MEDIA_ROOT) / kept.path
    try:
        if not archives.is_archive(path):
            return [(kept, name, None)]
        if archives.is_locked(path):
            raise FileProblem("encrypted")
        return list(unpacked(store, kept, name))
    except FileProblem as problem:
        return [(kept, name, problem)]


def noted(store: Store, found: Contents, options: dict[str, Any]) -> list[Upload]:
    """An upload for each."""
    return [
        refused(store, one, entry, options, problem) if problem else note(store, one, entry, options)
        for one, entry, problem in found
    ]


def refused(store: Store, kept: Kept, name: str, options: dict[str, Any], problem: FileProblem) -> Upload:
    """An upload that ends before it begins, with its reason."""
    upload = note(store, kept, name, {**options, "state": State.REJECTED, "finished_at": clock.now()})
    RowProblem.objects.create(upload=upload, line=0, code=problem.code, params=problem.params)
    return upload


def note(store: Store, kept: Kept, name: str, options: dict[str, Any]) -> Upload:
    upload = Upload(
        store=store,
        name=name[-255:],
        path=kept.path,
        size=kept.size,
        sha256=kept.sha256,
        created_at=clock.now(),
        **options,
    )
    before = seen_before(upload) if "state" not in options else None
    if before:
        for field in ("source", "encoding", "reader_version", "rows", "first_day", "last_day", "exported_at"):
            setattr(upload, field, getattr(before, field))
        upload.state, upload.finished_at, upload.unchanged = State.UNCHANGED, clock.now(), before.rows
        upload.notes = {**before.notes, "same_as": before.pk}
        full_path(upload).unlink(missing_ok=True)
        upload.path = ""
    upload.save()
    return upload


def seen_before(upload: Upload) -> Upload | None:
    """The loaded upload that makes reading this file again pointless, if there is one.

    It must be the same bytes (and sheet), for the same store, told to be exported at the same time (the name tells),
    read by the same version of the same reader, and loaded in full, with nothing else told by the same file. And
    nothing may have happened to the facts since: no other file has changed any (it might have overwritten some, and
    this file, being the later telling, would write them back), and as many facts as that upload has written still carry
    its number (else some were deleted). In all other cases the file is read and compared row by row, which is always
    right, only slower.
    """
    loaded = Upload.objects.filter(state=State.LOADED, rejected=0, dry_run=False, parts=None)  # alone in its file
    loaded = loaded.filter(sheet=upload.sheet) if upload.sheet else loaded.filter(part_of=None)
    before = loaded.filter(store=upload.store, sha256=upload.sha256).order_by("-finished_at").first()
    if before is None or before.source not in SOURCES or before.finished_at is None:
        return None
    if (upload.source_forced or before.source_forced) and upload.source != before.source:
        return None
    if upload.dates != before.dates:
        return None
    if SOURCES[before.source].version != before.reader_version or exported_at(upload) != before.exported_at:
        return None
    in_force = [State.LOADED, State.UNDOING]
    later = Upload.objects.filter(store=upload.store, state__in=in_force, finished_at__gte=before.finished_at)
    if later.exclude(pk=before.pk).filter(Q(new__gt=0) | Q(changed__gt=0)).exists():
        return None
    facts = KINDS[SOURCES[before.source].fact].model._default_manager.filter(store=upload.store, upload=before)
    return before if facts.count() == before.new + before.changed else None


def exported_at(upload: Upload) -> Any:
    """The export time its name tells, UTC; None when it tells none."""
    told = export_time(upload.name)
    return LocalTime(upload.store.timezone).utc(told) if told else None


def is_locked(upload: Upload) -> bool:
    """Whether the upload waits for the password of its file."""
    if upload.state != State.REJECTED or not upload.path:
        return False
    return upload.problems.filter(code="encrypted").exists()


def unlock(upload: Upload, password: str) -> list[Upload]:
    """Open a file that has a password; the uploads that wait to be checked now. The password is kept nowhere.

    ValidationError when it does not open the file.
    """
    path = full_path(upload)
    kept = Kept(upload.path, upload.size, upload.sha256)
    options: dict[str, Any] = {name: getattr(upload, name) for name in (*KEPT_OPTIONS, "source")}
    try:
        if archives.is_archive(path):
            uploads = noted(upload.store, list(unpacked(upload.store, kept, upload.name, password)), options)
        else:
            with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as into:
                target = Path(into) / "open"
                locked.unlock_workbook(path, password, target)
                with target.open("rb") as file:
                    uploads = [note(upload.store, keep(upload.store, file), upload.name, options)]
    except FileProblem as problem:
        raise ValidationError(_(TEXTS[problem.code]) % problem.params, code=problem.code) from None
    forget_file(upload)
    upload.delete()
    return uploads


def unpacked(
    store: Store, kept: Kept, name: str, password: str | None = None
) -> Iterator[tuple[Kept, str, FileProblem | None]]:
    """The files in an archive, each kept as a file of its own, or why it cannot be; the archive is dropped."""
    path = Path(settings.MEDIA_ROOT) / kept.path
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as into:
        for entry in archives.entries(path, name, Path(into), password):
            if entry.problem and entry.problem.code == "wrong_password":
                raise entry.problem
            if entry.path is None:
                yield Kept("", 0, kept.sha256), entry.name, entry.problem
            else:
                try:
                    with entry.path.open("rb") as file:
                        yield keep(store, file), entry.name, None
                except ValidationError as error:  # that is no reason to refuse the others
                    problem = FileProblem(error.code or "", {"limit": str(settings.UPLOAD_LIMIT_MB)})
                    yield Kept("", 0, kept.sha256), entry.name, problem
    path.unlink(missing_ok=True)


def cancel(upload: Upload) -> bool:
    """Stop an upload; what it was writing is taken back. False when it has come to an end already, or (on SQLite, whose
    one writer cannot be told) is being written."""
    mine = Upload.objects.filter(pk=upload.pk)
    idle = mine.filter(state__in=[State.WAITING, State.READY, State.QUEUED], runner="")
    if idle.update(state=State.CANCELLED, cancel_requested=True, finished_at=clock.now()):
        upload.refresh_from_db()
        forget_file(upload)
        return True
    done = mine.filter(state__in=stoppable()).update(cancel_requested=True)
    upload.refresh_from_db()
    return bool(done)


def stoppable() -> list[str]:
    """The states in which an upload at work can be cancelled."""
    writing = [State.LOADING] if connection.vendor == "postgresql" else []
    return [State.WAITING, State.CHECKING, State.QUEUED, *writing]


def cleanup() -> int:
    """Delete files that have been kept long enough, and leftovers nobody knows. Returns how many files went."""
    count = 0
    since = clock.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS)
    old = Upload.objects.exclude(path="", kept="").filter(created_at__lt=since)
    for upload in old.filter(state__in=[*FINISHED, State.READY]):
        if upload.state == State.READY and not cancel(upload):
            continue
        forget_file(upload)
        count += 1
    for path in strays((clock.now() - STRAY_AFTER).timestamp()):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        count += 1
    return count


def strays(before: float) -> Iterable[Path]:
    """What killed processes have left, last written to before that time (epoch seconds): files under MEDIA_ROOT that
    nothing knows, and whatever lies in the folder for temporary files."""
    root = Path(settings.MEDIA_ROOT)
    known = {path for pair in Upload.objects.exclude(path="", kept="").values_list("path", "kept") for path in pair}
    known |= set(ArrivingFile.objects.exclude(path="").values_list("path", flat=True))
    unknown = [path for path in root.glob("*/*") if path.is_file() and str(path.relative_to(root)) not in known]
    for path in (*unknown, *Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*")):
        if path.stat().st_mtime < before:
            yield path
