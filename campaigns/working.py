"""The work around a campaign's prices: material, points, plan B, budgets, goals, contacts. One small change at a
time."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import AdBudget, Campaign, Contact, Goal, Material, PlanB, Point
from campaigns.typing_in import amount_of
from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.money import fen, yuan
from staff import duties
from staff.models import User
from stores.models import Channel

USUAL_GOALS = ("act_amt", "real_amt", "pay_order_cnt", "aov_order", "new_buyers", "coupon_use_rate", "gross_rate")
GOALS_OF: dict[str, tuple[str, ...]] = {  # by what a tool (S091) is judged, before what every campaign is
    Campaign.Kind.MAIL: ("old_buyers", "repeat_rate"),
    Campaign.Kind.THANKS: ("old_buyer_share", "repeat_rate"),
    Campaign.Kind.MEMBERS: ("member_buy_rate", "old_buyers"),
    Campaign.Kind.COUPONS: ("coupon_use_rate", "order_pay_rate"),
    Campaign.Kind.PERSONAL: ("pay_cvr", "upt"),
    Campaign.Kind.CROSS: ("upt", "items_per_buyer"),
    Campaign.Kind.REFERRAL: ("referred_buyers", "referred_share"),
}
POINTS: tuple[Promise, ...] = (  # S114
    gettext_lazy("Enough customers were asked"),
    gettext_lazy("A plan in detail"),
    gettext_lazy("The team works together"),
    gettext_lazy("Material: logo, banner, announcement, slogan, ad texts"),
    gettext_lazy("Dates under control: preparation, design, announcement, build-up, review"),
    gettext_lazy("Rhythm: build-up, launch, peak, encore"),
    gettext_lazy("A contingency plan: far too weak a result, many complaints"),
    gettext_lazy("Questions are answered, problems and complaints handled"),
    gettext_lazy("Results are shown and lead on to the next one"),
)
MATERIALS = (
    gettext_lazy("Logo"),
    gettext_lazy("Banner"),
    gettext_lazy("Announcement"),
    gettext_lazy("Slogan"),
    gettext_lazy("Ad texts"),
)
Posted = Mapping[str, str]


@dataclass(frozen=True)
class PointRow:
    number: int
    text: Promise
    point: Point | None


def points_of(campaign: Campaign) -> list[PointRow]:
    """The nine points with who looked at each."""
    there = {point.number: point for point in campaign.points.select_related("done_by")}
    return [PointRow(number, text, there.get(number)) for number, text in enumerate(POINTS, 1)]


def budgets_of(campaign: Campaign) -> list[tuple[Channel, Decimal | None]]:
    """The store's paid channels and what the campaign may spend on each, yuan."""
    there = dict(campaign.budgets.values_list("channel_id", "amount_fen"))
    channels = Channel.objects.filter(store=campaign.store, is_paid=True)
    return [(c, yuan(there[c.pk]) if c.pk in there else None) for c in channels.order_by("position", "pk")]


def add_material(campaign: Campaign, said: Posted, by: User) -> None:
    own = fitting("name", said.get("name", ""), 80)
    names = [own] if own else [str(name) for name in MATERIALS]
    there = set(campaign.materials.values_list("name", flat=True))
    Material.objects.bulk_create(Material(campaign=campaign, name=name) for name in names if name not in there)


def set_material(campaign: Campaign, said: Posted, by: User) -> None:
    found = campaign.materials.filter(pk=_number(said, "material")).first()
    if found is None or said.get("state") not in Material.State.values:
        raise ValidationError(_("This is not there any more."))
    owner = _number(said, "owner") if said.get("owner") else None
    if owner and all(x.user_id != owner for x in duties.working(campaign.store)):
        raise ValidationError(_("This person is not on the team."))
    found.state, found.owner_id = said["state"], owner
    found.save(update_fields=["state", "owner"])


def tick_point(campaign: Campaign, said: Posted, by: User) -> None:
    number = _number(said, "point")
    if not 1 <= number <= len(POINTS):
        raise ValidationError(_("This is not there any more."))
    done = said.get("done") == "yes"
    Point.objects.update_or_create(
        campaign=campaign,
        number=number,
        defaults={
            "done_by": by if done else None,
            "done_at": clock.now() if done else None,
            "note": fitting("note", said.get("note", ""), 500),
        },
    )


def add_plan_b(campaign: Campaign, said: Posted, by: User) -> None:
    made = PlanB(
        campaign=campaign,
        trigger=said.get("trigger", ""),
        limit=amount_of(said.get("limit", "")),
        answer=said.get("answer", "").strip(),
    )
    made.full_clean()
    made.save()


def drop_plan_b(campaign: Campaign, said: Posted, by: User) -> None:
    campaign.plan_b.filter(pk=_number(said, "plan")).delete()


@transaction.atomic
def set_budgets(campaign: Campaign, said: Posted, by: User) -> None:
    for channel, _amount in budgets_of(campaign):
        amount = amount_of(said.get(f"channel-{channel.pk}", ""))
        if amount is None:
            campaign.budgets.filter(channel=channel).delete()
        else:
            AdBudget.objects.update_or_create(campaign=campaign, channel=channel, defaults={"amount_fen": fen(amount)})


def goal_keys(campaign: Campaign) -> tuple[str, ...]:
    """The KPIs it may be given a goal for and is reviewed by, those of its kind first."""
    return tuple(dict.fromkeys((*GOALS_OF.get(campaign.kind, ()), *USUAL_GOALS)))


def set_goal(campaign: Campaign, said: Posted, by: User) -> None:
    """A goal in the unit of its KPI: yuan, a count, or percent for a rate. An empty value takes it away."""
    metric, value = said.get("metric", "")[:40], amount_of(said.get("value", ""))
    if value is None:
        campaign.goals.filter(metric=metric).delete()
    elif metric not in goal_keys(campaign):
        raise ValidationError({"metric": _("A campaign cannot be given a goal for this.")})
    else:
        Goal.objects.update_or_create(campaign=campaign, metric=metric, defaults={"value": value})


def add_contact(campaign: Campaign, said: Posted, by: User) -> None:
    try:
        day = dt.date.fromisoformat(said.get("day", ""))
    except ValueError:
        raise ValidationError(_("Give a day as YYYY-MM-DD.")) from None
    made = Contact(store=campaign.store, campaign=campaign, day=day, who=said.get("who", ""), said=said.get("said", ""))
    made.by = by
    made.full_clean()
    made.save()


CHANGES: dict[str, Callable[[Campaign, Posted, User], None]] = {
    "add_material": add_material,
    "set_material": set_material,
    "tick_point": tick_point,
    "add_plan_b": add_plan_b,
    "drop_plan_b": drop_plan_b,
    "set_budgets": set_budgets,
    "set_goal": set_goal,
    "add_contact": add_contact,
}
FOR_MEMBERS = frozenset({"set_material", "tick_point", "add_contact"})


def do(campaign: Campaign, what: str, said: Posted, by: User) -> None:
    """One change. ValidationError: unknown, or what was typed cannot be used."""
    if what not in CHANGES:
        raise ValidationError(_("This is not there any more."))
    CHANGES[what](campaign, said, by)


def _number(said: Posted, name: str) -> int:
    text = said.get(name, "")
    return int(text) if text.isdecimal() else 0
