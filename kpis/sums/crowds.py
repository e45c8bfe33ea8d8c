"""How many different people bought, over any days of one store or of several: where buyer ids are comparable, a person
in two of them is one person.

People never add up over days. So each day keeps who they were (`BuyerDay`: keys in ascending order), and a span is
counted by putting its days together. A crowd is some stores, each with local days of its own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from django.db import connection

from kpis.models import BuyerDay, Order, OrderLine
from kpis.models.rollups import kept_each
from opsplan.lib.periods import month_of, runs_of
from stores.models import Store

Days = tuple[dt.date, ...]
Crowd = tuple[tuple[int, Days], ...]  # (store id, its days in ascending order, at least one)
Keys: TypeAlias = npt.NDArray[np.int64]
BUYER_DAY, LINE, ORDER = (model._meta.db_table for model in (BuyerDay, OrderLine, Order))
DAY, YEAR = dt.timedelta(days=1), dt.timedelta(days=365)
MOST_SPANS = 200  # in one statement; scattered days are read with those between them
KEPT = np.dtype("<i8")  # a buyer's key as a day keeps it
NOBODY: Keys = np.empty(0, KEPT)


def count(key: str, crowds: Sequence[Crowd]) -> list[int]:
    """How many different people there are in each crowd. KeyError for a measure that only a store can count."""
    return COUNTERS[key](crowds) if crowds else []


def runs(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Ascending days as spans without a gap."""
    spans: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if spans and day - spans[-1][1] == DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


# --- what a day keeps -----------------------------------------------------------------------------------------------


def note(store: Store, days: Collection[dt.date]) -> None:
    """Keep who bought on these local days. Inside the transaction in which they are counted."""
    BuyerDay.objects.filter(store=store, day__in=days).delete()
    orders = Order.objects.filter(store=store, buyer_key__isnull=False)
    paid: dict[Any, list[Any]] = defaultdict(list)
    for day, key in orders.filter(pay_day__in=days).values_list("pay_day", "buyer_key"):
        paid[day].append(key)
    made: dict[Any, list[Any]] = defaultdict(list)  # of each day pairs: who, and when it was paid
    for day, *told in orders.filter(order_day__in=days).values_list("order_day", "buyer_key", "pay_day"):
        made[day].append(told)
    BuyerDay.objects.bulk_create(
        BuyerDay(
            store=store,
            day=day,
            paid=kept(paid[day]),
            again=kept(repeated(ascending(paid[day]))),
            made=kept(key for key, _paid in made[day]),
            at_once=kept(key for key, pay_day in made[day] if pay_day == day),
            later=as_pairs((key, pay_day) for key, pay_day in made[day] if pay_day and pay_day != day),
        )
        for day in sorted(paid.keys() | made.keys())
    )


def kept(keys: Iterable[int]) -> bytes:
    """Each key once, as a day keeps them."""
    return different(ascending(keys)).tobytes()


def as_pairs(orders: Iterable[tuple[int, dt.date]]) -> bytes:
    """Buyers and the days they paid, by turns, each pair once, in ascending order."""
    pairs = sorted({(key, day.toordinal()) for key, day in orders})
    return np.array(pairs, KEPT).tobytes()


def ascending(keys: Iterable[int]) -> Keys:
    return np.sort(np.array(list(keys), KEPT))


def merged(parts: Sequence[Keys]) -> Keys:
    """Ascending keys of several parts, as often as they stand there."""
    if len(parts) < 2:
        return parts[0] if parts else NOBODY
    keys = np.concatenate(parts)
    keys.sort()
    return keys


def different(keys: Keys) -> Keys:
    """Each of ascending keys once."""
    first: Keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    return first


def repeated(keys: Keys) -> Keys:
    """Those of ascending keys that stand more than once."""
    again: Keys = keys[1:][keys[1:] == keys[:-1]]
    return again


# --- what is asked of days ------------------------------------------------------------------------------------------


ByDay = dict[tuple[int, dt.date], Keys]  # by store and day
Month = tuple[str, dt.date]  # a column, and the first day of a month


def read_sets(spans: Sequence[tuple[int, dt.date, dt.date]], columns: Sequence[str]) -> dict[str, ByDay]:
    """The columns of some spans of stores."""
    if len(spans) > MOST_SPANS:
        ends = {store: [x for x in spans if x[0] == store] for store, _first, _last in spans}
        spans = [(store, min(x[1] for x in each), max(x[2] for x in each)) for store, each in ends.items()]
    where = " OR ".join(["(store_id = %s AND day BETWEEN %s AND %s)"] * len(spans))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT store_id, day, {', '.join(columns)} FROM {BUYER_DAY} WHERE {where}",
            [x for span in spans for x in span],
        )
        rows = cursor.fetchall()
    return {
        column: {(row[0], row[1]): np.frombuffer(row[place], KEPT) for row in rows}
        for place, column in enumerate(columns, 2)
    }


def read_months(store: int, lost: Sequence[Month]) -> dict[Month, ByDay]:
    """Columns of months of one store."""
    spans = [(store, run.first, run.last) for run in runs_of(month_of(day) for day in sorted({day for _, day in lost}))]
    found = read_sets(spans, sorted({column for column, _day in lost}))
    months: dict[Month, ByDay] = {month: {} for month in lost}
    for column, days in found.items():
        for at, keys in days.items():
            if (month := (column, at[1].replace(day=1))) in months:
                months[month][at] = keys
    return months


def weigh(month: ByDay) -> int:
    """Bytes, about."""
    return 1000 + sum(300 + keys.nbytes for keys in month.values())


class Sets:
    """Columns of the days of some crowds, read in one statement; those of one store by whole months, each of which is
    read once a data version in this process."""

    def __init__(self, crowds: Iterable[Crowd], *columns: str) -> None:
        wanted: dict[int, set[dt.date]] = defaultdict(set)
        for store, days in chain.from_iterable(crowds):
            wanted[store].update(days)
        if len(wanted) > 1:
            spans = [(store, *span) for store, days in wanted.items() for span in runs(sorted(days))]
            self.found = read_sets(spans, columns)
            return
        self.found = {column: {} for column in columns}
        for store, told in wanted.items():
            names = [(column, first) for column in columns for first in {day.replace(day=1) for day in told}]
            for (column, _first), month in kept_each(names, store, partial(read_months, store), weigh).items():
                self.found[column].update(month)

    def together(self, column: str, crowd: Crowd) -> Keys:
        """The keys of all days, in ascending order, as often as there are days with them."""
        found = self.found[column]
        return merged([found[store, day] for store, days in crowd for day in days if (store, day) in found])


def _people(column: str) -> Callable[[Sequence[Crowd]], list[int]]:
    def counter(crowds: Sequence[Crowd]) -> list[int]:
        sets = Sets(crowds, column)
        return [len(different(sets.together(column, crowd))) for crowd in crowds]

    return counter


pay_buyers, order_buyers = _people("paid"), _people("made")


def repeat_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """Buyers with two or more paid orders in the crowd, in whichever of its stores: on two days, or on one."""
    sets = Sets(crowds, "paid", "again")
    found = ([repeated(sets.together("paid", x)), sets.together("again", x)] for x in crowds)
    return [len(different(merged(each))) for each in found]


def old_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """Buyers of the crowd who had paid in any of its stores in the 365 days before its first day."""
    return [old for _people, old in _with_old(crowds)]


def new_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """Buyers of the crowd who had not paid in any of its stores in the 365 days before its first day."""
    return [people - old for people, old in _with_old(crowds)]


def _with_old(crowds: Sequence[Crowd]) -> list[tuple[int, int]]:
    before = [_year_before(crowd) for crowd in crowds]
    sets = Sets([*crowds, *before], "paid")
    found = []
    for crowd, year in zip(crowds, before, strict=True):
        mine, theirs = (different(sets.together("paid", x)) for x in (crowd, year))
        found.append((len(mine), len(np.intersect1d(mine, theirs, assume_unique=True))))
    return found


def _year_before(crowd: Crowd) -> Crowd:
    first = min(days[0] for _store, days in crowd)
    year = tuple(first - x * DAY for x in range(YEAR.days, 0, -1))
    return tuple((store, year) for store, _days in crowd)


def came_back(stores: Sequence[int], last: dt.date, days: int) -> tuple[int, int]:
    """Buyers of the `days` before the last `days` up to `last`, and how many of them bought again in those; of stores
    (their ids) whose buyer keys are comparable."""
    span = tuple(last - x * DAY for x in range(2 * days - 1, -1, -1))
    earlier, later = (tuple((store, part) for store in stores) for part in (span[:days], span[days:]))
    sets = Sets([earlier, later], "paid")
    people, again = (different(sets.together("paid", x)) for x in (earlier, later))
    return len(people), len(np.intersect1d(people, again, assume_unique=True))


def order_pay_buyers(crowds: Sequence[Crowd]) -> list[int]:
    """People whose order was both made and paid in the crowd."""
    sets = Sets(crowds, "at_once", "later")
    return [len(different(merged([sets.together("at_once", crowd), *_later(sets, crowd)]))) for crowd in crowds]


def _later(sets: Sets, crowd: Crowd) -> Iterable[Keys]:
    """Of each store, who paid on another of the crowd's days than the order was made on."""
    for store, days in crowd:
        within = np.array([day.toordinal() for day in days])
        told = sets.found["later"]
        for day in days:
            pairs = told.get((store, day), NOBODY).reshape(-1, 2)
            if len(pairs):
                yield pairs[np.isin(pairs[:, 1], within), 0]


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
