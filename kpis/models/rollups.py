"""Sums per day, never ratios. A column is null when its source has not spoken about that day (G18); money in fen.

Column names are the keys of `kpis/measures.py`; a test keeps the two in step.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import F

from kpis.models.facts import StaleDay
from opsplan.lib.shelf import SMALL, Shelf
from opsplan.statements import first_row
from stores.models import Store
from stores.snapshot import is_settled, once, when_proven, while_steady

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)
KEPT = Shelf(64 * 1024 * 1024)  # (what, store) in a data version


def count() -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True)


def total() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=20, decimal_places=4, null=True)


class DataVersion(models.Model):
    """Grows with everything that can change a figure of the store: the key of ETags and caches, and the rollup lock."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="data_version")
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.version)


class StoreDay(models.Model):
    """(store, day). A row stands for every day about which any source, or a hand entry, has spoken."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    # the sources (Coverage kinds) that have spoken of the day, and those of them that have not finished; blank between
    covered = models.CharField(max_length=80, blank=True)
    unfinished = models.CharField(max_length=80, blank=True)
    # orders, by the day they were made
    order_cnt = count()
    order_amt = count()
    # orders, by the day they were paid
    pay_order_cnt = count()
    pay_amt = count()
    pay_freight = count()
    subsidy_amt = count()  # null unless every order paid that day tells it
    pay_item_cnt = count()
    pay_line_cnt = count()
    unlined_cnt = count()
    valid_order_cnt = count()
    cohort_refund_amt = count()  # refunds of the orders paid that day (basis B)
    return_order_cnt = count()  # orders paid that day that came back
    # distinct people of that one day: they never add up over days
    order_buyers = count()
    pay_buyers = count()
    # refunds by the day they succeeded; `est` is the part booked on the payment day for want of a date
    refund_amt = count()
    refund_est_amt = count()
    refund_cnt = count()
    refund_qty = count()
    # goods
    cost_amt = count()  # cost of the lines paid that day; null when any line has no cost
    cost_missing_qty = count()
    act_amt = count()
    items_on_sale = count()
    item_uv = count()
    item_pay_buyers = count()
    # the platform's own daily figures
    uv = count()
    pv = count()
    ip = count()
    visits = count()
    new_uv = count()
    old_uv = count()
    stay_total = total()  # seconds x visitors
    bounce_total = total()  # bounce rate x visits (x visitors where the platform does not count visits)
    bounce_base = count()
    fav_uv = count()
    cart_uv = count()
    platform_order_buyers = count()
    platform_pay_buyers = count()
    platform_new_buyers = count()
    platform_old_buyers = count()
    paid_uv = count()
    search_uv = count()
    # ads, all channels; the *_cost below leave out channels that do not report the other side of the ratio
    promo_cost = count()
    promo_amt = count()
    ad_impressions = count()
    ad_clicks = count()
    sales_cost = count()
    click_cost = count()
    view_cost = count()
    # typed by hand
    brush_amt = count()
    brush_cnt = count()
    consult_uv = count()
    consult_pay_buyers = count()
    good_ratings = count()
    ratings = count()
    dsr_desc = total()
    dsr_svc = total()
    dsr_log = total()
    member_total = count()
    member_buyers = count()
    deep_visits = count()
    long_visits = count()
    home_uv = count()
    home_pay_buyers = count()
    fav_cart_uv = count()
    service_pay_amt = count()
    coupons_claimed = count()
    coupons_used = count()
    deposit_uv = count()
    deposit_buyers = count()
    balance_buyers = count()
    deposit_amt = count()
    referred_buyers = count()
    search_rank = count()
    category_rank = count()
    platform_fee = count()
    ship_cost = count()
    pack_cost = count()
    overhead_cost = count()
    tax_cost = count()
    stock_amt = count()
    stock_qty = count()
    received_qty = count()
    restocked_qty = count()
    dead_items = count()
    oos_items = count()
    new_items = count()
    new_items_sold = count()
    dispute_cnt = count()
    quality_refund_cnt = count()
    ship_due = count()
    shipped_on_time = count()
    shipped_orders = count()
    pay_ship_hours = total()  # typed mean x shipped_orders; so with the three below
    signed_parcels = count()
    arrive_hours = total()
    chat_sessions = count()
    first_resp_sec = total()
    chat_replies = count()
    resp_sec = total()
    chat_asked = count()
    chat_answered = count()
    bad_reviews = count()
    bad_reviews_old = count()
    dsr_ratings = count()
    new_members = count()
    new_member_buyers = count()
    # group deals, by the day they close
    deal_cnt = count()
    deal_quota = count()
    deal_sold_qty = count()
    deal_paid_qty = count()
    deal_back_qty = count()
    deal_gross_amt = count()
    deal_net_amt = count()
    deal_commission = count()
    deal_profit = count()
    deal_decided_cnt = count()
    deal_formed_cnt = count()
    deal_new_buyers = count()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="store_day_once")]

    def __str__(self) -> str:
        return str(self.day)


class ProductDay(models.Model):
    """(store, day, product). product_id_ref null: paid orders without lines."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    product_id_ref = models.BigIntegerField(null=True)
    pay_amt = count()
    pay_order_cnt = count()
    pay_item_cnt = count()
    refund_amt = count()
    cost_amt = count()
    uv = count()
    pv = count()
    fav_uv = count()
    cart_uv = count()
    platform_pay_buyers = count()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day", "product_id_ref"], name="product_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.product_id_ref}"


class ChannelDay(models.Model):
    """(store, day, channel): the platform's attributed figures and the ad system's."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    channel_key = models.CharField(max_length=60)
    uv = count()
    pv = count()
    fav_uv = count()
    cart_uv = count()
    platform_order_buyers = count()
    platform_pay_buyers = count()
    pay_amt = count()
    promo_cost = count()
    promo_amt = count()
    ad_impressions = count()
    ad_clicks = count()
    new_buyers = count()  # typed: where new buyers came from

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day", "channel_key"], name="channel_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.channel_key}"


class BuyerDay(models.Model):
    """(store, day): who the buyers were, as keys of eight bytes (little-endian) in ascending order, each once, so that
    the people of any span can be counted. Orders without a buyer are in no set."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    paid = models.BinaryField()  # of the orders paid that day
    again = models.BinaryField()  # of those, who had two or more
    made = models.BinaryField()  # of the orders made that day
    at_once = models.BinaryField()  # of those, whose order was paid that day, too
    later = models.BinaryField()  # whose was paid on another: key and payment day (`toordinal`) by turns

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="buyer_day_once")]

    def __str__(self) -> str:
        return str(self.day)


def bump(store: Store) -> None:
    """Count the store's data version up. Call it in the transaction of anything that can change a figure."""
    if not DataVersion.objects.filter(store=store).update(version=F("version") + 1):
        DataVersion.objects.get_or_create(store=store, defaults={"version": 2})


def version(store: Store) -> int:
    """The store's data version; 1 before anything happened."""
    return version_of(store.pk)


def version_of(store_id: int) -> int:
    """As `version`. Every cached answer asks this first, so the statement stands here ready made."""
    return once(("version", store_id), lambda: _version(store_id))


def _version(store_id: int) -> int:
    found = first_row("SELECT version FROM kpis_dataversion WHERE store_id = %s", [store_id])
    return 1 if found is None else int(found[0])


def kept(of: Hashable, store_id: int, read: Callable[[], T]) -> T:
    """As `once`, and in this process for as long as the store's data version stays what it is: for what hangs on
    nothing else, like every cached answer. Nobody may change what it gave. Not kept in somebody's open transaction."""
    return once((of, store_id), lambda: kept_each([of], store_id, lambda _lost: {of: read()})[of])


def kept_each(
    names: Iterable[H],
    store_id: int,
    read: Callable[[list[H]], Mapping[H, T]],
    weigh: Callable[[T], int] = lambda _thing: SMALL,
) -> dict[H, T]:
    """As `kept`, of several things: those that are not there are read together. weigh: bytes of one, about."""
    wanted = list(names)
    if not is_settled():
        return dict(read(wanted))
    now = version_of(store_id)
    there = {name: KEPT.get((name, store_id), now) for name in wanted}
    found = {name: thing[0] for name, thing in there.items() if thing is not None}
    if lost := [name for name, thing in there.items() if thing is None]:
        told = read(lost)
        found.update(told)
        when_proven(partial(_keep, store_id, now, told, weigh))
    return found


def _keep(store_id: int, now: int, told: Mapping[Any, Any], weigh: Callable[[Any], int]) -> None:
    for name, thing in told.items():
        KEPT.put((name, store_id), now, thing, weigh(thing))


def of_version(store_id: int, number: int, read: Callable[[], T]) -> T | None:
    """What `read` answers of one data version, the one just seen, without a transaction; None where the store has
    moved on meanwhile: then it must be read inside `one_version`."""
    return while_steady(("version", store_id), number, lambda: _version(store_id), read)


def mark_stale(store: Store, days: Iterable[dt.date]) -> None:
    """Say that the rollups of these local days no longer match their facts. A day marked again gets a higher mark, so
    that a rebuild that is already under way does not take the new mark off."""
    rows = [(store.pk, day) for day in sorted(set(days))]
    table = StaleDay._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (store_id, day, mark) VALUES (%s, %s, 1) "
            f"ON CONFLICT (store_id, day) DO UPDATE SET mark = {table}.mark + 1",
            rows,
        )
