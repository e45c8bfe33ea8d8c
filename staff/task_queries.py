"""Tasks as the pages, REST and the calendar feed need them. Days are the store's local days."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet

from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from opsplan.statements import Statement
from staff.models import Member, State, Task, TaskTemplate, TemplateVersion
from staff.presence import Presence, presence_for
from staff.queries import team
from staff.roles import Duty, Level
from staff.ticking import is_mine, may_do
from stores.models import Store

LATE_SLOT = dt.time.max


@dataclass(frozen=True)
class Line:
    """A task with what a page says about it. state: of staff.models.State, "missed" as soon as its day is over, though
    nobody may have written it down yet. is_own: asked of this member, or done by them. stands: the day it counts on
    once it is over: that on which it was done or skipped, else its last. doers: who does it: the names of people, or
    else of the duties (keys).
    """

    task: Task
    state: str
    is_mine: bool
    is_own: bool
    stands: dt.date
    may_do: bool
    is_overdue: bool
    is_late: bool
    people: tuple[str, ...]
    duties: tuple[str, ...]

    @property
    def version(self) -> TemplateVersion:
        return self.task.version

    @property
    def counts(self) -> bool:
        return not self.version.is_break


@dataclass(frozen=True)
class Progress:
    """How far somebody is: `done` of `total`; skipped ones are no part of the total."""

    done: int = 0
    late: int = 0
    missed: int = 0
    skipped: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        return self.done + self.missed + self.open


@dataclass(frozen=True)
class MyDay:
    """A person's day. now: what is running or overdue, next: what is still to come, by slot, then without one."""

    day: dt.date
    now: list[Line]
    next: list[Line]
    done: list[Line]
    over: list[Line]
    progress: Progress


def of_store(store: Store) -> QuerySet[Task]:
    return Task.objects.filter(store=store).select_related("version", "assignee", "done_by", "template")


def of_day(store: Store, first: dt.date, last: dt.date | None = None) -> QuerySet[Task]:
    """Tasks that may be done on one of the days."""
    return of_store(store).filter(due__gte=first, day__lte=last or first)


ABOUT = Statement(
    lambda store, page, since, today: (
        Task.objects.filter(Q(about=page) | Q(version__points__gt="", day__lte=today), store=store, due__gte=since)
        .filter(Q(about=page) | Q(due__gte=today))
        .select_related("version")
    )
)


@dataclass(frozen=True)
class Concern:
    """A task about something: of its own, or one that goes through it among others. state: of staff.models.State, in
    the latter that of its place."""

    task: Task
    state: str

    @property
    def words(self) -> str:
        return str(State(self.state).label)


def concerns(store: Store, about: str, back: int = 60) -> list[Concern]:
    """What is to be done about a page ("product 12"), the most urgent first, then what was in the last `back` days, the
    newest first. One statement."""
    now, today = clock.here(store.timezone), clock.today(store.timezone)
    found = []
    for task in ABOUT.rows(store, about, today - back * DAY, today):
        here = next((x for x in task.steps if x.about == about and x.counts), None)
        if here or task.about == about:
            found.append(Concern(task, State.DONE if here and here.is_done else state_of(task, now)))
    waiting = sorted((x for x in found if x.state == State.OPEN), key=lambda x: (x.task.due, x.task.pk))
    over = sorted((x for x in found if x.state != State.OPEN), key=lambda x: (x.task.due, x.task.pk), reverse=True)
    return waiting + over


def by_slot(task: Task) -> tuple[dt.time, dt.time, int]:
    """The order of a day: by the beginning of the slot, what has none after that."""
    return (task.starts or LATE_SLOT, task.ends or LATE_SLOT, task.template_id)


def state_of(task: Task, now: dt.datetime) -> str:
    return State.MISSED if task.state == State.OPEN and task.closes_at <= now else State(task.state)


def lines(member: Member, tasks: Iterable[Task]) -> list[Line]:
    """The tasks as this member sees them, in the order of the day; as many statements however many there are."""
    now, found = clock.here(member.store.timezone), sorted(tasks, key=by_slot)
    there = presence_for(member, found)
    return [line(x, member, there, now) for x in found]


def line(task: Task, member: Member, there: Presence, now: dt.datetime) -> Line:
    """A task as `member` sees it at `now`: its state, whose it is, and who may do it."""
    state = state_of(task, now)
    version = task.version
    has_left = task.assignee_id is not None and task.assignee_id not in there.people
    named = task.assignee if state != State.OPEN or not has_left else None
    return Line(
        task=task,
        state=state,
        is_mine=is_mine(task, member, there),
        is_own=is_own(task, member, there),
        stands=stands(task, member.store),
        may_do=may_do(task, member, there) and not version.is_break,
        is_overdue=state == State.OPEN and task.due_at <= now,
        is_late=state == State.DONE and task.done_at is not None and task.done_at > task.due_at,
        people=(str(named),) if named else (),
        duties=() if named else tuple(version.duties),
    )


def is_own(task: Task, member: Member, there: Presence) -> bool:
    """Whether it is asked of the member, or they have done (or skipped) it."""
    return task.done_by_id == member.user_id or is_mine(task, member, there)


def stands(task: Task, store: Store) -> dt.date:
    if task.done_at is None or task.day == task.due:
        return task.due
    return min(max(task.done_at.astimezone(ZoneInfo(store.timezone)).date(), task.day), task.due)


def progress_of(found: Iterable[Line]) -> Progress:
    """Counts of the lines that count."""
    counted = [x for x in found if x.counts]
    states = [x.state for x in counted]
    return Progress(
        done=states.count(State.DONE),
        late=sum(x.is_late for x in counted),
        missed=states.count(State.MISSED),
        skipped=states.count(State.SKIPPED),
        open=states.count(State.OPEN),
    )


def my_day(member: Member, day: dt.date) -> MyDay:
    """What is the member's on that day: what runs now first, then what comes, what is done below."""
    mine = [x for x in day_lines(member, day) if x.is_own]
    shown = MyDay(day, [], [], [], [], progress_of(mine))
    here = clock.here(member.store.timezone)
    for each in mine:
        if each.state in (State.DONE, State.SKIPPED):
            shown.done.append(each)
        elif each.state == State.MISSED:
            if each.counts:  # nobody misses a break
                shown.over.append(each)
        elif is_running(each.task, here):
            shown.now.append(each)
        elif each.counts or each.task.due_at > here:
            shown.next.append(each)
    return shown


def day_lines(member: Member, day: dt.date) -> list[Line]:
    """The store's work of a day. Work of several days is seen until it is done, and on the day it was."""
    found = lines(member, of_day(member.store, day))
    return [x for x in found if x.state == State.OPEN or x.stands == day]


def is_running(task: Task, here: dt.datetime) -> bool:
    """Its slot has begun, or is over without it being done; a break that is over has nothing to say."""
    begun = task.starts is not None and dt.datetime.combine(task.day, task.starts) <= here.replace(tzinfo=None)
    over = task.due_at <= here
    return begun and not over if task.version.is_break else begun or over


@dataclass(frozen=True)
class Share:
    """A person's or a duty's part of the day. key: a user's id or a duty. attention: what was missed, is overdue or
    was skipped, for the manager to look at."""

    key: str
    name: str
    duties: tuple[str, ...]
    progress: Progress
    attention: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class TeamDay:
    """people: everybody who can be given work; duties: each duty with work today; orphans: duties nobody holds."""

    people: list[Share]
    duties: list[Share]
    orphans: tuple[str, ...]
    progress: Progress
    lines: list[Line]


def team_day(member: Member, day: dt.date) -> TeamDay:
    """Who has done what of the day, and what nobody has."""
    found = day_lines(member, day)
    there = presence_for(member, [x.task for x in found])
    people = []
    for one in team(member.store):
        if one.level in (Level.VIEWER, Level.CLIENT) or not one.user.is_active:
            continue
        mine = [x for x in found if is_own(x.task, one, there)]
        people.append(Share(f"{one.user_id}", str(one.user), tuple(one.duties), progress_of(mine), noted(mine)))
    duties = []
    for duty in dict.fromkeys([*Duty, *(x for each in found for x in each.version.duties)]):
        of_duty = [x for x in found if duty in x.version.duties and x.counts]
        if of_duty:
            duties.append(Share(duty, "", (duty,), progress_of(of_duty), noted(of_duty)))
    orphans = tuple(x.key for x in duties if x.key not in there.held)
    return TeamDay(people, duties, orphans, progress_of(found), found)


def noted(found: Sequence[Line]) -> list[Line]:
    return [x for x in found if x.counts and (x.state in (State.MISSED, State.SKIPPED) or x.is_overdue)]


@dataclass(frozen=True)
class WeekRow:
    """A template over seven days; a cell is the lines of that day (several people, or none)."""

    template: TaskTemplate
    title: str
    duties: tuple[str, ...]
    cells: list[list[Line]]


def week(member: Member, days: Period) -> list[WeekRow]:
    """The store's work of the days: one row a template, in the order of the day. What takes several days stands on the
    day it was done, else on its last day."""
    rows: dict[int, list[list[Line]]] = defaultdict(lambda: [[] for _day in days])
    first: dict[int, Line] = {}
    places = {day: index for index, day in enumerate(days)}
    for each in lines(member, of_day(member.store, days.first, days.last)):
        place = places.get(min(each.stands, days.last))
        if each.counts and place is not None:
            rows[each.task.template_id][place].append(each)
            first.setdefault(each.task.template_id, each)
    ordered = sorted(rows, key=lambda x: by_slot(first[x].task))
    return [
        WeekRow(first[x].task.template, first[x].version.title, tuple(first[x].version.duties), rows[x])
        for x in ordered
    ]


@dataclass(frozen=True)
class Tally:
    """Counts of a group. key: a user's id ("" = nobody in particular), a duty, a template's id or a store's short
    name."""

    key: str
    name: str
    on_time: int
    late: int
    missed: int
    skipped: int
    open: int

    @property
    def total(self) -> int:
        """What should have been done by now."""
        return self.on_time + self.late + self.missed

    @property
    def on_time_share(self) -> Decimal | None:
        """A fraction of what should have been done, 4 places."""
        return round(Decimal(self.on_time) / self.total, 4) if self.total else None


NAMES = ("done_by__display_name", "done_by__username", "assignee__display_name", "assignee__username")
GROUPS = ("person", "duty", "template", "store")


def statistics(stores: Sequence[Store], days: Period, by: str) -> list[Tally]:
    """How the work of the days (by its last day) came out. by: one of GROUPS. By person, what is done counts for who
    did it, what is not for whoever it was given to. By duty, work that several duties share counts for each."""
    now = clock.now()
    found = Task.objects.filter(store__in=stores, due__gte=days.first, due__lte=days.last, version__is_break=False)
    done, missed = Q(state=State.DONE), Q(state=State.MISSED) | Q(state=State.OPEN, closes_at__lte=now)
    columns = {
        "person": ("done_by_id", "assignee_id", *NAMES),
        "duty": ("version_id", "version__duties"),
        "template": ("template_id", "template__published__title"),
        "store": ("store__slug", "store__name"),
    }[by]  # fmt: skip
    counted = (
        found.order_by()
        .values(*columns)
        .annotate(
            on_time=Count("pk", filter=done & Q(done_at__lte=F("due_at"))),
            late=Count("pk", filter=done & Q(done_at__gt=F("due_at"))),
            missed=Count("pk", filter=missed),
            skipped=Count("pk", filter=Q(state=State.SKIPPED)),
            open=Count("pk", filter=Q(state=State.OPEN, closes_at__gt=now)),
        )
    )
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 5)
    for row in counted:
        for group in groups_of(row, by):
            for place, name in enumerate(("on_time", "late", "missed", "skipped", "open")):
                sums[group][place] += row[name]
    tallies = [Tally(*group, *counts) for group, counts in sums.items()]
    return sorted(tallies, key=lambda x: (x.key == "", -x.missed, -x.total, x.name))


def groups_of(row: dict[str, object], by: str) -> list[tuple[str, str]]:
    """(key, name) of the groups a row of `statistics` belongs to; names of duties are for the page to find."""
    if by == "person":
        who = "done_by" if row["done_by_id"] else "assignee"
        name = row[f"{who}__display_name"] or row[f"{who}__username"] or ""
        return [(str(row[f"{who}_id"] or ""), str(name))]
    if by == "duty":
        duties = row["version__duties"]
        return [(str(x), "") for x in duties] if isinstance(duties, list) else []
    key, name = ("template_id", "template__published__title") if by == "template" else ("store__slug", "store__name")
    return [(str(row[key]), str(row[name]))]
