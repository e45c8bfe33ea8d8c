"""Leave and swaps: asked for, agreed to by the colleague, decided, taken back."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import notices
from staff.duties import working
from staff.models import Notice, ShiftRequest, Turn, User
from staff.robots import Message
from staff.roles import Action
from staff.roster import Kind, State, check_free, has_begun, turns_in
from stores.models import Store


def ask_leave(store: Store, user: User, first: dt.date, last: dt.date, reason: str = "") -> ShiftRequest:
    """ValidationError: days the wrong way round, past, or more than 60."""
    if not clock.today(store.timezone) <= first <= last <= first + 60 * DAY:
        raise ValidationError({"first": _("Give days from today on, the first one first, at most 61.")})
    said = fitting("reason", reason, 200)
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        standing = [State.AGREED, State.APPROVED]
        mine = ShiftRequest.objects.filter(store=store, user=user, kind=Kind.LEAVE, state__in=standing)
        if same := mine.filter(first__lte=last, last__gte=first).first():
            raise ValidationError(_("You have asked for leave from %(first)s to %(last)s already.") % vars(same))
        made = ShiftRequest.objects.create(
            store=store, kind=Kind.LEAVE, user=user, first=first, last=last, reason=said, state=State.AGREED,
            asked_at=clock.now(),
        )  # fmt: skip
    tell_planners(made)
    return made


def tell_planners(asked: ShiftRequest) -> None:
    """A request waits for whoever plans the roster."""

    def write() -> Message:
        told = {"who": asked.user, "what": asked.get_kind_display(), "day": asked.first}
        subject = _("%(who)s asks: %(what)s %(day)s") % told
        return Message(subject, asked.told or asked.reason, reverse("my_shifts", args=[asked.store.slug]))

    planners = [m.user for m in working(asked.store) if m.may(Action.PLAN_ROSTER)]
    notices.tell(asked.store, planners, Notice.Kind.ROSTER, f"shift:{asked.pk}:waits", write, but=asked.user)


def ask_swap(store: Store, user: User, turn_id: int, colleague_id: int, other_id: int | None = None) -> ShiftRequest:
    """Give a turn of one's own to a colleague, for one of theirs or for nothing. ValidationError: not one's own, one
    that has begun, or one of the two cannot work then."""
    today = clock.today(store.timezone)
    mine = turns_in(store, Period(today, dt.date.max)).filter(pk=turn_id, user=user).first()
    colleague = next((m.user for m in working(store) if m.user_id == colleague_id and m.user_id != user.pk), None)
    theirs = (
        turns_in(store, Period(today, dt.date.max)).filter(pk=other_id, user=colleague).first() if other_id else None
    )
    if mine is None or colleague is None or (other_id and theirs is None):
        raise ValidationError({"turn": _("Choose a coming shift of yours, and a colleague of this store.")})
    if any(has_begun(x) for x in (mine, theirs) if x):
        raise ValidationError({"turn": _("A shift that has begun is not swapped any more.")})
    check_swap(store, user, colleague, mine, theirs)
    told = f"{mine.day} {mine.shift}" + (f" ⇄ {theirs.day} {theirs.shift}" if theirs else "")
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        if ShiftRequest.objects.filter(store=store, turn=mine, state__in=[State.ASKED, State.AGREED]).exists():
            raise ValidationError({"turn": _("A swap of this shift is asked for already: withdraw that one first.")})
        made = ShiftRequest.objects.create(
            store=store, kind=Kind.SWAP, user=user, first=mine.day, last=theirs.day if theirs else mine.day, turn=mine,
            other=theirs, colleague=colleague, told=told, asked_at=clock.now(),
        )  # fmt: skip

    def write() -> Message:
        return Message(_("%s wants to swap a shift with you") % user, told, reverse("my_shifts", args=[store.slug]))

    notices.tell(store, [colleague], Notice.Kind.ROSTER, f"shift:{made.pk}:asked", write)
    return made


def agree(store: Store, pk: int, colleague: User) -> bool:
    """The colleague says yes to a swap; it then waits for approval."""
    found = ShiftRequest.objects.filter(store=store, pk=pk, kind=Kind.SWAP, colleague=colleague, state=State.ASKED)
    if not found.update(state=State.AGREED):
        return False
    tell_planners(ShiftRequest.objects.select_related("store", "user").get(pk=pk))
    return True


def withdraw(store: Store, pk: int, user: User) -> bool:
    """Whoever asked, or the colleague who does not want it, takes a request back that is not decided."""
    found = ShiftRequest.objects.filter(Q(user=user) | Q(colleague=user), store=store, pk=pk)
    return bool(
        found.filter(state__in=[State.ASKED, State.AGREED]).update(state=State.WITHDRAWN, decided_at=clock.now())
    )


@transaction.atomic
def decide(store: Store, pk: int, by: User, yes: bool) -> ShiftRequest:
    """Approve or refuse; approved leave takes the turns of those days away, an approved swap exchanges the people.

    ValidationError: decided already, not agreed to yet, or it does not fit (any more).
    """
    Store.objects.select_for_update().get(pk=store.pk)
    found = (
        ShiftRequest.objects.select_related("user", "colleague").filter(store=store, pk=pk, state=State.AGREED).first()
    )
    if found is None:
        raise ValidationError(_("This is decided already, or the colleague has not said yes."))
    found.state, found.by, found.decided_at = (State.APPROVED if yes else State.REFUSED), by, clock.now()
    found.save(update_fields=["state", "by", "decided_at"])
    if yes and found.kind == Kind.LEAVE:
        turns_in(store, Period(found.first, found.last)).filter(user=found.user).delete()
    elif yes:
        exchange(store, found)

    def write() -> Message:
        told = {"what": found.get_kind_display(), "day": found.first, "state": found.get_state_display()}
        return Message(_("%(what)s %(day)s: %(state)s") % told, found.told, reverse("my_shifts", args=[store.slug]))

    people = [x for x in (found.user, found.colleague) if x]
    notices.tell(store, people, Notice.Kind.ROSTER, f"shift:{found.pk}:{found.state}", write, but=by)
    return found


def take_back(store: Store, pk: int, by: User) -> ShiftRequest:
    """Approved leave is off: the days can be rostered again (the turns it took away do not come back by themselves).
    ValidationError: no such leave, or it is over."""
    found = ShiftRequest.objects.select_related("user").filter(store=store, pk=pk, kind=Kind.LEAVE)
    leave = found.filter(state=State.APPROVED, last__gte=clock.today(store.timezone)).first()
    if leave is None:
        raise ValidationError(_("This leave is over, or was taken back already."))
    leave.state, leave.by, leave.decided_at = State.WITHDRAWN, by, clock.now()
    leave.save(update_fields=["state", "by", "decided_at"])

    def write() -> Message:
        told = {"first": leave.first, "last": leave.last}
        subject = _("Your leave from %(first)s to %(last)s was taken back") % told
        return Message(subject, leave.reason, reverse("my_shifts", args=[store.slug]))

    notices.tell(store, [leave.user], Notice.Kind.ROSTER, f"shift:{leave.pk}:back", write, but=by)
    return leave


def exchange(store: Store, asked: ShiftRequest) -> None:
    """ValidationError: a turn is gone, or one of the two cannot work then."""
    every = turns_in(store, Period(dt.date.min, dt.date.max))
    mine = every.filter(pk=asked.turn_id or 0, user=asked.user).first()
    theirs = every.filter(pk=asked.other_id or 0, user=asked.colleague).first()
    here = {m.user_id for m in working(store)}
    if mine is None or asked.colleague is None or (theirs is None and "⇄" in asked.told):
        raise ValidationError(_("A shift of this swap is not there any more."))
    if left := [x for x in (asked.user, asked.colleague) if x.pk not in here]:
        raise ValidationError(_("%s does not work in this store any more.") % left[0])
    check_swap(store, asked.user, asked.colleague, mine, theirs)
    if theirs:
        Turn.objects.filter(pk=theirs.pk).delete()
    Turn.objects.filter(pk=mine.pk).delete()
    Turn.objects.create(store=store, shift=mine.shift, day=mine.day, user=asked.colleague)
    if theirs:
        Turn.objects.create(store=store, shift=theirs.shift, day=theirs.day, user=asked.user)


def check_swap(store: Store, user: User, colleague: User, mine: Turn, theirs: Turn | None) -> None:
    """ValidationError: one of the two is on leave or at work when the other's shift is."""
    gone = [mine.pk, *([theirs.pk] if theirs else [])]
    check_free(store, colleague, mine.shift, mine.day, gone, once=True)
    if theirs:
        check_free(store, user, theirs.shift, theirs.day, gone, once=True)


def requests_of(store: Store, of: User | None = None) -> tuple[QuerySet[ShiftRequest], QuerySet[ShiftRequest]]:
    """Those that wait, and what was decided, newest first; `of`: only what is asked by or of that person."""
    found = ShiftRequest.objects.filter(store=store).select_related("user", "colleague", "by")
    mine = found.filter(Q(user=of) | Q(colleague=of)) if of else found
    waiting = Q(state__in=[State.ASKED, State.AGREED])
    return mine.filter(waiting), mine.exclude(waiting)
