"""The stock decision "lower the target" (S062): what cannot be sold for want of stock leaves the days of the campaign
and their months; the plan's solver moves the other figures. Applied once, by a person who sets targets."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign, CampaignItem, StockDecision
from campaigns.stocking import PLANNED
from kpis.days import day_cells, day_plan
from kpis.days.day_cells import DayChange
from kpis.planning.factors import SALES
from kpis.sums import targets
from kpis.year.plan_cells import Place, Refused
from opsplan.lib import clock
from opsplan.lib.money import fen, split, yuan
from opsplan.lib.periods import Period, month_of
from products import price_services
from staff.models import User
from stores.models import Store

Choice = StockDecision.Choice


@dataclass(frozen=True)
class Lowering:
    """A decision that waits to be applied. targets: what each day of the campaign is to sell so far (yuan); days whose
    month has no target are left out."""

    decision: StockDecision
    price_fen: int
    targets: Mapping[dt.date, Decimal]

    @property
    def campaign(self) -> Campaign:
        return self.decision.item.campaign

    @property
    def short(self) -> int:
        """Pieces that will not be there."""
        return self.decision.need - self.decision.available

    @property
    def now(self) -> Decimal:
        return sum(self.targets.values(), Decimal(0))

    @cached_property
    def lost(self) -> dict[dt.date, Decimal]:
        """What each day loses (yuan): the pieces that are not there at the campaign's price, over the days as their
        targets stand, never more than a day has."""
        weights = [fen(each) for each in self.targets.values()]
        if not any(weights):
            return {}
        total = min(self.short * self.price_fen, sum(weights))
        parts = split(total, weights)
        return {day: yuan(part) for day, part in zip(self.targets, parts, strict=True)}

    @property
    def then(self) -> Decimal:
        return self.now - sum(self.lost.values(), Decimal(0))


def waiting(store: Store, month: Period) -> list[Lowering]:
    """The decisions about campaigns with a day in the month that nobody has applied yet, one a product: the latest."""
    items = CampaignItem.objects.filter(
        campaign__store=store,
        campaign__state__in=PLANNED,
        campaign__first_day__lte=month.last,
        campaign__last_day__gte=month.first,
    )
    latest: dict[int, StockDecision] = {}
    told = StockDecision.objects.filter(item__in=items).select_related("item__campaign", "item__product")
    for decision in told.order_by("id"):
        latest[decision.item_id] = decision
    found = [
        lowering_of(store, each) for each in latest.values() if each.choice == Choice.LOWER and not each.applied_at
    ]
    return [each for each in found if each.short > 0 and each.lost]


def lowering_of(store: Store, decision: StockDecision) -> Lowering:
    campaign = decision.item.campaign
    price = decision.item.price_fen or price_services.in_force(decision.item.product, campaign.first_day) or 0
    book = day_plan.book_of(store)
    found: dict[dt.date, Decimal] = {}
    for month in months_of(campaign):
        amounts = book.amounts(month, day_plan.month_target(store, month))
        found |= {day: amounts[day] for day in days_of(campaign) if day in amounts}
    return Lowering(decision, price, found)


def days_of(campaign: Campaign) -> Period:
    return Period(campaign.first_day, campaign.last_day)


def months_of(campaign: Campaign) -> list[Period]:
    return list(dict.fromkeys(month_of(day) for day in days_of(campaign)))


def apply(store: Store, decision_id: int, by: User) -> Lowering | None:
    """Lower the months and fix the campaign's days; None when there is nothing (left) to apply. ValidationError or
    Refused (a locked factor, a locked day) leave everything as it was."""
    with transaction.atomic():
        decision = (
            StockDecision.objects.select_for_update(of=("self",))
            .select_related("item__campaign", "item__product")
            .filter(pk=decision_id, item__campaign__store=store, choice=Choice.LOWER, applied_at=None)
            .first()
        )
        if decision is None:
            return None
        found = lowering_of(store, decision)
        if found.short <= 0 or not found.lost:
            return None
        for month in months_of(found.campaign):
            days = [day for day in found.lost if day in month]
            target = day_plan.month_target(store, month)
            if not days or target is None:
                continue
            rest = target - sum((found.lost[day] for day in days), Decimal(0))
            if rest <= 0:
                raise Refused(
                    [Place("", month.first.isoformat(), error=_("Nothing would be left of the month's target."))]
                )
            targets.set_target(store, SALES, month.first, rest, by)
            changes = [DayChange(day, "amount", found.targets[day] - found.lost[day]) for day in days]
            day_cells.set_days(store, month, changes, by)
        decision.applied_at = clock.now()
        decision.save(update_fields=["applied_at"])
    return found
