"""Sums per day, never ratios. A column is null when its source has not spoken about that day (G18); money in fen.

Column names are the keys of `kpis/measures.py`; a test keeps the two in step.
"""

from django.db import models

from stores.models import Store


def count() -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True)


class DataVersion(models.Model):
    """Grows with everything that can change a figure of the store: the key of ETags and caches, and the rollup lock."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="data_version")
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.version)


class StoreDay(models.Model):
    """(store, day)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    # orders, by the day they were made
    order_cnt = count()
    order_amt = count()
    # orders, by the day they were paid
    pay_order_cnt = count()
    pay_amt = count()
    pay_freight = count()
    pay_item_cnt = count()
    valid_order_cnt = count()
    cohort_refund_amt = count()  # refunds of the orders paid that day (basis B)
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
    # the platform's own daily figures
    uv = count()
    pv = count()
    ip = count()
    visits = count()
    new_uv = count()
    old_uv = count()
    stay_total = models.DecimalField(max_digits=20, decimal_places=4, null=True)  # seconds x visitors
    bounce_total = models.DecimalField(max_digits=20, decimal_places=4, null=True)  # bounced visits
    fav_uv = count()
    cart_uv = count()
    platform_order_buyers = count()
    platform_pay_buyers = count()
    # ads, all channels
    promo_cost = count()
    promo_amt = count()
    ad_impressions = count()
    ad_clicks = count()
    # typed by hand
    brush_amt = count()
    brush_cnt = count()
    consult_uv = count()
    consult_pay_buyers = count()
    good_ratings = count()
    ratings = count()

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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day", "channel_key"], name="channel_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.channel_key}"
