"""Our daily figures against what the platform says of the same days itself (生意参谋 店铺 by day): 对账.

Where the paid amounts differ, the difference is put down to causes: each is worked out from the orders, and the fewest
whose amounts come to the difference to the fen are named. What they leave over stays unexplained, and is said so.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum

from kpis.models import Coverage, Fee, Order, OrderStatus, Refund, ShopTraffic, StoreDay
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from stores.models import Store

CAUSES = ("closed", "freight", "order_day", "subsidy")
MISSING_SHOWN = 200
STANDING_DAYS = 60  # how long before its payment an order may have been made: a presale's first day
FEWEST, LEAST_SHARE = 3, 100  # a gap: at least so many orders of a day, and one in so many, are missing


@dataclass(frozen=True)
class Side:
    """One telling of a day: paid amount (fen), paid orders, buyers; None = it does not say."""

    amount_fen: int | None = None
    orders: int | None = None
    buyers: int | None = None


@dataclass(frozen=True)
class Cause:
    """Why our amount may differ: key (one of CAUSES), and by how much (fen, ours minus theirs)."""

    key: str
    fen: int


@dataclass(frozen=True)
class DayCheck:
    """A local day told twice. causes: those that explain the difference. has_orders: an order file speaks of the day;
    is_partial: only of a part of it."""

    day: dt.date
    ours: Side
    theirs: Side
    has_orders: bool
    is_partial: bool
    causes: tuple[Cause, ...] = ()

    @property
    def off_fen(self) -> int | None:
        """Ours minus theirs."""
        ours, theirs = self.ours.amount_fen, self.theirs.amount_fen
        return None if ours is None or theirs is None else ours - theirs

    @property
    def rest_fen(self) -> int | None:
        """What no cause explains."""
        return None if self.off_fen is None else self.off_fen - sum(cause.fen for cause in self.causes)

    @property
    def missing_orders(self) -> int:
        """How many orders more than we the platform counts."""
        ours, theirs = self.ours.orders, self.theirs.orders
        return 0 if ours is None or theirs is None else max(theirs - ours, 0)


class Standing(NamedTuple):
    """Orders that were not paid when they were last told of, and may have been since: made first to last."""

    orders: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Gap:
    """Closed days on which the platform counts more paid orders than we do, and by how much in all (fen)."""

    days: tuple[dt.date, ...]
    orders: int
    fen: int
    standing: Standing | None


@dataclass(frozen=True)
class Check:
    """The days of a period that the platform or an order file tells of, oldest first, and the orders that only other
    files name: order number -> what names it (refunds, fees). missing_more: those beyond the first 200. standing: what
    may have been paid on days on which orders are missing."""

    days: tuple[DayCheck, ...]
    missing: Mapping[str, tuple[str, ...]]
    missing_more: int = 0
    standing: Standing | None = None

    @property
    def both(self) -> tuple[DayCheck, ...]:
        """The days told by both sides: what totals are made of."""
        return tuple(day for day in self.days if day.off_fen is not None)

    @property
    def total(self) -> dict[str, int]:
        """Sums over the days told by both, in fen; people are not added up."""
        return {
            "ours_fen": sum(day.ours.amount_fen or 0 for day in self.both),
            "theirs_fen": sum(day.theirs.amount_fen or 0 for day in self.both),
            "off_fen": sum(day.off_fen or 0 for day in self.both),
            "rest_fen": sum(day.rest_fen or 0 for day in self.both),
            "agree": sum(day.off_fen == 0 for day in self.both),
            "missing_orders": sum(day.missing_orders for day in self.both if day.off_fen),
        }


def explained(off_fen: int, candidates: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """The fewest causes whose amounts come to the difference exactly; () when none do, or there is none."""
    for size in range(1, len(candidates) + 1) if off_fen else ():
        for chosen in combinations(candidates, size):
            if sum(cause.fen for cause in chosen) == off_fen:
                return chosen
    return ()


def check(store: Store, period: Period) -> Check:
    """Our days against the platform's own."""
    platform = {t.day: t for t in ShopTraffic.objects.filter(store=store, day__range=(period.first, period.last))}
    told = dict(
        Coverage.objects.filter(
            store=store, kind=Coverage.SourceKind.ORDERS, day__range=(period.first, period.last)
        ).values_list("day", "is_partial")
    )
    paid, made = paid_days(store, period), amounts_by_order_day(store, period)
    days = []
    for day in sorted(platform.keys() | told.keys()):
        found, has_orders = paid.get(day, {}), day in told
        ours = Side(found.get("amount") or 0, found.get("n", 0), people(found)) if has_orders else Side()
        t = platform.get(day)
        theirs = Side(t.pay_amt_fen, t.pay_orders, t.pay_buyers) if t else Side()
        one = DayCheck(day, ours, theirs, has_orders, told.get(day, False))
        if one.off_fen:
            tried = tuple(candidates(found, made.get(day, 0)))
            one = DayCheck(day, ours, theirs, has_orders, told[day], explained(one.off_fen, tried))
        days.append(one)
    missing = dict(unknown_orders(store, period))
    short = [day.day for day in days if day.off_fen and day.missing_orders]
    return Check(
        tuple(days),
        dict(list(missing.items())[:MISSING_SHOWN]),
        max(len(missing) - MISSING_SHOWN, 0),
        standing(store, short[-1]) if short else None,
    )


def standing(store: Store, until: dt.date) -> Standing | None:
    """Orders made on or before the day that stood unpaid when a file last told of them, before that day was over: a
    presale's balance is paid long after the order was made, and a list of the newest orders does not hold it."""
    end = dt.datetime.combine(until + DAY, dt.time(), ZoneInfo(store.timezone))
    rows = Order.objects.filter(
        Q(as_of=None) | Q(as_of__lt=end), store=store, status=OrderStatus.UNPAID, pay_day=None,
        order_day__range=(until - STANDING_DAYS * DAY, until),
    )  # fmt: skip
    found = rows.aggregate(n=Count("id"), first=Min("order_day"), last=Max("order_day"))
    return Standing(found["n"], found["first"], found["last"]) if found["n"] else None


def gap(store: Store, period: Period) -> Gap | None:
    """Days of the period on which the platform counts clearly more paid orders and more money than we do."""
    days = StoreDay.objects.filter(store=store, day__range=(period.first, period.last), pay_order_cnt__isnull=False)
    ours = {row.day: row for row in days if "orders" not in row.unfinished.split()}
    told = ShopTraffic.objects.filter(store=store, day__in=ours, pay_orders__isnull=False, pay_amt_fen__isnull=False)
    short, orders, fen = [], 0, 0
    for t in told.order_by("day"):
        theirs, row = Side(t.pay_amt_fen, t.pay_orders), ours[t.day]
        one = DayCheck(t.day, Side(row.pay_amt or 0, row.pay_order_cnt), theirs, has_orders=True, is_partial=False)
        missing = one.missing_orders
        if missing >= FEWEST and missing * LEAST_SHARE >= (theirs.orders or 0) and (one.off_fen or 0) < 0:
            short.append(t.day)
            orders, fen = orders + missing, fen - (one.off_fen or 0)
    return Gap(tuple(short), orders, fen, standing(store, short[-1])) if short else None


def people(found: Mapping[str, Any]) -> int | None:
    """Buyers of a day; None where some orders hide theirs."""
    return found.get("people", 0) if found.get("keyed", 0) == found.get("n", 0) else None


def candidates(found: Mapping[str, Any], made_fen: int) -> Iterator[Cause]:
    """What other ways of counting would make of the day, in fen ours minus theirs."""
    amounts = {
        "closed": found.get("closed") or 0,
        "freight": found.get("freight") or 0,
        "order_day": (found.get("amount") or 0) - made_fen,
        "subsidy": -(found.get("subsidy") or 0),
    }
    yield from (Cause(key, amounts[key]) for key in CAUSES if amounts[key])


def paid_days(store: Store, period: Period) -> dict[dt.date, dict[str, Any]]:
    """Paid orders by the day of payment: amounts in fen."""
    rows = (
        Order.objects.filter(store=store, pay_day__range=(period.first, period.last))
        .values("pay_day")
        .annotate(
            n=Count("id"),
            amount=Sum("pay_fen"),
            freight=Sum("freight_fen"),
            subsidy=Sum("subsidy_fen"),
            closed=Sum("pay_fen", filter=Q(status=OrderStatus.CLOSED_REFUNDED)),
            keyed=Count("buyer_key"),
            people=Count("buyer_key", distinct=True),
        )
    )
    return {day: dict(row) for row in rows if (day := row["pay_day"])}


def amounts_by_order_day(store: Store, period: Period) -> dict[dt.date, int]:
    """The same orders' paid amounts by the day they were made (fen)."""
    rows = (
        Order.objects.filter(store=store, order_day__range=(period.first, period.last), pay_day__isnull=False)
        .values("order_day")
        .annotate(amount=Sum("pay_fen"))
    )
    return {row["order_day"]: row["amount"] or 0 for row in rows}


def unknown_orders(store: Store, period: Period) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Orders that refunds and fees of the period name and no order file has told of, by number."""
    known = Order.objects.filter(store=store, order_no=OuterRef("order_no"))
    span = (period.first, period.last)
    named = {
        "refunds": Refund.objects.filter(store=store, settled_day__range=span),
        "fees": Fee.objects.filter(store=store, day__range=span).exclude(order_no=""),
    }
    found: dict[str, list[str]] = defaultdict(list)
    for what, rows in named.items():
        for number in rows.filter(~Exists(known)).values_list("order_no", flat=True).distinct():
            found[number].append(what)
    for number in sorted(found):
        yield number, tuple(found[number])


def as_json(store: Store, period: Period) -> dict[str, Any]:
    """A check as REST and the command line tell it: money in yuan with two decimals, no value = null."""
    found = check(store, period)
    total = found.total
    return {
        "store": store.slug,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "days": [day_json(day) for day in found.days],
        "total": {
            "ours": {"pay_amt": str(yuan(total["ours_fen"]))},
            "platform": {"pay_amt": str(yuan(total["theirs_fen"]))},
            "difference": str(yuan(total["off_fen"])),
            "unexplained": str(yuan(total["rest_fen"])),
            "days": len(found.both),
            "days_that_agree": total["agree"],
        },
        "missing_orders": [{"order_no": number, "named_by": list(what)} for number, what in found.missing.items()],
        "missing_orders_more": found.missing_more,
    }


def day_json(day: DayCheck) -> dict[str, Any]:
    def side(one: Side) -> dict[str, Any]:
        amount = None if one.amount_fen is None else str(yuan(one.amount_fen))
        return {"pay_amt": amount, "pay_order_cnt": one.orders, "pay_buyers": one.buyers}

    return {
        "day": day.day.isoformat(),
        "ours": side(day.ours),
        "platform": side(day.theirs),
        "difference": None if day.off_fen is None else str(yuan(day.off_fen)),
        "causes": [{"cause": cause.key, "amount": str(yuan(cause.fen))} for cause in day.causes],
        "unexplained": None if day.rest_fen is None else str(yuan(day.rest_fen)),
        "has_orders": day.has_orders,
        "partial": day.is_partial,
    }
