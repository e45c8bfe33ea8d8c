"""Approvals: somebody asks, it goes from step to step, and it is always known who is next.

Another app asks with `ask` and looks with `state_of`; what happens when an approval that is about something of its own
is settled, it says in `settings.APPROVALS_SETTLED` ({"plan": "kpis.….settled"}): called with the approval and the
person in the same transaction, and a ValidationError from there refuses the decision. When the app settles the matter
on a page of its own, it says so with `settle`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from staff import notices
from staff.approval_flows import OPEN, BadMove, Flow, Step, after, flows, verbs
from staff.duties import covers, working
from staff.models import Approval, ApprovalEvent, Member, Notice, User
from staff.robots import Message
from staff.roles import Action, Level, may
from stores.models import Store

DECIDED = 50  # settled ones told at once


@dataclass(frozen=True)
class Standing:
    """An approval with where it stands. next_up: who is asked now (nobody once it is settled)."""

    approval: Approval
    flow: Flow
    step: Step | None
    next_up: list[User]

    @property
    def name(self) -> str:
        return self.flow.name(get_language() or "zh-hans")

    @property
    def step_name(self) -> str:
        return self.step.name(get_language() or "zh-hans") if self.step else ""

    @property
    def number(self) -> str:
        return f"{self.approval.place + 1}/{len(self.flow.steps)}"


def ask(
    store: Store, flow: str, title: str, by: User | None, *, about: str = "", path: str = "", note: str = ""
) -> Approval:
    """Begin a flow; about something that is being approved already, that approval is the answer. ValidationError:
    an unknown flow, or no title."""
    if flow not in flows():
        raise ValidationError({"flow": _("Unknown flow; choose one of: %s.") % ", ".join(flows())})
    title = fitting("title", " ".join(title.split()), 160)
    if not title:
        raise ValidationError({"title": _("Give it a title.")})
    now = clock.now()
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        known = waiting_for(store, about)
        if known is not None:
            return known
        made = Approval.objects.create(
            store=store, flow=flow, about=about[:80], title=title, path=path[:300], asked_by=by, asked_at=now
        )
        ApprovalEvent.objects.create(
            approval=made, what="ask", place=0, by=by, at=now, note=fitting("note", note, 1000)
        )
        tell_next(made, by)
    return made


def tell_next(found: Approval, by: User | None) -> None:
    """Who is asked now hears of it; of a settled one, whoever asked."""
    store = found.store
    is_open = found.state == OPEN
    step = flows()[found.flow].steps[found.place]
    people = [m.user for m in next_up(found, people_asked(store))] if is_open else [found.asked_by]

    def write() -> Message:
        language = get_language() or "zh-hans"
        told = {"title": found.title, "step": step.name(language), "state": found.get_state_display(), "who": by or "—"}
        said = _("To approve or do: %(title)s · %(step)s") if is_open else _("%(title)s: %(state)s by %(who)s")
        return Message(said % told, "", reverse("approval", args=[store.slug, found.pk]))

    key = f"approval:{found.pk}:{found.events.exclude(what='say').count()}"
    notices.tell(store, [x for x in people if x], Notice.Kind.APPROVAL, key, write, but=by)


def waiting_for(store: Store, about: str) -> Approval | None:
    """The open approval about something."""
    return Approval.objects.filter(store=store, about=about, state=OPEN).first() if about else None


def decide(store: Store, pk: int, member: Member, verb: str, note: str = "", place: int | None = None) -> Approval:
    """Do `verb` (of `approval_flows.verbs`) to an approval. place: the step the person saw; a colleague who was faster
    is not overruled. Approval.DoesNotExist, PermissionDenied (not asked, or one's own), ValidationError."""
    with transaction.atomic():
        found = Approval.objects.select_for_update(of=("self",)).get(store=store, pk=pk)
        flow = flows()[found.flow]
        if found.state != OPEN or place not in (None, found.place):
            raise ValidationError(_("Somebody has been faster: look at where it stands now."))
        if verb not in verbs(flow, found.place):
            raise ValidationError(_("This cannot be done at this step."))
        if verb not in allowed(found, member, people_asked(store)):
            raise PermissionDenied
        if verb in ("say", "no", "back") and not note.strip():
            raise ValidationError({"note": _("Say why.") if verb != "say" else _("Write something.")})
        move(found, flow, verb, member.user, note)
        if found.state != OPEN and found.about:
            hook = settings.APPROVALS_SETTLED.get(found.about.partition(":")[0])
            if hook:
                import_string(hook)(found, member.user)
    return found


def settle(store: Store, about: str, verb: str, by: User | None, note: str = "") -> None:
    """The matter was decided on a page of its own, which has checked the right to: its open approval follows. verb:
    yes, no or withdraw."""
    with transaction.atomic():
        found = Approval.objects.select_for_update().filter(store=store, about=about, state=OPEN).first()
        if found is not None:
            flow = flows()[found.flow]
            try:
                move(found, flow, verb, by, note)
            except BadMove:
                move(found, flow, "withdraw", by, note)


def move(found: Approval, flow: Flow, verb: str, by: User | None, note: str) -> None:
    """Take the step and note it; `say` only speaks. Whoever is asked next is told."""
    now = clock.now()
    place = found.place
    found.state, found.place = after(flow, place, verb)
    if found.state != OPEN:
        found.settled_by, found.settled_at = by, now
    if verb != "say":
        found.save(update_fields=["state", "place", "settled_by", "settled_at"])
    ApprovalEvent.objects.create(
        approval=found, what=verb, place=place, by=by, at=now, note=fitting("note", note, 1000)
    )
    if verb != "say":
        tell_next(found, by)


@dataclass(frozen=True)
class Asked:
    """Whom steps may ask: the working members of a store, and which duty does the work of one nobody holds."""

    members: list[Member]
    covers: dict[str, str]


def people_asked(store: Store) -> Asked:
    return Asked(list(working(store)), covers(store))


def asks(member: Member, step: Step, asked: Asked) -> bool:
    """Whether a step asks this member: by duty (or the one that covers for it), by level, or everybody."""
    level = Level(member.level)
    if "owner" in step.who:
        return may(level, Action.APPROVE_PLANS)
    if "director" in step.who:
        return may(level, Action.DECIDE_APPROVALS)
    if "all" in step.who:
        return may(level, Action.DO_TASKS)
    wanted = set(step.who) | {asked.covers[x] for x in step.who if x in asked.covers}
    held = {duty for each in asked.members for duty in each.duties}
    if not wanted & held:
        return may(level, Action.DECIDE_APPROVALS)
    return bool(wanted & set(member.duties))


def next_up(approval: Approval, asked: Asked) -> list[Member]:
    """Who is asked now. Of a decision that wants a second person, never whoever asked."""
    if approval.state != OPEN:
        return []
    flow = flows()[approval.flow]
    step = flow.steps[approval.place]
    first = approval.asked_by_id if flow.second and step.kind == "decide" else None
    return [m for m in asked.members if m.user_id != first and asks(m, step, asked)]


def allowed(approval: Approval, member: Member, asked: Asked) -> frozenset[str]:
    """What the member may do with it now. A manager may move any step on that is no decision, so nothing gets stuck."""
    if approval.state != OPEN:
        return frozenset()
    flow, level = flows()[approval.flow], Level(member.level)
    step, found = flow.steps[approval.place], set()
    if not may(level, Action.DO_TASKS):
        return frozenset()
    found.add("say")
    if approval.asked_by_id == member.user_id or may(level, Action.DECIDE_APPROVALS):
        found.add("withdraw")
    own = flow.second and approval.asked_by_id == member.user_id
    if step.kind == "decide":
        if asks(member, step, asked) and not own:
            found |= {"yes", "no", "back"}
    elif asks(member, step, asked) or may(level, Action.DECIDE_APPROVALS):
        found.add("done")
    return frozenset(found) & frozenset(verbs(flow, approval.place))


def of_store(store: Store) -> QuerySet[Approval]:
    return Approval.objects.filter(store=store).select_related("asked_by", "settled_by", "store")


def standing(approval: Approval, asked: Asked) -> Standing:
    flow = flows()[approval.flow]
    step = flow.steps[approval.place] if approval.state == OPEN else None
    return Standing(approval, flow, step, [m.user for m in next_up(approval, asked)])


def open_ones(store: Store) -> list[Standing]:
    """What is under way, oldest first."""
    found = list(of_store(store).filter(state=OPEN).order_by("pk"))
    asked = people_asked(store) if found else Asked([], {})
    return [standing(x, asked) for x in found]


def settled(store: Store) -> QuerySet[Approval]:
    """What was settled, newest first."""
    return of_store(store).exclude(state=OPEN).order_by("-settled_at", "-pk")


def settled_ones(found: Iterable[Approval]) -> list[Standing]:
    """Those of `settled`, as they stand: nobody is next."""
    return [standing(x, Asked([], {})) for x in found]


def waiting_on(found: Iterable[Standing], user: User) -> list[Standing]:
    """Those that ask this person now. What asks everybody for an opinion asks nobody twice."""
    return [x for x in found if any(each.pk == user.pk for each in x.next_up) and not has_said(x, user)]


def has_said(found: Standing, user: User) -> bool:
    if found.step is None or found.step.kind != "opinions":
        return False
    said = ApprovalEvent.objects.filter(approval=found.approval, place=found.approval.place, what="say", by=user)
    return said.exists()
