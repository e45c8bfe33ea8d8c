"""What the figures say about each style, for the rules of its life: weeks of units, shares of visitors, campaign days.

Everything is counted up to yesterday; the last week ends then. A week is known when the lines of all its days are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from campaigns.models import Campaign
from kpis.models import AdSpend, ItemTraffic, ProductDay, StoreDay
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from products.lifecycle import Facts
from products.models import Listing, Product
from products.stages import propose_stages
from stores.models import Store

WEEKS = 26
MONTH = 28  # the days that shares are looked at


@dataclass
class Seen:
    """Counts of one product."""

    units: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by week, 0 = the oldest
    amount: dict[dt.date, int] = field(default_factory=lambda: defaultdict(int))  # fen, the last 28 days
    uv: int = 0
    search: int | None = None
    paid: int | None = None


def judge_stages(store: Store, today: dt.date | None = None, products: Sequence[int] | None = None) -> int:
    """Work out the evidence of the products on sale (`products`: of these ids) as of the morning of `today`, and
    propose what follows. Returns how many proposals are new."""
    today = today or clock.today(store.timezone)
    return propose_stages(store, facts_of(store, today, products), today)


def facts_of(store: Store, today: dt.date, products: Sequence[int] | None = None) -> dict[int, Facts]:
    """The facts of each product, by id. Six statements, however many products there are."""
    span = Period(today - WEEKS * 7 * DAY, today - DAY)
    month = Period(today - MONTH * DAY, today - DAY)
    wanted = Product.objects.filter(store=store, status__in=(Product.Status.NEW, Product.Status.ON_SALE))
    if products is not None:
        wanted = wanted.filter(pk__in=products)
    launched = dict(wanted.values_list("pk", "launched_on"))
    seen: dict[int, Seen] = defaultdict(Seen)
    known, paid_uv = told_days(store, span)
    shop: list[int] = [0] * WEEKS
    first: dict[int, dt.date] = {}
    rows = ProductDay.objects.filter(store=store, day__gte=span.first, day__lte=span.last)
    for day, pk, units, amount in rows.values_list("day", "product_id_ref", "pay_item_cnt", "pay_amt").iterator():
        week = (day - span.first).days // 7
        shop[week] += units or 0
        if pk in launched:
            one = seen[pk]
            one.units[week] += units or 0
            first[pk] = min(first.get(pk, day), day)
            if day >= month.first and amount:
                one.amount[day] += amount
    visitors(store, month, seen)
    campaigns = list(
        Campaign.objects.filter(store=store, first_day__lte=span.last, last_day__gte=span.first).prefetch_related(
            "products"
        )
    )
    whole = [all(span.first + (week * 7 + i) * DAY in known for i in range(7)) for week in range(WEEKS)]
    total = tuple(n if whole[week] else None for week, n in enumerate(shop))
    return {
        pk: product_facts(
            seen[pk], total, whole, sale_days(campaigns, pk, span), paid_uv, span,
            (today - (since or first.get(pk, today))).days if since or pk in first else None,
        )
        for pk, since in launched.items()
    }  # fmt: skip


def told_days(store: Store, span: Period) -> tuple[set[dt.date], tuple[int | None, ...]]:
    """The days whose lines are known, and the shop's paid visitors of each of the last four weeks."""
    known, weeks = set(), [dict[dt.date, int | None]() for _week in range(4)]
    rows = StoreDay.objects.filter(store=store, day__gte=span.first, day__lte=span.last)
    for day, covered, unlined, paid in rows.values_list("day", "covered", "unlined_cnt", "paid_uv"):
        if "orders" in covered.split() and not unlined:
            known.add(day)
        week = (day - span.last).days // -7
        if week < 4:
            weeks[3 - week][day] = paid
    return known, tuple(_all(week.values(), 7) for week in weeks)


def _all(values: Iterable[int | None], count: int) -> int | None:
    found = [x for x in values if x is not None]
    return sum(found) if len(found) == count else None


def visitors(store: Store, month: Period, seen: dict[int, Seen]) -> None:
    """Visitors of the last four weeks by how they came: search as the platform tells it, Zhitongche by the clicks of
    ads whose subject names the item (none named: the share of search alone, which is the least it can be)."""
    rows = ItemTraffic.objects.filter(store=store, day__gte=month.first, day__lte=month.last)
    for pk, uv, search in rows.values_list("product_id_ref", "uv", "search_uv").iterator():
        if pk in seen:
            seen[pk].uv += uv or 0
            if search is not None:
                seen[pk].search = (seen[pk].search or 0) + search
    items = dict(Listing.objects.filter(store=store).values_list("item_id", "product_id"))
    ads = AdSpend.objects.filter(
        store=store, day__gte=month.first, day__lte=month.last, channel_key="zhitongche", grain=AdSpend.Grain.SUBJECT
    )
    for subject, clicks in ads.values_list("subject", "clicks"):
        pk = next((items[part] for part in subject.split("/") if part in items), None)
        if pk in seen and clicks is not None:
            seen[pk].paid = (seen[pk].paid or 0) + clicks


def sale_days(campaigns: Sequence[Campaign], pk: int, span: Period) -> set[dt.date]:
    """The days on which a campaign held the product; one without products holds all."""
    days: set[dt.date] = set()
    for campaign in campaigns:
        goods = {x.pk for x in campaign.products.all()}
        if not goods or pk in goods:
            days.update(Period(max(campaign.first_day, span.first), min(campaign.last_day, span.last)))
    return days


def product_facts(
    seen: Seen,
    shop: Sequence[int | None],
    whole: Sequence[bool],
    sales: set[dt.date],
    paid_uv: tuple[int | None, ...],
    span: Period,
    listed: int | None,
) -> Facts:
    weeks = [seen.units.get(week, 0) if whole[week] else None for week in range(WEEKS)]
    if listed is not None and listed < WEEKS * 7:  # weeks before it was there tell nothing
        weeks = [None if (WEEKS - week) * 7 > listed else n for week, n in enumerate(weeks)]
    quiet = [week for week in range(WEEKS) if not any(span.first + (week * 7 + i) * DAY in sales for i in range(7))]
    best, shop_best = best_four(weeks, shop, quiet)
    total = sum(seen.amount.values())
    pulled = None if seen.search is None else seen.search + (seen.paid or 0)
    return Facts(
        listed_days=listed,
        weeks=tuple(weeks),
        shop=tuple(shop),
        best4=best,
        shop_best4=shop_best,
        pulled_share=share(pulled, seen.uv),
        natural_share=share(seen.search, seen.uv),
        paid_share=share(seen.paid, seen.uv),
        activity_share=share(sum(fen for day, fen in seen.amount.items() if day in sales), total),
        paid_uv=paid_uv,
    )


def best_four(
    weeks: Sequence[int | None], shop: Sequence[int | None], quiet: Sequence[int]
) -> tuple[int | None, int | None]:
    """The most units of four successive weeks without a campaign day, and what the shop sold in the same."""
    known = [(weeks[week], shop[week]) for week in quiet]
    found = []
    for i in range(len(known) - 3):
        own = [x for x, _shop in known[i : i + 4] if x is not None]
        all_of = [x for _own, x in known[i : i + 4] if x is not None]
        if len(own) == 4 and len(all_of) == 4:
            found.append((sum(own), sum(all_of)))
    return max(found, default=(None, None))


def share(part: int | None, whole: int) -> Decimal | None:
    return None if part is None or not whole else min(Decimal(part) / whole, Decimal(1))
