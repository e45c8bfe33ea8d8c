"""What is sold, how platforms name it, and what it costs."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsplan.lib.money import yuan
from stores.models import Store


class Product(models.Model):
    """One style (款). `code` is the merchant's own code (商家编码); where a file has none, the item id or the title."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="products")
    code = models.CharField(_("merchant code"), max_length=100)
    title = models.CharField(_("title"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="product_code_once_per_store")]

    def __str__(self) -> str:
        return self.title


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
