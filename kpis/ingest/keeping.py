"""Loaded files that stay, where KEEP_FILES says so: sealed (AES-256, a zip) with a key made of SECRET_KEY, for as long
as UPLOAD_KEEP_DAYS. Whoever takes the folder without the key reads nothing."""

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from kpis.models import Upload
from opsplan.lib import locked

PIECE = 1024 * 1024


def password() -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"kept files", hashlib.sha256).hexdigest()


def seal(upload: Upload) -> str:
    """A sealed copy of an upload's file; its path below MEDIA_ROOT. The original stays where it is."""
    path = f"{upload.store_id}/{uuid.uuid4().hex}"
    root = Path(settings.MEDIA_ROOT)
    locked.seal(root / upload.path, root / path, password())
    return path


def pieces(upload: Upload) -> Iterator[bytes]:
    """The file as it was uploaded, while it is there: sealed or still waiting. FileProblem (corrupt): another key."""
    root = Path(settings.MEDIA_ROOT)
    if upload.path:
        with (root / upload.path).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    elif upload.kept:
        yield from locked.unsealed(root / upload.kept, password(), PIECE)
