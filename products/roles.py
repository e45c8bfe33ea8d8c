"""What styles are for: roles and heroes (domain.md 4.3)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from products.assortment import Norms, norms
from products.models import Product, Role
from products.stages import ALIVE, RULES
from stores.models import Store


def norms_of(store: Store) -> Norms:
    """How many styles and heroes the store wants."""
    own = RULES.first(store)
    return norms(own.assortment if own else {})


def heroes_wanted(store: Store) -> int:
    return norms_of(store).heroes


def vip_lacks(store: Store) -> dict[str, int]:
    """How many styles a VIP scheme `need`s and how many are `there`, where there are too few (S058); else nothing."""
    need = norms_of(store).full
    there = Product.objects.filter(store=store, status__in=ALIVE).count()
    return {"need": need, "there": there} if there < need else {}


def set_role(product: Product, role: str) -> Product:
    """ValidationError: no such role."""
    if role not in Role.values:
        raise ValidationError({"role": _("Choose one of: %s.") % ", ".join(x for x in Role.values if x)})
    product.role = role
    product.save(update_fields=["role"])
    return product


@transaction.atomic
def set_hero(product: Product, is_hero: bool) -> Product:
    """Make a style one of the heroes, or no longer. ValidationError when the store has as many as it wants."""
    Store.objects.select_for_update().get(pk=product.store_id)
    wanted = heroes_wanted(product.store)
    there = Product.objects.filter(store=product.store_id, is_hero=True).exclude(pk=product.pk).count()
    if is_hero and there >= wanted:
        raise ValidationError(
            ngettext(
                "The shop has %d hero product already; take that flag off another first.",
                "The shop has %d hero products already; take that flag off another first.",
                wanted,
            )
            % wanted
        )
    product.is_hero = is_hero
    product.save(update_fields=["is_hero"])
    return product
