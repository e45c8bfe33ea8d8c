"""What people do with a task: tick it off, take that back, skip it, say why, hand it on, talk about it.

Every deed carries a key of its sender's choice. A phone that was without a network sends it again until it has heard
an answer; the same key a second time changes nothing. Whoever ticks first has done it.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from staff import duties, notices
from staff.models import Evidence, Member, Notice, State, Task, TaskComment, TaskEvent, TemplateVersion, User
from staff.presence import Presence, presence_for
from staff.robots import Message
from staff.roles import Action, Level, may

DEEDS = ("tick", "untick", "skip", "reason", "note", "step", "hand")
LATEST = dt.timedelta(hours=48)  # how long a phone may have been without a network
MOST = Decimal(10) ** 13
TOLERANCE = {"money": Decimal("0.005"), "rate": Decimal("0.00005"), "ratio": Decimal("0.005")}
LINK = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Deed:
    """at: when it was done, None = now. number: as the KPI counts (yuan, a fraction). figure: what the KPI says, None =
    not known. photo: the file's name in our keeping. step, on: which sub-step, and whether it is done. person: id of
    the member it is handed to, None = back to the duty."""

    what: str
    key: str
    at: dt.datetime | None = None
    number: Decimal | None = None
    figure: Decimal | None = None
    text: str | None = None
    link: str | None = None
    photo: str = ""
    reason: str = ""
    step: int = 0
    on: bool = True
    person: int | None = None


def is_mine(task: Task, member: Member, there: Presence) -> bool:
    """Whether the task is asked of the member: by name, or by duty among those who are there."""
    return member.user_id in there.asked(task)


def may_do(task: Task, member: Member, there: Presence) -> bool:
    """Managers may do everything; others what is asked of them, is theirs by name, or belongs to a duty of theirs."""
    level = Level(member.level)
    if may(level, Action.MANAGE_TASKS):
        return True
    by_name = task.assignee_id is not None or task.who
    own = task.assignee_id == member.user_id if by_name else bool(set(task.version.duties) & set(member.duties))
    return may(level, Action.DO_TASKS) and (own or is_mine(task, member, there))


def act(pk: int, member: Member, deed: Deed) -> Task:
    """Do it to the member's store's task of that id, in one transaction. Returns the task as it is afterwards.

    Task.DoesNotExist, PermissionDenied, ValidationError by field (nothing is changed then).
    """
    if deed.what not in DEEDS or not 0 < len(deed.key) <= 64:
        raise ValidationError({"do": _("Unknown deed.")})
    with transaction.atomic():
        locked = Task.objects.select_for_update(of=("self",)).filter(store=member.store)
        task = locked.select_related("version", "store").get(pk=pk)
        if TaskEvent.objects.filter(task=task, key=deed.key).exists():
            return task
        check_right(task, member, deed)
        at = moment(deed.at, clock.here(member.store.timezone))
        note = HOW[deed.what](task, member, deed, at)
        if note is not None:
            task.save()
            TaskEvent.objects.create(
                task=task, key=deed.key, what=deed.what, by=member.user, at=at, recorded_at=clock.now(), note=note[:300]
            )
            if deed.what == "hand":
                tell_handed(task, member.user)
    return task


def check_right(task: Task, member: Member, deed: Deed) -> None:
    manages = member.may(Action.MANAGE_TASKS)
    allowed = manages if deed.what == "hand" else may_do(task, member, presence_for(member, [task]))
    if not allowed or task.version.is_break:
        raise PermissionDenied


def moment(at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """When it was done, as far as a phone's clock is believed."""
    return now if at is None or at > now or at < now - LATEST else at


def tick(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    if task.state == State.DONE:
        return None
    if at >= task.closes_at:
        raise ValidationError({"do": _("Its day is over; it stays missed. You can say why.")})
    gather(task, deed)
    check_evidence(task)
    task.state, task.done_at, task.done_by, task.reason = State.DONE, at, member.user, ""
    return ""


def untick(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    """Open again, also after it was skipped."""
    if task.state not in (State.DONE, State.SKIPPED):
        return None
    if at >= task.closes_at:
        raise ValidationError({"do": _("Its day is over; it stays as it is.")})
    task.state, task.done_at, task.done_by, task.reason = State.OPEN, None, None, ""
    return ""


def skip(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    if task.state == State.SKIPPED:
        return None
    if task.state != State.OPEN or at >= task.closes_at:
        raise ValidationError({"do": _("Only what is open can be skipped.")})
    task.state, task.reason = State.SKIPPED, reason_of(deed)
    task.done_at, task.done_by = at, member.user
    return task.reason


def explain(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    """Say why it was missed; that it was stays."""
    if task.state == State.OPEN and task.closes_at <= at:
        task.state = State.MISSED
    if task.state not in (State.MISSED, State.SKIPPED):
        raise ValidationError({"do": _("It was not missed.")})
    task.reason = reason_of(deed)
    return task.reason


def reason_of(deed: Deed) -> str:
    reason = fitting("reason", deed.reason, 200)
    if not reason:
        raise ValidationError({"reason": _("Give a reason.")})
    return reason


def note(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    """Keep evidence without ticking."""
    gather(task, deed)
    return task.text[:300]


def step(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    if not 0 <= deed.step < len(task.steps):
        raise ValidationError({"step": _("There is no such step.")})
    if task.closes_at <= at:
        raise ValidationError({"do": _("Its day is over; it stays as it is.")})
    task.steps_done = sorted(({deed.step} if deed.on else set()) | (set(task.steps_done) - {deed.step}))
    return f"{'+' if deed.on else '-'}{deed.step + 1}"


def hand(task: Task, member: Member, deed: Deed, at: dt.datetime) -> str | None:
    known = {x.user_id: x for x in duties.working(task.store)}
    if deed.person is not None and deed.person not in known:
        raise ValidationError({"person": _("This person is not on the team.")})
    task.assignee_id, task.is_handed = deed.person, deed.person is not None
    return str(known[deed.person].user) if deed.person is not None else "-"


HOW = {
    "tick": tick, "untick": untick, "skip": skip, "reason": explain, "note": note, "step": step, "hand": hand,
}  # fmt: skip


def gather(task: Task, deed: Deed) -> None:
    """Take over the evidence that came with the deed."""
    if deed.number is not None:
        if abs(deed.number) >= MOST:
            raise ValidationError({"number": _("This number is too large.")})
        task.number, task.figure = deed.number, deed.figure
    if deed.text is not None:
        task.text = fitting("text", deed.text, 1000)
    if deed.link is not None and deed.link.strip():
        link = fitting("link", deed.link, 500)
        try:
            LINK(link)
        except ValidationError:
            raise ValidationError({"link": _("Give the full address, beginning with https://.")}) from None
        task.link = link
    if deed.photo:
        task.photo = deed.photo


def check_evidence(task: Task) -> None:
    """ValidationError on the field that is still to be filled in."""
    if lacking(task, task.version):
        says = {
            Evidence.NUMBER: _("This task wants a number."),
            Evidence.PHOTO: _("This task wants a photo."),
            Evidence.LINK: _("This task wants a link."),
            Evidence.TEXT: _("This task wants a text."),
        }
        wanted = Evidence(task.version.evidence)
        raise ValidationError({wanted.value: says[wanted]})


def lacking(task: Task, version: TemplateVersion) -> bool:
    """Whether the evidence the template wants has not been handed in."""
    given = {"number": task.number is not None, "photo": task.photo, "link": task.link, "text": task.text}
    return bool(version.evidence) and not given[version.evidence]


def differs(number: Decimal | None, figure: Decimal | None, unit: str) -> bool:
    """Whether a typed number contradicts the KPI: by more than its last shown digit."""
    return number is not None and figure is not None and abs(number - figure) > TOLERANCE.get(unit, Decimal(0))


def comment(task: Task, member: Member, text: str) -> TaskComment:
    """Say something; @name means members of the store by login or name. ValidationError on an empty text."""
    said = fitting("text", text, 1000)
    if not said:
        raise ValidationError({"text": _("Write something.")})
    members = Member.objects.filter(store=task.store).select_related("user")
    names = {m.user_id: names_of(m.user) for m in members}
    told = called(said, set().union(*names.values()))
    meant = [user_id for user_id, own in names.items() if own & told]
    made = TaskComment.objects.create(task=task, by=member.user, text=said, mentions=meant, at=clock.now())

    def write() -> Message:
        words = {"who": member.user, "title": task.version.title}
        return Message(_("%(who)s mentioned you: %(title)s") % words, said, task_path(task))

    people = [m.user for m in members if m.user_id in meant]
    notices.tell(task.store, people, Notice.Kind.MENTION, f"said:{made.pk}", write, but=member.user)
    return made


def task_path(task: Task) -> str:
    return reverse("task", args=[task.store.slug, task.pk])


def tell_handed(task: Task, by: User) -> None:
    """Whoever was given a task hears of it."""

    def write() -> Message:
        told = {"who": by, "title": task.version.title}
        return Message(_("%(who)s gave you: %(title)s") % told, f"{task.day} {task.subject}".strip(), task_path(task))

    people = [task.assignee] if task.assignee else []
    notices.tell(task.store, people, Notice.Kind.HANDED, f"hand:{task.pk}:{task.events.count()}", write, but=by)


def called(text: str, names: set[str]) -> set[str]:
    """Those of the names that stand behind an @, the longest at each: @bobby is not bob, with or without a Bobby."""
    ends = (re.escape(x) + ("(?![a-z0-9_])" if x[-1].isascii() else "") for x in sorted(names, key=len, reverse=True))
    return set(re.findall(f"@({'|'.join(ends)})", text.lower()))


def names_of(user: User) -> set[str]:
    return {x.lower() for x in (user.username, user.display_name) if x}
