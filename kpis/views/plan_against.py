"""计划 › 达成: a month against its plan, and who answers for what."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis import against, courses, plans
from kpis.plan_rows import CHANNEL
from kpis.views.plan import allowed, sees_drafts
from kpis.views.plan_month import head, month_of_request
from staff.access import StoreRequest, for_store
from staff.roles import Action

WIDTH, HEIGHT = 600, 180


@for_store(Action.VIEW_KPIS)
@require_GET
def plan_against(request: StoreRequest) -> HttpResponse:
    """?month=2026-11."""
    month = month_of_request(request)
    found = against.against(request.store, month)
    sees_team = allowed(request, Action.VIEW_DATA)
    context: dict[str, Any] = head(request, month, "against") | {
        "found": found,
        "pace": found.pace,
        "sees_team": sees_team,
        "choices": against.choices(request.store) if sees_team else {},
        "channel_key": CHANNEL,
        "course": course_words(request, found),
    }
    return render(request, "kpis/plan_against.html", context)


def course_words(request: StoreRequest, told: against.Against) -> dict[str, Any] | None:
    """The month added up day by day as paths in a box of WIDTH x HEIGHT, with a line for each goal."""
    pace = told.pace
    found = courses.course(request.store, pace.month, told.closed, pace.target, drafts=sees_drafts(request))
    if found is None:
        return None
    days, names = list(found.month), plans.scenarios()
    top = max([goal.amount for goal in found.goals] + list(found.came.values()))

    def path(sums: Mapping[dt.date, Decimal]) -> str:
        points = [
            f"{WIDTH * (n + 1) / len(days):.1f},{HEIGHT - HEIGHT * sums[day] / top:.1f}"
            for n, day in enumerate(days)
            if day in sums
        ]
        return f"M0,{HEIGHT} L{' L'.join(points)}" if points else ""

    came, last = path(found.came), max((days.index(day) for day in found.came), default=-1)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "first": days[0],
        "last": days[-1],
        "came": came,
        "area": f"{came} L{WIDTH * (last + 1) / len(days):.1f},{HEIGHT}Z" if came else "",
        "total": found.came[days[last]] if came else None,
        "goals": [
            {
                "goal": goal,
                "name": names.get(goal.scenario) or _("Target in force"),
                "path": path(dict(zip(days, goal.sums, strict=True))),
                "kind": "plan" if not goal.scenario else "other",
            }
            for goal in found.goals
        ],
    }


@for_store(Action.SET_TARGETS)
@require_POST
def plan_owner(request: StoreRequest) -> HttpResponse:
    """Fields: month, key, owner (a user's id, `duty:<key>`, or nothing)."""
    try:
        against.assign(request.store, request.POST.get("key", ""), request.POST.get("owner", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    month = month_of_request(request)
    return redirect(f"{reverse('plan_against', args=[request.store.slug])}?month={month.first:%Y-%m}")
