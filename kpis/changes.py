"""Pages of the apps to the left tell here that what a figure is made of has changed, in the same transaction."""

import datetime as dt
from collections.abc import Sequence

from campaigns import guarding
from kpis.models import ChannelDay, ItemTraffic, OrderLine, ProductDay, Refund, StoreDay
from kpis.outward import deals_push
from kpis.sums import rollups
from products.models import Product
from stores.models import Store


def figures_changed(store: Store, first: dt.date, last: dt.date | None = None) -> int:
    """Mark stale the days from `first` to `last` (None = to the end) that have figures, and count up the data version.

    Returns how many days will be counted again; the rebuild itself is a job (`kpis.tasks.resume` finds the days).
    """
    days = StoreDay.objects.filter(store=store, day__gte=first)
    if last is not None:
        days = days.filter(day__lte=last)
    stale = list(days.values_list("day", flat=True))
    rollups.mark_stale(store, stale)
    rollups.bump(store)
    return len(stale)


def deals_changed(store: Store) -> int:
    """Group deals have moved, sold or been settled. Returns how many entries of their days changed."""
    return deals_push.push(store)


def names_changed(store: Store) -> None:
    """What figures are called or grouped by has changed (a channel's name): nothing is counted again."""
    rollups.bump(store)


def channel_paid_changed(store: Store, channel_key: str) -> int:
    """A channel is paid or free from now on: its visitors are paid ones or not, on every day that has any of it.

    Returns how many days will be counted again.
    """
    days = list(ChannelDay.objects.filter(store=store, channel_key=channel_key).values_list("day", flat=True))
    rollups.mark_stale(store, days)
    rollups.bump(store)
    return len(days)


def products_merged(store: Store, old: int, new: int, old_code: str, new_code: str) -> int:
    """What was counted for one product is another's: its lines, visitors and refunds point there from now on.

    Returns how many days will be counted again: also those of the other, which may have got costs and campaigns.
    The price guard looks at these.
    """
    rows = ProductDay.objects.filter(store=store, product_id_ref__in=(old, new)).order_by()
    days = list(rows.values_list("day", flat=True).distinct())
    for model in (OrderLine, ItemTraffic):
        model._default_manager.filter(store=store, product_id_ref=old).update(product_id_ref=new)
    Refund.objects.filter(store=store, code=old_code).update(code=new_code)
    guarding.watch(Product.objects.get(pk=new))
    rollups.mark_stale(store, days)
    rollups.bump(store)
    return len(days)


def products_with_figures(store: Store, products: Sequence[int]) -> set[int]:
    """Those of the products (ids) that anything was sold or seen of."""
    rows = ProductDay.objects.filter(store=store, product_id_ref__in=products).order_by()
    return {pk for pk in rows.values_list("product_id_ref", flat=True).distinct() if pk is not None}
