"""What beat calls to mind: work that is due, and the digest of the day. Safe to run twice, late, or by two at once."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from staff import notices, task_words
from staff.models import Member, Notice, Reminders, State, Task, User
from staff.presence import presence_of
from staff.robots import Message
from staff.roles import Action, Level
from staff.task_queries import Line, MyDay, day_lines, my_day, of_store
from staff.ticking import task_path
from stores.models import Store

LONGEST = 120  # minutes before; also how late a reminder still makes sense
LISTED = 15  # lines of a digest
MONDAY = 0  # whose digest tells the month, too

# how a store's month stands on a day, as what writes it in the active language; None: nothing to say
MonthTold = Callable[[Store, dt.date], Callable[[], list[str]] | None]


def remind(store: Store, month_told: MonthTold | None = None) -> int:
    """Everything of the store whose time has come; returns how many notices and digests are new."""
    return call_to_mind(store) + digests(store, month_told)


def call_to_mind(store: Store) -> int:
    """Open tasks with a slot that ends soon, or ended lately, for those they are asked of."""
    now = clock.here(store.timezone)
    found = of_store(store).filter(
        state=State.OPEN, ends__isnull=False, version__is_break=False, due_at__gt=now - dt.timedelta(minutes=LONGEST),
        due_at__lte=now + dt.timedelta(minutes=LONGEST), closes_at__gt=now,
    )  # fmt: skip
    tasks = list(found)
    if not tasks:
        return 0
    there = presence_of(store, Period(min(x.day for x in tasks), max(x.due for x in tasks)))
    asked = {x.pk: there.asked(x) for x in tasks}
    people = User.objects.in_bulk({pk for each in asked.values() for pk in each})
    wished = notices.wishes(store, people)
    return sum(
        notices.tell(
            store,
            [people[pk] for pk in asked[x.pk] if pk in people and is_time(x, wished[pk], now)],
            Notice.Kind.DUE,
            f"due:{x.pk}:{x.due_at:%m%d%H%M}",
            due_words(x, now),
        )
        for x in tasks
    )


def is_time(task: Task, wish: Reminders, now: dt.datetime) -> bool:
    return bool(wish.lead) and task.due_at - now <= dt.timedelta(minutes=wish.lead)


def due_words(task: Task, now: dt.datetime) -> Callable[[], Message]:
    def write() -> Message:
        left = int((task.due_at - now).total_seconds() // 60)
        about = task_words.subject(task)
        if left > 0:
            said = ngettext("%(n)d minute left: %(title)s", "%(n)d minutes left: %(title)s", left)
        else:
            said = _("Overdue: %(title)s")
        subject = said % {"n": left, "title": task.version.title}
        return Message(
            f"{subject} · {about}" if about else subject, task_words.slot(task.starts, task.ends), task_path(task)
        )

    return write


def digests(store: Store, month_told: MonthTold | None = None) -> int:
    """One message for the day to those who want it and whose time has come; none where there is nothing to say. On
    Mondays it tells how the month stands against its target."""
    here, sent = clock.here(store.timezone), 0
    today = here.date()
    wanted = Reminders.objects.filter(
        Q(digested_on=None) | Q(digested_on__lt=today), store=store, has_digest=True, digest_at__lte=here.time()
    )
    rows = list(wanted.select_related("user", "destination", "store"))
    month = month_told(store, today) if rows and month_told and today.weekday() == MONDAY else None
    for wish in rows:
        member = Member.objects.filter(store=store, user=wish.user_id, user__is_active=True).exclude(level=Level.CLIENT)
        found = member.select_related("store", "user").first()
        with transaction.atomic():
            mine = Reminders.objects.filter(Q(digested_on=None) | Q(digested_on__lt=today), pk=wish.pk)
            if mine.update(digested_on=today) and found and (write := digest_of(found, today, month)):
                notices.send(store, wish.user, wish, f"digest:{today}", write, clock.now())
                sent += 1
    return sent


def digest_of(
    member: Member, today: dt.date, month: Callable[[], list[str]] | None = None
) -> Callable[[], Message] | None:
    """What stands before the member today, what they missed yesterday, what they have not read; for whoever manages,
    what the team missed; for whoever sees figures, the month. None: nothing."""
    store = member.store
    before = my_day(member, today - DAY)
    day = my_day(member, today)
    unread = list(notices.of_person(store, member.user).filter(read_at=None))
    manages = member.may(Action.MANAGE_TASKS)
    missed = [x for x in day_lines(member, today - DAY) if x.state == State.MISSED and x.counts]
    coming = [x for x in (*day.now, *day.next) if x.counts]
    month = month if member.may(Action.VIEW_DATA) else None
    if not (coming or before.over or unread or (manages and missed) or month):
        return None

    def write() -> Message:
        parts = [
            (_("Today"), [said(x) for x in coming]),
            (_("Missed yesterday"), [x.version.title for x in before.over]),
            (_("Missed by the team yesterday"), [x.version.title for x in missed] if manages else []),
            (_("Not read yet"), [x.subject for x in unread]),
        ]
        blocks = ["\n".join([f"{head} · {len(x)}", *shortened(x)]) for head, x in parts if x]
        blocks += ["\n".join(month())] if month else []
        return Message(subject_of(store, day), "\n\n".join(blocks), reverse("myday", args=[store.slug]))

    return write


def subject_of(store: Store, day: MyDay) -> str:
    count = day.progress.open
    said = ngettext("%(store)s: %(n)d task today", "%(store)s: %(n)d tasks today", count)
    return said % {"store": store.name, "n": count}


def said(line: Line) -> str:
    task = line.task
    return f"{task_words.slot(task.starts, task.ends)} {line.version.title}" if task.starts else line.version.title


def shortened(rows: list[str]) -> list[str]:
    left = len(rows) - LISTED
    more = [ngettext("and %d more", "and %d more", left) % left] if left > 0 else []
    return [f"· {x}" for x in rows[:LISTED]] + more
