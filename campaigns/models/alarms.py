"""What was off while a campaign ran."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign


class CampaignAlarm(models.Model):
    """Something was off: one row for each kind and product, however often the clock looks. numbers: see
    `campaigns.live`. over_at: it is well again; once it comes back the same row says so."""

    class Kind(models.TextChoices):
        WEAK = "weak", _("Far under plan")
        OVERSOLD = "oversold", _("Oversold")
        BEYOND = "beyond", _("Sold beyond what was set aside")
        SOLD_OUT = "sold_out", _("Almost sold out")
        COMPLAINTS = "complaints", _("Wave of refunds")
        DISPUTES = "disputes", _("Wave of disputes")
        BAD_REVIEWS = "bad_reviews", _("Wave of bad reviews")
        PRICE = "price", _("Price not allowed any more")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    about = models.BigIntegerField(default=0)  # a product's id, 0 = the campaign
    numbers = models.JSONField(default=dict)
    at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = [F("over_at").desc(nulls_first=True), "id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "kind", "about"], name="campaign_alarm_once")]

    def __str__(self) -> str:
        return f"{self.campaign} {self.kind}"
