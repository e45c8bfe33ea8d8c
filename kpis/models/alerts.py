"""Rules that watch a figure, and what they have found: one row for as long as it lasts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import Destination
from stores.models import Store


class AlertRule(models.Model):
    """Watch `metric` day by day. limit: the threshold in the figure's unit, or a number of robust deviations."""

    class Kind(models.TextChoices):
        ABOVE = "above", _("above a value")
        BELOW = "below", _("below a value")
        HIGH = "high", _("above its own normal")
        LOW = "low", _("below its own normal")
        UNUSUAL = "unusual", _("off its own normal either way")
        MISSING = "missing", _("not there in the morning")

    class Severity(models.TextChoices):
        BAD = "bad", _("urgent")
        WARN = "warn", _("worth a look")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="alert_rules")
    metric = models.CharField(_("KPI"), max_length=60)
    kind = models.CharField(_("fires when"), max_length=8, choices=Kind.choices)
    limit = models.DecimalField(_("value"), max_digits=20, decimal_places=6, default=0)
    days = models.PositiveSmallIntegerField(_("days in a row"), default=1)
    severity = models.CharField(_("how urgent"), max_length=4, choices=Severity.choices, default=Severity.WARN)
    duty = models.CharField(_("duty to be told"), max_length=20, blank=True)
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("people to be told"), blank=True, related_name="+"
    )
    destinations = models.ManyToManyField(
        Destination, verbose_name=_("also sent to"), blank=True, related_name="alert_rules"
    )
    is_active = models.BooleanField(_("in use"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["metric", "id"]

    def __str__(self) -> str:
        """Without words: it is kept in the change log, which people read in either language."""
        signs = {"above": f"> {self.limit:f}", "below": f"< {self.limit:f}", "missing": "—"}
        return f"{self.metric} {signs.get(self.kind, f'± {self.limit:f}')}"


class Alert(models.Model):
    """A rule broken from `first_day` to `last_day`. Open while it lasts; delivered once, however long that is."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        OVER = "over", _("Over")  # by itself: the figure is back, or was corrected
        DISMISSED = "dismissed", _("Nothing to it")  # a person said why

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="alerts")
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.PositiveSmallIntegerField(default=1)
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    line = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    middle = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(_("seen at"), null=True)
    snoozed_until = models.DateField(_("quiet until"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-last_day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "first_day"], name="alert_once_per_run"),
            models.UniqueConstraint(fields=["rule"], condition=models.Q(state="open"), name="alert_open_once"),
        ]
        indexes = [models.Index(fields=["store", "state"], name="alert_state")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.first_day}"
