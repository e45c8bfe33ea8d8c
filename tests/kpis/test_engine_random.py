"""Whatever comes, goes and is typed, in whatever order: days counted as they change equal days counted from scratch,
and an import that was undone leaves no trace. ENGINE_EXAMPLES makes the run longer (`make soak`)."""

import os
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.ingest import undo
from kpis.models import (
    AdSpend,
    BuyerDay,
    ChannelDay,
    ChannelTraffic,
    Coverage,
    DaysTold,
    Entry,
    ItemTraffic,
    Order,
    OrderLine,
    ProductDay,
    Refund,
    RowBefore,
    ShopTraffic,
    StoreDay,
    TouchedRows,
    Upload,
)
from kpis.sums import rollups
from kpis.sums.targets import enter
from products.models import Cost, Product
from stores.models import Store
from stores.services import create_store
from tests.ingest.bring import ADS, FLOW, FULL, ITEMS, LINES, NUMBERED, REFUNDS, SHOP, SHORT, bring, content, rows
from tests.kpis.facts import march

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "6"))
FACTS = (Order, OrderLine, Refund, ShopTraffic, ChannelTraffic, ItemTraffic, AdSpend)
SUMS = (StoreDay, ProductDay, ChannelDay, BuyerDay)

File = tuple[str, list[str], list[list[str]]]
Step = tuple[str, Any]

days = st.integers(1, 5).map(lambda n: f"2026-03-0{n}")
times = st.sampled_from(["00:00:05", "12:00:00", "23:59:58"])
moments = st.builds("{} {}".format, days, times)
money = st.sampled_from(["0.01", "10.00", "33.33", "100.00"])
some = st.integers(0, 300).map(str)
blank_or = lambda told: st.one_of(st.just(""), told)  # noqa: E731
order_nos = st.sampled_from(["1001", "1002", "1003", "1004"])
codes = st.sampled_from(["M1", "M2", ""])
names = st.sampled_from(["file.csv", "ExportOrderList20260304100000.csv", "ExportOrderList20260305100000.csv"])
statuses = st.sampled_from(["等待买家付款", "买家已付款，等待卖家发货", "交易成功", "交易关闭"])
given_back = st.sampled_from(["0.00", "5.00"])
short = st.tuples(order_nos, money, money, st.just("上海"), moments, blank_or(moments), given_back)
full = st.builds(
    lambda row, *rest: (*row, *rest), short, statuses, blank_or(st.just("小明")), st.just("2"), money, st.just("")
)
lines = st.tuples(order_nos, st.just("面霜"), money, st.sampled_from("12"), st.just(""), st.just("50ml"), codes)
numbered = st.tuples(
    st.sampled_from(["9001", "9002", "9003"]), order_nos, st.just("面霜"), money, st.just("1"), st.just(""), codes
)
refund_statuses = st.sampled_from(["退款成功", "买家已经申请退款，等待卖家同意", "退款关闭"])
refunds = st.tuples(st.sampled_from(["R1", "R2"]), order_nos, codes, refund_statuses, moments, blank_or(moments), money)
visitors = st.tuples(days, some, blank_or(some), money)
sources = st.tuples(days, st.sampled_from(["手淘搜索", "付费流量"]), st.sampled_from(["", "直通车", "新渠道"]), some)
items = st.tuples(days, st.sampled_from(["77", "78"]), st.just("面霜"), codes, some)
ads = st.tuples(days, some, some, money, money)


def of(header: list[str], row: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    some_rows = st.lists(row.map(list), min_size=1, max_size=4)
    return st.tuples(st.just("file"), st.tuples(names, st.just(header), some_rows))


files = st.one_of(
    of(SHORT, short), of(FULL, full), of(FULL, full), of(LINES, lines), of(NUMBERED, numbered), of(REFUNDS, refunds),
    of(SHOP, visitors), of(FLOW, sources), of(ITEMS, items), of(ADS, ads),
)  # fmt: skip
typed = st.tuples(st.just("typed"), st.tuples(st.sampled_from(["brush_amt", "consult_uv", "uv"]), st.integers(1, 5)))
undone = st.tuples(st.just("undo"), st.integers(0, 9))


def made_once(step: Step) -> Step:
    """The file with each order made at the one moment of its number: no platform ever moves it, and the days whose
    lines count as known reach from the first such day of a file to the last."""
    what, (name, header, cells) = step
    if header in (SHORT, FULL):
        made = header.index("订单创建时间")
        cells = [[*row[:made], f"2026-03-0{row[0][-1]} 08:00:00", *row[made + 1 :]] for row in cells]
    return what, (name, header, cells)


def stand(*models: type[Model], without: Sequence[str] = ("id",)) -> list[list[tuple[Any, ...]]]:
    """All rows of the tables, in a fixed order."""
    names = [[f.attname for f in model._meta.concrete_fields if f.attname not in without] for model in models]
    return [rows(model, *fields) for model, fields in zip(models, names, strict=True)]


def take(store: Store, step: Step) -> Upload | None:
    """One thing that happens to a store."""
    what, told = step
    if what == "file":
        name, header, cells = told
        return bring(store, content(header, *cells), "直通车.csv" if header == ADS else name, on_problem="skip")
    if what == "typed":
        enter(store, told[0], march(told[1]), "12", None)
        return None
    done = [upload for upload in Upload.objects.filter(store=store) if undo.can_undo(upload)]
    if done:
        back(done[told % len(done)])
    return None


def back(upload: Upload) -> bool:
    """Undo; False when later files are in the way."""
    try:
        undo.request(upload)
    except undo.Refused:
        return False
    undo.undo(upload)
    assert upload.state == "undone", upload.error
    return True


def open_store() -> Store:
    store = create_store("engine", "Engine", "tmall")
    Cost.objects.create(product=Product.objects.create(store=store, code="M1", title=""), from_day=march(1), cost_fen=7)
    return store


random = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="ENGINE_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@random
@given(steps=st.lists(st.one_of(files, files, files, typed, undone), min_size=4, max_size=12))
def test_days_counted_as_they_change_equal_days_counted_from_scratch(steps: list[Step]) -> None:
    with transaction.atomic():
        store = open_store()
        for step in steps:
            take(store, step)
            rollups.rebuild(store)
        grown = stand(*SUMS)
        rollups.rebuild(store, rollups.all_days(store))
        assert stand(*SUMS) == grown
        transaction.set_rollback(True)


@pytest.mark.django_db
@random
@given(steps=st.lists(files.map(made_once), min_size=2, max_size=8), which=st.integers(0, 7))
def test_an_undone_import_is_as_if_it_had_never_been(steps: list[Step], which: int) -> None:
    which %= len(steps)
    trace = ("id", "upload_id", "product_id_ref", "store_id")
    with transaction.atomic():
        uploads = [take(store, step) for store in [open_store()] for step in steps]
        could = not undo.can_undo(uploads[which]) or back(uploads[which])
        same = {n for n, each in enumerate(uploads) if each.notes.get("same_as") == uploads[which].pk}  # not even read
        gone = {which, *same} if could else set()
        left = stand(*FACTS, Coverage, without=trace)
        transaction.set_rollback(True)
    with transaction.atomic():
        store = open_store()
        for n, step in enumerate(steps):
            if n not in gone:
                take(store, step)
        assert stand(*FACTS, Coverage, without=trace) == left
        transaction.set_rollback(True)


@pytest.mark.django_db
@random
@given(steps=st.lists(files, min_size=2, max_size=8))
def test_all_imports_undone_from_the_last_leave_nothing(steps: list[Step]) -> None:
    with transaction.atomic():
        store = open_store()
        enter(store, "brush_amt", march(2), "5", None)
        for step in steps:
            take(store, step)
            rollups.rebuild(store)
        for upload in Upload.objects.filter(store=store).order_by("-pk"):
            assert not undo.can_undo(upload) or back(upload)
        rollups.rebuild(store)
        assert stand(*FACTS, Coverage, TouchedRows, RowBefore, DaysTold) == [[]] * (len(FACTS) + 4)
        assert rows(StoreDay, "day", "brush_amt", "pay_amt", "covered") == [(march(2), 500, None, "")]
        assert Entry.objects.count() == 1
        transaction.set_rollback(True)
