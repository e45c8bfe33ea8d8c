"""Service-desk figures per person (接待, 询单转化, 响应, 好评): typed by day, added up as sums, rates from sums.

`set_day` is the one door; files of desk reports (`staff.desk_files`) come through it, too.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from opsplan.lib import cells, clock
from opsplan.lib.periods import Period
from staff.duties import working
from staff.models import DeskDay, Member, User
from staff.roles import Duty
from stores.models import Store

COUNTS = ("received", "enquiries", "converted", "rated", "good")
FIELDS = ("received", "enquiries", "converted", "response_s", "rated", "good")
MOST = 1_000_000


@dataclass(frozen=True)
class DeskFigures:
    """A person's figures of some days (user None: all of them). Counts None: nobody told; conversion and good_rate are
    fractions over the days that have both of their numbers, response_s is weighted by buyers received."""

    user: User | None
    days: int
    received: int | None
    enquiries: int | None
    converted: int | None
    conversion: Decimal | None
    response_s: Decimal | None
    rated: int | None
    good: int | None
    good_rate: Decimal | None


def people(store: Store, day: dt.date | None = None) -> list[User]:
    """Who works at the desk: holders of the duty, and whoever has figures of that day."""
    holders = [m.user for m in working(store) if Duty.SERVICE in m.duties]
    others = DeskDay.objects.filter(store=store, day=day).select_related("user") if day else []
    return list({x.pk: x for x in [*holders, *(y.user for y in others)]}.values())


def of_day(store: Store, day: dt.date) -> dict[int, DeskDay]:
    return {x.user_id: x for x in DeskDay.objects.filter(store=store, day=day)}


def set_day(store: Store, user: User, day: dt.date, told: Mapping[str, object], by: User | None) -> DeskDay | None:
    """Put in place of what was there what `told` says (FIELDS; None or "" = not told); nothing told takes the day away.
    ValidationError by field."""
    if not Member.objects.filter(store=store, user=user).exists():
        raise ValidationError({"user": _("This person is not on the team.")})
    if day > clock.today(store.timezone):
        raise ValidationError({"day": _("This day is still to come.")})
    values = {name: number(name, told.get(name)) for name in FIELDS}
    for part, whole in (("converted", "enquiries"), ("enquiries", "received"), ("good", "rated")):
        low, high = values[part], values[whole]
        if low is not None and high is not None and low > high:
            raise ValidationError({part: _("This cannot be more than what it is a part of.")})
    if all(x is None for x in values.values()):
        for old in DeskDay.objects.filter(store=store, user=user, day=day):
            old.delete()
        return None
    found = DeskDay.objects.filter(store=store, user=user, day=day).first() or DeskDay(store=store, user=user, day=day)
    if found.pk and {name: getattr(found, name) for name in FIELDS} == values:
        return found
    for name, value in values.items():
        setattr(found, name, value)
    found.by, found.at = by, clock.now()
    found.save()
    return found


def number(name: str, raw: object) -> int | Decimal | None:
    if raw is None or not str(raw).strip():
        return None
    try:
        value = cells.number(raw)
    except cells.Unreadable as problem:
        raise ValidationError({name: _(str(problem))}) from None
    if not 0 <= value <= MOST or (name in COUNTS and value != int(value)):
        raise ValidationError({name: _("Give a number from 0 on, without a sign.")})
    return int(value) if name in COUNTS else value.quantize(Decimal("0.1"))


def figures(store: Store, days: Period) -> tuple[list[DeskFigures], DeskFigures]:
    """Each person's figures of the days, most buyers first, and all of them together."""
    found = DeskDay.objects.filter(store=store, day__range=(days.first, days.last)).select_related("user")
    rows: dict[int, list[DeskDay]] = {}
    for each in found:
        rows.setdefault(each.user_id, []).append(each)
    persons = [added(x[0].user, x) for x in rows.values()]
    return sorted(persons, key=lambda x: (-(x.received or 0), str(x.user))), added(None, list(found))


def added(user: User | None, rows: Iterable[DeskDay]) -> DeskFigures:
    every = list(rows)
    totals = {name: total(getattr(x, name) for x in every) for name in COUNTS}
    weighed = [(x.response_s, x.received) for x in every if x.response_s is not None and x.received]
    talks = sum(received for _seconds, received in weighed)
    seconds = sum((seconds * received for seconds, received in weighed), Decimal(0))
    return DeskFigures(
        user=user,
        days=len({x.day for x in every}),
        **totals,
        conversion=share(every, "converted", "enquiries"),
        response_s=(seconds / talks).quantize(Decimal("0.1")) if talks else None,
        good_rate=share(every, "good", "rated"),
    )


def total(values: Iterable[int | None]) -> int | None:
    known = [x for x in values if x is not None]
    return sum(known) if known else None


def share(rows: Iterable[DeskDay], part: str, whole: str) -> Decimal | None:
    """A ratio of sums over the rows that have both, 4 places; None where there is nothing to divide by."""
    pairs = [(getattr(x, part), getattr(x, whole)) for x in rows]
    both = [(low, high) for low, high in pairs if low is not None and high is not None]
    whole_sum = sum(high for _low, high in both)
    return round(Decimal(sum(low for low, _high in both)) / whole_sum, 4) if whole_sum else None
