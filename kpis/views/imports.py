"""数据: drop files, see what they are, decide, watch them load."""

from functools import partial
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis import tasks
from kpis.files import export_guide, layouts, uploads
from kpis.files.import_template import TEMPLATES
from kpis.files.uploads import Dates, Upload
from kpis.ingest import declaring, pipeline, undo
from kpis.views.coverage import calendar, where_to_say
from kpis.views.decision_words import KINDS
from kpis.views.preview import preview
from staff.access import StoreRequest, for_store
from staff.roles import Action

PROBLEMS_SHOWN = 8
PROBLEMS_A_PAGE = 100
ASKED = ("day_or_month", "rows_are_items")  # problems that a person solves by saying how the file is meant


def may_import(request: StoreRequest) -> bool:
    return request.member.may(Action.IMPORT_DATA)


def the_upload(request: StoreRequest, pk: int) -> Upload:
    upload = uploads.find(request.store, pk)
    if upload is None:
        raise Http404
    return upload


def card(request: StoreRequest, upload: Upload, *, shown: int = PROBLEMS_SHOWN) -> dict[str, Any]:
    """All that one file's card says; `shown` problems a page."""
    questions = asked(request, upload)
    page = Paginator(uploads.problems(upload), shown).get_page(request.GET.get("page") if shown > PROBLEMS_SHOWN else 1)
    return {
        "upload": upload,
        "layout": layouts.describe(upload),
        "layouts": layouts.choices(),
        "at_work": upload.state in uploads.WORKING,
        "is_counting": uploads.is_counting(upload),
        "can_cancel": uploads.can_cancel(upload),
        "is_measured": uploads.is_measured(upload),
        "can_undo": undo.can_undo(upload) and request.member.may(Action.UNDO_IMPORTS),
        "changes": upload.new + upload.changed,
        "problems": [layouts.told(problem) for problem in page],
        "problem_page": page,
        "dates": Dates.choices if "day_or_month" in questions else (),
        "may_explain": "rows_are_items" in questions,
        "days": days_of(upload),
        "may_be_empty": where_to_say(request.store, upload) if may_import(request) else "",
        "may_import": may_import(request),
        "whole": shown > PROBLEMS_SHOWN,
        "columns": layouts.columns_seen(upload),
        "phase": layouts.phase(upload),
        "is_locked": pipeline.is_locked(upload),
        "may_reread": upload.state in uploads.READABLE and not pipeline.is_locked(upload) and was_read(upload),
        "preview": preview(upload),
        "said": upload.shown + _(": ") + upload.get_state_display(),
    }


def file_cards(request: StoreRequest) -> dict[str, Any]:
    """The cards of the import page, newest first, and how many files more are at work or wait."""
    shown = uploads.in_sight(request.store, request.user)
    more = uploads.out_of_sight(request.store, request.user, shown)
    return {"cards": [card(request, upload) for upload in shown], "more": more}


def asked(request: StoreRequest, upload: Upload) -> set[str]:
    """The problems of a file that the person may solve by saying something about it."""
    if upload.state not in uploads.READABLE or not upload.path or not may_import(request):
        return set()
    return set(uploads.problems(upload).filter(code__in=ASKED).values_list("code", flat=True))


def days_of(upload: Upload) -> int:
    """How many days the file tells of, from the first to the last."""
    if upload.is_declared:
        return declaring.declared_days(upload)
    return (upload.last_day - upload.first_day).days + 1 if upload.first_day and upload.last_day else 0


def was_read(upload: Upload) -> bool:
    """Whether there is a table in the file that another layout could read."""
    return bool(upload.source or layouts.columns_seen(upload))


def too_big() -> str:
    return _("%(name)s is larger than %(limit)s MB; export a shorter span.")


def start_check(upload: Upload) -> None:
    """Begin reading once the transaction is through; should the broker be away, the beat takes the upload up."""
    transaction.on_commit(lambda: tasks.check_upload.delay(upload.pk))


@for_store(Action.VIEW_DATA)
@require_GET
def data(request: StoreRequest) -> HttpResponse:
    """The drop zone, the files at work or waiting for a decision, and the coverage of the month."""
    return data_page(request)


def data_page(request: StoreRequest, status: int = 200, refused: list[str] | None = None) -> HttpResponse:
    context = {
        "tab": "data",
        **file_cards(request),
        "limit_mb": settings.UPLOAD_LIMIT_MB,
        "too_big": too_big(),
        "refused": refused or [],
        "may_import": may_import(request),
        "ready": uploads.without_fault(request.store) if may_import(request) else [],
        "templates": TEMPLATES.items(),
        "guide": [(KINDS[step.kind], step) for step in export_guide.steps(request.store.platform)],
        "is_new": not uploads.upload_list(request.store, uploads.Filter()).exists(),
        **calendar(request),
    }
    return render(request, "kpis/data.html", context, status=status)


@for_store(Action.IMPORT_DATA)
@require_POST
def upload_new(request: StoreRequest) -> HttpResponse:
    """Keep the files (field `files`, one or several) and start checking them; those over the limit are named."""
    limit, refused = settings.UPLOAD_LIMIT_MB, []
    files = request.FILES.getlist("files")
    if not files:
        refused.append(_("Choose at least one file."))
    for file in files:
        name = file.name or "file"
        if (file.size or 0) > limit * 1024 * 1024:
            refused.append(too_big() % {"name": name, "limit": limit})
            continue
        try:
            received = pipeline.receive(request.store, file, name, by=request.user, on_problem="skip")
        except ValidationError as error:
            refused += [name + _(": ") + text for text in error.messages]
            continue
        for upload in received:
            if upload.state == upload.State.WAITING:
                start_check(upload)
    if request.headers.get("HX-Request"):
        return render(request, "kpis/_uploads.html", {**file_cards(request), "refused": refused})
    return data_page(request, 422, refused) if refused else redirect("data", request.store.slug)


@for_store(Action.VIEW_DATA)
@require_GET
def upload_card(request: StoreRequest, pk: int) -> HttpResponse:
    """The card alone: what the page asks for every second while the file is at work."""
    shown = card(request, the_upload(request, pk))
    response = render(request, "kpis/_upload.html", shown)
    if not shown["at_work"] and not shown["is_counting"]:
        is_several = uploads.parts(shown["upload"])
        response["HX-Trigger"] = "upload-done, more-uploads" if is_several else "upload-done"
    return response


@for_store(Action.VIEW_DATA)
@require_GET
def upload_detail(request: StoreRequest, pk: int) -> HttpResponse:
    upload = the_upload(request, pk)
    return render(request, "kpis/history_upload.html", card(request, upload, shown=PROBLEMS_A_PAGE))


def answer(request: StoreRequest, pk: int, refusal: str = "") -> HttpResponse:
    """After a decision: the card to htmx, the page to a plain form."""
    if request.headers.get("HX-Request"):
        return render(request, "kpis/_upload.html", {**card(request, the_upload(request, pk)), "refusal": refusal})
    if refusal:
        messages.error(request, refusal)
    return redirect("data", request.store.slug)


@for_store(Action.IMPORT_DATA)
@require_POST
def upload_load(request: StoreRequest, pk: int) -> HttpResponse:
    """Load what the preview showed; on_problem=skip leaves the bad rows out, reject refuses a file that has any."""
    upload = the_upload(request, pk)
    on_problem = request.POST.get("on_problem", "")
    if on_problem == "reject" and upload.rejected:
        pipeline.cancel(upload)
        return answer(request, pk)
    if not uploads.decide(upload, "skip" if on_problem == "skip" else "reject"):
        return answer(request, pk, _("This file is not waiting for a decision any more."))
    transaction.on_commit(lambda: tasks.load_upload.delay(upload.pk))
    return answer(request, pk)


@for_store(Action.IMPORT_DATA)
@require_http_methods(["GET", "POST"])
def uploads_ready(request: StoreRequest) -> HttpResponse:
    """The files that could be loaded as they are, and one button for all of them (those whose id was on the page)."""
    ready = uploads.without_fault(request.store)
    if request.method == "GET":
        return render(request, "kpis/_uploads_ready.html", {"ready": ready})
    for upload in ready:
        if str(upload.pk) in request.POST.getlist("id") and uploads.decide(upload, "reject"):
            transaction.on_commit(partial(tasks.load_upload.delay, upload.pk))
    return redirect("data", request.store.slug)


@for_store(Action.IMPORT_DATA)
@require_POST
def upload_cancel(request: StoreRequest, pk: int) -> HttpResponse:
    upload = the_upload(request, pk)
    late = "" if uploads.give_up(upload) else _("It is being loaded and cannot be cancelled any more.")
    return answer(request, pk, late)


@for_store(Action.IMPORT_DATA)
@require_POST
def upload_source(request: StoreRequest, pk: int) -> HttpResponse:
    """Read the file again: as the layout the person chose, or ("auto") as the one its header tells; or, with `dates`,
    with the month or the day first."""
    upload, source = the_upload(request, pk), request.POST.get("source", "")
    dates = request.POST.get("dates", "")
    if dates in Dates.values:
        if not uploads.read_again(upload, None, dates):
            return answer(request, pk, _("The file is not there any more; drop it again."))
        start_check(upload)
        return answer(request, pk)
    if source != "auto" and source not in dict(layouts.choices()):
        return answer(request, pk, _("Choose one of the layouts."))
    if not uploads.read_again(upload, "" if source == "auto" else source):
        return answer(request, pk, _("The file is not there any more; drop it again."))
    start_check(upload)
    return answer(request, pk)


@for_store(Action.IMPORT_DATA)
@require_POST
def upload_password(request: StoreRequest, pk: int) -> HttpResponse:
    """Open the file with its password (field `password`), which is used once and kept nowhere."""
    upload = the_upload(request, pk)
    if not pipeline.is_locked(upload):
        return answer(request, pk, _("The file is not there any more; drop it again."))
    try:
        found = pipeline.unlock(upload, request.POST.get("password", ""))
    except ValidationError as error:
        return answer(request, pk, " ".join(error.messages))
    for each in found:
        if each.state == each.State.WAITING:
            start_check(each)
    if request.headers.get("HX-Request"):
        return render(request, "kpis/_uploads.html", {"cards": [card(request, each) for each in found]})
    return redirect("data", request.store.slug)


@for_store(Action.IMPORT_DATA)
@require_GET
def upload_file(request: StoreRequest, pk: int) -> StreamingHttpResponse:
    """The file as it was uploaded, while it is kept; 404 afterwards."""
    upload = the_upload(request, pk)
    if not (upload.path or upload.kept):
        raise Http404
    response = StreamingHttpResponse(pipeline.pieces(upload), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(upload.name)}"
    return response


@for_store(Action.VIEW_DATA)
@require_GET
def upload_problems(request: StoreRequest, pk: int) -> StreamingHttpResponse:
    """The bad rows as a file to correct and drop again."""
    upload = the_upload(request, pk)
    response = StreamingHttpResponse(pipeline.problems_csv(upload), content_type="text/csv; charset=utf-8")
    name = quote(_("problems") + "-" + upload.name.rsplit(".", 1)[0])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.csv"
    return response
