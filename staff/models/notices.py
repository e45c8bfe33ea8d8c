"""What a person is told by the app, and how they want to be told."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models.messages import Destination
from stores.models import Store


class Notice(models.Model):
    """Something one person was told inside the app, in their language. `key` makes sure they are told once."""

    class Kind(models.TextChoices):
        DUE = "due", _("A task is due")
        HANDED = "handed", _("A task was given to you")
        MENTION = "mention", _("Somebody mentioned you")
        APPROVAL = "approval", _("An approval")
        HANDOVER = "handover", _("A handover")
        ROSTER = "roster", _("The roster")
        IMPORT = "import", _("An import")
        REPORT = "report", _("A report")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="notices", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=90)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject = models.CharField(max_length=200)
    body = models.CharField(max_length=1000, blank=True)
    path = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["store", "user", "key"], name="notice_once")]

    def __str__(self) -> str:
        return self.subject


class Reminders(models.Model):
    """How somebody wants to be told of a store's matters; without a row it is inside the app alone.

    is_pushed: each notice goes out at once, by e-mail or to `destination`; not from quiet_from to quiet_until (local
    times, over midnight if they are so), then when that is over. has_digest: one message a day at digest_at. lead:
    minutes before a slot ends that an open task is called to mind, 0 = not. digested_on: the last local day done.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lead = models.PositiveSmallIntegerField(_("minutes before"), default=15)
    is_pushed = models.BooleanField(_("send each at once"), default=False)
    has_digest = models.BooleanField(_("one message a day"), default=False)
    digest_at = models.TimeField(_("at"), null=True, blank=True)
    destination = models.ForeignKey(Destination, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    digested_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="reminders_once")]

    def __str__(self) -> str:
        return f"{self.user_id}"
