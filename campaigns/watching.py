"""Costs and list prices are saved elsewhere; whenever one is, the guard looks again at every campaign that sells the
product."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from campaigns import guarding
from products.models import Cost, ListPrice, Product

WATCHED = (Cost, ListPrice)


def saved(sender: Any, instance: Cost | ListPrice, **_more: Any) -> None:
    product = None if _more.get("raw") else Product.objects.filter(pk=instance.product_id).first()
    if product:
        guarding.watch(product)


def watch() -> None:
    """Begin to listen."""
    for model in WATCHED:
        post_save.connect(saved, sender=model, dispatch_uid=f"campaigns.{model.__name__}.saved")
        post_delete.connect(saved, sender=model, dispatch_uid=f"campaigns.{model.__name__}.deleted")
