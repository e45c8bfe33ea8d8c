"""Where styles stand: ranks typed in every week, moves that are proposed and decided, thresholds of the store."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from products.models.catalogue import Product, Stage
from stores.models import Store


class ProductRules(models.Model):
    """The store's own thresholds; what is not named here is as `products.lifecycle` and `products.assortment` say."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="product_rules")
    stages = models.JSONField(default=dict, blank=True)  # field of lifecycle.Thresholds -> number as text
    assortment = models.JSONField(default=dict, blank=True)  # field of assortment.Norms -> number as text

    def __str__(self) -> str:
        return str(self.store)


class Rank(models.Model):
    """What somebody saw in a week: popularity search rank of the main word, sales rank in the category. A rank is null
    when it was not looked up; `week` is its Monday."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="ranks")
    week = models.DateField(_("week (its Monday)"))
    search_rank = models.PositiveIntegerField(_("search rank"), null=True, blank=True)
    category_rank = models.PositiveIntegerField(_("category rank"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-week"]
        constraints = [models.UniqueConstraint(fields=["product", "week"], name="rank_once_per_week")]

    def __str__(self) -> str:
        return f"{self.product} {self.week}"


class Move(models.Model):
    """A move to another stage: proposed by the rules or a person, then confirmed, declined, or taken back when the
    evidence no longer speaks for it. Confirmed moves are the history of a product.

    rule: a key of `lifecycle.RULES`, or "hand". evidence: the numbers of the day it was made, as JSON.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Taken back")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="moves")
    source = models.CharField(_("from"), max_length=10, choices=Stage.choices)
    target = models.CharField(_("to"), max_length=10, choices=Stage.choices)
    rule = models.CharField(max_length=20)
    evidence = models.JSONField(default=dict)
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=models.Q(state="open"), name="one_open_move_per_product"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.source} > {self.target}"


class StageEvidence(models.Model):
    """The evidence last worked out for a product, so that the board and pages need not work it out again."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="evidence")
    day = models.DateField()
    facts = models.JSONField(default=dict)
    missing = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.product} {self.day}"
