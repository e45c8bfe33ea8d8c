"""People and products counted once: they never add up over days. People of a span are counted in `sums.crowds`; what is
here is counted on the base rows.

Every counter takes groups of local days and answers with one count a group, in one statement where it can.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection

from kpis.models import Order, OrderLine, ProductDay
from kpis.segments import CORE_DAYS, CORE_ORDERS
from kpis.sums import crowds
from kpis.sums.crowds import DAY, YEAR, runs
from stores.models import Store

Group = Sequence[dt.date]  # days in ascending order, at least one
Counter = Callable[[Store, Sequence[Group]], list[int]]
T = TypeVar("T")
ORDER, LINE, PRODUCT_DAY = (model._meta.db_table for model in (Order, OrderLine, ProductDay))
AT_ONCE = 1200  # groups in one statement: the days of three years


def count(key: str, store: Store, groups: Sequence[Group]) -> list[int]:
    """How many different ones there are in each group of days."""
    if key in crowds.COUNTERS:
        return crowds.count(key, [((store.pk, tuple(days)),) for days in groups])
    return COUNTERS[key](store, groups) if groups else []


def disjoint(items: Iterable[T], days: Callable[[T], Iterable[object]], most: int = AT_ONCE) -> list[list[T]]:
    """The items in as few statements as may be: a statement puts each day into one of them only."""
    batches: list[tuple[list[T], set[object]]] = []
    for item in dict.fromkeys(items):
        mine = set(days(item))
        batch, taken = next((x for x in batches if len(x[0]) < most and x[1].isdisjoint(mine)), ([], set()))
        if not batch:
            batches.append((batch, taken))
        batch.append(item)
        taken |= mine
    return [batch for batch, _taken in batches]


def told_apart(counter: Counter) -> Counter:
    """The counter, asked of groups that share no day: a period and the part of it that is compared share theirs."""

    def counted(store: Store, groups: Sequence[Group]) -> list[int]:
        found: dict[Group, int] = {}
        for batch in disjoint([tuple(days) for days in groups], lambda days: days):
            found.update(zip(batch, counter(store, batch), strict=True))
        return [found[tuple(days)] for days in groups]

    return counted


def _case(column: str, groups: Sequence[Group]) -> tuple[str, list[Any]]:
    """SQL that tells which group a day belongs to (null = none)."""
    parts, values = [], []
    for i, days in enumerate(groups):
        for first, last in runs(days):
            parts.append(f"WHEN {column} BETWEEN %s AND %s THEN {i}")
            values += [first, last]
    return f"CASE {' '.join(parts)} END", values


def _ask(sql: str, values: list[Any], groups: Sequence[Group]) -> list[int]:
    found = dict.fromkeys(range(len(groups)), 0)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found.update({row[0]: int(row[1]) for row in cursor.fetchall() if row[0] is not None})
    return list(found.values())


def _span(store: Store, groups: Sequence[Group]) -> list[Any]:
    return [store.pk, min(days[0] for days in groups), max(days[-1] for days in groups)]


@told_apart
def sold_items(store: Store, groups: Sequence[Group]) -> list[int]:
    """Products with a paid unit in the group."""
    case, values = _case("day", groups)
    sql = f"""SELECT g, COUNT(DISTINCT product_id_ref) FROM (SELECT {case} AS g, product_id_ref FROM {PRODUCT_DAY}
        WHERE store_id = %s AND day BETWEEN %s AND %s AND pay_item_cnt > 0) x GROUP BY g"""
    return _ask(sql, [*values, *_span(store, groups)], groups)


def buyers_by_product(store: Store, days: Group, products: Collection[int] | None = None) -> dict[int | None, int]:
    """Buyers of each product (Product.id; None = lines of no known product) over the days; `products`: of these."""
    spans = runs(days)
    where = " OR ".join(["o.pay_day BETWEEN %s AND %s"] * len(spans))
    only = (
        "" if products is None else f" AND l.product_id_ref IN ({', '.join(str(int(x)) for x in products) or 'NULL'})"
    )
    sql = f"""SELECT l.product_id_ref, COUNT(DISTINCT o.buyer_key) FROM {ORDER} o
        JOIN {LINE} l ON l.store_id = %s AND l.order_no = o.order_no
        WHERE o.store_id = %s AND ({where}){only} GROUP BY l.product_id_ref"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [store.pk, store.pk, *(end for span in spans for end in span)])
        return {row[0]: int(row[1]) for row in cursor.fetchall()}


@told_apart
def a_items(store: Store, groups: Sequence[Group]) -> list[int]:
    """The fewest products that make 80 % of the group's paid amount, up to and including the one that crosses it."""
    case, values = _case("day", groups)
    sql = f"""SELECT g, SUM(pay_amt) FROM (SELECT {case} AS g, product_id_ref, pay_amt FROM {PRODUCT_DAY}
        WHERE store_id = %s AND day BETWEEN %s AND %s AND product_id_ref IS NOT NULL) x
        WHERE g IS NOT NULL GROUP BY g, product_id_ref HAVING SUM(pay_amt) > 0 ORDER BY g, SUM(pay_amt) DESC"""
    sold: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *_span(store, groups)])
        for g, amount in cursor.fetchall():
            sold.setdefault(g, []).append(int(amount))
    return [_crossing(sold.get(g, [])) for g in range(len(groups))]


def _crossing(amounts: list[int]) -> int:
    """How many of these, largest first, it takes to reach 80 % of their sum."""
    whole, upto = sum(amounts), 0
    for n, amount in enumerate(amounts, 1):
        upto += amount
        if upto * 100 >= whole * 80:
            return n
    return 0


def among(stores: Sequence[int]) -> str:
    """SQL: an order of one of these stores, whose numbers are its parameters."""
    return f"store_id IN ({', '.join(['%s'] * len(stores))})"


def fans(stores: Sequence[int], last: dt.date) -> int:
    """Core customers by the rule (`kpis.segments`) in the 365 days up to `last`, all stores taken together."""
    sql = f"""SELECT COUNT(*) FROM (SELECT buyer_key FROM {ORDER}
        WHERE {among(stores)} AND pay_day BETWEEN %s AND %s AND buyer_key IS NOT NULL
        GROUP BY buyer_key HAVING COUNT(*) >= %s AND MAX(pay_day) >= %s) x"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*stores, last - YEAR + DAY, last, CORE_ORDERS, last - (CORE_DAYS - 1) * DAY])
        return int(cursor.fetchone()[0])


COUNTERS: dict[str, Counter] = {
    "sold_items": sold_items,
    "a_items": a_items,
}
