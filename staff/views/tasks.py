"""任务: a person's day, one task in full, and everything that is done with it.

Every deed is a plain form. The page's module sends it without leaving the page, keeps it while there is no network,
and says when it was done; the answer then is JSON {state, warning} or {error}.
"""

import datetime as dt
import secrets
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period
from opsplan.lib.text import sentences
from staff import approvals, handover, photos, roster, spawning, task_queries, ticking
from staff.access import StoreRequest, for_store
from staff.models import State, Task, TaskComment, TaskEvent, TaskTemplate
from staff.presence import presence_for
from staff.queries import team
from staff.roles import Action, Level
from staff.ticking import Deed
from staff.views import checked
from stores.spans import day_of


def day_asked(request: StoreRequest) -> dt.date:
    """?day=, else today."""
    return day_of(request.GET.get("day")) or clock.today(request.store.timezone)


def manages(request: StoreRequest) -> bool:
    return request.member.may(Action.MANAGE_TASKS)


@for_store(Action.VIEW_TASKS)
@require_GET
def myday(request: StoreRequest) -> HttpResponse:
    """?part=1 is the list alone, for the page that refreshes itself."""
    day, today = day_asked(request), clock.today(request.store.timezone)
    spawning.ensure(request.store, day)
    found = task_queries.my_day(request.member, day)
    versions = [x.version for part in (found.now, found.next, found.done, found.over) for x in part]
    works = day == today and request.member.may(Action.WORK_SHIFTS)
    context = {
        "tab": "myday",
        "my": found,
        "turns": roster.known_turns(request.store, Period(day, day), request.user),
        "handed": handover.unread(request.store, request.user) if works else None,
        "day": day,
        "today": today,
        "before": day - DAY,
        "after": day + DAY,
        "here": clock.here(request.store.timezone),
        "units": checked.units(versions),
        "key": secrets.token_hex(8),
        "has_templates": bool(versions) or TaskTemplate.objects.filter(store=request.store).exists(),
        "manages": manages(request),
        "to_approve": approvals.waiting_on(approvals.open_ones(request.store), request.user),
    }
    template = "staff/_tasks_day.html" if request.GET.get("part") else "staff/tasks_myday.html"
    response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response


def the_task(request: StoreRequest, pk: int) -> Task:
    return get_object_or_404(task_queries.of_store(request.store), pk=pk)


@for_store(Action.VIEW_TASKS)
@require_GET
def task(request: StoreRequest, pk: int) -> HttpResponse:
    return task_page(request, the_task(request, pk))


def task_page(request: StoreRequest, found: Task, error: str = "", status: int = 200) -> HttpResponse:
    """One task: how it is done, its steps, evidence, what was said, and what happened to it."""
    line = task_queries.lines(request.member, [found])[0]
    context = {
        "line": line,
        "unit": checked.unit_of(line.version),
        "warning": checked.warning(found),
        "comments": TaskComment.objects.filter(task=found).select_related("by"),
        "events": TaskEvent.objects.filter(task=found).select_related("by"),
        "people": [x.user for x in team(request.store) if x.level not in (Level.VIEWER, Level.CLIENT)],
        "manages": manages(request),
        "may_talk": request.member.may(Action.DO_TASKS),
        "error": error,
        "photo_is_gone": bool(found.photo) and not photos.place(found.photo).exists(),
        "key": secrets.token_hex(8),
        "today": clock.today(request.store.timezone),
    }
    template = "staff/_task.html" if request.headers.get("HX-Request") else "staff/task.html"
    return render(request, template, context, status=status)


def deed_of(request: StoreRequest, found: Task) -> Deed:
    """The form as a deed. ValidationError by field."""
    post = request.POST
    what, key = post.get("do", ""), post.get("key", "")[:64] or secrets.token_hex(8)
    is_new = not TaskEvent.objects.filter(task=found, key=key).exists()
    file = request.FILES.get("photo") if what in ("tick", "note") and is_new else None
    number = checked.read_number(found.version, post.get("number", "")) if what in ("tick", "note") else None
    person = post.get("person", "")
    at = parse_datetime(post.get("at", "")) if post.get("at") else None
    return Deed(
        what=what,
        key=key,
        at=at if at and at.tzinfo else None,
        number=number,
        figure=checked.figure_for(request.store, found) if number is not None else None,
        text=post.get("text"),
        link=post.get("link"),
        photo=photos.keep(request.store.pk, file) if file and file.file else "",
        reason=post.get("reason", ""),
        step=int(post["step"]) if post.get("step", "").isdigit() else 0,
        on=post.get("on", "1") == "1",
        person=int(person) if person.isdigit() else None,
    )


@for_store(Action.DO_TASKS)
@require_POST
def task_do(request: StoreRequest, pk: int) -> HttpResponseBase:
    """Do what the form says: tick, untick, skip, reason, note, step, hand."""
    found, by_script = the_task(request, pk), request.headers.get("X-Requested-With") == "fetch"
    try:
        if not ticking.may_do(found, request.member, presence_for(request.member, [found])):
            raise PermissionDenied
        deed = deed_of(request, found)
        done = ticking.act(pk, request.member, deed)
    except (ValidationError, ValueError) as problem:
        error = " ".join(problem.messages) if isinstance(problem, ValidationError) else _("This cannot be read.")
        if by_script:
            return JsonResponse({"error": error}, status=422)
        return task_page(request, found, error, 422)
    warning = already_done(request, found, deed)
    if not warning and request.POST.get("number"):
        warning = checked.warning(done)
    if by_script:
        return JsonResponse({"state": done.state, "warning": warning})
    if warning:
        messages.warning(request, warning)
    return back(request, pk)


def already_done(request: StoreRequest, before: Task, deed: Deed) -> str:
    """A sentence for who ticks what somebody else has ticked: theirs counts, this one's evidence is not kept."""
    if deed.what != "tick" or before.state != State.DONE or before.done_at is None or before.done_by == request.user:
        return ""
    at = before.done_at.astimezone(ZoneInfo(request.store.timezone))
    said = _("%(who)s has done this already, %(when)s.") % {"who": before.done_by, "when": f"{at:%m-%d %H:%M}"}
    brought = deed.photo or deed.number is not None or (deed.text or "").strip() or (deed.link or "").strip()
    return sentences(said, _("What you handed in was not kept.")) if brought else said


def back(request: StoreRequest, pk: int) -> HttpResponse:
    """To the page the form stood on: the day, or the task."""
    if request.POST.get("from") == "day":
        return redirect("myday", request.store.slug)
    return redirect("task", request.store.slug, pk)


@for_store(Action.DO_TASKS)
@require_POST
def task_comment(request: StoreRequest, pk: int) -> HttpResponse:
    found = the_task(request, pk)
    try:
        ticking.comment(found, request.member, request.POST.get("text", ""))
    except ValidationError as problem:
        return task_page(request, found, " ".join(problem.messages), 422)
    if request.headers.get("HX-Request"):
        return task_page(request, found)
    return redirect("task", request.store.slug, pk)


@for_store(Action.VIEW_TASKS)
@require_GET
def task_photo(request: StoreRequest, pk: int) -> HttpResponseBase:
    return photos.shown(the_task(request, pk).photo)


def common(request: StoreRequest, tab: str) -> dict[str, Any]:
    """What the head of every page about tasks needs."""
    return {"tab": tab, "manages": manages(request), "today": clock.today(request.store.timezone)}
