"""People, stores and changes as the pages need them."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from auditlog.models import LogEntry
from django.db.models import QuerySet

from opsplan.lib.periods import DAY
from opsplan.statements import Statement
from staff.audit import WATCHED
from staff.models import Member, User
from staff.roles import Level
from staff.words import KINDS
from stores.models import Store

OWN = Statement(
    lambda user: (
        Member.objects.filter(user=user, store__closed_at=None)
        .select_related("store")
        .order_by("store__name", "store__slug")
    )
)


def memberships(user: User) -> list[Member]:
    """The stores in use that a person may see, by name, each with their level there. An administrator owns them all."""
    own = OWN.rows(user)
    if not user.is_superuser:
        return own
    known = {x.store_id: x for x in own}
    every = Store.objects.in_use().order_by("name")
    return [known.get(x.pk) or Member(store=x, user=user, level=Level.OWNER) for x in every]


def closed_stores(user: User) -> list[Store]:
    """The closed stores a person may still read, by name."""
    return [x.store for x in closed_memberships(user)]


def closed_memberships(user: User) -> list[Member]:
    """As `memberships`, of closed stores."""
    if user.is_superuser:
        closed = Store.objects.exclude(closed_at=None).order_by("name")
        return [Member(store=x, user=user, level=Level.OWNER) for x in closed]
    found = Member.objects.filter(user=user).exclude(store__closed_at=None).select_related("store")
    return list(found.order_by("store__name"))


def last_membership(user: User, slug: str | None) -> Member | None:
    """The membership in the store looked at last, else in the first one, else None."""
    mine = memberships(user)
    return next((x for x in mine if x.store.slug == slug), mine[0] if mine else None)


def team(store: Store) -> Sequence[Member]:
    """The members of a store, owners first."""
    order = {level: index for index, level in enumerate(Level)}
    members = Member.objects.filter(store=store).select_related("user")
    return sorted(members, key=lambda x: (order[Level(x.level)], str(x.user)))


def changes(
    store: Store,
    *,
    person: int | None = None,
    kind: str = "",
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> QuerySet[LogEntry]:
    """The store's log, newest first: by the person's id, a kind like `kpis.target`, the store's local days."""
    found = LogEntry.objects.filter(additional_data__stores__has_key=str(store.pk)).select_related(
        "actor", "content_type"
    )
    zone = ZoneInfo(store.timezone)
    if person is not None:
        found = found.filter(actor_id=person)
    if kind:
        app, _dot, model = kind.partition(".")
        found = found.filter(content_type__app_label=app, content_type__model=model)
    if first:
        found = found.filter(timestamp__gte=dt.datetime.combine(first, dt.time(), zone))
    if last:
        found = found.filter(timestamp__lt=dt.datetime.combine(last + DAY, dt.time(), zone))
    ordered: QuerySet[LogEntry] = found.order_by("-timestamp", "-id")
    return ordered


def people_in_log(store: Store) -> Sequence[User]:
    """Those who changed something in the store."""
    actors = changes(store).order_by().values("actor_id").distinct()
    return sorted(User.objects.filter(pk__in=actors), key=str)


def kinds() -> list[tuple[str, str]]:
    """What can be changed: (`kpis.target`, its name)."""
    return [(label.lower(), str(KINDS[label.lower()])) for label in WATCHED]
