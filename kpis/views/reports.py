"""报告: reports of a week, month or quarter, to be written, signed, read and printed."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kpis.display import boards
from kpis.reporting import reports
from kpis.reporting.reports import Told
from kpis.views import report_words
from kpis.views.closing import cause_words, line, shortly
from kpis.views.report_book import report_book
from kpis.views.report_words import KIND_NAMES, STATES, TONES
from kpis.views.words import labels, links_to
from opsplan.lib import clock
from opsplan.lib.periods import Period
from opsplan.lib.sheets import TYPES
from opsplan.lib.text import is_id
from staff.access import StoreRequest, for_store
from staff.roles import Action, Level, may
from stores.downloads import attachment, file_response

PAGE = 20
LAST = {
    "week": gettext_lazy("Last week"),
    "month": gettext_lazy("Last month"),
    "quarter": gettext_lazy("Last quarter"),
}


def signed_only(request: StoreRequest) -> bool:
    """A client reads what was signed and nothing else."""
    return not may(Level(request.member.level), Action.VIEW_DATA)


@for_store(Action.VIEW_KPIS)
@require_GET
def report_list(request: StoreRequest) -> HttpResponse:
    """?kind=week|month|quarter&state=open|signed|withdrawn&page=2; ?make=month: the kind to make, offered first;
    ?format=csv or xlsx: as a file."""
    return list_page(request)


def list_page(
    request: StoreRequest, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> HttpResponse:
    store, today, only = request.store, clock.today(request.store.timezone), signed_only(request)
    every = reports.reports(store, signed_only=only)
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    found = reports.narrowed(every, kind, state)
    if request.GET.get("format"):
        header = [_("Report"), _("First day"), _("Last day"), _("State"), _("Version"), _("Signed"), _("By")]
        rows = [file_row(each) for each in map(listed, found)]
        return file_response(request.GET["format"], f"{store.slug}-reports", header, rows)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    may_write = request.member.may(Action.WRITE_REPORTS)
    has_data = boards.has_data(store)
    context = {
        "page": page,
        "rows": [listed(each) for each in page.object_list],
        "any": bool(page.object_list) or every.exists(),
        "kinds": KIND_NAMES.items(),
        "states": [] if only else STATES.items(),
        "kind": kind if kind in reports.KINDS else "",
        "state": state if state in STATES else "",
        "may_write": may_write and has_data,
        "has_data": has_data,
        "may_share": request.member.may(Action.SIGN_REPORTS),
        "reminders": reminder_words(request) if request.member.may(Action.SIGN_REPORTS) else None,
        "suggested": [
            (kind, label, reports.before(reports.period_of(kind, today)))
            for kind, label in sorted(LAST.items(), key=lambda each: each[0] != request.GET.get("make"))
        ],
        "typed": typed or {"kind": "week", "day": (reports.before(reports.period_of("week", today)).first).isoformat()},
        "errors": errors or {},
        "today": today,
        **links_to(request),
    }  # fmt: skip
    return render(request, "kpis/reports.html", context, status=422 if errors else 200)


def listed(report: Any) -> dict[str, Any]:
    signed = reports.standing(report)
    last = signed or next(iter(report.signed.all()), None)
    state = reports.state_of(report)
    told = {"report": report, "title": reports.title(report), "state": STATES[state], "tone": TONES[state]}
    return {**told, "period": Period(report.first, report.last), "signed": last}


def file_row(each: dict[str, Any]) -> list[Any]:
    report, signed = each["report"], each["signed"]
    who = [signed.number, localtime(signed.signed_at), str(signed.signed_by or "")] if signed else [None] * 3
    return [each["title"], report.first, report.last, str(each["state"]), *who]


def reminder_words(request: StoreRequest) -> list[dict[str, Any]]:
    found = reports.reminders(request.store)
    return [{"kind": kind, "label": KIND_NAMES[kind], "is_on": is_on} for kind, is_on in found.items()]


@for_store(Action.WRITE_REPORTS)
@require_POST
def report_new(request: StoreRequest) -> HttpResponse:
    """Fields: kind, and any day of the period."""
    typed = {name: request.POST.get(name, "").strip() for name in ("kind", "day")}
    try:
        day = dt.date.fromisoformat(typed["day"])
    except ValueError:
        return list_page(request, typed, {"day": _("Give a day, written like 2026-11-11.")})
    try:
        made = reports.make(request.store, typed["kind"], day, request.user)
    except ValidationError as problem:
        return list_page(request, typed, {field: " ".join(x) for field, x in problem.message_dict.items()})
    return redirect("report", request.store.slug, made.pk)


def the_report(request: StoreRequest, pk: int) -> Any:
    found = reports.find(request.store, pk, signed_only=signed_only(request))
    if found is None:
        raise Http404
    found.store = request.store
    return found


@for_store(Action.VIEW_KPIS)
@require_GET
def report(request: StoreRequest, pk: int) -> HttpResponse:
    """As signed, else as it stands; ?version=1: as that version was signed; ?format=xlsx: as a workbook."""
    found = the_report(request, pk)
    number = request.GET.get("version", "")
    signed = reports.standing(found)
    if number and not signed_only(request):
        signed = next((x for x in found.signed.all() if str(x.number) == number), None)
        if signed is None:
            raise Http404
    told = reports.told(found, reports.version_of(found, signed.number) if signed else None)
    if request.GET.get("format") in TYPES:
        name = f"{request.store.slug}-{found.kind}-{found.first}.xlsx"
        body = report_words.body(told, Level(request.member.level), request.store.slug)
        return attachment(report_book(told, body, request.store), TYPES["xlsx"], name)
    return page(request, told)


def page(request: StoreRequest, told: Told, typed: dict[str, str] | None = None, error: str = "") -> HttpResponse:
    """`typed`: what somebody wrote that could not be kept, by block."""
    found, signed = told.report, told.signed
    state = reports.state_of(found)
    is_over = told.period.last < clock.today(request.store.timezone)
    body = report_words.body(told, Level(request.member.level), request.store.slug)
    for block in body["blocks"]:
        block["typed"] = (typed or {}).get(block["key"])
    context = {
        **body,
        "report": found,
        "title": reports.title(found),
        "period": told.period,
        "as_of": dt.datetime.fromisoformat(told.content["as_of"]),
        "state": STATES[state],
        "tone": TONES[state],
        "signed": signed,
        "versions": [] if signed_only(request) else found.signed.all(),
        "may_write": state != "signed" and signed is None and request.member.may(Action.WRITE_REPORTS),
        "may_delete": state == "open" and request.member.may(Action.WRITE_REPORTS),
        "may_sign": state != "signed" and signed is None and is_over and request.member.may(Action.SIGN_REPORTS),
        "may_withdraw": signed is not None and not signed.withdrawn_at and request.member.may(Action.SIGN_REPORTS),
        "is_over": is_over,
        "may_share": signed is not None and not signed.withdrawn_at and request.member.may(Action.SIGN_REPORTS),
        "clients": reports.clients_with_mail(request.store) if signed is None else 0,
        "typed": typed,
        "error": error,
        "since": since(request, told) if signed else None,
        **links_to(request),
    }
    return render(request, "kpis/report.html", context, status=409 if typed else 422 if error else 200)


def since(request: StoreRequest, told: Told) -> dict[str, Any] | None:
    """As reported, now, and why, of the figures that are not as they were signed; names of files are for those who may
    see the data."""
    if told.signed is None:
        return None
    found, names = reports.difference(told.signed), labels()
    may_see = request.member.may(Action.VIEW_DATA)
    behind = [cause for each in found.different for cause in found.why(each)]
    causes = [cause_words(cause, request) for cause in found.causes if cause in behind] if may_see else []
    lines = [line(each, found, names) | {"why": shortly(each, found) if may_see else ""} for each in found.different]
    return {"lines": lines, "causes": causes, "may_see": may_see, "closed": found.closed}


@for_store(Action.WRITE_REPORTS)
@require_POST
def report_texts(request: StoreRequest, pk: int) -> HttpResponse:
    """Fields: text:<block>, was:<block> (what stood there: a block sent as it was is not written), version."""
    found = the_report(request, pk)
    sent = {key: request.POST.get(f"text:{key}", "") for key in reports.BLOCKS}
    texts = {key: text for key, text in sent.items() if tidy(text) != tidy(request.POST.get(f"was:{key}", ""))}
    try:
        reports.save_texts(found, texts, request.user, version_sent(request))
        messages.success(request, _("Saved."))
    except reports.Stale as error:
        messages.error(request, str(error))
        return page(request, reports.told(the_report(request, pk)), texts)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("report", request.store.slug, pk)


def tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def version_sent(request: StoreRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if is_id(version) else -1


@for_store(Action.WRITE_REPORTS)
@require_POST
def report_suggest(request: StoreRequest, pk: int) -> HttpResponse:
    """All texts are told by the figures again. Field: version."""
    try:
        reports.suggest_again(the_report(request, pk), request.user, version_sent(request))
    except (reports.Stale, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    return redirect("report", request.store.slug, pk)


@for_store(Action.WRITE_REPORTS)
@require_POST
def report_delete(request: StoreRequest, pk: int) -> HttpResponse:
    """A draft goes with its texts, and the list says which."""
    found = the_report(request, pk)
    title = reports.title(found)
    try:
        reports.delete(found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("report", request.store.slug, pk)
    messages.success(request, _("%s was deleted. Make it again to start anew.") % title)
    return redirect("reports", request.store.slug)


@for_store(Action.SIGN_REPORTS)
@require_POST
def report_sign(request: StoreRequest, pk: int) -> HttpResponse:
    """Fields: version (of the texts one has read), clients (tell them by e-mail)."""
    found = the_report(request, pk)
    try:
        reports.sign(found, request.user, clients=bool(request.POST.get("clients")), seen=version_sent(request))
    except reports.Stale as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%s is signed: its figures are kept as they stand now.") % reports.title(found))
    return redirect("report", request.store.slug, pk)


@for_store(Action.SIGN_REPORTS)
@require_POST
def report_withdraw(request: StoreRequest, pk: int) -> HttpResponse:
    found = the_report(request, pk)
    try:
        reports.withdraw(found, request.user, request.POST.get("reason", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%s is withdrawn; what was signed stays on record.") % reports.title(found))
    return redirect("report", request.store.slug, pk)


@for_store(Action.SIGN_REPORTS)
@require_POST
def report_remind(request: StoreRequest) -> HttpResponse:
    """Fields: the kinds that 今日 calls to mind."""
    for kind in reports.KINDS:
        reports.set_reminder(request.store, kind, is_on=bool(request.POST.get(kind)))
    messages.success(request, _("Saved."))
    return redirect("reports", request.store.slug)
