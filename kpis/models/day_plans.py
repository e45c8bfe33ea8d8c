"""A month's plan below the month: what its days bear, what stands on a day, the channel budgets, and undo."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpis.models.plans import PlanEdit
from stores.models import Store


class DayWeights(models.Model):
    """What the days of a store bear from the month `since` (its first day) on, until a later row takes over.

    week: seven numbers as text, Monday first. special: numbers as text by "statutory", "makeup" or "event:<key>" (the
    event's peak day); a day it says nothing about goes by its weekday.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="day_weights")
    since = models.DateField(_("from month"))
    week = models.JSONField(_("weekday weights"))
    special = models.JSONField(_("weights of special days"), default=dict)
    is_learned = models.BooleanField(_("learned from history"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["since"]
        constraints = [models.UniqueConstraint(fields=["store", "since"], name="day_weights_once_a_month")]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m}"


class DayTarget(models.Model):
    """What somebody said about a day: an amount (yuan), a share of the month (fraction), or a weight; none when it is
    only locked. See `kpis.planning.days.Pin`."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="day_targets")
    day = models.DateField(_("day"))
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2, null=True)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=6, null=True)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4, null=True)
    is_locked = models.BooleanField(_("locked"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["store", "day"], name="day_target_once"),
            models.CheckConstraint(condition=Q(amount=None) | Q(share=None), name="day_target_amount_or_share"),
        ]

    def __str__(self) -> str:
        return str(self.day)


class DayEdit(models.Model):
    """One step of work on a month's days, to be undone as a whole. changes: {day: [old pin, new pin]}, a pin as
    {"amount", "share", "weight": text | null, "locked": bool}; weights as {"weights:<since>": [old, new]}."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="day_edits")
    month = models.DateField(_("month"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=PlanEdit.State, default=PlanEdit.State.DONE)
    changes = models.JSONField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.at:%Y-%m-%d %H:%M}"


class ChannelBudget(models.Model):
    """A paid channel's money in a month, and what it was worked out from.

    amount (yuan): only while the year has no plan in force; then it stands there (`promo_cost:<channel>`). Of the three
    ways to a budget: share (of the promotion money or of the paid visitors, a fraction), cpc (yuan a visitor),
    commission and conversion and per_buyer (a channel paid by sale), sales (yuan by this channel) and roi.
    The line without a channel holds what is said of all: share (promotion money over sales) and paid_share.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="channel_budgets")
    month = models.DateField(_("month"))
    channel_key = models.CharField(max_length=60)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2, null=True)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=6, null=True)
    cpc = models.DecimalField(_("cost per click"), max_digits=12, decimal_places=4, null=True)
    commission = models.DecimalField(_("commission"), max_digits=9, decimal_places=6, null=True)
    conversion = models.DecimalField(_("conversion"), max_digits=9, decimal_places=6, null=True)
    per_buyer = models.DecimalField(_("revenue per buyer"), max_digits=12, decimal_places=2, null=True)
    sales = models.DecimalField(_("sales by this channel"), max_digits=20, decimal_places=2, null=True)
    roi = models.DecimalField(_("ROI"), max_digits=12, decimal_places=4, null=True)
    paid_share = models.DecimalField(_("paid share of visitors"), max_digits=9, decimal_places=6, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["month", "channel_key"]
        constraints = [
            models.UniqueConstraint(fields=["store", "month", "channel_key"], name="channel_budget_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.channel_key} {self.month:%Y-%m}"
