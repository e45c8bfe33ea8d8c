"""Imports killed at random moments (kill -9) and taken up again: facts and sums are those of an undisturbed import, no
claim, no lock and no file is left. Every other time a second import of the store is under way.

`make soak` runs it (SOAK_KILLS, SOAK_ORDERS, SOAK_SEED) on SQLite, or on the database of TEST_DATABASE_URL.
"""

import os
import random
import sys
import time
from pathlib import Path

import tests.environment  # noqa: F401  a home, a Valkey and a database of its own, which the processes inherit
from tests.ingest.elsewhere import lines, orders
from tests.ingest.processes import Elsewhere

KILLS = int(os.environ.get("SOAK_KILLS", "20"))
ORDERS = int(os.environ.get("SOAK_ORDERS", "20000"))
SEED = int(os.environ.get("SOAK_SEED", "20261122"))


def main() -> int:
    chance, home, failed = random.Random(SEED), Path(os.environ["OPSPLAN_HOME"]), 0
    (home / "orders.csv").write_bytes(orders(ORDERS))
    (home / "lines.csv").write_bytes(lines(ORDERS // 2))
    files = (home / "orders.csv", home / "lines.csv")
    place = Elsewhere(dict(os.environ), home)
    slugs = [f"k{n}" for n in range(KILLS)]
    try:
        place.run("tables")
        place.run("stores", "calm", *slugs)
        started = time.monotonic()
        calm = place.run("bring", "calm", *files)
        seconds = time.monotonic() - started
        sys.stdout.write(f"undisturbed: {calm}, {seconds:.1f} s\n")
        for n, slug in enumerate(slugs):
            at = chance.uniform(0, seconds)
            victim = place.start("bring", slug, *files)
            other = place.start("bring", slug, files[0]) if n % 2 else None
            time.sleep(at)
            place.kill(victim)
            if other:
                place.end(other)
            left = place.run("resume", slug).splitlines()
            place.run("bring", slug, *files)
            told = place.run("sweep", slug)
            is_same = told.split()[1:] == calm.split()[1:]
            failed += not is_same
            verdict = "as calm" if is_same else f"WRONG: {told}"
            sys.stdout.write(f"{slug} killed after {at:.2f} s, left {left[:1]}: {verdict}\n")
            sys.stdout.flush()
    finally:
        place.close()
    sys.stdout.write(f"{KILLS} kills, {failed} wrong\n")
    return 1 if failed or not calm.startswith(("loaded", "unchanged")) else 0


if __name__ == "__main__":
    sys.exit(main())
