"""计划: a year's plan as a grid, its versions, and the way from draft to approval."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis import queries
from kpis.advice import milestones, plan_actuals, plan_suggest
from kpis.planning.factors import SALES
from kpis.views import plan_words
from kpis.year import plan_parts, plan_products, plan_wire, plans
from kpis.year.plan_cells import Refused, load
from kpis.year.plan_rows import UNITS
from kpis.year.plan_sheets import workbook
from opsplan.lib import clock
from opsplan.lib.sheets import TYPES, Cell
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import attachment, file_response

QUARTERS = ("q1", "q2", "q3", "q4")
ACTUAL_ROWS = ("real_amt", "uv", "pay_cvr", "aov_buyer")


def allowed(request: StoreRequest, action: Action) -> bool:
    return request.member.may(action)


def sees_drafts(request: StoreRequest) -> bool:
    """A client reads only what is in force."""
    return allowed(request, Action.VIEW_DATA)


def year_asked(request: StoreRequest, today: dt.date) -> int:
    """?year=2026 or ?month=2026-11; this year when it makes no sense."""
    text = request.GET.get("year", "") or request.GET.get("month", "")[:4]
    year = int(text) if text.isdecimal() and len(text) == 4 else today.year
    return year if plans.FIRST_YEAR <= year <= plans.LAST_YEAR else today.year


def plan_of(request: StoreRequest, pk: int) -> Any:
    """The plan of this store, or Http404."""
    plan = plans.find(request.store, pk, drafts=sees_drafts(request))
    if plan is None:
        raise Http404
    return plan


@for_store(Action.VIEW_KPIS)
@require_GET
def plan(request: StoreRequest) -> HttpResponse:
    """The year: ?year= and, for another than the newest, ?v=<number of the version>."""
    today = clock.today(request.store.timezone)
    year, drafts = year_asked(request, today), sees_drafts(request)
    number = request.GET.get("v", "")
    chosen = plans.numbered_version(request.store, year, int(number)) if number.isdecimal() and drafts else None
    found = chosen or plans.current(request.store, year, drafts=drafts)
    context = {
        "year": year,
        "plan": found,
        "may_edit": allowed(request, Action.SET_TARGETS),
        "may_approve": allowed(request, Action.APPROVE_PLANS),
        "sees_drafts": drafts,
        "scenarios": plans.scenarios(),
        "units": UNITS.items(),
    }
    if found is None:
        context["without_plan"] = plans.targets_without_plan(request.store, year)
        context["before"] = plans.in_force(request.store, year - 1)
        return render(request, "kpis/plan.html", context)
    if request.GET.get("format"):
        return exported(request, found)
    return render(request, "kpis/plan.html", context | sheet_context(request, found, today))


def exported(request: StoreRequest, found: Any) -> HttpResponse:
    """The sheet as a file: as xlsx the operators' workbook, to be filled in and imported; as csv a row per figure or
    words, twelve months, the quarters and the year; figures in full."""
    name = f"{request.store.slug}-plan-{found.year}-v{found.number}"
    if request.GET["format"] == "xlsx":
        return attachment(workbook(load(found), plan_products.choices(request.store)), TYPES["xlsx"], f"{name}.xlsx")
    header = [_("Figure"), _("Unit"), *plan_words.months(), "Q1", "Q2", "Q3", "Q4", _("Year")]
    rows: list[list[Cell]] = []
    for row in plan_wire.plan_json(load(found))["rows"]:
        cells: list[Cell] = [
            (cell.get("text") or "").replace("\n", "、") or plan_words.number(cell.get("value"))
            for cell in row["cells"]
        ]
        totals = row.get("totals") or {}
        rows.append(
            [row["label"], row["unit"], *cells, *(plan_words.number(totals.get(x)) for x in (*QUARTERS, "year"))]
        )
    return file_response("csv", name, header, rows)


def sheet_context(request: StoreRequest, found: Any, today: dt.date) -> dict[str, Any]:
    data = plan_wire.plan_json(load(found))
    data["added"] = sorted(plan_wire.added_keys(found))
    blocks = plan_words.shown_rows(data)
    slug = request.store.slug
    is_open = found.status == "draft" and allowed(request, Action.SET_TARGETS)
    urls = {
        name: reverse(f"plan_{name}", args=[slug, found.pk])
        for name in ("data", "cells", "undo", "redo", "rows", "basis", "history", "whatif", "suggest", "products")
    }
    if allowed(request, Action.VIEW_PRODUCTS):
        urls["product"] = reverse("product", args=[slug, 0])
    months = plan_words.months()
    current = today.month if today.year == found.year else 0
    actual, under_way = plan_actuals.actuals(request.store, found.year)
    return {
        "data": data | {"urls": urls, "editable": is_open, "me": request.user.pk, "current": current},
        "words": plan_words.words(),
        "blocks": blocks,
        "months": [{"number": n, "name": name, "is_now": n == current} for n, name in enumerate(months, 1)],
        "is_open": is_open,
        "import_url": reverse("data", args=[slug]) if allowed(request, Action.IMPORT_DATA) else "",
        "actuals": actual_rows(data, actual, under_way),
        "phone": phone_cards(blocks, months, actual, current),
        "templates": plan_suggest.templates() if is_open else [],
        "metrics": plans.more_metrics(found) if is_open else [],
        "channels": plan_parts.channels_left(found) if is_open else [],
        "categories": plan_products.categories(request.store) if is_open else [],
        "short": milestones.first_short(found) if found.status in ("draft", "submitted") else None,
        "is_empty": not any(cell.get("value") or cell.get("text") for row in data["rows"] for cell in row["cells"]),
        "others": [x for x in plans.versions(request.store, found.year) if x.pk != found.pk],
    }


def actual_rows(data: dict[str, Any], actual: dict[str, plan_actuals.Actual], under_way: int) -> list[dict[str, Any]]:
    """What came, its share of the plan, the same days and the whole months of last year, of the compared rows."""
    planned = {row["key"]: row for row in data["rows"]}
    out = []
    for key in ACTUAL_ROWS:
        row, came = planned[key], actual[key]
        unit, scale = row["unit"], row.get("scale", 1)
        targets = [plan_words.number(cell["value"]) for cell in row["cells"]]
        *months, year = plan_words.shown_all(came.months, [came.year], unit, scale)
        *before, before_sum = plan_words.shown_all(came.last_year, [came.last_year_sum], unit, scale)
        *whole, whole_sum = plan_words.shown_all(came.year_before, [came.year_before_sum], unit, scale)
        out.append(
            {
                "key": key,
                "label": queries.metric(key).label,
                "unit": unit,
                "scale": scale,
                "actual": months,
                "year": year,
                "rates": [rate(value, target, n == under_way) for n, (value, target) in
                          enumerate(zip(came.months, targets, strict=True), 1)],
                "year_rate": year_rate(key, came, targets),
                "last_year": before,
                "last_year_sum": before_sum,
                "year_before": whole,
                "nothing_before": key == SALES and all(value is None for value in came.year_before),
                "year_before_sum": whole_sum,
            }
        )  # fmt: skip
    return out


def rate(value: Decimal | None, target: Decimal | None, is_open: bool) -> dict[str, Any]:
    """Actual over target; a month under way is neither good nor bad yet. came: for the grid (plan-came.js), which
    writes it anew as targets change."""
    told = {"came": None if value is None else f"{value:f}", "is_open": is_open}
    if value is None or not target:
        return told | {"text": "", "tone": ""}
    share = value / target
    return told | {"text": plan_words.shown(share, "rate"), "tone": "" if is_open else "good" if share >= 1 else "bad"}


def year_rate(key: str, came: plan_actuals.Actual, targets: list[Decimal | None]) -> str:
    """Sales so far over the year's target, both of months that have one; other rows have no sum to stand against."""
    pairs = list(zip(came.months, targets, strict=True))
    whole = sum((target for _value, target in pairs if target is not None), Decimal(0))
    sales = [value for value, target in pairs if value is not None and target is not None]
    return plan_words.shown(sum(sales, Decimal(0)) / whole, "rate") if key == "real_amt" and sales and whole else ""


def phone_cards(
    blocks: list[dict[str, Any]], months: list[str], actual: dict[str, plan_actuals.Actual], current: int
) -> list[dict[str, Any]]:
    """A month as a card, to be read on a phone: sales and how much of it came, the factors, the words."""
    rows = {row["row"]["key"]: row for block in blocks for row in block["rows"]}
    sales = rows["real_amt"]["row"]
    cards = []
    for n, name in enumerate(months, 1):
        target = plan_words.number(sales["cells"][n - 1]["value"])
        cards.append(
            {
                "name": name,
                "is_now": n == current,
                "sales": rows["real_amt"]["cells"][n - 1]["text"],
                "scale": sales["scale"],
                "rate": rate(actual["real_amt"].months[n - 1], target, n == current),
                "factors": [(rows[key]["row"]["label"], rows[key]["cells"][n - 1]["text"]) for key in
                            ("uv", "pay_cvr", "aov_buyer", "daily_orders")],
                "words": [(row["row"]["label"], row["cells"][n - 1]) for row in rows.values()
                          if row["is_word"] and row["cells"][n - 1]["text"]],
                "parts": [(row["row"], row["cells"][n - 1]["text"]) for row in rows.values()
                          if row["row"].get("node") == "real_amt" and row["cells"][n - 1]["text"]],
            }
        )  # fmt: skip
    return cards


def to_plan(request: StoreRequest, found: Any) -> HttpResponse:
    return redirect(f"{reverse('targets', args=[request.store.slug])}?year={found.year}&v={found.number}")


def told(request: StoreRequest, error: ValidationError | Refused) -> None:
    messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))


@for_store(Action.SET_TARGETS)
@require_POST
def plan_start(request: StoreRequest) -> HttpResponse:
    """A new draft. Fields: year, scenario, basis, reason, and `source`: the id of the plan to copy, or nothing."""
    year = request.POST.get("year", "")
    if not year.isdecimal():
        return HttpResponse(status=400)
    source = request.POST.get("source", "")
    found = plan_of(request, int(source)) if source.isdecimal() else None
    try:
        made = plans.start(
            request.store, int(year), request.user, source=found,
            scenario=plans.one_of(request.POST.get("scenario", ""), plans.scenarios(), "base"),
            basis=plans.one_of(request.POST.get("basis", ""), plans.bases(), "real"),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except ValidationError as error:
        told(request, error)
        return redirect("targets", request.store.slug)
    return to_plan(request, made)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_submit(request: StoreRequest, pk: int) -> HttpResponse:
    found = plan_of(request, pk)
    try:
        plans.submit(found, request.user, request.POST.get("reason", ""))
    except (Refused, ValidationError) as error:
        told(request, error)
    return to_plan(request, found)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_return(request: StoreRequest, pk: int) -> HttpResponse:
    """Hand a submitted plan back to be worked on."""
    found = plan_of(request, pk)
    try:
        plans.hand_back(found, request.user)
    except ValidationError as error:
        told(request, error)
    return to_plan(request, found)


@for_store(Action.APPROVE_PLANS)
@require_POST
def plan_approve(request: StoreRequest, pk: int) -> HttpResponse:
    found = plan_of(request, pk)
    try:
        plans.approve(found, request.user)
        messages.success(request, _("The plan is in force: its figures are the store's targets now."))
    except ValidationError as error:
        told(request, error)
    return to_plan(request, found)


@for_store(Action.SET_TARGETS)
@require_POST
def plan_discard(request: StoreRequest, pk: int) -> HttpResponse:
    found = plan_of(request, pk)
    try:
        plans.discard(found)
    except ValidationError as error:
        told(request, error)
        return to_plan(request, found)
    messages.success(request, _("The draft was thrown away."))
    return redirect(f"{reverse('targets', args=[request.store.slug])}?year={found.year}")
