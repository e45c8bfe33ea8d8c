"""One campaign in several stores: a campaign of each store, linked. What is planned once is copied; from then on each
has its own products, prices, guard, approval and figures, because rules, floors and people are those of a store."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import guarding
from campaigns.cloning import copy_parts, said_of
from campaigns.models import Campaign
from campaigns.tasking import place_tasks
from products.models import Product
from staff.models import Member, User
from staff.roles import Action
from stores.models import Store


@dataclass(frozen=True)
class Spread:
    """A sister that was made, and codes of products its store does not have."""

    campaign: Campaign
    missing: tuple[str, ...]


def stores_of(user: User, action: Action) -> list[Store]:
    """The stores in which the user may do that, by name."""
    if user.is_superuser:
        return list(Store.objects.in_use().order_by("name"))
    found = Member.objects.filter(user=user, store__closed_at=None).select_related("store").order_by("store__name")
    return [member.store for member in found if member.may(action)]


def shown(campaign: Campaign, user: User) -> list[Campaign]:
    """Its sisters in the stores this person may look into."""
    if campaign.joint is None:
        return []
    found = Campaign.objects.filter(joint=campaign.joint, store__in=stores_of(user, Action.VIEW_PRODUCTS))
    return list(found.exclude(pk=campaign.pk).select_related("store").order_by("store__name"))


def addable(campaign: Campaign, user: User) -> list[Store]:
    """The stores this person may take it to: those without a sister that count in the same money."""
    taken = {campaign.store_id}
    if campaign.joint:
        taken |= set(Campaign.objects.filter(joint=campaign.joint).values_list("store_id", flat=True))
    mine = stores_of(user, Action.SET_TARGETS)
    return [x for x in mine if x.pk not in taken and x.currency == campaign.store.currency]


def refuse_other_money(campaign: Campaign, store: Store) -> None:
    """ValidationError where the store counts in another currency: 满300减40 is not 40 dollars off from 300."""
    if store.currency != campaign.store.currency:
        text = _("%(store)s counts in %(currency)s: prices and offers cannot go there as they are.")
        raise ValidationError(text % {"store": store, "currency": store.currency})


@transaction.atomic
def spread(campaign: Campaign, store: Store) -> Spread:
    """A draft of it in another store, with the products found there by code. ValidationError: it is there already."""
    row = Campaign.objects.select_for_update(of=("self",)).select_related("store").get(pk=campaign.pk)
    refuse_other_money(row, store)
    joint = row.joint or uuid4()
    same = Campaign.objects.filter(store=store)
    if store.pk == row.store_id or same.filter(joint=joint).exists():
        raise ValidationError(_("It is in that store already."))
    if same.filter(name=row.name, first_day=row.first_day).exists():
        raise ValidationError(_("There is already a campaign of this name that starts on this day."))
    if row.joint is None:
        Campaign.objects.filter(pk=row.pk).update(joint=joint)
        campaign.joint = joint
    made = Campaign.objects.create(
        store=store,
        name=row.name,
        first_day=row.first_day,
        last_day=row.last_day,
        joint=joint,
        **said_of(row),
    )
    there = {product.code: product for product in Product.objects.filter(store=store)}
    codes = list(row.products.order_by("code").values_list("code", flat=True))
    missing = [code for code in codes if code not in there]
    if codes and len(missing) == len(codes):
        raise ValidationError(_("%(store)s has none of its products.") % {"store": store})
    made.products.set([there[code] for code in codes if code in there])
    copy_parts(row, made, there, moved=dt.timedelta(0))
    for material in row.materials.all():  # goals, budgets and who does the work are those of each store
        made.materials.create(name=material.name)
    guarding.run(made)
    place_tasks(made)
    return Spread(made, tuple(missing))


def leave(campaign: Campaign) -> None:
    """It goes its own way from now on."""
    Campaign.objects.filter(pk=campaign.pk).update(joint=None)
    campaign.joint = None


def blocked(campaigns: Iterable[Campaign]) -> dict[int, int]:
    """How many products of each are below what is allowed."""
    return {one.pk: one.guarded.filter(is_blocked=True).count() for one in campaigns}
