"""What a person decides or types: targets and daily entries."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kpis.models.imports import Upload
from stores.models import Store


class Target(models.Model):
    """The planned value of a plannable metric for a month (`month` is its first day), in its unit (money: yuan)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(_("metric"), max_length=60)
    month = models.DateField(_("month"))
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=6)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["month", "metric"]
        constraints = [models.UniqueConstraint(fields=["store", "metric", "month"], name="target_once_per_month")]

    def __str__(self) -> str:
        return f"{self.metric} {self.month:%Y-%m}"


class Entry(models.Model):
    """A measure typed in by hand for a local day (service desk, ratings, 补单 …), in its unit (money: yuan)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="entries")
    measure = models.CharField(_("figure"), max_length=60)
    day = models.DateField(_("day"))
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=6)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(db_default=Now())
    as_of = models.DateTimeField(null=True)  # of the file it came in, where it came in one
    upload = models.ForeignKey(Upload, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["day", "measure"]
        constraints = [models.UniqueConstraint(fields=["store", "measure", "day"], name="entry_once_per_day")]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}"


class EntryEdit(models.Model):
    """Entries taken over from a workbook as one step, to be undone as a whole.

    changes: {"<measure>:<day>": [old, new]}, numbers as text, null where nothing is typed. file: its name.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="entry_edits")
    file = models.CharField(_("file"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    is_undone = models.BooleanField(_("undone"), default=False)
    changes = models.JSONField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file} {self.at:%Y-%m-%d %H:%M}"
