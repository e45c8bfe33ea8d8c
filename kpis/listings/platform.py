"""What platforms and ad systems say of a day, what people typed, and what is planned."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace

from django.db.models import BigIntegerField, Case, DecimalField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from kpis.figures.readings import Reader
from kpis.listings.scope import Rows, Scope
from kpis.measures import MEASURES
from kpis.metrics import METRICS
from kpis.models import (
    AdSpend,
    ChannelTraffic,
    Coverage,
    Entry,
    Fee,
    ItemTraffic,
    Refund,
    RefundStatus,
    ShopTraffic,
    Target,
)
from kpis.sums.platform_days import TOTAL_ROWS
from opsplan.lib.periods import Period, month_of
from stores.models import Channel

SHOP_FIELDS = ("uv", "pv", "visits", "new_uv", "old_uv")
PAID = "paid"  # the measure of a scope that asks for what was typed for any paid channel
NUMBER = DecimalField(max_digits=24, decimal_places=6)


def traffic(scope: Scope) -> Rows:
    """The platform's day rows with what is made of them: weighted seconds, bounces and what they are counted among."""
    base = Coalesce(F("visits"), F("uv"))
    known = Case(When(bounce_rate__isnull=False, then=base), output_field=BigIntegerField())
    return ShopTraffic.objects.filter(scope.on("day")).annotate(
        fav_used=Coalesce(F("item_fav_uv"), F("shop_fav_uv")),
        stay_total=Cast(F("stay_seconds") * F("uv"), NUMBER),
        bounce_base=known,
        bounce_total=Cast(F("bounce_rate") * base, NUMBER),
    )


def items(scope: Scope) -> Rows:
    return ItemTraffic.objects.filter(scope.on("day"), scope.of_products("product_id_ref"))


def items_listed(scope: Scope) -> Rows:
    """The items of the item report, where nobody typed how many are on sale."""
    typed = Entry.objects.filter(store=OuterRef("store"), day=OuterRef("day"), measure="items_on_sale")
    return items(scope).filter(~Exists(typed))


def ad_rows(scope: Scope) -> Rows:
    rows = AdSpend.objects.filter(scope.on("day"))
    return rows.filter(channel_key=scope.channel) if scope.channel else rows


def ads(scope: Scope) -> Rows:
    """Of each channel and day the rows of its first grain: finer ones are another view of the same money."""
    same = AdSpend.objects.filter(store=OuterRef("store"), day=OuterRef("day"), channel_key=OuterRef("channel_key"))
    grains = AdSpend.Grain.values
    counts = Q(grain=grains[0])
    for number, grain in enumerate(grains[1:], 1):
        counts |= Q(~Exists(same.filter(grain__in=grains[:number])), grain=grain)
    return ad_rows(scope).filter(counts)


def ads_shadowed(scope: Scope) -> Rows:
    return ad_rows(scope).exclude(pk__in=ads(scope).values("pk"))


def ads_telling(field: str, scope: Scope) -> Rows:
    """Rows of the channels that report `field` on that day."""
    same = ads(scope).filter(day=OuterRef("day"), channel_key=OuterRef("channel_key"), **{f"{field}__isnull": False})
    return ads(scope).filter(Exists(same.values("pk")))


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


def flow(scope: Scope) -> Rows:
    return ChannelTraffic.objects.filter(pk__in=counted_flows(scope))


def flow_paid(scope: Scope) -> Rows:
    return flow(scope).filter(channel_key__in=paid_channels(scope))


def flow_shadowed(scope: Scope) -> Rows:
    rows = ChannelTraffic.objects.filter(scope.on("day")).exclude(pk__in=counted_flows(replace(scope, channel="")))
    return rows.filter(channel_key=scope.channel) if scope.channel else rows


def paid_channels(scope: Scope) -> list[str]:
    return list(Channel.objects.filter(store=scope.store, is_paid=True).values_list("key", flat=True))


def fees(scope: Scope) -> Rows:
    """What settlements say the platform kept."""
    return Fee.objects.filter(scope.on("day"))


def entries(scope: Scope) -> Rows:
    """Hand entries of `scope.measure` ("promo_cost_*": of every channel, "paid": visitors of the paid channels) that
    count: nothing replaces them. `counted`: the value; a mean times the count it belongs to."""
    rows = Entry.objects.filter(scope.on("day"))
    name = scope.measure
    if name == PAID:
        rows = rows.filter(measure__in=[f"uv_{key}" for key in paid_channels(scope)])
    elif name.endswith("*"):
        rows = rows.filter(measure__startswith=name[:-1])
    elif name:
        rows = rows.filter(measure=name)
    same = {"store": OuterRef("store"), "day": OuterRef("day")}
    if name.startswith("promo_cost_"):
        covered = Coverage.objects.annotate(name=Concat(Value("promo_cost_"), "detail"))
        spent = AdSpend.objects.annotate(name=Concat(Value("promo_cost_"), "channel_key"))
        rows = rows.exclude(Exists(spent.filter(**same, name=OuterRef("measure"))))
        rows = rows.exclude(Exists(covered.filter(**same, kind="ads", name=OuterRef("measure"))))
    elif name == PAID or name.startswith("uv_"):
        told = ChannelTraffic.objects.filter(pk__in=counted_flows(replace(scope, channel="")), uv__isnull=False)
        told = told.annotate(name=Concat(Value("uv_"), "channel_key"))
        rows = rows.exclude(Exists(told.filter(**same, name=OuterRef("measure"))))
    elif name in SHOP_FIELDS:
        rows = rows.exclude(Exists(ShopTraffic.objects.filter(**same, **{f"{name}__isnull": False})))
    elif name == "refund_qty":  # typed where a case of the day does not tell its units, or no list tells of the day
        cases = Refund.objects.filter(
            store=OuterRef("store"), settled_day=OuterRef("day"), status=RefundStatus.SUCCEEDED
        )
        is_told = Exists(Coverage.objects.filter(**same, kind="refunds")) | Exists(cases)
        rows = rows.exclude(is_told & ~Exists(cases.filter(qty=None)))
    elif name == "platform_fee":
        rows = rows.exclude(Exists(Fee.objects.filter(**same)))
    weight = MEASURES[name].weight if name in MEASURES else ""
    if not weight:
        return rows.annotate(counted=F("value"))
    times = Entry.objects.filter(**same, measure=weight).values("value")
    return rows.annotate(counted=Cast(F("value") * Subquery(times, output_field=NUMBER), NUMBER))


def targets(scope: Scope) -> Rows:
    """Targets of the metric `scope.measure` in the months of the scope; `part` is what the plan puts on its days but
    those skipped: an amount's share of them, a target of every day for each ("metric:day"), a level as it stands
    ("metric:level")."""
    name, _colon, _way = scope.measure.partition(":")
    months, parts, day = [], [], scope.period.first
    reader = Reader(scope.store, [name] if name in METRICS else [])
    while day <= scope.period.last:
        month = month_of(day)
        span = Period(day, min(month.last, scope.period.last))
        day = span.last + dt.timedelta(days=1)
        if scope.store.opened_on and span.last < scope.store.opened_on:
            continue
        days = tuple(x for x in span if x not in scope.skipped)
        aim = reader.target(METRICS[name], span, days) if name in METRICS else None
        months.append(month.first)
        if aim is not None:
            parts.append(When(month=month.first, then=Value(aim, output_field=NUMBER)))
    rows = Target.objects.filter(store=scope.store, metric=name, month__in=months)
    return rows.annotate(part=Case(*parts, default=F("value"), output_field=NUMBER))
