"""The register of what a store enrols in (活动类目附录, S047-S051), the talks with those who decide it, and the
playbook of a launch (S046, S077)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, QuerySet, When
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Contact, Enrolment
from campaigns.services import save_campaign
from campaigns.tasking import begin_launch
from campaigns.working import add_material
from opsplan.lib.periods import DAY
from products.models import Product
from staff.models import User
from stores.models import Store

LAUNCH_DAYS = 30
SORTS = {
    "name": ("name", "id"),
    "-name": ("-name", "id"),
    "until": (F("until").asc(nulls_last=True), "id"),
    "-until": (F("until").desc(nulls_last=True), "id"),
}
CLOSING = 3  # days before the last day to enrol from which it is said; as long after it has passed


def register(store: Store, state: str = "", sort: str = "") -> QuerySet[Enrolment]:
    """What can be enrolled in; what is still open and ends first comes first, or as `sort` (one of SORTS) says.
    state: "" = all."""
    is_settled = Case(When(state=Enrolment.State.OPEN, then=0), default=1)
    found = Enrolment.objects.filter(store=store).select_related("campaign")
    found = found.order_by(*SORTS.get(sort, (is_settled, SORTS["until"][0], "id")))
    return found.filter(state=state) if state in Enrolment.State.values else found


def closing(store: Store, today: dt.date, sort: str = "") -> list[Enrolment]:
    """What nobody has enrolled in yet, and can be for a few days more or could until a few days ago; by day."""
    days = today - CLOSING * DAY, today + CLOSING * DAY
    return list(register(store, Enrolment.State.OPEN, sort).filter(until__range=days))


def talks(store: Store) -> QuerySet[Contact]:
    """Talks with people of the platform, about a campaign or not; newest first."""
    return Contact.objects.filter(store=store).select_related("campaign", "by")


def add_talk(store: Store, day: str, who: str, said: str, campaign: str, by: User) -> Contact:
    """ValidationError: a day that is none, or nothing said."""
    try:
        made = Contact(store=store, day=dt.date.fromisoformat(day), who=who.strip(), said=said.strip(), by=by)
    except ValueError:
        raise ValidationError({"day": _("Give a day as YYYY-MM-DD.")}) from None
    if campaign.isdecimal():
        made.campaign = Campaign.objects.filter(store=store, pk=int(campaign)).first()
    made.full_clean()
    made.save()
    return made


def appendix() -> list[Enrolment]:
    """The rows of the founding papers' appendix, unsaved: the free resources every shop can begin with."""
    labour = _("people's time")
    return [
        Enrolment(
            name=_("Taobao search"),
            what=_("Free: titles and descriptions decide the place in the search."),
            how=_(
                "Take keywords for newly listed products, order them by the rules, and set titles that break no rule "
                "of Taobao."
            ),
            cost=labour,
            weight=Enrolment.Weight.USUAL,
        ),
        Enrolment(
            name=_("Taobao community"),
            what=_(
                "Post, answer, help buyers: visitors come by the id; community promotions give free ads on page one."
            ),
            how=_("Service posts with the shop's id; promotion buys free ad places with silver coins."),
            cost=_("people's time, earning silver coins"),
            weight=Enrolment.Weight.SUPPORT,
            window=_("12:00 to 9:00 the next day; checked after 9:00, shown from 12:00 for a day"),
        ),
        Enrolment(
            name=_("Taobao groups"),
            what=_("Join promotion groups for free places; an own group with all promotions told in full."),
            how=_(
                "Join the official promotion channel's groups, send in plans and enrol; keep up with the people there."
            ),
            cost=_("people's time, keeping up relations"),
            weight=Enrolment.Weight.USUAL,
        ),
        Enrolment(name=_("Links between shops"), cost=labour, weight=Enrolment.Weight.SUPPORT),
    ]


@transaction.atomic
def add_appendix(store: Store) -> int:
    """Put the appendix into the register, each row once; returns how many are new."""
    there = set(Enrolment.objects.filter(store=store).values_list("name", flat=True))
    rows = [row for row in appendix() if row.name not in there]
    for row in rows:
        row.store, row.category = store, Enrolment.Category.FREE
    Enrolment.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def launch_playbook(store: Store, first_day: dt.date, by: User) -> Campaign:
    """A launch as a draft: thirty days of the shop's heroes (none chosen yet: the whole shop), material, plan B, its
    six steps to tick, and the milestones as enrolments with their days. ValidationError: there is one already."""
    name = _("Launch %(month)s") % {"month": f"{first_day:%Y-%m}"}
    if Campaign.objects.filter(store=store, name=name, first_day=first_day).exists():
        raise ValidationError(_("There is already a campaign of this name that starts on this day."))
    made = Campaign(
        store=store,
        name=name,
        first_day=first_day,
        last_day=first_day + (LAUNCH_DAYS - 1) * DAY,
        kind=Campaign.Kind.NEW,
        theme="\n".join(f"{number} {text}" for number, text in enumerate(playbook(), 1)),
    )
    save_campaign(made, Product.objects.filter(store=store, is_hero=True), by)
    add_material(made, {}, by)
    made.plan_b.create(trigger="weak", limit=50, answer=_("Lower the price within the floor, or choose another hero."))
    for days, milestone, what in milestones():
        Enrolment.objects.create(
            store=store, campaign=made, name=milestone, what=what, until=first_day + days * DAY,
            weight=Enrolment.Weight.MAIN, category=Enrolment.Category.MILESTONE,
        )  # fmt: skip
    begin_launch(made)
    return made


def playbook() -> list[str]:
    """The six steps of the first month (S077)."""
    return [
        _("Choose the hero product."),
        _("Bring visitors with a low price."),
        _("Serve well, earn high ratings."),
        _("Advertise by Zhitongche."),
        _("With enough sales take part in Taojinbi."),
        _("Make one hit that pulls the other products along."),
    ]


def milestones() -> list[tuple[int, str, str]]:
    """(days after the start, milestone, what it means) of a launch (S046, S077)."""
    return [
        (7, _("Quick payment is set up"), _("Buyers can pay without an account of the bank.")),
        (14, _("Zhitongche spends as planned"), _("The ads reach their normal daily spending.")),
        (21, _("VIP event of flagship shops, Tao 800 or Special Price Cat"), _("One round of one of them.")),
        (30, _("Taojinbi"), _("As soon as the sales reach the number that is asked for.")),
    ]
