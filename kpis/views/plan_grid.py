"""What the grid of a plan asks and tells: JSON in, JSON out. The server's plan is the truth; the grid draws it."""

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from kpis.planning.parts import node_of
from kpis.views import plan_words
from kpis.views.plan import plan_of
from kpis.year import plan_parts, plan_products, plan_wire, plans
from kpis.year.plan_cells import Conflict, Loaded, Refused, load, redo, set_cells, undo
from staff.access import StoreRequest, for_store
from staff.roles import Action

NO_CONTENT = 204


def answer(loaded: Loaded) -> JsonResponse:
    data = plan_wire.plan_json(loaded)
    plan_words.shown_rows(data)
    return JsonResponse(data)


def attempt(found: Any, work: Callable[[], Loaded | None]) -> HttpResponse:
    """The plan as it stands after `work`; 204 when there was nothing to do; 409 or 422 with the cells and why."""
    try:
        loaded = work()
    except (Conflict, Refused) as error:
        status, problem = plan_wire.problem_json(found, error)
        return JsonResponse(problem, status=status)
    return HttpResponse(status=NO_CONTENT) if loaded is None else answer(loaded)


def body_of(request: StoreRequest) -> dict[str, Any]:
    """The JSON object that was sent; {} when it is none."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


@for_store(Action.VIEW_KPIS)
@require_GET
def plan_data(request: StoreRequest, pk: int) -> HttpResponse:
    """The plan; 204 when it is still at version ?since=."""
    found = plan_of(request, pk)
    if request.GET.get("since") == str(found.version):
        return HttpResponse(status=NO_CONTENT)
    return answer(load(found))


@for_store(Action.SET_TARGETS)
@require_POST
def plan_cells(request: StoreRequest, pk: int) -> HttpResponse:
    """{"cells": [{row, month, typed | value | text | locked, was}], "give": factor}: all or none."""
    found, body = plan_of(request, pk), body_of(request)
    give = body.get("give", "")

    def work() -> Loaded:
        return set_cells(found, plan_wire.changes_of(found, body.get("cells")), request.user, str(give))

    return attempt(found, work)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_undo(request: StoreRequest, pk: int) -> HttpResponse:
    found = plan_of(request, pk)
    return attempt(found, lambda: undo(found, request.user))


@for_store(Action.SET_TARGETS)
@require_POST
def plan_redo(request: StoreRequest, pk: int) -> HttpResponse:
    found = plan_of(request, pk)
    return attempt(found, lambda: redo(found, request.user))


@for_store(Action.SET_TARGETS)
@require_POST
def plan_basis(request: StoreRequest, pk: int) -> HttpResponse:
    """{"basis": "30" | "real"}"""
    found = plan_of(request, pk)
    basis = plans.one_of(str(body_of(request).get("basis", "")), plans.bases(), found.month_basis)
    return attempt(found, lambda: plans.change_basis(found, basis, request.user))


@for_store(Action.SET_TARGETS)
@require_POST
def plan_rows(request: StoreRequest, pk: int) -> HttpResponse:
    """{"add": {kind, title, unit} | {metric} | {channel} | {group: {title, category, codes}}}, {"change": part,
    "group": {…}} or {"remove": key}. The page is drawn anew after it."""
    found, body = plan_of(request, pk), body_of(request)
    try:
        if isinstance(added := body.get("add"), dict):
            return JsonResponse({"key": row_added(found, added, request.user)}, status=201)
        if isinstance(group := body.get("group"), dict):
            plan_parts.change_group(found, str(body.get("change", "")), **group_of(group))
        else:
            row_removed(found, str(body.get("remove", "")), request.user)
    except ValidationError as error:
        return JsonResponse({"errors": [{"message": " ".join(error.messages)}]}, status=422)
    except Refused as error:
        return JsonResponse(plan_wire.problem_json(found, error)[1], status=422)
    return HttpResponse(status=NO_CONTENT)


def row_added(found: Any, added: dict[str, Any], by: Any) -> str:
    """The key of the new row, or the part it is of."""
    if isinstance(group := added.get("group"), dict):
        return plan_parts.add_group(found, by, **group_of(group))
    if "channel" in added:
        return plan_parts.add_channel(found, str(added["channel"]), by)
    fields = {name: str(added.get(name) or "") for name in ("kind", "title", "unit", "metric")}
    return plans.add_row(found, **fields).key


def group_of(body: dict[str, Any]) -> dict[str, Any]:
    codes = body.get("codes")
    return {
        "title": str(body.get("title") or ""),
        "category": str(body.get("category") or ""),
        "codes": [str(code) for code in codes] if isinstance(codes, list) else [],
    }


def row_removed(found: Any, key: str, by: Any) -> None:
    part = node_of(key)[1]
    if part:
        plan_parts.remove(found, part, by)
    else:
        plans.remove_row(found, key)


@for_store(Action.SET_TARGETS)
@require_GET
def plan_products_found(request: StoreRequest, pk: int) -> HttpResponse:
    """Products to choose from: ?q=words of the title or code, ?category=. {"products": [{code, title}]}"""
    plan_of(request, pk)
    found = plan_products.search(request.store, request.GET.get("q", "")[:100], request.GET.get("category", ""))
    return JsonResponse({"products": [{"code": x.code, "title": x.title} for x in found]})


@for_store(Action.VIEW_DATA)
@require_GET
def plan_history(request: StoreRequest, pk: int) -> HttpResponse:
    """Who changed a cell, from what to what: ?row=uv&month=9, for the drawer."""
    found = plan_of(request, pk)
    row = found.rows.filter(key=request.GET.get("row", "uv")).first()
    month = request.GET.get("month", "1")
    if row is None or month not in {str(n) for n in range(1, 13)}:
        raise Http404
    loaded = load(found)
    history, older = plan_wire.history(found, row.key, int(month))
    context = {"plan": found, "label": loaded.label(row.key), "month": plan_words.months()[int(month) - 1],
               "changes": [plan_words.told_change(change, loaded) for change in history], "older": older}  # fmt: skip
    return render(request, "kpis/_plan_history.html", context)
