"""The queue of products that files have brought: each is new, or another name of one we have. Decisions are kept."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ManyToManyRel, QuerySet
from django.utils.translation import gettext as _

from opsplan.lib.text import folded
from products.models import SKU, Alias, Cost, Listing, ListPrice, Picture, PriceChange, Product
from stores.models import Store

LIKE = 0.5  # how alike titles must be to be offered
OFFERED = 3


@dataclass(frozen=True)
class Waiting:
    """A product nobody has looked at, and those it may be another name of, the most alike first."""

    product: Product
    alike: list[Product]


def unmatched(store: Store) -> QuerySet[Product]:
    """What waits to be matched, the oldest first."""
    return Product.objects.filter(store=store, is_checked=False).order_by("created_at", "pk")


def queue(store: Store, found: Iterable[Product]) -> list[Waiting]:
    """Those of `unmatched`, with what they are like; one statement beside them."""
    waiting = list(found)
    known = list(Product.objects.filter(store=store, is_checked=True)) if waiting else []
    return [Waiting(x, alike(x, known)) for x in waiting]


def alike(product: Product, known: list[Product]) -> list[Product]:
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(folded(product.title))
    found = []
    for other in known:
        matcher.set_seq1(folded(other.title))
        if matcher.real_quick_ratio() >= LIKE and matcher.quick_ratio() >= LIKE and (part := matcher.ratio()) >= LIKE:
            found.append((-part, other.code, other))
    return [x for _part, _code, x in sorted(found, key=lambda x: x[:2])[:OFFERED]]


def accept(store: Store, products: list[int]) -> int:
    """These are products of their own. Returns how many."""
    return Product.objects.filter(store=store, pk__in=products, is_checked=False).update(is_checked=True)


@transaction.atomic
def merge(product: Product, into: Product) -> Product:
    """`product` is another name of `into`: what it is called is remembered, its item ids, SKUs and pictures move over,
    and it is gone. Whoever calls tells `products_merged` in the same transaction. ValidationError: itself, or another
    store."""
    if product.pk == into.pk or product.store_id != into.store_id:
        raise ValidationError({"into": _("Choose another product of this store.")})
    store = product.store
    names = [(Alias.Kind.CODE, product.code), (Alias.Kind.TITLE, folded(product.title)[:200])]
    Alias.objects.filter(product=product).update(product=into)
    for kind, text in names:
        Alias.objects.update_or_create(store=store, kind=kind, text=text, defaults={"product": into})
    Listing.objects.filter(product=product).update(product=into)
    SKU.objects.filter(product=product).update(product=into)
    Picture.objects.filter(product=product).update(product=into)
    if not ListPrice.objects.filter(product=into).exists():
        PriceChange.objects.filter(product=product).update(product=into)
    for model in (Cost, ListPrice):
        if not model._default_manager.filter(product=into).exists():
            model._default_manager.filter(product=product).update(product=into)
    hand_on(product, into)
    product.delete()
    return into


def hand_on(product: Product, into: Product) -> None:
    """Whatever lists `product` (a campaign, an offer, a plan's heroes and groups) lists `into`, once."""
    related = Product._meta.related_objects
    lists = [(x.through, x.field.m2m_field_name()) for x in related if isinstance(x, ManyToManyRel)]
    lists += [(x.field.model, "campaign") for x in related if x.name == "campaign_items"]
    for model, owner in lists:
        if model is None:
            continue
        rows = model._default_manager
        there = rows.filter(product=into).values(owner)
        rows.filter(product=product).exclude(**{f"{owner}__in": there}).update(product=into)
