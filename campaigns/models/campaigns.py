"""What we do to sell: for now a campaign is a name, a span of instants and the products in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from products.models import Product
from stores.models import Store


class Campaign(models.Model):
    """A sale with a start and an end. Without products it covers the whole store (活动销售额 counts its lines)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(_("name"), max_length=100)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    products = models.ManyToManyField(Product, related_name="campaigns", blank=True, verbose_name=_("products"))

    class Meta:
        ordering = ["-first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="campaign_ends_after_start"
            ),
            models.UniqueConstraint(fields=["store", "name", "first_day"], name="campaign_once_per_store"),
        ]

    def __str__(self) -> str:
        return self.name
