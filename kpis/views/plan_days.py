"""A month's workbook comes back: the file is compared with the month, a person looks, then what is chosen is stored."""

import json
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kpis import day_import, day_plan, month_plan
from kpis.plan_cells import Conflict, Refused
from kpis.plan_import import LIMIT_MB, BadFile
from kpis.views.plan_month import back, head, month_of_request
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def plan_month_import(request: StoreRequest) -> HttpResponse:
    """Choose a file; with one (field `file`), which days it would change. Nothing is stored. ?month="""
    month, file = month_of_request(request), request.FILES.get("file")
    context = head(request, month, "month") | {"limit": LIMIT_MB}
    if request.method == "GET":
        return render(request, "kpis/plan_month_import.html", context)
    try:
        if not isinstance(file, UploadedFile):
            raise BadFile(_("Choose a file."))
        moved = day_import.compare(request.store, month, day_import.read(file))
    except BadFile as error:
        return render(request, "kpis/plan_month_import.html", context | {"error": str(error)}, status=422)
    amounts = day_plan.book_of(request.store).amounts(month, day_plan.month_target(request.store, month))
    lists: dict[str, list[dict[str, Any]]] = {"change": [], "conflict": [], "refused": []}
    for each in moved:
        item = {} if each.kind == "refused" else day_import.item(each, amounts.get(each.change.day))
        lists[each.kind].append(day_import.told(each) | {"item": json.dumps(item)})
    return render(request, "kpis/plan_month_import.html", context | {"file": file.name, "moved": moved, "lists": lists})


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_merge(request: StoreRequest) -> HttpResponse:
    """Store the days that were chosen (fields `take` and `clash-<n>`: JSON as the calendar sends it), as one step."""
    month = month_of_request(request)
    chosen = [
        x for name, texts in request.POST.lists() if name == "take" or name.startswith("clash-") for x in texts if x
    ]
    if not chosen:
        messages.info(request, _("Nothing was chosen; the month stays as it was."))
        return back(request, month)
    try:
        changes = month_plan.changes_of(month, [json.loads(text) for text in chosen])
        day_plan.set_days(request.store, month, changes, request.user)
    except (Conflict, Refused) as error:
        messages.error(request, f"{error} {_('Nothing was stored; import the file again to see how it stands now.')}")
        return back(request, month)
    except ValueError:
        return HttpResponse(status=400)
    count = len(chosen)
    said = ngettext(
        "%(count)d day was taken over from the file; undo takes it back.",
        "%(count)d days were taken over from the file; undo takes them back together.", count,
    )  # fmt: skip
    messages.success(request, said % {"count": count})
    return back(request, month)
