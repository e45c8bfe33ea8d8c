"""P1 to P5: importing against raw COPY, against itself, and against django-import-export."""

import csv
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import tablib
from django.db import connection
from import_export import fields, resources

from benchmarks import lines, shop
from benchmarks.result import Result, Sizes, median, per_second, seconds
from kpis.ingest import pipeline
from kpis.models import OrderLine
from stores.models import Store

RAW = "CREATE TABLE bench_raw (order_no text, title text, price_fen bigint, qty bigint, code text, properties text)"
RAW_COLUMNS = ["order_no", "title", "price_fen", "qty", "code", "properties"]


def raw_copy(path: Path) -> float:
    """Seconds to COPY the plain rows into a table without index, committed and safe on disk as ours are (P1, P2)."""
    with connection.cursor() as cursor:
        cursor.execute(RAW)
        try:
            return seconds(lambda: shop.copy("bench_raw", RAW_COLUMNS, path))
        finally:
            cursor.execute("DROP TABLE bench_raw")


def finished_copy() -> tuple[float, float]:
    """Seconds to COPY the facts that are there, finished and unchecked, into a table of the same columns: with its two
    unique indexes built afterwards, and with them in place. Less no import can cost, however it reads and checks."""
    table, path = OrderLine._meta.db_table, shop.FOLDER / "finished.txt"
    columns = ", ".join(x.column for x in OrderLine._meta.concrete_fields)
    with connection.cursor() as cursor:

        def take_in() -> None:
            with path.open("rb") as file:
                cursor.copy_expert(f"COPY bench_facts ({columns}) FROM STDIN", file)

        def build() -> None:
            take_in()
            cursor.execute("CREATE UNIQUE INDEX ON bench_facts (id)")
            cursor.execute("CREATE UNIQUE INDEX ON bench_facts (store_id, order_no, line_key)")

        with path.open("wb") as file:
            cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", file)
        cursor.execute(f"CREATE TABLE bench_facts (LIKE {table} INCLUDING DEFAULTS)")
        after = seconds(build)
        cursor.execute(f"DROP TABLE bench_facts; CREATE TABLE bench_facts (LIKE {table} INCLUDING ALL)")
        before = seconds(take_in)
        cursor.execute("DROP TABLE bench_facts")
    path.unlink()
    return after, before


def month(seed: int, count: int) -> lines.Orders:
    """A month's lines of one store; each seed has order numbers of its own."""
    return lines.make(count, seed=seed, store=0, first=dt.date(2025, 5, 1), days=31)


def first_imports(sizes: Sizes) -> Iterator[Result]:
    """P1: into an empty table."""
    times, raw, least = [], [], []
    for again in range(sizes.again):
        made = month(100 + again, sizes.lines)
        file = lines.write_item_list(made, shop.FOLDER / f"ExportOrderDetailList2025060112{again:02d}.csv")
        plain = lines.write_plain(made, shop.FOLDER / "plain.csv")
        store = shop.store("bench-0")
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {OrderLine._meta.db_table}")
        raw.append(raw_copy(plain))
        times.append(seconds(lambda file=file, store=store: shop.load(store, file)))
        assert OrderLine.objects.filter(store=store).count() == sizes.lines
        least.append(finished_copy())
    after, before = (median(raw) / median(list(each)) for each in zip(*least, strict=True))
    note = f"finished facts copied, indexes after: {after:.2f}; into their indexes: {before:.2f}"
    yield against_copy("P1 first import, empty month", sizes.lines, times, raw, 0.40, note)


def against_copy(name: str, count: int, times: list[float], raw: list[float], goal: float, note: str = "") -> Result:
    ours, theirs = median(times), median(raw)
    return Result(name, per_second(count, ours), per_second(count, theirs), theirs / ours, goal, note=note)


def upserts(sizes: Sizes) -> Iterator[Result]:
    """P2: into the table with history and indexes. P3: the same export, re-saved with its rows shuffled."""
    shop.add_history(sizes.history, seed=900)
    times, raw, again_times = [], [], []
    store = shop.store("bench-0")
    for again in range(sizes.again):
        made = month(200 + again, sizes.lines)
        file = lines.write_item_list(made, shop.FOLDER / f"ExportOrderDetailList2025060212{again:02d}.csv")
        shuffled = lines.write_item_list(made, shop.RESAVED / file.name, shuffle=7)
        raw.append(raw_copy(lines.write_plain(made, shop.FOLDER / "plain.csv")))
        times.append(seconds(lambda file=file: shop.load(store, file)))
        before = written()
        again_times.append(seconds(lambda shuffled=shuffled: shop.load(store, shuffled)))
        assert written() == before, "the same content again has written rows"
    yield against_copy(f"P2 upsert, {sizes.history:,} lines of history", sizes.lines, times, raw, 0.25)
    first, second = median(times), median(again_times)
    name, note = "P3 the same content shuffled", "0 rows written"
    yield Result(name, f"{second:.2f} s", f"{first:.2f} s", second / first, 0.35, at_most=True, note=note)


def written() -> tuple[int, int, int]:
    """How many line rows were ever inserted, updated, deleted, as PostgreSQL counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE relname = %s",
            [OrderLine._meta.db_table],
        )
        return tuple(cursor.fetchone())


def resource_for(store: Store, *, use_bulk: bool) -> resources.ModelResource:
    class LineResource(resources.ModelResource):
        order_no = fields.Field(attribute="order_no", column_name="order_no")

        class Meta:
            model = OrderLine
            fields = ("order_no", "line_key", "code", "title", "properties", "price_fen", "qty")
            import_id_fields = ("order_no", "line_key")
            batch_size = 1000

        def before_save_instance(self, instance: OrderLine, row: object, **kwargs: object) -> None:
            instance.store = store

    LineResource._meta.use_bulk = use_bulk
    return LineResource()


def import_export(sizes: Sizes) -> Iterator[Result]:
    """P4: rows a second of our upsert against django-import-export's."""
    store = shop.store("bench-0")
    times: dict[str, list[float]] = {"ours": [], "plain": [], "bulk": []}
    for again in range(3):
        made = month(300 + again, 20_000)
        file = lines.write_item_list(made, shop.FOLDER / f"ExportOrderDetailList2025060412{again:02d}.csv")
        times["ours"].append(seconds(lambda file=file: shop.load(store, file)))
        for name, seed in (("plain", 310), ("bulk", 320)):
            theirs = lines.write_plain(month(seed + again, sizes.slow), shop.FOLDER / "plain.csv")
            data = tablib.Dataset(headers=["order_no", "line_key", "title", "price_fen", "qty", "code", "properties"])
            with theirs.open(encoding="utf-8", newline="") as opened:
                for number, row in enumerate(csv.reader(opened)):
                    data.append([row[0], str(number), *row[1:]])
            resource = resource_for(store, use_bulk=name == "bulk")
            times[name].append(
                seconds(lambda resource=resource, data=data: resource.import_data(data, raise_errors=True))
            )
    ours = 20_000 / median(times["ours"])
    for name, goal in (("plain", 100), ("bulk", 50)):
        theirs = sizes.slow / median(times[name])
        title = "P4 django-import-export" + (" use_bulk" if name == "bulk" else "")
        yield Result(title, f"{ours:,.0f}/s", f"{theirs:,.0f}/s", ours / theirs, goal)


def memory(sizes: Sizes) -> Iterator[Result]:
    """P5: how much the importing process grows from a small file to one ten times as long."""
    small, large = sizes.memory
    files = [
        lines.write_item_list(month(400 + i, count), shop.FOLDER / f"ExportOrderDetailList20250605120{i}.csv")
        for i, count in enumerate((small, large))
    ]
    run = [sys.executable, "-m", "benchmarks.memory", *map(str, files)]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    first, second = json.loads(told.strip().splitlines()[-1])
    name = f"P5 memory, {small:,} to {large:,} lines"
    yield Result(name, f"{second:.0f} MB", f"{first:.0f} MB", second - first, 20, at_most=True, note="ratio = MB grown")


def phases(path: Path) -> dict[str, float]:
    """Seconds of each step of one import, for whoever wants to know where the time goes."""
    store = shop.store("bench-0")
    with path.open("rb") as file:
        found: dict[str, float] = {}
        uploads: list[object] = []
        found["receive"] = seconds(lambda: uploads.extend(pipeline.receive(store, file, path.name, auto_load=True)))
    found["check"] = seconds(lambda: pipeline.check(uploads[0]))
    uploads[0].refresh_from_db()
    found["load"] = seconds(lambda: pipeline.load(uploads[0]))
    return found
