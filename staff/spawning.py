"""Tasks are made: ahead by rule, and when something triggers them. Whatever runs twice, late or at once, the same rows.

Whoever makes or moves tasks of a store holds its `TaskSpawn` row, so two of them take turns; the unique key of `Task`
stands behind that.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from opsplan.lib import clock
from opsplan.lib.calendar import Calendar
from opsplan.lib.periods import DAY, Period
from staff import recurrence
from staff.models import Member, State, Task, TaskSpawn, TaskTemplate, TemplateVersion
from staff.points import Round, brought_up, ticked
from staff.recurrence import Occurrence
from staff.roles import Level
from stores.calendars import calendar_of
from stores.models import Store

AHEAD = 14  # days
LOOK_BACK = 31  # days a beat that was down is made up for
NOTHING = Round("", ())
FOLLOWING = ("version", "assignee", "base", "day", "due", "starts", "ends", "due_at", "closes_at", "subject", "about")


@dataclass(frozen=True)
class Person:
    """A member as tasks see them."""

    user_id: int
    duties: frozenset[str]


def templates_of(store: Store) -> QuerySet[TaskTemplate]:
    """Those in use in the store with a published version: its own, and those for all stores."""
    mine = Q(store=store) | (Q(store__isnull=True) & ~Q(off_in=store))
    return TaskTemplate.objects.filter(mine, is_active=True, published__isnull=False).select_related("published")


def people_of(store: Store) -> list[Person]:
    """Those who can be given work: active members, clients and viewers left out."""
    members = Member.objects.filter(store=store, user__is_active=True).exclude(level__in=[Level.VIEWER, Level.CLIENT])
    return [Person(x.user_id, frozenset(x.duty_list)) for x in members.order_by("pk")]


def spawn(store: Store, through: dt.date | None = None) -> int:
    """Make the store's tasks up to that local day (two weeks ahead unless told); returns how many are new."""
    today = clock.today(store.timezone)
    through = through or today + AHEAD * DAY
    with transaction.atomic():
        mark = held(store)
        leave(store, today)
        first = min(max(mark.through or today, today - LOOK_BACK * DAY), today)
        made = make(store, templates_of(store), Period(first, max(first, through)))
        go_round(store)
        if mark.through is None or mark.through < through:
            mark.through = through
            mark.save(update_fields=["through"])
    return made


def leave(store: Store, today: dt.date) -> None:
    """Work of their own that was made ahead for people who are not on the team any more."""
    there = [f"u{x.user_id}" for x in people_of(store)]
    Task.objects.filter(store=store, state=State.OPEN, day__gt=today).exclude(who__in=["", *there]).delete()


def held(store: Store) -> TaskSpawn:
    """The store's row, locked until the transaction ends."""
    TaskSpawn.objects.bulk_create([TaskSpawn(store=store)], ignore_conflicts=True)
    return TaskSpawn.objects.select_for_update().get(store=store)


def make(store: Store, templates: Iterable[TaskTemplate], window: Period) -> int:
    today = clock.today(store.timezone)
    rows = [x for x in wanted(store, templates, window) if not (x.points and is_closing(x, today))]
    before = Task.objects.filter(store=store).count() if rows else 0
    Task.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return Task.objects.filter(store=store).count() - before if rows else 0


def is_closing(task: Task, today: dt.date) -> bool:
    """Whether work that may be done on several days has none but today left: what comes into a round now waits for the
    next time."""
    return task.day < task.due == today


def wanted(store: Store, templates: Iterable[TaskTemplate], window: Period) -> list[Task]:
    """The rows that should be there for the window, unsaved."""
    calendar, people, rows = calendar_of(store), people_of(store), []
    versions = [x.published for x in templates if x.published and x.published.rule]
    rounds = rounds_of(store) if any(x.points for x in versions) else {}
    for version in versions:
        through = rounds.get(version.points, NOTHING)
        if version.points and not through.points:
            continue
        for found in occurrences(version, window, calendar):
            turn = taking_turns(version, found.nominal)
            rows += [
                row(store, version, f"{found.nominal}", found, who, user, through=through)
                for who, user in hands(version, people, turn)
            ]
    return rows


def rounds_of(store: Store) -> dict[str, Round]:
    """What recurring tasks go through today, by the keys of `task_words.ROUNDS`; an app further right knows."""
    found: dict[str, Round] = import_string(settings.TASK_ROUNDS)(store)
    return found


def renew_rounds(store: Store) -> None:
    """Something came into a round or left it: the tasks that go through it follow now, not at the next beat."""
    with transaction.atomic():
        templates = list(templates_of(store).exclude(published__points=""))
        if templates:
            mark, today = held(store), clock.today(store.timezone)
            make(store, templates, Period(today, max(mark.through or today, today)))
            go_round(store)


def go_round(store: Store) -> None:
    """Open tasks go through what there is today. One that has begun keeps its points at their places; where nothing is
    left to go through and nobody has done anything about it, there is no task."""
    there = Task.objects.filter(store=store, state=State.OPEN, closes_at__gt=clock.here(store.timezone))
    tasks = there.exclude(version__points="").select_related("version").select_for_update(of=("self",))
    rounds, today = rounds_of(store) if tasks else {}, clock.today(store.timezone)
    for task in tasks:
        through = rounds.get(task.version.points, NOTHING)
        has_begun = task.day <= today or bool(task.steps_done)
        if not through.points and not (task.steps_done or task.events.exists()):
            task.delete()
            continue
        old = {x["about"] for x in task.points}
        now = [x for x in through.points if x.about in old] if is_closing(task, today) else through.points
        points = brought_up(task.points if has_begun else [], now)
        done = ticked(points, task.steps_done, through.points) if has_begun else []
        if (points, done) != (task.points, task.steps_done):
            task.points, task.steps_done = points, done
            task.save(update_fields=["points", "steps_done"])


def occurrences(version: TemplateVersion, window: Period, calendar: Calendar) -> list[Occurrence]:
    rule = version.recurrence
    return recurrence.occurrences(rule, version.since, window, calendar, version.span) if rule else []


def taking_turns(version: TemplateVersion, nominal: dt.date) -> int | None:
    """The person whose turn it is, by id."""
    rule, turns = version.recurrence, version.turns
    return turns[recurrence.turn(rule, version.since, nominal, len(turns))] if rule and turns else None


def hands(version: TemplateVersion, people: Sequence[Person], turn: int | None) -> Iterator[tuple[str, int | None]]:
    """(who, assignee) of each row: everybody who holds a duty, or one row that its holders share."""
    known = {x.user_id for x in people}
    if version.for_each:
        holders = [x for x in people if x.duties & set(version.duty_list)]
        yield from ((f"u{x.user_id}", x.user_id) for x in holders)
        return
    person = turn if turn is not None else version.person_id
    yield "", person if person in known else None


def row(
    store: Store,
    version: TemplateVersion,
    key: str,
    found: Occurrence,
    who: str = "",
    assignee: int | None = None,
    subject: str = "",
    base: dt.date | None = None,
    about: str = "",
    through: Round = NOTHING,
) -> Task:
    """An unsaved task of a version on the days and hours it is found to be due."""
    slot = (found.due, version.starts, version.ends, store.timezone)
    return Task(
        store=store,
        template_id=version.template_id,
        version=version,
        key=key,
        who=who,
        assignee_id=assignee,
        base=base,
        day=found.day,
        due=found.due,
        starts=version.starts,
        ends=version.ends,
        due_at=recurrence.due_at(*slot),
        closes_at=recurrence.closes_at(*slot),
        subject=subject[:120],
        about=about or through.about,
        points=brought_up([], through.points),
    )


def follow(template: TaskTemplate, store: Store) -> None:
    """After a template changed: its open tasks of today and later follow, what was done or missed stays as it was."""
    with transaction.atomic():
        mark, today = held(store), clock.today(store.timezone)
        active = templates_of(store).filter(pk=template.pk)
        window = Period(today, max(today + AHEAD * DAY, mark.through or today))
        rows = {(x.key, x.who): x for x in wanted(store, active, window)}
        there = Task.objects.filter(
            store=store, template=template, state=State.OPEN, closes_at__gt=clock.here(store.timezone)
        )
        version, calendar = active[0].published if active else None, calendar_of(store)
        for task in there.select_related("version").select_for_update(of=("self",)):
            new = rows.get((task.key, task.who))
            if new is None and version and is_triggered(task) and not version.points:
                new = moved(task, version, today, calendar)
            if new is None:
                task.delete()
            else:
                copy(new, task)
        Task.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=500)
        go_round(store)
        if mark.through is None:  # from here on a beat that was down is made up for
            mark.through = today
            mark.save(update_fields=["through"])


def is_triggered(task: Task) -> bool:
    return ":" in task.key


def moved(task: Task, version: TemplateVersion, today: dt.date, calendar: Calendar) -> Task:
    """What a triggered task would be under that version."""
    found = placed_on(version, task.base or task.day, today, calendar)
    return row(task.store, version, task.key, found, task.who, task.assignee_id, task.subject, task.base, task.about)


def copy(new: Task, old: Task) -> None:
    """Give an open task the days and texts of `new`; somebody it was handed to keeps it."""
    if old.is_handed:
        new.assignee_id = old.assignee_id
    if old.version.points != new.version.points:  # it goes through something else
        old.points, old.steps_done = new.points, []
    for name in FOLLOWING:
        setattr(old, name, getattr(new, name))
    old.save(update_fields=[*FOLLOWING, "points", "steps_done"])


def spawn_tasks(
    store: Store,
    trigger: str,
    ref: str,
    day: dt.date | None = None,
    *,
    subject: str = "",
    about: str = "",
    only: int | None = None,
) -> int:
    """Make the tasks that the store's templates have for a trigger, exactly once for each (trigger, ref, template).

    trigger: campaign, data_missing, kpi_alert, stock_low, groupbuy_end, new_product, manual, ... ref: what it is about,
    unique among its trigger (a campaign's id, a day). day: the local day that offsets count from (today unless told).
    subject: what it is about, in words; about: its page ("campaign 12", see `Task`). only: one template's id.

    Called again with another day, open tasks move there and what was done stays. A day that has passed by then becomes
    today; about something that is itself past nothing is made any more. Returns how many are new.
    """
    today = clock.today(store.timezone)
    base, key, made = day or today, f"{trigger}:{ref}"[:120], 0
    with transaction.atomic():
        held(store)
        templates = templates_of(store).filter(published__trigger=trigger)
        if only is not None:
            templates = templates.filter(pk=only)
        calendar, people = calendar_of(store), people_of(store)
        for template in templates:
            version = template.published
            if version is None:
                continue
            found = placed_on(version, base, today, calendar)
            for hand in hands(version, people, None):
                made += place(row(store, version, key, found, *hand, subject, base, about), today)
    return made


def placed_on(version: TemplateVersion, base: dt.date, today: dt.date, calendar: Calendar) -> Occurrence:
    """The days of a triggered task: T+offset; not before today while T is still to come."""
    day = recurrence.offset_day(base, version.offset, version.offset_working, calendar)
    if base >= today:
        day = max(day, today)
    return Occurrence(base, day, day + (version.span - 1) * DAY)


def place(new: Task, today: dt.date) -> bool:
    """Put a triggered task in, whether it is new; one that is there and open follows a moved day."""
    same = Task.objects.filter(template_id=new.template_id, store=new.store, key=new.key, who=new.who)
    old = same.first()
    if old is None:
        if new.due >= today:
            new.save(force_insert=True)
        return new.due >= today
    if old.state == State.OPEN and (old.base, old.subject, old.about) != (new.base, new.subject, new.about):
        copy(new, old)
    return False


def ticked_steps(store: Store, trigger: str, ref: str) -> set[int]:
    """The steps (places, from 0) that somebody ticked in the tasks about `ref`."""
    told = Task.objects.filter(store=store, key=f"{trigger}:{ref}"[:120]).values_list("steps_done", flat=True)
    return {place for places in told for place in places}


def tick_steps(store: Store, trigger: str, ref: str, place: int, *, done: bool) -> None:
    """Tick a step in the tasks about `ref`, or take the tick away, because it was done where it belongs."""
    with transaction.atomic():
        for task in Task.objects.select_for_update().filter(store=store, key=f"{trigger}:{ref}"[:120]):
            places = set(task.steps_done) - {place} | ({place} if done else set())
            if places != set(task.steps_done):
                task.steps_done = sorted(places)
                task.save(update_fields=["steps_done"])


def cancel_tasks(store: Store, trigger: str, ref: str) -> int:
    """What triggered them is off: open tasks go, what was done stays. Returns how many went."""
    with transaction.atomic():
        held(store)
        gone = Task.objects.filter(store=store, key=f"{trigger}:{ref}"[:120], state=State.OPEN)
        return gone.delete()[1].get(Task._meta.label, 0)  # what was said and done about them goes along, uncounted


def ensure(store: Store, day: dt.date) -> None:
    """Called by pages: make what is not made up to that day (within reason), or nothing at all."""
    day = min(day, clock.today(store.timezone) + AHEAD * DAY)
    mark = TaskSpawn.objects.filter(store=store).first()
    if mark is None or mark.through is None or mark.through < day:
        spawn(store)


def sweep(store: Store) -> int:
    """What nobody did in time is missed from now on. Returns how many."""
    over = Task.objects.filter(store=store, state=State.OPEN, closes_at__lte=clock.here(store.timezone))
    return over.exclude(version__is_break=True).update(state=State.MISSED)
