"""A year's plan of a store: versions and scenarios, rows of numbers and words, cells with their history."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from products.models import Product
from stores.models import Store


class Plan(models.Model):
    """A version of a year's plan. One a year may be approved: it is in force, and its cells are the store's targets.

    version grows with every change of a cell, so that a browser can ask what is new.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        SUPERSEDED = "superseded", _("superseded")

    class Scenario(models.TextChoices):
        CAUTIOUS = "cautious", _("cautious")
        BASE = "base", _("base")
        STRETCH = "stretch", _("stretch")

    class Basis(models.TextChoices):
        REAL = "real", _("real days")
        FLAT = "30", _("30 days a month")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="plans")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("version"))
    scenario = models.CharField(_("scenario"), max_length=10, choices=Scenario, default=Scenario.BASE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    month_basis = models.CharField(_("days of a month"), max_length=4, choices=Basis, default=Basis.REAL)
    based_on = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["store", "year", "number"], name="plan_number_once_a_year"),
            models.UniqueConstraint(
                fields=["store", "year"], condition=Q(status="approved"), name="plan_in_force_once_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.number}"


class PlanRow(models.Model):
    """A row of a plan. key: a metric's or one of `year.plan_rows`, `promo_cost:<channel>`, `own:<n>` for a free row,
    whose `title`, `unit` (money, count, rate) and kind people chose, or a part of sales (`kpis.planning.parts`):
    `uv:channel:<channel>`, `uv:group:<n>`. A product group's sales row holds what it is of: `category`, `products`."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("numbers")
        WORD = "word", _("words")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rows")
    key = models.CharField(max_length=80)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.NUMBER)
    title = models.CharField(_("title"), max_length=60, blank=True)
    unit = models.CharField(_("unit"), max_length=8, blank=True)
    position = models.PositiveSmallIntegerField(default=100)
    category = models.CharField(_("category"), max_length=60, blank=True)
    products = models.ManyToManyField(Product, related_name="+", verbose_name=_("products"))

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="plan_row_once")]

    def __str__(self) -> str:
        return self.title or self.key


class PlanCell(models.Model):
    """A month of a row. value: yuan, fraction or count, 15 digits kept; a word row has `text`.

    is_held: the month's amount was typed and stays when a factor moves. version: of the plan, when it last changed.
    products: those a cell of hero products names (`kpis.year.plan_products`).
    """

    row = models.ForeignKey(PlanRow, on_delete=models.CASCADE, related_name="cells")
    month = models.PositiveSmallIntegerField()  # 1-12
    value = models.DecimalField(max_digits=32, decimal_places=16, null=True)
    text = models.TextField(blank=True)
    is_locked = models.BooleanField(default=False)
    is_held = models.BooleanField(default=False)
    products = models.ManyToManyField(Product, related_name="+", verbose_name=_("products"))
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row", "month"], name="plan_cell_once"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="plan_cell_month"),
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.month}"


class PlanEdit(models.Model):
    """One step of work on a plan: what undo takes back as a whole. `gone`: undone, then something else was done."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        UNDONE = "undone", _("undone")
        GONE = "gone", _("gone")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="edits")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.DONE)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.plan} {self.at:%Y-%m-%d %H:%M}"


class PlanChange(models.Model):
    """A cell before and after an edit: {"value": "1.5" | null, "text": "", "locked": false, "held": false}.

    is_typed: somebody typed this cell; the others followed.
    """

    edit = models.ForeignKey(PlanEdit, on_delete=models.CASCADE, related_name="changes")
    row = models.ForeignKey(PlanRow, on_delete=models.CASCADE, related_name="changes")
    month = models.PositiveSmallIntegerField()
    old = models.JSONField()
    new = models.JSONField()
    is_typed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["row", "month"], name="plan_change_of_cell")]

    def __str__(self) -> str:
        return f"{self.row} {self.month}"
