"""计划 › 文档: the month's operating plan as a form, and the outlines, section by section."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis.documents import document_facts, document_import, document_sheets, plan_documents
from kpis.documents.plan_documents import DOCUMENTS, Document, Stale
from kpis.variance import against
from kpis.views.plan_month import head, month_of_request
from kpis.views.words import days_query
from opsplan.lib import cells
from opsplan.lib.money import CENT
from opsplan.lib.periods import Period
from opsplan.lib.sheets import TYPES, Cell
from staff.access import StoreRequest, for_store
from staff.models import User
from staff.roles import Action
from staff.templatetags.frame import address
from stores.downloads import attachment, file_response
from stores.models import Store
from stores.snapshot import one_version
from stores.spans import day_of


def document_of(key: str) -> Document:
    if key not in DOCUMENTS:
        raise Http404
    return DOCUMENTS[key]


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def plan_document(request: StoreRequest, document: str) -> HttpResponse:
    """?month=2026-11; an outline is the year's. ?format=xlsx or csv: as a file."""
    found, month = document_of(document), month_of_request(request)
    if request.GET.get("format") == "xlsx":
        people = [str(user) for user in against.people(request.store)]
        of = f"{month.first:%Y-%m}" if found.monthly else f"{month.first.year}"
        body = document_sheets.workbook(request.store, found, month, people)
        return attachment(body, TYPES["xlsx"], f"{request.store.slug}-{found.key}-{of}.xlsx")
    if request.GET.get("format") in TYPES:
        of = f"{month.first:%Y-%m}" if found.monthly else f"{month.first.year}"
        rows = document_rows(request.store, found, month)
        header = (_("Section"), _("What"), _("Filled in"), _("Owner"), _("Due"), _("Done"))
        return file_response(request.GET["format"], f"{request.store.slug}-{found.key}-{of}", header, rows)
    return page(request, found, month)


def document_rows(store: Store, document: Document, month: Period) -> Iterator[tuple[Cell, ...]]:
    """The document as a form one can print: the head, then each section with what is known, the answers, the plan."""
    if document.monthly:
        top = document_facts.head(store, month)
        names = (_("Target sales"), _("Target orders"), _("Target order value"))
        for name, value in zip(names, (top.sales, top.orders, top.value), strict=True):
            yield str(document.title), name, None if value is None else value.quantize(CENT), "", "", ""
    known = document_facts.facts_of(store, document.key, month)
    written = plan_documents.sections(store, document, month.first)
    for part in document.parts:
        section = written[part.key]
        for fact in known.get(part.key, []):
            yield str(part.title), fact.label, fact.words or cells.write(fact.value, fact.unit), "", "", ""
        for name, label in part.answers.items():
            yield str(part.title), str(label), section.fields.get(name, ""), "", "", ""
        due, done = section.due.isoformat() if section.due else "", _("Yes") if section.is_done else ""
        yield str(part.title), _("Plan"), section.text, str(section.owner or ""), due, done


def page(
    request: StoreRequest, document: Document, month: Period, key: str = "", typed: dict[str, Any] | None = None
) -> HttpResponse:
    """`typed`: what somebody wrote into the section `key` that could not be kept."""
    found = plan_documents.sections(request.store, document, month.first)
    known = document_facts.facts_of(request.store, document.key, month)
    context = head(request, month, "documents") | {
        "document": document,
        "documents": DOCUMENTS.values(),
        "head": document_facts.head(request.store, month) if document.monthly else None,
        "people": against.people(request.store),
        "undo": document_import.last_step(request.store, document, month.first, request.user),
        "parts": [
            {
                "part": part,
                "section": found[part.key],
                "answers": [
                    (name, label, found[part.key].fields.get(name, "")) for name, label in part.answers.items()
                ],
                "facts": [(fact, url_of(fact, request)) for fact in known.get(part.key, [])],
                "history": plan_documents.changes(found[part.key]),
                "typed": typed if part.key == key else None,
            }
            for part in document.parts
        ],
    }
    return render(request, "kpis/plan_document.html", context, status=409 if typed else 200)


def url_of(fact: document_facts.Fact, request: StoreRequest) -> str:
    """What is behind a figure, or the page of what a fact names; "" where this person may not open it."""
    slug = request.store.slug
    if fact.metric and fact.period:
        return f"{reverse('explain', args=[slug, fact.metric])}?{days_query(fact.period)}"
    name, *numbers = fact.about.split() or [""]
    return address(name, slug, request.member.level, *numbers) if name else ""


@for_store(Action.SET_TARGETS)
@require_POST
def plan_section(request: StoreRequest, document: str, part: str) -> HttpResponse:
    """Fields: month, text, answer:<name>, owner (an id), due, done, version."""
    found, month = document_of(document), month_of_request(request)
    owner, version = request.POST.get("owner", ""), request.POST.get("version", "")
    text = request.POST.get("text", "")
    answers = {k.removeprefix("answer:"): str(v) for k, v in request.POST.items() if k.startswith("answer:")}
    try:
        plan_documents.save(
            request.store, found, month.first, part, request.user,
            text=text, answers=answers,
            owner=owner_chosen(request.store, found, month.first, part, owner),
            due=day_of(request.POST.get("due", "")), is_done=bool(request.POST.get("done")),
            version=int(version) if version.isdecimal() else 0,
        )  # fmt: skip
        messages.success(request, _("Saved."))
    except Stale as error:
        messages.error(request, str(error))
        return page(request, found, month, part, {"text": text, "answers": answers})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    url = reverse("plan_document", args=[request.store.slug, found.key])
    return redirect(f"{url}?month={month.first:%Y-%m}#{part}")


def owner_chosen(store: Store, document: Document, month: dt.date, part: str, chosen: str) -> User | None:
    """Whose id was chosen: somebody of the store, or whoever had the part and has left."""
    found = plan_documents.sections(store, document, month).get(part)
    people = [*against.people(store), *([found.owner] if found and found.owner else [])]
    return next((x for x in people if str(x.pk) == chosen), None)
