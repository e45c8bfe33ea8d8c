"""Stock: what is there, what is promised, and every movement that made it so.

`StockItem` and `StockBalance` are running totals of `StockMovement`; only `products.stock_services` and
`products.stock_holds` write any of them.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from products.models.catalogue import SKU, Product
from products.stock import KINDS
from stores.models import Store, Supplier


class StockPlace(models.Model):
    """Where goods lie: a warehouse, a shelf in the office, a platform's own store room."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock_places")
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="stock_place_once_per_store")]

    def __str__(self) -> str:
        return self.name


class StockItem(models.Model):
    """A SKU over all places, in units: on hand, held for deals and campaigns, due out (sold, still to be shipped), and
    the safety stock that is never promised."""

    sku = models.OneToOneField(SKU, on_delete=models.CASCADE, primary_key=True, related_name="stock")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock_items")
    on_hand = models.IntegerField(_("on hand"), default=0)
    held = models.IntegerField(_("held"), default=0)
    due = models.IntegerField(_("due out"), default=0)
    safety = models.PositiveIntegerField(_("safety stock"), default=0)

    class Meta:
        ordering = ["sku_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(on_hand__gte=0, held__gte=0, due__gte=0), name="stock_item_never_below_zero"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.on_hand}"


class StockBalance(models.Model):
    """What of a SKU lies in one place."""

    sku = models.ForeignKey(SKU, on_delete=models.CASCADE, related_name="balances")
    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="balances")
    on_hand = models.IntegerField(_("on hand"), default=0)

    class Meta:
        ordering = ["place", "sku"]
        constraints = [
            models.UniqueConstraint(fields=["sku", "place"], name="stock_balance_once_per_place"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_balance_never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.place_id}: {self.on_hand}"


class StockHold(models.Model):
    """Units promised to a deal or campaign (`reference`, e.g. "deal:12"). Every one of them ends taken (sold) or
    released. `until`: the instant it lapses; null = until somebody lets go."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock_holds")
    sku = models.ForeignKey(SKU, on_delete=models.CASCADE, related_name="holds")
    reference = models.CharField(_("for"), max_length=80)
    why = models.CharField(_("why"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("units"))
    taken = models.PositiveIntegerField(_("sold"), default=0)
    released = models.PositiveIntegerField(_("released"), default=0)
    until = models.DateTimeField(_("held until"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "reference"], condition=Q(closed_at__isnull=True), name="one_open_hold_per_reference"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("taken") + F("released")), name="hold_gives_no_more_than_it_has"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.left} / {self.quantity}"

    @property
    def name(self) -> str:
        """What people call it: the deal's name where the reference is a program's."""
        return self.why if self.why and ":" in self.reference else self.reference

    @property
    def left(self) -> int:
        """Units still held."""
        return self.quantity - self.taken - self.released


class StockMovement(models.Model):
    """One line of the ledger: what changed of the three balances, where, why, who, for which campaign or deal.

    `key`: the caller's own mark of the event (an order number), so that the same one never counts twice for a hold.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock_movements")
    sku = models.ForeignKey(SKU, on_delete=models.CASCADE, related_name="movements")
    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=[(key, _(x.label)) for key, x in KINDS.items()])
    on_hand = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    due = models.IntegerField(default=0)
    why = models.CharField(_("why"), max_length=200, blank=True)
    reference = models.CharField(_("for"), max_length=80, blank=True)
    key = models.CharField(max_length=80, blank=True)
    hold = models.ForeignKey(StockHold, on_delete=models.CASCADE, null=True, blank=True, related_name="movements")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["store", "at"], name="stock_movement_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["hold", "key"], condition=~Q(key=""), name="stock_event_once_per_hold")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku_id}: {self.on_hand:+} {self.held:+} {self.due:+}"


class StockSettings(models.Model):
    """A store's own lines and days; units and days."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="stock_settings")
    hero_alert = models.PositiveIntegerField(_("heroes: alert below"), default=30)
    hero_target = models.PositiveIntegerField(_("heroes: fill up to"), default=50)
    lead_days = models.PositiveSmallIntegerField(_("days from order to arrival"), default=14)
    cover_days = models.PositiveSmallIntegerField(_("days an order should last"), default=30)
    slow_days = models.PositiveSmallIntegerField(_("slow-moving after days without a sale"), default=30)
    dead_days = models.PositiveSmallIntegerField(_("dead after days without a sale"), default=90)

    def __str__(self) -> str:
        return str(self.store)


class StockRule(models.Model):
    """What somebody set for one product; null = as the store's settings and its pace say."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="stock_rule")
    alert = models.PositiveIntegerField(_("alert below"), null=True, blank=True)
    target = models.PositiveIntegerField(_("fill up to"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("days from order to arrival"), null=True, blank=True)

    def __str__(self) -> str:
        return str(self.product)


class StockPace(models.Model):
    """How a product sold, as the figures last said it (kpis writes it after counting), and whether its stock is below
    the line. `*_days`: days of the span whose orders are known; `through`: the last closed local day looked at."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="stock_pace")
    units_7 = models.BigIntegerField(null=True)
    days_7 = models.PositiveSmallIntegerField(default=0)
    units_28 = models.BigIntegerField(null=True)
    days_28 = models.PositiveSmallIntegerField(default=0)
    last_sold = models.DateField(null=True)
    through = models.DateField(null=True)
    low_since = models.DateField(null=True)
    crossings = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.product)


class PurchaseOrder(models.Model):
    """Goods ordered from a factory or supplier, to come on the local day `due_on`."""

    class State(models.TextChoices):
        OPEN = "open", _("On order")
        PARTLY = "partly", _("Partly received")
        DONE = "done", _("Received")
        CANCELLED = "cancelled", _("Cancelled")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="purchase_orders")
    number = models.CharField(_("order number"), max_length=40)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("supplier")
    )
    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="+", verbose_name=_("to place"))
    ordered_on = models.DateField(_("ordered on"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="purchase_number_once_per_store")]

    def __str__(self) -> str:
        return self.number

    @property
    def units(self) -> int:
        return sum(x.quantity for x in self.lines.all())

    @property
    def came(self) -> int:
        return sum(x.received for x in self.lines.all())


class PurchaseLine(models.Model):
    """Units of one SKU in a purchase order, at a unit cost in fen (null = not told)."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(SKU, on_delete=models.CASCADE, related_name="purchase_lines")
    quantity = models.PositiveIntegerField(_("ordered"))
    received = models.PositiveIntegerField(_("received"), default=0)
    cost_fen = models.BigIntegerField(_("unit cost (fen)"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["order", "sku"], name="purchase_line_once_per_sku")]

    def __str__(self) -> str:
        return f"{self.order} {self.sku_id}: {self.received} / {self.quantity}"

    @property
    def outstanding(self) -> int:
        return max(self.quantity - self.received, 0)


class StockTake(models.Model):
    """A count of one place. `expected` of its lines is what the books said when it began; the difference is posted."""

    class State(models.TextChoices):
        OPEN = "open", _("Being counted")
        POSTED = "posted", _("Posted")
        DROPPED = "dropped", _("Dropped")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock_takes")
    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="+", verbose_name=_("place"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.OPEN)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["place"], condition=Q(state="open"), name="one_open_stock_take_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.started_at:%Y-%m-%d}"


class StockTakeLine(models.Model):
    take = models.ForeignKey(StockTake, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(SKU, on_delete=models.CASCADE, related_name="+")
    expected = models.IntegerField(_("in the books"))
    counted = models.PositiveIntegerField(_("counted"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        ordering = ["sku__code"]
        constraints = [models.UniqueConstraint(fields=["take", "sku"], name="stock_take_line_once_per_sku")]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.counted} / {self.expected}"

    @property
    def difference(self) -> int | None:
        return None if self.counted is None else self.counted - self.expected


class StockFile(models.Model):
    """A file of balances: read, looked at, applied. rows: [line, sku id, place, on hand, due, safety] (null = not
    told); problems: [line, what stands there, code]. to_mend: as in CatalogueFile."""

    class State(models.TextChoices):
        READ = "read", _("To be looked at")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Taken back")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock_files")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=State.choices, default=State.READ)
    rows = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    to_mend = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
