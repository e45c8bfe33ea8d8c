"""People counted once over several stores: where buyer ids are comparable, a person in two of them is one person.

A crowd is some stores, each with local days of its own. Everything is counted in one statement a measure.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection

from kpis.distinct import DAY, LINE, ORDER, YEAR, disjoint, runs

Days = tuple[dt.date, ...]
Crowd = tuple[tuple[int, Days], ...]  # (store id, its days in ascending order, at least one)
AT_ONCE = 60  # crowds in one statement


def count(key: str, crowds: Sequence[Crowd]) -> list[int]:
    """How many different people there are in each crowd. KeyError for a measure that only a store can count."""
    found: dict[Crowd, int] = {}
    for batch in apart(crowds):
        found.update(zip(batch, COUNTERS[key](batch), strict=True))
    return [found[crowd] for crowd in crowds]


def apart(crowds: Iterable[Crowd]) -> list[list[Crowd]]:
    """The crowds in as few statements as may be: a statement puts each day of a store into one crowd only."""
    return disjoint(crowds, lambda crowd: ((store, day) for store, some in crowd for day in some), AT_ONCE)


def _case(column: str, crowds: Sequence[Crowd]) -> tuple[str, list[Any]]:
    """SQL that tells which crowd a day of a store belongs to (null = none)."""
    parts, values = [], []
    for i, crowd in enumerate(crowds):
        for store, days in crowd:
            for first, last in runs(days):
                parts.append(f"WHEN store_id = %s AND {column} BETWEEN %s AND %s THEN {i}")
                values += [store, first, last]
    return f"CASE {' '.join(parts)} END", values


def _inside(column: str, crowds: Sequence[Crowd]) -> tuple[str, list[Any]]:
    """SQL that narrows to the stores and days of the crowds, so that the index is used."""
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for store, days in (each for crowd in crowds for each in crowd):
        first, last = spans.get(store, (days[0], days[-1]))
        spans[store] = min(first, days[0]), max(last, days[-1])
    each = f"(store_id = %s AND {column} BETWEEN %s AND %s)"
    return f"({' OR '.join([each] * len(spans))})", [x for store, span in spans.items() for x in (store, *span)]


def _ask(sql: str, values: Iterable[Any], crowds: Sequence[Crowd]) -> list[int]:
    found = dict.fromkeys(range(len(crowds)), 0)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        found.update({row[0]: int(row[1]) for row in cursor.fetchall() if row[0] is not None})
    return list(found.values())


def _people(column: str) -> Callable[[Sequence[Crowd]], list[int]]:
    def counter(crowds: Sequence[Crowd]) -> list[int]:
        (case, values), (inside, more) = _case(column, crowds), _inside(column, crowds)
        sql = f"""SELECT g, COUNT(DISTINCT buyer_key) FROM
            (SELECT {case} AS g, buyer_key FROM {ORDER} WHERE {inside}) x GROUP BY g"""
        return _ask(sql, [*values, *more], crowds)

    return counter


pay_buyers, order_buyers = _people("pay_day"), _people("order_day")


def repeat_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """Buyers with two or more paid orders in the crowd, in whichever of its stores."""
    (case, values), (inside, more) = _case("pay_day", crowds), _inside("pay_day", crowds)
    sql = f"""SELECT g, COUNT(*) FROM (SELECT g, buyer_key FROM
        (SELECT {case} AS g, buyer_key FROM {ORDER} WHERE {inside} AND buyer_key IS NOT NULL) x
        GROUP BY g, buyer_key HAVING COUNT(*) >= 2) y GROUP BY g"""
    return _ask(sql, [*values, *more], crowds)


def order_pay_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """People whose order was both made and paid in the crowd."""
    (made, values), (paid, again) = _case("order_day", crowds), _case("pay_day", crowds)
    inside, more = _inside("order_day", crowds)
    sql = f"""SELECT g, COUNT(DISTINCT buyer_key) FROM (SELECT {made} AS g, {paid} AS h, buyer_key FROM {ORDER}
        WHERE {inside} AND pay_day IS NOT NULL) x WHERE g = h GROUP BY g"""
    return _ask(sql, [*values, *again, *more], crowds)


def old_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """Buyers of the crowd who had paid in any of its stores in the 365 days before its first day: a statement each."""
    found = []
    for crowd in crowds:
        (case, values), (inside, more) = _case("pay_day", [crowd]), _inside("pay_day", [crowd])
        first = min(days[0] for _store, days in crowd)
        year = (first - YEAR, first - DAY)
        before, told = _inside("pay_day", [tuple((store, year) for store, _days in crowd)])
        sql = f"""SELECT g, COUNT(DISTINCT buyer_key) FROM (SELECT {case} AS g, buyer_key FROM {ORDER}
            WHERE {inside} AND buyer_key IN
                (SELECT buyer_key FROM {ORDER} WHERE {before} AND buyer_key IS NOT NULL)) x GROUP BY g"""
        found += _ask(sql, [*values, *more, *told], [crowd])
    return found


def new_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """Buyers of the crowd who had not paid in any of its stores in the 365 days before its first day."""
    return [a - b for a, b in zip(pay_buyers(crowds), old_buyers(crowds), strict=True)]


COUNTERS: dict[str, Callable[[Sequence[Crowd]], list[int]]] = {
    "pay_buyers": pay_buyers,
    "order_buyers": order_buyers,
    "repeat_buyers": repeat_buyers,
    "order_pay_buyers": order_pay_buyers,
    "old_buyers": old_buyers,
    "new_buyers": new_buyers,
}


def of_products(store: int, days: Days, products: Sequence[int]) -> tuple[int, int]:
    """Orders paid on the days that hold any of the products, and their buyers, each once."""
    paid = runs(days)
    where, some = " OR ".join(["o.pay_day BETWEEN %s AND %s"] * len(paid)), ", ".join(["%s"] * len(products))
    sql = f"""SELECT COUNT(DISTINCT o.order_no), COUNT(DISTINCT o.buyer_key) FROM {ORDER} o
        JOIN {LINE} l ON l.store_id = %s AND l.order_no = o.order_no
        WHERE o.store_id = %s AND ({where}) AND l.product_id_ref IN ({some})"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [store, store, *(end for span in paid for end in span), *products])
        [(orders, buyers)] = cursor.fetchall()
    return int(orders), int(buyers)
