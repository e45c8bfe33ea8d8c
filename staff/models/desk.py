"""What each person of the service desk did on a day."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class DeskDay(models.Model):
    """A person's day at the desk, as typed or told by a file; a number nobody told is null.

    received: buyers talked to (接待); enquiries: those who asked before buying (询单); converted: those of them who
    paid; response_s: average time to the first answer, seconds; rated, good: ratings of the talk, and good ones.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="desk_days", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    received = models.PositiveIntegerField(_("buyers received"), null=True, blank=True)
    enquiries = models.PositiveIntegerField(_("enquiries"), null=True, blank=True)
    converted = models.PositiveIntegerField(_("enquiries that paid"), null=True, blank=True)
    response_s = models.DecimalField(
        _("first response, seconds"), max_digits=7, decimal_places=1, null=True, blank=True
    )
    rated = models.PositiveIntegerField(_("ratings"), null=True, blank=True)
    good = models.PositiveIntegerField(_("good ratings"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["day", "id"]
        constraints = [models.UniqueConstraint(fields=["store", "day", "user"], name="desk_day_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"
