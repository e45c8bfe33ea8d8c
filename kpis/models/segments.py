"""What a store says about its customers: where their scores are cut, and what people know of one."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kpis.segments import Cuts
from stores.models import Store


class SegmentRules(models.Model):
    """A store's own cuts (`kpis.segments.Cuts`), four numbers in each text; no row = as domain.md 4.5 has them."""

    class Money(models.TextChoices):
        MULTIPLES = "multiples", _("by times the average order")
        FIFTHS = "fifths", _("by fifths of all customers")

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="+")
    recency = models.CharField(
        _("recency: at most so many days for 5, 4, 3 and 2"), max_length=60, default="30, 60, 90, 180"
    )
    frequency = models.CharField(
        _("frequency: at least so many orders for 2, 3, 4 and 5"), max_length=60, default="2, 3, 4, 5"
    )
    money = models.CharField(_("money"), max_length=9, choices=Money.choices, default=Money.MULTIPLES)
    multiples = models.CharField(_("at least so many times for 2, 3, 4 and 5"), max_length=60, default="1, 2, 3, 5")
    high = models.CharField(_("high from: recency, frequency, money"), max_length=60, default="4, 3, 3")

    def __str__(self) -> str:
        return str(self.store)

    @property
    def cuts(self) -> Cuts:
        def several(text: str) -> tuple[int, ...]:
            return tuple(int(each) for each in text.split(","))

        by_multiples = self.money == self.Money.MULTIPLES
        return Cuts(
            several(self.recency),
            several(self.frequency),
            tuple(Decimal(each.strip()) for each in self.multiples.split(",")) if by_multiples else (),
            several(self.high),
        )


class CustomerMark(models.Model):
    """What people know of a customer that orders do not tell: a core customer by hand, whether messages are wished."""

    class Consent(models.TextChoices):
        UNKNOWN = "", _("not asked")
        AGREED = "agreed", _("agreed to messages")
        REFUSED = "refused", _("wants no messages")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    buyer_key = models.BigIntegerField()  # as on Order
    is_core = models.BooleanField(_("core customer by hand"), default=False)
    consent = models.CharField(_("messages"), max_length=7, choices=Consent.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "buyer_key"], name="customer_marked_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"
