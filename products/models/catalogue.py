"""What is sold, how platforms name it, and what it costs and is listed for."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsplan.lib.money import yuan
from products.completeness import PICTURES
from stores.models import Store, Supplier


class Stage(models.TextChoices):
    """Where a style stands in its life (domain.md 4.1)."""

    INCUBATION = "incubation", _("Incubation")
    GROWTH = "growth", _("Growth")
    MATURITY = "maturity", _("Maturity")
    DECLINE = "decline", _("Decline")


class Role(models.TextChoices):
    """What a style is for (4.3): bring visitors, or earn."""

    NONE = "", _("No role yet")
    TRAFFIC = "traffic", _("Traffic builder")
    PROFIT = "profit", _("Profit maker")


class Product(models.Model):
    """One style (款). `code` is the merchant's own code (商家编码); where a file has none, the item id or the title.

    is_unstocked: made to order or shipped by the supplier, so no stock is kept (无库存款). answers and blocks: what is
    filled of the page checklist, by the keys of `products.completeness`. is_checked: False for what a file has brought
    and nobody has looked at yet. `stage` changes by `products.stages` alone.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("Being prepared")
        NEW = "new", _("New style")
        ON_SALE = "on_sale", _("On sale")
        OFF = "off", _("Taken off")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="products")
    code = models.CharField(_("merchant code"), max_length=100)
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ON_SALE)
    category = models.CharField(_("category"), max_length=60, blank=True)
    style = models.CharField(_("style"), max_length=60, blank=True)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("supplier")
    )
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    is_unstocked = models.BooleanField(_("no stock is kept"), default=False)
    is_hero = models.BooleanField(_("hero product"), default=False)
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.NONE, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.INCUBATION)
    stage_since = models.DateField(_("in the stage since"), null=True, blank=True)
    sells_function = models.CharField(_("selling point: function"), max_length=300, blank=True)
    sells_fashion = models.CharField(_("selling point: fashion"), max_length=300, blank=True)
    sells_extra = models.CharField(_("selling point: added value"), max_length=300, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    blocks = models.JSONField(default=dict, blank=True)
    is_checked = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="product_code_once_per_store")]

    def __str__(self) -> str:
        return self.title


class SKU(models.Model):
    """What is counted and shipped: a style in one colour, size or kit. `pack_size`: pieces of a carton."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="skus")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="skus")
    code = models.CharField(_("SKU code"), max_length=100)
    name = models.CharField(_("specification"), max_length=120, blank=True)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    pack_size = models.PositiveIntegerField(_("pieces per carton"), default=1)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="sku_code_once_per_store")]

    def __str__(self) -> str:
        return f"{self.product} {self.name}".strip()


class Listing(models.Model):
    """A product as it stands on the platform: item id (商品ID) and the title shown there."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="listings")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="listings")
    item_id = models.CharField(_("item id"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["store", "item_id"], name="listing_item_once_per_store")]

    def __str__(self) -> str:
        return self.item_id


class Cost(models.Model):
    """Unit cost of a product in fen, valid from a local day until the next one starts."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="costs")
    from_day = models.DateField(_("from"))
    cost_fen = models.BigIntegerField(_("unit cost (fen)"))

    class Meta:
        ordering = ["from_day"]
        constraints = [models.UniqueConstraint(fields=["product", "from_day"], name="cost_once_per_day")]

    def __str__(self) -> str:
        return f"{self.product} {self.from_day}"

    @property
    def amount(self) -> Decimal:
        """Yuan."""
        return yuan(self.cost_fen)


class ListPrice(models.Model):
    """List price (一口价) of a product in fen, valid from a local day until the next one starts; who set it and why."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="list_prices")
    from_day = models.DateField(_("from"))
    price_fen = models.BigIntegerField(_("list price (fen)"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["from_day"]
        constraints = [models.UniqueConstraint(fields=["product", "from_day"], name="list_price_once_per_day")]

    def __str__(self) -> str:
        return f"{self.product} {self.from_day}"

    @property
    def amount(self) -> Decimal:
        """Yuan."""
        return yuan(self.price_fen)


KINDS = [(kind, _(word)) for kind, word in PICTURES.items()]


class Picture(models.Model):
    """A picture of a product: handed in (`photo`, a name of `staff.photos`), or the address where it lies. `kind`: what
    it shows (S102); "" where nobody has said."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures")
    photo = models.CharField(max_length=80, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    kind = models.CharField(_("what it shows"), max_length=8, choices=KINDS, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.photo or self.url


class Alias(models.Model):
    """A remembered decision of the matching queue: what files call a product besides its code and item ids."""

    class Kind(models.TextChoices):
        CODE = "code", _("Merchant code")
        TITLE = "title", _("Title")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="aliases")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    text = models.CharField(max_length=200)  # a title is kept folded (opsplan.lib.text.folded)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind", "text"], name="product_alias_once_per_store")]

    def __str__(self) -> str:
        return self.text
