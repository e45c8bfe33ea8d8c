"""A month of the roster: who works when and how long, what is not filled, and many days given or taken at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from opsplan.lib import clock
from opsplan.lib.almanac import FEASTS
from opsplan.lib.calendar import Kind
from opsplan.lib.periods import DAY, Period, month_of, week_of
from staff import notices, roster, shifts
from staff.duties import working
from staff.models import Notice, RosterWeek, Shift, Turn, User
from staff.robots import Message
from staff.roster import Cell, Cover
from stores.calendars import calendar_of
from stores.models import Store

LONGEST = 92  # days filled at once
FEAST_NAMES = {feast.key: feast.name for feast in FEASTS}


@dataclass(frozen=True)
class MonthDay:
    """holiday: its name where the calendar says the day is off; is_published: whether everybody sees its week."""

    day: dt.date
    is_off: bool
    holiday: str
    is_published: bool


@dataclass(frozen=True)
class MonthRow:
    """has_left: not in the team any more; what was worked still stands there."""

    user: User
    duties: Sequence[str]
    has_left: bool
    cells: list[Cell]
    hours: Decimal

    @property
    def turns(self) -> int:
        return sum(len(x.turns) for x in self.cells)


@dataclass(frozen=True)
class Month:
    period: Period
    days: list[MonthDay]
    rows: list[MonthRow]
    covers: list[Cover]
    shifts: list[Shift]
    today: dt.date

    @property
    def is_published(self) -> bool:
        return all(x.is_published for x in self.days)

    @property
    def turns(self) -> int:
        return sum(x.turns for x in self.rows)

    @property
    def hours(self) -> Decimal:
        return sum((x.hours for x in self.rows), Decimal(0))

    @property
    def needs(self) -> list[tuple[Cover, list[tuple[int, int, bool]]]]:
        return roster.needs(self.covers, [x.day for x in self.days], self.today)

    @property
    def is_over(self) -> bool:
        return self.period.last < self.today

    @property
    def missing(self) -> int:
        """Places that nobody fills, of today and the days to come: those before cannot be filled any more."""
        return sum(max(wanted - there, 0) for _cover, days in self.needs for there, wanted, past in days if not past)


def hours_of(turns: Sequence[Turn]) -> Decimal:
    """By the clock on the wall, from begin to end: a night over a clock change is an hour longer or shorter. A shift
    counts whole on the day it begins."""
    seconds = sum(int((last - first).total_seconds()) for first, last in map(roster.span_of, turns))
    return round(Decimal(seconds) / 3600, 2)


def month(store: Store, day: dt.date, *, published_only: bool = False) -> Month:
    """The month of that day: as those who plan see it, or only its published weeks. Those who have left the team stand
    last, as long as they have a shift in it."""
    period = month_of(day)
    mondays = set(
        RosterWeek.objects.filter(
            store=store, monday__range=(week_of(period.first).first, week_of(period.last).first)
        ).values_list("monday", flat=True)
    )
    every = list(roster.turns_in(store, period))
    if published_only:
        every = [x for x in every if week_of(x.day).first in mondays]
    calendar, leave, members = calendar_of(store), roster.leaves(store, period), list(working(store))
    days = [MonthDay(x, calendar.kind_of(x) in (Kind.STATUTORY, Kind.WEEKEND), named(calendar.holiday(x)),
                     week_of(x).first in mondays) for x in period]  # fmt: skip
    here = {m.user_id for m in members}
    today = clock.today(store.timezone)
    every = [x for x in every if x.user_id in here or x.day <= today]
    placed: dict[int, dict[dt.date, list[Turn]]] = defaultdict(lambda: defaultdict(list))
    for turn in every:
        placed[turn.user_id][turn.day].append(turn)
    gone = {x.user_id: x.user for x in every if x.user_id not in here}
    people: list[tuple[User, Sequence[str]]] = [(m.user, m.duty_list) for m in members]
    rows = [
        MonthRow(
            user, duties, user.pk not in here,
            [Cell(x, placed[user.pk][x], (user.pk, x) in leave) for x in period],
            hours_of([turn for turns in placed[user.pk].values() for turn in turns]),
        )
        for user, duties in [*people, *((user, ()) for user in gone.values())]
    ]  # fmt: skip
    in_use = list(Shift.objects.filter(store=store, is_active=True))
    return Month(period, days, rows, roster.covers(store, list(period), every, members), in_use, today)


def named(holiday: str) -> str:
    return _(FEAST_NAMES.get(holiday, holiday)) if holiday else ""


@dataclass
class Filled:
    """What came of filling: turns made or taken away, those that were there, and why some people were left out."""

    made: list[Turn] = field(default_factory=list)
    gone: list[Turn] = field(default_factory=list)
    kept: int = 0
    refused: list[str] = field(default_factory=list)


def fill(store: Store, people: Collection[int], shift_id: int, period: Period, weekdays: Collection[int]) -> Filled:
    """Everybody of `people` works the shift on those weekdays (0 = Monday) of the period; shift 0 frees these days.
    Whoever is on leave or at work then is left out and named. ValidationError: nobody, no day, no such shift."""
    days = [x for x in period if x.weekday() in weekdays] if len(period) <= LONGEST else []
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        chosen = [m.user for m in working(store) if m.user_id in people]
        shift = Shift.objects.filter(store=store, pk=shift_id, is_active=True).first()
        if not chosen or not days:
            raise ValidationError(_("Choose people, weekdays, and at most %d days with one of them.") % LONGEST)
        if shift is None and shift_id:
            raise ValidationError(_("This person or shift is not there any more."))
        if shift is None:
            mine = roster.turns_in(store, period).filter(user__in=chosen)
            found = Filled(gone=[x for x in mine if x.day.weekday() in weekdays])
            Turn.objects.filter(pk__in=[x.pk for x in found.gone]).delete()
            return found
        return put_all(store, chosen, shift, days)


def put_all(store: Store, chosen: Sequence[User], shift: Shift, days: Sequence[dt.date]) -> Filled:
    found, leave = Filled(), roster.leaves(store, Period(days[0], days[-1]))
    busy: dict[int, list[Turn]] = defaultdict(list)
    for turn in roster.turns_in(store, Period(days[0] - DAY, days[-1] + DAY)).filter(user__in=chosen):
        busy[turn.user_id].append(turn)
    for user in chosen:
        for day in days:
            span = shifts.span(day, shift.starts, shift.ends, store.timezone)
            beside = [x for x in busy[user.pk] if shifts.overlap(roster.span_of(x), span)]
            if any((x.shift_id, x.day) == (shift.pk, day) for x in beside):
                found.kept += 1
            elif (user.pk, day) in leave:
                found.refused.append(_("%(person)s is on leave on %(day)s.") % {"person": user, "day": day})
            elif beside:
                told = {"person": user, "shift": beside[0].shift, "day": beside[0].day}
                found.refused.append(_("%(person)s works “%(shift)s” on %(day)s at that time.") % told)
            else:
                made = Turn(store=store, user=user, shift=shift, day=day)
                busy[user.pk].append(made)
                found.made.append(made)
    Turn.objects.bulk_create(found.made)
    return found


def publish(store: Store, day: dt.date, by: User) -> int:
    """Everybody sees the weeks of that month from now on, and hears of it once; returns how many weeks are new."""
    period, now = month_of(day), clock.now()
    mondays = {week_of(x).first for x in period}
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        known = set(RosterWeek.objects.filter(store=store, monday__in=mondays).values_list("monday", flat=True))
        new = sorted(mondays - known)
        RosterWeek.objects.bulk_create(RosterWeek(store=store, monday=x, published_at=now, by=by) for x in new)

    def write() -> Message:
        return Message(_("The roster of %s is there") % f"{period.first:%Y-%m}", "", mine)

    if new:
        mine = reverse("my_shifts", args=[store.slug])
        turns = [x for x in roster.turns_in(store, Period(new[0], new[-1] + 6 * DAY)) if week_of(x.day).first in new]
        people = {x.user_id: x.user for x in turns}
        notices.tell(store, people.values(), Notice.Kind.ROSTER, f"roster:{new[0]}:{new[-1]}", write, but=by)
    return len(new)
