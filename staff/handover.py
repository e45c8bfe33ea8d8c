"""Handover notes: what one shift leaves to the next, who of the next has read it, and what is still open."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import notices, roster
from staff.models import Handover, HandoverLine, HandoverSeen, Notice, User
from staff.robots import Message
from stores.models import Store

Kind = HandoverLine.Kind
KEPT = 30  # notes told at once


@dataclass(frozen=True)
class Note:
    """A handover with what became of it. waits_for: people of the next shift who have not acknowledged it."""

    handover: Handover
    lines: list[HandoverLine]
    seen: list[HandoverSeen]
    waits_for: list[User]

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.seen)

    @property
    def done_with(self) -> set[int | None]:
        """Ids of the people who need not acknowledge it: whoever wrote it, and who have."""
        return {self.handover.by_id, *(x.user_id for x in self.seen)}


@transaction.atomic
def write(
    store: Store,
    by: User,
    lines: Sequence[tuple[str, str, dt.datetime | None]],
    note: str = "",
    at: dt.datetime | None = None,
) -> Handover:
    """lines: (kind, text, when a callback was promised for); at: when, if not now. ValidationError: nothing in it, or
    an unknown kind."""
    kept = [(kind, fitting("text", text, 300), due) for kind, text, due in lines if text.strip()]
    said = fitting("note", note, 1000)
    if not kept and not said:
        raise ValidationError(_("Write what the next shift must know; “nothing open” is an answer too."))
    if any(kind not in Kind.values for kind, _text, _due in kept):
        raise ValidationError(_("Unknown kind of matter."))
    now = at or clock.now()
    today = now.astimezone(ZoneInfo(store.timezone)).date() if at else clock.today(store.timezone)
    here = roster.known_turns(store, Period(today - DAY, today), by)
    turn = next((x for x in here if roster.span_of(x)[0] <= now < roster.span_of(x)[1]), None)
    day = turn.day if turn else today
    made = Handover.objects.create(store=store, day=day, shift=turn.shift if turn else None, by=by, note=said, at=now)
    HandoverLine.objects.bulk_create(
        HandoverLine(handover=made, kind=kind, text=text, due=due if kind == Kind.CALLBACK else None)
        for kind, text, due in kept
    )

    def write_notice() -> Message:
        told = [f"· {text}" for _kind, text, _due in kept]
        subject = _("%(who)s handed over: please acknowledge") % {"who": by}
        return Message(subject, "\n".join([made.note, *told]).strip(), reverse("handovers", args=[store.slug]))

    coming = [x.user for x in roster.next_turns(store, now)]
    notices.tell(store, coming, Notice.Kind.HANDOVER, f"handover:{made.pk}", write_notice, but=by)
    return made


def acknowledge(store: Store, pk: int, user: User) -> bool:
    """`user` has read it; twice is once, and one's own note is nothing to acknowledge."""
    found = Handover.objects.filter(store=store, pk=pk).exclude(by=user).first()
    return (
        bool(found) and HandoverSeen.objects.get_or_create(handover=found, user=user, defaults={"at": clock.now()})[1]
    )


def finish(store: Store, line: int, user: User) -> bool:
    """A matter is done; who was first stays."""
    open_ = HandoverLine.objects.filter(handover__store=store, pk=line, done_at=None)
    return bool(open_.update(done_at=clock.now(), done_by=user))


def handovers(store: Store) -> QuerySet[Handover]:
    """Newest first."""
    found = Handover.objects.filter(store=store).select_related("by", "shift", "store")
    return found.prefetch_related("lines__done_by", "seen__user")


def notes(store: Store, found: Iterable[Handover]) -> list[Note]:
    """Those of `handovers`; only the store's last one waits for people."""
    every = list(found)
    last = Handover.objects.filter(store=store).values_list("pk", flat=True).first() if every else None
    return [Note(x, list(x.lines.all()), list(x.seen.all()), waiting(x) if x.pk == last else []) for x in every]


def unread(store: Store, user: User) -> Note | None:
    """The latest note, if it waits for `user`: by the roster, or in a store without one for a day."""
    latest = Handover.objects.filter(store=store).select_related("by", "shift", "store")
    found = latest.prefetch_related("lines__done_by", "seen__user").first()
    if found is None or user.pk in {found.by_id, *(x.user_id for x in found.seen.all())}:
        return None
    coming = roster.next_turns(store, found.at)
    is_asked = any(x.user_id == user.pk for x in coming) if coming else clock.now() - found.at < DAY
    return Note(found, list(found.lines.all()), list(found.seen.all()), [user]) if is_asked else None


def waiting(handover: Handover) -> list[User]:
    """People of the shift after it who have not acknowledged it."""
    known = {x.user_id for x in handover.seen.all()} | {handover.by_id}
    return [x.user for x in roster.next_turns(handover.store, handover.at) if x.user_id not in known]


def open_lines(store: Store) -> list[HandoverLine]:
    """What is still open, promised callbacks by their time first."""
    found = HandoverLine.objects.filter(handover__store=store, done_at=None).select_related("handover__by")
    return sorted(found, key=lambda x: (x.due is None, x.due or x.handover.at, x.pk))
