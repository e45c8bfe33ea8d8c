"""A campaign's life: draft, checked, approved, running, ended, reviewed. People lead it to approved, the clock does
the rest."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import guarding
from campaigns.models import Campaign, CampaignOffer, CampaignStep, PriceException, Review
from campaigns.rules import window
from campaigns.tasking import drop_tasks
from opsplan.fitting import fitting
from opsplan.lib import clock
from staff import approvals
from staff.models import Approval, User
from staff.services import spawn_tasks

State = Campaign.State
PLANNED = (State.CHECKED, State.APPROVED)
FLOW = "campaign"


def about(campaign: Campaign) -> str:
    """What an approval of the campaign is about."""
    return f"campaign:{campaign.pk}"


def move(campaign: Campaign, after: str, by: User | None, note: str = "", now: dt.datetime | None = None) -> None:
    """Take a step; the row is written only when it still stands where it was seen, so two who move it at once move it
    once."""
    before = campaign.state
    changed = {"state": after} | ({"stopped_at": now or clock.now()} if after == State.STOPPED else {})
    if not Campaign.objects.filter(pk=campaign.pk, state=before).update(**changed):
        raise ValidationError(_("Somebody has been faster: look at where it stands now."))
    for name, value in changed.items():
        setattr(campaign, name, value)
    CampaignStep.objects.create(
        campaign=campaign, before=before, after=after, by=by, at=now or clock.now(), note=fitting("note", note, 300)
    )
    if after in (State.ENDED, State.STOPPED) and is_group_deal(campaign):
        spawn_tasks(
            campaign.store, "groupbuy_end", f"{campaign.pk}", subject=campaign.name, about=f"campaign {campaign.pk}"
        )


def is_group_deal(campaign: Campaign) -> bool:
    """Whether it was sold by the group: what follows its end is settled (S098)."""
    groups = CampaignOffer.objects.filter(campaign=campaign, kind=CampaignOffer.Kind.GROUP)
    return campaign.kind == Campaign.Kind.JUHUASUAN or groups.exists()


def _from(campaign: Campaign, *states: str) -> None:
    if campaign.state not in states:
        raise ValidationError(_("This cannot be done with a campaign that is in this state."))


def check(campaign: Campaign, by: User) -> None:
    """Draft to checked: the guard looks at everything again. ValidationError: what is in the way."""
    _from(campaign, State.DRAFT)
    blocked = guarding.run(campaign)
    wrong = [_(one.sentence) % one.values for one in guarding.troubles(campaign)]
    if blocked:
        names = "、".join(str(row.product) for row in blocked[:3])
        wrong.append(_("Below what is allowed: %(names)s.") % {"names": names})
    if wrong:
        raise ValidationError(wrong)
    move(campaign, State.CHECKED, by)


@transaction.atomic
def ask(campaign: Campaign, by: User, path: str = "", note: str = "") -> Approval:
    """Send a checked campaign to those who approve it."""
    _from(campaign, State.CHECKED)
    return approvals.ask(campaign.store, FLOW, campaign.name, by, about=about(campaign), path=path, note=note)


@transaction.atomic
def reopen(campaign: Campaign, by: User | None, note: str = "") -> None:
    """Something was changed: what was checked or approved goes back to draft, and its open approval is withdrawn."""
    if campaign.state in PLANNED:
        approvals.settle(campaign.store, about(campaign), "withdraw", by, note)
        move(campaign, State.DRAFT, by, note)


def settled(approval: Approval, by: User | None) -> None:
    """Called by `staff.approvals` when the approval of a campaign is settled. ValidationError refuses it."""
    campaign = Campaign.objects.select_related("store").get(pk=approval.about.partition(":")[2], store=approval.store)
    if approval.state == Approval.State.APPROVED:
        _from(campaign, State.CHECKED)
        if guarding.run(campaign) or guarding.troubles(campaign):
            raise ValidationError(_("A price went below what is allowed since it was checked: look at the campaign."))
        move(campaign, State.APPROVED, by)
        advance(campaign)
    elif approval.state == Approval.State.REFUSED and campaign.state == State.CHECKED:
        move(campaign, State.DRAFT, by, _("Refused"))


def advance(campaign: Campaign, now: dt.datetime | None = None) -> bool:
    """What the clock says: approved runs from its start, what runs has ended at its end. Safe to repeat."""
    now = now or clock.now()
    start, end = window(campaign)
    moved = False
    if campaign.state == State.APPROVED and now >= start:
        move(campaign, State.RUNNING, None, now=now)
        moved = True
    if campaign.state == State.RUNNING and now >= end:
        move(campaign, State.ENDED, None, now=now)
        moved = True
    return moved


def advance_all(now: dt.datetime | None = None) -> int:
    """Every campaign of every store in use; returns how many moved."""
    due = Campaign.objects.filter(state__in=(State.APPROVED, State.RUNNING), store__closed_at=None)
    moved = 0
    for campaign in due.select_related("store"):
        with transaction.atomic():
            try:
                moved += advance(campaign, now)
            except ValidationError:
                continue  # somebody else moved it
    return moved


@transaction.atomic
def stop(campaign: Campaign, by: User, why: str) -> None:
    """Stop a campaign that is approved or runs: its offers end now, its open tasks go."""
    _from(campaign, State.APPROVED, State.RUNNING)
    if not why.strip():
        raise ValidationError({"reason": _("Say why.")})
    move(campaign, State.STOPPED, by, why)
    drop_tasks(campaign)


@transaction.atomic
def review(campaign: Campaign, by: User, words: str, lesson: str) -> None:
    """The manager's words; an ended (or stopped) campaign is reviewed from then on."""
    _from(campaign, State.ENDED, State.STOPPED, State.REVIEWED)
    if not words.strip():
        raise ValidationError({"words": _("Write how it went.")})
    Review.objects.update_or_create(
        campaign=campaign, defaults={"words": words, "lesson": lesson, "by": by, "at": clock.now()}
    )
    if campaign.state != State.REVIEWED:
        move(campaign, State.REVIEWED, by)


# --- exceptions to the guard -----------------------------------------------------------------------------------------


@transaction.atomic
def ask_exception(campaign: Campaign, product_id: int, by: User, reason: str, path: str = "") -> PriceException:
    """Ask for a price below what is allowed; a second person decides. ValidationError: no reason, or nothing is in
    the way."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    row = next((one for one in guarding.run(campaign, [product_id]) if one.product_id == product_id), None)
    if row is None or row.deep_fen is None:
        raise ValidationError(_("Its price is allowed: there is nothing to ask for."))
    made = PriceException.objects.create(
        campaign=campaign,
        product_id=product_id,
        deep_fen=row.deep_fen,
        low_fen=row.low_fen,
        most_fen=next((x["numbers"]["most"] for x in row.findings if x["rule"] in guarding.LOOKED_BACK), None),
        rules=[finding["rule"] for finding in row.findings if finding["severity"] == "block"],
        reason=fitting("reason", reason, 500),
        asked_by=by,
        asked_at=clock.now(),
    )
    title = _("%(campaign)s: %(product)s below what is allowed") % {"campaign": campaign, "product": row.product}
    approvals.ask(campaign.store, "price", title[:160], by, about=f"price:{made.pk}", path=path, note=reason)
    return made


def exception_settled(approval: Approval, by: User | None) -> None:
    """Called by `staff.approvals` when an exception is settled: the guard looks again. ValidationError: one's own."""
    found = PriceException.objects.select_related("campaign__store").get(pk=approval.about.partition(":")[2])
    if approval.state == Approval.State.APPROVED and (by is None or by.pk == found.asked_by_id):
        raise ValidationError(_("An exception needs a second person."))
    found.state, found.decided_by, found.decided_at = approval.state, by, clock.now()
    found.save(update_fields=["state", "decided_by", "decided_at"])
    guarding.run(found.campaign, [found.product_id])
