"""One at a time: a file that only one process can hold. The hold ends with the process, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import IO


def claim(path: Path, note: str = "") -> IO[str] | None:
    """Hold `path` until the returned file is closed, leaving `note` in it; None when another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    file.seek(0)
    file.truncate()
    file.write(note)
    file.flush()
    return file
