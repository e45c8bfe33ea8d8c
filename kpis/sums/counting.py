"""What the facts say about some days: sums for the shop, its products and its channels, in memory.

Every statement is bounded by the days, so it costs the same however long the shop's history is. Sums are SQL that both
databases read alike; what several sources tell about one day is put together here. A source that has not spoken about a
day leaves its sums out (G18); one that has, and says nothing, means zero.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from campaigns.models import Campaign
from kpis.measures import ENTRY_MEASURES, Measure
from kpis.models import (
    GUESSED_REFUNDS,
    Coverage,
    Entry,
    Fee,
    Order,
    OrderLine,
    OrderStatus,
    Refund,
    RefundStatus,
)
from kpis.sums import platform_days
from kpis.sums.daysums import Day, Days, Values, add, spoken
from kpis.sums.refund_lines import with_only
from opsplan.lib.money import fen
from products.models import Cost, Product
from stores.models import Channel, Store

ORDER, LINE, REFUND, STORE = (model._meta.db_table for model in (Order, OrderLine, Refund, Store))
GUESSING = ", ".join(f"'{platform}'" for platform in GUESSED_REFUNDS)
GUESSED = f"o.store_id IN (SELECT id FROM {STORE} WHERE platform IN ({GUESSING}))"

# Paid orders of some days, with what is known of their refunds: the order file's own figure and the settled cases.
# Worked out once a statement (MATERIALIZED): SQLite would look the refunds up again for every line and every mention.
PAID = f"""
    SELECT o.order_no, o.pay_day, o.pay_fen, o.freight_fen, o.subsidy_fen, o.item_qty, o.buyer_key, o.status,
        o.refund_fen, {GUESSED} AS guessed,
        (SELECT COALESCE(SUM(r.amount_fen), 0) FROM {REFUND} r
          WHERE r.store_id = %s AND r.order_no = o.order_no AND r.status = {RefundStatus.SUCCEEDED}) AS settled,
        (SELECT COUNT(*) FROM {REFUND} r
          WHERE r.store_id = %s AND r.order_no = o.order_no AND r.status = {RefundStatus.SUCCEEDED}
            AND r.with_return) AS sent_back,
        EXISTS (SELECT 1 FROM {REFUND} r
          WHERE r.store_id = o.store_id AND r.order_no = o.order_no AND r.status = {RefundStatus.SUCCEEDED}
            AND r.with_return IS NULL) AS untold,
        CASE WHEN EXISTS (SELECT 1 FROM {REFUND} r
            WHERE r.store_id = %s AND r.settled_day IS NULL AND r.status = {RefundStatus.SUCCEEDED})
          THEN (SELECT COALESCE(SUM(r.amount_fen), 0) FROM {REFUND} r
            WHERE r.store_id = o.store_id AND r.order_no = o.order_no AND r.status = {RefundStatus.SUCCEEDED}
              AND r.settled_day IS NULL)
          ELSE 0 END AS dateless
    FROM {ORDER} o WHERE o.store_id = %s AND o.pay_day IN (%s)
"""
# layouts that tell refunds by the order's state, in no column
SAY_CANCELLED = {"jd_order_2016", "alibaba1688_order", "woocommerce_analytics_orders"}
MORE = "refund_fen > settled AND NOT (guessed AND settled > 0)"  # what the order file knows; a guess yields to a case
KNOWN = f"CASE WHEN {MORE} THEN refund_fen ELSE settled END"
ESTIMATED = f"(CASE WHEN {MORE} THEN refund_fen - settled ELSE 0 END + dateless)"  # no day is told (G5)


def count(store: Store, days: list[dt.date]) -> Days:
    """All that is known about the days (ascending)."""
    counted: Days = {day: Day() for day in days}
    channels = list(Channel.objects.filter(store=store).values_list("key", "is_paid"))
    _coverage(store, counted, [key for key, _paid in channels])
    _orders(store, counted)
    _paid_orders(store, counted)
    _refunds(store, counted)
    _lines(store, counted)
    platform_days.shop_traffic(store, counted)
    platform_days.items(store, counted)
    platform_days.flows(store, counted)
    platform_days.ads(store, counted)
    _fees(store, counted)
    _entries(store, counted)
    _channel_sums(counted, {key for key, paid in channels if paid})
    _goods(store, counted)
    return counted


def _coverage(store: Store, counted: Days, channels: list[str]) -> None:
    rows = Coverage.objects.filter(
        store=store, kind__in=Coverage.SourceKind.values, detail__in=["", *channels], day__in=counted
    ).values_list(
        "kind", "detail", "day", "is_partial", "upload__source", "upload__notes__has_refund", "upload__notes__measures"
    )
    for kind, detail, day, is_partial, source, has_refund, measures in rows:
        counted[day].covered.add(kind)
        if kind == Coverage.SourceKind.ORDERS and (has_refund is not False or source in SAY_CANCELLED):
            counted[day].tells_refunds = True
        if is_partial:
            counted[day].unfinished.add(kind)
        if kind == Coverage.SourceKind.ADS and detail:
            counted[day].channels[detail].update(promo_cost=0, promo_amt=0, ad_impressions=0, ad_clicks=0)
        counted[day].declared.update(measures or ())


def _orders(store: Store, counted: Days) -> None:
    """Orders by the day they were made."""
    rows = (
        Order.objects.filter(store=store, order_day__in=counted)
        .values("order_day")
        .annotate(
            n=Count("id"), amount=Sum("total_fen"), keyed=Count("buyer_key"), people=Count("buyer_key", distinct=True)
        )
    )
    for row in rows:
        day = counted[row["order_day"]]
        spoken(day, "orders")
        day.store.update(order_cnt=row["n"], order_amt=row["amount"])
        day.store["order_buyers"] = row["people"] if row["keyed"] == row["n"] else None


PAID_ZERO = (
    *("pay_order_cnt", "pay_amt", "pay_freight", "subsidy_amt", "valid_order_cnt", "cohort_refund_amt"),
    "refund_est_amt",
)


def _paid_orders(store: Store, counted: Days) -> None:
    """Orders by the day they were paid; an order is valid until all of it was given back."""
    for row in _paid(
        store,
        counted,
        f"""SELECT pay_day, COUNT(*), SUM(pay_fen), SUM(freight_fen),
            CASE WHEN COUNT(subsidy_fen) = COUNT(*) THEN SUM(subsidy_fen) END,
            COUNT(buyer_key), COUNT(DISTINCT buyer_key),
            SUM(CASE WHEN status = {OrderStatus.CLOSED_REFUNDED} THEN 0
                     WHEN {KNOWN} = 0 OR {KNOWN} < pay_fen THEN 1 ELSE 0 END),
            SUM({KNOWN}), SUM({ESTIMATED}), SUM(CASE WHEN sent_back > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN untold AND sent_back = 0 THEN 1 ELSE 0 END)
            FROM paid p GROUP BY pay_day""",
    ):
        day, n, amount, freight, subsidy, keyed, people, valid, known, estimated, sent_back, untold = row
        spoken(counted[day], "orders")
        counted[day].tells_refunds |= known > 0
        counted[day].store.update(
            pay_order_cnt=n,
            pay_amt=amount or 0,
            pay_freight=freight,
            subsidy_amt=subsidy,
            pay_buyers=people if keyed == n else None,
            valid_order_cnt=valid,
            cohort_refund_amt=known,
            refund_est_amt=estimated,
            return_order_cnt=None if untold else sent_back,
        )
    for c in counted.values():
        if "orders" in c.covered and "pay_order_cnt" not in c.store:
            c.store.update(dict.fromkeys(PAID_ZERO, 0), pay_buyers=0, return_order_cnt=0)
        if "orders" in c.covered and "order_cnt" not in c.store:  # no order made, or paid that day alone
            c.store.update(order_cnt=0, order_amt=0, order_buyers=0)
        if "refunds" not in c.covered:
            c.store["return_order_cnt"] = None


def _refunds(store: Store, counted: Days) -> None:
    """Settled cases on the day they settled, plus the undated part of the order file on the payment day (G5)."""
    codes = dict(Product.objects.filter(store=store).values_list("code", "id"))
    cases = Refund.objects.filter(store=store, status=RefundStatus.SUCCEEDED, settled_day__in=counted)
    rows = (
        with_only(store, cases)
        .values("settled_day", "code", "only")
        .annotate(amount=Sum("amount_fen"), n=Count("id"), units=Sum("qty"), told=Count("qty"))
    )
    silent = set()
    for row in rows:
        at = row["settled_day"] or dt.date.min  # never null: the days were asked for
        day = counted[at]
        spoken(day, "refunds")
        add(day.store, refund_amt=row["amount"], refund_cnt=row["n"], refund_qty=row["units"] or 0)
        add(day.products[codes.get(row["code"], row["only"])], refund_amt=row["amount"])
        if row["told"] < row["n"]:
            silent.add(at)
    for at, day in counted.items():
        if "refunds" in day.covered:
            add(day.store, refund_amt=0, refund_cnt=0, refund_qty=0)
        if "refunds" in day.covered or ("orders" in day.covered and day.tells_refunds):
            add(day.store, refund_amt=day.store.get("refund_est_amt") or 0)
        elif "orders" in day.covered:
            day.store["cohort_refund_amt"] = None
        if at in silent:
            day.store["refund_qty"] = None


def _lines(store: Store, counted: Days) -> None:
    """What each product took of the paid orders: pay_fen split by price x quantity; the parts sum to the fen."""
    part = "({0} * upto / whole - {0} * (upto - worth) / whole)"
    even = "({0} * place / lines - {0} * (place - 1) / lines)"
    share = f"CASE WHEN whole > 0 THEN {part} ELSE {even} END"
    unit = f"CASE WHEN worth > 0 AND qty > 0 AND goods > 0 THEN {part.format('goods')} / qty END"  # a gift has no price
    sql = f"""
        SELECT pay_day, product_id_ref, COUNT(DISTINCT order_no), SUM(qty), COUNT(*),
            SUM({share.format("pay_fen")}), SUM({share.format("undated")}), MIN({unit}), MAX({unit})
        FROM (SELECT p.pay_day, p.order_no, p.amount AS pay_fen, p.undated, p.goods, l.product_id_ref, l.qty,
                l.price_fen * l.qty AS worth,
                CAST(SUM(l.price_fen * l.qty) OVER so_far AS bigint) AS upto,
                CAST(SUM(l.price_fen * l.qty) OVER of_all AS bigint) AS whole,
                ROW_NUMBER() OVER so_far AS place, COUNT(*) OVER of_all AS lines
              FROM (SELECT pay_day, order_no, COALESCE(pay_fen, 0) AS amount, CAST({ESTIMATED} AS bigint) AS undated,
                      COALESCE(pay_fen, 0) - COALESCE(freight_fen, 0) AS goods
                    FROM paid) p
              JOIN {LINE} l ON l.store_id = %s AND l.order_no = p.order_no
              WINDOW of_all AS (PARTITION BY p.order_no),
                so_far AS (PARTITION BY p.order_no ORDER BY l.line_key ROWS UNBOUNDED PRECEDING)) s
        GROUP BY pay_day, product_id_ref"""
    for day, product, orders, units, lines, amount, undated, low, high in _paid(store, counted, sql, store.pk):
        if product is not None and low is not None:
            counted[day].prices[product] = (low, high, units)
        add(counted[day].store, pay_item_cnt=units, pay_line_cnt=lines)
        add(counted[day].products[product], pay_order_cnt=orders, pay_item_cnt=units, pay_amt=amount)
        add(counted[day].products[product], refund_amt=undated)
    sql = f"""
        SELECT pay_day, COUNT(*), SUM(item_qty), COUNT(item_qty), SUM(pay_fen), SUM({ESTIMATED}) FROM paid p
        WHERE NOT EXISTS (SELECT 1 FROM {LINE} l WHERE l.store_id = %s AND l.order_no = p.order_no) GROUP BY pay_day"""
    for day, orders, units, told, amount, undated in _paid(store, counted, sql, store.pk):
        sums, rest = counted[day].store, counted[day].products[None]
        add(rest, pay_order_cnt=orders, pay_amt=amount or 0, refund_amt=undated, pay_item_cnt=units or 0)
        add(sums, unlined_cnt=orders, pay_item_cnt=units or 0)
        sums["pay_line_cnt"] = None
        if told < orders:
            sums["pay_item_cnt"] = rest["pay_item_cnt"] = None
    for c in counted.values():
        if "orders" in c.covered:
            for key in ("pay_item_cnt", "pay_line_cnt", "unlined_cnt"):
                c.store.setdefault(key, 0)


def _fees(store: Store, counted: Days) -> None:
    """What settlements say the platform kept; a day without a settlement is left to what is typed."""
    rows = Fee.objects.filter(store=store, day__in=counted).values("day").annotate(amount=Sum("amount_fen"))
    for row in rows:
        counted[row["day"]].store["platform_fee"] = row["amount"]


def _entries(store: Store, counted: Days) -> None:
    """Hand entries fill what no platform has told. A typed mean counts as mean x the count it belongs to."""
    means: list[tuple[Day, Measure, Decimal]] = []
    entries = Entry.objects.filter(store=store, measure__in=list(ENTRY_MEASURES), day__in=counted)
    for key, at, value in entries.values_list("measure", "day", "value"):
        measure, day = ENTRY_MEASURES[key], counted[at]
        if measure.weight:
            means.append((day, measure, value))
            continue
        number = fen(value) if measure.unit == "money" else value if measure.unit == "score" else int(value)
        place = day.channels[measure.channel] if measure.channel else day.store
        column = measure.column or key
        if place.get(column) is None or measure.typed_wins:
            place[column] = number
    for day, measure, mean in means:
        if day.store.get(measure.weight) is not None:
            day.store[measure.key] = mean * day.store[measure.weight]
    for day in counted.values():
        for column in day.declared:
            if day.store.get(column) is None:
                day.store[column] = 0


OTHER_SIDE = (("promo_amt", "sales_cost"), ("ad_clicks", "click_cost"), ("ad_impressions", "view_cost"))


def _channel_sums(counted: Days, paid: set[str]) -> None:
    """The shop's ad figures are the sum of its channels'; a ratio leaves out channels silent on its other side."""
    for day in counted.values():
        for key, c in day.channels.items():
            cost = c.get("promo_cost")
            told = {"promo_cost": cost}
            for column, base in OTHER_SIDE:
                told[column] = c.get(column)
                told[base] = None if c.get(column) is None else cost
            told["paid_uv"] = c.get("uv") if key in paid else None
            told["search_uv"] = c.get("uv") if key == "search" else None
            add(day.store, **told)
        if "flow" in day.covered:
            for column in ("paid_uv", "search_uv"):
                day.store.setdefault(column, 0)
        elif "paid_uv" in day.store or "search_uv" in day.store:  # typed for some channels only: no shop total
            day.store.pop("paid_uv", None)
            day.store.pop("search_uv", None)


def _goods(store: Store, counted: Days) -> None:
    """Cost at the day of sale, campaign sales, and zeros where a source says nothing of a product."""
    prices: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
    costs = Cost.objects.filter(product__store=store).order_by("from_day")
    for item, since, price in costs.values_list("product_id", "from_day", "cost_fen"):
        prices[item].append((since, price))
    campaigns = _campaigns(store, min(counted), max(counted))
    for at, day in counted.items():
        for product, p in day.products.items():
            _finish_product(day, p, _cost_on(prices.get(product or 0, []), at))
        if "orders" in day.covered:
            _sum_costs(day)
            _sum_campaigns(day, [ids for first, last, ids in campaigns if first <= at <= last])


def _sum_costs(day: Day) -> None:
    """The shop's cost is known where that of everything sold is."""
    unpriced = [p for p in day.products.values() if p["cost_amt"] is None]
    day.store["cost_missing_qty"] = sum(p["pay_item_cnt"] or 0 for p in unpriced)
    if not unpriced and not day.store["unlined_cnt"]:
        day.store["cost_amt"] = sum(p["cost_amt"] for p in day.products.values())


def _sum_campaigns(day: Day, running: list[set[int]]) -> None:
    """running: the product ids of each campaign of the day; none where the whole shop takes part."""
    if any(not ids for ids in running):
        day.store["act_amt"] = day.store["pay_amt"]
    elif not running:
        day.store["act_amt"] = 0
    elif not day.store["unlined_cnt"]:
        inside = set().union(*running)
        day.store["act_amt"] = sum(p["pay_amt"] for product, p in day.products.items() if product in inside)


def _finish_product(day: Day, p: Values, cost: int | None) -> None:
    if "orders" in day.covered:
        for key in ("pay_amt", "pay_order_cnt", "pay_item_cnt"):
            p.setdefault(key, 0)
        units = p["pay_item_cnt"]
        if not p["pay_order_cnt"]:
            p["cost_amt"] = 0
        else:
            p["cost_amt"] = None if cost is None or units is None else cost * units
    if "refunds" in day.covered or ("orders" in day.covered and day.tells_refunds):
        p.setdefault("refund_amt", 0)
    else:
        p["refund_amt"] = None
    if "items" in day.covered:
        for key in ("uv", "pv"):
            p.setdefault(key, 0)


def _cost_on(prices: list[tuple[dt.date, int]], at: dt.date) -> int | None:
    return next((cost for since, cost in reversed(prices) if since <= at), None)


def _campaigns(store: Store, first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date, set[int]]]:
    """(first day, last day, product ids) of the campaigns that touch the span; no ids = the whole store. What was
    stopped ends there."""
    found = Campaign.objects.filter(store=store, first_day__lte=last, last_day__gte=first).prefetch_related("products")
    return [(c.first_day, c.held_to(store.timezone), {p.pk for p in c.products.all()}) for c in found]


def _paid(store: Store, counted: Days, sql: str, *more: Any) -> Iterable[tuple[Any, ...]]:
    """Run `sql` over `paid`, the PAID orders of the days; money and counts come back as int, days as date."""
    holes = ", ".join(["%s"] * len(counted))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH paid AS MATERIALIZED ({PAID.replace('IN (%s)', f'IN ({holes})')}) {sql}",
            [store.pk, store.pk, store.pk, store.pk, *counted, *more],
        )
        for row in cursor.fetchall():
            yield _day(row[0]), *(int(x) if isinstance(x, Decimal) else x for x in row[1:])


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
