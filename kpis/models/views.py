"""A board as somebody likes to see it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class SavedView(models.Model):
    """A named address of the board: `tab` is the name of its page, `query` what stands behind the question mark (chosen
    metrics and parts in their order, period preset, comparisons, filters). A shared one is seen by the whole store."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    tab = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared with the store"), default=False)
    starts_for = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")  # whose board opens with it
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["store", "owner", "name"], name="view_once_per_owner")]

    def __str__(self) -> str:
        return self.name
