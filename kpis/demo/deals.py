"""The demo's group deals: one for each state worth looking at, on three sites."""

import datetime as dt
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from campaigns.groupbuy import dealing, planning, states, ten_steps
from campaigns.groupbuy.dealing import Told
from campaigns.groupbuy.planning import Terms
from campaigns.models import GroupDeal
from kpis.demo.shop import Shop
from opsplan.lib import clock
from opsplan.lib.periods import DAY
from products.models import SKU, ListPrice, StockItem
from products.stock_services import hold_lines
from staff.models import User
from stores.models import GroupSite, Store

SITES = (
    ("美团", "meituan", 800, 5_000, 0, "main", "本地家庭客群，工作日午间下单多"),
    ("聚划算", "taobao", 500, 0, 20_000, "main", "折扣敏感的老客与会员"),
    ("抖音团购", "douyin", 600, 0, 0, "usual", "直播间新客，退款率偏高"),
)
INSTALMENTS = [[3000, 7], [4000, 30], [3000, 60]]
WANTED_MORE = 40  # units beyond what is there, so that the stock decision is worth a look


@dataclass(frozen=True)
class Wish:
    """A deal to make: place of its site, its first day and its days from today, share of list (%), orders and how many
    of them are refunded."""

    name: str
    site: int
    start: int
    days: int
    share: int
    orders: int = 0
    refunds: int = 0
    minimum: int = 0
    is_voucher: bool = False
    priority: int = 5
    is_short: bool = False


WISHES = (
    Wish("上月家庭装团", 0, -34, 4, 74, 46, 5, minimum=10),  # being settled
    Wish("新客拼团", 2, -12, 2, 75, 17, minimum=30),  # missed
    Wish("到店护理券", 0, -9, 5, 78, 24, 2, is_voucher=True, priority=4),
    Wish("周末尝鲜团", 1, -2, 5, 76, 22, 1, minimum=30, priority=3),  # sells
    Wish("年末囤货团", 1, 12, 3, 75, priority=2),  # approved
    Wish("圣诞礼盒团", 2, 26, 4, 62, minimum=50, priority=6, is_short=True),  # planned: price too deep, stock short
)


@transaction.atomic
def deals(shop: Shop, store: Store, today: dt.date, by: User) -> None:
    """Sites, and deals with which the clock has done what was due."""
    sites, rng = [site_of(store, *told) for told in SITES], shop.seed(today, "deals")
    free = F("on_hand") - F("safety") - F("held") - F("due")
    items = StockItem.objects.filter(store=store).annotate(free=free).order_by("-free", "pk")[: len(WISHES)]
    skus = {sku.pk: sku for sku in SKU.objects.filter(pk__in=[x.pk for x in items]).select_related("product")}
    prices = dict(
        ListPrice.objects.filter(product__in=[x.product_id for x in skus.values()], from_day__lte=today)
        .order_by("from_day")
        .values_list("product", "price_fen")
    )
    for wish, item in zip(WISHES, items, strict=False):
        sku = skus[item.pk]
        if sku.product_id in prices and item.free > 2:
            made = planned(wish, sites[wish.site], sku, prices[sku.product_id], item.free, today, by)
            if not wish.is_short:
                live(made, wish, sku, rng, by)


def site_of(
    store: Store, name: str, platform: str, rate: int, guarantee: int, slot: int, weight: str, audience: str
) -> GroupSite:
    terms = {
        "platform": platform, "rate_bp": rate, "guarantee_fen": guarantee, "slot_fen": slot, "weight": weight,
        "audience": audience, "keep_warm_days": 30, "instalments": INSTALMENTS,
    }  # fmt: skip
    return GroupSite.objects.get_or_create(store=store, name=name, defaults=terms)[0]


def planned(wish: Wish, site: GroupSite, sku: SKU, list_fen: int, free: int, today: dt.date, by: User) -> GroupDeal:
    """A deal of all that may be promised of a SKU, at ten in the morning."""
    zone = ZoneInfo(site.store.timezone)
    opens = dt.datetime.combine(today + wish.start * DAY, dt.time(10), zone).astimezone(dt.UTC)
    deal = GroupDeal(
        store=site.store, site=site, name=wish.name, opens_at=opens, closes_at=opens + wish.days * DAY, limit=2,
        is_voucher=wish.is_voucher, valid_until=opens + 60 * DAY if wish.is_voucher else None,
        priority=wish.priority, rate_bp=site.rate_bp, guarantee_fen=site.guarantee_fen, slot_fen=site.slot_fen,
        instalments=site.instalments, freight_fen=500, return_fen=600, refund_bp=600, back_bp=200,
    )  # fmt: skip
    quota = free + (WANTED_MORE if wish.is_short else 0)
    deal.minimum = min(wish.minimum, quota)
    made = planning.save_deal(deal, {sku: Terms(list_fen * wish.share // 1000 * 10, quota)}, by)
    for step in made.steps.filter(due__lt=today - 2 * DAY):
        step.done_by, step.done_at, step.output = by, clock.now(), str(ten_steps.STEPS[step.number - 1][1])
        step.save(update_fields=["done_by", "done_at", "output"])
    return made


def live(deal: GroupDeal, wish: Wish, sku: SKU, rng: Random, by: User) -> None:
    """Approve it a day before it opens, let it sell until now, some of it refunded."""
    now = clock.now()
    agreed = min(deal.opens_at - DAY, now)
    line = deal.lines.get()
    hold_lines(deal.store, {sku: line.quota}, deal.reference, by=by, why=deal.name)
    dealing.step(dealing.locked(deal), states.State.APPROVED, by, agreed, agreed, held=line.quota)
    until = min(now, deal.form_by - dt.timedelta(hours=1))
    orders = min(wish.orders, line.quota * 9 // 10)
    if orders and until > deal.opens_at:
        span = (until - deal.opens_at).total_seconds()
        moments = sorted(deal.opens_at + dt.timedelta(seconds=int(rng.random() * span)) for _x in range(orders))
        told = [
            Told(f"T{deal.pk:03d}{n:04d}", sku.code, 1, at, buyer=f"团购买家{n}",
                 before=int(n < wish.refunds), redeemed=int(deal.is_voucher and n % 3 == 2))
            for n, at in enumerate(moments)
        ]  # fmt: skip
        dealing.record(deal, told, by, now=until)
    dealing.advance(deal, now)
