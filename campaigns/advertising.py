"""Ads at work: what a store holds its ads to, budgets of campaigns, and the list of what to raise, cut or change as
tasks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.ad_rules import CUT, RAISE
from campaigns.models import AdBudget, AdRules, Campaign
from opsplan.fitting import fitting
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from staff.services import spawn_tasks
from stores.models import Store

CHANGE = "change"  # the picture of an ad
MOST = 30  # tasks made at once
REGIONS = 40


def rules_for(store: Store) -> AdRules:
    """What the store holds its ads to; unsaved where nobody has said anything."""
    return AdRules.objects.filter(store=store).first() or AdRules(store=store)


def set_rules(store: Store, regions: Sequence[str], least_roi: Decimal | None) -> AdRules:
    """ValidationError names the field."""
    rules = rules_for(store)
    rules.regions = [fitting("regions", name, 100) for name in dict.fromkeys(regions) if name.strip()]
    if len(rules.regions) > REGIONS:
        raise ValidationError({"regions": _("At most %d at a time.") % REGIONS})
    rules.least_roi = least_roi
    rules.full_clean()
    rules.save()
    return rules


def budgeted(store: Store, period: Period, most: int = 4) -> list[tuple[Campaign, dict[str, Decimal]]]:
    """The campaigns with ad budgets that touch the period, the latest first, with yuan by channel key."""
    found = Campaign.objects.filter(
        store=store, first_day__lte=period.last, last_day__gte=period.first, budgets__isnull=False
    )
    chosen = list(found.distinct().order_by("-first_day", "-pk")[:most])
    amounts: dict[int, dict[str, Decimal]] = {campaign.pk: {} for campaign in chosen}
    rows = AdBudget.objects.filter(campaign__in=chosen).values_list("campaign", "channel__key", "amount_fen")
    for pk, key, amount in rows.order_by("channel__position"):
        amounts[pk][key] = yuan(amount)
    return [(campaign, amounts[campaign.pk]) for campaign in chosen]


@dataclass(frozen=True)
class Deed:
    """Something to be done about an ad: raise, cut or change, and its name in words."""

    verb: str
    name: str

    @property
    def said(self) -> str:
        names = {RAISE: _("Raise the bid"), CUT: _("Cut or stop"), CHANGE: _("Change the picture or the page")}
        return (names[self.verb] + _(": ") + self.name)[:120]


def make_tasks(store: Store, deeds: Iterable[Deed], period: Period) -> int:
    """A task for each deed, once for a period that ends on that day; returns how many are new. ValidationError:
    nothing was chosen, or too much."""
    chosen = list(dict.fromkeys(deeds))
    if not chosen:
        raise ValidationError(_("Choose at least one line."))
    if len(chosen) > MOST:
        raise ValidationError(_("Choose at most %(most)s lines at once.") % {"most": MOST})
    made = 0
    with transaction.atomic():
        for deed in chosen:
            name = blake2b(f"{deed.verb}:{deed.name}".encode(), digest_size=8).hexdigest()
            made += spawn_tasks(store, "ads", f"{period.last}:{name}", subject=deed.said, about="ads")
    return made
