"""计划 › 里程碑: goals with a day, market phases, and the cash guard."""

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis import queries
from kpis.advice import milestones as rules
from kpis.views.plan import allowed, sees_drafts, year_asked
from opsplan.lib import cells, clock
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.spans import day_of


@for_store(Action.VIEW_DATA)
@require_GET
def milestones(request: StoreRequest) -> HttpResponse:
    """?year= for the cash guard."""
    today = clock.today(request.store.timezone)
    year = year_asked(request, today)
    guard = rules.cash_guard(request.store, year)
    context = {
        "tab": "milestones",
        "year": year,
        "today": today,
        "may_edit": allowed(request, Action.SET_TARGETS),
        "sees_drafts": sees_drafts(request),
        "goals": rules.goals(request.store),
        "figures": rules.figures_on_offer(request.store),
        "phases": rules.phases(request.store),
        "guard": guard,
        "short": next((month for month in guard if month.is_short), None),
        "lines": rules.cash_lines(request.store),
    }
    return render(request, "kpis/milestones.html", context)


def done(request: StoreRequest, work: Callable[[], object], told: str, place: str) -> HttpResponse:
    try:
        work()
        messages.success(request, told)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except ValueError as error:
        messages.error(request, _(cells.sentence_of(error)))
    response = redirect("milestones", request.store.slug)
    response["Location"] += place
    return response


@for_store(Action.SET_TARGETS)
@require_POST
def milestone_set(request: StoreRequest) -> HttpResponse:
    """Fields: title, metric, goal, start, due, window, conversion."""
    posted = request.POST

    def work() -> None:
        metric = posted.get("metric", "")
        unit = queries.metric(metric).unit if metric in rules.FIGURES else "count"
        window = posted.get("window", "7")
        conversion = posted.get("conversion", "")
        rules.set_milestone(
            request.store, request.user, title=posted.get("title", ""), metric=metric,
            goal=cells.read(posted.get("goal", ""), unit), start=day_of(posted.get("start", "")),
            due=day_of(posted.get("due", "")), window=int(window) if window.isdecimal() else 0,
            conversion=cells.read(conversion, "rate") if conversion.strip() else None,
        )  # fmt: skip

    return done(request, work, _("The milestone is set."), "#goals")


@for_store(Action.SET_TARGETS)
@require_POST
def phase_add(request: StoreRequest) -> HttpResponse:
    """Fields: name, first, last (months), text; or do=found for the three phases of the founding plan."""
    posted = request.POST

    def work() -> None:
        if posted.get("do") == "found":
            rules.found_phases(request.store)
        else:
            first, last = (month_day(posted.get(name, "")) for name in ("first", "last"))
            rules.add_phase(request.store, posted.get("name", ""), first, last, posted.get("text", ""))

    return done(request, work, _("The phase is set."), "#phases")


def month_day(text: str) -> dt.date | None:
    return day_of(f"{text}-01") if len(text) == 7 else None


@for_store(Action.SET_TARGETS)
@require_POST
def cash_add(request: StoreRequest) -> HttpResponse:
    """Fields: day, kind, amount, note."""
    posted = request.POST

    def work() -> None:
        amount = cells.read(posted.get("amount", ""), "money")
        day, note = day_of(posted.get("day", "")), posted.get("note", "")
        rules.add_cash(request.store, request.user, day, posted.get("kind", ""), amount, note)

    return done(request, work, _("The line is kept."), "#cash")


@for_store(Action.SET_TARGETS)
@require_POST
def milestone_remove(request: StoreRequest, kind: str, pk: int) -> HttpResponse:
    """kind: milestone, phase or cash."""
    if kind not in ("milestone", "phase", "cash") or not rules.is_there(request.store, kind, pk):
        raise Http404
    return done(request, lambda: rules.remove(request.store, kind, pk), _("Taken away."), "")
