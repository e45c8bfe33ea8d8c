"""The stock of a day that has passed."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from opsplan.lib.periods import DAY
from products.models import StockMovement
from products.stock_lines import Pace
from products.stock_queries import StockRow, row_of, settings_of
from products.stock_statements import balances_of, moved_since, told_of
from stores.models import Store

SUMS = ("there", "promised", "out")


def lines_then(store: Store, day: dt.date, paces: Mapping[int, Pace]) -> list[StockRow]:
    """`stock_queries.lines` as they were at the end of a local day, walked back from what is there now, and as things
    sold then (`paces` by product); only products whose stock was known by then."""
    until = dt.datetime.combine(day + DAY, dt.time(), ZoneInfo(store.timezone))
    before = StockMovement.objects.filter(store=store, sku__is_active=True, at__lt=until).order_by()
    known = set(before.values_list("sku__product", flat=True).distinct())
    since = {x["sku__product"]: x for x in moved_since.rows(store, until)}
    now, usual, found = {x["sku__product"]: x for x in balances_of.rows(store, None)}, settings_of(store), []
    for told in told_of.rows(store, None):
        pk = told["pk"]
        if pk in known and pk in now:
            then = {**now[pk], **{name: now[pk][name] - since[pk][name] for name in SUMS if pk in since}}
            pace = vars(paces[pk]) if pk in paces else {}
            found.append(row_of({**told, **pace}, then, usual, store))
    return found
