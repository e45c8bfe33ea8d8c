"""A number that somebody hands in, read and held against the KPI it stands for."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis import queries
from opsplan.lib import cells
from opsplan.lib.periods import DAY, Period
from staff.models import Task, TemplateVersion
from staff.ticking import differs
from stores.models import Store


def unit_of(version: TemplateVersion) -> str:
    """The unit of the KPI the number stands for; a count where it stands for none."""
    return str(queries.metric(version.metric).unit) if version.metric in queries.keys() else "count"  # noqa: SIM118


def units(versions: Iterable[TemplateVersion]) -> dict[str, str]:
    """The unit of every KPI that one of them names."""
    return {x.metric: unit_of(x) for x in versions if x.metric}


def read_number(version: TemplateVersion, text: str) -> Decimal | None:
    """What was typed, in the KPI's unit; None for nothing. ValidationError on `number`."""
    if not text.strip():
        return None
    try:
        return cells.read(text, unit_of(version))
    except cells.Unreadable as problem:
        raise ValidationError({"number": _(str(problem))}) from None


def figure_day(task: Task) -> dt.date:
    """The local day whose figure the number is."""
    return task.day - task.version.metric_ago * DAY


def figure_for(store: Store, task: Task) -> Decimal | None:
    """What the KPI says now; None where it says nothing, or the task names none."""
    metric = task.version.metric
    if metric not in queries.keys():  # noqa: SIM118
        return None
    day = figure_day(task)
    return queries.figures(store, [metric], Period(day, day), compare=())[metric].value


def warning(task: Task) -> str:
    """A sentence when the number contradicts the figure, else ""."""
    unit = unit_of(task.version)
    if not differs(task.number, task.figure, unit):
        return ""
    return _("%(name)s of %(day)s is %(figure)s by the imported data, not %(number)s.") % {
        "name": queries.metric(task.version.metric).label,
        "day": figure_day(task),
        "figure": cells.write(task.figure, unit),
        "number": cells.write(task.number, unit),
    }
