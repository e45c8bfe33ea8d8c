"""合同: contracts of a store's client, and their statements by month."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis import queries
from kpis.clients import contracts, statements
from kpis.clients.contract_forms import ContractForm
from kpis.clients.statement_figures import period_of
from kpis.templatetags.statements import fen
from kpis.views.contract_words import STATES, TONES, days_words, definitions, left_words, terms_words
from kpis.views.words import labels
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.text import is_id
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.task_queries import concerns
from stores.downloads import file_response
from stores.models import Contract

MANY_DAYS = 400


@for_store(Action.VIEW_STATEMENTS)
@require_GET
def contract_list(request: StoreRequest) -> HttpResponse:
    """The store's contracts and their statements; ?format=csv or xlsx: the statements as a file."""
    opened = contracts.stores_open(request.user, Action.VIEW_STATEMENTS)
    led = contracts.stores_open(request.user, Action.MANAGE_CONTRACTS)
    mine = contracts.contracts(opened).filter(stores=request.store)
    found: Any = mine.prefetch_related(Prefetch("statements", queryset=statements.every(), to_attr="standing"))
    whole = {x.pk for x in found if all(store.pk in led for store in x.stores.all())}
    today = clock.today(request.store.timezone)
    each = ((x, y) for x in found for y in x.standing)
    rows = [(x, y) for x, y in each if x.pk in whole or (y.issued_at and not y.withdrawn_at)]
    rows.sort(key=lambda x: (x[1].first, x[1].pk), reverse=True)
    if request.GET.get("format"):
        return exported(request, rows, today)
    context = {
        "contracts": [listed(x, today, is_whole=x.pk in whole) for x in found],
        "statements": [statement_words(each, x, today) for x, each in rows],
        "is_whole": bool(whole) or request.store.pk in led,
        "may_write": request.store.pk in led,
    }
    return render(request, "kpis/contracts.html", context)


def listed(contract: Any, today: dt.date, *, is_whole: bool) -> dict[str, Any]:
    return {
        "contract": contract,
        "stores": contracts.stores_of(contract),
        "days": days_words(contract.first, contract.last),
        "left": left_words(contract, today),
        "waiting": statements.waiting(contract, today) if is_whole else [],
    }


def statement_words(statement: Any, contract: Contract, today: dt.date) -> dict[str, Any]:
    state = statements.state_of(statement, today)
    return {
        "statement": statement,
        "contract": contract,
        "period": period_of(statement),
        "state": STATES[state],
        "tone": TONES[state],
    }


def exported(request: StoreRequest, rows: list[tuple[Contract, Any]], today: dt.date) -> HttpResponse:
    header = [
        _("Contract"), _("Client"), _("First day"), _("Last day"), _("State"), _("Total"), _("Currency"),
        _("Issued"), _("Payment due"), _("Paid on"),
    ]  # fmt: skip
    told = [
        [
            x.title, x.brand.name, each.first, each.last, str(STATES[statements.state_of(each, today)]),
            None if each.total_fen is None else yuan(each.total_fen), x.currency,
            each.issued_at and localtime(each.issued_at).date(), each.due_on, each.paid_on,
        ]
        for x, each in rows
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-statements", header, told)


def the_contract(request: StoreRequest, pk: int, action: Action = Action.VIEW_STATEMENTS) -> Contract:
    """Of this store, if the person may do that in all stores of it; else Http404."""
    found = contracts.find(contracts.stores_open(request.user, action), pk, request.store)
    if found is None:
        raise Http404
    return found


def is_whole_for(request: StoreRequest, contract: Contract) -> bool:
    """Whether the person leads all its stores, and so sees more than what was issued."""
    opened = contracts.stores_open(request.user, Action.MANAGE_CONTRACTS)
    return all(x.pk in opened for x in contract.stores.all())


@for_store(Action.VIEW_STATEMENTS)
@require_GET
def contract(request: StoreRequest, pk: int) -> HttpResponse:
    found = the_contract(request, pk)
    is_whole, today = is_whole_for(request, found), clock.today(request.store.timezone)
    every = list(statements.statements(found, issued_only=not is_whole))
    by_month: dict[dt.date, list[Any]] = {}
    for each in every:
        by_month.setdefault(each.first, []).append(statement_words(each, found, today))
    months = [(x, by_month.get(x.first, [])) for x in statements.months(found, today)] if is_whole else []
    context = {
        "contract": found,
        "stores": contracts.stores_of(found),
        "days": days_words(found.first, found.last),
        "left": left_words(found, today),
        "terms": terms_words(found),
        "definitions": definitions(dict.fromkeys([found.basis, *contracts.agreed_of(found)]), queries.catalogue()),
        "months": months if is_whole else [(each["period"], [each]) for x in by_month.values() for each in x],
        "is_whole": is_whole,
        "may_remove": is_whole and not every,
        "today": today,
        "work": work(found) if is_whole else None,
        "owed": fen(sum(x.total_fen or 0 for x in every if x.issued_at and not x.paid_on and not x.withdrawn_at)),
    }
    return render(request, "kpis/contract.html", context)


def work(found: Contract) -> dict[str, Any]:
    """What is to be done about it, in the list of its first store, and the processes that can be begun."""
    home = contracts.home_of(found)
    concerned = concerns(home, f"contract {found.pk}", back=MANY_DAYS)
    begun = {x.task.key.rpartition(":")[2] for x in concerned}
    return {
        "store": home,
        "tasks": [
            {"state": x, "title": x.task.version.title, "done": len(x.task.steps_done), "steps": len(x.task.steps)}
            for x in concerned
        ],
        "processes": [x for x in contracts.processes(found) if x.source not in begun],
    }


@for_store(Action.MANAGE_CONTRACTS)
@require_POST
def contract_process(request: StoreRequest, pk: int) -> HttpResponse:
    """Field: process, one of `contracts.PROCESSES`."""
    found = the_contract(request, pk, Action.MANAGE_CONTRACTS)
    try:
        contracts.start_process(found, request.POST.get("process", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("It stands in the list of %s from today.") % contracts.home_of(found).name)
    return redirect("contract", request.store.slug, pk)


@for_store(Action.MANAGE_CONTRACTS)
@require_http_methods(["GET", "POST"])
def contract_new(request: StoreRequest) -> HttpResponse:
    """?after=3: going on from that contract with other terms."""
    after = request.GET.get("after", "")
    old = the_contract(request, int(after), Action.MANAGE_CONTRACTS) if is_id(after) else None
    return form_page(request, None, old)


@for_store(Action.MANAGE_CONTRACTS)
@require_http_methods(["GET", "POST"])
def contract_edit(request: StoreRequest, pk: int) -> HttpResponse:
    return form_page(request, the_contract(request, pk, Action.MANAGE_CONTRACTS), None)


def form_page(request: StoreRequest, found: Contract | None, old: Contract | None) -> HttpResponse:
    opened = contracts.stores_open(request.user, Action.MANAGE_CONTRACTS, closed=found is not None)
    like = contracts.successor(old) if old else found
    chosen = [x.pk for x in old.stores.all()] if old else [] if found else [request.store.pk]
    fixed = found is not None and contracts.is_fixed(found)
    form = ContractForm(request.POST or None, stores=list(opened.values()), contract=like, chosen=chosen, fixed=fixed)
    if request.method == "POST" and form.is_valid():
        stores = [opened[int(pk)] for pk in form.cleaned_data["stores"]]
        try:
            made = contracts.save(found, stores, form.cleaned_data["brand"], form.fields_of(), old)
        except ValidationError as problem:
            form.told(problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages})
        else:
            messages.success(request, _("“%s” was saved.") % made.title)
            here = request.store if request.store.pk in {x.pk for x in stores} else stores[0]
            return redirect("contract", here.slug, made.pk)
    context = {"form": form, "contract": found, "after": old, "fixed": fixed, "names": labels()}
    return render(request, "kpis/contract_form.html", context, status=422 if form.is_bound else 200)


@for_store(Action.MANAGE_CONTRACTS)
@require_POST
def contract_remove(request: StoreRequest, pk: int) -> HttpResponse:
    found = the_contract(request, pk, Action.MANAGE_CONTRACTS)
    try:
        contracts.remove(found)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("contract", request.store.slug, pk)
    messages.success(request, _("“%s” was deleted.") % found.title)
    return redirect("contracts", request.store.slug)
