"""Stores to measure on, the pipeline as the pages call it, and history put straight into the tables."""

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from django.db import connection

from benchmarks import lines
from benchmarks.lines import DAYS, FIRST_DAY, PRODUCTS, Orders
from kpis.ingest import pipeline
from kpis.models import Coverage, Order, OrderLine, RowProblem, Upload
from kpis.sums import rollups
from products.models import Product
from stores.models import Store
from stores.services import create_store

FOLDER = Path(tempfile.mkdtemp(prefix="opsplan-bench-"))
RESAVED = FOLDER / "resaved"  # a file saved again keeps its name, and with it the time of its export
RESAVED.mkdir()
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
EPOCH = np.datetime64(FIRST_DAY.isoformat(), "s")
CHINA = np.timedelta64(8 * 3600, "s")


def store(slug: str) -> Store:
    """The bench store of that name with its products, made on first use."""
    found = Store.objects.filter(slug=slug).first()
    if found is None:
        found = create_store(slug, f"Bench {slug}", "tmall")
        Product.objects.bulk_create(
            Product(store=found, code=lines.code_of(x), title=f"测试商品{x}号保湿滋润") for x in range(PRODUCTS)
        )
    return found


def load(shop: Store, path: Path) -> Upload:
    """Receive, check and load; RuntimeError when the file was not taken."""
    with path.open("rb") as file:
        (upload,) = pipeline.receive(shop, file, path.name, auto_load=True)
    pipeline.check(upload)
    upload.refresh_from_db()
    if upload.state in (Upload.State.READY, Upload.State.QUEUED):
        pipeline.load(upload)
        upload.refresh_from_db()
    if upload.state not in (Upload.State.LOADED, Upload.State.UNCHANGED):
        problem = RowProblem.objects.filter(upload=upload).first()
        raise RuntimeError(f"{path.name}: {upload.state} {upload.error} {problem}")
    return upload


def copy(table: str, columns: list[str], path: Path) -> None:
    with connection.cursor() as cursor, path.open("rb") as file:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv)", file)


def add_history(count: int, *, seed: int) -> None:
    """`count` order lines of five stores over 24 months, as if they had been imported long ago."""
    shops = [store(f"bench-{x}") for x in range(lines.STORES)]
    left = count
    while left > 0:
        made = lines.make(min(left, 1_000_000), seed=seed)
        copy_orders(made, shops)
        copy_lines(made, shops)
        left, seed = left - 1_000_000, seed + 1
    days = [FIRST_DAY + pd.Timedelta(days=x).to_pytimedelta() for x in range(DAYS)]
    Coverage.objects.bulk_create(
        [
            Coverage(store=shop, kind=kind, detail="", day=day)
            for shop in shops
            for kind in ("orders", "lines")
            for day in days
        ],
        ignore_conflicts=True,
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copy_orders(made: Orders, shops: list[Store]) -> None:
    ids = np.array([x.pk for x in shops])
    paid = made.wait >= 0
    created, paid_at = (
        EPOCH + made.second.astype("timedelta64[s]"),
        EPOCH + (made.second + made.wait).astype("timedelta64[s]"),
    )
    frame = pd.DataFrame(
        {
            "store_id": ids[made.store],
            "order_no": [made.number(i) for i in range(len(made))],
            "status": np.where(paid, 50, 60),
            "created_at": pd.Series(created - CHINA).dt.strftime("%Y-%m-%d %H:%M:%S+00"),
            "paid_at": pd.Series(paid_at - CHINA).dt.strftime("%Y-%m-%d %H:%M:%S+00").where(paid, ""),
            "order_day": pd.Series(created).dt.strftime("%Y-%m-%d"),
            "pay_day": pd.Series(paid_at).dt.strftime("%Y-%m-%d").where(paid, ""),
            "total_fen": made.total,
            "pay_fen": pd.Series(made.total).astype("Int64").where(paid),
            "refund_fen": 0,
            "buyer_key": made.buyer,
            "province": "浙江省",
        }
    )
    spill(frame, Order._meta.db_table)


def copy_lines(made: Orders, shops: list[Store]) -> None:
    ids = np.array([x.pk for x in shops])
    known = {(p.store_id, p.code): p.pk for p in Product.objects.filter(store__in=shops)}
    products = np.array([[known[shop.pk, lines.code_of(x)] for x in range(PRODUCTS)] for shop in shops])
    shop = made.store[made.order]
    codes = np.array([lines.code_of(x) for x in range(PRODUCTS)])
    numbers = np.array([made.number(i) for i in range(len(made))])
    frame = pd.DataFrame(
        {
            "store_id": ids[shop],
            "order_no": numbers[made.order],
            "line_key": np.char.add("h", np.arange(len(made.order)).astype(str)),
            "code": codes[made.product],
            "title": "测试商品",
            "properties": "",
            "price_fen": lines.price_of(made.product),
            "qty": made.qty,
            "product_id_ref": products[shop, made.product],
        }
    )
    spill(frame, OrderLine._meta.db_table)


def spill(frame: pd.DataFrame, table: str) -> None:
    """COPY a frame; text columns that are empty stay empty text, other empty cells are null."""
    path = FOLDER / "spill.csv"
    texts = {"province", "title", "properties"}
    frame.to_csv(path, header=False, index=False)
    columns = list(frame.columns)
    force = ", ".join(x for x in columns if x in texts)
    with connection.cursor() as cursor, path.open("rb") as file:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({force}))", file
        )
    path.unlink()


def full_rollup() -> None:
    for shop in Store.objects.filter(slug__startswith="bench-"):
        rollups.rebuild(shop, rollups.all_days(shop))
