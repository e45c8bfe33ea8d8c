"""How many people the sales need, duty by duty, from the figures of now."""

import datetime as dt

from kpis import queries
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import headcount
from staff.headcount import Load, Need
from stores.models import Store

KEYS = ("pay_order_cnt", "consult_uv", "pay_amt")  # what it is told from


def loads(store: Store) -> dict[str, Load]:
    """The work of the last four weeks, and of the next as planned."""
    today = clock.today(store.timezone)
    with queries.one_version():
        rows = queries.breakdown(store, KEYS, queries.last_days(today, headcount.DAYS), "day")
        planned = queries.sales_targets(store, Period(today, today + (headcount.DAYS - 1) * DAY))
    orders, enquiries, sales = ([(dt.date.fromisoformat(x.key), x.values[key].value) for x in rows] for key in KEYS)
    return headcount.loads(orders, enquiries, sales, planned)


def needs(store: Store) -> dict[str, Need]:
    found = loads(store)
    return {key: headcount.need(rule, found.get(rule.basis, Load())) for key, rule in headcount.rules(store).items()}
