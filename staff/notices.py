"""Telling people: a notice inside the app, each once, and out by e-mail or robot for those who want it so.

`tell` may be called any number of times, late, or by two workers at once: the keys of `Notice` and `Delivery` see to it
that everybody hears of a matter once.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from opsplan.lib import clock
from opsplan.lib.periods import DAY
from staff import delivery
from staff.models import Member, Notice, Reminders, User
from staff.robots import Message
from staff.roles import Level
from stores.models import Store

KEEP = 90 * DAY


def wishes(store: Store, users: Iterable[int]) -> dict[int, Reminders]:
    """How each of them wants to be told; one who has not said gets the usual."""
    wanted = list(users)
    known = {x.user_id: x for x in Reminders.objects.filter(store=store, user__in=wanted).select_related("destination")}
    return {pk: known.get(pk) or Reminders(store=store, user_id=pk) for pk in wanted}


def quiet_until(wish: Reminders, now: dt.datetime, zone: str) -> dt.datetime:
    """The instant from which one may be disturbed: `now`, or the end of the quiet hours it lies in (UTC)."""
    first, last = wish.quiet_from, wish.quiet_until
    if first is None or last is None or first == last:
        return now
    local = now.astimezone(ZoneInfo(zone))
    time, over_midnight = local.time(), first > last
    is_quiet = time >= first or time < last if over_midnight else first <= time < last
    if not is_quiet:
        return now
    day = local.date() + (DAY if over_midnight and time >= first else 0 * DAY)
    return dt.datetime.combine(day, last, ZoneInfo(zone)).astimezone(dt.UTC)


def tell(
    store: Store, users: Iterable[User], kind: str, key: str, write: Callable[[], Message], *, but: User | None = None
) -> int:
    """Tell each of them once, in their language (`write` is called in it). `but`: who did it. Returns how many hear of
    it now for the first time; people who are not in the team any more hear nothing."""
    there = set(
        Member.objects.filter(store=store, user__is_active=True)
        .exclude(level=Level.CLIENT)
        .values_list("user_id", flat=True)
    )
    every = {x.pk: x for x in users if x.pk in there and (but is None or x.pk != but.pk)}
    key = key[:90]
    told = set(Notice.objects.filter(store=store, user__in=every, key=key).values_list("user_id", flat=True))
    new = {pk: user for pk, user in every.items() if pk not in told}
    if not new:
        return 0
    now, rows = clock.now(), []
    for user in new.values():
        with translation.override(user.language):
            said = write()
        rows.append(
            Notice(
                store=store, user=user, key=key, kind=kind, subject=said.subject[:200], body=said.body[:1000],
                path=said.url[:300], at=now,
            )
        )  # fmt: skip
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    for pk, wish in wishes(store, new).items():
        if wish.is_pushed:
            send(store, new[pk], wish, f"{key}", write, quiet_until(wish, now, store.timezone))
    return len(new)


def send(store: Store, user: User, wish: Reminders, key: str, write: Callable[[], Message], at: dt.datetime) -> None:
    """Out to the person: to the destination they chose (with their name), else by e-mail."""
    to = wish.destination

    def named() -> Message:
        said, more = write(), {"event": "reminder", "user": user.username}
        return Message(str(user) + _(": ") + said.subject, said.body, said.url, more)

    name = f"n{user.pk}:{key}"[:100]
    if to is not None:
        delivery.queue(store, name, named, [to], at=at)
    else:
        delivery.queue(store, name, write, [], [user], at=at)


def of_person(store: Store, user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(store=store, user=user)


def unread(store: Store, user: User) -> int:
    return of_person(store, user).filter(read_at=None).count()


def read(store: Store, user: User, only: Iterable[int] | None = None) -> int:
    """Mark as read, all or those; how many were not before."""
    found = of_person(store, user).filter(read_at=None)
    if only is not None:
        found = found.filter(pk__in=[x for x in only if abs(x) <= BigIntegerField.MAX_BIGINT])
    return found.update(read_at=clock.now())


def forget_old() -> int:
    return Notice.objects.filter(at__lt=clock.now() - KEEP).delete()[0]
