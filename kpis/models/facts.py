"""Dated evidence from the platforms. Money in fen; `*_day` columns are the store's local days; instants are UTC.

Facts name their store and upload without a constraint in the database: PostgreSQL would look both up again for every
row of a file when it commits, which took as long as reading the file. Files are written by one transaction that holds
the store's data version, and Django takes facts away with their store.
"""

from django.db import models

from kpis.models.imports import Upload
from stores.models import Platform, Store

GUESSED_REFUNDS = (Platform.JD, Platform.PDD, Platform.DOUYIN, Platform.KUAISHOU, Platform.ALIBABA1688)
"""Platforms whose order files say that money went back, not how much: all of it is taken until a case tells."""


class OrderStatus(models.IntegerChoices):
    """Where an order stands; the number is its rank (a later export never has a lower one, unless newer by time)."""

    UNPAID = 10
    PAID = 20
    SHIPPED = 30
    SIGNED = 40
    FINISHED = 50
    CLOSED_UNPAID = 60
    CLOSED_REFUNDED = 70
    UNKNOWN = 0


class Order(models.Model):
    """A parent order. pay_fen: what the buyer paid before later refunds, freight in (G3); null until paid."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    order_no = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(choices=OrderStatus.choices)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    order_day = models.DateField()
    pay_day = models.DateField(null=True)
    total_fen = models.BigIntegerField()  # 总金额: after discounts, freight in
    pay_fen = models.BigIntegerField(null=True)
    freight_fen = models.BigIntegerField(null=True)
    subsidy_fen = models.BigIntegerField(null=True)  # what platform and streamers pay of its discounts on top (G13)
    refund_fen = models.BigIntegerField(default=0)  # what the order file itself says was refunded
    item_qty = models.BigIntegerField(null=True)
    buyer_key = models.BigIntegerField(null=True)  # keyed hash; null when the file has none or it is masked
    province = models.CharField(max_length=20, blank=True)
    finished_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)  # export time told by the file; null when it told none
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "order_no"], name="order_once_per_store")]
        indexes = [
            models.Index(fields=["store", "pay_day", "buyer_key"], name="order_pay_day"),
            models.Index(fields=["store", "order_day"], name="order_order_day"),
        ]

    def __str__(self) -> str:
        return self.order_no


class ToldPart(models.Model):
    """A part of an order as a file that gives it a row of its own has told it. The order is what its parts come to: of
    each part the telling with the highest number, so that it does not matter which file tells of which."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    order_no = models.CharField(max_length=64)
    part = models.CharField(max_length=100)  # sub-order number (several joined by ;), else # and what it is of
    status = models.PositiveSmallIntegerField(choices=OrderStatus.choices)
    created_at = models.DateTimeField()
    order_day = models.DateField()
    paid_at = models.DateTimeField(null=True)
    pay_day = models.DateField(null=True)
    total_fen = models.BigIntegerField()
    actual_fen = models.BigIntegerField(null=True)
    refund_fen = models.BigIntegerField(default=0)
    freight_fen = models.BigIntegerField(null=True)
    item_qty = models.BigIntegerField(null=True)
    buyer_key = models.BigIntegerField(null=True)
    province = models.CharField(max_length=20, blank=True)
    finished_at = models.DateTimeField(null=True)
    subsidy_fen = models.BigIntegerField(null=True)
    as_of = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "order_no", "part"], name="part_once_per_upload")]
        indexes = [models.Index(fields=["store", "order_no"], name="told_part_order")]

    def __str__(self) -> str:
        return f"{self.order_no}/{self.part}"


class OrderLine(models.Model):
    """A line of an order. Its day, status and paid share come from its order; a line file never overwrites an order."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    order_no = models.CharField(max_length=64)
    line_key = models.CharField(
        max_length=80
    )  # sub-order number, else digest of (code, title, properties) + occurrence
    code = models.CharField(max_length=100)  # merchant code, else outer code, else title: the product's code
    title = models.CharField(max_length=200, blank=True)
    properties = models.CharField(max_length=200, blank=True)
    price_fen = models.BigIntegerField()
    qty = models.BigIntegerField()
    product_id_ref = models.BigIntegerField(null=True)  # products.Product.id, resolved at load
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "order_no", "line_key"], name="line_once_per_order")]

    def __str__(self) -> str:
        return f"{self.order_no}/{self.line_key}"


class RefundStatus(models.IntegerChoices):
    OPEN = 10
    CLOSED = 20
    SUCCEEDED = 30


class Refund(models.Model):
    """A refund case. It counts when SUCCEEDED, on `settled_day` (G5)."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    refund_no = models.CharField(max_length=64)
    order_no = models.CharField(max_length=64)
    code = models.CharField(max_length=100, blank=True)
    status = models.PositiveSmallIntegerField(choices=RefundStatus.choices)
    applied_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_day = models.DateField(null=True)
    amount_fen = models.BigIntegerField()
    qty = models.BigIntegerField(null=True)
    with_return = models.BooleanField(null=True)
    reason = models.CharField(max_length=100, blank=True)
    line_key = models.CharField(max_length=80, blank=True)  # of the order's line, where the case tells it
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "refund_no"], name="refund_once_per_store")]
        indexes = [
            models.Index(fields=["store", "settled_day"], name="refund_settled_day"),
            models.Index(fields=["store", "order_no"], name="refund_order"),
        ]

    def __str__(self) -> str:
        return self.refund_no


class ShopTraffic(models.Model):
    """A platform's own daily figures for the shop (生意参谋 店铺). A count is null when the file lacks its column."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()
    uv = models.BigIntegerField(null=True)
    pv = models.BigIntegerField(null=True)
    new_uv = models.BigIntegerField(null=True)
    old_uv = models.BigIntegerField(null=True)
    visits = models.BigIntegerField(null=True)
    stay_seconds = models.DecimalField(max_digits=12, decimal_places=4, null=True)  # mean per visitor
    bounce_rate = models.DecimalField(max_digits=9, decimal_places=6, null=True)  # fraction
    order_buyers = models.BigIntegerField(null=True)
    order_amt_fen = models.BigIntegerField(null=True)
    pay_buyers = models.BigIntegerField(null=True)
    pay_amt_fen = models.BigIntegerField(null=True)
    pay_orders = models.BigIntegerField(null=True)
    pay_items = models.BigIntegerField(null=True)
    pay_new_buyers = models.BigIntegerField(null=True)
    pay_old_buyers = models.BigIntegerField(null=True)
    shop_fav_uv = models.BigIntegerField(null=True)
    item_fav_uv = models.BigIntegerField(null=True)
    cart_uv = models.BigIntegerField(null=True)
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="shop_traffic_once_per_day")]

    def __str__(self) -> str:
        return str(self.day)


class ChannelTraffic(models.Model):
    """Visitors by flow source and detail, as the platform attributes them (G16, G19)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()
    flow = models.CharField(max_length=100)  # 流量来源, as written
    detail = models.CharField(max_length=100, blank=True)  # 来源明细, as written; "" or 汇总 is the source's total
    channel_key = models.CharField(max_length=60)  # stores.Channel.key, resolved at load
    uv = models.BigIntegerField(null=True)
    pv = models.BigIntegerField(null=True)
    fav_uv = models.BigIntegerField(null=True)
    cart_uv = models.BigIntegerField(null=True)
    order_buyers = models.BigIntegerField(null=True)
    pay_buyers = models.BigIntegerField(null=True)
    pay_items = models.BigIntegerField(null=True)
    pay_amt_fen = models.BigIntegerField(null=True)
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day", "flow", "detail"], name="flow_once_per_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.flow}"


class ItemTraffic(models.Model):
    """A platform's own daily figures for one item (生意参谋 商品)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()
    item_id = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=100, blank=True)  # 货号
    product_id_ref = models.BigIntegerField(null=True)
    uv = models.BigIntegerField(null=True)
    pv = models.BigIntegerField(null=True)
    fav_uv = models.BigIntegerField(null=True)
    cart_uv = models.BigIntegerField(null=True)
    order_buyers = models.BigIntegerField(null=True)
    pay_buyers = models.BigIntegerField(null=True)
    pay_items = models.BigIntegerField(null=True)
    pay_amt_fen = models.BigIntegerField(null=True)
    refund_amt_fen = models.BigIntegerField(null=True)
    search_uv = models.BigIntegerField(null=True)
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day", "item_id"], name="item_traffic_once_per_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.item_id}"


class AdSpend(models.Model):
    """What an ad system says it spent and sold on a day. Rows of several grains of one channel and day are views of the
    same money: the rollup takes those of the first grain there is, in the order below."""

    class Grain(models.TextChoices):
        ACCOUNT = "account"
        SUBJECT = "subject"
        KEYWORD = "keyword"  # subject: plan/keyword
        REGION = "region"  # subject: plan/region

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()
    channel_key = models.CharField(max_length=60)
    grain = models.CharField(max_length=7, choices=Grain.choices)
    subject = models.CharField(
        max_length=160, blank=True
    )  # subject, plan and attribution columns joined; "" for an account
    cost_fen = models.BigIntegerField()
    impressions = models.BigIntegerField(null=True)
    clicks = models.BigIntegerField(null=True)
    sales_fen = models.BigIntegerField(null=True)  # attributed by the ad system
    orders = models.BigIntegerField(null=True)
    fav_cart = models.BigIntegerField(null=True)
    visitors = models.BigIntegerField(null=True)
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "day", "channel_key", "grain", "subject"], name="ad_spend_once_per_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.channel_key}"


class Fee(models.Model):
    """What a settlement says the platform kept on a day: commission, service, logistics. Negative: given back."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    fee_no = models.CharField(max_length=160)
    day = models.DateField()
    order_no = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=60, blank=True)
    amount_fen = models.BigIntegerField()
    as_of = models.DateTimeField(null=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "fee_no"], name="fee_once_per_store")]
        indexes = [models.Index(fields=["store", "day"], name="fee_day")]

    def __str__(self) -> str:
        return self.fee_no


class Coverage(models.Model):
    """A day about which a source has spoken. Without it the day is missing (G18); with it, silence means zero."""

    class SourceKind(models.TextChoices):
        ORDERS = "orders"
        LINES = "lines"
        REFUNDS = "refunds"
        TRAFFIC = "traffic"
        FLOW = "flow"
        ITEMS = "items"
        ADS = "ads"
        FEES = "fees"
        FIGURES = "figures"  # hand entries that came as a file

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    detail = models.CharField(max_length=60, blank=True)  # the channel key for ads, else ""
    day = models.DateField()
    is_partial = models.BooleanField(
        default=False
    )  # e.g. the day of the export itself, or paid after the file's last day
    upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind", "detail", "day"], name="coverage_once_per_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class StaleDay(models.Model):
    """A day whose rollup no longer matches its facts. `mark` grows each time it is marked; a rebuild removes only the
    mark it has read, so that a mark made meanwhile survives."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()
    mark = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="stale_day_once")]

    def __str__(self) -> str:
        return str(self.day)
