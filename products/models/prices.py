"""Prices: what was paid day by day, how list prices changed and why, and the rules of the store."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from products.models.catalogue import Product
from stores.models import Store


class PaidPrice(models.Model):
    """The lowest and highest unit price (fen) paid for a product on a local day, freight left out. kpis writes it from
    paid order lines whenever it counts a day; it goes back a little over a year."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="paid_prices")
    day = models.DateField()
    lowest_fen = models.BigIntegerField()
    highest_fen = models.BigIntegerField()
    units = models.BigIntegerField()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["store", "day", "product"], name="paid_price_once_per_day")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.day}: {self.lowest_fen}"


class PriceChange(models.Model):
    """Somebody changed a list price: which entry, from what to what (fen; null = none), why. Never edited."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="price_changes")
    from_day = models.DateField(_("from"))
    old_fen = models.BigIntegerField(null=True)
    new_fen = models.BigIntegerField(null=True)
    why = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.product_id} {self.from_day}: {self.old_fen} > {self.new_fen}"


class PriceSettings(models.Model):
    """A store's price rules; rates are fractions."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="price_settings")
    floor = models.DecimalField(
        _("price floor, as a share of list"), max_digits=4, decimal_places=3, default=Decimal("0.700"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )  # fmt: skip
    raise_rate = models.DecimalField(
        _("a raise before a cut is more than"), max_digits=4, decimal_places=3, default=Decimal("0.100"),
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    raise_days = models.PositiveSmallIntegerField(_("within so many days before it"), default=30)
    inflated_days = models.PositiveSmallIntegerField(_("list price must have been paid within days"), default=90)

    def __str__(self) -> str:
        return str(self.store)


class PriceEvent(models.Model):
    """A platform event with price rules of its own: whether the floor holds there, its lowest-price rule, and for how
    long nothing may be cheaper afterwards. Where the
    store has none of its own, those of `products.price_services` hold."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="price_events")
    key = models.SlugField(_("key"), max_length=40, allow_unicode=True)
    name = models.CharField(_("name"), max_length=60)
    is_exempt = models.BooleanField(_("prices may go below the floor"), default=False)
    lookback_days = models.PositiveSmallIntegerField(_("looks back days"), default=0)
    factor = models.DecimalField(
        _("times the lowest price"), max_digits=4, decimal_places=3, default=Decimal("1.000"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )  # fmt: skip
    after_days = models.PositiveSmallIntegerField(
        _("no lower price for so many days after it"), default=0, validators=[MaxValueValidator(180)]
    )

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="price_event_once_per_store")]

    def __str__(self) -> str:
        return self.name
