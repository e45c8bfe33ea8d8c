"""What a campaign's review is made of, from rollups and facts: days of groups of products, refunds by age."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from campaigns import rehearsed, rehearsing
from campaigns.models import Campaign, Rehearsal
from campaigns.rehearsed import Line, Sums
from campaigns.reviewing import Facts, longest
from campaigns.rules import asked_on, rules_of, window
from campaigns.uplift import Series
from kpis.answers import Figure
from kpis.breakdowns.questions import Question
from kpis.breakdowns.tables import table
from kpis.crm import customers
from kpis.figures import grains
from kpis.metrics import METRICS
from kpis.models import Order, OrderLine, ProductDay, Refund, RefundStatus, StoreDay
from kpis.outward import campaign_live
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY, Period
from products.models import ListPrice, Product
from stores.calendars import calendar_of
from stores.models import Store
from stores.snapshot import one_version

UNLINED = 20  # a day of which more than every twentieth order has no lines says nothing of products
AT_ONCE = 500  # ids in a statement


@one_version()
def review_facts(campaign: Campaign) -> Facts:
    """Sales around the campaign, of its goods and of others, and the refunds of its orders."""
    store, span = campaign.store, campaign.held(campaign.store.timezone)
    looked = longest(span)
    mine = set(campaign.products.order_by().values_list("pk", flat=True))
    store_days = days_of_store(store, looked)
    near: Series | None = None
    far: Series | None = None
    if mine:
        like = like_goods(store, mine)
        lined = {day for day, (_amount, is_lined) in store_days.items() if is_lined}
        every = days_of(store, looked, None, lined)
        own = days_of(store, looked, mine, lined)
        others = days_of(store, looked, like, lined) if like else {}
        rest = {day: every[day] - own[day] - others.get(day, Decimal(0)) for day in lined}
        near = others if like else None
        far = rest if any(rest.values()) else None
        series: Series = own
    else:
        series = {day: amount for day, (amount, _is_lined) in store_days.items()}
    refunds, paid = refunds_by_age(campaign)
    return Facts(
        span=span,
        mine=series,
        near=near,
        far=far,
        taken=frozenset(taken(campaign, looked)),
        closed=clock.today(store.timezone) - DAY,
        refunds=refunds,
        paid=paid,
    )


def own_figures(
    campaign: Campaign, keys: Sequence[str], compare: Sequence[str], days: Period | None = None
) -> dict[str, Figure]:
    """Those of the metrics that can be told of products, over the campaign's days (or `days` of them) and of its
    products; {} for one of the whole store."""
    chosen = tuple(key for key in keys if grains.can_split(METRICS[key], "product"))
    if not chosen or not campaign.products.exists():
        return {}
    period = days or campaign.held(campaign.store.timezone)
    only: dict[str, tuple[str, ...]] = {"campaign": (str(campaign.pk),)}
    found = table(Question((campaign.store,), chosen, period, filters=only, compare=tuple(compare)))
    return dict(found.totals[0].values) if found.totals else {}


def days_of_store(store: Store, period: Period) -> dict[dt.date, tuple[Decimal, bool]]:
    """Sales (yuan) of each day whose orders are known in full, and whether their lines are."""
    rows = StoreDay.objects.filter(store=store, day__range=(period.first, period.last)).exclude(pay_amt=None)
    found = {}
    for day, amount, orders, unlined, unfinished in rows.values_list(
        "day", "pay_amt", "pay_order_cnt", "unlined_cnt", "unfinished"
    ):
        if "orders" not in unfinished.split():
            found[day] = yuan(amount or 0), (unlined or 0) * UNLINED <= (orders or 0)
    return found


def days_of(
    store: Store, period: Period, products: Collection[int] | None, known: Iterable[dt.date]
) -> dict[dt.date, Decimal]:
    """Sales (yuan) of products (None = of any) on the known days; 0 where nothing was sold."""
    fen: dict[dt.date, int] = defaultdict(int)
    rows = ProductDay.objects.filter(store=store, day__range=(period.first, period.last)).order_by().values("day")
    ids = sorted(products or ())
    parts = [ids[n : n + AT_ONCE] for n in range(0, len(ids), AT_ONCE)]
    asked = (
        [rows.filter(product_id_ref__in=part) for part in parts]
        if products is not None
        else [rows.exclude(product_id_ref=None)]
    )
    for part in asked:
        for day, amount in part.annotate(x=Sum("pay_amt")).values_list("day", "x"):
            fen[day] += amount or 0
    return {day: yuan(fen[day]) for day in known}


def like_goods(store: Store, mine: Collection[int]) -> set[int]:
    """Other products of the categories of these."""
    rows = Product.objects.filter(store=store).exclude(category="").values_list("pk", "category")
    categories = {category for pk, category in rows if pk in mine}
    return {pk for pk, category in rows if category in categories and pk not in mine}


def taken(campaign: Campaign, period: Period) -> set[dt.date]:
    """Days that are like no other: of other campaigns of the store, and the peaks of the calendar's sales."""
    zone = campaign.store.timezone
    others = (
        Campaign.objects.filter(store_id=campaign.store_id, first_day__lte=period.last, last_day__gte=period.first)
        .exclude(pk=campaign.pk)
        .exclude(state=Campaign.State.DRAFT)
    )
    days = {day for other in others for day in Period(other.first_day, other.last_day) if day <= other.held_to(zone)}
    return days | {event.day for event in calendar_of(campaign.store).sales_in(period)}


def orders_of(campaign: Campaign) -> QuerySet[Order]:
    """The orders paid while it ran; with products of its own, those that hold one."""
    orders = campaign_live.paid_in(campaign, window(campaign))
    return orders.filter(Exists(campaign_live.lines_of(campaign))) if campaign.products.exists() else orders


def who_bought(campaign: Campaign) -> list[customers.Bought]:
    """Its buyers by the class they were in on the evening before it began."""
    return customers.bought_by_class(campaign.store, orders_of(campaign), campaign.first_day - DAY)


def refunds_by_age(campaign: Campaign) -> tuple[list[tuple[int, int, Decimal]], Decimal]:
    """(days since payment, cases, yuan) of refunds that succeeded on orders of the campaign, of its products where the
    case names one; and what those orders paid, yuan."""
    span = window(campaign)
    orders = orders_of(campaign)
    cases = Refund.objects.filter(store_id=campaign.store_id, status=RefundStatus.SUCCEEDED, settled_day__isnull=False)
    if campaign.products.exists():
        codes = ["", *campaign.products.values_list("code", flat=True)]
        cases = cases.filter(code__in=codes)
    mine = orders.filter(order_no=OuterRef("order_no"))
    rows = cases.filter(Exists(mine)).annotate(paid_on=Subquery(mine.values("pay_day")[:1]))
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for settled, paid_on, amount in rows.values_list("settled_day", "paid_on", "amount_fen"):
        age = found[max(0, (cast(dt.date, settled) - paid_on).days)]
        age[0] += 1
        age[1] += amount
    sold = campaign_live.sold_by_hour(campaign, span)
    paid = sum((amount for amount, _orders, _units in sold.values()), Decimal(0))
    return [(days, cases, yuan(amount)) for days, (cases, amount) in sorted(found.items())], paid


@dataclass(frozen=True)
class RehearsalBeside:
    """The last rehearsal of a campaign: what it said, what came, and both figure by figure."""

    last: Rehearsal
    said: Sums
    came: Sums
    lines: list[Line]


def rehearsal_beside(campaign: Campaign) -> RehearsalBeside | None:
    """None: it was never rehearsed."""
    last = rehearsing.last_of(campaign)
    if last is None:
        return None
    said, came = rehearsed.said_by(last.result, last.days), sold_beside(campaign)
    return RehearsalBeside(last, said, came, rehearsed.lines(said, came))


@one_version()
def sold_beside(campaign: Campaign) -> Sums:
    """What a rehearsal of the campaign is held against: the store's orders with goods of known price, paid on its
    days so far whose orders and lines are known. Lines of other goods are left out of their orders, as in a rehearsal;
    where the files do not say who pays a discount, all of it is the shop's."""
    store = campaign.store
    span = days_of_store(store, campaign.held(store.timezone))
    days = [day for day, (_amount, is_lined) in span.items() if is_lined and day < clock.today(store.timezone)]
    products = dict(Product.objects.filter(store=store).values_list("pk", "code"))
    asked, stands = asked_on(products, rules_of(campaign).offers, campaign.first_day)
    listed = ListPrice.objects.filter(product__store=store, from_day__lte=campaign.first_day).values("product")
    is_known = Q(product_id_ref__in=listed) | Q(product_id_ref__in=stands)
    every = OrderLine.objects.filter(store=store, qty__gt=0)
    of_order = every.filter(order_no=OuterRef("order_no"))
    orders = Order.objects.filter(Exists(of_order.filter(is_known)), store=store, pay_day__in=days).order_by()
    paid = Exists(orders.filter(order_no=OuterRef("order_no")))
    units = dict(every.filter(is_known, paid).order_by().values_list("product_id_ref").annotate(n=Sum("qty")))
    prices = {pk: asked[pk] for pk in units if pk in asked}
    sums = orders.aggregate(n=Count("pk"), pay=Sum("pay_fen"), freight=Sum("freight_fen"), more=Sum("subsidy_fen"))
    pay, goods = sums["pay"] or 0, (sums["pay"] or 0) - (sums["freight"] or 0) + (sums["more"] or 0)
    mixed = orders.filter(Exists(of_order.exclude(is_known)))
    for own_pay, own_goods in beside_known(store, mixed, set(prices)):
        pay, goods = pay - own_pay, goods - own_goods
    listed_fen = sum(price * int(units[pk]) for pk, price in prices.items())
    return Sums(len(days), sums["n"], pay, listed_fen, listed_fen - goods)


def beside_known(store: Store, orders: QuerySet[Order], known: Collection[int]) -> Iterable[tuple[int, int]]:
    """What goods other than the known bear of each order: of what was paid, and of what the shop got for goods, fen."""
    lines: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    every = OrderLine.objects.filter(store=store, order_no__in=orders.values("order_no"), qty__gt=0)
    told = every.order_by("order_no", "line_key").values_list("order_no", "price_fen", "qty", "product_id_ref")
    for order_no, price, qty, product in told.iterator(chunk_size=2000):
        lines[order_no].append((price * qty, product not in known))
    for order_no, pay, freight, more in orders.values_list("order_no", "pay_fen", "freight_fen", "subsidy_fen"):
        goods = (pay or 0) - (freight or 0) + (more or 0)
        yield campaign_live.part_of(pay or 0, lines[order_no]), campaign_live.part_of(goods, lines[order_no])
