"""Files that come in pieces and may stop half-way: each piece is written behind the last, and the whole file becomes an
upload like any other. Where a process dies, what it had noted as received stands; the sender asks and goes on there.
"""

import datetime as dt
import errno
import fcntl
import hashlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kpis.ingest.intake import PIECE, Readable, contents, kept_where_it_is, no_room, receive
from kpis.models import ArrivingFile as ArrivingFile
from kpis.models import Upload
from opsplan.lib import clock
from stores.models import Store

KEPT_FOR = dt.timedelta(hours=24)  # since the last piece
MOST = 20  # of a store at a time
DIGESTS: dict[str, Callable[[], Any]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}


class Busy(Exception):
    """Another piece of the file is being written."""


class WrongOffset(Exception):
    """The piece does not begin where the file ends."""


class WrongChecksum(Exception):
    """The piece is not what its sender sent; nothing of it is kept."""


class TooLong(Exception):
    """More bytes than the file was said to have; nothing of the piece is kept."""


def full_path(file: ArrivingFile) -> Path:
    return Path(settings.MEDIA_ROOT) / file.path


def under_way(store: Store) -> list[ArrivingFile]:
    """The files of the store that are on their way or have just come."""
    return list(ArrivingFile.objects.filter(store=store, expires_at__gt=clock.now()))


def find(store: Store, pk: int) -> ArrivingFile | None:
    """One of them; None when it is not there any more."""
    return ArrivingFile.objects.filter(store=store, pk=pk, expires_at__gt=clock.now()).first()


def begin(store: Store, name: str, length: int, by: Any, options: dict[str, Any]) -> ArrivingFile:
    """Expect a file of `length` bytes. ValidationError (too_big, no_room, too_many): above the limit, more than the
    disk has left, or too many are on their way."""
    if length > settings.UPLOAD_LIMIT_MB * PIECE:
        text = _("The file is larger than %(limit)s MB; export a shorter span.")
        raise ValidationError(text % {"limit": settings.UPLOAD_LIMIT_MB}, code="too_big")
    if ArrivingFile.objects.filter(store=store, imports=[], expires_at__gt=clock.now()).count() >= MOST:
        raise ValidationError(_("Too many files are on their way; finish or cancel some first."), code="too_many")
    path = f"{store.pk}/{uuid.uuid4().hex}"
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if length > shutil.disk_usage(target.parent).free:
        raise no_room()
    target.touch(0o600)
    now = clock.now()
    told = {"name": name, "length": length, "options": options, "created_at": now, "expires_at": now + KEPT_FOR}
    return ArrivingFile.objects.create(store=store, by=by, path=path, **told)


@contextmanager
def alone(file: ArrivingFile) -> Iterator[IO[bytes]]:
    """The file, for one writer: the lock dies with its process."""
    with full_path(file).open("r+b") as target:
        try:
            fcntl.flock(target, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        file.refresh_from_db()
        yield target


def append(file: ArrivingFile, offset: int, piece: Readable, checksum: tuple[str, bytes] | None = None) -> None:
    """Write a piece behind what has been received, and hand the whole file over. A connection that breaks off leaves
    what has come, unless there is a checksum to hold it against: (name of DIGESTS, digest). ValidationError (no_room):
    the disk is full; nothing of the piece is kept."""
    if offset != file.received:
        raise WrongOffset
    if not file.path:
        if piece.read(1):
            raise TooLong
        return  # nothing behind the end, told again
    with alone(file) as target:
        if offset != file.received:
            raise WrongOffset
        target.seek(offset)
        target.truncate()
        digest = DIGESTS[checksum[0]]() if checksum else None
        end = offset
        for some in received(piece, is_whole=digest is not None):
            end += len(some)
            if end > file.length:
                raise TooLong
            write(target, some)
            if digest:
                digest.update(some)
        if checksum and digest and digest.digest() != checksum[1]:
            raise WrongChecksum
        file.received, file.expires_at = end, clock.now() + KEPT_FOR
        file.save(update_fields=["received", "expires_at"])
        if end == file.length:
            hand_over(file)


def received(piece: Readable, *, is_whole: bool) -> Iterator[bytes]:
    """What comes of a piece, until its sender has gone; OSError then where it must be whole."""
    while True:
        try:
            some = piece.read(PIECE)
        except OSError:  # Django's UnreadablePostError is one
            if is_whole:
                raise
            return
        if not some:
            return
        yield some


def write(target: IO[bytes], some: bytes) -> None:
    """Write what has come; ValidationError (no_room) when the disk is full."""
    try:
        target.write(some)
        target.flush()
    except OSError as error:
        raise (no_room() if error.errno == errno.ENOSPC else error) from None


def hand_over(file: ArrivingFile) -> list[Upload]:
    """Make uploads of a file that is whole, once. Hashing and unpacking come first: they take long, and on SQLite
    nobody else could write."""
    if file.imports or not file.path:
        return []
    found = contents(file.store, kept_where_it_is(file.path), file.name)
    with transaction.atomic():
        uploads = receive(file.store, found, file.name, by=file.by, **file.options)
        file.imports, file.path = [upload.pk for upload in uploads], ""
        file.save(update_fields=["imports", "path"])
    return uploads


def take_up() -> list[Upload]:
    """Hand over what was whole when its process died; uploads that wait to be checked."""
    found: list[Upload] = []
    for file in ArrivingFile.objects.filter(received=F("length")).exclude(path=""):
        try:
            with alone(file):
                found += hand_over(file)
        except Busy:
            continue
        except FileNotFoundError:
            file.delete()
    return [upload for upload in found if upload.state == Upload.State.WAITING]


def forget(file: ArrivingFile) -> None:
    """Give up a file; what has become an upload stays one."""
    if file.path:
        full_path(file).unlink(missing_ok=True)
    file.delete()


def expire() -> int:
    """Forget the files nobody has sent a piece of for a day; how many these were."""
    old = list(ArrivingFile.objects.filter(expires_at__lte=clock.now()))
    for file in old:
        forget(file)
    return len(old)
