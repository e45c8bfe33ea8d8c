"""Photos people hand in: kept under OPSPLAN_HOME/photos with a name of our own, only real pictures, at most 8 MB.

What a camera writes beside the picture (where and when it was taken, by which phone) is not kept. A file that no row
names any more is taken away a while later, so that a removal can still be undone.
"""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from opsplan.lib import clock, imagemeta

LARGEST = 8 * 1024 * 1024
KINDS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
FIELD = "photo"  # what a model calls the name of a photo it keeps
BARE = ".bare"  # among the photos: when was looked last for what cameras had written
GONE = ".gone"  # beside a photo that no row names: since when
KEPT_AFTER = dt.timedelta(days=7)  # longer than any removal can be undone


def kind_of(head: bytes) -> str | None:
    """What the first bytes say it is: a key of KINDS."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def keep(store_id: int, file: IO[bytes]) -> str:
    """Keep a photo; its name to remember. ValidationError on `photo` for what is none, or too large."""
    body = file.read(LARGEST + 1)
    kind = kind_of(body[:16])
    if body[4:8] == b"ftyp" and body[8:12] in HEIC:
        raise ValidationError({"photo": _("A HEIC photo cannot be shown in browsers: send it as JPEG.")})
    if kind is None:
        raise ValidationError({"photo": _("This is no photo we can show (JPEG, PNG, WebP).")})
    if len(body) > LARGEST:
        raise ValidationError({"photo": _("The photo is larger than %d MB.") % (LARGEST // 1024 // 1024)})
    try:
        body = imagemeta.bare(body, kind)
    except ValueError:
        raise ValidationError({"photo": _("The photo is damaged: it is no whole picture.")}) from None
    name = f"{store_id}/{secrets.token_hex(16)}.{kind}"
    path = place(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return name


def root() -> Path:
    return Path(settings.OPSPLAN_HOME) / "photos"


def place(name: str) -> Path:
    return root() / name


def content_type(name: str) -> str:
    return KINDS[name.rpartition(".")[2]]


def shown(name: str) -> FileResponse:
    """The photo itself. Http404: there is none by that name (any more)."""
    if not name or not place(name).exists():
        raise Http404
    response = FileResponse(place(name).open("rb"), content_type=content_type(name))
    response["Cache-Control"] = "private, max-age=86400"
    return response


def named() -> set[str]:
    """The photos that rows of any model name."""
    found: set[str] = set()
    for model in apps.get_models():
        try:
            model._meta.get_field(FIELD)
        except FieldDoesNotExist:
            continue
        found |= set(model._default_manager.exclude(**{FIELD: ""}).values_list(FIELD, flat=True).iterator())
    return found


def sweep() -> int:
    """Take photos away that no row has named for a week; how many went.

    What is not named is marked at the first look and goes at a later one, if it still is not: an upload that is just
    being written, and a removal that is undone, lose nothing. May be killed anywhere and run again.
    """
    known, count, before = named(), 0, (clock.now() - KEPT_AFTER).timestamp()
    for path in photos():
        mark = path.with_name(path.name + GONE)
        if f"{path.parent.name}/{path.name}" in known:
            mark.unlink(missing_ok=True)
        elif not mark.exists():
            mark.write_text(f"{clock.now().timestamp():.0f}")
        elif since(mark) < before:
            path.unlink(missing_ok=True)
            mark.unlink(missing_ok=True)
            count += 1
    for mark in root().glob(f"*/*{GONE}"):
        if not mark.with_name(mark.name.removesuffix(GONE)).exists():
            mark.unlink(missing_ok=True)
    return count


def strip() -> tuple[int, list[str]]:
    """Take what cameras wrote out of the photos kept since the last look; at the first look that is all of them, as
    they had been kept with it once. How many had any, and the names of those that are no whole pictures, left alone.

    May be killed anywhere and run again: a photo is replaced whole, and the mark of the last look moves last. It lies
    among the photos, so a backup of before brings back none that nobody looks at."""
    mark, begun = root() / BARE, root() / f"{BARE}.begun"
    if not root().exists():
        return 0, []
    begun.touch()
    last, count, damaged = mark.stat().st_mtime if mark.exists() else 0.0, 0, []
    for path in photos():
        with suppress(FileNotFoundError):  # taken away meanwhile
            if path.stat().st_mtime >= last:
                body = path.read_bytes()
                try:
                    bare = imagemeta.bare(body, path.suffix.removeprefix("."))
                except ValueError:
                    damaged.append(f"{path.parent.name}/{path.name}")
                    continue
                if bare != body:
                    fresh = path.with_name(f"{path.name}.bare")
                    fresh.write_bytes(bare)
                    fresh.replace(path)
                    count += 1
    begun.replace(mark)
    return count, damaged


def photos() -> Iterator[Path]:
    return (x for x in root().glob("*/*") if x.suffix.removeprefix(".") in KINDS)


def since(mark: Path) -> float:
    """When it was marked (epoch seconds); a mark that was cut off counts from the time it was written."""
    text = mark.read_text()
    return float(text) if text.isdecimal() else mark.stat().st_mtime
