"""Photos people hand in: kept under OPSPLAN_HOME/photos with a name of our own, only real pictures, at most 8 MB."""

import secrets
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LARGEST = 8 * 1024 * 1024
KINDS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


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
    if kind is None:
        raise ValidationError({"photo": _("This is no photo we can show (JPEG, PNG, WebP).")})
    if len(body) > LARGEST:
        raise ValidationError({"photo": _("The photo is larger than %d MB.") % (LARGEST // 1024 // 1024)})
    name = f"{store_id}/{secrets.token_hex(16)}.{kind}"
    path = place(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return name


def place(name: str) -> Path:
    return Path(settings.OPSPLAN_HOME) / "photos" / name


def content_type(name: str) -> str:
    return KINDS[name.rpartition(".")[2]]
