"""The range of goods: styles on their way into the shop, and competitors."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from products.models.catalogue import Product
from stores.models import Store


class Newcomer(models.Model):
    """A style on its way into the shop: chosen from three inputs, photographed, described, published (S067)."""

    class Step(models.TextChoices):
        CHOOSE = "choose", _("Choosing")
        PHOTO = "photo", _("Photos")
        DESCRIBE = "describe", _("Description")
        PUBLISH = "publish", _("Publishing")
        DONE = "done", _("Published")

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="newcomer")
    step = models.CharField(_("step"), max_length=8, choices=Step.choices, default=Step.CHOOSE)
    data_says = models.TextField(_("what the data says"), blank=True)
    customers_say = models.TextField(_("what customers say"), blank=True)
    market_says = models.TextField(_("what the market shows"), blank=True)
    wanted_on = models.DateField(_("to be published on"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.product} {self.get_step_display()}"

    @property
    def inputs_told(self) -> int:
        """How many of the three inputs say something."""
        return sum(bool(x.strip()) for x in (self.data_says, self.customers_say, self.market_says))


class Competitor(models.Model):
    """Another shop, in the five fields of S110."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="competitors")
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500, blank=True)
    series = models.TextField(_("product series"), blank=True)
    style = models.TextField(_("style"), blank=True)
    models_sold = models.TextField(_("models"), blank=True)
    prices = models.TextField(_("prices"), blank=True)
    strengths = models.TextField(_("strengths and weaknesses"), blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="competitor_once_per_store")]

    def __str__(self) -> str:
        return self.name


class CompetitorNote(models.Model):
    """What somebody saw a competitor do on a local day."""

    competitor = models.ForeignKey(Competitor, on_delete=models.CASCADE, related_name="notes")
    day = models.DateField(_("day"))
    text = models.TextField(_("note"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return f"{self.competitor} {self.day}"


class CatalogueFile(models.Model):
    """A file with products: read, shown as a difference, applied, taken back.

    rows: what the file says, by line. problems: [line, column, value, code]. changes: what applying wrote, with what
    stood there before, so that it can be taken back. to_mend: the header and the lines that stay out, as they stood in
    the file: [line, cells].
    """

    class State(models.TextChoices):
        READ = "read", _("To be looked at")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Taken back")
        REFUSED = "refused", _("Not readable")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="catalogue_files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    layout = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READ)
    rows = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    to_mend = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
