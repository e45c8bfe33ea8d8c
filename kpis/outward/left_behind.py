"""What of figures, plans, alerts and views hangs on a person who leaves the team."""

from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.metrics import METRICS
from kpis.models import AlertRule, PlanOwner, PlanSection, SavedView
from kpis.names import called
from staff.leaving import Left
from staff.models import Member, User
from stores.models import Store


def left_by(store: Store, user: User) -> list[Left]:
    return list(found(store, user))


def found(store: Store, user: User) -> Iterator[Left]:
    slug = store.slug
    keys = PlanOwner.objects.filter(store=store, user=user).order_by("key").values_list("key", flat=True)
    if keys:
        names = _(", ").join(dict.fromkeys(figure_name(key.partition(":")[0]) for key in keys))
        yield Left(_("answers for: %s") % names, reverse("plan_against", args=[slug]))
    sections = PlanSection.objects.filter(store=store, owner=user, is_done=False)
    for document, count in sections.values_list("document").annotate(n=Count("pk")).order_by("document"):
        said = ngettext("%d open part of a plan document", "%d open parts of a plan document", count)
        yield Left(said % count, reverse("plan_document", args=[slug, document]))
    if alone := rules_alone(store, user):
        said = ngettext("%d alert rule tells this person alone", "%d alert rules tell this person alone", alone)
        yield Left(said % alone, reverse("alert_rules", args=[slug]))
    if count := SavedView.objects.filter(store=store, owner=user, is_shared=True).count():
        said = ngettext("%d shared view of the board stays", "%d shared views of the board stay", count)
        yield Left(said % count, reverse("dashboard", args=[slug]))


def rules_alone(store: Store, user: User) -> int:
    """How many rules in force tell nobody else, neither by name nor by duty nor at a destination."""
    rules = AlertRule.objects.filter(store=store, is_active=True, people=user, destinations=None)
    rules = rules.prefetch_related("people")
    others = Member.objects.filter(store=store, user__is_active=True).exclude(user=user) if rules else []
    held = {x.user_id: set(x.duty_list) for x in others}
    return sum(
        not any(pk in {x.pk for x in rule.people.all()} or (rule.duty and rule.duty in has) for pk, has in held.items())
        for rule in rules
    )


def figure_name(key: str) -> str:
    return called(key, METRICS[key].label) if key in METRICS else key
