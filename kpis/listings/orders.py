"""Orders, their lines and refunds."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from campaigns.models import Campaign
from kpis.listings.scope import NAMELESS, Rows, Scope, one
from kpis.models import GUESSED_REFUNDS, Order, OrderLine, ProductDay, Refund, RefundStatus
from kpis.models.facts import OrderStatus
from kpis.segments import CORE_DAYS, CORE_ORDERS
from kpis.sums.refund_lines import SAME_ORDER, with_only
from opsplan.lib.periods import DAY, Period
from products.models import Cost, Product

YEAR = 365 * DAY
VALID = ~Q(status=OrderStatus.CLOSED_REFUNDED) & (Q(known_fen=0) | Q(known_fen__lt=F("pay_fen")))
ZERO = Value(0, output_field=BigIntegerField())


def paid(scope: Scope) -> Rows:
    """Orders paid in the scope, with `known_fen` given back and `undated_fen` of it without a date (G5)."""
    cases = Refund.objects.filter(**SAME_ORDER, status=RefundStatus.SUCCEEDED)
    orders = Order.objects.filter(scope.on("pay_day")).annotate(
        settled_fen=Coalesce(one(cases, "order_no", Sum("amount_fen")), ZERO),
        dateless_fen=Coalesce(one(cases.filter(settled_day=None), "order_no", Sum("amount_fen")), ZERO),
    )
    more = Q(refund_fen__gt=F("settled_fen")) & (Q(settled_fen=0) if is_guess(scope) else Q())
    undated = F("refund_fen") - F("settled_fen") + F("dateless_fen")
    return orders.annotate(
        known_fen=Case(When(more, then=F("refund_fen")), default=F("settled_fen"), output_field=BigIntegerField()),
        undated_fen=Case(When(more, then=undated), default=F("dateless_fen"), output_field=BigIntegerField()),
    )


def is_guess(scope: Scope) -> bool:
    """Whether what the order files say was given back is a guess that gives way to the first case of the order."""
    return scope.store.platform in GUESSED_REFUNDS


def made(scope: Scope) -> Rows:
    return Order.objects.filter(scope.on("order_day"))


def made_and_paid(scope: Scope) -> Rows:
    return made(scope).filter(scope.on("pay_day"))


def keyed(scope: Scope) -> Rows:
    """Paid orders whose buyer can be told."""
    return paid(scope).exclude(buyer_key=None)


def before(scope: Scope) -> Rows:
    """The buyers of the year before the scope's first day."""
    first = scope.first_day
    return keyed(replace(scope, period=Period(first - YEAR, first - DAY), skipped=frozenset())).values("buyer_key")


def of_new(scope: Scope) -> Rows:
    return keyed(scope).exclude(buyer_key__in=before(scope))


def of_returning(scope: Scope) -> Rows:
    return keyed(scope).filter(buyer_key__in=before(scope))


def of_repeaters(scope: Scope) -> Rows:
    """Orders of those with two or more of them."""
    return keyed(scope).filter(buyer_key__in=often(scope, 2))


def often(scope: Scope, times: int) -> Rows:
    found = Order.objects.filter(scope.on("pay_day")).exclude(buyer_key=None).order_by()
    return found.values("buyer_key").annotate(n=Count("pk")).filter(n__gte=times).values("buyer_key")


def of_fans(scope: Scope) -> Rows:
    """Orders of core customers by the rule, over the scope."""
    found = Order.objects.filter(scope.on("pay_day")).exclude(buyer_key=None).order_by()
    people = found.values("buyer_key").annotate(n=Count("pk"), latest=Max("pay_day"))
    people = people.filter(n__gte=CORE_ORDERS, latest__gte=scope.period.last - (CORE_DAYS - 1) * DAY)
    return keyed(scope).filter(buyer_key__in=people.values("buyer_key"))


def halves(scope: Scope) -> tuple[Scope, Scope]:
    """The earlier and the later half of the scope's days."""
    half = len(scope.period) // 2
    first, last = scope.period.first, scope.period.last
    early, late = Period(first, last - half * DAY), Period(last - (half - 1) * DAY, last)
    return replace(scope, period=early), replace(scope, period=late)


def of_earlier(scope: Scope) -> Rows:
    return keyed(halves(scope)[0])


def of_again(scope: Scope) -> Rows:
    """Orders of the later half by people of the earlier half."""
    early, late = halves(scope)
    return keyed(late).filter(buyer_key__in=keyed(early).values("buyer_key"))


def sent_back(scope: Scope) -> Rows:
    back = Refund.objects.filter(**SAME_ORDER, status=RefundStatus.SUCCEEDED, with_return=True)
    return paid(scope).filter(Exists(back))


def lines(scope: Scope) -> Rows:
    """Lines of the orders paid in the scope."""
    orders = Order.objects.filter(scope.on("pay_day"))
    found = OrderLine.objects.filter(store=scope.store, order_no__in=orders.values("order_no"))
    day = Subquery(Order.objects.filter(**SAME_ORDER).values("pay_day"))
    return found.filter(scope.of_products("product_id_ref")).annotate(pay_day=day)


def shared(scope: Scope) -> Rows:
    """Lines with `share_fen`, their part of what the order was paid, and `undated_fen`, their part of what was given
    back without a date: by price x quantity in the order of the lines, so that the parts of an order sum to the fen; in
    even parts where the lines are worth nothing."""
    same = OrderLine.objects.filter(**SAME_ORDER)
    upto = same.filter(line_key__lte=OuterRef("line_key"))
    worth = F("price_fen") * F("qty")
    cases = Refund.objects.filter(**SAME_ORDER, status=RefundStatus.SUCCEEDED)
    order = Order.objects.filter(**SAME_ORDER)
    found = lines(scope).annotate(
        pay=Coalesce(Subquery(order.values("pay_fen"), output_field=BigIntegerField()), ZERO),
        told=Coalesce(Subquery(order.values("refund_fen"), output_field=BigIntegerField()), ZERO),
        settled=Coalesce(one(cases, "order_no", Sum("amount_fen")), ZERO),
        dateless=Coalesce(one(cases.filter(settled_day=None), "order_no", Sum("amount_fen")), ZERO),
        worth=worth,
        upto=one(upto, "order_no", Cast(Sum(worth), BigIntegerField())),
        whole=one(same, "order_no", Cast(Sum(worth), BigIntegerField())),
        place=one(upto, "order_no", Count("pk")),
        lines=one(same, "order_no", Count("pk")),
    )
    more = ExpressionWrapper(F("told") - F("settled") + F("dateless"), output_field=BigIntegerField())
    beyond = Q(told__gt=F("settled")) & (Q(settled=0) if is_guess(scope) else Q())
    undated = Case(When(beyond, then=more), default=F("dateless"), output_field=BigIntegerField())
    found = found.annotate(back=Cast(undated, BigIntegerField()))  # a whole number: PostgreSQL divides others exactly
    rows: Rows = found.annotate(share_fen=part_of("pay"), undated_fen=part_of("back"))
    return rows


def part_of(name: str) -> Case:
    whole = F(name)
    by_worth = whole * F("upto") / F("whole") - whole * (F("upto") - F("worth")) / F("whole")
    even = whole * F("place") / F("lines") - whole * (F("place") - 1) / F("lines")
    return Case(When(whole__gt=0, then=by_worth), default=even, output_field=BigIntegerField())


def undated_lines(scope: Scope) -> Rows:
    return shared(scope).filter(back__gt=0)


def named_lines(scope: Scope) -> Rows:
    """Lines of known products with at least a unit."""
    return lines(scope).filter(product_id_ref__isnull=False, qty__gt=0)


def best_lines(scope: Scope) -> Rows:
    """Lines of the fewest products that make 80 % of the paid amount."""
    days = ProductDay.objects.filter(scope.on("day"), product_id_ref__isnull=False).order_by()
    sold = days.values_list("product_id_ref").annotate(n=Sum("pay_amt")).filter(n__gt=0).order_by("-n")
    amounts = [(product, int(amount)) for product, amount in sold]
    whole, upto, best = sum(amount for _product, amount in amounts), 0, []
    for product, amount in amounts:
        best.append(product)
        upto += amount
        if upto * 100 >= whole * 80:
            break
    return lines(scope).filter(product_id_ref__in=best)


def price() -> Subquery:
    """The cost of a line's product on the day it was paid, in fen."""
    known = Cost.objects.filter(product=OuterRef("product_id_ref"), from_day__lte=OuterRef("pay_day"))
    return Subquery(known.order_by("-from_day").values("cost_fen")[:1], output_field=BigIntegerField())


def costed(scope: Scope) -> Rows:
    found = lines(scope).annotate(price=price())
    rows: Rows = found.annotate(cost_fen=F("price") * F("qty")).exclude(price=None)
    return rows


def uncosted(scope: Scope) -> Rows:
    rows: Rows = lines(scope).annotate(price=price()).filter(price=None)
    return rows


def without_lines(scope: Scope) -> Rows:
    return paid(scope).filter(~Exists(OrderLine.objects.filter(**SAME_ORDER)))


def campaigns(scope: Scope) -> tuple[Q, Q]:
    """Which orders are paid in a campaign of the whole store, and which lines are of a campaign's products."""
    nothing = Q(pk=None)
    whole, some = nothing, nothing
    spans = Campaign.objects.filter(
        store=scope.store, first_day__lte=scope.period.last, last_day__gte=scope.period.first
    )
    for campaign in spans.prefetch_related("products"):
        days = Q(pay_day__range=(campaign.first_day, campaign.held_to(scope.store.timezone)))
        ids = [product.pk for product in campaign.products.all()]
        whole, some = (whole, some | days & Q(product_id_ref__in=ids)) if ids else (whole | days, some)
    return whole, some


def in_campaign(scope: Scope) -> Rows:
    return paid(scope).filter(campaigns(scope)[0])


def campaign_lines(scope: Scope) -> Rows:
    whole, some = campaigns(scope)
    return shared(scope).filter(some).exclude(whole)


def refunds(scope: Scope) -> Rows:
    found = Refund.objects.filter(scope.on("settled_day"), status=RefundStatus.SUCCEEDED)
    if not scope.is_narrowed:
        return found
    told, own = with_only(scope.store, found), scope.products()
    if scope.product == NAMELESS:
        rows: Rows = told.filter(only=None).exclude(code__in=Product.objects.filter(store=scope.store).values("code"))
    else:
        rows = told.filter(Q(code__in=own.values("code")) | Q(only__in=own.values("pk")))
    return rows


def open_refunds(scope: Scope) -> Rows:
    """Cases applied for in the scope that have not succeeded."""
    zone = ZoneInfo(scope.store.timezone)
    start = dt.datetime.combine(scope.period.first, dt.time(), zone)
    end = dt.datetime.combine(scope.period.last + DAY, dt.time(), zone)
    cases: Any = Refund.objects.filter(store=scope.store, applied_at__gte=start, applied_at__lt=end)
    rows: Rows = cases.exclude(status=RefundStatus.SUCCEEDED)
    return rows
