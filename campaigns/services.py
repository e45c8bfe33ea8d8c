"""Planning a campaign."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from campaigns.models import Campaign
from products.models import Product


@dataclass(frozen=True)
class Touched:
    """The local days whose figures a change to a campaign touches, both included."""

    first: dt.date
    last: dt.date


@transaction.atomic
def save_campaign(campaign: Campaign, products: Iterable[Product]) -> list[Touched]:
    """A new or edited campaign with its products (none = the whole store). Returns the spans whose figures change:
    the days it covers now together with those it covered before. ValidationError names the field."""
    before = Campaign.objects.filter(pk=campaign.pk).first() if campaign.pk else None
    campaign.full_clean()
    campaign.save()
    campaign.products.set(products)
    now = Touched(campaign.first_day, campaign.last_day)
    old = Touched(before.first_day, before.last_day) if before else now
    if old.first <= now.last and now.first <= old.last:
        return [Touched(min(old.first, now.first), max(old.last, now.last))]
    return [now, old]


@transaction.atomic
def delete_campaign(campaign: Campaign) -> Touched:
    """Take a campaign away. Returns the days it covered."""
    touched = Touched(campaign.first_day, campaign.last_day)
    campaign.delete()
    return touched
