"""How quick answers are while a large file is imported, against those of an idle machine (at least half as many), and
whether what is told of the import only ever goes forward.

`make soak` runs it (SOAK_ORDERS) on SQLite, or on the database of TEST_DATABASE_URL.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import tests.environment  # noqa: F401  a home, a Valkey and a database of its own, which the processes inherit
from tests.ingest.elsewhere import Upload, orders
from tests.ingest.processes import Elsewhere
from tests.soak.readers import answer

ORDERS = int(os.environ.get("SOAK_ORDERS", "200000"))
SECONDS, LEAST = 10, 0.5
PHASES = ("", "read", "check", "load", "rollup")


def pace(goes_on: Callable[[], bool]) -> float:
    """Answers a second."""
    count, started = 0, time.monotonic()
    while goes_on():
        answer()
        count += 1
    return count / (time.monotonic() - started)


def main() -> int:
    home, told = Path(os.environ["OPSPLAN_HOME"]), []
    (home / "small.csv").write_bytes(orders(2000))
    (home / "large.csv").write_bytes(orders(ORDERS))
    place = Elsewhere(dict(os.environ), home)
    try:
        place.run("tables")
        place.run("stores", "soak")
        place.run("bring", "soak", home / "small.csv")
        until = time.monotonic() + SECONDS
        idle = pace(lambda: time.monotonic() < until)
        worker = place.start("work")
        place.run("receive", "soak", home / "large.csv")

        def at_work() -> bool:
            upload = Upload.objects.order_by("-id")[0]
            told.append((PHASES.index(upload.phase), upload.rows_done))
            return upload.finished_at is None or bool(upload.phase)

        busy = pace(at_work)
        left = place.run("wait", "soak")
        place.kill(worker)
    finally:
        place.close()
    steps = [step for step in told[:-1] if step[0]]
    is_monotone = steps == sorted(steps)
    sys.stdout.write(
        f"{left}: {idle:.1f} answers a second before, {busy:.1f} meanwhile: {busy / idle:.2f} (at least {LEAST}); "
        f"progress {'only went forward' if is_monotone else 'went back'}\n"
    )
    return 0 if busy / idle >= LEAST and is_monotone and left.startswith("loaded") else 1


if __name__ == "__main__":
    sys.exit(main())
