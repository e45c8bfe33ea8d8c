"""Cut, shuffled, told twice, told late, undone, loaded again: what counts is which files are loaded, not how they came.
A store that had the same files in order stands the same, fact by fact and sum by sum. FILE_EXAMPLES makes the run
longer (`make soak`)."""

import os
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.ingest import undo
from kpis.models import ChannelDay, Coverage, Order, OrderLine, ProductDay, Refund, StaleDay, StoreDay, Upload
from kpis.sums import rollups
from products.models import Product
from stores.models import Store
from stores.services import create_store
from tests.ingest.bring import FULL, NUMBERED, REFUNDS, bring, content

EXAMPLES = int(os.environ.get("FILE_EXAMPLES", "6"))
COUNTED = (Order, OrderLine, Refund, Coverage, StoreDay, ProductDay, ChannelDay)

# what may become of an order from one export to the next: state, what of it is paid and what was paid back
UNPAID, PAID = ("等待买家付款", 0, 0), ("买家已付款，等待卖家发货", 1, 0)
SENT, DONE = ("卖家已发货，等待买家确认", 1, 0), ("交易成功", 1, 0)
LIVES = (
    (UNPAID, PAID, SENT, DONE),
    (UNPAID, UNPAID, ("交易关闭", 0, 0)),
    (PAID, SENT, ("交易成功", 1, 20)),
    (PAID, ("卖家已发货，等待买家确认", 1, 20), ("交易成功", 1, 35)),
    (PAID, PAID, ("交易关闭", 1, 50)),
)
CASES = ("买家已经申请退款，等待卖家同意", "卖家已经同意退款，等待买家退货", "退款成功")
EXPORTS = 3


@dataclass(frozen=True)
class File:
    """One export: at which of the times, of what, which orders in which order, and the how-manieth piece."""

    time: int
    what: str
    orders: tuple[int, ...]
    piece: int

    @property
    def name(self) -> str:
        return f"ExportOrderList2026032{self.time}100{self.piece:03}.csv"


def order(number: int, age: int) -> list[str]:
    """Order 1000 + number of March (50 or so yuan) as an export tells it when it is that old."""
    life = LIVES[number % len(LIVES)]
    state, is_paid, back = life[min(age, len(life) - 1)]
    made, paid = f"2026-03-0{number % 4 + 1} 23:5{number}:00", f"2026-03-0{number % 4 + 2} 00:1{number}:00"
    money = [f"{50 + number}.00", f"{50 + number - back}.00" if is_paid else "0.00"]
    done = "2026-03-15 10:00:00" if state == "交易成功" else ""
    row = [str(1000 + number), *money, "上海", made, paid if is_paid else "", f"{back}.00"]
    return [*row, state, f"买家{number % 3}", "2", "5.00", done]


def lines(number: int) -> list[list[str]]:
    names = [f"9{number}{n}" for n in range(number % 2 + 1)]
    return [[sub, str(1000 + number), "面霜", "25.00", "1", "50ml", f"M{int(sub) % 3}"] for sub in names]


def refund(number: int, age: int) -> list[str]:
    at = ["2026-03-10 10:00:00", "2026-03-12 10:00:00" if age == 2 else ""]
    return [f"R{number}", str(1000 + number), "M1", CASES[age], *at, "20.00"]


def told(file: File) -> bytes:
    if file.what == "lines":
        return content(NUMBERED, *(line for number in file.orders for line in lines(number)))
    if file.what == "refunds":
        return content(REFUNDS, *(refund(number, file.time) for number in file.orders))
    return content(FULL, *(order(number, file.time + number % 2) for number in file.orders))


some_orders = st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True).map(tuple)
pieces = st.builds(
    File, st.integers(0, EXPORTS - 1), st.sampled_from(["orders", "orders", "lines", "refunds"]), some_orders,
    st.integers(0, 59),
)  # fmt: skip
steps = st.lists(st.tuples(st.sampled_from(["load", "load", "load", "undo"]), st.integers(0, 9)), max_size=10)


def open_store(slug: str) -> Store:
    store = create_store(slug, slug, "tmall")
    Store.objects.filter(pk=store.pk).update(buyer_realm="both")
    return Store.objects.get(pk=store.pk)


def load(store: Store, file: File) -> Upload:
    upload = bring(store, told(file), file.name)
    assert upload.state in ("loaded", "unchanged"), (upload.state, upload.error, list(upload.problems.values()))
    return upload


def taken_back(upload: Upload) -> bool:
    """Undo; False when later files are in the way."""
    try:
        undo.request(upload)
    except undo.Refused:
        return False
    undo.undo(upload, rollups.rebuild)
    assert upload.state == "undone", upload.error
    return True


def stand(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that counts; products by their codes."""
    rollups.rebuild(store)
    assert not StaleDay.objects.filter(store=store).exists()
    codes = dict(Product.objects.filter(store=store).values_list("pk", "code"))
    found = {}
    for model in COUNTED:
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in ("id", "store_id", "upload_id")]
        rows = model._default_manager.filter(store=store).values(*names)
        of_code = lambda name, value: codes.get(value) if name == "product_id_ref" else value  # noqa: E731
        found[model.__name__] = sorted((tuple(of_code(*pair) for pair in row.items()) for row in rows), key=repr)
    return found


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize="FILE_EXAMPLES" not in os.environ, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(files=st.lists(pieces, min_size=1, max_size=6, unique=True), steps=steps, rest=st.randoms(use_true_random=False))
def test_how_files_came_does_not_matter_only_which(files: list[File], steps: list[tuple[str, int]], rest: Any) -> None:
    with transaction.atomic():
        store, loaded = open_store("tossed"), dict[int, File]()
        for what, n in [("load", n) for n in rest.sample(range(len(files)), len(files))] + steps:
            if what == "load":
                upload = load(store, files[n % len(files)])
                loaded[upload.pk] = files[n % len(files)]
            elif loaded:
                pk = sorted(loaded)[n % len(loaded)]
                upload = Upload.objects.get(pk=pk)
                if undo.can_undo(upload) and taken_back(upload):
                    same = Upload.objects.filter(store=store, notes__same_as=pk).values_list("pk", flat=True)
                    for gone in (pk, *same):
                        loaded.pop(gone, None)
        orderly = open_store("orderly")
        for file in sorted(set(loaded.values()), key=lambda file: file.name):
            load(orderly, file)
        assert stand(store) == stand(orderly)
        transaction.set_rollback(True)
