"""What was reported: closed periods and the figures they were closed with. Later truth never overwrites them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class ClosedPeriod(models.Model):
    """The figures of these local days have been reported. Reopening needs a reason and keeps what was reported."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="closed_periods")
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    closed_at = models.DateTimeField(_("closed at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    definitions = models.JSONField(default=dict)  # metric -> how it was defined then
    log_mark = models.BigIntegerField(default=0)  # the last entry of the change log before
    reopened_at = models.DateTimeField(_("reopened at"), null=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["-last", "-first", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "first", "last"], condition=models.Q(reopened_at=None), name="closed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class Snapshot(models.Model):
    """Figures as they were reported: {metric: value, inputs, marks, missing} as the API writes them (`kpis.wire`).

    `day` is null for the whole period; `grain` is store, channel or product, `member` the channel's key or the code.
    """

    closed = models.ForeignKey(ClosedPeriod, on_delete=models.CASCADE, related_name="snapshots", db_index=False)
    grain = models.CharField(max_length=7, default="store")
    member = models.CharField(max_length=100, blank=True)
    day = models.DateField(null=True)
    figures = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["closed", "grain", "day"], name="snapshot_of")]

    def __str__(self) -> str:
        return f"{self.closed_id} {self.grain} {self.member} {self.day or ''}"
