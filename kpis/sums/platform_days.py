"""What platforms and ad systems say of a day themselves: visitors, items, flow sources, ad spend (G16, G19)."""

import datetime as dt
from collections import defaultdict

from django.db.models import Count, Sum

from kpis.models import AdSpend, ChannelTraffic, ItemTraffic, ShopTraffic
from kpis.sums.daysums import Days, add, spoken
from stores.models import Store

TOTAL_ROWS = ("", "汇总", "总计", "合计")


def shop_traffic(store: Store, counted: Days) -> None:
    for t in ShopTraffic.objects.filter(store=store, day__in=counted):
        day = counted[t.day]
        spoken(day, "traffic")
        base = t.uv if t.visits is None else t.visits
        known = {
            "uv": t.uv,
            "pv": t.pv,
            "visits": t.visits,
            "new_uv": t.new_uv,
            "old_uv": t.old_uv,
            "stay_total": None if t.stay_seconds is None or t.uv is None else t.stay_seconds * t.uv,
            "bounce_total": None if t.bounce_rate is None or base is None else t.bounce_rate * base,
            "bounce_base": None if t.bounce_rate is None else base,
            "fav_uv": t.shop_fav_uv if t.item_fav_uv is None else t.item_fav_uv,
            "cart_uv": t.cart_uv,
            "platform_order_buyers": t.order_buyers,
            "platform_pay_buyers": t.pay_buyers,
            "platform_new_buyers": t.pay_new_buyers,
            "platform_old_buyers": t.pay_old_buyers,
        }
        day.store.update({key: value for key, value in known.items() if value is not None})


def items(store: Store, counted: Days) -> None:
    rows = (
        ItemTraffic.objects.filter(store=store, day__in=counted)
        .values("day", "product_id_ref")
        .annotate(
            items=Count("id"),
            seen=Sum("uv"),
            views=Sum("pv"),
            favourites=Sum("fav_uv"),
            carts=Sum("cart_uv"),
            buyers=Sum("pay_buyers"),
        )
    )
    for row in rows:
        day = counted[row["day"]]
        spoken(day, "items")
        day.products[row["product_id_ref"]].update(
            uv=row["seen"],
            pv=row["views"],
            fav_uv=row["favourites"],
            cart_uv=row["carts"],
            platform_pay_buyers=row["buyers"],
        )
        add(day.store, items_on_sale=row["items"], item_uv=row["seen"], item_pay_buyers=row["buyers"])


FLOW = {
    "uv": "uv",
    "pv": "pv",
    "fav_uv": "fav_uv",
    "cart_uv": "cart_uv",
    "order_buyers": "platform_order_buyers",
    "pay_buyers": "platform_pay_buyers",
    "pay_amt_fen": "pay_amt",
}


def flows(store: Store, counted: Days) -> None:
    """A flow source's total and its details are the same people: one of the two is counted. The total is (it counts a
    person once) where all details belong to its own channel, else the details, each to its channel."""
    sources: dict[tuple[dt.date, str], list[ChannelTraffic]] = defaultdict(list)
    for t in ChannelTraffic.objects.filter(store=store, day__in=counted).order_by("day", "flow", "detail"):
        sources[t.day, t.flow].append(t)
    for (at, _flow), rows in sources.items():
        spoken(counted[at], "flow")
        totals = [t for t in rows if t.detail in TOTAL_ROWS][:1]
        details = [t for t in rows if t.detail not in TOTAL_ROWS]
        own = not details or all(t.channel_key == totals[0].channel_key for t in details) if totals else False
        for t in totals if own else details:
            known = {column: getattr(t, name) for name, column in FLOW.items()}
            add(counted[at].channels[t.channel_key], **known)


def ads(store: Store, counted: Days) -> None:
    """Rows of all grains tell of the same money: per channel and day those of the account win, then subjects, keywords,
    regions."""
    rows = (
        AdSpend.objects.filter(store=store, day__in=counted)
        .values("day", "channel_key", "grain")
        .annotate(
            spent=Sum("cost_fen"),
            sold=Sum("sales_fen"),
            shown=Sum("impressions"),
            clicked=Sum("clicks"),
        )
        .order_by("day", "channel_key")
    )
    for row in sorted(rows, key=lambda row: -AdSpend.Grain.values.index(row["grain"])):  # the account on top of all
        day = counted[row["day"]]
        spoken(day, "ads")
        day.channels[row["channel_key"]].update(
            promo_cost=row["spent"], promo_amt=row["sold"], ad_impressions=row["shown"], ad_clicks=row["clicked"]
        )
