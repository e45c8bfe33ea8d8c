"""A running campaign from the imported facts: sales by hour, what was expected of each, stock, complaints.

A campaign with products is told by their lines: a line bears its share of what the order paid (by price x pieces), as
in `kpis.sums.counting`. The facts of orders are kept under the store's data version; stock is read anew.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum, prefetch_related_objects
from django.db.models.functions import TruncHour

from campaigns.live import Complaints, Facts, Goal, Shape, Stock, hours_between
from campaigns.models import Campaign
from campaigns.phasing import spans_of
from campaigns.rhythm import weighed
from campaigns.rules import window
from kpis.days.day_plan import EVENT, FREE, book_of
from kpis.figures.readings import Reader
from kpis.metrics import METRICS
from kpis.models import Order, OrderLine, ProductDay, Refund, RefundStatus, StoreDay
from kpis.models.rollups import version
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period, month_of
from products.stock_queries import lines as stock_lines
from stores.snapshot import one_version

GOALS = ("act_amt", "pay_amt", "real_amt", "net_amt")  # goals in yuan that sales by hour can be held against
WEEKS = 4  # weeks before whose hours are the shape of a day
KEEP_SECONDS = 900
ZERO = Decimal(0)
Instants = tuple[dt.datetime, dt.datetime]
Sold = dict[dt.datetime, tuple[Decimal, int, int]]


@one_version()
def live_facts(campaign: Campaign) -> Facts:
    """Everything that is known of the campaign by now."""
    prefetch_related_objects([campaign], "phases")
    span, store = window(campaign), campaign.store
    key = f"live:{campaign.pk}:{version(store)}:{span[0].timestamp():.0f}:{span[1].timestamp():.0f}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        kept = of_orders(campaign, span)
        cache.set(key, kept, KEEP_SECONDS)
    total, source = total_of(campaign, kept["past"])
    shape, shape_from = in_phases(campaign, kept["shape"], kept["shape_from"], source)
    known = kept["known"]
    return Facts(
        start=span[0],
        end=span[1],
        known=min(known, clock.now()) if known else None,
        sold=kept["sold"],
        shape=shape,
        shape_from=shape_from,
        total=total,
        total_from=source,
        products=products_of(campaign, kept["units"], kept["amounts"]),
        complaints=kept["complaints"],
    )


def of_orders(campaign: Campaign, span: Instants) -> dict[str, Any]:
    """What hangs on the imported facts alone."""
    sold = sold_by_hour(campaign, span)
    profile = profile_of(campaign)
    shape, source = shape_of(campaign, span, profile)
    units, amounts = by_product(campaign, span)
    return {
        "sold": sold,
        "known": known_until(campaign),
        "shape": shape,
        "shape_from": source,
        "past": past_total(campaign, span),
        "units": units,
        "amounts": amounts,
        "complaints": complaints_of(campaign, span, sum(orders for _amount, orders, _units in sold.values())),
    }


def paid_in(campaign: Campaign, span: Instants) -> QuerySet[Order]:
    """The orders of the store paid in [start, end)."""
    zone = ZoneInfo(campaign.store.timezone)
    days = [at.astimezone(zone).date() for at in span]
    return Order.objects.filter(
        store_id=campaign.store_id, pay_day__range=days, paid_at__gte=span[0], paid_at__lt=span[1]
    )


def lines_of(campaign: Campaign) -> "QuerySet[OrderLine]":
    """The lines of an order (OuterRef) that are of the campaign's products."""
    lines = OrderLine.objects.filter(store_id=campaign.store_id, order_no=OuterRef("order_no"))
    return lines.filter(product_id_ref__in=campaign.products.order_by().values("pk"))


def sold_by_hour(campaign: Campaign, span: Instants) -> Sold:
    """(yuan, orders, units) by the hour of payment."""
    paid, found = paid_in(campaign, span), Sold()
    if not campaign.products.exists():
        rows = paid.annotate(hour=TruncHour("paid_at", tzinfo=dt.UTC)).values("hour").order_by()
        for row in rows.annotate(amount=Sum("pay_fen"), n=Count("id"), units=Sum("item_qty")):
            found[row["hour"]] = yuan(row["amount"] or 0), row["n"], row["units"] or 0
        return found
    mine = set(campaign.products.order_by().values_list("pk", flat=True))
    orders = paid.filter(Exists(lines_of(campaign)))
    every = OrderLine.objects.filter(store_id=campaign.store_id, order_no__in=orders.values("order_no"))
    lines: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    told = every.order_by("order_no", "line_key").values_list("order_no", "price_fen", "qty", "product_id_ref")
    for order_no, price, qty, product in told.iterator(chunk_size=2000):
        lines[order_no].append((price * qty, qty, product in mine))
    fen: dict[dt.datetime, list[int]] = defaultdict(lambda: [0, 0, 0])
    for order_no, at, pay in orders.order_by().values_list("order_no", "paid_at", "pay_fen"):
        units = sum(qty for _worth, qty, is_mine in lines[order_no] if is_mine)
        if at is None or not units:
            continue
        sums = fen[at.replace(minute=0, second=0, microsecond=0)]
        sums[0] += part_of(pay or 0, [(worth, is_mine) for worth, _qty, is_mine in lines[order_no]])
        sums[1] += 1
        sums[2] += units
    return {hour: (yuan(amount), n, units) for hour, (amount, n, units) in fen.items()}


def part_of(paid: int, lines: Sequence[tuple[int, bool]]) -> int:
    """What some lines (worth, whether it is one of them) bear of the fen paid, as `sums.counting` splits them: line by
    line up to its worth; in even parts where nothing has a worth."""
    weights = [worth for worth, _is_one in lines] if any(worth for worth, _is_one in lines) else [1] * len(lines)
    upto, whole, found = 0, sum(weights), 0
    for weight, (_worth, is_one) in zip(weights, lines, strict=True):
        found += (paid * (upto + weight) // whole - paid * upto // whole) if is_one else 0
        upto += weight
    return found


def known_until(campaign: Campaign) -> dt.datetime | None:
    """The instant to which orders have come in: when the last file was exported, or its latest order."""
    rows = Order.objects.filter(store_id=campaign.store_id, order_day__gte=campaign.first_day - 7 * DAY)
    told = rows.aggregate(made=Max("created_at"), told=Max("as_of"))
    return max((at for at in told.values() if at), default=None)


def profile_of(campaign: Campaign) -> dict[tuple[int, int], Decimal]:
    """What the store sold by (weekday, local hour) in the weeks before the campaign, yuan."""
    zone = ZoneInfo(campaign.store.timezone)
    before = (campaign.first_day - 7 * WEEKS * DAY, campaign.first_day - DAY)
    rows = Order.objects.filter(store_id=campaign.store_id, pay_day__range=before, paid_at__isnull=False)
    found: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    hours = rows.annotate(hour=TruncHour("paid_at", tzinfo=dt.UTC)).values("hour").order_by()
    for at, amount in hours.annotate(amount=Sum("pay_fen")).values_list("hour", "amount"):
        local = at.astimezone(zone)
        found[local.weekday(), local.hour] += yuan(amount or 0)
    return dict(found)


def earlier(campaign: Campaign) -> Campaign | None:
    """The campaign whose course is the pattern: the one it was copied from, else the last of its event before it."""
    if campaign.copied_from_id:
        return campaign.copied_from
    if not campaign.event:
        return None
    same = Campaign.objects.filter(
        store_id=campaign.store_id, event=campaign.event, last_day__lt=campaign.first_day
    ).exclude(state=Campaign.State.DRAFT)
    return same.order_by("-first_day").first()


def shape_of(
    campaign: Campaign, span: Instants, profile: Mapping[tuple[int, int], Decimal]
) -> tuple[dict[dt.datetime, Decimal], Shape]:
    """The weight of each hour: as it went the last time, else the plan's days by the hours of the weeks before."""
    zone = ZoneInfo(campaign.store.timezone)
    hours = hours_between(*span)
    local = {hour: hour.astimezone(zone) for hour in hours}
    pattern = earlier(campaign)
    if pattern is not None and (sold := sold_by_hour(pattern, window(pattern))):
        by_place: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        for at, (amount, _orders, _units) in sold.items():
            there = at.astimezone(zone)
            by_place[(there.date() - pattern.first_day).days, there.hour] += amount
        return {
            hour: by_place[(at.date() - campaign.first_day).days * pattern.days // campaign.days, at.hour]
            for hour, at in local.items()
        }, "event"
    if not profile:
        return {}, "even"
    of_hour: dict[int, Decimal] = defaultdict(lambda: ZERO)
    of_day: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (weekday, hour), amount in profile.items():
        of_hour[hour] += amount
        of_day[weekday] += amount
    planned = day_targets(campaign)
    days = planned or {day: of_day[day.weekday()] for day in Period(campaign.first_day, campaign.last_day)}
    share = {day: shared(day, zone, of_hour) for day in {at.date() for at in local.values()}}
    weights = {hour: days.get(at.date(), ZERO) * of_hour[at.hour] * share[at.date()] for hour, at in local.items()}
    return weights, "plan" if planned else "past"


def in_phases(
    campaign: Campaign, shape: dict[dt.datetime, Decimal], source: Shape, goal: Goal
) -> tuple[dict[dt.datetime, Decimal], Shape]:
    """Its phases by their shares: those typed for it before everything else, the usual ones where neither a campaign
    before it nor the days of the plan it is held against say how it goes."""
    spans = spans_of(campaign)
    is_own = any(span.is_own for span in spans)
    if is_own or (len(spans) > 1 and source != "event" and not (goal == source == "plan" and is_planned(campaign))):
        return weighed(shape, spans), "phases" if is_own else "usual"
    return shape, source


def is_planned(campaign: Campaign) -> bool:
    """Whether somebody has said what days of it bear: one of them was fixed or weighted, or is the peak of an event
    with a weight of its own."""
    book = book_of(campaign.store)
    for day in Period(campaign.first_day, campaign.last_day):
        pin, weights = book.pins.get(day, FREE), book.in_force(month_of(day))
        if not pin.amount == pin.share == pin.weight is None:
            return True
        if weights and any(EVENT + event.key in weights.special for event in book.calendar.peaks(day)):
            return True
    return False


def day_targets(campaign: Campaign) -> dict[dt.date, Decimal]:
    """What the store's plan asks of each day (yuan); {} without a plan for all of them."""
    reader, found = Reader(campaign.store, ["real_amt"]), {}
    for day in Period(campaign.first_day, campaign.last_day):
        target = reader.target(METRICS["real_amt"], Period(day, day))
        if target is None:
            return {}
        found[day] = target
    return found


def total_of(campaign: Campaign, past: Decimal | None) -> tuple[Decimal | None, Goal]:
    """What it is to bring (yuan): its goal, else the plan of its days (whole store), else what such days brought."""
    goals = dict(campaign.goals.values_list("metric", "value"))
    goal = next((goals[key] for key in GOALS if key in goals), None)
    if goal is not None:
        return goal, "goal"
    if not campaign.products.exists():
        targets = day_targets(campaign)
        if targets:
            return sum(targets.values(), ZERO), "plan"
    return past, "past" if past is not None else ""


def shared(day: dt.date, zone: ZoneInfo, of_hour: Mapping[int, Decimal]) -> Decimal:
    """By how much the hours of a day bear less than usual, or more, because the clocks change on it: 23 or 25 hours
    together bear what 24 do."""
    start, end = (dt.datetime.combine(x, dt.time(), zone).astimezone(dt.UTC) for x in (day, day + DAY))
    if end - start == DAY:
        return Decimal(1)
    there = sum((of_hour.get(hour.astimezone(zone).hour, ZERO) for hour in hours_between(start, end)), ZERO)
    return sum(of_hour.values(), ZERO) / there if there else Decimal(1)


def past_total(campaign: Campaign, span: Instants) -> Decimal | None:
    """What its products (or the store) sold on as many such weekdays of the four weeks before, yuan."""
    before = Period(campaign.first_day - 7 * WEEKS * DAY, campaign.first_day - DAY)
    days: dict[int, list[int]] = defaultdict(list)
    if campaign.products.exists():
        rows = ProductDay.objects.filter(
            store_id=campaign.store_id, day__range=(before.first, before.last),
            product_id_ref__in=list(campaign.products.values_list("pk", flat=True)),
        )  # fmt: skip
        sold = dict(rows.order_by().values("day").annotate(x=Sum("pay_amt")).values_list("day", "x"))
    else:
        sold = {}
    store = StoreDay.objects.filter(store_id=campaign.store_id, day__range=(before.first, before.last))
    for day, amount in store.exclude(pay_amt=None).values_list("day", "pay_amt"):
        days[day.weekday()].append((sold.get(day) or 0) if campaign.products.exists() else (amount or 0))
    zone, total = ZoneInfo(campaign.store.timezone), ZERO
    if not days:
        return None
    for day in {hour.astimezone(zone).date() for hour in hours_between(*span)}:
        known = days.get(day.weekday()) or [x for each in days.values() for x in each]
        total += yuan(sum(known)) / len(known)
    return total


def by_product(campaign: Campaign, span: Instants) -> tuple[dict[int, int], dict[int, Decimal]]:
    """Pieces sold since the start, and yuan on its days, by product id."""
    paid = paid_in(campaign, span).filter(order_no=OuterRef("order_no"))
    ids = list(campaign.products.order_by().values_list("pk", flat=True))
    lines = OrderLine.objects.filter(Exists(paid), store_id=campaign.store_id, product_id_ref__in=ids).order_by()
    pieces = lines.values("product_id_ref").annotate(x=Sum("qty")).values_list("product_id_ref", "x")
    units = {product: count for product, count in pieces if product is not None}
    last = campaign.held_to(campaign.store.timezone)
    days = ProductDay.objects.filter(
        store_id=campaign.store_id, day__range=(campaign.first_day, last), product_id_ref__in=ids
    ).order_by()
    sums = days.values("product_id_ref").annotate(x=Sum("pay_amt")).values_list("product_id_ref", "x")
    return units, {product: yuan(amount or 0) for product, amount in sums if product is not None}


def products_of(campaign: Campaign, units: Mapping[int, int], amounts: Mapping[int, Decimal]) -> list[Stock]:
    """Its products with what is left of each, those that sold most first."""
    products = list(campaign.products.order_by("code"))
    ids = [product.pk for product in products]
    free = {row.product_id: row.free for row in stock_lines(campaign.store, ids) if not row.is_unstocked} if ids else {}
    quantity = dict(campaign.items.values_list("product_id", "quantity"))
    rows = [
        Stock(x.pk, x.title or x.code, units.get(x.pk, 0), amounts.get(x.pk, ZERO), quantity.get(x.pk), free.get(x.pk))
        for x in products
    ]
    return sorted(rows, key=lambda row: (-row.sold, row.title))


def refunds_of(campaign: Campaign, span: Instants) -> "QuerySet[Refund]":
    """Cases asked for in [start, end) on orders paid in it, those called off apart."""
    orders = paid_in(campaign, span).filter(order_no=OuterRef("order_no"))
    if campaign.products.exists():
        orders = orders.filter(Exists(lines_of(campaign)))
    asked = Q(applied_at__gte=span[0], applied_at__lt=span[1])
    settled = Q(applied_at=None, settled_at__gte=span[0], settled_at__lt=span[1])
    cases = Refund.objects.filter(asked | settled, store_id=campaign.store_id)
    return cases.exclude(status=RefundStatus.CLOSED).filter(Exists(orders))


def complaints_of(campaign: Campaign, span: Instants, orders: int) -> Complaints:
    """Refunds, disputes and bad reviews since the start beside the four weeks before."""
    cases = refunds_of(campaign, span)
    reasons = cases.exclude(reason="").order_by().values_list("reason").annotate(n=Count("id"))
    reason = max(reasons, key=lambda row: (row[1], row[0]), default=("", 0))[0]
    before = (span[0] - 7 * WEEKS * DAY, span[0])
    paid = paid_in(campaign, before)
    if campaign.products.exists():
        paid = paid.filter(Exists(lines_of(campaign)))
    of_before = paid.count()
    usual = Decimal(refunds_of(campaign, before).count()) / of_before if of_before else None
    days = StoreDay.objects.filter(store_id=campaign.store_id)
    now = days.filter(day__range=(campaign.first_day, campaign.held_to(campaign.store.timezone)))
    then = days.filter(day__range=(campaign.first_day - 7 * WEEKS * DAY, campaign.first_day - DAY))
    counted = {}
    for name in ("dispute_cnt", "bad_reviews"):
        told = now.aggregate(x=Sum(name), n=Count(name))
        was = then.aggregate(x=Sum(name), n=Count(name))
        often = Decimal(was["x"] or 0) * told["n"] / was["n"] if was["n"] else ZERO
        counted[name] = told["x"] or 0, often
    return Complaints(cases.count(), orders, reason, usual, *counted["dispute_cnt"], *counted["bad_reviews"])
