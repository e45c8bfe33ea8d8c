"""Files that belong to deals and to the company: kept under OPSPLAN_HOME with names of our own, at most 20 MB."""

import secrets
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LARGEST = 20 * 1024 * 1024
TYPES = {
    "pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xls": "application/vnd.ms-excel",
    "csv": "text/csv", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword", "zip": "application/zip", "txt": "text/plain",
}  # fmt: skip


def keep(folder: str, store_id: int, file: IO[bytes], name: str) -> tuple[str, int]:
    """Keep a file in `folder` (deals, papers); what to remember it by, and its bytes. ValidationError on `file`."""
    kind = name.rpartition(".")[2].lower()
    if kind not in TYPES:
        raise ValidationError({"file": _("Only these can be kept: %s.") % ", ".join(TYPES)})
    body = file.read(LARGEST + 1)
    if not body or len(body) > LARGEST:
        raise ValidationError({"file": _("The file is empty or larger than %d MB.") % (LARGEST // 1024 // 1024)})
    path = f"{store_id}/{secrets.token_hex(16)}.{kind}"
    where = place(folder, path)
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_bytes(body)
    return path, len(body)


def place(folder: str, path: str) -> Path:
    return Path(settings.OPSPLAN_HOME) / folder / path


def forget(folder: str, path: str) -> None:
    if path:
        place(folder, path).unlink(missing_ok=True)


def content_type(path: str) -> str:
    return TYPES[path.rpartition(".")[2]]
