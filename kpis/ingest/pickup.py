"""Files that a download robot or a person lays into a folder of the server, a folder a store: IMPORT_FOLDER/<slug>/.

A file is taken once nobody has written to it for a while; it is moved away first, so that no two processes take it, and
it is imported like any other: all of it or, where a row is bad, nothing. What could not be kept goes to `refused/`.
"""

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

from kpis.ingest.intake import receive
from kpis.models import Upload
from opsplan.lib import clock
from stores.models import Store

log = logging.getLogger("kpis.ingest")
QUIET_SECONDS = 10  # since it was last written to
TAKEN, REFUSED = ".taken", "refused"
HALF = (".part", ".crdownload", ".tmp", ".filepart")  # downloads under way


def pick_up() -> list[Upload]:
    """Receive what lies in the folders; the uploads that wait to be checked."""
    if not settings.IMPORT_FOLDER:
        return []
    found: list[Upload] = []
    for store in Store.objects.in_use().order_by("pk"):
        folder = Path(settings.IMPORT_FOLDER) / store.slug
        for path in ready(folder):
            found += taken(store, folder, path)
    return [upload for upload in found if upload.state == Upload.State.WAITING]


def ready(folder: Path) -> Iterator[Path]:
    """The files of a folder that are whole, oldest first."""
    if not folder.is_dir():
        return
    until = clock.now().timestamp() - QUIET_SECONDS
    files = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    whole = [path for path in files if not path.name.startswith((".", "~$")) and path.suffix.lower() not in HALF]
    yield from sorted((path for path in whole if path.stat().st_mtime <= until), key=lambda path: path.stat().st_mtime)


def taken(store: Store, folder: Path, path: Path) -> list[Upload]:
    """Take one file out of the folder and into our keeping; [] when another process was quicker or it is refused."""
    away = folder / TAKEN
    away.mkdir(exist_ok=True)
    mine = away / uuid.uuid4().hex
    try:
        path.rename(mine)
    except FileNotFoundError:
        return []
    try:
        with mine.open("rb") as file:
            uploads = receive(store, file, path.name, auto_load=True)
    except ValidationError as error:
        refused = folder / REFUSED
        refused.mkdir(exist_ok=True)
        mine.rename(refused / path.name)
        log.warning("file refused", extra={"data": {"store": store.slug, "code": error.code}})
        return []
    mine.unlink()
    return uploads
