"""Last year's campaign again: everything but what came of it, on the days that are like those (the event's, or 52
weeks on)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import guarding
from campaigns.models import Campaign
from campaigns.tasking import place_tasks
from opsplan.lib.calendar import WEEKS_52
from staff.models import User
from stores.calendars import calendar_of


def aligned(campaign: Campaign, years: int = 1) -> dt.date:
    """The first day of the campaign `years` on: as far from its event (the one of the calendar it names, else the one
    that moves its first day); without an event the same weekday 52 weeks on."""
    calendar = calendar_of(campaign.store)
    for year in (campaign.first_day.year, campaign.first_day.year + 1):
        here = next((e for e in calendar.events(year) if e.key == campaign.event and e.day >= campaign.first_day), None)
        if here:
            there = next((e for e in calendar.events(here.day.year + years) if e.key == here.key), None)
            if there:
                return there.day + (campaign.first_day - here.day)
    return calendar.align(campaign.first_day, years) or campaign.first_day + WEEKS_52 * years


@transaction.atomic
def clone(campaign: Campaign, by: User, first_day: dt.date | None = None, name: str = "") -> Campaign:
    """A draft like `campaign` that begins on `first_day` (next year's aligned day unless told). ValidationError: it
    is there already."""
    first = first_day or aligned(campaign)
    moved = first - campaign.first_day
    if not name:
        year, new_year = str(campaign.first_day.year), str(first.year)
        name = campaign.name.replace(year, new_year)
    if Campaign.objects.filter(store=campaign.store, name=name, first_day=first).exists():
        raise ValidationError(_("There is already a campaign of this name that starts on this day."))
    made = Campaign.objects.create(
        store=campaign.store,
        name=name[:100],
        first_day=first,
        last_day=campaign.last_day + moved,
        kind=campaign.kind,
        event=campaign.event,
        price_event=campaign.price_event,
        theme=campaign.theme,
        terms_shown=campaign.terms_shown,
        prize_fen=campaign.prize_fen,
        copied_from=campaign,
    )
    made.products.set(campaign.products.all())
    for phase in campaign.phases.all():
        made.phases.create(
            kind=phase.kind, starts_at=phase.starts_at + moved, ends_at=phase.ends_at + moved, share=phase.share
        )
    for item in campaign.items.all():
        made.items.create(product=item.product, price_fen=item.price_fen, quantity=item.quantity, limit=item.limit)
    for offer in campaign.offers.all():
        products = list(offer.products.all())
        offer.pk, offer.campaign = None, made
        offer.starts_at = offer.starts_at + moved if offer.starts_at else None
        offer.ends_at = offer.ends_at + moved if offer.ends_at else None
        offer.save(force_insert=True)
        offer.products.set(products)
    for goal in campaign.goals.all():
        made.goals.create(metric=goal.metric, value=goal.value)
    for material in campaign.materials.all():
        made.materials.create(name=material.name, owner=material.owner)
    for budget in campaign.budgets.all():
        made.budgets.create(channel=budget.channel, amount_fen=budget.amount_fen)
    for plan in campaign.plan_b.all():
        made.plan_b.create(trigger=plan.trigger, limit=plan.limit, answer=plan.answer)
    guarding.run(made)
    place_tasks(made)
    return made
