"""Costs, list prices and the rules of a store are saved elsewhere; whenever one is, the guard looks again at every
campaign it concerns."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save

from campaigns import guarding
from campaigns.models import CampaignRules
from campaigns.rules import count_anew
from products.models import Cost, ListPrice, PriceEvent, PriceSettings, Product
from stores.models import Store

WATCHED = (Cost, ListPrice)
RULES = (CampaignRules, PriceSettings, PriceEvent)


def saved(sender: Any, instance: Cost | ListPrice, **_more: Any) -> None:
    product = None if _more.get("raw") else Product.objects.filter(pk=instance.product_id).first()
    if product:
        guarding.watch(product)


def ruled(sender: Any, instance: CampaignRules | PriceSettings | PriceEvent, **_more: Any) -> None:
    store = None if _more.get("raw") else Store.objects.filter(pk=instance.store_id).first()
    if store:
        guarding.look_again(store)


def counted(sender: Any, instance: Store, raw: bool = False, **_more: Any) -> None:
    """Before a store is saved: its rules follow where it is to count in another currency."""
    if not raw and Store.objects.filter(pk=instance.pk).exclude(currency=instance.currency).exists():
        count_anew(instance)


def watch() -> None:
    """Begin to listen."""
    pre_save.connect(counted, sender=Store, dispatch_uid="campaigns.Store.counted")
    for listens, models in ((saved, WATCHED), (ruled, RULES)):
        for model in models:
            post_save.connect(listens, sender=model, dispatch_uid=f"campaigns.{model.__name__}.saved")
            post_delete.connect(listens, sender=model, dispatch_uid=f"campaigns.{model.__name__}.deleted")
