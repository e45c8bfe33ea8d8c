"""Customers one by one: those of a class, those of a list of people, and what one has ordered (`crm.customers`)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from kpis.crm.customers import ORDER, REFUND, Parameters, asked, classed, year_to
from kpis.models import CustomerMark, Order, OrderLine, RefundStatus
from kpis.segments import days_since
from kpis.sums.counting import GUESSED, KNOWN
from opsplan.lib.money import yuan
from stores.models import Store

Consent = CustomerMark.Consent
SORTS = {"last": "last_day", "orders": "orders", "net": "net"}


@dataclass(frozen=True)
class Customer:
    """One customer. days: since the last payment; net: yuan paid in the year less what was given back; number: of the
    class; by_hand: a core customer by a mark alone; latest: the number of the latest order, by which the platform finds
    the person."""

    key: int
    last_day: dt.date
    days: int
    orders: int
    net: Decimal
    scores: tuple[int, int, int]
    number: int
    is_core: bool
    by_hand: bool
    consent: str
    latest: str = ""

    @property
    def code(self) -> str:
        return f"{self.key:016x}"

    @property
    def short(self) -> str:
        return self.code[:8]


@dataclass(frozen=True)
class Wanted:
    """Which customers: of these classes, core or not, with that consent ("-" = not asked); "" and None = any."""

    number: int | None = None
    tier: str = ""  # core, ordinary
    consent: str = ""
    sort: str = "-net"


def marked(store: Store, key: int) -> CustomerMark | None:
    """What was noted of a customer."""
    return CustomerMark.objects.filter(store=store, buyer_key=key).select_related("by").first()


def customer_count(store: Store, day: dt.date, wanted: Wanted) -> int:
    """How many there are of those."""
    sql, values = classed(store, day)
    where, more = _where(wanted)
    [(count,)] = asked(f"WITH {sql} SELECT COUNT(*) FROM judged WHERE {where}", [*values, *more])
    return int(count)


def customers(store: Store, day: dt.date, wanted: Wanted, first: int, most: int) -> list[Customer]:
    """Those customers from `first` on, `most` at most."""
    sql, values = classed(store, day)
    where, more = _where(wanted)
    column = SORTS.get(wanted.sort.removeprefix("-"), "net")
    way = "DESC" if wanted.sort.startswith("-") or wanted.sort not in SORTS else "ASC"
    rows = asked(
        f"WITH {sql} SELECT {COLUMNS} FROM judged WHERE {where} ORDER BY {column} {way}, buyer_key LIMIT %s OFFSET %s",
        [*values, *more, most, first],
    )
    return _named(store, day, [_customer(row, day) for row in rows])


COLUMNS = "buyer_key, last_day, orders, net, r, f, m, number, by_rule, marked, consent"


def _where(wanted: Wanted) -> tuple[str, Parameters]:
    parts: list[str] = ["1 = 1"]
    values: Parameters = []
    if wanted.number is not None:
        parts.append("number = %s")
        values.append(wanted.number)
    if wanted.tier:
        parts.append("by_rule + marked > 0" if wanted.tier == "core" else "by_rule + marked = 0")
    if wanted.consent:
        parts.append("consent = %s")
        values.append("" if wanted.consent == "-" else wanted.consent)
    return " AND ".join(parts), values


def _customer(row: tuple[Any, ...], day: dt.date) -> Customer:
    key, last, orders, net, r, f, m, number, by_rule, marked, consent = row
    last = dt.date.fromisoformat(last) if isinstance(last, str) else last
    core = bool(by_rule or marked)
    return Customer(
        key, last, days_since(last, day), orders, yuan(int(net)), (r, f, m), number, core, core and not by_rule, consent
    )


def _named(store: Store, day: dt.date, found: Sequence[Customer]) -> list[Customer]:
    """With the number of each one's latest order up to the day."""
    latest: dict[int, str] = {}
    keys = [each.key for each in found]
    for start in range(0, len(keys), 500):
        some = Order.objects.filter(store=store, buyer_key__in=keys[start : start + 500], pay_day__lte=day)
        for key, order_no in some.order_by("paid_at", "order_no").values_list("buyer_key", "order_no"):
            latest[key or 0] = order_no
    return [replace(each, latest=latest.get(each.key, "")) for each in found]


def by_keys(store: Store, day: dt.date, keys: Sequence[int]) -> dict[int, Customer]:
    """Those of these people who are customers of the year up to the day."""
    if not keys:
        return {}
    sql, values = classed(store, day)
    found: list[Customer] = []
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        rows = asked(
            f"WITH {sql} SELECT {COLUMNS} FROM judged WHERE buyer_key IN ({', '.join(['%s'] * len(some))})",
            [*values, *some],
        )
        found += [_customer(row, day) for row in rows]
    return {each.key: each for each in _named(store, day, found)}


def known(store: Store, keys: Sequence[int]) -> set[int]:
    """Those of these people who have ever ordered."""
    found: set[int] = set()
    for start in range(0, len(keys), 500):
        some = Order.objects.filter(store=store, buyer_key__in=keys[start : start + 500])
        found |= {key for key in some.values_list("buyer_key", flat=True) if key is not None}
    return found


def is_known(store: Store, key: int) -> bool:
    """Whether somebody has ever ordered."""
    return Order.objects.filter(store=store, buyer_key=key).exists()


def orders_of(store: Store, key: int, day: dt.date) -> list[dict[str, Any]]:
    """A customer's paid orders of the year up to the day, newest first: order_no, day, paid, back (yuan), titles."""
    span = year_to(day)
    rows = asked(
        f"""SELECT order_no, pay_day, paid, {KNOWN}
            FROM (SELECT o.order_no, o.pay_day, COALESCE(o.pay_fen, 0) AS paid, o.refund_fen, {GUESSED} AS guessed,
                (SELECT COALESCE(SUM(r.amount_fen), 0) FROM {REFUND} r WHERE r.store_id = o.store_id
                    AND r.order_no = o.order_no AND r.status = {RefundStatus.SUCCEEDED}
                    AND (r.settled_day IS NULL OR r.settled_day <= %s)) AS settled
                FROM {ORDER} o WHERE o.store_id = %s AND o.buyer_key = %s AND o.pay_day BETWEEN %s AND %s) told
            ORDER BY pay_day DESC, order_no DESC""",
        [day, store.pk, key, span.first, span.last],
    )
    titles: dict[str, list[str]] = {}
    lines = OrderLine.objects.filter(store=store, order_no__in=[row[0] for row in rows]).order_by("id")
    for order_no, title, code in lines.values_list("order_no", "title", "code"):
        titles.setdefault(order_no, []).append(title or code)
    return [
        {
            "order_no": row[0],
            "day": dt.date.fromisoformat(row[1]) if isinstance(row[1], str) else row[1],
            "paid": yuan(int(row[2])),
            "back": yuan(int(row[3])),
            "titles": list(dict.fromkeys(titles.get(row[0], ()))),
        }
        for row in rows
    ]
