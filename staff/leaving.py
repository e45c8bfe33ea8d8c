"""Somebody leaves the team: what still hangs on the person, and what follows at once. Nothing of it goes without a
word; whoever comes back finds it as it was left."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opsplan.lib import clock
from staff import approval_flows, approvals, services
from staff.duties import name_of, working
from staff.models import (
    Invitation,
    Member,
    Rotation,
    ShareLink,
    ShiftRequest,
    State,
    Task,
    TemplateVersion,
    Turn,
    User,
)  # fmt: skip
from staff.spawning import spawn
from stores.models import Store


@dataclass(frozen=True)
class Left:
    """Something that hangs on a person, in words, and the page where it is given to somebody else ("": nowhere)."""

    says: str
    path: str = ""


def left_by(store: Store, user: User) -> list[Left]:
    """What of this app hangs on the person, before or after they have left."""
    slug, found = store.slug, [*duties_left(store, user), *shifts_left(store, user), *tasks_left(store, user)]
    waiting = [x for x in approvals.open_ones(store) if [each.pk for each in x.next_up] == [user.pk]]
    if count := len(waiting):
        said = ngettext("%d approval waits for this person alone", "%d approvals wait for this person alone", count)
        found.append(Left(said % count, reverse("approvals", args=[slug])))
    if count := Invitation.objects.filter(**open_invitations(store, user)).count():
        said = ngettext("%d open invitation: it is taken back", "%d open invitations: they are taken back", count)
        found.append(Left(said % count))
    links = ShareLink.objects.filter(store=store, by=user, revoked_at=None, expires_at__gt=clock.now())
    if count := links.count():
        said = ngettext("%d link for clients goes on opening", "%d links for clients go on opening", count)
        found.append(Left(said % count, reverse("links", args=[slug])))
    return found


def open_invitations(store: Store, user: User) -> dict[str, object]:
    return {"store": store, "by": user, "used_at": None, "revoked_at": None, "expires_at__gt": clock.now()}


def duties_left(store: Store, user: User) -> list[Left]:
    members = list(working(store))
    others = {key for m in members if m.user_id != user.pk for key in m.duties}
    alone = [key for m in members if m.user_id == user.pk for key in m.duty_list if key not in others]
    if not alone:
        return []
    names = _(", ").join(map(name_of, alone))
    return [Left(_("nobody else holds: %s") % names, reverse("duties", args=[store.slug]))]


def shifts_left(store: Store, user: User) -> list[Left]:
    found, today = [], clock.today(store.timezone)
    coming = Turn.objects.filter(store=store, user=user, day__gt=today).count()
    if coming:
        said = ngettext("%d shift to come that nobody fills", "%d shifts to come that nobody fills", coming)
        found.append(Left(said % coming, reverse("roster_month", args=[store.slug])))
    if count := Rotation.objects.filter(store=store, user=user, until=None).count():
        said = ngettext("%d pattern of shifts", "%d patterns of shifts", count)
        found.append(Left(said % count, reverse("roster_setup", args=[store.slug])))
    mine = ShiftRequest.objects.filter(Q(user=user) | Q(colleague=user), store=store, state__in=["asked", "agreed"])
    if count := mine.count():
        said = ngettext("%d request for leave or a swap", "%d requests for leave or a swap", count)
        found.append(Left(said % count, reverse("my_shifts", args=[store.slug])))
    return found


def tasks_left(store: Store, user: User) -> list[Left]:
    found, now = [], clock.here(store.timezone)
    mine = Task.objects.filter(store=store, state=State.OPEN, closes_at__gt=now, day__lte=now.date())
    if count := mine.filter(assignee=user, who="").count():
        said = ngettext(
            "%d open task: whoever holds its duty is asked", "%d open tasks: whoever holds their duty is asked", count
        )
        found.append(Left(said % count, reverse("team_day", args=[store.slug])))
    named = TemplateVersion.objects.filter(template__store=store, template__is_active=True)
    titles = [
        x.title
        for x in named.filter(pk__in=store.task_templates.values("published")).order_by("template_id")
        if x.person_id == user.pk or user.pk in x.turns
    ]
    if titles:
        said = _("templates that name this person: %s") % _(", ").join(titles)
        found.append(Left(said, reverse("task_templates", args=[store.slug])))
    return found


@transaction.atomic
def leave(member: Member, by: User) -> None:
    """Out of the team: what everybody does for themselves is dropped, invitations the person made are taken back, and
    whoever is next in an approval now hears of it. ValidationError: the last owner."""
    store, user = member.store, member.user
    services.remove_member(member)
    now = clock.here(store.timezone)
    mine = Task.objects.filter(store=store, who=f"u{user.pk}", state=State.OPEN, closes_at__gt=now, events=None)
    mine.delete()
    for each in Invitation.objects.filter(**open_invitations(store, user)):
        each.revoked_at = clock.now()
        each.save(update_fields=["revoked_at"])
    for waiting in approvals.of_store(store).filter(state=approval_flows.OPEN):
        approvals.tell_next(waiting, by)


def back(member: Member, desk_names: str = "") -> None:
    """Somebody is in (again): the names in desk reports that the removal took (its Undo tells them), and the work that
    everybody does for themselves."""
    if desk_names:
        member.desk_names = desk_names[:300]
        member.save(update_fields=["desk_names"])
    spawn(member.store)


def texts(found: Sequence[Left]) -> list[dict[str, str]]:
    """As a session keeps them."""
    return [{"says": x.says, "path": x.path} for x in found]
