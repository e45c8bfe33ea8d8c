"""运营分析 (S115-S120): the founding papers' sets of figures, each beside other days, and what was done meanwhile.

Sets are keys; the page words them. A key with several readings is read as the store has chosen.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from kpis import queries
from kpis.answers import Figure, Row
from opsplan.lib.periods import Period
from products.models import Move, PriceChange, Product
from stores.models import Store

SETS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "site": (
        _("Site figures"),
        ("uv", "ip", "pv", "pv_per_uv", "stay_time", "visit_depth_rate", "visit_time_rate", "old_uv_share",
         "new_uv_share", "bounce_rate"),
    ),
    "business": (
        _("Operating figures"),
        ("order_cnt", "valid_orders", "order_valid_rate", "pay_amt", "aov", "gross", "gross_rate", "order_cvr",
         "order_pay_rate", "return_rate"),
    ),
    "members": (
        _("User analysis"),
        ("member_total", "member_buy_rate", "member_buy_rate_new", "member_buy_rate_old", "repurchase_rate", "cvr"),
    ),
    "content": (_("Content analysis"), ("home_buy_rate", "item_buy_rate")),
}  # fmt: skip
KEYS = tuple(dict.fromkeys(key for _label, keys in SETS.values() for key in keys))
QUALITY = ("uv", "pv_per_uv", "fav_rate", "cart_rate", "pay_cvr", "uv_value")  # what tells a channel's worth (S119)
MOST = 40  # deeds shown
MOVERS = 5  # products that sold better, and as many that sold worse


@dataclass(frozen=True)
class Deed:
    """Something that was done in the days and may be why figures moved. kind: campaign, price, stage or listed; about:
    the name of the page's address and its number; values: what the sentence of its kind says."""

    day: dt.date
    kind: str
    name: str
    about: tuple[str, int]
    values: tuple[Any, ...] = ()


def figures(store: Store, period: Period, compare: tuple[str, ...]) -> dict[str, Figure]:
    return queries.figures(store, KEYS, period, compare=compare)


def quality(store: Store, period: Period) -> list[Row]:
    """The channels with what tells their worth beside conversion, most visitors first."""
    rows = queries.breakdown(store, QUALITY, period, "channel")
    return sorted((x for x in rows if x.values["uv"].value), key=lambda x: -(x.values["uv"].value or Decimal(0)))


def deeds(store: Store, period: Period) -> list[Deed]:
    """Campaigns that began or ended, prices changed, products listed and stages left, in order of time."""
    days = (period.first, period.last)
    found = [
        Deed(x.first_day if x.first_day in period else x.last_day, "campaign", x.name, ("campaign", x.pk),
             (x.first_day, x.last_day))
        for x in Campaign.objects.filter(Q(first_day__range=days) | Q(last_day__range=days), store=store)
    ]  # fmt: skip
    changes = PriceChange.objects.filter(product__store=store, from_day__range=days).select_related("product")
    found += [
        Deed(x.from_day, "price", x.product.title, ("product", x.product_id), (x.old_fen, x.new_fen)) for x in changes
    ]
    moves = Move.objects.filter(product__store=store, decided_on__range=days, state=Move.State.CONFIRMED)
    found += [
        Deed(x.decided_on, "stage", x.product.title, ("product", x.product_id),
             (x.get_source_display(), x.get_target_display()))
        for x in moves.select_related("product") if x.decided_on
    ]  # fmt: skip
    listed = Product.objects.filter(store=store, launched_on__range=days)
    found += [Deed(x.launched_on, "listed", x.title, ("product", x.pk)) for x in listed if x.launched_on]
    return sorted(found, key=lambda x: (x.day, x.kind, x.name))[:MOST]


@dataclass(frozen=True)
class Mover:
    """A product that sold more or less than on the days compared with, in yuan."""

    row: Row
    change: Decimal


def movers(store: Store, period: Period, against: str) -> tuple[list[Mover], list[Mover]]:
    """The products that gained most and those that lost most (S120), each the biggest first; what stopped selling is
    among them."""
    every = list(Product.objects.filter(store=store).values_list("pk", flat=True))
    rows = queries.product_rows(store, ("pay_amt",), period, compare=(against,), products=every)
    told = [(row, row.values["pay_amt"], row.values["pay_amt"].compare[against]) for row in rows if row.key]
    if all(now.value is None for _row, now, _then in told) or all(then.value is None for _row, _now, then in told):
        return [], []  # one side is not known at all
    zero = Decimal(0)  # a product without a line on days that are known sold nothing
    found = [Mover(row, ((now.value if then.own is None else then.own) or zero) - (then.value or zero))
             for row, now, then in told]  # fmt: skip
    found.sort(key=lambda x: (-x.change, x.row.key))
    up = [x for x in found if x.change > 0][:MOVERS]
    return up, [x for x in reversed(found) if x.change < 0][:MOVERS]
