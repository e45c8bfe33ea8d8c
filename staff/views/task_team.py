"""What the team has done: the day by person and duty, the week as a matrix, the duty list on paper, statistics."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, month_of, week_of
from staff import desk, spawning, task_queries
from staff.access import StoreRequest, for_store
from staff.models import State
from staff.queries import memberships
from staff.roles import Action
from staff.task_queries import Line, Tally
from staff.task_words import slot
from staff.templatetags.tasks import doers, duty_names
from staff.views.tasks import common, day_asked
from stores.downloads import file_response
from stores.models import Store
from stores.spans import day_of

LONGEST = 400


@for_store(Action.VIEW_TASKS)
@require_GET
def team_day(request: StoreRequest) -> HttpResponse:
    day = day_asked(request)
    spawning.ensure(request.store, day)
    context = common(request, "team") | {
        "team": task_queries.team_day(request.member, day),
        "day": day,
        "before": day - DAY,
        "after": day + DAY,
    }
    return render(request, "staff/tasks_team.html", context)


@for_store(Action.VIEW_TASKS)
@require_GET
def task_week(request: StoreRequest) -> HttpResponse:
    """The week that holds ?day=."""
    days = week_of(day_asked(request))
    spawning.ensure(request.store, days.last)
    context = common(request, "week") | {
        "days": list(days),
        "rows": task_queries.week(request.member, days),
        "before": days.first - 7 * DAY,
        "after": days.first + 7 * DAY,
    }
    return render(request, "staff/tasks_week.html", context)


@for_store(Action.VIEW_TASKS)
@require_GET
def duty_sheet(request: StoreRequest) -> HttpResponse:
    """《每日工作计划》: 时间 / 工作内容 / 负责人 / 完成情况, to print or as a file. ?all=1 adds work without a time."""
    day = day_asked(request)
    spawning.ensure(request.store, day)
    found = task_queries.day_lines(request.member, day)
    every = request.GET.get("all") == "1"
    shown = [x for x in found if x.task.starts or every]
    if request.GET.get("format"):
        header = [_("Time"), _("Work"), _("Responsible"), _("Done?")]
        rows = [[slot(x.task.starts, x.task.ends), x.version.title, owner(x), outcome(x)] for x in shown]
        return file_response(request.GET["format"], f"{request.store.slug}-{day}", header, rows)
    context = common(request, "sheet") | {
        "rows": [(x, owner(x), outcome(x)) for x in shown],
        "day": day,
        "before": day - DAY,
        "after": day + DAY,
        "every": every,
        "left_out": len(found) - len(shown),
    }
    return render(request, "staff/tasks_sheet.html", context)


def owner(line: Line) -> str:
    return doers(line) if line.counts else "—"


def outcome(line: Line) -> str:
    """√, or why not; empty while it is open."""
    if not line.counts:
        return ""
    if line.state == State.DONE:
        return _("√ late") if line.is_late else "√"
    said = {State.MISSED: _("missed"), State.SKIPPED: _("skipped")}.get(State(line.state), "")
    return said + _(": ") + line.task.reason if said and line.task.reason else said


def span_asked(request: StoreRequest) -> Period:
    """?from=, ?to= (local days), else this month up to today."""
    today = clock.today(request.store.timezone)
    first = day_of(request.GET.get("from", "")) or month_of(today).first
    last = day_of(request.GET.get("to", "")) or max(today, first)
    last = min(max(last, first), first + LONGEST * DAY)
    return Period(first, last)


@for_store(Action.VIEW_TASKS)
@require_GET
def task_statistics(request: StoreRequest) -> HttpResponse:
    """On time, late, missed: ?by=person|duty|template|store, the last over all stores whose tasks one may see."""
    by = request.GET.get("by", "person")
    by = by if by in task_queries.GROUPS else "person"
    days = span_asked(request)
    tallies = task_queries.statistics(stores_seen(request) if by == "store" else [request.store], days, by)
    rows = [(name_of(x, by), x) for x in tallies]
    if request.GET.get("format"):
        header = [HEADS[by](), _("On time"), _("Late"), _("Missed"), _("Skipped"), _("Open"), _("On time, share")]
        table = [[name, x.on_time, x.late, x.missed, x.skipped, x.open, x.on_time_share] for name, x in rows]
        return file_response(
            request.GET["format"], f"{request.store.slug}-tasks-{days.first}-{days.last}", header, table
        )
    context = common(request, "statistics") | {
        "by": by,
        "head": HEADS[by](),
        "groups": [(key, HEADS[key]()) for key in task_queries.GROUPS],
        "rows": rows,
        "period": days,
    }
    if by == "person":
        people, every = desk.figures(request.store, days)
        context |= {"desk": people, "every": every}
    return render(request, "staff/tasks_statistics.html", context)


HEADS = {
    "person": lambda: _("Person"),
    "duty": lambda: _("Duty"),
    "template": lambda: _("Work"),
    "store": lambda: _("Store"),
}


def name_of(tally: Tally, by: str) -> str:
    if by == "duty":
        return duty_names([tally.key])
    return tally.name or _("Nobody in particular")


def stores_seen(request: StoreRequest) -> list[Store]:
    return [x.store for x in memberships(request.user) if x.may(Action.VIEW_TASKS)]
