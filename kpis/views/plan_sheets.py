"""A plan's workbook comes back: the file is compared with the plan, a person looks, then what is chosen is stored."""

import json
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kpis import plan_import as sheets
from kpis import plan_wire
from kpis.plan_cells import Conflict, Refused, set_cells
from kpis.views import plan_words
from kpis.views.plan import plan_of, to_plan
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
    context: dict[str, Any] = {"plan": found, "year": found.year, "limit": sheets.LIMIT_MB}
    if request.method == "GET":
        return render(request, "kpis/plan_import.html", context)
    file = request.FILES.get("file")
    try:
        if not isinstance(file, UploadedFile):
            raise sheets.BadFile(_("Choose a file."))
        difference = sheets.compare(found, sheets.read(file))
    except sheets.BadFile as error:
        return render(request, "kpis/plan_import.html", context | {"error": str(error)}, status=422)
    lists = {kind: [line(x) for x in difference.of(kind)] for kind in ("change", "conflict", "refused")}
    context |= {"file": file.name, "difference": difference, "lists": lists}
    return render(request, "kpis/plan_import.html", context)


def line(moved: sheets.Moved) -> dict[str, Any]:
    """A cell for the page, with the JSON that a chosen box sends back."""
    month = plan_words.months()[moved.month - 1] if isinstance(moved.month, int) else moved.month.upper()
    texts = {name: written(value, moved.unit) for name, value in
             (("was", moved.was), ("file", moved.file), ("now", moved.now))}  # fmt: skip
    return {
        "moved": moved, "place": f"{moved.label} · {month.replace('YEAR', _('Year'))}", **texts,
        "item": json.dumps(moved.item) if moved.kind != "refused" else "",
    }  # fmt: skip


def written(value: Decimal | str | None, unit: str) -> str:
    if isinstance(value, Decimal):
        return plan_words.shown(value, unit if unit in plan_words.PLACES else "ratio")
    return value or plan_words.DASH


@for_store(Action.SET_TARGETS)
@require_POST
def plan_merge(request: StoreRequest, pk: int) -> HttpResponse:
    """Store the cells that were chosen (fields `take` and `clash-<n>`: JSON as `plan_cells` takes it), as one step."""
    found = plan_of(request, pk)
    chosen = [
        x for name, texts in request.POST.lists() if name == "take" or name.startswith("clash-") for x in texts if x
    ]
    if not chosen:
        messages.info(request, _("Nothing was chosen; the plan stays as it was."))
        return to_plan(request, found)
    try:
        items = [json.loads(text) for text in chosen]
    except ValueError:
        return HttpResponse(status=400)
    try:
        set_cells(found, plan_wire.changes_of(found, items), request.user)
    except (Conflict, Refused) as error:
        messages.error(request, f"{error} {_('Nothing was stored; import the file again to see how it stands now.')}")
        return to_plan(request, found)
    count = len(items)
    said = ngettext(
        "%(count)d cell was taken over from the file; undo takes it back.",
        "%(count)d cells were taken over from the file; undo takes them back together.", count,
    )  # fmt: skip
    messages.success(request, said % {"count": count})
    return to_plan(request, found)
