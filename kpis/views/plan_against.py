"""计划 › 达成: a month against its plan, and who answers for what."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from kpis.trends import courses
from kpis.variance import against
from kpis.views.plan import allowed, sees_drafts
from kpis.views.plan_course import course_words
from kpis.views.plan_month import head, month_of_request
from kpis.year.plan_rows import CHANNEL
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.VIEW_KPIS)
@require_GET
def plan_against(request: StoreRequest) -> HttpResponse:
    """?month=2026-11."""
    month = month_of_request(request)
    found = against.against(request.store, month)
    sees_team = allowed(request, Action.VIEW_DATA)
    course = courses.course(request.store, month, found.closed, found.pace.target, drafts=sees_drafts(request))
    context: dict[str, Any] = head(request, month, "against") | {
        "found": found,
        "pace": found.pace,
        "sees_team": sees_team,
        "choices": against.choices(request.store) if sees_team else {},
        "channel_key": CHANNEL,
        "course": course_words(course),
        "export": reverse("dashboard_export", args=[request.store.slug, "x"]).removesuffix("x"),
        "query": f"month={month.first:%Y-%m}",
    }
    return render(request, "kpis/plan_against.html", context)


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
