"""A plan document's workbook comes back: compared field by field, then what is chosen is saved, as one step."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kpis.documents import document_import as sheets
from kpis.documents.plan_documents import Document
from kpis.variance import against
from kpis.views import plan_difference
from kpis.views.plan_difference import Kind, Line
from kpis.views.plan_documents import document_of
from kpis.views.plan_month import month_of_request
from kpis.workbooks.sheet_files import BadFile
from opsplan.lib.periods import Period
from staff.access import StoreRequest, for_store
from staff.roles import Action


def address(request: StoreRequest, document: Document, month: Period) -> str:
    return f"{reverse('plan_document', args=[request.store.slug, document.key])}?month={month.first:%Y-%m}"


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def document_import(request: StoreRequest, document: str) -> HttpResponse:
    """Choose a file; with one (field `file`), what it would change. Nothing is stored. ?month="""
    found, month = document_of(document), month_of_request(request)
    at = address(request, found, month)
    kind = Kind(
        title=_("Import: %(document)s") % {"document": found.title}, back=(at, _("To the document")),
        what=_("Cell"), now=_("In the document now"), same=_("Every field of %(file)s stands in the document already."),
        intro=_("Export the document as xlsx, fill in the yellow cells with Excel or WPS, and import the file here. "
                "You see every difference before anything is stored; two people's files merge where they do not touch "
                "the same field."),
        export=f"{at}&format=xlsx", merge=reverse("document_merge", args=[request.store.slug, found.key]),
        hidden={"month": f"{month.first:%Y-%m}"},
    )  # fmt: skip
    if request.method == "GET":
        return plan_difference.page(request, kind)
    try:
        file = plan_difference.file_of(request)
        people = against.people(request.store)
        moved = sheets.compare(request.store, found, month.first, sheets.read(file), people)
    except BadFile as error:
        return plan_difference.page(request, kind, error=str(error))
    lists = plan_difference.by_kind((x.kind, line(x)) for x in moved)
    return plan_difference.page(request, kind, file=file.name, lists=lists, moved=moved)


def line(moved: sheets.Moved) -> Line:
    item = json.dumps(moved.item) if moved.kind != "refused" else ""
    was, file, now = ((_("done") if x == "yes" and moved.key.endswith(".done") else x) or "—"
                      for x in (moved.was, moved.file, moved.now))  # fmt: skip
    return Line(moved.label, moved.address, was, file, now, moved.by, moved.error, item)


@for_store(Action.SET_TARGETS)
@require_POST
def document_merge(request: StoreRequest, document: str) -> HttpResponse:
    """Save the fields that were chosen (fields `take` and `clash-<n>`), as one step."""
    found, month = document_of(document), month_of_request(request)
    try:
        wanted = plan_difference.chosen(request)
    except ValueError:
        return HttpResponse(status=400)
    if any(not isinstance(x, dict) for x in wanted):
        return HttpResponse(status=400)
    if not wanted:
        messages.info(request, _("Nothing was chosen; the document stays as it was."))
        return redirect(address(request, found, month))
    people = against.people(request.store)
    try:
        count = sheets.merge(request.store, found, month.first, wanted, request.user, people)
    except (sheets.Clash, ValidationError) as error:
        told_no(request, error, _("Nothing was stored; import the file again to see how it stands now."))
        return redirect(address(request, found, month))
    said = ngettext(
        "%(count)d field was taken over from the file; undo takes it back.",
        "%(count)d fields were taken over from the file; undo takes them back together.", count,
    )  # fmt: skip
    messages.success(request, said % {"count": count})
    return redirect(address(request, found, month))


def told_no(request: StoreRequest, error: sheets.Clash | ValidationError, after: str) -> None:
    text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    messages.error(request, f"{text} {after}")


@for_store(Action.SET_TARGETS)
@require_POST
def document_undo(request: StoreRequest, document: str) -> HttpResponse:
    """Take back this person's last save or import of the document."""
    found, month = document_of(document), month_of_request(request)
    try:
        count = sheets.undo(request.store, found, month.first, request.user, against.people(request.store))
    except (sheets.Clash, ValidationError) as error:
        told_no(request, error, _("Nothing was taken back."))
        return redirect(address(request, found, month))
    messages.info(request, _("Taken back.") if count else _("There is nothing to undo."))
    return redirect(address(request, found, month))
