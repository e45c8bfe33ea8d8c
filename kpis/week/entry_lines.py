"""Daily figures told in bulk by a program: all or none, whatever their order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from kpis.models import Entry
from kpis.sums import rollups, targets
from kpis.week.entry_sheet import unit_of
from kpis.wire import number
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.models import User
from stores.models import Store


@dataclass(frozen=True)
class Line:
    """A figure of a day in its unit (yuan for money), None takes the entry away; was: what somebody saw there."""

    measure: str
    day: dt.date
    value: Decimal | str | int | None
    was: Decimal | None = targets.ANYTHING


class Refused(Exception):
    """Nothing was stored. wrong: (place of the line, field, sentence); overtaken: (line, what stands there now)."""

    def __init__(self, wrong: Sequence[tuple[int, str, str]], overtaken: Sequence[tuple[Line, Entry | None]]) -> None:
        self.wrong, self.overtaken = wrong, overtaken
        super().__init__()


def enter_all(store: Store, lines: Sequence[Line], by: User) -> list[Entry | None]:
    """What stands after each line. A part that is more than the old whole waits until the new whole stands. The days
    are counted at once. Refused."""
    stored: dict[int, Entry | None] = {}
    with transaction.atomic():
        left = dict(enumerate(lines))
        while left:
            wrong: list[tuple[int, str, str]] = []
            overtaken: list[tuple[Line, Entry | None]] = []
            waiting: dict[int, Line] = {}
            for place, line in left.items():
                try:
                    stored[place] = targets.enter(store, line.measure, line.day, line.value, by, line.was)
                except targets.Overtaken as problem:
                    overtaken.append((line, problem.entry))
                except ValidationError as problem:
                    waiting[place] = line
                    wrong += [(place, field, " ".join(texts)) for field, texts in problem.message_dict.items()]
            if overtaken or (wrong and len(waiting) == len(left)):
                raise Refused(wrong, overtaken)
            left = waiting
        rollups.rebuild(store, sorted({line.day for line in lines}))
    return [stored[place] for place in range(len(lines))]


def entries_of(store: Store, days: Period, measures: Sequence[str]) -> Any:
    """What was typed of these days, the latest day first; of these measures, where some are named."""
    found = Entry.objects.filter(store=store, day__range=(days.first, days.last)).select_related("by")
    return (found.filter(measure__in=measures) if measures else found).order_by("-day", "measure")


def entry_json(entry: Entry) -> dict[str, Any]:
    return line_json(Line(entry.measure, entry.day, None), entry)


def line_json(line: Line, entry: Entry | None) -> dict[str, Any]:
    """A figure of a day as REST tells it; null where nothing is typed."""
    return {
        "measure": line.measure,
        "day": line.day.isoformat(),
        "value": None if entry is None else number(entry.value, unit_of(line.measure)),
        "by": str(entry.by) if entry and entry.by else None,
        "at": clock.utc(entry.updated_at) if entry else None,
    }
