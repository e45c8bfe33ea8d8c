"""What stands beside the figures of a plan: documents with owners and dates, who answers for what, goals, cash."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class PlanSection(models.Model):
    """A section of a plan document (`documents.plan_documents`): of a month (`of` its first day) or a year (1 January).

    fields: short answers by name (a frequency per week, a type of promotion). version grows with every save.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="plan_sections")
    document = models.CharField(max_length=20)
    of = models.DateField()
    key = models.CharField(max_length=40)
    text = models.TextField(_("text"), blank=True)
    fields = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("owner")
    )
    due = models.DateField(_("due"), null=True)
    is_done = models.BooleanField(_("done"), default=False)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "document", "of", "key"], name="plan_section_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.key}"


class PlanSectionChange(models.Model):
    """A section before and after a save: {"text", "fields", "owner", "due", "done"}."""

    section = models.ForeignKey(PlanSection, on_delete=models.CASCADE, related_name="changes")
    old = models.JSONField()
    new = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.section} {self.at:%Y-%m-%d %H:%M}"


class PlanOwner(models.Model):
    """Who answers for a figure (`key` is a metric's) or a paid channel (`promo_cost:<channel>`): a person, or all who
    hold a duty."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="plan_owners")
    key = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    duty = models.CharField(_("duty"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="plan_owner_once"),
            models.CheckConstraint(condition=Q(user=None) ^ Q(duty=""), name="plan_owner_user_or_duty"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.user or self.duty}"


class Milestone(models.Model):
    """A figure that is to be reached by a day, and held over `window` days: an amount a day, or a rate.

    conversion: a fraction, for orders: with it the goal says how many visitors a day it needs (S075).
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("title"), max_length=80)
    metric = models.CharField(_("figure"), max_length=60)
    goal = models.DecimalField(_("goal"), max_digits=20, decimal_places=6)
    start = models.DateField(_("counted from"))
    due = models.DateField(_("by"))
    window = models.PositiveSmallIntegerField(_("held for days"), default=7)
    conversion = models.DecimalField(_("conversion"), max_digits=9, decimal_places=6, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(window__gte=1, window__lte=90), name="milestone_window"),
            models.CheckConstraint(condition=Q(due__gte=F("start")), name="milestone_due_after_start"),
        ]

    def __str__(self) -> str:
        return self.title


class Phase(models.Model):
    """A stage of the market plan with its months (S097): `first` and `last` are first days of months."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="phases")
    name = models.CharField(_("name"), max_length=60)
    first = models.DateField(_("first month"))
    last = models.DateField(_("last month"))
    text = models.TextField(_("what it is about"), blank=True)

    class Meta:
        ordering = ["first", "id"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="phase_ends_after_start")]

    def __str__(self) -> str:
        return self.name


class CashLine(models.Model):
    """Money that is there to be spent (`cash`), or set aside for goods (`stock`), on a day; yuan, above 0."""

    class Kind(models.TextChoices):
        CASH = "cash", _("cash put in")
        STOCK = "stock", _("money for goods")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="cash_lines")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["day", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="cash_line_above_nothing")]

    def __str__(self) -> str:
        return f"{self.day} {self.amount:,}"
