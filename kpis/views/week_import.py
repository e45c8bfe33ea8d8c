"""The weekly sheet's workbook comes back: compared cell by cell, then what is chosen becomes entries, as one step."""

import datetime as dt
import json
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kpis.views import plan_difference
from kpis.views.entries import count_again
from kpis.views.plan_difference import Kind, Line
from kpis.views.week import sheet_labels
from kpis.week import entry_sheet
from kpis.week import week_import as sheets
from kpis.workbooks.sheet_files import BadFile
from opsplan.lib import cells
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.spans import day_of


@for_store(Action.ENTER_DATA)
@require_http_methods(["GET", "POST"])
def week_import(request: StoreRequest) -> HttpResponse:
    """Choose a file; with one (field `file`), what it would change. Nothing is stored. ?days=, ?start= as the sheet."""
    slug, query = request.store.slug, request.GET.urlencode()
    kind = Kind(
        title=_("Import the weekly sheet"),
        back=(f"{reverse('dashboard_week', args=[slug])}?{query}", _("To the weekly sheet")), what=_("Cell"),
        now=_("Typed here now"), same=_("Every cell of %(file)s stands in the sheet already."),
        intro=_("Export the sheet as xlsx, type into the yellow cells with Excel or WPS, and import the file here. You "
                "see every difference before anything is stored; two people's files merge where they do not touch the "
                "same cell."),
        export=f"{reverse('dashboard_export', args=[slug, 'week'])}?{query}&format=xlsx",
        merge=reverse("week_merge", args=[slug]),
    )  # fmt: skip
    if request.method == "GET":
        return plan_difference.page(request, kind)
    try:
        file = plan_difference.file_of(request)
        moved = sheets.compare(request.store, sheets.read(file))
    except BadFile as error:
        return plan_difference.page(request, kind, error=str(error))
    names = sheet_labels()
    lists = plan_difference.by_kind((x.kind, line(x, names)) for x in moved)
    return plan_difference.page(request, kind, file=file.name, lists=lists, moved=moved)


def line(moved: sheets.Moved, names: dict[str, str]) -> Line:
    was, file, now = (shown(value, moved.measure) for value in (moved.was, moved.file, moved.now))
    item = json.dumps(moved.item) if moved.kind != "refused" else ""
    place = f"{names.get(moved.measure, moved.measure)} · {moved.day}"
    return Line(place, moved.address, was, file, now, moved.by, moved.error, item)


def shown(value: Decimal | str | None, measure: str) -> str:
    unit = entry_sheet.unit_of(measure) if entry_sheet.may_be_typed(measure) else "ratio"
    return (cells.write(value, unit) if isinstance(value, Decimal) else value or "") or "—"


def back(request: StoreRequest, day: str = "") -> HttpResponse:
    """To the sheet that shows the day."""
    found = day_of(day)
    query = f"?start={found}" if found else ""
    return redirect(f"{reverse('dashboard_week', args=[request.store.slug])}{query}")


@for_store(Action.ENTER_DATA)
@require_POST
def week_merge(request: StoreRequest) -> HttpResponse:
    """Store the cells that were chosen (fields `take` and `clash-<n>`), as one step; `name`: the file's."""
    try:
        wanted = [sheets.taken(x) for x in plan_difference.chosen(request)]
    except (ValueError, AttributeError):
        return HttpResponse(status=400)
    if not wanted:
        messages.info(request, _("Nothing was chosen; the sheet stays as it was."))
        return back(request)
    first = min(x.day for x in wanted).isoformat()
    try:
        count = sheets.merge(request.store, wanted, request.user, request.POST.get("name", ""))
    except sheets.Clash as error:
        nothing = _("Nothing was stored; import the file again to see how it stands now.")
        messages.error(request, f"{error} {nothing}")
        return back(request, first)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return back(request, first)
    count_again(request, {x.day for x in wanted})
    said = ngettext(
        "%(count)d cell was taken over from the file; undo takes it back.",
        "%(count)d cells were taken over from the file; undo takes them back together.", count,
    )  # fmt: skip
    messages.success(request, said % {"count": count})
    return back(request, first)


@for_store(Action.ENTER_DATA)
@require_POST
def week_undo(request: StoreRequest) -> HttpResponse:
    """Take back this person's last import of the sheet."""
    try:
        edit = sheets.undo(request.store, request.user)
    except (sheets.Clash, ValidationError) as error:
        text = str(error) if isinstance(error, sheets.Clash) else " ".join(error.messages)
        messages.error(request, text + " " + _("Nothing was taken back."))
        return back(request)
    if edit is None:
        messages.info(request, _("There is nothing to undo."))
        return back(request)
    count_again(request, {dt.date.fromisoformat(place.rpartition(":")[2]) for place in edit.changes})
    messages.success(request, _("What came from %(file)s was taken back.") % {"file": edit.file or _("the file")})
    return back(request, min(edit.changes).rpartition(":")[2] if edit.changes else "")
