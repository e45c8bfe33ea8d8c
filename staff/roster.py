"""The roster: who works which shift on which local day; rotations, and weeks made known."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from opsplan.fitting import fitting
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, week_of
from staff import notices, shifts
from staff.duties import working
from staff.models import Member, Notice, RosterWeek, Rotation, Shift, ShiftNeed, ShiftRequest, Turn, User
from staff.robots import Message
from stores.models import Store

AHEAD = 28  # days a rotation is put into the roster for
State, Kind = ShiftRequest.State, ShiftRequest.Kind


@dataclass(frozen=True)
class Cell:
    """One person's day."""

    day: dt.date
    turns: list[Turn]
    is_leave: bool


@dataclass(frozen=True)
class Row:
    member: Member
    cells: list[Cell]


@dataclass(frozen=True)
class Cover:
    """A shift's need for a duty over the week: (there, wanted) by day."""

    shift: Shift
    duty: str
    days: list[tuple[int, int]]


@dataclass(frozen=True)
class Week:
    """A week as those who plan see it. turns: every one, also of people who have left the team."""

    monday: dt.date
    days: list[dt.date]
    shifts: list[Shift]
    rows: list[Row]
    covers: list[Cover]
    published: RosterWeek | None
    today: dt.date

    @property
    def needs(self) -> list[tuple[Cover, list[tuple[int, int, bool]]]]:
        return needs(self.covers, self.days, self.today)


def on_shift(store: Store, moment: dt.datetime) -> list[User]:
    """Who works at that instant, by the published roster; a night shift of the day before counts."""
    day = moment.astimezone(clock.here(store.timezone).tzinfo).date()
    found = known_turns(store, Period(day - DAY, day))
    here = [x.user for x in found if span_of(x)[0] <= moment < span_of(x)[1]]
    return list({x.pk: x for x in here}.values())


def next_turns(store: Store, moment: dt.datetime) -> list[Turn]:
    """The turns of the published roster that start next after the instant, within two days."""
    day = moment.astimezone(clock.here(store.timezone).tzinfo).date()
    coming = [x for x in known_turns(store, Period(day, day + 2 * DAY)) if span_of(x)[0] > moment]
    first = min((span_of(x)[0] for x in coming), default=None)
    return [x for x in coming if span_of(x)[0] == first]


def span_of(turn: Turn) -> tuple[dt.datetime, dt.datetime]:
    return shifts.span(turn.day, turn.shift.starts, turn.shift.ends, turn.store.timezone)


def turns_in(store: Store, period: Period) -> QuerySet[Turn]:
    found = Turn.objects.filter(store=store, day__range=(period.first, period.last))
    return found.select_related("shift", "user", "store")


def known_turns(store: Store, period: Period, user: User | None = None) -> list[Turn]:
    """The turns of published weeks, of one person or all, of people who are still in the team."""
    monday = week_of(period.first).first
    weeks = RosterWeek.objects.filter(store=store, monday__range=(monday, period.last))
    mondays = set(weeks.values_list("monday", flat=True))
    found = turns_in(store, period).filter(user__is_active=True, user__memberships__store=store)
    found = found.filter(user=user) if user else found
    return [x for x in found if week_of(x.day).first in mondays]


def has_begun(turn: Turn) -> bool:
    return span_of(turn)[0] <= clock.now()


def week(store: Store, monday: dt.date) -> Week:
    """A week with its needs; six queries however many people."""
    period = week_of(monday)
    days, members = list(period), list(working(store))
    every = list(turns_in(store, period))
    leave = leaves(store, period)
    placed: dict[tuple[int, dt.date], list[Turn]] = {}
    for turn in every:
        placed.setdefault((turn.user_id, turn.day), []).append(turn)
    rows = [
        Row(m, [Cell(day, placed.get((m.user_id, day), []), (m.user_id, day) in leave) for day in days])
        for m in members
    ]
    in_use = list(Shift.objects.filter(store=store, is_active=True))
    published = RosterWeek.objects.filter(store=store, monday=period.first).first()
    today = clock.today(store.timezone)
    return Week(period.first, days, in_use, rows, covers(store, days, every, members), published, today)


def covers(store: Store, days: list[dt.date], every: list[Turn], members: list[Member]) -> list[Cover]:
    """How many of each duty every shift needs and has on these days."""
    duties = {m.user_id: frozenset(m.duties) for m in members}
    needs: dict[int, dict[str, int]] = {}
    known: dict[int, Shift] = {}
    for need in ShiftNeed.objects.filter(shift__store=store, shift__is_active=True).select_related("shift"):
        needs.setdefault(need.shift_id, {})[need.duty] = need.people
        known[need.shift_id] = need.shift
    found = []
    for pk, need_of in sorted(needs.items(), key=lambda x: (known[x[0]].starts, x[0])):
        at_work = {day: [x.user_id for x in every if x.shift_id == pk and x.day == day] for day in days}
        there = [shifts.filled(need_of, [duties[x] for x in at_work[day] if x in duties]) for day in days]
        found += [Cover(known[pk], duty, [(x[duty], count) for x in there]) for duty, count in need_of.items()]
    return found


def needs(found: list[Cover], days: list[dt.date], today: dt.date) -> list[tuple[Cover, list[tuple[int, int, bool]]]]:
    """Each cover with (there, wanted, past) by day: what was not filled on a past day cannot be filled any more."""
    return [(x, [(*day, at < today) for day, at in zip(x.days, days, strict=True)]) for x in found]


def leaves(store: Store, period: Period) -> set[tuple[int, dt.date]]:
    """(user id, day) of approved leave."""
    found = ShiftRequest.objects.filter(
        store=store, kind=Kind.LEAVE, state=State.APPROVED, first__lte=period.last, last__gte=period.first
    )
    return {(x.user_id, day) for x in found for day in Period(max(x.first, period.first), min(x.last, period.last))}


def assign(store: Store, user_id: int, shift_id: int, day: dt.date) -> Turn:
    """Somebody works a shift on a day; twice is once. ValidationError: not in the team, no such shift, on leave, or
    at work at that time already."""
    member = next((m for m in working(store) if m.user_id == user_id), None)
    shift = Shift.objects.filter(store=store, pk=shift_id, is_active=True).first()
    if member is None or shift is None:
        raise ValidationError(_("This person or shift is not there any more."))
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        check_free(store, member.user, shift, day)
        return Turn.objects.get_or_create(store=store, user=member.user, shift=shift, day=day)[0]


def check_free(
    store: Store, user: User, shift: Shift, day: dt.date, but: Sequence[int] = (), *, once: bool = False
) -> None:
    """ValidationError when the person is on leave then or works another shift at the same time. but: turns (ids) that
    do not count. once: this very shift that day is one, too."""
    if (user.pk, day) in leaves(store, Period(day, day)):
        raise ValidationError(_("%(person)s is on leave on %(day)s.") % {"person": user, "day": day})
    wanted = shifts.span(day, shift.starts, shift.ends, store.timezone)
    for turn in turns_in(store, Period(day - DAY, day + DAY)).filter(user=user).exclude(pk__in=but):
        is_same = not once and (turn.shift_id, turn.day) == (shift.pk, day)
        if not is_same and shifts.overlap(span_of(turn), wanted):
            told = {"person": user, "shift": turn.shift, "day": turn.day}
            raise ValidationError(_("%(person)s works “%(shift)s” on %(day)s at that time.") % told)


@transaction.atomic
def move(store: Store, turn_id: int, user_id: int, day: dt.date) -> Turn:
    """A turn goes to another person or day, as a drag does. ValidationError as in `assign`."""
    turn = turns_in(store, Period(dt.date.min, dt.date.max)).filter(pk=turn_id).first()
    if turn is None:
        raise ValidationError(_("This person or shift is not there any more."))
    shift_id = turn.shift_id
    turn.delete()
    return assign(store, user_id, shift_id, day)


def unassign(store: Store, turn_id: int) -> None:
    Turn.objects.filter(store=store, pk=turn_id).delete()


def publish(store: Store, monday: dt.date, by: User) -> RosterWeek:
    """From now on everybody sees the week. Twice is once."""
    monday = week_of(monday).first
    made = {"published_at": clock.now(), "by": by}
    found = RosterWeek.objects.get_or_create(store=store, monday=monday, defaults=made)[0]

    def write() -> Message:
        return Message(_("The roster of the week of %s is there") % monday, "", reverse("my_shifts", args=[store.slug]))

    people = {x.user_id: x.user for x in turns_in(store, week_of(monday))}
    notices.tell(store, people.values(), Notice.Kind.ROSTER, f"roster:{monday}", write, but=by)
    return found


def add_shift(store: Store, name: str, starts: dt.time, ends: dt.time) -> Shift:
    """ValidationError: no name, a name that is there, or a shift without length."""
    return Shift.objects.create(store=store, name=shift_name(store, name, starts, ends), starts=starts, ends=ends)


def shift_name(store: Store, name: str, starts: dt.time, ends: dt.time, but: int = 0) -> str:
    """As it is kept. but: the shift (its id) that is changed. ValidationError as in `add_shift`."""
    name = fitting("name", " ".join(name.split()), 20)
    if not name or Shift.objects.filter(store=store, name=name).exclude(pk=but).exists():
        raise ValidationError({"name": _("Give a name that no other shift has.")})
    if starts == ends:
        raise ValidationError({"ends": _("A shift cannot end when it starts.")})
    return name


def change_shift(shift: Shift, name: str, starts: dt.time, ends: dt.time) -> Shift:
    """Another name, or other hours. ValidationError as in `add_shift`, and for the hours of one that was worked:
    what was worked stays what it was."""
    name = shift_name(shift.store, name, starts, ends, shift.pk)
    worked = Turn.objects.filter(shift=shift, day__lte=clock.today(shift.store.timezone))
    if shift.hours != (starts, ends) and worked.exists():
        sentence = _("“%s” was worked already, so its hours stay: switch it off and make another.")
        raise ValidationError({"starts": sentence % shift.name})
    shift.name, shift.starts, shift.ends = name, starts, ends
    shift.save(update_fields=["name", "starts", "ends"])
    return shift


def set_needs(shift: Shift, needs: dict[str, int]) -> None:
    """How many of each duty the shift needs, every day; 0 = none. ValidationError outside 0 to 99."""
    if any(not 0 <= count <= 99 for count in needs.values()):
        raise ValidationError(_("Give a number from 0 to 99."))
    with transaction.atomic():
        ShiftNeed.objects.filter(shift=shift).delete()
        wanted = [ShiftNeed(shift=shift, duty=duty, people=count) for duty, count in needs.items() if count]
        ShiftNeed.objects.bulk_create(wanted)


def add_rotation(store: Store, user_id: int, cycle: list[int | None], since: dt.date, ahead: int = AHEAD) -> Rotation:
    """A pattern from a day on, put into the roster at once. ValidationError: a pattern without a shift, or too long."""
    member = next((m for m in working(store) if m.user_id == user_id), None)
    known = set(Shift.objects.filter(store=store, is_active=True).values_list("pk", flat=True))
    if member is None or not 1 <= len(cycle) <= 62 or not {x for x in cycle if x} or {x for x in cycle if x} - known:
        raise ValidationError(_("A pattern needs a person, at least one shift of this store, and at most 62 days."))
    made = Rotation.objects.create(store=store, user=member.user, cycle=cycle, since=since)
    apply(store, clock.today(store.timezone) + ahead * DAY)
    return made


def apply(store: Store, through: dt.date) -> int:
    """Put the rotations into the roster up to that day; how many turns are new. Every day is done once, so what was
    changed by hand stays; whoever is on leave, busy, or out of the team is left out."""
    today, made = clock.today(store.timezone), 0
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        members, known = {m.user_id for m in working(store)}, Shift.objects.filter(store=store).in_bulk()
        for rotation in Rotation.objects.filter(store=store).select_related("user"):
            first = max(rotation.since, today, rotation.through + DAY if rotation.through else today)
            last = min(through, rotation.until or through)
            if rotation.user_id not in members or first > last:
                continue
            for day in Period(first, last):
                shift = known.get(shifts.place(rotation.cycle, rotation.since, day) or 0)
                made += bool(shift and shift.is_active and put(rotation, shift, day))
            rotation.through = last
            rotation.save(update_fields=["through"])
    return made


def put(rotation: Rotation, shift: Shift, day: dt.date) -> bool:
    try:
        check_free(rotation.store, rotation.user, shift, day)
    except ValidationError:
        return False
    made = {"store": rotation.store, "rotation": rotation}
    return Turn.objects.get_or_create(user=rotation.user, shift=shift, day=day, defaults=made)[1]


@transaction.atomic
def end_rotation(store: Store, pk: int) -> None:
    """The pattern ends today: the turns it made after today go, the others stay."""
    today = clock.today(store.timezone)
    Turn.objects.filter(store=store, rotation_id=pk, day__gt=today).delete()
    Rotation.objects.filter(store=store, pk=pk).update(until=today)


def tell_changed(store: Store, turns: Iterable[Turn], by: User) -> None:
    """Turns of published weeks were put in or taken away: whom they are of hears of it, of a week once an hour."""
    today, now = clock.today(store.timezone), clock.now()
    coming: dict[dt.date, dict[int, User]] = {}
    for turn in turns:
        if turn.day >= today:
            coming.setdefault(week_of(turn.day).first, {})[turn.user_id] = turn.user
    known = RosterWeek.objects.filter(store=store, monday__in=coming).values_list("monday", flat=True)
    for monday in known:

        def write(monday: dt.date = monday) -> Message:
            said = _("Your shifts of the week of %s were changed") % monday
            return Message(said, "", reverse("my_shifts", args=[store.slug]))

        key = f"turns:{monday}:{now:%Y-%m-%dT%H}"
        notices.tell(store, coming[monday].values(), Notice.Kind.ROSTER, key, write, but=by)
