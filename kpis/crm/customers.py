"""The customers of a store and the class each is in (`kpis.segments`), on the evening of any local day.

Read from the orders themselves, so that a day long gone is judged by the same rules as today; two days beside one
another tell who moved. People are keyed hashes; nobody's name is known here.
"""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Max, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.figures.readings import Reader
from kpis.metrics import METRICS
from kpis.models import CustomerMark, Order, Refund, RefundStatus, SegmentRules
from kpis.models.rollups import kept
from kpis.segments import CLASSES, CORE_DAYS, CORE_ORDERS, NUMBERS, YEAR, Cuts
from kpis.sums.counting import GUESSED, KNOWN
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from stores.models import Store
from stores.snapshot import once

ORDER, REFUND, MARK = (model._meta.db_table for model in (Order, Refund, CustomerMark))
Parameters = list[Any]


@dataclass(frozen=True)
class Segment:
    """A class, or all of them. core: how many are core customers; share, net_share: of all customers and of what they
    paid, None where there is nothing."""

    number: int | None
    people: int = 0
    orders: int = 0
    net: Decimal = Decimal(0)
    core: int = 0
    share: Decimal | None = None
    net_share: Decimal | None = None

    @property
    def core_share(self) -> Decimal | None:
        return Decimal(self.core) / self.people if self.people else None

    @property
    def net_each(self) -> Decimal | None:
        return self.net / self.people if self.people else None

    @property
    def orders_each(self) -> Decimal | None:
        return Decimal(self.orders) / self.people if self.people else None


@dataclass(frozen=True)
class Segments:
    """All customers of a store on the evening of a day. average: yuan of an average order of that year, None without
    one; unknown: paid orders of the year that tell no buyer; core, by_hand: core customers, and those of them that are
    it by hand alone; since: the first paid day known, where that is less than a year back."""

    day: dt.date
    cuts: Cuts
    average: Decimal | None
    parts: tuple[Segment, ...]
    whole: Segment
    unknown: int
    by_hand: int
    agreed: int
    since: dt.date | None


def rules_of(store: Store) -> SegmentRules:
    return once(
        ("segment rules", store.pk),
        lambda: SegmentRules.objects.filter(store=store).first() or SegmentRules(store=store),
    )


def year_to(day: dt.date) -> Period:
    return Period(day - (YEAR - 1) * DAY, day)


def average_order(store: Store, day: dt.date) -> Decimal | None:
    """客单价 by orders of the year up to the day, as the KPI says; None without one."""

    def read() -> Decimal | None:
        return Reader(store, ["aov_order"]).figure(METRICS["aov_order"], year_to(day)).value

    return once(("average order", store.pk, day), read)


def judged(store: Store, day: dt.date, cuts: Cuts, average: Decimal | None) -> tuple[str, Parameters]:
    """SQL for `WITH`: `judged`, a row for each customer of the year up to the day."""
    span = year_to(day)
    recency = " ".join(f"WHEN last_day >= %s THEN {5 - i}" for i in range(len(cuts.recency)))
    frequency = " + ".join(["CASE WHEN orders >= %s THEN 1 ELSE 0 END"] * len(cuts.frequency))
    limits = cuts.money(average or Decimal(0))
    if cuts.multiples:
        money = "1 + " + " + ".join(["CASE WHEN net >= %s THEN 1 ELSE 0 END"] * len(limits))
    else:
        money = "5 - CAST((RANK() OVER (ORDER BY net DESC) - 1) * 5 / COUNT(*) OVER () AS integer)"
    high = " + ".join(f"CASE WHEN {name} >= %s THEN {bit} ELSE 0 END" for name, bit in (("r", 4), ("f", 2), ("m", 1)))
    core = f"(number = {NUMBERS['important_value']} OR (orders >= {CORE_ORDERS} AND last_day >= %s))"
    sql = f"""given AS (SELECT order_no, SUM(amount_fen) AS settled FROM {REFUND}
            WHERE store_id = %s AND status = {RefundStatus.SUCCEEDED} AND (settled_day IS NULL OR settled_day <= %s)
            GROUP BY order_no),
        bought AS (SELECT o.buyer_key, o.pay_day, COALESCE(o.pay_fen, 0) AS pay_fen, o.refund_fen,
                {GUESSED} AS guessed, COALESCE(g.settled, 0) AS settled
            FROM {ORDER} o LEFT JOIN given g ON g.order_no = o.order_no
            WHERE o.store_id = %s AND o.pay_day BETWEEN %s AND %s AND o.buyer_key IS NOT NULL),
        people AS (SELECT buyer_key, MAX(pay_day) AS last_day, COUNT(*) AS orders,
                CAST(SUM(pay_fen - {KNOWN}) AS bigint) AS net FROM bought GROUP BY buyer_key),
        scored AS (SELECT people.*, CASE {recency} ELSE 1 END AS r, 1 + {frequency} AS f, {money} AS m FROM people),
        classed AS (SELECT scored.*, {high} AS number FROM scored),
        judged AS (SELECT c.*, CASE WHEN {core} THEN 1 ELSE 0 END AS by_rule,
                CASE WHEN k.is_core THEN 1 ELSE 0 END AS marked, COALESCE(k.consent, '') AS consent
            FROM classed c LEFT JOIN {MARK} k ON k.store_id = %s AND k.buyer_key = c.buyer_key)"""
    values: Parameters = [store.pk, day, store.pk, span.first, span.last]
    values += [day - (days - 1) * DAY for days in cuts.recency]
    values += [*cuts.frequency, *limits, *cuts.high, day - (CORE_DAYS - 1) * DAY, store.pk]
    return sql, values


def classed(store: Store, day: dt.date) -> tuple[str, Parameters]:
    """`judged` by the store's cuts and its average order up to that day."""
    return judged(store, day, rules_of(store).cuts, average_order(store, day))


def asked(sql: str, values: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def segments(store: Store, day: dt.date) -> Segments:
    """The classes on the evening of that day."""
    cuts, noted = rules_of(store).cuts, marks_told(store)
    return kept(("segments", day, cuts, noted), store.pk, lambda: _segments(store, day, cuts))


def marks_told(store: Store) -> tuple[Any, ...]:
    """What changes with every note people make of a customer: no figure hangs on notes, so no data version tells."""
    marks = CustomerMark.objects.filter(store=store).order_by().values_list("consent", "is_core")
    return tuple(sorted(marks.annotate(Count("pk"), Max("at"))))


def _segments(store: Store, day: dt.date, cuts: Cuts) -> Segments:
    average = average_order(store, day)
    sql, values = judged(store, day, cuts, average)
    rows = asked(
        f"""WITH {sql} SELECT number, COUNT(*), SUM(orders), SUM(net),
            SUM(CASE WHEN by_rule + marked > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN by_rule = 0 THEN marked ELSE 0 END),
            SUM(CASE WHEN consent = %s THEN 1 ELSE 0 END) FROM judged GROUP BY number""",
        [*values, CustomerMark.Consent.AGREED],
    )
    found = {row[0]: Segment(row[0], row[1], int(row[2]), yuan(int(row[3])), int(row[4])) for row in rows}
    parts = [found.get(number, Segment(number)) for number in CLASSES]
    people, net = sum(each.people for each in parts), sum((each.net for each in parts), Decimal(0))
    shared = [
        replace(
            each,
            share=Decimal(each.people) / people if people else None,
            net_share=each.net / net if net > 0 else None,
        )
        for each in parts
    ]
    whole = Segment(None, people, sum(each.orders for each in parts), net, sum(each.core for each in parts))
    orders = Order.objects.filter(store=store, pay_day__range=(year_to(day).first, day))
    first = (
        Order.objects.filter(store=store, pay_day__isnull=False)
        .order_by("pay_day")
        .values_list("pay_day", flat=True)
        .first()
    )
    return Segments(
        day,
        cuts,
        average,
        tuple(shared),
        whole,
        orders.filter(buyer_key=None).count(),
        sum(int(row[5]) for row in rows),
        sum(int(row[6]) for row in rows),
        first if first is not None and first > year_to(day).first else None,
    )


def moves(store: Store, before: dt.date, day: dt.date) -> dict[tuple[int | None, int | None], int]:
    """How many customers went from one class to another between the evenings of two days; None: not a customer of the
    year up to that day (not yet, or no longer)."""
    cuts = rules_of(store).cuts
    return kept(("moves of customers", before, day, cuts), store.pk, lambda: _moves(store, before, day, cuts))


def _moves(store: Store, before: dt.date, day: dt.date, cuts: Cuts) -> dict[tuple[int | None, int | None], int]:
    then, old = judged(store, before, cuts, average_order(store, before))
    now, new = judged(store, day, cuts, average_order(store, day))
    rows = asked(
        f"""SELECT was, now, COUNT(*) FROM (SELECT buyer_key, MAX(was) AS was, MAX(now) AS now FROM (
                SELECT buyer_key, number AS was, CAST(NULL AS integer) AS now FROM (WITH {then} SELECT * FROM judged) b
                UNION ALL SELECT buyer_key, NULL, number FROM (WITH {now} SELECT * FROM judged) a) x
            GROUP BY buyer_key) y GROUP BY was, now""",
        [*old, *new],
    )
    return {(row[0], row[1]): row[2] for row in rows}


@dataclass(frozen=True)
class Bought:
    """What people of one class bought; number: None where they were no customers before. paid: yuan, whole orders."""

    number: int | None
    people: int
    orders: int
    paid: Decimal

    @property
    def key(self) -> str | None:
        return None if self.number is None else CLASSES[self.number][0]

    @property
    def label(self) -> Promise:
        return _("New: no order in the year before") if self.number is None else CLASSES[self.number][1]


def bought_by_class(store: Store, orders: QuerySet[Order], before: dt.date) -> list[Bought]:
    """Who placed these orders, by the class they were in on the evening of that day; the best class first."""
    sql, values = classed(store, before)
    people = orders.exclude(buyer_key=None).order_by().values("buyer_key").annotate(n=Count("pk"), paid=Sum("pay_fen"))
    mine, more = people.query.sql_with_params()
    rows = asked(
        f"""WITH {sql}, mine AS ({mine}) SELECT j.number, COUNT(*), SUM(b.n), SUM(COALESCE(b.paid, 0))
            FROM mine b LEFT JOIN judged j ON j.buyer_key = b.buyer_key GROUP BY j.number""",
        [*values, *more],
    )
    found = [Bought(row[0], row[1], int(row[2]), yuan(int(row[3]))) for row in rows]
    order = [*CLASSES, None]
    return sorted(found, key=lambda each: order.index(each.number))
