"""`python -m benchmarks [--size small|full] [--only P1,P8]`: with a PostgreSQL, Valkey and home of its own."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.cluster import postgres, valkey
from benchmarks.result import Result

ROWS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P10")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--size", choices=("small", "full"), default="small", help="full: 2M and 10M lines, about an hour"
    )
    parser.add_argument("--only", default=",".join(ROWS), help="rows to run, e.g. P1,P8")
    return parser.parse_args()


def groups(size: str) -> list[tuple[set[str], Callable[[], Iterable[Result]]]]:
    """Which function measures which rows. Each group gets empty tables."""
    from benchmarks import imports, recount, web

    big = size == "full"
    sizes = imports.Sizes(
        lines=2_000_000 if big else 200_000,
        again=3 if big else 5,
        history=8_000_000 if big else 400_000,
        slow=20_000 if big else 4_000,
        memory=(200_000, 2_000_000) if big else (50_000, 500_000),
    )
    little, much = (2_000_000, 10_000_000) if big else (200_000, 1_000_000)
    return [
        ({"P1"}, lambda: imports.first_imports(sizes)),
        ({"P2", "P3"}, lambda: imports.upserts(sizes)),
        ({"P4"}, lambda: imports.import_export(sizes)),
        ({"P5"}, lambda: imports.memory(sizes)),
        ({"P6", "P7"}, lambda: recount.recount(little, much, 3 if big else 5)),
        ({"P8", "P10"}, lambda: web.web(5, 300)),
    ]


def run(wanted: set[str], size: str) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    results: list[Result] = []
    for rows, measure in groups(size):
        if not rows & wanted:
            continue
        call_command("flush", interactive=False, verbosity=0)
        for result in measure():
            print(result, flush=True)
            results.append(result)
    missed = [x.name for x in results if not x.met]
    print(
        f"{len(results) - len(missed)} of {len(results)} goals met."
        + (f" Not met: {'; '.join(missed)}" if missed else "")
    )
    return 0


def main() -> int:
    asked = arguments()
    wanted = {x.strip().upper() for x in asked.only.split(",") if x.strip()}
    if strange := wanted - set(ROWS):
        print(f"Unknown rows: {', '.join(sorted(strange))}. There are: {', '.join(ROWS)}.", file=sys.stderr)
        return 2
    home = Path(tempfile.mkdtemp(prefix="opsplan-bench-home-"))
    try:
        with postgres() as database, valkey(home) as redis:
            os.environ |= {
                "OPSPLAN_HOME": str(home),
                "DATABASE_URL": database,
                "REDIS_URL": redis,
                "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
                "SECRET_KEY": "only-for-benchmarks-only-for-benchmarks-only",
                "API_RATE": "1000000/min",
                "LOG_LEVEL": "ERROR",
            }
            os.environ.pop("DEBUG", None)
            return run(wanted, asked.size)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
