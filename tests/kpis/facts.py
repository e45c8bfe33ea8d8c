"""Facts as tests write them: money in yuan as text, days as day numbers of March 2026 (or dates)."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kpis import queries
from kpis.answers import Figure
from kpis.models import (
    AdSpend,
    ChannelTraffic,
    Coverage,
    Order,
    OrderLine,
    OrderStatus,
    Refund,
    RefundStatus,
    ShopTraffic,
)
from kpis.sums import rollups
from opsplan.lib.periods import Period
from stores.models import Store

ZONE = ZoneInfo("Asia/Shanghai")
NUMBERS = itertools.count(1)
Day = int | dt.date


def march(day: Day) -> dt.date:
    return day if isinstance(day, dt.date) else dt.date(2026, 3, day)


def span(first: Day, last: Day) -> Period:
    return Period(march(first), march(last))


def fen(yuan: str | None) -> int | None:
    return None if yuan is None else int(Decimal(yuan) * 100)


def noon(day: Day) -> dt.datetime:
    return dt.datetime.combine(march(day), dt.time(12), tzinfo=ZONE)


def cover(store: Store, kind: str, first: Day, last: Day | None = None, detail: str = "", **more: Any) -> None:
    period = span(first, first if last is None else last)
    Coverage.objects.bulk_create(Coverage(store=store, kind=kind, detail=detail, day=d, **more) for d in period)


def order(
    store: Store, made: Day, pay: str | None = None, *, paid: Day | None = None, refund: str = "0",
    buyer: int | None = None, total: str | None = None, no: str = "", **more: Any,
) -> Order:  # fmt: skip
    """An order made on a day; with `pay` it was paid, on `paid` or the same day."""
    paid_on = None if pay is None else march(made if paid is None else paid)
    more.setdefault("status", OrderStatus.UNPAID if pay is None else OrderStatus.PAID)
    return Order.objects.create(
        store=store, order_no=no or f"N{next(NUMBERS)}", created_at=noon(made), order_day=march(made),
        paid_at=paid_on and noon(paid_on), pay_day=paid_on, total_fen=fen(total or pay or "100") or 0, pay_fen=fen(pay),
        refund_fen=fen(refund) or 0, buyer_key=buyer, **more,
    )  # fmt: skip


def line(of: Order, price: str, qty: int = 1, product: int | None = None, key: str = "") -> OrderLine:
    return OrderLine.objects.create(
        store=of.store, order_no=of.order_no, line_key=key or f"L{next(NUMBERS)}", code="x", price_fen=fen(price),
        qty=qty, product_id_ref=product,
    )  # fmt: skip


def refund(of: Order, settled: Day, amount: str, **more: Any) -> Refund:
    more = {"status": RefundStatus.SUCCEEDED, "refund_no": f"R{next(NUMBERS)}", **more}
    return Refund.objects.create(
        store=of.store, order_no=of.order_no, settled_at=noon(settled),
        settled_day=march(settled), amount_fen=fen(amount), **more,
    )  # fmt: skip


def traffic(store: Store, day: Day, uv: int, **more: Any) -> None:
    ShopTraffic.objects.create(store=store, day=march(day), uv=uv, **more)
    cover(store, "traffic", day)


def flow(store: Store, day: Day, name: str, channel: str, uv: int, detail: str = "", **more: Any) -> None:
    ChannelTraffic.objects.create(
        store=store, day=march(day), flow=name, detail=detail, channel_key=channel, uv=uv, **more
    )


def spend(store: Store, day: Day, channel: str, cost: str, grain: str = "account", **more: Any) -> None:
    more.setdefault("subject", "" if grain == "account" else f"S{next(NUMBERS)}")
    AdSpend.objects.create(store=store, day=march(day), channel_key=channel, grain=grain, cost_fen=fen(cost), **more)
    Coverage.objects.get_or_create(store=store, kind="ads", detail=channel, day=march(day))


def count(store: Store) -> None:
    """Roll up everything."""
    rollups.rebuild(store, rollups.all_days(store))


def read(store: Store, key: str, first: Day, last: Day | None = None) -> Figure:
    return queries.figures(store, [key], span(first, first if last is None else last), compare=())[key]


def value(store: Store, key: str, first: Day, last: Day | None = None) -> str:
    return str(read(store, key, first, last).value)
