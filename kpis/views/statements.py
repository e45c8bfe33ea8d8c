"""结算单: a statement is made, given lines, issued, paid, withdrawn; read, printed and taken along as a workbook."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis import queries
from kpis.clients import contracts, statement_figures, statements
from kpis.clients.statement_figures import Told, since
from kpis.figure_words import reasons
from kpis.views.closing import cause_words
from kpis.views.contract_words import STATES, TONES, agreed, arithmetic, definitions
from kpis.views.contracts import is_whole_for, the_contract
from kpis.views.statement_book import statement_book
from kpis.views.words import days_query, labels
from opsplan.lib import cells, clock
from opsplan.lib.money import fen
from opsplan.lib.sheets import TYPES
from opsplan.lib.text import is_id
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores import currency
from stores.downloads import attachment
from stores.spans import day_of


@for_store(Action.MANAGE_CONTRACTS)
@require_POST
def statement_new(request: StoreRequest, pk: int) -> HttpResponse:
    """Field: month (2026-11)."""
    found = the_contract(request, pk, Action.MANAGE_CONTRACTS)
    try:
        month = dt.date.fromisoformat(f"{request.POST.get('month', '')}-01")
        made = statements.make(found, month, request.user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    except ValueError:
        messages.error(request, _("Give a month, written like 2026-11."))
    else:
        return redirect("statement", request.store.slug, made.pk)
    return redirect("contract", request.store.slug, pk)


def the_statement(request: StoreRequest, pk: int) -> tuple[Any, bool]:
    """The statement, and whether the person sees more than what was issued; else Http404."""
    opened = contracts.stores_open(request.user, Action.VIEW_STATEMENTS)
    found = statements.find(opened, pk, request.store)
    if found is None:
        raise Http404
    is_whole = is_whole_for(request, found.contract)
    if not is_whole and (found.issued_at is None or found.withdrawn_at):
        raise Http404
    return found, is_whole


@for_store(Action.VIEW_STATEMENTS)
@require_GET
def statement(request: StoreRequest, pk: int) -> HttpResponse:
    """?format=xlsx: as a workbook."""
    found, is_whole = the_statement(request, pk)
    with queries.one_version(), currency.override(found.contract.currency):
        if request.GET.get("format") in TYPES:
            return as_file(found)
        return page(request, found, is_whole=is_whole)


def as_file(found: Any) -> HttpResponse:
    name = f"{found.contract.brand}-{found.first:%Y-%m}.xlsx"
    return attachment(statement_book(statement_figures.told(found)), TYPES["xlsx"], name)


def page(request: StoreRequest, found: Any, *, is_whole: bool, problem: ValidationError | None = None) -> HttpResponse:
    today = clock.today(request.store.timezone)
    state = statements.state_of(found, today)
    moved = since(found) if is_whole and state not in ("open", "withdrawn") else None
    is_open = found.issued_at is None
    told = body(found)
    lacking = told["told"].lacking if is_open else []
    context = {
        **told,
        "state": STATES[state],
        "tone": TONES[state],
        "key": state,
        "lacking": [(x.name, reasons(x.figures[told["told"].basis].missing)) for x in lacking],
        "may_link": is_whole and state not in ("open", "withdrawn") and request.member.may(Action.SIGN_REPORTS),
        "since": since_words(request, moved) if moved and moved.change_fen != 0 else None,
        "carriable": statements.carriable(found) if is_whole and is_open else [],
        "is_whole": is_whole,
        "readers": len(statements.readers(found.contract)) if is_whole and is_open else 0,
        "is_over": found.last < statements.today_of(found.contract),
        "problem": " ".join(problem.messages) if problem else "",
        "typed": request.POST,
        "today": today,
    }
    return render(request, "kpis/statement.html", context, status=422 if problem else 200)


def body(found: Any) -> dict[str, Any]:
    """What the statement itself tells, for its page and for links to it."""
    told = statement_figures.told(found)
    keys = list(dict.fromkeys(key for x in told.shares for key in x.figures))
    return {
        "statement": found,
        "contract": found.contract,
        "title": title(found),
        "period": told.period,
        "told": told,
        "items": arithmetic(told),
        "sales": sales(told),
        "basis": labels()[told.basis],
        "agreed": agreed(told),
        "definitions": definitions(keys, queries.catalogue()),
    }


def title(found: Any) -> str:
    return _("Statement %(month)s") % {"month": f"{found.first:%Y-%m}"}


def sales(body: Told) -> dict[str, Any]:
    """The basis by store with the inputs it is made of; each figure leads to its explanation in its own store."""
    names = labels()
    inputs = list(dict.fromkeys(key for x in body.shares for key in x.figures[body.basis].inputs))
    inputs = [key for key in inputs if key != body.basis]
    query = days_query(body.period)
    rows = []
    for x in body.shares:
        figure = x.figures[body.basis]
        url = f"{reverse('explain', args=[x.slug, body.basis])}?{query}"
        told = [(names.get(key, key), figure.inputs.get(key)) for key in inputs]
        rows.append({"name": x.name, "brand": x.brand, "figure": figure, "url": url, "inputs": told})
    return {"inputs": [names.get(key, key) for key in inputs], "rows": rows}


def since_words(request: StoreRequest, moved: Any) -> dict[str, Any]:
    stores = [
        {
            "name": x.store.name,
            "slug": x.store.slug,
            "reported": x.difference.reported,
            "now": x.difference.now,
            "change": x.difference.change,
            "causes": [cause_words(cause, request) for cause in x.causes],
        }
        for x in moved.moved
    ]
    return {"since": moved, "stores": stores}


# --- what is done with one ----------------------------------------------------------------------------------------


def amount_of(text: str) -> int:
    """Yuan as typed (a minus before it, or what Chinese keyboards make of one), as fen. ValidationError."""
    try:
        number = cells.read(text, "money")
    except cells.Unreadable as problem:
        usual = _("Give an amount like 1200 or -35.50.")
        raise ValidationError({"amount": _(str(problem)) if problem.is_comma else usual}) from None
    if abs(number) > 10**12:
        raise ValidationError({"amount": _("Give an amount like 1200 or -35.50.")})
    if number != round(number, 2):
        raise ValidationError({"amount": _("Amounts have at most two decimals.")})
    return fen(number)


def number_of(request: StoreRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if is_id(text) else 0


def add_line(request: StoreRequest, found: Any) -> str:
    statements.add_line(found, amount_of(request.POST.get("amount", "")), request.POST.get("reason", ""), request.user)
    return _("Saved.")


def remove_line(request: StoreRequest, found: Any) -> str:
    statements.remove_line(found, number_of(request, "line"))
    return _("The line was taken off.")


def carry(request: StoreRequest, found: Any) -> str:
    statements.carry(found, number_of(request, "of"), request.user)
    return _("The difference stands in this statement.")


def issue(request: StoreRequest, found: Any) -> str:
    told = {name: bool(request.POST.get(name)) for name in ("in_part", "tell")}
    statements.issue(found, request.user, **told)
    return _("Issued: its figures are kept as they stand now, and the client can read it.")


def paid(request: StoreRequest, found: Any) -> str:
    day = day_of(request.POST.get("paid_on"))
    if day is None:
        raise ValidationError({"paid_on": _("Give a day, written like 2026-11-11.")})
    statements.set_paid(found, day)
    return _("Marked as paid.")


def unpaid(_request: StoreRequest, found: Any) -> str:
    statements.set_paid(found, None)
    return _("Saved.")


def withdraw(request: StoreRequest, found: Any) -> str:
    statements.withdraw(found, request.user, request.POST.get("reason", ""))
    return _("Withdrawn; what was issued stays on record.")


DO: dict[str, Callable[[StoreRequest, Any], str]] = {
    "line": add_line,
    "unline": remove_line,
    "carry": carry,
    "issue": issue,
    "paid": paid,
    "unpaid": unpaid,
    "withdraw": withdraw,
}


@for_store(Action.MANAGE_CONTRACTS)
@require_POST
def statement_do(request: StoreRequest, pk: int) -> HttpResponse:
    """do: one of DO, with its fields; or discard."""
    found, is_whole = the_statement(request, pk)
    if not is_whole:
        raise Http404
    do = request.POST.get("do", "")
    try:
        if do == "discard":
            statements.discard(found)
            messages.success(request, _("The draft is thrown away."))
            return redirect("contract", request.store.slug, found.contract_id)
        if do not in DO:
            raise ValidationError(_("Choose what to do."))
        messages.success(request, DO[do](request, found))
    except ValidationError as problem:
        with queries.one_version(), currency.override(found.contract.currency):
            return page(request, found, is_whole=True, problem=problem)
    return redirect("statement", request.store.slug, pk)
