"""Last year's campaign again: everything but what came of it, on the days that are like those (the event's, or 52
weeks on)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import guarding
from campaigns.models import Campaign
from campaigns.tasking import place_tasks
from opsplan.fitting import fitting
from opsplan.lib.calendar import WEEKS_52
from products.models import Product
from stores.calendars import calendar_of

SAID = ("kind", "event", "price_event", "theme", "terms_shown", "prize_fen")


def aligned(campaign: Campaign) -> dt.date:
    """The first day of the campaign a year on: as far from its event (the one of the calendar it names, else the one
    that moves its first day); without an event the same weekday 52 weeks on."""
    calendar = calendar_of(campaign.store)
    for year in (campaign.first_day.year, campaign.first_day.year + 1):
        here = next((e for e in calendar.events(year) if e.key == campaign.event and e.day >= campaign.first_day), None)
        if here:
            there = next((e for e in calendar.events(here.day.year + 1) if e.key == here.key), None)
            if there:
                return there.day + (campaign.first_day - here.day)
    return calendar.align(campaign.first_day, 1) or campaign.first_day + WEEKS_52


def said_of(campaign: Campaign) -> dict[str, Any]:
    """What a copy says as the campaign does, beside its name and days."""
    return {name: getattr(campaign, name) for name in SAID}


def copy_parts(campaign: Campaign, made: Campaign, there: Mapping[str, Product], moved: dt.timedelta) -> None:
    """Phases, prices, offers and plan B, later by `moved`. there: the products of the copy's store by code; what is
    about others stays behind."""
    for phase in campaign.phases.all():
        made.phases.create(
            kind=phase.kind, starts_at=phase.starts_at + moved, ends_at=phase.ends_at + moved, share=phase.share
        )
    for item in campaign.items.select_related("product"):
        if product := there.get(item.product.code):
            made.items.create(product=product, price_fen=item.price_fen, quantity=item.quantity, limit=item.limit)
    for offer in campaign.offers.all():
        wanted = list(offer.products.values_list("code", flat=True))
        goods = [there[code] for code in wanted if code in there]
        if wanted and not goods:
            continue  # an offer without products would cover them all
        offer.pk, offer.campaign = None, made
        offer.starts_at = offer.starts_at + moved if offer.starts_at else None
        offer.ends_at = offer.ends_at + moved if offer.ends_at else None
        offer.save(force_insert=True)
        offer.products.set(goods)
    for plan in campaign.plan_b.all():
        made.plan_b.create(trigger=plan.trigger, limit=plan.limit, answer=plan.answer)


@transaction.atomic
def clone(campaign: Campaign) -> Campaign:
    """A draft like it on next year's aligned days, named after that year. ValidationError: it is there already."""
    first = aligned(campaign)
    moved = first - campaign.first_day
    name = campaign.name.replace(str(campaign.first_day.year), str(first.year))
    if Campaign.objects.filter(store=campaign.store, name=name, first_day=first).exists():
        raise ValidationError(_("There is already a campaign of this name that starts on this day."))
    made = Campaign.objects.create(
        store=campaign.store,
        name=fitting("name", name, 100),
        first_day=first,
        last_day=campaign.last_day + moved,
        copied_from=campaign,
        **said_of(campaign),
    )
    made.products.set(campaign.products.all())
    copy_parts(campaign, made, {x.code: x for x in Product.objects.filter(store=campaign.store)}, moved)
    for goal in campaign.goals.all():
        made.goals.create(metric=goal.metric, value=goal.value)
    for material in campaign.materials.all():
        made.materials.create(name=material.name, owner=material.owner)
    for budget in campaign.budgets.all():
        made.budgets.create(channel=budget.channel, amount_fen=budget.amount_fen)
    guarding.run(made)
    place_tasks(made)
    return made
