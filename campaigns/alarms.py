"""What the clock finds off in running campaigns: one row while it lasts, work and messages once, a line under 今日
until somebody has it in hand."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.live import Alarm, Live, Trigger
from campaigns.models import Campaign, CampaignAlarm
from opsplan.lib import clock
from opsplan.lib.money import yuan as yuan_of
from opsplan.lib.text import gettext_noop
from products.models import Product
from staff import delivery
from staff.models import Destination, User
from staff.robots import Message
from staff.services import spawn_tasks
from stores import currency
from stores.models import Store

Kind = CampaignAlarm.Kind
BOUND = (Campaign.State.APPROVED, Campaign.State.RUNNING)
TRIGGER = "campaign_alarm"
STOCK = {
    Kind.OVERSOLD: gettext_noop("%(product)s is oversold: %(short)s missing"),
    Kind.BEYOND: gettext_noop("%(product)s: %(sold)s sold, %(quantity)s were set aside"),
    Kind.SOLD_OUT: gettext_noop("%(product)s: only %(left)s left"),
}


def triggers_of(campaign: Campaign) -> list[Trigger]:
    """Plan B."""
    return [Trigger(row.trigger, row.limit, row.answer) for row in campaign.plan_b.all()]


def found(campaign: Campaign, now: Live | None) -> list[Alarm]:
    """What is off: by its figures (None = it has not begun), and what the guard does not allow any more because a
    cost, a list price or a rule changed since it was approved."""
    rows = campaign.guarded.filter(is_blocked=True).select_related("product")
    prices = [
        Alarm(Kind.PRICE, row.product_id, {"product": str(row.product), "price": str(yuan_of(row.deep_fen or 0))})
        for row in (rows if campaign.state in BOUND else ())
    ]
    return [*(now.alarms if now else ()), *prices]


@transaction.atomic
def hold(campaign: Campaign, found: Sequence[Alarm]) -> int:
    """Bring the rows in line with what is off now. Returns how many are new. Safe to repeat, and twice at once."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    rows = {(row.kind, row.about): row for row in CampaignAlarm.objects.filter(campaign=campaign)}
    now, new = clock.now(), 0
    for alarm in found:
        row = rows.pop((alarm.kind, alarm.about), None)
        if row is None:
            row = CampaignAlarm.objects.create(
                campaign=campaign, kind=alarm.kind, about=alarm.about, numbers=alarm.numbers, at=now
            )
            spawn_tasks(
                campaign.store, TRIGGER, f"{row.pk}", subject=f"{campaign.name} · {sentence(row)}",
                about=f"campaign_live {campaign.pk}",
            )  # fmt: skip
            tell(row)
            new += 1
        elif row.over_at:  # it has come back, and waits for somebody again
            row.numbers, row.over_at, row.seen_by, row.seen_at = alarm.numbers, None, None, None
            row.save(update_fields=["numbers", "over_at", "seen_by", "seen_at"])
        elif row.numbers != alarm.numbers:
            CampaignAlarm.objects.filter(pk=row.pk).update(numbers=alarm.numbers)
    for row in rows.values():
        if row.over_at is None:
            row.over_at = now
            row.save(update_fields=["over_at"])
    return new


def tell(row: CampaignAlarm) -> None:
    """Put it into the outbox for robots and programs that want alarms of campaigns, once for each."""
    store = row.campaign.store
    path = reverse("campaign_live", args=[store.slug, row.campaign_id])

    def write() -> Message:
        subject = store.name + _(": ") + f"{row.campaign.name} · {sentence(row)}"
        return Message(subject, background(row), path, {"event": "campaign.alarm", "alarm": row.pk} | as_json(row))

    listening = Destination.objects.filter(store=store, is_active=True, campaigns=True)
    delivery.queue(store, f"campaign-alarm:{row.pk}", write, listening)


def as_json(row: CampaignAlarm) -> dict[str, Any]:
    """An alarm as webhooks tell it; numbers: see `campaigns.live`."""
    campaign = {"id": row.campaign_id, "name": row.campaign.name}
    code = Product.objects.filter(pk=row.about).values_list("code", flat=True).first() if row.about else None
    return {
        "id": row.pk, "store": row.campaign.store.slug, "campaign": campaign, "kind": row.kind,
        "product": code, "numbers": row.numbers, "at": clock.utc(row.at),
    }  # fmt: skip


def see(campaign: Campaign, pk: int, by: User) -> None:
    """Somebody has it in hand: it waits for nobody any more. ValidationError: it is not there."""
    row = campaign.alarms.filter(pk=pk).first()
    if row is None:
        raise ValidationError(_("This is not there any more."))
    if row.seen_at is None:
        row.seen_by, row.seen_at = by, clock.now()
        row.save(update_fields=["seen_by", "seen_at"])


def waiting(store: Store) -> QuerySet[CampaignAlarm]:
    """What is off in approved and running campaigns and has been seen by nobody."""
    rows = CampaignAlarm.objects.filter(campaign__store=store, campaign__state__in=BOUND)
    return rows.filter(over_at=None, seen_at=None).select_related("campaign__store")


def percent(text: str) -> str:
    return f"{Decimal(text) * 100:.1f}%"


def yuan(text: str) -> str:
    return f"{currency.symbol()}{Decimal(text):,.0f}"


def sentence(row: CampaignAlarm) -> str:
    """What is off, with its numbers."""
    with currency.override(row.campaign.store.currency):
        return said(row)


def said(row: CampaignAlarm) -> str:
    """The alarm as a sentence, in the active language."""
    told = row.numbers
    if row.kind == Kind.WEAK:
        text = _("Sales %(amount)s are %(share)s of the %(expected)s expected by now")
        return text % {
            "amount": yuan(told["amount"]), "share": percent(told["share"]), "expected": yuan(told["expected"])
        }  # fmt: skip
    if row.kind == Kind.COMPLAINTS:
        text = _("%(refunds)s refunds asked for, %(rate)s of the orders")
        return text % {"refunds": told["refunds"], "rate": percent(told["rate"])}
    if row.kind == Kind.PRICE:
        text = _("%(product)s can be had for %(price)s, which is not allowed any more")
        return text % {"product": told["product"], "price": f"{currency.symbol()}{told['price']}"}
    if row.kind in (Kind.DISPUTES, Kind.BAD_REVIEWS):
        bad = row.kind == Kind.BAD_REVIEWS
        text = _("%(count)s bad reviews, usually %(usual)s") if bad else _("%(count)s disputes, usually %(usual)s")
        return text % {"count": told["count"], "usual": f"{Decimal(told['usual']):.1f}"}
    return str(_(STOCK[Kind(row.kind)]) % told)


def background(row: CampaignAlarm) -> str:
    """The line it crossed, and what plan B says."""
    told, parts = row.numbers, []
    if row.kind in (Kind.WEAK, Kind.COMPLAINTS):
        parts.append(_("The line is %s.") % percent(told["limit"]))
    if told.get("reason"):
        parts.append(_("Named most: %s.") % told["reason"])
    if told.get("answer"):
        parts.append(_("Plan B: %s") % told["answer"])
    return " ".join(parts)
