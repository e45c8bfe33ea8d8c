"""What stopping a campaign does by itself, and what has to be done on the platform by hand."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, CampaignOffer, Enrolment
from campaigns.rules import offers_of
from campaigns.wording import kind_said
from staff.models import State, Task

Kind = CampaignOffer.Kind
BY_HAND = {
    Kind.COUPON: lambda: _("Stop the coupon on the platform: those already claimed stay valid until their day."),
    Kind.RED_PACKET: lambda: _("Stop the red packet on the platform: those already claimed stay valid."),
    Kind.PRESALE: lambda: _("Close the presale: paid deposits have to be honoured or given back."),
    Kind.GROUP: lambda: _("Take the group price off: groups that are open have to be filled or refunded."),
    Kind.GIFT: lambda: _("Take the gift off the pages; orders already paid still get theirs."),
    Kind.ONE_YUAN: lambda: _("Close the one-yuan sale: those who have won get their goods."),
    Kind.FREIGHT_CARD: lambda: _("Stop selling the card: those sold stay valid for their year."),
}


@dataclass(frozen=True)
class Effects:
    """by_itself: what opsplan does at once; by_hand: what somebody has to do on the platform."""

    by_itself: tuple[str, ...]
    by_hand: tuple[str, ...]


def effects(campaign: Campaign) -> Effects:
    """What stopping it now would mean."""
    names = [offer.name or kind_said(offer.kind) for offer in offers_of(campaign)]
    tasks = Task.objects.filter(store=campaign.store, key=f"campaign:{campaign.pk}", state=State.OPEN).count()
    itself = []
    if names:
        text = ngettext("%(count)s offer ends now: %(names)s", "%(count)s offers end now: %(names)s", len(names))
        itself.append(text % {"count": len(names), "names": _(", ").join(names)})
    if tasks:
        itself.append(ngettext("%d open task goes", "%d open tasks go", tasks) % tasks)
    itself.append(_("It counts as stopped from this minute; the review can be written."))
    return Effects(tuple(itself), tuple(_by_hand(campaign)))


def _by_hand(campaign: Campaign) -> list[str]:
    found = []
    priced = campaign.items.exclude(price_fen=None).count()
    if priced:
        text = ngettext("Set the price of %d product back.", "Set the prices of %d products back.", priced)
        found.append(text % priced)
    kinds = dict.fromkeys(campaign.offers.filter(is_off=False).values_list("kind", flat=True))
    found += [BY_HAND[Kind(kind)]() for kind in kinds if kind in BY_HAND]
    if others := [Kind(kind).label for kind in kinds if kind not in BY_HAND]:
        found.append(_("Switch off on the platform: %s.") % _(", ").join(map(str, others)))
    channels = [str(budget.channel.name) for budget in campaign.budgets.select_related("channel")]
    if channels:
        found.append(_("Pause its ads: %s.") % _(", ").join(channels))
    enrolled = campaign.enrolments.filter(state__in=(Enrolment.State.SENT, Enrolment.State.WON))
    if names := list(enrolled.values_list("name", flat=True)):
        found.append(_("Withdraw what was enrolled: %s.") % _(", ").join(names))
    return found
