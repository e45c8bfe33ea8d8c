"""What a campaign says otherwise than its sister in another store, and carrying some of it over.

Nothing is carried over by itself: the difference is shown line by line, somebody ticks, and what is ticked goes through
the same services as if it were typed there, so the sister's guard and approval hold.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from campaigns import guarding, services
from campaigns.models import Campaign, CampaignItem, CampaignOffer, Phase, PlanB
from campaigns.rules import offer_of, window
from campaigns.services import ItemTerms, Touched
from campaigns.sisters import refuse_other_money
from campaigns.wording import kind_said, terms_said, yuan
from products.models import Product
from staff.models import User

NONE = "—"
HEAD: dict[str, Callable[[], str]] = {
    "name": lambda: _("Name"),
    "days": lambda: _("Days"),
    "kind": lambda: _("Type"),
    "event": lambda: _("Event of the calendar"),
    "price_event": lambda: _("Price rules of the event"),
    "theme": lambda: _("Theme"),
    "terms_shown": lambda: _("Conditions shown to buyers"),
    "prize_fen": lambda: _("Dearest prize"),
}
TERMS = ("kind", "name", "level", "terms", "platform_bp", "influencer_bp", "starts_at", "ends_at", "limit", "stock")
OFFER = (*TERMS, "audience", "excludes", "is_off")


@dataclass(frozen=True)
class Difference:
    """One thing said otherwise. key: what is ticked; here, there: in words."""

    key: str
    what: str
    here: str
    there: str


def differences(campaign: Campaign, sister: Campaign) -> list[Difference]:
    """What carrying everything over would change in the sister."""
    return [*_head(campaign, sister), *_phases(campaign, sister), *_items(campaign, sister), *_offers(campaign, sister),
            *_plans(campaign, sister)]  # fmt: skip


def _told(campaign: Campaign, name: str) -> str:
    if name == "days":
        return f"{campaign.first_day} – {campaign.last_day}"
    if name == "kind":
        return campaign.get_kind_display()
    if name == "prize_fen":
        return NONE if campaign.prize_fen is None else yuan(campaign.prize_fen)
    return getattr(campaign, name) or NONE


def _head(campaign: Campaign, sister: Campaign) -> list[Difference]:
    pairs = ((name, _told(campaign, name), _told(sister, name)) for name in HEAD)
    return [Difference(name, HEAD[name](), here, there) for name, here, there in pairs if here != there]


def _phase_said(phases: dict[str, Phase], kind: str) -> str:
    if kind not in phases:
        return NONE
    one = phases[kind]
    times = [date_format(localtime(at), "m-d H:i") for at in (one.starts_at, one.ends_at)]
    return " – ".join(times) + ("" if one.share is None else f" · {one.share.normalize():f}%")


def _phases(campaign: Campaign, sister: Campaign) -> list[Difference]:
    ours, theirs = ({x.kind: x for x in one.phases.all()} for one in (campaign, sister))
    pairs = ((kind, _phase_said(ours, kind), _phase_said(theirs, kind)) for kind in Phase.Kind.values)
    lines = [(Phase.Kind(kind).label, here, there) for kind, here, there in pairs if here != there]
    if not lines:
        return []
    here, there = (_("; ").join(f"{line[0]} {line[n]}" for line in lines) for n in (1, 2))
    return [Difference("phases", _("Phases"), here, there)]


def _item_said(item: CampaignItem | None) -> str:
    if item is None:
        return _("not in it")
    parts = [_("no price of its own") if item.price_fen is None else yuan(item.price_fen)]
    parts += [] if item.quantity is None else [_("%d pieces in all") % item.quantity]
    parts += [] if item.limit is None else [_("%d a buyer") % item.limit]
    return " · ".join(parts)


def _by_code(campaign: Campaign) -> dict[str, CampaignItem]:
    return {item.product.code: item for item in campaign.items.select_related("product")}


def _items(campaign: Campaign, sister: Campaign) -> list[Difference]:
    """Products of both stores only; what only the sister has stays hers."""
    if not sister.products.exists():  # the sister covers the whole store: there is no product to add
        return []
    ours, theirs = _by_code(campaign), _by_code(sister)
    sold = set(Product.objects.filter(store=sister.store, code__in=ours).values_list("code", flat=True))
    rows = [(code, _item_said(ours[code]), _item_said(theirs.get(code))) for code in ours if code in sold]
    return [Difference(f"item:{code}", str(ours[code].product), here, there) for code, here, there in rows
            if here != there]  # fmt: skip


def _places(campaign: Campaign) -> dict[str, CampaignOffer]:
    """Its offers by kind, name and the how-many-eth such: so those of two stores find each other."""
    found: dict[str, CampaignOffer] = {}
    for offer in campaign.offers.prefetch_related("products"):
        place = sum(key.startswith(f"{offer.kind}:{offer.name}:") for key in found)
        found[f"{offer.kind}:{offer.name}:{place}"] = offer
    return found


def _offer_said(offer: CampaignOffer | None) -> str:
    if offer is None:
        return NONE
    span = window(offer.campaign)
    parts = [terms_said(offer_of(offer, None, span))]
    for at, label in ((offer.starts_at, _("from %s")), (offer.ends_at, _("until %s"))):
        parts += [] if at is None else [label % date_format(localtime(at), "m-d H:i")]
    parts += [] if offer.limit is None else [_("%d a buyer") % offer.limit]
    parts += [] if offer.stock is None else [_("%d in all") % offer.stock]
    parts += [_("off")] if offer.is_off else []
    return " · ".join(part for part in parts if part)


def _same(one: CampaignOffer, other: CampaignOffer, sold: set[str]) -> bool:
    goods = [{product.code for product in offer.products.all()} for offer in (one, other)]
    return all(getattr(one, name) == getattr(other, name) for name in OFFER) and goods[0] & sold == goods[1]


def _offers(campaign: Campaign, sister: Campaign) -> list[Difference]:
    """An offer the sister alone has stays hers."""
    ours, theirs = _places(campaign), _places(sister)
    sold = set(Product.objects.filter(store=sister.store).values_list("code", flat=True))
    found, unlike = [], _("other products or payers")
    for key, offer in ours.items():
        other = theirs.get(key)
        if other is None or not _same(offer, other, sold):
            here, there = _offer_said(offer), _offer_said(other)
            if here == there:
                here = f"{here} · {unlike}"
            found.append(Difference(f"offer:{key}", offer.name or str(kind_said(offer.kind)), here, there))
    return found


def _plan_said(plan: PlanB) -> str:
    limit = "" if plan.limit is None else f" {plan.limit.normalize():f}"
    return f"{plan.get_trigger_display()}{limit} → {plan.answer}"


def _plans(campaign: Campaign, sister: Campaign) -> list[Difference]:
    ours, theirs = ([(x.trigger, x.limit, x.answer) for x in one.plan_b.all()] for one in (campaign, sister))
    if ours == theirs:
        return []
    here, there = (_("; ").join(_plan_said(x) for x in one.plan_b.all()) or NONE for one in (campaign, sister))
    return [Difference("plan_b", _("Plan B"), here, there)]


@transaction.atomic
def carry(campaign: Campaign, sister: Campaign, chosen: Collection[str], by: User) -> list[Touched]:
    """Bring the sister in line in what was chosen. Returns the local days whose figures change. ValidationError: she is
    over, nothing was chosen, what was chosen is not different any more, or her guard refuses it."""
    sister = Campaign.objects.select_for_update(of=("self",)).select_related("store").get(pk=sister.pk)
    if sister.state in services.OVER:
        raise ValidationError(_("The campaign in %(store)s is over.") % {"store": sister.store})
    refuse_other_money(campaign, sister.store)
    known = {one.key for one in differences(campaign, sister)}
    if not chosen or not set(chosen) <= known:
        raise ValidationError(_("Choose what is to be carried over; it may have changed meanwhile: look again."))
    touched = _carry_head(campaign, sister, chosen, by)
    if "phases" in chosen:
        phases = list(campaign.phases.all())
        services.set_phases(
            sister, {x.kind: (x.starts_at, x.ends_at) for x in phases}, by, {x.kind: x.share for x in phases}
        )
    if codes := {key.removeprefix("item:") for key in chosen if key.startswith("item:")}:
        ids = dict(Product.objects.filter(store=sister.store, code__in=codes).values_list("code", "pk"))
        items = _by_code(campaign)
        terms = {ids[code]: ItemTerms(items[code].price_fen, items[code].quantity, items[code].limit) for code in codes}
        services.set_items(sister, terms, by)
    theirs = _places(sister)
    for key, offer in _places(campaign).items():
        if f"offer:{key}" in chosen:
            _carry_offer(offer, theirs.get(key) or CampaignOffer(campaign=sister), by)
    if "plan_b" in chosen:
        sister.plan_b.all().delete()
        for plan in campaign.plan_b.all():
            sister.plan_b.create(trigger=plan.trigger, limit=plan.limit, answer=plan.answer)
    guarding.run(sister)
    return touched


def _carry_head(campaign: Campaign, sister: Campaign, chosen: Collection[str], by: User) -> list[Touched]:
    """Name, days, texts, and products that are new to her."""
    for name in chosen:
        if name == "days":
            sister.first_day, sister.last_day = campaign.first_day, campaign.last_day
        elif name in HEAD:
            setattr(sister, name, getattr(campaign, name))
    there = set(sister.products.values_list("code", flat=True))
    codes = {key.removeprefix("item:") for key in chosen if key.startswith("item:")} - there
    if not codes and not set(HEAD) & set(chosen):
        return []
    products: list[Product] = [*sister.products.all()]
    products += Product.objects.filter(store=sister.store, code__in=codes)
    return services.save_campaign(sister, products, by)


def _carry_offer(offer: CampaignOffer, other: CampaignOffer, by: User) -> None:
    values: dict[str, Any] = {name: getattr(offer, name) for name in OFFER}
    for name, value in values.items():
        setattr(other, name, value)
    wanted = list(offer.products.values_list("code", flat=True))
    goods = list(Product.objects.filter(store=other.campaign.store, code__in=wanted))
    if wanted and not goods:  # without products it would cover them all
        raise ValidationError(_("%(store)s has none of its products.") % {"store": other.campaign.store})
    services.save_offer(other, goods, by)
