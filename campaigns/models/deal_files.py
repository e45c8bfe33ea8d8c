"""Files that tell how deals went: kept as read, applied by somebody, taken back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.deals import GroupDeal
from stores.models import Store


class DealFile(models.Model):
    """A deal sheet or a site's settlement file. deal: the one all rows are about; None = a column names it.

    header: the header cells; columns: {field: place in the header} as found or chosen; a later file with the same
    header is read alike. rows: [[line, [cells]], ...] with buyers as digests. changes: what applying it did, to take
    it back: [[kind, id, field, before, after], ...]; id of a thing that was made new has field "".
    """

    class State(models.TextChoices):
        READ = "read", _("Ready to import")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Taken back")

    class Purpose(models.TextChoices):
        SALES = "sales", _("Our sales, redemptions and refunds")
        CLAIMS = "claims", _("What the site says it owes")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="deal_files")
    deal = models.ForeignKey(GroupDeal, on_delete=models.CASCADE, null=True, blank=True, related_name="files")
    purpose = models.CharField(_("what it tells"), max_length=6, choices=Purpose.choices, default=Purpose.SALES)
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READ)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
