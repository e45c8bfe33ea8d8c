"""A month's workbook comes back: the file is compared with the month, a person looks, then what is chosen is stored."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kpis.daybook import day_import, month_plan
from kpis.days import day_cells, day_plan
from kpis.views import plan_difference
from kpis.views.plan_difference import Kind, Line
from kpis.views.plan_month import back, month_of_request
from kpis.workbooks.sheet_files import BadFile
from kpis.year.plan_cells import Conflict, Refused
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def plan_month_import(request: StoreRequest) -> HttpResponse:
    """Choose a file; with one (field `file`), which days it would change. Nothing is stored. ?month="""
    month, slug = month_of_request(request), request.store.slug
    text = f"{month.first:%Y-%m}"
    at = f"{reverse('plan_month', args=[slug])}?month={text}"
    kind = Kind(
        title=_("Import the month %(month)s") % {"month": text}, back=(at, _("To the month")), what=_("Day"),
        now=_("In the month now"), same=_("Every day of %(file)s stands in the month already."),
        intro=_("Export the month as xlsx, fix days in the yellow cells with Excel or WPS, and import the file here. "
                "You see every difference before anything is stored; two people's files merge where they do not touch "
                "the same day."),
        export=f"{at}&format=xlsx", merge=reverse("plan_month_merge", args=[slug]), hidden={"month": text},
    )  # fmt: skip
    if request.method == "GET":
        return plan_difference.page(request, kind)
    try:
        file = plan_difference.file_of(request)
        moved = day_import.compare(request.store, month, day_import.read(file))
    except BadFile as error:
        return plan_difference.page(request, kind, error=str(error))
    amounts = day_plan.book_of(request.store).amounts(month, day_plan.month_target(request.store, month))
    lines = []
    for each in moved:
        item = "" if each.kind == "refused" else json.dumps(day_import.item(each, amounts.get(each.change.day)))
        was, file_says, now = (day_import.written(x) for x in (each.was, each.file, each.now))
        lines.append((each.kind, Line(each.day, "", was, file_says, now, each.by, each.error, item)))
    return plan_difference.page(request, kind, file=file.name, lists=plan_difference.by_kind(lines), moved=moved)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_month_merge(request: StoreRequest) -> HttpResponse:
    """Store the days that were chosen (fields `take` and `clash-<n>`: JSON as the calendar sends it), as one step."""
    month = month_of_request(request)
    try:
        chosen = plan_difference.chosen(request)
    except ValueError:
        return HttpResponse(status=400)
    if not chosen:
        messages.info(request, _("Nothing was chosen; the month stays as it was."))
        return back(request, month)
    try:
        changes = month_plan.changes_of(month, chosen)
        day_cells.set_days(request.store, month, changes, request.user)
    except (Conflict, Refused) as error:
        nothing = _("Nothing was stored; import the file again to see how it stands now.")
        messages.error(request, f"{error} {nothing}")
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
