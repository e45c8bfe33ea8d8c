"""What of figures, plans, alerts and views hangs on a person who leaves the team."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.metrics import METRICS
from kpis.models import AlertRule, PlanOwner, PlanSection, SavedView
from kpis.names import called
from staff.delivery import people_of
from staff.leaving import Left
from staff.models import User
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
    for document in sections.order_by("document").values_list("document", flat=True).distinct():
        count = sections.filter(document=document).count()
        said = ngettext("%d open part of a plan document", "%d open parts of a plan document", count)
        yield Left(said % count, reverse("plan_document", args=[slug, document]))
    rules = AlertRule.objects.filter(store=store, is_active=True, people=user, destinations=None)
    alone = 0
    for rule in rules.prefetch_related("people"):
        told = people_of(store, [x.pk for x in rule.people.all()], rule.duty)
        alone += not [x for x in told if x.pk != user.pk]
    if alone:
        said = ngettext("%d alert rule tells this person alone", "%d alert rules tell this person alone", alone)
        yield Left(said % alone, reverse("alert_rules", args=[slug]))
    if count := SavedView.objects.filter(store=store, owner=user, is_shared=True).count():
        said = ngettext("%d shared view of the board stays", "%d shared views of the board stay", count)
        yield Left(said % count, reverse("dashboard", args=[slug]))


def figure_name(key: str) -> str:
    return called(key, METRICS[key].label) if key in METRICS else key
