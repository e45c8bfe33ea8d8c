"""An archive (`stores.archive`) put in place of what is here: all of it, or nothing at all."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from base64 import b64decode
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import Error, connection, models, transaction
from django.utils.translation import gettext as _

from opsplan.lib.claims import claim
from stores import numbering
from stores.archive import (
    BLOCK,
    CHUNK,
    FORMAT,
    LEFT_OUT,
    SECRETS,
    AnyModel,
    ArchiveError,
    Contents,
    columns,
    contents,
    key_print,
    migrations,
    roots,
    tables,
)


def read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, after everything it names has been found unharmed and fit for this program."""
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        raise ArchiveError(_("This archive has another format; restore it with the version that wrote it."))
    wanted = {f"tables/{name}.jsonl": told["sha256"] for name, told in manifest["tables"].items()}
    wanted |= manifest["files"]
    for name, checksum in wanted.items():
        if ".." in PurePosixPath(name).parts or hashed(archive, name) != checksum:
            raise ArchiveError(_("The archive is damaged: %(name)s is not what was written.") % {"name": name})
    for name in SECRETS:
        if key_print(archive.read(name).decode()) != manifest["secrets"][name]:
            raise ArchiveError(_("The archive is damaged: %(name)s is not what was written.") % {"name": name})
    return manifest


def hashed(archive: zipfile.ZipFile, name: str) -> str:
    checksum = hashlib.sha256()
    with archive.open(name) as member:
        while piece := member.read(BLOCK):
            checksum.update(piece)
    return checksum.hexdigest()


def check_fit(manifest: dict[str, Any], *, replace: bool) -> None:
    """Same tables, a key that may be used, and no data that nobody allowed to lose."""
    here, there = set(migrations()), set(manifest["migrations"])
    if here != there:
        raise ArchiveError(
            _("The archive has other tables than this program (%(names)s): restore with the version that wrote it.")
            % {"names": ", ".join(sorted(here ^ there)[:5])}
        )
    every = tables()
    if {x: told["columns"] for x, told in manifest["tables"].items()} != {
        x: columns(model) for x, model in every.items() if x not in LEFT_OUT
    }:
        raise ArchiveError(_("This archive has another format; restore it with the version that wrote it."))
    salt = os.environ.get("BUYER_SALT") or os.environ.get("SECRET_KEY")  # without both, the archive's key comes along
    if manifest["secrets"]["buyer_salt"] != (key_print(salt) if salt else manifest["secrets"]["secret_key"]):
        raise ArchiveError(
            _("Buyers would no longer be recognised: set BUYER_SALT to what the archive holds under buyer_salt.")
        )
    if not replace and any(every[x]._base_manager.exists() for x in ("stores_store", "staff_user")):
        raise ArchiveError(_("There is data here already. With --replace all of it gives way to the archive."))


def lines(archive: zipfile.ZipFile, name: str) -> Iterator[list[Any]]:
    with archive.open(f"tables/{name}.jsonl") as member:
        for line in member:
            yield json.loads(line)


def as_csv(rows: Iterable[list[Any]], fields: "Sequence[models.Field[Any, Any]]") -> Iterator[bytes]:
    """Rows as PostgreSQL reads them in CSV: everything in quotes, nothing at all for NULL."""
    for row in rows:
        cells = []
        for field, value in zip(fields, row, strict=True):
            if value is None:
                cells.append("")
                continue
            if isinstance(field, models.BinaryField):
                text = "\\x" + b64decode(value).hex()
            else:
                is_nested = isinstance(field, models.JSONField) or isinstance(value, bool)
                text = json.dumps(value, ensure_ascii=False) if is_nested else str(value)
            cells.append('"' + text.replace('"', '""') + '"')
        yield ",".join(cells).encode() + b"\n"


class Pulled:
    """A file to read from, fed by an iterator."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.rest = pieces, b""

    def read(self, size: int = BLOCK) -> bytes:
        while len(self.rest) < size:
            piece = b"".join(islice(self.pieces, 200))
            if not piece:
                break
            self.rest += piece
        out, self.rest = self.rest[:size], self.rest[size:]
        return out


def fill(archive: zipfile.ZipFile, name: str, model: AnyModel) -> None:
    """Write the rows of a table as the archive has them."""
    fields = model._meta.concrete_fields
    quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
    table = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            source = Pulled(as_csv(lines(archive, name), fields))
            cursor.copy_expert(f"COPY {table} ({', '.join(quoted)}) FROM STDIN WITH (FORMAT csv)", source)
            return
        insert = f"INSERT INTO {table} ({', '.join(quoted)}) VALUES ({', '.join(['%s'] * len(fields))})"
        source_rows = lines(archive, name)
        while rows := list(islice(source_rows, CHUNK)):
            cursor.executemany(
                insert,
                [
                    [f.get_db_prep_save(f.to_python(v), connection) for f, v in zip(fields, row, strict=True)]
                    for row in rows
                ],
            )


def empty(names: Iterable[str]) -> None:
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(quoted)}")
        else:
            for name in quoted:
                cursor.execute(f"DELETE FROM {name}")


def unpack(archive: zipfile.ZipFile, names: Iterable[str], fresh: Path, places: Collection[str]) -> None:
    """Write the archive's files into a folder for each place. ValueError: one that belongs in none of them."""
    for place in places:
        (fresh / place).mkdir(parents=True)
    for name in names:
        if PurePosixPath(name).parts[0] not in places:
            raise ValueError(name)
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as member, (fresh / name).open("wb") as out:
            shutil.copyfileobj(member, out, BLOCK)


@contextmanager
def files_in_place(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[None]:
    """Files and key of the archive stand in place after the block; if it fails, the old ones stand there again."""
    home, places = Path(settings.OPSPLAN_HOME), roots()
    with tempfile.TemporaryDirectory(dir=home / "tmp", prefix="restore-") as folder:
        fresh, old = Path(folder) / "fresh", Path(folder) / "old"
        old.mkdir()
        unpack(archive, manifest["files"], fresh, places)
        key = home / "secret_key"
        old_key = key.read_text() if key.exists() else None
        there = {name for name, root in places.items() if root.exists()}
        try:
            for name, root in places.items():
                if name in there:
                    root.rename(old / name)
                (fresh / name).rename(root)
            if not os.environ.get("SECRET_KEY"):
                write_key(key, archive.read("secret_key").decode())
            yield
        except BaseException:
            for name, root in places.items():
                if name in there and not (old / name).exists():  # it was not touched yet
                    continue
                shutil.rmtree(root, ignore_errors=True)
                if name in there:
                    (old / name).rename(root)
            if old_key is not None:
                write_key(key, old_key)
            raise


def write_key(path: Path, key: str) -> None:
    part = path.with_name("secret_key.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    part.replace(path)


def restore(path: Path, *, replace: bool = False) -> Contents:
    """Put the archive's data in place of what is here: all of it, or nothing at all and an ArchiveError."""
    held = claim(Path(settings.OPSPLAN_HOME) / "run" / "supervisor.lock", "restore\n")
    if held is None:
        raise ArchiveError(_("opsplan is running: stop it first."))
    with held:
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = read_manifest(archive)
                check_fit(manifest, replace=replace)
                with transaction.atomic(), files_in_place(archive, manifest):
                    refill(archive, manifest)
        except FileNotFoundError as problem:
            raise ArchiveError(_("There is no file %(path)s.") % {"path": path}) from problem
        except (zipfile.BadZipFile, KeyError, ValueError) as problem:
            raise ArchiveError(_("%(path)s is no backup, or it is damaged.") % {"path": path}) from problem
        except Error as problem:
            raise ArchiveError(_("The database refused the archive; nothing was changed.")) from problem
    ContentType.objects.clear_cache()
    with suppress(Exception):  # no broker at hand: nothing is cached either
        cache.clear()
    return contents(manifest)


def refill(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Put the archive's rows in place of all there is; numbers go on above those given before."""
    every = tables()
    before = numbering.given()
    empty(every)
    for name in manifest["tables"]:
        fill(archive, name, every[name])
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(every.values())):
            cursor.execute(statement)
    numbering.go_on(before)
