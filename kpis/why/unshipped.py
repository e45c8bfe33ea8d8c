"""Orders that are paid and were not shipped when the newest file told of them (S034), by the day they are due.

A file knows an order as it stood when it was exported. Late is what had waited longer than promised by then; what has
come due since is only to be looked up, for it may have left meanwhile.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Max
from django.db.models.functions import Coalesce

from kpis.models import Order, OrderStatus
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from stores.models import Store

PROMISE = dt.timedelta(hours=48)  # 2.6: unless promised otherwise
SOON = dt.timedelta(hours=24)
LOOK_BACK = 60 * DAY  # what is older has long left the files that are brought in
RECENT = 2 * DAY  # a file as old as that still tells of today's work
STATES = ("late", "check", "soon", "later")


@dataclass(frozen=True)
class Waiting:
    """An order that waits. as_of: when the file that says so was exported, None where it does not tell. waited: from
    the payment until then. state: late (then already), check (come due since), soon (within a day), later. is_recent:
    a file that was exported in the last two days says so."""

    order_no: str
    paid_at: dt.datetime
    due_at: dt.datetime
    as_of: dt.datetime | None
    waited: dt.timedelta
    state: str
    amount: Decimal
    units: int | None
    province: str
    is_recent: bool


@dataclass(frozen=True)
class Unshipped:
    """orders: the longest waiting first; as_of: of the newest order file that tells when it was exported."""

    orders: tuple[Waiting, ...]
    as_of: dt.datetime | None

    @property
    def counts(self) -> dict[str, int]:
        return counts_of(self.orders)


def counts_of(orders: Iterable[Waiting]) -> dict[str, int]:
    found = Counter(order.state for order in orders)
    return {state: found[state] for state in STATES}


def state_of(paid_at: dt.datetime, as_of: dt.datetime, now: dt.datetime) -> str:
    """Of an order that had not been shipped at `as_of`."""
    due_at = paid_at + PROMISE
    if due_at <= as_of:
        return "late"
    if due_at <= now:
        return "check"
    return "soon" if due_at - now <= SOON else "later"


def unshipped(store: Store) -> Unshipped:
    now, since = clock.now(), clock.today(store.timezone) - LOOK_BACK
    recent = Order.objects.filter(store=store, pay_day__gte=since)
    found = recent.filter(status=OrderStatus.PAID, paid_at__isnull=False).order_by("paid_at", "pk")
    orders = []
    for order in found.annotate(told_at=Coalesce("as_of", "upload__created_at")):
        if order.paid_at is None:
            continue
        at = order.told_at or order.paid_at
        orders.append(
            Waiting(
                order.order_no,
                order.paid_at,
                order.paid_at + PROMISE,
                order.told_at,
                max(at - order.paid_at, dt.timedelta()),
                state_of(order.paid_at, at, now),
                yuan(order.pay_fen or 0),
                order.item_qty,
                order.province,
                order.as_of is not None and order.as_of >= now - RECENT,
            )
        )
    return Unshipped(tuple(orders), recent.aggregate(at=Max("as_of"))["at"])


def late_now(store: Store) -> int:
    """Orders that were late when a file of the last two days was exported: something to act on today."""
    since = clock.today(store.timezone) - LOOK_BACK
    found = Order.objects.filter(store=store, status=OrderStatus.PAID, pay_day__gte=since)
    return found.filter(as_of__gte=clock.now() - RECENT).filter(as_of__gte=F("paid_at") + PROMISE).count()


def as_json(store: Store, state: str = "") -> dict[str, Any]:
    """All of them at once. `state`: only these orders."""
    found = unshipped(store)
    rows = [order_json(x) for x in found.orders if state in ("", x.state)]
    return head_json(found) | {"count": len(rows), "results": rows}


def head_json(found: Unshipped) -> dict[str, Any]:
    """What stands beside the orders."""
    hours = int(PROMISE.total_seconds() // 3600)
    return {"as_of": found.as_of and clock.utc(found.as_of), "promise_hours": hours, "counts": found.counts}


def order_json(x: Waiting) -> dict[str, Any]:
    """Amounts in yuan as strings, instants in UTC."""
    return {
        "order_no": x.order_no, "paid_at": clock.utc(x.paid_at), "due_at": clock.utc(x.due_at),
        "as_of": x.as_of and clock.utc(x.as_of), "state": x.state, "pay_amt": str(x.amount), "units": x.units,
        "province": x.province,
    }  # fmt: skip
