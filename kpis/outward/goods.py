"""Figures by product for the product pages: sales of the table, units by day, what is bought together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from kpis.answers import Cell, Figure
from kpis.figures import per_product
from kpis.figures.dayrows import Days
from kpis.figures.readings import Reader
from kpis.metrics import evaluate
from kpis.models import Order, OrderLine, ProductDay, StoreDay
from kpis.models.rollups import kept
from opsplan.lib.periods import DAY, Period
from opsplan.statements import Statement
from stores.models import Store

GOODS = ("net_amt", "pay_amt", "pay_item_cnt", "pay_order_cnt", "uv", "gross", "gross_rate")
UNITS = "pay_item_cnt"
Points = tuple[tuple[dt.date, Decimal | None], ...]
LEAST_TOGETHER = 5  # baskets: of fewer a pair says nothing
LEAST_ORDERS = 20  # of either product


class Goods:
    """Metrics of a store's products over a period, by product id. The sums of all are read at once (a statement for
    each set of days that some metrics have); a figure is made when it is asked for. products: only these are read.
    by_day: of a few products, and for metrics without buyers, the days themselves are read and added up here, so that
    `units_by_day` needs no statement for them."""

    def __init__(
        self,
        store: Store,
        period: Period,
        keys: Sequence[str] = GOODS,
        products: Sequence[int] | None = None,
        *,
        by_day: bool = False,
    ) -> None:
        self.reader, self.period = Reader(store, keys), period
        self.metrics = {key: self.reader.metric(key, period.last) for key in keys}
        self.reader.load(period)
        self.days = {
            key: tuple(day for day in period if per_product.is_covered(self.reader, m, day))
            for key, m in self.metrics.items()
        }
        needs: dict[Days, set[str]] = defaultdict(set)
        for key, m in self.metrics.items():
            needs[self.days[key]].update(m.needs)
        if by_day:
            columns = tuple(sorted({UNITS}.union(*needs.values())))
            self.rows = per_product.days_of(store, tuple(period), products, columns)
            self.place = columns.index(UNITS) + 2
            self.sums = {days: added_up(self.rows, columns, sorted(every), days) for days, every in needs.items()}
        else:
            self.sums = {
                days: per_product.sums(self.reader, sorted(every), days, products) for days, every in needs.items()
            }

    def __contains__(self, product: int) -> bool:
        """Whether anything is known of it."""
        return any(product in sums for sums in self.sums.values())

    def figure(self, product: int, key: str) -> Figure:
        m, days = self.metrics[key], self.days[key]
        parts = per_product.parts(self.reader, m, self.period, days, self.sums[days].get(product, {}))
        return self.reader.answer(m, self.period, parts.inputs, parts.marks, parts.missing)

    def row(self, product: int) -> dict[str, Figure]:
        """Every metric of one product."""
        return {key: self.figure(product, key) for key in self.metrics}

    def cells(self, product: int) -> dict[str, Cell]:
        """Every metric of one product, as a table shows it."""
        return {key: self.cell(product, key) for key in self.metrics}

    def cell(self, product: int, key: str) -> Cell:
        value, unit = self.value(product, key), self.metrics[key].unit
        return Cell(value, unit, () if value is not None else self.figure(product, key).missing)

    def value(self, product: int, key: str) -> Decimal | None:
        """Only the number."""
        sums, m = self.sums[self.days[key]].get(product), self.metrics[key]
        return None if sums is None else evaluate(m, {n: sums.get(n) for n in m.needs})

    def units_by_day(self, products: Sequence[int]) -> dict[int, Points]:
        """`unit_series` of products whose days were read (`by_day`)."""
        rows = ((row[0], row[1], row[self.place]) for row in self.rows)
        return series(self.reader.store, self.period, products, rows)

    @classmethod
    def places(cls, store: Store, period: Period, key: str) -> dict[int, int]:
        """By product id the place of each product that has this metric, smallest first, equal ones alike: what a table
        of thousands is sorted by. The sums of all are read once a data version in each process."""

        def read() -> dict[int, int]:
            known = cls(store, period, (key,))
            told = {pk: known.value(pk, key) for pk in known.sums[known.days[key]] if pk is not None}
            values = {pk: value for pk, value in told.items() if value is not None}
            place = {value: place for place, value in enumerate(sorted(set(values.values())))}
            return {pk: place[value] for pk, value in values.items()}

        return kept(("places", key, period), store.pk, read)


def added_up(
    rows: Iterable[Sequence[Any]], columns: Sequence[str], needs: Sequence[str], days: Days
) -> dict[int | None, dict[str, Decimal | None]]:
    """`per_product.sums` of rows (day, product, *columns) of a few products that have been read already."""
    wanted, of = frozenset(days), defaultdict[int | None, list[Sequence[Any]]](list)
    for row in rows:
        if row[0] in wanted:
            of[row[1]].append(row)
    out: dict[int | None, dict[str, Decimal | None]] = {}
    for product, mine in of.items():
        line = out[product] = {}
        for n in needs:
            place = columns.index(n) + 2
            told = [row[place] for row in mine if row[place] is not None]
            line[n] = per_product.sum_of(n, sum(told) if told else None, len(told) == len(mine))
    return out


@Statement
def days_sold(store: Any, first: Any, last: Any) -> QuerySet[StoreDay, dt.date]:
    """The days on which it is known of some product what it sold."""
    sold = ProductDay.objects.filter(store=store, day=OuterRef("day"), pay_item_cnt__isnull=False)
    return StoreDay.objects.filter(Exists(sold), store=store, day__gte=first, day__lte=last).values_list(
        "day", flat=True
    )


def unit_series(store: Store, period: Period, products: Sequence[int]) -> dict[int, Points]:
    """Paid units of each product by day, for sparklines: 0 on days the shop sold and it did not, None on days nothing
    is known of."""
    return series(store, period, products, per_product.days_of(store, tuple(period), products, (UNITS,)))


def series(store: Store, period: Period, products: Sequence[int], rows: Iterable[Sequence[Any]]) -> dict[int, Points]:
    """The same of rows (day, product, units)."""
    known = kept(("sold", period), store.pk, lambda: set(days_sold.rows(store, period.first, period.last)))
    nothing = {day: Decimal(0) if day in known else None for day in period}
    found: dict[int, dict[dt.date, Decimal | None]] = {pk: nothing.copy() for pk in products}
    for day, pk, units in rows:
        if pk in found:
            found[pk][day] = None if units is None else Decimal(units)
    return {pk: tuple(told.items()) for pk, told in found.items()}


@dataclass(frozen=True)
class Pair:
    """Two products in one basket. together, first_cnt, second_cnt, orders: paid orders. support: of all orders both;
    confidence: of those with the first also the second; lift: how many times more often than by chance."""

    first: int
    second: int
    together: int
    first_cnt: int
    second_cnt: int
    orders: int

    @property
    def support(self) -> Decimal:
        return Decimal(self.together) / self.orders

    @property
    def confidence(self) -> Decimal:
        return Decimal(self.together) / self.first_cnt

    @property
    def lift(self) -> Decimal:
        return Decimal(self.together) * self.orders / (Decimal(self.first_cnt) * self.second_cnt)


def pairs(store: Store, period: Period, product: int | None = None, most: int = 50) -> list[Pair]:
    """What was bought together in paid orders of the period, the pairs with most lift first; with `product`: those of
    it, as the first. Pairs that too few baskets hold are left out."""
    line, order = OrderLine._meta.db_table, Order._meta.db_table
    pair = "x.product AS one, y.product AS other, COUNT(*) AS n FROM b x JOIN b y"
    pair += " ON x.order_no = y.order_no AND x.product < y.product GROUP BY x.product, y.product"
    if product:  # SQLite would go through all baskets for each of its own
        pair = f"{int(product)} AS one, product AS other, COUNT(*) AS n FROM b WHERE product <> {int(product)}"
        pair += f" AND order_no IN (SELECT order_no FROM b WHERE product = {int(product)}) GROUP BY product"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH b AS (SELECT DISTINCT l.order_no, l.product_id_ref AS product FROM {line} l
                JOIN {order} o ON o.store_id = l.store_id AND o.order_no = l.order_no
                WHERE l.store_id = %s AND o.pay_day BETWEEN %s AND %s AND l.product_id_ref IS NOT NULL),
            s AS (SELECT product, COUNT(*) AS n FROM b GROUP BY product),
            p AS (SELECT {pair} HAVING COUNT(*) >= %s)
            SELECT p.one, p.other, p.n, s1.n, s2.n, (SELECT COUNT(DISTINCT order_no) FROM b) FROM p
            JOIN s s1 ON s1.product = p.one JOIN s s2 ON s2.product = p.other WHERE s1.n >= %s AND s2.n >= %s""",
            [store.pk, period.first, period.last, LEAST_TOGETHER, LEAST_ORDERS, LEAST_ORDERS],
        )
        rows = [[int(x) for x in row] for row in cursor.fetchall()]
    found = []
    for one, other, together, count, other_count, orders in rows:
        turned = product is None and other_count < count
        ends = (other, one, together, other_count, count) if turned else (one, other, together, count, other_count)
        found.append(Pair(*ends, orders))
    return sorted(found, key=lambda x: (-x.lift, -x.together, x.first, x.second))[:most]


@dataclass(frozen=True)
class Basket:
    """The paid orders that hold a product: how many, and the units of whatever else and itself in them."""

    orders: int
    units: int

    @property
    def upt(self) -> Decimal:
        """连带率 of these orders: units of an order."""
        return Decimal(self.units) / self.orders


def basket_units(store: Store, period: Period, products: Sequence[int] | None = None) -> dict[int, Basket]:
    """The orders paid in the period by the product they hold (its id); `products`: only of these. Orders of which no
    line is known do not count."""
    line, order = OrderLine._meta.db_table, Order._meta.db_table
    only = "" if products is None else f"AND l.product_id_ref IN ({', '.join(str(int(x)) for x in products) or 'NULL'})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH b AS (SELECT DISTINCT l.order_no, l.product_id_ref AS product FROM {line} l
                JOIN {order} o ON o.store_id = l.store_id AND o.order_no = l.order_no
                WHERE l.store_id = %s AND o.pay_day BETWEEN %s AND %s AND l.product_id_ref IS NOT NULL {only}),
            n AS (SELECT order_no, SUM(qty) AS units FROM {line} WHERE store_id = %s
                AND order_no IN (SELECT order_no FROM b) GROUP BY order_no)
            SELECT b.product, COUNT(*), SUM(n.units) FROM b JOIN n ON n.order_no = b.order_no GROUP BY b.product""",
            [store.pk, period.first, period.last, store.pk],
        )
        return {product: Basket(int(orders), int(units)) for product, orders, units in cursor.fetchall()}


def last_days(today: dt.date, count: int) -> Period:
    """The `count` whole days before `today`."""
    return Period(today - count * DAY, today - DAY)
