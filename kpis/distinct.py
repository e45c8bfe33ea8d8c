"""People and products counted once: they never add up over days, so any span is counted on the base rows.

Every function takes groups of local days and answers with one count a group, in one statement where it can.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection

from kpis.models import Order, OrderLine, ProductDay
from kpis.segments import CORE_DAYS, CORE_ORDERS
from stores.models import Store

Group = Sequence[dt.date]  # days in ascending order, at least one
Counter = Callable[[Store, Sequence[Group]], list[int]]
T = TypeVar("T")
ORDER, LINE, PRODUCT_DAY = (model._meta.db_table for model in (Order, OrderLine, ProductDay))
AT_ONCE = 1200  # groups in one statement: the days of three years
FEW = 6  # groups of days that are looked up one by one, however far apart; more are told apart in one reading
YEAR, DAY = dt.timedelta(days=365), dt.timedelta(days=1)


def count(key: str, store: Store, groups: Sequence[Group]) -> list[int]:
    """How many different ones there are in each group of days."""
    return COUNTERS[key](store, groups) if groups else []


def runs(days: Group) -> list[tuple[dt.date, dt.date]]:
    """Consecutive days as spans."""
    spans: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if spans and day - spans[-1][1] == DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


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


def _each(sql: str, store: Store, column: str, groups: Sequence[Group]) -> list[int]:
    """A count for each of a few groups, wherever they lie, in one statement: `sql` with the group's days put in."""
    parts: list[str] = []
    values: list[Any] = []
    for days in groups:
        spans = runs(days)
        within = " OR ".join([f"{column} BETWEEN %s AND %s"] * len(spans))
        parts.append(f"({sql} WHERE store_id = %s AND ({within}))")
        values += [store.pk, *(end for span in spans for end in span)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return [int(n) for n in cursor.fetchone()]


def _span(store: Store, groups: Sequence[Group]) -> list[Any]:
    return [store.pk, min(days[0] for days in groups), max(days[-1] for days in groups)]


def _people(column: str) -> Counter:
    @told_apart
    def many(store: Store, groups: Sequence[Group]) -> list[int]:
        case, values = _case(column, groups)
        sql = f"""SELECT g, COUNT(DISTINCT buyer_key) FROM (SELECT {case} AS g, buyer_key FROM {ORDER}
            WHERE store_id = %s AND {column} BETWEEN %s AND %s) x GROUP BY g"""
        return _ask(sql, [*values, *_span(store, groups)], groups)

    def counter(store: Store, groups: Sequence[Group]) -> list[int]:
        if len(groups) > FEW:
            return many(store, groups)
        return _each(f"SELECT COUNT(DISTINCT buyer_key) FROM {ORDER}", store, column, groups)

    return counter


pay_buyers, order_buyers = _people("pay_day"), _people("order_day")


@told_apart
def repeat_buyers(store: Store, groups: Sequence[Group]) -> list[int]:
    """Buyers with two or more paid orders in the group."""
    case, values = _case("pay_day", groups)
    sql = f"""SELECT g, COUNT(*) FROM (SELECT g, buyer_key FROM (SELECT {case} AS g, buyer_key FROM {ORDER}
        WHERE store_id = %s AND pay_day BETWEEN %s AND %s AND buyer_key IS NOT NULL) x
        GROUP BY g, buyer_key HAVING COUNT(*) >= 2) y GROUP BY g"""
    return _ask(sql, [*values, *_span(store, groups)], groups)


@told_apart
def order_pay_buyers(store: Store, groups: Sequence[Group]) -> list[int]:
    """People whose order was both made and paid in the group."""
    made, values = _case("order_day", groups)
    paid, more = _case("pay_day", groups)
    sql = f"""SELECT g, COUNT(DISTINCT buyer_key) FROM (SELECT {made} AS g, {paid} AS h, buyer_key FROM {ORDER}
        WHERE store_id = %s AND order_day BETWEEN %s AND %s AND pay_day IS NOT NULL) x WHERE g = h GROUP BY g"""
    return _ask(sql, [*values, *more, *_span(store, groups)], groups)


def old_buyers(store: Store, groups: Sequence[Group]) -> list[int]:
    """Buyers of the group who had also paid in the 365 days before its first day: one statement a group."""
    found = []
    for days in groups:
        case, values = _case("pay_day", [days])
        sql = f"""SELECT g, COUNT(DISTINCT buyer_key) FROM (SELECT {case} AS g, buyer_key FROM {ORDER}
            WHERE store_id = %s AND pay_day BETWEEN %s AND %s AND buyer_key IN (SELECT buyer_key FROM {ORDER}
                WHERE store_id = %s AND pay_day BETWEEN %s AND %s AND buyer_key IS NOT NULL)) x GROUP BY g"""
        before = [store.pk, days[0] - YEAR, days[0] - DAY]
        found += _ask(sql, [*values, *_span(store, [days]), *before], [days])
    return found


def new_buyers(store: Store, groups: Sequence[Group]) -> list[int]:
    """Buyers of the group who had not paid in the 365 days before its first day."""
    return [a - b for a, b in zip(pay_buyers(store, groups), old_buyers(store, groups), strict=True)]


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


def cohort(stores: Sequence[int], last: dt.date, days: int) -> tuple[int, int]:
    """Buyers of the `days` before the last `days` up to `last`, and how many of them bought again in those; of stores
    (their ids) whose buyer keys are comparable."""
    later, earlier = last - days * DAY + DAY, last - 2 * days * DAY + DAY
    sql = f"""SELECT COUNT(*), SUM(came_back) FROM (SELECT buyer_key,
            MAX(CASE WHEN pay_day >= %s THEN 1 ELSE 0 END) AS came_back,
            MAX(CASE WHEN pay_day < %s THEN 1 ELSE 0 END) AS was_there
        FROM {ORDER} WHERE {among(stores)} AND pay_day BETWEEN %s AND %s AND buyer_key IS NOT NULL
        GROUP BY buyer_key) x WHERE was_there = 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [later, later, *stores, earlier, last])
        people, again = cursor.fetchone()
    return int(people), int(again or 0)


def fans(stores: Sequence[int], last: dt.date) -> int:
    """Core customers by the rule (`kpis.segments`) in the 365 days up to `last`; stores as for `cohort`."""
    sql = f"""SELECT COUNT(*) FROM (SELECT buyer_key FROM {ORDER}
        WHERE {among(stores)} AND pay_day BETWEEN %s AND %s AND buyer_key IS NOT NULL
        GROUP BY buyer_key HAVING COUNT(*) >= %s AND MAX(pay_day) >= %s) x"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*stores, last - YEAR + DAY, last, CORE_ORDERS, last - (CORE_DAYS - 1) * DAY])
        return int(cursor.fetchone()[0])


COUNTERS: dict[str, Counter] = {
    "pay_buyers": pay_buyers,
    "order_buyers": order_buyers,
    "repeat_buyers": repeat_buyers,
    "order_pay_buyers": order_pay_buyers,
    "old_buyers": old_buyers,
    "new_buyers": new_buyers,
    "sold_items": sold_items,
    "a_items": a_items,
}
