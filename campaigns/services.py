"""Planning a campaign: its days, prices and offers. Whatever is saved, the guard looks at it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from campaigns import guarding, phasing, states
from campaigns.models import Campaign, CampaignItem, CampaignOffer, Enrolment, Guarded, Phase
from campaigns.rules import offer_of, window
from campaigns.tasking import drop_tasks, place_tasks
from products.models import Product
from staff.models import User

BOUND = (Campaign.State.APPROVED, Campaign.State.RUNNING)
OVER = (Campaign.State.ENDED, Campaign.State.REVIEWED, Campaign.State.STOPPED)


@dataclass(frozen=True)
class Touched:
    """The local days whose figures a change to a campaign touches, both included."""

    first: dt.date
    last: dt.date


@transaction.atomic
def save_campaign(campaign: Campaign, products: Iterable[Product], by: User | None = None) -> list[Touched]:
    """A new or edited campaign with its products (none = the whole store). Returns the spans whose figures change:
    the days it covers now together with those it covered before. ValidationError names the field."""
    before = Campaign.objects.filter(pk=campaign.pk).first() if campaign.pk else None
    campaign.full_clean()
    campaign.save()
    chosen = list(products)
    campaign.products.set(chosen)
    campaign.items.exclude(product__in=chosen).delete()
    there = set(campaign.items.values_list("product_id", flat=True))
    CampaignItem.objects.bulk_create(
        CampaignItem(campaign=campaign, product=product) for product in chosen if product.pk not in there
    )
    if before and before.first_day != campaign.first_day:
        shift(campaign, campaign.first_day - before.first_day)
    saved(campaign, by, _("Days or products were changed"))
    place_tasks(campaign)
    now = Touched(campaign.first_day, campaign.last_day)
    old = Touched(before.first_day, before.last_day) if before else now
    if old.first <= now.last and now.first <= old.last:
        return [Touched(min(old.first, now.first), max(old.last, now.last))]
    return [now, old]


def shift(campaign: Campaign, by: dt.timedelta) -> None:
    """A campaign that begins on another day takes its phases, the times of its offers and its milestones along."""
    for phase in campaign.phases.all():
        phase.starts_at, phase.ends_at = phase.starts_at + by, phase.ends_at + by
        phase.save(update_fields=["starts_at", "ends_at"])
    for offer in campaign.offers.all():
        offer.starts_at = offer.starts_at + by if offer.starts_at else None
        offer.ends_at = offer.ends_at + by if offer.ends_at else None
        offer.save(update_fields=["starts_at", "ends_at"])
    milestones = campaign.enrolments.filter(category=Enrolment.Category.MILESTONE, state=Enrolment.State.OPEN)
    milestones.update(until=F("until") + by)  # days of a platform's own stay


def saved(campaign: Campaign, by: User | None, note: str = "", only: Sequence[int] | None = None) -> list[Guarded]:
    """Something of a campaign was saved: the guard looks again, and what was checked has to be checked again. While
    it is approved or runs nothing may be saved that goes below what is allowed: ValidationError."""
    if campaign.state in OVER:
        return []
    blocked = guarding.run(campaign, only)
    if campaign.state in BOUND and blocked:
        names = "、".join(str(row.product) for row in blocked[:3])
        raise ValidationError(_("Below what is allowed: %(names)s.") % {"names": names})
    if campaign.state != Campaign.State.RUNNING:
        states.reopen(campaign, by, note)
    return blocked


def refuse_over(campaign: Campaign) -> None:
    """ValidationError: what is over was as it was."""
    if campaign.state in OVER:
        raise ValidationError(_("This cannot be done with a campaign that is in this state."))


@dataclass(frozen=True)
class ItemTerms:
    """A product's terms in a campaign: price in fen (None = no price of its own), pieces in all, pieces a buyer."""

    price_fen: int | None
    quantity: int | None
    limit: int | None


@transaction.atomic
def set_items(campaign: Campaign, terms: Mapping[int, ItemTerms], by: User) -> list[Guarded]:
    """Prices and limits of products, by product id. Returns what the guard blocks. ValidationError."""
    refuse_over(campaign)
    items = {item.product_id: item for item in campaign.items.select_related("product")}
    if unknown := terms.keys() - items.keys():
        raise ValidationError(_("Products that do not take part: %s.") % ", ".join(map(str, sorted(unknown))))
    for product, said in terms.items():
        item = items[product]
        if said.price_fen is not None and said.price_fen <= 0:
            raise ValidationError(_("%s: give a price above 0.") % item.product)
        item.price_fen, item.quantity, item.limit = said.price_fen, said.quantity, said.limit
        item.save(update_fields=["price_fen", "quantity", "limit"])
    return saved(campaign, by, _("Prices were changed"))


@transaction.atomic
def save_offer(offer: CampaignOffer, products: Iterable[Product], by: User) -> list[Guarded]:
    """A new or edited offer. Returns what the guard blocks. ValidationError names the field."""
    refuse_over(offer.campaign)
    offer.full_clean()
    if offer.platform_bp + offer.influencer_bp > 10_000:
        raise ValidationError({"platform_bp": _("The parts of those who pay must add up to the whole.")})
    span = window(offer.campaign)
    offer_of(offer, None, span)  # its terms can be read
    offer.save()
    offer.products.set(products)
    return saved(offer.campaign, by, _("Offers were changed"))


@transaction.atomic
def delete_offer(offer: CampaignOffer, by: User) -> None:
    """Take an offer out of its campaign. ValidationError."""
    campaign = offer.campaign
    refuse_over(campaign)
    offer.delete()
    saved(campaign, by, _("Offers were changed"))


@transaction.atomic
def take_way_out(campaign: Campaign, product_id: int, number: int, by: User) -> None:
    """Do what the guard proposed for a product: the `number`-th of its ways out. ValidationError when it is not there
    any more."""
    refuse_over(campaign)
    row = Guarded.objects.filter(campaign=campaign, product=product_id).first()
    if row is None or not 0 <= number < len(row.ways_out):
        raise ValidationError(_("This way out is not there any more."))
    way = row.ways_out[number]
    if way["kind"] == "price" and campaign.items.filter(product=product_id).exists():
        campaign.items.filter(product=product_id).update(price_fen=way["price_fen"])
    else:
        offer = campaign.offers.filter(pk=int(way["offer"].lstrip("o") or 0)).first()
        other = (
            campaign.offers.filter(pk=int(way["other"].lstrip("o") or 0)).first() if way["other"][:1] == "o" else None
        )
        if offer is None:
            raise ValidationError(_("This way out is not there any more."))
        if way["kind"] == "leave":
            offer.products.set([p for p in offer.products.all() or campaign.products.all() if p.pk != product_id])
        else:
            kind = other.kind if other else CampaignOffer.Kind.TIMED
            offer.excludes = sorted({*offer.excludes, kind})
            offer.save(update_fields=["excludes"])
    saved(campaign, by, _("A way out was taken"))


@transaction.atomic
def set_phases(
    campaign: Campaign,
    spans: Mapping[str, tuple[dt.datetime, dt.datetime]],
    by: User | None = None,
    shares: Mapping[str, Decimal | None] | None = None,
) -> None:
    """The phases with their instants (UTC), by kind; they follow one another. shares: of the goal, percent, None = as
    usual. ValidationError."""
    ordered = [(kind, *spans[kind]) for kind in Phase.Kind.values if kind in spans]
    for (_a, _start, end), (_b, start, _end) in pairwise(ordered):
        if start < end:
            raise ValidationError({"phases": _("A phase begins before the one before it has ended.")})
    if any(end <= start for _kind, start, end in ordered):
        raise ValidationError({"phases": _("A phase ends before it starts.")})
    own = {kind: (shares or {}).get(kind) for kind in spans}
    phasing.check_shares(own)
    campaign.phases.all().delete()
    Phase.objects.bulk_create(
        Phase(campaign=campaign, kind=kind, starts_at=start, ends_at=end, share=own[kind])
        for kind, start, end in ordered
    )
    saved(campaign, by, _("Phases were changed"))


@transaction.atomic
def delete_campaign(campaign: Campaign) -> Touched:
    """Take a campaign away. Returns the days it covered."""
    touched = Touched(campaign.first_day, campaign.last_day)
    drop_tasks(campaign)
    campaign.delete()
    return touched
