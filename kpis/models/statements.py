"""What an agency bills its client for a month of a contract: open while it is put together, kept as it was issued."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stores.models import Contract


class Statement(models.Model):
    """A contract's statement of a month: its local days `first` to `last` that the contract runs on.

    content: everything it told when it was issued ({} = it is open and tells what is known now). Nothing of it is ever
    changed; withdrawn, it is not in force any more and the month can be stated anew. log_mark: the last entry of the
    change log then.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="statements", db_index=False)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    content = models.JSONField(default=dict)
    log_mark = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    issued_at = models.DateTimeField(_("issued at"), null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    total_fen = models.BigIntegerField(_("total (fen)"), null=True)
    due_on = models.DateField(_("due on"), null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["-first", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "first"], condition=Q(withdrawn_at=None), name="statement_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.first:%Y-%m}"


class StatementLine(models.Model):
    """A line written by hand: more or less, and why. of: the earlier statement whose difference it carries."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    reason = models.CharField(_("reason"), max_length=200)
    of = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, related_name="carried")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reason
