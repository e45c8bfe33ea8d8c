"""A backup is one zip file: every table as JSON lines, the kept uploads, the secret key, and a manifest with checksums.

Tables are written as plain values, so that a backup of one kind of database can be restored into the other. Sessions
are left out: people log in again.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from opsplan.lib import clock

FORMAT = 2
SECRETS = ("secret_key", "buyer_salt")  # members of the archive, named like the settings
LEFT_OUT = {"django_session", "staff_signin"}
CHUNK = 2000
BLOCK = 1 << 20

AnyModel = type[models.Model]


class ArchiveError(Exception):
    """What stands in the way, as a sentence for the person at the terminal."""


@dataclass(frozen=True)
class Contents:
    """What went into an archive or came out of it."""

    rows: int
    tables: int
    files: int


def tables() -> dict[str, AnyModel]:
    """Every table of ours and of the packages, many-to-many ones included, by its name in the database."""
    every = apps.get_models(include_auto_created=True)
    return {x._meta.db_table: x for x in every if x._meta.managed and not x._meta.proxy}


def columns(model: AnyModel) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def plain(value: object) -> str:
    """What JSON has no word for. Instants keep their offset, decimals their digits; bytes stand in base64."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    raise TypeError(f"{type(value)} has no plain form")


def key_print(key: str) -> str:
    return hashlib.sha256(b"opsplan archive " + key.encode()).hexdigest()


@contextmanager
def one_moment() -> Iterator[None]:
    """All reading within sees the database as it was at one moment; nobody who writes has to wait."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")  # deferred: atomic() would take the right to write
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


class Tally:
    """Writes through and adds up the checksum."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.sum, self.size = target, hashlib.sha256(), 0

    def write(self, piece: bytes) -> None:
        self.sum.update(piece)
        self.size += len(piece)
        self.target.write(piece)


def write_table(archive: zipfile.ZipFile, name: str, model: AnyModel) -> dict[str, Any]:
    names, rows = columns(model), 0
    query = model._base_manager.order_by("pk").values_list(*names)
    with archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
        out = Tally(member)
        for row in query.iterator(chunk_size=CHUNK):
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=plain).encode() + b"\n")
            rows += 1
    return {"columns": names, "rows": rows, "sha256": out.sum.hexdigest()}


def roots() -> dict[str, Path]:
    """Folders whose files belong to the data: member of the archive -> where it lies."""
    home = Path(settings.OPSPLAN_HOME)
    return {"uploads": Path(settings.MEDIA_ROOT)} | {name: home / name for name in ("photos", "papers", "deals")}


def write_files(archive: zipfile.ZipFile, member_of: str, root: Path) -> dict[str, str]:
    """The kept files of a folder; one that is cleared away meanwhile is not missed."""
    sums = {}
    for path in sorted(x for x in root.rglob("*") if x.is_file()):
        name = path.relative_to(root).as_posix()
        with suppress(FileNotFoundError), path.open("rb") as source:
            with archive.open(f"{member_of}/{name}", "w", force_zip64=True) as member:
                out = Tally(member)
                shutil.copyfileobj(source, out, BLOCK)
            sums[name] = out.sum.hexdigest()
    return sums


def backup(path: Path) -> Contents:
    """Write the archive `path` (mode 0600: it holds the secret key); ArchiveError when it exists already."""
    if path.exists():
        raise ArchiveError(_("%(path)s exists already; a backup never overwrites anything.") % {"path": path})
    part = path.with_name(path.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as problem:
        raise ArchiveError(_("%(path)s cannot be written.") % {"path": path}) from problem
    try:
        with (
            os.fdopen(handle, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
        ):
            with one_moment():
                written = {x: write_table(archive, x, model) for x, model in tables().items() if x not in LEFT_OUT}
                known = migrations()
            manifest = {
                "format": FORMAT,
                "made_at": clock.now().isoformat(timespec="seconds"),
                "database": connection.vendor,
                "migrations": known,
                "secrets": {name: key_print(getattr(settings, name.upper())) for name in SECRETS},
                "tables": written,
                "files": {
                    f"{folder}/{name}": checksum
                    for folder, root in roots().items()
                    for name, checksum in write_files(archive, folder, root).items()
                },
            }
            for name in SECRETS:
                archive.writestr(name, getattr(settings, name.upper()))
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return contents(manifest)


def contents(manifest: dict[str, Any]) -> Contents:
    told = manifest["tables"]
    return Contents(sum(x["rows"] for x in told.values()), len(told), len(manifest["files"]))
