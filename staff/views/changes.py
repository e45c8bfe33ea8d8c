"""The change log of a store."""

from collections.abc import Iterable, Iterator
from itertools import islice

from auditlog.models import LogEntry
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from staff.access import StoreRequest, for_store
from staff.changelog import Change, told
from staff.queries import changes, kinds, people_in_log
from staff.roles import Action
from stores.downloads import file_response
from stores.spans import day_of

PAGE = 50
PIECE = 2000  # changes put into words at a time


def every(found: QuerySet[LogEntry]) -> Iterator[Change]:
    """All of them in words, piece by piece."""
    left = found.iterator(PIECE)
    while piece := list(islice(left, PIECE)):
        yield from told(piece)


def export(request: StoreRequest, found: Iterable[Change]) -> HttpResponse:
    header = [_("When"), _("Who"), _("What"), _("Which"), _("Field"), _("Before"), _("After")]
    rows = [
        (f"{timezone.localtime(x.at):%Y-%m-%d %H:%M:%S}", x.who, x.kind, x.which, field, old, new)
        for x in found
        for field, old, new in x.fields or [("", "", "")]
    ]
    return file_response(request.GET["format"], f"{request.store.slug}-changes", header, rows)


@for_store(Action.VIEW_AUDIT)
@require_GET
def audit(request: StoreRequest) -> HttpResponse:
    """Newest first, by person, by kind of thing and by the store's local days."""
    person, kind = request.GET.get("person", ""), request.GET.get("kind", "")
    first, last = day_of(request.GET.get("from", "")), day_of(request.GET.get("to", ""))
    found = changes(
        request.store, person=int(person) if person.isdecimal() else None, kind=kind, first=first, last=last
    )
    if request.GET.get("format"):
        return export(request, every(found))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "changes": told(page),
        "people": people_in_log(request.store),
        "kinds": kinds(),
        "person": person,
        "kind": kind,
        "first": first,
        "last": last,
        "is_filtered": bool(person or kind or first or last),
    }
    return render(request, "staff/changes.html", context)
