"""Who is there for a task: checklists follow the shift, and an absent duty is covered.

Whoever has shifts in a published week is there during them; whoever has none that week is not on the roster and always
there; whoever is on approved leave is not. A task is asked of those holders of its duties who are there during its slot
(on its days, where it has none). Are none of them there, it goes to the duty that covers (`DutyPlan.cover`), then to
holders who are off but not on leave, then to operations, and last to the holders themselves.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from opsplan.lib.periods import DAY, Period, week_of
from staff import roster, shifts
from staff.models import DutyPlan, Member, Task
from staff.roles import Duty
from staff.spawning import people_of
from stores.models import Store

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Presence:
    """people: user id -> duties of those who can be given work. turns: their shifts as instants; rostered: (user id,
    Monday) of published weeks they have shifts in; away: (user id, day) of leave; covers: duty -> who stands in."""

    zone: str
    people: dict[int, frozenset[str]]
    covers: dict[str, str] = field(default_factory=dict)
    turns: dict[int, list[Span]] = field(default_factory=dict)
    rostered: frozenset[tuple[int, dt.date]] = frozenset()
    away: frozenset[tuple[int, dt.date]] = frozenset()

    @property
    def held(self) -> frozenset[str]:
        """Duties somebody holds."""
        return frozenset(duty for duties in self.people.values() for duty in duties)

    def holders(self, duties: Iterable[str]) -> list[int]:
        wanted = set(duties)
        return [user for user, held in self.people.items() if held & wanted]

    def is_away(self, user: int, task: Task) -> bool:
        return all((user, day) in self.away for day in Period(task.day, task.due))

    def is_there(self, user: int, task: Task) -> bool:
        if user not in self.people or self.is_away(user, task):
            return False
        if not any((user, week_of(day).first) in self.rostered for day in Period(task.day, task.due)):
            return True
        slot = (shifts.at(task.day, task.starts or dt.time(), self.zone), task.due_at)
        return any(shifts.overlap(turn, slot) for turn in self.turns.get(user, []))

    def asked(self, task: Task) -> frozenset[int]:
        """Ids of the people the task is asked of; nobody where nobody holds anything that helps. What was given to
        somebody who cannot be given work any more is asked of the duty."""
        who, version = task.assignee_id, task.version
        if task.who:
            return frozenset({who} if who is not None else ())
        if who is not None:
            if who in self.people and (task.is_handed or self.is_there(who, task)):
                return frozenset({who})
            turns = version.turns[version.turns.index(who) :] + version.turns if who in version.turns else []
            stand_in = next((x for x in turns if self.is_there(x, task)), None)
            if stand_in is not None:
                return frozenset({stand_in})
            here = [x for x in self.holders(version.duties) if self.is_there(x, task)]
            if here or who in self.people:
                return frozenset(here or [who])
        return self.by_duty(task)

    def by_duty(self, task: Task) -> frozenset[int]:
        duties = task.version.duties
        own = self.holders(duties)
        stand_ins = self.holders(self.covers[x] for x in duties if x in self.covers)
        named = task.version.person_id is not None or bool(task.version.turns)  # by name, of people who have left
        chief = self.holders([Duty.OPERATIONS]) if duties or named else []
        for group in (own, stand_ins):
            if here := [x for x in group if self.is_there(x, task)]:
                return frozenset(here)
        for group in (own, stand_ins, chief):
            if left := [x for x in group if not self.is_away(x, task)]:
                return frozenset(left)
        return frozenset(own or chief)


def presence_of(store: Store, days: Period) -> Presence:
    """Of the store on those days; at most five statements, however many people and tasks."""
    people = {x.user_id: x.duties for x in people_of(store)}
    plans = DutyPlan.objects.filter(store=store).exclude(cover="")
    turns: dict[int, list[Span]] = defaultdict(list)
    rostered = set()
    for turn in roster.known_turns(store, Period(week_of(days.first).first - DAY, week_of(days.last).last)):
        turns[turn.user_id].append(roster.span_of(turn))
        rostered.add((turn.user_id, week_of(turn.day).first))
    return Presence(
        zone=store.timezone,
        people=people,
        covers={x.duty: x.cover for x in plans},
        turns=dict(turns),
        rostered=frozenset(rostered),
        away=frozenset(roster.leaves(store, days)),
    )


def presence_for(member: Member, tasks: Iterable[Task]) -> Presence:
    """For just these tasks of the member's store."""
    found = list(tasks)
    if not found:
        return Presence(member.store.timezone, {})
    return presence_of(member.store, Period(min(x.day for x in found), max(x.due for x in found)))
