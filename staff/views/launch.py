"""新店 13 天: a launch is begun, looked at as a grid of roles and days, moved and stopped."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opsplan.lib import clock
from staff import launch as shop
from staff.access import StoreRequest, for_store
from staff.models import TaskTemplate
from staff.roles import Action
from staff.templatetags.tasks import duty_names
from staff.views.tasks import common
from stores.downloads import file_response
from stores.spans import day_of


@for_store(Action.VIEW_TASKS)
@require_GET
def launches(request: StoreRequest) -> HttpResponse:
    return list_page(request)


def list_page(request: StoreRequest, error: str = "") -> HttpResponse:
    there = TaskTemplate.objects.filter(store=request.store, is_active=True, published__trigger=shop.DAILY)
    context = common(request, "templates") | {
        "launches": shop.launches(request.store),
        "has_templates": there.exists(),
        "days": shop.DAYS,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "staff/launches.html", context, status=422 if error else 200)


def day_asked(request: StoreRequest) -> dt.date:
    return day_of(request.POST.get("day")) or clock.today(request.store.timezone)


@for_store(Action.MANAGE_TASKS)
@require_POST
def launch_start(request: StoreRequest) -> HttpResponse:
    try:
        ref = shop.start(request.store, day_asked(request), request.POST.get("subject", ""))
    except ValidationError as problem:
        return list_page(request, " ".join(problem.messages))
    return redirect("launch", request.store.slug, ref)


@for_store(Action.VIEW_TASKS)
@require_GET
def launch(request: StoreRequest, ref: str) -> HttpResponse:
    found = shop.grid(request.member, ref)
    if found is None:
        raise Http404
    if request.GET.get("format"):
        header = [_("Work"), _("Who"), *(f"{x}" for x in found.days)]
        comma = _(", ")
        rows = [
            [x.title, duty_names(x.duties), *(comma.join(str(y.task.get_state_display()) for y in c) for c in x.cells)]
            for x in found.rows
        ]
        return file_response(request.GET["format"], f"{request.store.slug}-launch-{found.launch.first}", header, rows)
    return render(request, "staff/launch.html", common(request, "templates") | {"grid": found})


@for_store(Action.MANAGE_TASKS)
@require_POST
def launch_change(request: StoreRequest, ref: str) -> HttpResponse:
    """do=move (day) or stop."""
    known = next((x for x in shop.launches(request.store) if x.ref == ref), None)
    if known is None:
        raise Http404
    if request.POST.get("do") == "stop":
        shop.stop(request.store, ref)
        messages.success(request, _("What was open is gone; what was done stays."))
        return redirect("launches", request.store.slug)
    shop.place(request.store, ref, day_asked(request), known.subject)
    messages.success(request, _("What is open moved; what was done stays where it was."))
    return redirect("launch", request.store.slug, ref)
