"""What the figures know of goods, told to the left: how products sell, and day by day what the stock ledger says.

Called after counting and every hour. Nothing is written that is known already, so it may run as often as it likes.
"""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from kpis.models import Entry, ProductDay, StoreDay
from kpis.models.rollups import bump, mark_stale
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from products import stock_lines, stock_queries
from products.models import Product
from products.stock import DEAD_DAYS, LONG_DAYS, RECENT_DAYS, SLOW_DAYS, local_day, slow
from products.stock_lines import Pace
from products.stock_queries import DayStock
from stores.models import Store

MOST_DAYS = 31  # of stock that are written at once, after a beat that was down


def push(store: Store) -> None:
    """How each product sells, whose stock has fallen below its line, and the stock at the end of each day."""
    through = clock.today(store.timezone) - DAY
    stock_lines.set_paces(store, paces(store, through), through)
    stock_lines.check_lines(store)
    write_days(store, through)


class Unsold:
    """Which products have not sold for 30 days, at the end of each day from `first` to `through`."""

    def __init__(self, store: Store, first: dt.date, through: dt.date) -> None:
        since = first - SLOW_DAYS * DAY
        told = StoreDay.objects.filter(store=store, day__range=(since, through)).values_list("day", "covered")
        self.known = {day for day, covered in told if "orders" in covered.split()}
        rows = ProductDay.objects.filter(store=store, day__range=(since, through), pay_item_cnt__gt=0)
        self.sold: dict[int, list[dt.date]] = defaultdict(list)
        for pk, day in rows.order_by("day").values_list("product_id_ref", "day"):
            self.sold[pk or 0].append(day)
        products = Product.objects.filter(store=store).values_list("pk", "launched_on", "created_at")
        self.listed = {pk: launched or local_day(made, store.timezone) for pk, launched, made in products}

    def count(self, told: DayStock) -> Decimal | None:
        """Products on sale with something left, listed and without a sale for 30 days; None where the orders of some of
        these days are not known."""
        if any(told.day - n * DAY not in self.known for n in range(SLOW_DAYS)):
            return None
        return Decimal(sum(self.is_slow(pk, told.day) for pk in told.left))

    def is_slow(self, pk: int, day: dt.date) -> bool:
        last = max((each for each in self.sold[pk] if each <= day), default=None)
        return slow(1, last, self.listed[pk], day, SLOW_DAYS, DEAD_DAYS) is not None


def paces(store: Store, through: dt.date) -> dict[int, Pace]:
    """Units of each product over the last 7 and 28 closed days whose orders are known, and its last day with a sale."""
    told = StoreDay.objects.filter(store=store, day__gt=through - LONG_DAYS * DAY, day__lte=through)
    known = {day for day, covered in told.values_list("day", "covered") if "orders" in covered.split()}
    recent = {day for day in known if day > through - RECENT_DAYS * DAY}
    units: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    days = ProductDay.objects.filter(store=store, day__in=known, pay_item_cnt__gt=0, product_id_ref__isnull=False)
    for day, product, n in days.values_list("day", "product_id_ref", "pay_item_cnt"):
        units[product or 0][0] += n or 0 if day in recent else 0
        units[product or 0][1] += n or 0
    sold = ProductDay.objects.filter(
        store=store,
        day__gt=through - DEAD_DAYS * DAY,
        day__lte=through,
        pay_item_cnt__gt=0,
        product_id_ref__isnull=False,
    )
    last = dict(sold.order_by().values_list("product_id_ref").annotate(day=Max("day")))
    seven, month = (len(recent), len(known))
    return {
        pk: Pace(units[pk][0] if seven else None, seven, units[pk][1] if month else None, month, last.get(pk))
        for pk in stock_queries.product_ids(store)
    }


@transaction.atomic
def write_days(store: Store, through: dt.date) -> int:
    """The stock of the closed days that have none yet, as daily entries of the store: units, value at cost, what came
    in and came back, what was out, what does not move. What somebody typed stays. Returns how many days."""
    began = stock_queries.ledger_began(store)
    if began is None or began > through:
        return 0
    done = Entry.objects.filter(store=store, measure="stock_qty").aggregate(day=Max("day"))["day"]
    first = max(began, through - (MOST_DAYS - 1) * DAY, (done or began - DAY) + DAY)
    days = [first + i * DAY for i in range((through - first).days + 1)]
    now, entries = clock.now(), []
    unsold = Unsold(store, days[0], through) if days else None
    for told in stock_queries.day_stocks(store, days):
        values: dict[str, Decimal | None] = {
            "stock_qty": Decimal(told.units),
            "stock_amt": None if told.value_fen is None else yuan(told.value_fen),
            "received_qty": Decimal(told.received),
            "restocked_qty": Decimal(told.returned),
            "oos_items": Decimal(told.out),
            "dead_items": unsold.count(told) if unsold else None,
        }
        entries += [
            Entry(store=store, measure=measure, day=told.day, value=value, updated_at=now)
            for measure, value in values.items()
            if value is not None
        ]
    if entries:
        Entry.objects.bulk_create(entries, ignore_conflicts=True, batch_size=500)
        mark_stale(store, days)
        bump(store)
    return len(days)
