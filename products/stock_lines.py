"""How products sell, as the figures say it, and whose stock has fallen below its line."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from opsplan.lib import clock
from products import stock_queries
from products.models import StockPace
from products.stock import Level
from staff.services import spawn_tasks
from stores.models import Store


@dataclass(frozen=True)
class Pace:
    """How a product sold: units of the last 7 and 28 days and of how many of them orders are known (None = of none),
    and its last day with a sale, None when it is longer ago than was looked."""

    units_7: int | None
    days_7: int
    units_28: int | None
    days_28: int
    last_sold: dt.date | None


PACE_FIELDS = ("units_7", "days_7", "units_28", "days_28", "last_sold", "through")


def set_paces(store: Store, paces: Mapping[int, Pace], through: dt.date) -> int:
    """What the figures say of each product (by id) up to the closed local day `through`; a last sale that is known
    stays known. Returns how many products changed."""
    there = {x.product_id: x for x in StockPace.objects.filter(product__store=store, product__in=paces)}
    fresh, changed = [], []
    for product, pace in paces.items():
        row = there.get(product) or StockPace(product_id=product)
        before = tuple(getattr(row, name) for name in PACE_FIELDS)
        row.units_7, row.days_7, row.units_28, row.days_28 = pace.units_7, pace.days_7, pace.units_28, pace.days_28
        row.last_sold = max((x for x in (row.last_sold, pace.last_sold) if x), default=None)
        row.through = through
        if product not in there:
            fresh.append(row)
        elif before != tuple(getattr(row, name) for name in PACE_FIELDS):
            changed.append(row)
    StockPace.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    StockPace.objects.bulk_update(changed, PACE_FIELDS, batch_size=500)
    return len(fresh) + len(changed)


@transaction.atomic
def check_lines(store: Store, products: Sequence[int] | None = None) -> int:
    """Hold stock against its lines (ids of products; None = all): whatever has fallen below gets its task exactly once,
    whatever has come back is ready to alert again. Returns how many fell."""
    fell, today = 0, clock.today(store.timezone)
    if products is not None and not products:
        return 0
    for row in stock_queries.lines(store, products):
        is_low = row.level is Level.ALERT
        if is_low == row.is_low:
            continue
        pace = StockPace.objects.filter(product=row.product_id)
        if not is_low:
            pace.update(low_since=None)
            continue
        StockPace.objects.bulk_create([StockPace(product_id=row.product_id)], ignore_conflicts=True)
        if pace.filter(low_since=None).update(low_since=today, crossings=F("crossings") + 1):
            fell += 1
            turn = pace.values_list("crossings", flat=True).get()
            text = _("%(product)s: %(left)s left, the line is %(line)s")
            words = text % {"product": row.title, "left": row.on_hand - row.held - row.due, "line": row.line.alert}
            spawn_tasks(
                store, "stock_low", f"{row.product_id}:{turn}", subject=words, about=f"product {row.product_id}"
            )
    return fell
