"""A month added up day by day, as a drawing, as a table and as a file."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kpis import queries
from kpis.month import month_budget
from kpis.trends import courses
from kpis.trends.courses import Course, Goal
from kpis.views.plan import sees_drafts
from kpis.views.plan_month import month_of_request
from kpis.year import plans
from opsplan.lib.sheets import Cell
from staff.access import StoreRequest

WIDTH, HEIGHT = 600, 180


def goal_name(goal: Goal) -> str:
    return plans.scenarios().get(goal.scenario) or _("Target in force")


def course_words(found: Course | None) -> dict[str, Any] | None:
    """The sums as paths in a box of WIDTH x HEIGHT, with a line for each goal, and day by day."""
    if found is None:
        return None
    days = list(found.month)
    top = max([goal.amount for goal in found.goals] + list(found.came.values()) + list(found.before.values()))
    step = WIDTH / len(days)

    def path(sums: Mapping[dt.date, Any]) -> str:
        points = [
            f"{step * (n + 1):.1f},{HEIGHT - HEIGHT * sums[day] / top:.1f}" for n, day in enumerate(days) if day in sums
        ]
        return f"M0,{HEIGHT} L{' L'.join(points)}" if points else ""

    came, last = path(found.came), max((days.index(day) for day in found.came), default=-1)
    names = [goal_name(goal) for goal in found.goals]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "step": f"{step:.1f}",
        "first": days[0],
        "last": days[-1],
        "came": came,
        "before": path(found.before),
        "area": f"{came} L{step * (last + 1):.1f},{HEIGHT}Z" if came else "",
        "goals": [
            {
                "goal": goal,
                "name": name,
                "path": path(dict(zip(days, goal.sums, strict=True))),
                "kind": "plan" if not goal.scenario else "other",
            }
            for name, goal in zip(names, found.goals, strict=True)
        ],
        "lines": [
            {"line": line, "goals": list(zip(names, line.goals, strict=True)), "left": f"{step * n:.1f}"}
            for n, line in enumerate(found.lines)
        ],
    }


def course_table(request: StoreRequest, _span: object) -> tuple[list[str], list[list[Cell]]]:
    """?month=2026-11: a row a day, sold by its end, to be sold by each goal, sold a year before."""
    store, month = request.store, month_of_request(request)
    target, closed = queries.pace(store, month.first).target, month_budget.so_far(store, month)
    found = courses.course(store, month, closed, target, drafts=sees_drafts(request))
    goals = found.goals if found else ()
    header = [_("Day"), _("Sales so far"), *map(goal_name, goals), _("Last year so far")]
    return header, [[x.day, x.came, *x.goals, x.before] for x in found.lines] if found else []
