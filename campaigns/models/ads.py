"""How a store goes about its ads."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.models import Store


class AdRules(models.Model):
    """regions: the main regions of the ladder (S123), [] = not chosen; least_roi: the return from which an ad pays,
    None = one over the gross margin."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True, related_name="ad_rules")
    regions = models.JSONField(_("main regions"), default=list, blank=True)
    least_roi = models.DecimalField(
        _("least return"), max_digits=7, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    def __str__(self) -> str:
        return str(self.store)
