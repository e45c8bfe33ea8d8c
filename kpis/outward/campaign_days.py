"""The days campaigns ran on, for charts of the pages to the left."""

from django.db.models import Q

from campaigns.models import Campaign
from opsplan.lib.charts import Band
from opsplan.lib.periods import Period
from products.models import Product

MOST = 12


def campaign_bands(product: Product, period: Period) -> list[Band]:
    """The campaigns that take in the product, or the whole store, and touch the period."""
    running = Campaign.objects.filter(store=product.store_id, first_day__lte=period.last, last_day__gte=period.first)
    mine = running.filter(Q(products=product) | Q(products=None)).distinct().order_by("first_day")
    zone = product.store.timezone
    held = [each for each in mine if each.held_to(zone) >= each.first_day]
    return [Band(each.name, each.held(zone), "campaign") for each in held[:MOST]]
