"""What is to be approved, at which step it stands, and everything that was said and decided about it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class Approval(models.Model):
    """Something that goes through a flow of `staff.approval_flows`.

    about: what it is about for the app that asks, like "plan:12"; there is one open approval for each. place: the
    step it stands at, from 0. path: the page to read on at.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Under way")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="approvals")
    flow = models.CharField(_("flow"), max_length=20)
    about = models.CharField(max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=160)
    path = models.CharField(max_length=300, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "about"],
                condition=models.Q(state="open") & ~models.Q(about=""),
                name="approval_open_once",
            ),
        ]
        indexes = [models.Index(fields=["store", "state"], name="approval_state")]

    def __str__(self) -> str:
        return self.title


class ApprovalEvent(models.Model):
    """What was done with an approval, in order. place: the step it was done at."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=8)
    place = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.what}"
