"""历史: every file the store was ever given, to search, filter, sort and take away."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis.files import layouts, uploads
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.spans import day_of

PAGE = 50
MOST_EXPORTED = 10_000


def day_start(request: StoreRequest, name: str, plus: int = 0) -> dt.datetime | None:
    """The instant at which the store's day ?name= (plus some days) begins; None when it is absent or no day."""
    day = day_of(request.GET.get(name))
    zone = ZoneInfo(request.store.timezone)
    return dt.datetime.combine(day + dt.timedelta(days=plus), dt.time(), zone) if day else None


def wanted(request: StoreRequest) -> uploads.Filter:
    by = request.GET.get("by", "")
    return uploads.Filter(
        search=request.GET.get("q", "").strip(),
        state=request.GET.get("state", ""),
        source=request.GET.get("source", ""),
        by=int(by) if by.isdecimal() else None,
        since=day_start(request, "from"),
        until=day_start(request, "to", plus=1),
    )


def exported(request: StoreRequest, found: list[uploads.Upload]) -> HttpResponse:
    header = [
        _("Uploaded at"), _("File"), _("Layout"), _("Encoding"), _("State"), _("By"), _("Rows"), _("New rows"),
        _("Changed rows"), _("Unchanged rows"), _("Older"), _("Problem rows"), _("First day"), _("Last day"),
    ]  # fmt: skip
    zone = ZoneInfo(request.store.timezone)
    rows = (
        (
            u.created_at.astimezone(zone), u.name, layouts.name(u.source), u.encoding, str(u.get_state_display()),
            str(u.by or ""), u.rows, u.new, u.changed, u.unchanged, u.older, u.rejected, u.first_day, u.last_day,
        )
        for u in found
    )  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-imports", header, rows)


@for_store(Action.VIEW_DATA)
@require_GET
def history(request: StoreRequest) -> HttpResponse:
    filters, sort = wanted(request), request.GET.get("sort", "-at")
    found = uploads.upload_list(request.store, filters, sort)
    if request.GET.get("format"):
        return exported(request, list(found[:MOST_EXPORTED]))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    people = uploads.uploaders(request.store)
    context = {
        "tab": "history",
        "page": page,
        "rows": [(upload, layouts.describe(upload)) for upload in page],
        "filters": filters,
        "sort": sort if sort in uploads.SORTS else "-at",
        "states": uploads.State.choices,
        "sources": [(key, layouts.name(key)) for key in uploads.sources_used(request.store)],
        "people": people,
        "chips": chips(request, filters, dict(people)),
        "from": request.GET.get("from", "") if filters.since else "",
        "to": request.GET.get("to", "") if filters.until else "",
        "any": page.paginator.count or uploads.upload_list(request.store, uploads.Filter()).exists(),
    }
    return render(request, "kpis/history.html", context)


def chips(request: StoreRequest, filters: uploads.Filter, people: dict[int, str]) -> list[tuple[str, str]]:
    """(URL without it, words) of every filter in force."""
    words = {
        "q": _("Name: %s") % filters.search if filters.search else "",
        "state": str(dict(uploads.State.choices).get(filters.state, "")),
        "source": layouts.name(filters.source) if filters.source else "",
        "by": people.get(filters.by or 0, ""),
        "from": _("From %s") % request.GET.get("from") if filters.since else "",
        "to": _("Until %s") % request.GET.get("to") if filters.until else "",
    }
    found = []
    for name, label in words.items():
        if label:
            query = request.GET.copy()
            query.pop(name, None)
            query.pop("page", None)
            found.append((f"?{query.urlencode()}", label))
    return found
