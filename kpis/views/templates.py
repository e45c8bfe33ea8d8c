"""Workbooks to fill in, for what no platform exports."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from kpis.files.import_template import TEMPLATES, workbook
from opsplan.lib.sheets import TYPES
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.IMPORT_DATA)
@require_GET
def import_template(request: StoreRequest, which: str) -> HttpResponse:
    """The template as a file."""
    if which not in TEMPLATES:
        raise Http404
    response = HttpResponse(workbook(TEMPLATES[which]), content_type=TYPES["xlsx"])
    response["Content-Disposition"] = f'attachment; filename="opsplan-{which}.xlsx"'
    return response
