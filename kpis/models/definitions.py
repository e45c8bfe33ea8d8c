"""Which reading of a KPI a store has chosen, where the market disagrees, and since which day."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class MetricDefinition(models.Model):
    """From `since` (a local day) on `metric` is read as `variant`, until a later choice; before the first as delivered.

    A figure keeps the reading that was in force on its period's last day.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="definitions", db_index=False)
    metric = models.CharField(_("metric"), max_length=60)
    variant = models.CharField(_("definition"), max_length=60)
    since = models.DateField(_("in force since"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["metric", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["store", "metric", "since"], name="definition_once_per_metric_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.variant} {self.since}"
