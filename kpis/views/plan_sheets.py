"""A plan's workbook comes back: the file is compared with the plan, a person looks, then what is chosen is stored."""

import json
from dataclasses import replace
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kpis.views import plan_difference, plan_words
from kpis.views.plan import plan_of, to_plan
from kpis.views.plan_difference import Kind, Line
from kpis.workbooks.sheet_files import BadFile
from kpis.year import plan_import as sheets
from kpis.year import plan_typed, plan_wire
from kpis.year.plan_cells import Conflict, Refused, set_cells
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def plan_import(request: StoreRequest, pk: int) -> HttpResponse:
    """Choose a file; with one (field `file`), what it would change, cell by cell. Nothing is stored."""
    found = plan_of(request, pk)
    if found.status != "draft":
        messages.error(request, _("Only a draft can be changed; begin a revision."))
        return to_plan(request, found)
    slug, at = request.store.slug, f"{reverse('targets', args=[request.store.slug])}?year={found.year}&v={found.number}"
    kind = Kind(
        title=_("Import the plan %(year)s") % {"year": found.year}, tag=f"v{found.number}",
        back=(at, _("To the plan")), what=_("Cell"), now=_("In the plan now"),
        same=_("Every cell of %(file)s stands in the plan already."),
        intro=_("Export the plan as xlsx, type into the yellow cells with Excel or WPS, and import the file here. "
                "You see every difference before anything is stored; two people's files merge where they do not touch "
                "the same cell. A table of your own is read, too (xlsx, xls, ods or csv): months side by side in one "
              "row, the figures with their names below."),
        accept=".xlsx,.xls,.ods,.csv", export=f"{at}&format=xlsx", merge=reverse("plan_merge", args=[slug, found.pk]),
    )  # fmt: skip
    if request.method == "GET":
        return plan_difference.page(request, kind)
    try:
        file = plan_difference.file_of(request)
        read = plan_typed.opened(file, file.name or "")
        difference = plan_typed.compare(found, read)
    except BadFile as error:
        return plan_difference.page(request, kind, error=str(error))
    notes = []
    if isinstance(read, plan_typed.Typed):
        kind = replace(kind, was=_("In the plan now"))
        notes.append(_("This table was not exported here: its rows were known by their names."))
    if difference.number != found.number:
        notes.append(_("The file was exported from version %(number)s.") % {"number": difference.number})
    if difference.missing:
        told = _("These rows are not in the file and stay as they are:")
        notes.append(told + _(", ").join(difference.missing))
    notes += difference.notes
    lists = plan_difference.by_kind((x.kind, line(x)) for x in difference.moved)
    return plan_difference.page(
        request, kind, file=file.name, lists=lists, notes=notes, problem=difference.problem, moved=difference.moved
    )


def line(moved: sheets.Moved) -> Line:
    month = plan_words.months()[moved.month - 1] if isinstance(moved.month, int) else moved.month.upper()
    was, file, now = (written(value, moved.unit) for value in (moved.was, moved.file, moved.now))
    item = json.dumps(moved.item) if moved.kind != "refused" else ""
    place = f"{moved.label} · " + month.replace("YEAR", _("Year"))
    return Line(place, moved.address, was, file, now, moved.by, moved.error, item)


def written(value: Decimal | str | None, unit: str) -> str:
    """Money to the fen: two amounts that differ must not look alike."""
    if isinstance(value, Decimal) and unit == "money":
        return plan_words.trimmed(value, 0, 2)
    if isinstance(value, Decimal):
        return plan_words.shown(value, unit if unit in plan_words.PLACES else "ratio")
    return value or plan_words.DASH


@for_store(Action.SET_TARGETS)
@require_POST
def plan_merge(request: StoreRequest, pk: int) -> HttpResponse:
    """Store the cells that were chosen (fields `take` and `clash-<n>`: JSON as `plan_cells` takes it), as one step."""
    found = plan_of(request, pk)
    try:
        items = plan_difference.chosen(request)
    except ValueError:
        return HttpResponse(status=400)
    if not items:
        messages.info(request, _("Nothing was chosen; the plan stays as it was."))
        return to_plan(request, found)
    try:
        set_cells(found, plan_wire.changes_of(found, items), request.user)
    except (Conflict, Refused) as error:
        nothing = _("Nothing was stored; import the file again to see how it stands now.")
        messages.error(request, f"{error} {nothing}")
        return to_plan(request, found)
    count = len(items)
    said = ngettext(
        "%(count)d cell was taken over from the file; undo takes it back.",
        "%(count)d cells were taken over from the file; undo takes them back together.", count,
    )  # fmt: skip
    messages.success(request, said % {"count": count})
    return to_plan(request, found)
