"""50 readers while a file of 200,000 lines is loaded: no error, and every answer is the one before or the one after.

`make soak` runs it on a database of its own (SQLite in WAL, or the one of TEST_DATABASE_URL); not a part of the suite.
"""

import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

READERS = int(os.environ.get("SOAK_READERS", "50"))
ORDERS = int(os.environ.get("SOAK_ORDERS", "200000"))
# seconds a reader looks at an answer: fifty who never look leave the import no turn
PAUSE = float(os.environ.get("SOAK_PAUSE", "2"))
KEYS = ["pay_amt", "pay_order_cnt", "pay_buyers", "aov_buyer", "aov_order"]
HEADER = "订单编号,总金额,买家实际支付金额,买家会员名,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def write(path: Path, first: int, many: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(first, first + many):
            at = f"2026-03-{n % 31 + 1:02d} 1{n % 10}:00:00"
            file.write(f"{n},10.00,10.00,买家{n},上海,{at},{at},0\n")


def answer() -> tuple[str, ...]:
    import django

    django.setup()
    from kpis import queries
    from stores.models import Store

    stores = list(Store.objects.select_related("brand"))
    body = {
        "stores": "all",
        "metrics": KEYS,
        "dimensions": ["day"],
        "period": {"from": "2026-03-01", "to": "2026-03-31"},
    }
    asked = queries.question(body, stores)
    with queries.one_version():
        found = queries.table(asked)
    total = found.totals[0].values
    days = sum(line.values["pay_order_cnt"].value or 0 for line in found.lines)
    return (*(str(total[key].value) for key in KEYS), str(days))


def reader(ready: Any, stop: Any, results: Any) -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    parent = os.getppid()
    try:
        seen[answer()] += 1
        ready.release()
        while not stop.wait(PAUSE) and os.getppid() == parent:  # not longer than who asked
            seen[answer()] += 1
        results.put(("ok", dict(seen)))
    except Exception as error:
        ready.release()
        results.put((f"{type(error).__name__}: {error}", dict(seen)))


def bring(path: Path) -> str:
    from django.core.files import File

    from kpis import tasks
    from kpis.ingest import pipeline
    from kpis.sums import rollups
    from stores.models import Store

    store = Store.objects.get(slug="soak")
    with path.open("rb") as file:
        [upload] = pipeline.receive(store, File(file, name=path.name), path.name, auto_load=True)
    pipeline.check(upload, rollups.rebuild)
    tasks.count_after(upload)
    upload.refresh_from_db()
    return upload.state


def main() -> int:
    import tests.environment  # noqa: F401  a home, a Valkey and a database of its own, which the readers inherit

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
    import django

    django.setup()
    from django.db import connection

    from opsplan.tables import make_tables
    from stores.services import create_store

    make_tables()
    create_store("soak", "Soak", "tmall")
    home = Path(os.environ["OPSPLAN_HOME"])
    write(home / "first.csv", 1, ORDERS // 10)
    write(home / "second.csv", ORDERS + 1, ORDERS)
    say("first file:", bring(home / "first.csv"))
    before = answer()
    connection.close()
    context = multiprocessing.get_context("spawn")
    ready, stop, results = context.Semaphore(0), context.Event(), context.Queue()
    crowd = [context.Process(target=reader, args=(ready, stop, results)) for _n in range(READERS)]
    for each in crowd:
        each.start()
    begun = sum(ready.acquire(timeout=120) for _each in crowd)
    say(f"{begun} of {READERS} readers have had their first answer")
    if begun < READERS:
        stop.set()
        return 1
    started = time.monotonic()
    say("second file:", bring(home / "second.csv"), f"{time.monotonic() - started:.0f} s")
    time.sleep(5 + PAUSE)
    stop.set()
    told = [results.get(timeout=120) for _each in crowd]
    for each in crowd:
        each.join(30)
    after = answer()
    seen: Counter[tuple[str, ...]] = Counter()
    for _state, counts in told:
        seen.update(counts)
    errors = [state for state, _counts in told if state != "ok"]
    torn = [found for found in seen if found not in (before, after)]
    say(
        f"{sum(seen.values())} answers: {seen[before]} before, {seen[after]} after, {len(torn)} torn; errors:",
        errors[:3],
    )
    return 1 if torn or errors or before == after else 0


if __name__ == "__main__":
    sys.exit(main())
