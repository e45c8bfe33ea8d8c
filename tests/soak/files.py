"""Ten minutes of damaged files: every sample with random bytes and cuts, every layout with odd cells in every
container, read to the end. Only sentences may come out.

`make soak` runs it (SOAK_SECONDS, SOAK_SEED); the suite reads a fixed part of them (tests/ingest/test_damage.py).
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.ingest.damage import one, read

SECONDS = int(os.environ.get("SOAK_SECONDS", "600"))
SEED = int(os.environ.get("SOAK_SEED", "20261122"))


def main() -> int:
    chance = random.Random(SEED)
    until, count, failed = time.monotonic() + SECONDS, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        while time.monotonic() < until:
            name, data = one(chance)
            path.write_bytes(data)
            try:
                read(path, name)
            except Exception as error:
                failed += 1
                kept = Path(tempfile.gettempdir()) / f"opsplan-soak-{SEED}-{count}-{name}"
                kept.write_bytes(data)
                sys.stdout.write(f"{type(error).__name__}: {error}: {kept}\n")
            count += 1
    sys.stdout.write(f"{count} damaged files, {failed} crashes\n")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
