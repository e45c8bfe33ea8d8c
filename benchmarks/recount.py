"""P6 and P7: ten thousand new lines until the KPIs show them, with little and with much history."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

from django.db import connection

from benchmarks import lines, shop
from benchmarks.lines import DAYS, FIRST_DAY
from benchmarks.result import Result, median, seconds
from kpis.models import BuyerDay, ChannelDay, ProductDay, StoreDay
from kpis.sums import rollups

NEW = 10_000


def settle() -> None:
    """Let the server tidy up after the history now: its vacuum and checkpoints would run beside what is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def new_lines(number: int) -> float:
    """Seconds from two files (orders and items) to rebuilt rollups. Each number is two days of its own after the
    history, so that no repetition finds fuller days than the one before."""
    store = shop.store("bench-0")
    first = FIRST_DAY + dt.timedelta(days=DAYS + 2 * number)
    made = lines.make(NEW, seed=600 + number, store=0, first=first, days=2)
    orders = lines.write_order_list(made, shop.FOLDER / f"ExportOrderList2026060112{number:02d}.csv")
    items = lines.write_item_list(made, shop.FOLDER / f"ExportOrderDetailList2026060112{number:02d}.csv")

    def work() -> None:
        shop.load(store, orders)
        shop.load(store, items)
        rollups.rebuild(store)

    return seconds(work)


def all_sums() -> list[Any]:
    """Every rollup row, comparable."""
    found: list[Any] = []
    for model in (StoreDay, ProductDay, ChannelDay, BuyerDay):
        names = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
        rows = (
            [bytes(x) if isinstance(x, memoryview) else x for x in row]
            for row in model._default_manager.values_list(*names)
        )
        found += [sorted(map(repr, rows))]
    return found


def recount(little: int, much: int, again: int) -> Iterator[Result]:
    """`little` and `much` are the lines of history; the tables grow from one to the other in between."""
    costs, have, full, number = [], 0, 0.0, itertools.count()
    for size in (little, much):
        shop.add_history(size - have, seed=500 + have // 1000)
        have = size
        full = seconds(shop.full_rollup)
        settle()
        new_lines(next(number))  # warm
        costs.append(median([new_lines(next(number)) for _again in range(again)]))
    before = all_sums()
    shop.full_rollup()
    same = all_sums() == before
    note = "equal to a full rebuild" if same else "NOT EQUAL to a full rebuild"
    name = f"P6 10k new lines, {much:,} : {little:,}"
    yield Result(name, f"{costs[1]:.2f} s", f"{costs[0]:.2f} s", costs[1] / costs[0], 1.2, at_most=True, note=note)
    goal = 100 if much >= 10_000_000 else 100 * much / 10_000_000
    note = "" if goal == 100 else "the goal of 100 is for 10M; here in proportion"
    yield Result(
        "P7 the same against a full rollup", f"{costs[1]:.2f} s", f"{full:.2f} s", full / costs[1], goal, note=note
    )
