"""What group deals came to, as daily entries of the store, so that their KPIs go the way of all others.

Called after counting, every hour, and at once when a deal has changed. Nothing is written that is known already. What
somebody typed stays.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.groupbuy import sheets
from campaigns.models import DealSale, GroupDeal
from kpis.models import Entry, Order
from kpis.models.rollups import bump, mark_stale
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from stores.models import Store

MEASURES = (
    "deal_cnt", "deal_quota", "deal_sold_qty", "deal_paid_qty", "deal_back_qty", "deal_gross_amt", "deal_net_amt",
    "deal_commission", "deal_profit", "deal_decided_cnt", "deal_formed_cnt", "deal_new_buyers",
)  # fmt: skip
YEAR = 365 * DAY
Cell = tuple[str, dt.date]


@transaction.atomic
def push(store: Store) -> int:
    """Make the entries say what the deals say. Returns how many changed."""
    if not GroupDeal.objects.filter(store=store).exists():
        return 0
    wanted = values(store)
    there = {(x.measure, x.day): x for x in Entry.objects.filter(store=store, measure__in=MEASURES)}
    mine = {at: x for at, x in there.items() if x.by_id is None and x.upload_id is None}
    gone = [x.pk for at, x in mine.items() if at not in wanted]
    other = {at: x for at, x in wanted.items() if at not in there or (at in mine and mine[at].value != x)}
    if not gone and not other:
        return 0
    now = clock.now()
    Entry.objects.filter(pk__in=[*gone, *(mine[at].pk for at in other if at in mine)]).delete()
    Entry.objects.bulk_create(
        Entry(store=store, measure=measure, day=day, value=value, updated_at=now)
        for (measure, day), value in other.items()
    )
    mark_stale(store, {day for _measure, day in (*other, *(at for at in mine if at not in wanted))})
    bump(store)
    return len(gone) + len(other)


def values(store: Store) -> Mapping[Cell, Decimal]:
    """(measure, local day) -> value, yuan for money. Deals that were called off do not count. A day on which a deal
    ends whose goods have no cost has no profit, one on which somebody paid of whom nobody knows whether they are new no
    new buyers; one without any, since the first of them opened, has net sales of 0, so that it is known."""
    zone, now = ZoneInfo(store.timezone), clock.now()
    sums: dict[Cell, Decimal] = defaultdict(Decimal)
    ended, uncosted, opened, unsure = sheets.results_of(store), set(), set(), set()
    deals = GroupDeal.objects.filter(store=store).exclude(state__in=["planned", "approved", "cancelled"])
    for deal in deals.select_related("store").prefetch_related("lines"):
        opened.add(deal.opens_at.astimezone(zone).date())
        if deal.minimum and deal.state != GroupDeal.State.OPEN:
            day = deal.form_by.astimezone(zone).date()
            sums["deal_decided_cnt", day] += 1
            sums["deal_formed_cnt", day] += deal.state != GroupDeal.State.MISSED
        if deal.closes_at <= now and deal.pk in ended:
            day, found = deal.closes_at.astimezone(zone).date(), ended[deal.pk]
            sums["deal_cnt", day] += 1
            sums["deal_quota", day] += sum(x.quota for x in deal.lines.all())
            sums["deal_sold_qty", day] += found.sold - found.refunded
            sums["deal_paid_qty", day] += found.sold
            sums["deal_back_qty", day] += found.refunded
            sums["deal_gross_amt", day] += yuan(found.sales_fen)
            sums["deal_net_amt", day] += yuan(found.net_fen)
            sums["deal_commission", day] += yuan(found.commission_fen)
            sums["deal_profit", day] += yuan(found.profit_fen)
            if found.uncosted:
                uncosted.add(day)
    today = clock.today(store.timezone)
    for day, count in new_buyers(store, zone).items():
        if day < today:  # what was paid that day counts when the deal ends; here it says that some was
            sums["deal_paid_qty", day] += 0
        if count is not None:
            sums["deal_new_buyers", day] += count
        else:
            unsure.add(day)
    for day in {day for measure, day in sums if measure == "deal_paid_qty"} - unsure:
        sums["deal_new_buyers", day] += 0
    day = min([*(day for _measure, day in sums), *opened], default=today)
    while day < today:
        sums["deal_net_amt", day] += 0
        day += DAY
    return {at: value for at, value in sums.items() if at[0] != "deal_profit" or at[1] not in uncosted}


def new_buyers(store: Store, zone: ZoneInfo) -> dict[dt.date, int | None]:
    """Local day -> how many buyers of deals paid then who were new, each once a deal; None where of one of them neither
    the site nor our orders can tell. As with all figures of payments a later refund takes nothing away (G3, G5)."""
    sales = (
        DealSale.objects.filter(deal__store=store).exclude(deal__state__in=["missed", "cancelled"]).order_by("at", "id")
    )
    rows = list(sales.values_list("deal_id", "key", "buyer", "at", "is_new_buyer"))
    known = newness(store, [key for _deal, key, _buyer, _at, is_new in rows if is_new is None])
    people: dict[tuple[int, str], tuple[dt.date, bool | None]] = {}
    for deal, key, buyer, at, told in rows:
        is_new = known.get(key) if told is None else told
        if people.get((deal, buyer or key), (None, None))[1] is None:
            people[deal, buyer or key] = at.astimezone(zone).date(), is_new
    found: dict[dt.date, int | None] = {}
    for day, is_new in people.values():
        so_far = found.get(day, 0)
        found[day] = None if so_far is None or is_new is None else so_far + is_new
    return found


def newness(store: Store, numbers: list[str]) -> dict[str, bool]:
    """Of orders the store knows by these numbers: whether their buyer had paid nothing in the year before."""
    orders = Order.objects.filter(store=store, order_no__in=numbers, buyer_key__isnull=False, pay_day__isnull=False)
    asked = list(orders.values_list("order_no", "buyer_key", "pay_day"))
    days: dict[int | None, list[dt.date]] = defaultdict(list)
    before = Order.objects.filter(store=store, buyer_key__in={x for _no, x, _day in asked}, pay_day__isnull=False)
    for buyer, day in before.values_list("buyer_key", "pay_day"):
        if day:
            days[buyer].append(day)
    return {no: not any(day - YEAR <= x < day for x in days[buyer]) for no, buyer, day in asked if day}
