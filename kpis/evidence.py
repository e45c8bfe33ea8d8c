"""The very rows behind a figure: which facts a measure counts, listed and added up straight from the facts.

A listing answers from the facts, not from the day rows, so that its total proves the figure. No listing holds a buyer's
data: not even the hashed id. Money in fen.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat

from kpis.measures import Measure
from kpis.models import AdSpend, ChannelTraffic, Entry, ItemTraffic, Order, OrderLine, Refund, RefundStatus, ShopTraffic
from kpis.models.facts import OrderStatus
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store

PAGE = 50
TOTAL_ROWS = ("", "汇总", "总计", "合计")
Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class Scope:
    """Which days and whose rows: the period without `skipped` days; one channel or product, if narrowed."""

    store: Store
    period: Period
    skipped: frozenset[dt.date] = frozenset()
    channel: str = ""
    product: int | None = None
    measure: str = ""  # for hand entries

    def on(self, field: str) -> Q:
        """The days of the scope, on a day column."""
        days = Q(store=self.store, **{f"{field}__range": (self.period.first, self.period.last)})
        return days & ~Q(**{f"{field}__in": sorted(self.skipped)}) if self.skipped else days


@dataclass(frozen=True)
class Listing:
    """Rows of one kind. columns: (field, kind), kind one of text, day, instant, money, count, status, refund_status."""

    key: str
    columns: tuple[tuple[str, str], ...]
    rows: Callable[[Scope], Rows]
    order: tuple[str, ...]


def settled() -> Subquery:
    """What the settled refund cases of an order gave back, in fen."""
    cases = Refund.objects.filter(store=OuterRef("store"), order_no=OuterRef("order_no"), status=RefundStatus.SUCCEEDED)
    return Subquery(cases.order_by().values("order_no").annotate(n=Sum("amount_fen")).values("n"))


def paid(scope: Scope) -> Rows:
    """Orders paid in the scope, with `known_fen` given back and `undated_fen` of it without a date (G5)."""
    orders = Order.objects.filter(scope.on("pay_day")).annotate(
        settled_fen=Coalesce(settled(), Value(0), output_field=BigIntegerField())
    )
    more = Q(refund_fen__gt=F("settled_fen"))
    zero = Value(0, output_field=BigIntegerField())
    return orders.annotate(
        known_fen=Case(When(more, then=F("refund_fen")), default=F("settled_fen"), output_field=BigIntegerField()),
        undated_fen=Case(
            When(more, then=F("refund_fen") - F("settled_fen")), default=zero, output_field=BigIntegerField()
        ),
    )


VALID = ~Q(status=OrderStatus.CLOSED_REFUNDED) & (Q(known_fen=0) | Q(known_fen__lt=F("pay_fen")))


def made(scope: Scope) -> Rows:
    return Order.objects.filter(scope.on("order_day"))


def lines(scope: Scope) -> Rows:
    """Lines of the orders paid in the scope."""
    orders = Order.objects.filter(scope.on("pay_day"))
    found = OrderLine.objects.filter(store=scope.store, order_no__in=orders.values("order_no"))
    found = found if scope.product is None else found.filter(product_id_ref=scope.product)
    pay_day = Order.objects.filter(store=OuterRef("store"), order_no=OuterRef("order_no")).values("pay_day")
    return found.annotate(pay_day=Subquery(pay_day))


def product_lines(scope: Scope) -> Rows:
    """Lines of one product with `share_fen`, their part of what the order was paid: by price x quantity in the order of
    the lines, so that the parts of an order sum to the fen; in even parts where the lines are worth nothing."""
    same = OrderLine.objects.filter(store=OuterRef("store"), order_no=OuterRef("order_no")).order_by()
    before = same.filter(line_key__lte=OuterRef("line_key"))
    worth = F("price_fen") * F("qty")

    def one(rows: Rows, what: Any) -> Subquery:
        return Subquery(rows.values("order_no").annotate(n=what).values("n"), output_field=BigIntegerField())

    pay = Order.objects.filter(store=OuterRef("store"), order_no=OuterRef("order_no")).values("pay_fen")
    found = lines(scope).annotate(
        pay=Coalesce(Subquery(pay), Value(0), output_field=BigIntegerField()),
        worth=worth,
        upto=one(before, Cast(Sum(worth), BigIntegerField())),
        whole=one(same, Cast(Sum(worth), BigIntegerField())),
        place=one(before, Count("pk")),
        lines=one(same, Count("pk")),
    )
    by_worth = F("pay") * F("upto") / F("whole") - F("pay") * (F("upto") - F("worth")) / F("whole")
    even = F("pay") * F("place") / F("lines") - F("pay") * (F("place") - 1) / F("lines")
    share = Case(When(whole__gt=0, then=by_worth), default=even, output_field=BigIntegerField())
    shared: Rows = found.annotate(share_fen=share)
    return shared


def without_lines(scope: Scope) -> Rows:
    return paid(scope).filter(~Exists(OrderLine.objects.filter(store=OuterRef("store"), order_no=OuterRef("order_no"))))


def refunds(scope: Scope) -> Rows:
    return Refund.objects.filter(scope.on("settled_day"), status=RefundStatus.SUCCEEDED)


def open_refunds(scope: Scope) -> Rows:
    """Cases applied for in the scope that have not succeeded."""
    zone = ZoneInfo(scope.store.timezone)
    start = dt.datetime.combine(scope.period.first, dt.time(), zone)
    end = dt.datetime.combine(scope.period.last + dt.timedelta(days=1), dt.time(), zone)
    cases = Refund.objects.filter(store=scope.store, applied_at__gte=start, applied_at__lt=end)
    return cases.exclude(status=RefundStatus.SUCCEEDED)


def traffic(scope: Scope) -> Rows:
    return ShopTraffic.objects.filter(scope.on("day"))


def items(scope: Scope) -> Rows:
    rows = ItemTraffic.objects.filter(scope.on("day"))
    return rows if scope.product is None else rows.filter(product_id_ref=scope.product)


def ads(scope: Scope) -> Rows:
    """Account rows, and subject rows where a channel has no account row that day: the other view of the same money."""
    rows = AdSpend.objects.filter(scope.on("day"))
    rows = rows.filter(channel_key=scope.channel) if scope.channel else rows
    account = AdSpend.objects.filter(store=OuterRef("store"), day=OuterRef("day"), channel_key=OuterRef("channel_key"))
    return rows.filter(Q(grain=AdSpend.Grain.ACCOUNT) | ~Exists(account.filter(grain=AdSpend.Grain.ACCOUNT)))


def shadowed_ads(scope: Scope) -> Rows:
    rows = AdSpend.objects.filter(scope.on("day"))
    rows = rows.filter(channel_key=scope.channel) if scope.channel else rows
    return rows.exclude(pk__in=ads(scope).values("pk"))


def flow(scope: Scope) -> Rows:
    return ChannelTraffic.objects.filter(pk__in=counted_flows(scope))


def shadowed_flow(scope: Scope) -> Rows:
    rows = ChannelTraffic.objects.filter(scope.on("day")).exclude(pk__in=counted_flows(replace(scope, channel="")))
    return rows.filter(channel_key=scope.channel) if scope.channel else rows


def counted_flows(scope: Scope) -> list[int]:
    """Ids of the flow rows that count: a source's total where all details belong to its channel, else the details."""
    groups: dict[tuple[dt.date, str], list[tuple[int, str, str]]] = defaultdict(list)
    rows = ChannelTraffic.objects.filter(scope.on("day")).order_by("day", "flow", "detail")
    for pk, day, name, detail, key in rows.values_list("pk", "day", "flow", "detail", "channel_key"):
        groups[day, name].append((pk, detail, key))
    found = []
    for group in groups.values():
        totals = [row for row in group if row[1] in TOTAL_ROWS][:1]
        details = [row for row in group if row[1] not in TOTAL_ROWS]
        own = bool(totals) and all(row[2] == totals[0][2] for row in details)
        found += [pk for pk, _detail, key in (totals if own else details) if not scope.channel or key == scope.channel]
    return found


def entries(scope: Scope) -> Rows:
    """Hand entries of `scope.measure` ("promo_cost_*": of every channel) that count: nothing replaces them."""
    rows = Entry.objects.filter(scope.on("day"))
    name = scope.measure
    if not name:
        return rows
    rows = rows.filter(measure__startswith=name[:-1]) if name.endswith("*") else rows.filter(measure=name)
    same = {"store": OuterRef("store"), "day": OuterRef("day")}
    if name.startswith("promo_cost_"):
        spent = AdSpend.objects.annotate(name=Concat(Value("promo_cost_"), "channel_key")).filter(
            **same, cost_fen__gt=0
        )
        return rows.exclude(Exists(spent.filter(name=OuterRef("measure"))))
    if name.startswith("uv_"):
        return rows.exclude(Exists(ChannelTraffic.objects.filter(**same, channel_key=name[3:], uv__isnull=False)))
    if name in SHOP_FIELDS:
        return rows.exclude(Exists(ShopTraffic.objects.filter(**same, **{f"{name}__isnull": False})))
    return rows


SHOP_FIELDS = ("uv", "pv", "visits", "new_uv", "old_uv")


def columns(text: str) -> tuple[tuple[str, str], ...]:
    """ "order_no:text status:status" as pairs."""
    return tuple((name, kind) for name, _colon, kind in (part.partition(":") for part in text.split()))


ORDER = columns(
    "order_no:text status:status created_at:instant paid_at:instant total_fen:money pay_fen:money freight_fen:money "
    "item_qty:count province:text"
)
GIVEN_BACK = (*ORDER, *columns("known_fen:money undated_fen:money"))
LINE = columns("pay_day:day order_no:text code:text title:text properties:text price_fen:money qty:count")
SHARE = (*LINE, *columns("share_fen:money"))
REFUND = columns(
    "refund_no:text order_no:text code:text status:refund_status applied_at:instant settled_at:instant "
    "amount_fen:money qty:count reason:text"
)
TRAFFIC = columns(
    "day:day uv:count pv:count visits:count new_uv:count old_uv:count shop_fav_uv:count item_fav_uv:count "
    "cart_uv:count order_buyers:count pay_buyers:count"
)
FLOW = columns(
    "day:day flow:text detail:text channel_key:channel uv:count pv:count fav_uv:count cart_uv:count order_buyers:count "
    "pay_buyers:count pay_amt_fen:money"
)
ITEM = columns("day:day item_id:text title:text uv:count pv:count fav_uv:count cart_uv:count pay_buyers:count")
AD = columns(
    "day:day channel_key:channel subject:text cost_fen:money impressions:count clicks:count sales_fen:money "
    "orders:count"
)

LISTINGS = {
    listing.key: listing
    for listing in (
        Listing("orders_made", ORDER, made, ("order_day", "id")),
        Listing("orders_paid", ORDER, paid, ("pay_day", "id")),
        Listing("orders_unpaid", ORDER, lambda s: made(s).filter(pay_day=None), ("order_day", "id")),
        Listing("orders_valid", GIVEN_BACK, lambda s: paid(s).filter(VALID), ("pay_day", "id")),
        Listing("orders_given_back", GIVEN_BACK, lambda s: paid(s).exclude(VALID), ("pay_day", "id")),
        Listing("orders_refunded", GIVEN_BACK, lambda s: paid(s).filter(known_fen__gt=0), ("pay_day", "id")),
        Listing("orders_undated", GIVEN_BACK, lambda s: paid(s).filter(undated_fen__gt=0), ("pay_day", "id")),
        Listing("orders_no_buyer", ORDER, lambda s: paid(s).filter(buyer_key=None), ("pay_day", "id")),
        Listing("orders_unlined", ORDER, without_lines, ("pay_day", "id")),
        Listing("lines", LINE, lines, ("pay_day", "order_no", "line_key")),
        Listing("product_lines", SHARE, product_lines, ("pay_day", "order_no", "line_key")),
        Listing("refunds", REFUND, refunds, ("settled_day", "id")),
        Listing("refunds_open", REFUND, open_refunds, ("applied_at", "id")),
        Listing("traffic", TRAFFIC, traffic, ("day",)),
        Listing("flow", FLOW, flow, ("day", "flow", "detail")),
        Listing("flow_shadowed", FLOW, shadowed_flow, ("day", "flow", "detail")),
        Listing("items", ITEM, items, ("day", "item_id")),
        Listing("ads", AD, ads, ("day", "channel_key", "subject")),
        Listing("ads_shadowed", AD, shadowed_ads, ("day", "channel_key", "subject")),
        Listing("entries", (("day", "day"), ("measure", "measure"), ("value", "number")), entries, ("day", "measure")),
    )
}

# measure -> (listing, the field that is added up; "" = the rows themselves are counted). Several = their sum.
COUNTED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "order_cnt": (("orders_made", ""),),
    "order_amt": (("orders_made", "total_fen"),),
    "order_buyers": (("orders_made", ""),),
    "order_pay_buyers": (("orders_made", ""),),
    "pay_order_cnt": (("orders_paid", ""),),
    "pay_amt": (("orders_paid", "pay_fen"),),
    "pay_freight": (("orders_paid", "freight_fen"),),
    "pay_item_cnt": (("lines", "qty"), ("orders_unlined", "item_qty")),
    "pay_line_cnt": (("lines", ""),),
    "unlined_cnt": (("orders_unlined", ""),),
    "valid_order_cnt": (("orders_valid", ""),),
    "cohort_refund_amt": (("orders_refunded", "known_fen"),),
    "refund_est_amt": (("orders_undated", "undated_fen"),),
    "refund_amt": (("refunds", "amount_fen"), ("orders_undated", "undated_fen")),
    "refund_cnt": (("refunds", ""),),
    "refund_qty": (("refunds", "qty"),),
    "cost_amt": (("lines", ""),),
    "cost_missing_qty": (("lines", ""),),
    "act_amt": (("lines", ""),),
    "sold_items": (("lines", ""),),
    "promo_cost": (("ads", "cost_fen"), ("entries", "value")),
    "promo_amt": (("ads", "sales_fen"),),
    "ad_impressions": (("ads", "impressions"),),
    "ad_clicks": (("ads", "clicks"),),
    **dict.fromkeys(("sales_cost", "click_cost", "view_cost"), (("ads", "cost_fen"),)),
    **dict.fromkeys(("pay_buyers", "new_buyers", "old_buyers", "repeat_buyers"), (("orders_paid", ""),)),
    **{key: (("traffic", key), ("entries", "value")) for key in SHOP_FIELDS},
    "cart_uv": (("traffic", "cart_uv"),),
    **dict.fromkeys(("fav_uv", "stay_total", "bounce_total", "bounce_base"), (("traffic", ""),)),
    "platform_order_buyers": (("traffic", "order_buyers"),),
    "platform_pay_buyers": (("traffic", "pay_buyers"),),
    "platform_new_buyers": (("traffic", ""),),
    "platform_old_buyers": (("traffic", ""),),
    "paid_uv": (("flow", ""),),
    "search_uv": (("flow", ""),),
    "items_on_sale": (("items", ""),),
    "item_uv": (("items", "uv"),),
    "item_pay_buyers": (("items", "pay_buyers"),),
}
# the same measure of one channel or one product
OF_CHANNEL: Mapping[str, tuple[tuple[str, str], ...]] = {
    **{key: (("flow", key),) for key in ("uv", "pv", "fav_uv", "cart_uv", "order_buyers", "pay_buyers")},
    "platform_order_buyers": (("flow", "order_buyers"),),
    "platform_pay_buyers": (("flow", "pay_buyers"),),
    "pay_amt": (("flow", "pay_amt_fen"),),
}
OF_PRODUCT: Mapping[str, tuple[tuple[str, str], ...]] = {
    **{key: (("items", key),) for key in ("uv", "pv", "fav_uv", "cart_uv")},
    "platform_pay_buyers": (("items", "pay_buyers"),),
    "pay_amt": (("product_lines", "share_fen"),),
    "pay_item_cnt": (("lines", "qty"),),
    **dict.fromkeys(("pay_order_cnt", "pay_buyers", "cost_amt"), (("lines", ""),)),
}


def counted(measure: Measure, scope: Scope) -> list[tuple[str, str, Scope]]:
    """The listings behind a measure, each with the field that is added up and the scope to ask it with."""
    typed = replace(scope, measure="promo_cost_*" if measure.key == "promo_cost" else measure.key)
    if measure.channel:  # one channel's figure under a name of its own: uv_zhitongche, promo_cost_zhitongche
        own = replace(scope, channel=measure.channel)
        first = ("ads", "cost_fen") if measure.column == "promo_cost" else ("flow", "uv")
        return [(*first, own), ("entries", "value", typed)]
    if scope.channel:
        typed = replace(typed, measure=f"{measure.key}_{scope.channel}")
        found = OF_CHANNEL.get(measure.key) or COUNTED.get(measure.key, ())
    elif scope.product is not None:
        found = OF_PRODUCT.get(measure.key, ())
    else:
        found = COUNTED.get(measure.key, (("entries", "value"),))
    return [(key, field, typed if key == "entries" else scope) for key, field in found]


def total(rows: Rows, field: str) -> tuple[int, Decimal | None]:
    """How many rows, and the sum of `field` over them: yuan for a `*_fen` field; no field = None."""
    if not field:
        return rows.count(), None
    found = rows.aggregate(n=Count("pk"), whole=Sum(field))
    whole = Decimal(found["whole"] or 0)
    return found["n"], yuan(int(whole)) if field.endswith("_fen") else whole


def page(key: str, scope: Scope, start: int = 0) -> list[tuple[Any, ...]]:
    """PAGE rows of a listing from `start` on; values in the order of its columns, money in fen."""
    listing = LISTINGS[key]
    names = [name for name, _kind in listing.columns]
    return list(listing.rows(scope).order_by(*listing.order).values_list(*names)[start : start + PAGE])


def each(key: str, scope: Scope) -> Iterator[tuple[Any, ...]]:
    """All rows of a listing, one after the other: for exports."""
    listing = LISTINGS[key]
    names = [name for name, _kind in listing.columns]
    yield from listing.rows(scope).order_by(*listing.order).values_list(*names).iterator(chunk_size=2000)


def product_title(scope: Scope) -> str:
    """The title of the scope's product, "" without one."""
    if scope.product is None:
        return ""
    return Product.objects.filter(store=scope.store, pk=scope.product).values_list("title", flat=True).first() or ""
