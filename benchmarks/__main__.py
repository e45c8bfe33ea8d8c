"""`python -m benchmarks [--size small|full] [--only P1,P8]`: with a PostgreSQL, Valkey and home of its own."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.cluster import postgres, valkey
from benchmarks.result import Result, Sizes

# what one import holds, and the two histories of P6
SIZES = {
    "smoke": (Sizes(lines=5_000, again=2, history=10_000, slow=500, memory=(5_000, 20_000)), 20_000, 60_000),
    "small": (Sizes(lines=200_000, again=5, history=400_000, slow=4_000, memory=(50_000, 500_000)), 200_000, 1_000_000),
    "full": (
        Sizes(lines=2_000_000, again=3, history=8_000_000, slow=20_000, memory=(200_000, 2_000_000)),
        2_000_000,
        10_000_000,
    ),
}
ROWS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P10", "P12", "P13", "P14", "P15", "P16")
ASKED = ("P9",)  # only by name: it installs Apache Superset into a throwaway environment first


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small", help="full: 2M and 10M lines; smoke: does it run?")
    parser.add_argument("--only", default=",".join(ROWS), help="rows to run, e.g. P1,P8")
    return parser.parse_args()


def groups(size: str) -> list[tuple[set[str], Callable[[], Iterable[Result]]]]:
    """Which function measures which rows. Each group gets empty tables."""
    from benchmarks import goods, imports, offers, people, planning, recount, web

    sizes, little, much = SIZES[size]
    again = 3 if size == "full" else sizes.again
    return [
        ({"P1"}, lambda: imports.first_imports(sizes)),
        ({"P2", "P3"}, lambda: imports.upserts(sizes)),
        ({"P4"}, lambda: imports.import_export(sizes)),
        ({"P5"}, lambda: imports.memory(sizes)),
        ({"P6", "P7"}, lambda: recount.recount(little, much, again)),
        ({"P8", "P10"}, lambda: web.web(again, 300, much)),
        ({"P9"}, lambda: web.chart_api(again, much)),
        ({"P12", "P13"}, lambda: planning.planning(again)),
        ({"P14"}, lambda: people.my_days(people.STORES[size], again)),
        ({"P15"}, lambda: offers.offers(size, again)),
        ({"P16"}, lambda: goods.goods(size, again)),
    ]


def run(wanted: set[str], size: str) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from opsplan.tables import make_tables

    make_tables()
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
    if strange := wanted - {*ROWS, *ASKED}:
        print(f"Unknown rows: {', '.join(sorted(strange))}. There are: {', '.join(ROWS + ASKED)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped then, too
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
