"""A file with a header nobody knows: say what its columns are, see what it would become, keep that for the next one."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.files import mapping, uploads
from kpis.files.mapping import Said, Sample
from kpis.views.imports import may_import, start_check, the_upload
from staff.access import StoreRequest, for_store
from staff.roles import Action

MOST_BYTES = 1 << 20


def said_by(given: QueryDict, sample: Sample) -> Said:
    """As chosen on the page; where another kind of file was chosen, its columns are guessed anew."""
    chosen = None
    if given and given.get("fact") == given.get("was"):
        chosen = {key.removeprefix("field_"): given.get(key, "") for key in given if key.startswith("field_")}
    rows = given.get("rows") if chosen is not None else None
    return mapping.said(sample, given.get("fact", ""), chosen, rows, given.get("dates", ""), is_page=True)


def keep(request: StoreRequest, upload: uploads.Upload, sample: Sample, said: Said) -> str:
    """Keep what was said and read the file by it; "", or why it cannot be kept."""
    name = request.POST.get("name", "").strip() or upload.name[:80]
    try:
        preset = mapping.keep(
            *(request.store, sample.header, said.fact, said.columns, name),
            shared="shared" in request.POST,
            by=request.user,
            dates=said.dates,
            rows=said.rows,
        )
    except mapping.BadPreset:
        return _("Choose one of the ways that are offered.")
    except ValidationError as problem:
        return " ".join(problem.messages)
    if uploads.read_again(upload):
        start_check(upload)
    text = _("“%(name)s” is kept: the next file with this header is read at once.")
    messages.success(request, text % {"name": preset.name})
    return ""


@for_store(Action.IMPORT_DATA)
@require_http_methods(["GET", "POST"])
def upload_map(request: StoreRequest, pk: int) -> HttpResponse:
    """The columns of a file with what they are guessed to be. POST with `keep`: keep it and read the file; without:
    the same page with other choices (fact, and a column a field)."""
    upload, given = the_upload(request, pk), request.POST
    sample = mapping.sample_of(upload)
    if sample is None:
        messages.error(request, _("The file is not there any more; drop it again."))
        return redirect("data", request.store.slug)
    said, error = said_by(given, sample), ""
    if "keep" in given and not said.missing:
        error = keep(request, upload, sample, said)
        if not error:
            return redirect("data", request.store.slug)
    fields = mapping.fields(said.fact, said.columns, sample, said.rows)
    context = {
        "tab": "data",
        "upload": upload,
        "fact": said.fact,
        "facts": mapping.FACTS.items(),
        "fields": fields,
        "header": [name for name in sample.header if name],
        "missing": said.missing if given else [],
        "rows": mapping.would_be(said.fact, said.columns, sample, said.dates, said.rows),
        "row_kinds": mapping.Preset.Rows.choices if said.fact == "orders" else (),
        "row_kind": said.rows,
        "date_orders": mapping.Dates.choices if said.is_open else (),
        "dates": said.dates,
        "used": [each for each in fields if each.column],
        "name": given.get("name", upload.name.rsplit(".", 1)[0][:80]),
        "error": error,
        "shared": "shared" in given,
    }
    return render(request, "kpis/upload_map.html", context)


@for_store(Action.VIEW_DATA)
@require_GET
def presets(request: StoreRequest) -> HttpResponse:
    """The headers people have explained."""
    context = {"tab": "data", "presets": mapping.presets(request.store), "may_import": may_import(request)}
    return render(request, "kpis/presets.html", context)


def the_preset(request: StoreRequest, pk: int) -> mapping.Preset:
    found = mapping.presets(request.store).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@for_store(Action.VIEW_DATA)
@require_GET
def preset_file(request: StoreRequest, pk: int) -> HttpResponse:
    """One explanation as a file."""
    found = the_preset(request, pk)
    response = HttpResponse(mapping.as_text(found), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}.json"
    return response


@for_store(Action.IMPORT_DATA)
@require_POST
def preset_new(request: StoreRequest) -> HttpResponse:
    """Take in an explanation from a file (field `file`)."""
    file = request.FILES.get("file")
    try:
        if file is None or (file.size or 0) > MOST_BYTES:
            raise mapping.BadPreset
        mapping.from_text(request.store, file.read().decode("utf-8"), request.user)
    except (mapping.BadPreset, UnicodeDecodeError):
        messages.error(request, _("This is no explanation of a header that opsplan has written."))
    return redirect("presets", request.store.slug)


@for_store(Action.IMPORT_DATA)
@require_POST
def preset_change(request: StoreRequest, pk: int) -> HttpResponse:
    """do=share, unshare or delete: of the store's own only."""
    found = the_preset(request, pk)
    if found.store_id != request.store.pk:
        raise Http404
    do = request.POST.get("do")
    if do == "delete":
        found.delete()
    elif do in ("share", "unshare"):
        mapping.share(found, do == "share")
    return redirect("presets", request.store.slug)
