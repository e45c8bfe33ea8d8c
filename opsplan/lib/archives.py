"""Zips and gzips to the files in them, within limits; one reason a file that cannot be unpacked."""

import errno
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from opsplan.lib import locked
from opsplan.lib.problems import FileProblem

LIMIT_MB = 2048  # all that is unpacked of one archive
RATIO = 200  # tables are packed to a tenth, the emptiest to a hundredth; what claims more is a bomb
FREE_MB = 64  # unpacked whatever it is packed to
CHUNK = 1 << 20
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Entry:
    """A file of an archive: unpacked at `path`, or the problem that kept it in."""

    name: str
    path: Path | None
    problem: FileProblem | None = None


def is_archive(path: Path) -> bool:
    """Whether a file holds other files: a zip that is no workbook, or a gzip. FileProblem: corrupt, numbers (a file
    of Apple's that is a zip, too)."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"\x1f\x8b"):
        return True
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    with opened(path) as bundle:
        names = bundle.namelist()
        if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
            raise FileProblem("numbers")
        if "[Content_Types].xml" not in names and "mimetype" not in names:  # the marks of office documents
            return True
        refuse_bomb(bundle.infolist())
    return False


def opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FileProblem("corrupt") from None


def refuse_bomb(infos: list[zipfile.ZipInfo]) -> None:
    limit = limit_mb(sum(info.compress_size for info in infos))
    if sum(info.file_size for info in infos) > limit << 20:
        raise FileProblem("unpacked_too_big", {"limit": str(limit)})


def limit_mb(packed: int) -> int:
    """How much may come out of so many bytes."""
    return min(LIMIT_MB, max(FREE_MB, RATIO * packed >> 20))


def is_locked(path: Path) -> bool:
    """Whether all files of a zip ask for a password (where some do not, those are read and the others told)."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return False
    with opened(path) as bundle:
        files = [info for info in bundle.infolist() if not info.is_dir() and not is_junk(info.filename)]
        return bool(files) and all(info.flag_bits & 1 for info in files)


def entries(path: Path, name: str, into: Path, password: str | None = None) -> Iterator[Entry]:
    """The files of an archive, unpacked into the directory `into` one after the other. password: of those with one.

    FileProblem when the archive as a whole cannot be used: corrupt, unpacked_too_big, empty_zip.
    """
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            yield unpacked_gzip(path, name, into)
            return
    with opened(path) if password is None else locked.opened_zip(path, password) as bundle:
        infos = [info for info in bundle.infolist() if not info.is_dir() and not is_junk(info.filename)]
        if not infos:
            raise FileProblem("empty_zip")
        refuse_bomb(infos)
        for number, info in enumerate(infos):
            yield unpacked(bundle, info, into / f"{number}{PurePosixPath(info.filename).suffix[:10]}", password)


def is_junk(name: str) -> bool:
    pieces = PurePosixPath(name.replace("\\", "/")).parts
    return any(piece in JUNK or piece.startswith("._") for piece in pieces)


def entry_name(info: zipfile.ZipInfo) -> str:
    """The file's own name. Chinese tools write it in GBK without saying so; zipfile then reads it as cp437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
            try:
                name = raw.decode("utf-8")
            except UnicodeDecodeError:
                name = raw.decode("gb18030")
        except UnicodeError:
            pass
    return PurePosixPath(name.replace("\\", "/")).name


def unpacked(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, password: str | None) -> Entry:
    name = entry_name(info)
    if info.flag_bits & 1 and password is None:
        return Entry(name, None, FileProblem("encrypted"))
    if name.lower().endswith((".zip", ".rar", ".7z")):
        return Entry(name, None, FileProblem("nested_zip"))
    try:
        with bundle.open(info) as source:
            save(source, target, info.compress_size)
    except FileProblem as problem:
        return Entry(name, None, problem)
    except RuntimeError as error:
        code = "wrong_password" if "password" in str(error).lower() else "corrupt"
        return Entry(name, None, FileProblem(code))
    except (*locked.BAD_ZIP, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        code = "no_room" if is_no_room(error) else "corrupt" if password is None else "wrong_password"
        return Entry(name, None, FileProblem(code))
    return Entry(name, target)


def unpacked_gzip(path: Path, name: str, into: Path) -> Entry:
    inner = name[:-3] if name.lower().endswith(".gz") else name
    target = into / "0"
    try:
        with gzip.open(path) as source:
            save(source, target, path.stat().st_size)
    except FileProblem as problem:
        return Entry(inner, None, problem)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        return Entry(inner, None, FileProblem("no_room" if is_no_room(error) else "corrupt"))
    return Entry(inner, target)


def is_no_room(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno == errno.ENOSPC


def save(source: IO[bytes] | gzip.GzipFile, target: Path, packed: int) -> None:
    """Copy, counting what really comes out of so many bytes: a header may lie about the size."""
    limit = limit_mb(packed)
    room = limit << 20
    with target.open("wb") as file:
        while chunk := source.read(CHUNK):
            room -= len(chunk)
            if room < 0:
                raise FileProblem("unpacked_too_big", {"limit": str(limit)})
            file.write(chunk)
