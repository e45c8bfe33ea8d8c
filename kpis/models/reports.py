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


class Report(models.Model):
    """A store's report of a week (its Monday is `first`), month or quarter. Its figures are read anew until somebody
    signs it. texts: what people wrote, by block; a block nobody wrote is told from the figures. version: of the texts.
    """

    class Kind(models.TextChoices):
        WEEK = "week", _("weekly report")
        MONTH = "month", _("monthly report")
        QUARTER = "quarter", _("quarterly report")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="reports", db_index=False)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    texts = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-last", "-first", "-id"]
        constraints = [models.UniqueConstraint(fields=["store", "kind", "first", "last"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first} – {self.last}"


class SignedReport(models.Model):
    """A report as it was signed: everything it told (`reporting.report_content`), with its texts. Nothing of it is ever
    changed; withdrawn, it is not in force any more and the next signing is another version (`number`).

    closed: the closing that keeps the figures; is_own: it was made by this signing, and goes with it.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="signed", db_index=False)
    number = models.PositiveSmallIntegerField(_("version"))
    closed = models.ForeignKey(ClosedPeriod, on_delete=models.RESTRICT, related_name="signed")
    is_own = models.BooleanField(default=True)
    content = models.JSONField()
    texts = models.JSONField(default=dict)
    data_version = models.BigIntegerField()
    signed_at = models.DateTimeField(_("signed at"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_version_once"),
            models.UniqueConstraint(fields=["report"], condition=models.Q(withdrawn_at=None), name="report_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.report} v{self.number}"


class ReportReminder(models.Model):
    """Whether 今日 calls to mind that a report of this kind waits to be signed, where somebody has chosen."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=7, choices=Report.Kind.choices)
    is_on = models.BooleanField(_("on"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind"], name="report_reminder_once")]

    def __str__(self) -> str:
        return self.kind
