"""结账: periods whose figures have been reported, and each against what is known now."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kpis.reporting import closing
from kpis.reporting.reconcile import Cause, Difference, Reconciliation, reconciliation
from kpis.views.tables import cell
from kpis.views.words import labels, links_to
from kpis.why.explain import input_label, input_unit
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, month_of, week_of
from opsplan.lib.sheets import Cell
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.snapshot import one_version

DAY_KEYS = ("pay_amt", "refund_amt", "net_amt", "pay_order_cnt", "uv", "promo_cost")
CAUSES: dict[str, Promise] = {
    "orders": gettext_lazy("Orders, new or changed"),
    "lines": gettext_lazy("Order items, new or changed"),
    "refunds": gettext_lazy("Refunds of these days, new or changed"),
    "fees": gettext_lazy("What the platform kept, by settlements"),
    "refunds_later": gettext_lazy("Refunds on other days, of orders paid on these"),
    "traffic": gettext_lazy("Days of shop traffic, new or changed"),
    "flow": gettext_lazy("Rows of traffic sources, new or changed"),
    "items": gettext_lazy("Rows of product traffic, new or changed"),
    "ads": gettext_lazy("Rows of ad reports, new or changed"),
    "entry": gettext_lazy("Typed by hand, new or changed"),
    "entry_removed": gettext_lazy("Hand entries taken away"),
    "cost": gettext_lazy("Costs changed"),
    "campaign": gettext_lazy("Campaigns changed"),
    "undone": gettext_lazy("Imports taken back"),
    "declared": gettext_lazy("Days said to be empty"),
}


@for_store(Action.VIEW_DATA)
@require_GET
def closings(request: StoreRequest) -> HttpResponse:
    return list_page(request)


def list_page(
    request: StoreRequest, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> HttpResponse:
    today = clock.today(request.store.timezone)
    month, week = month_of(today.replace(day=1) - DAY), week_of(week_of(today).first - DAY)
    typed = typed or {"first": month.first.isoformat(), "last": month.last.isoformat(), "note": ""}
    context = {
        "tab": "closing",
        "closings": closing.closings(request.store),
        "may_close": request.member.may(Action.CLOSE_PERIODS),
        "typed": typed,
        "errors": errors or {},
        "suggested": [(_("Last month"), month), (_("Last week"), week)],
        "latest": today - DAY,
    }
    return render(request, "kpis/closings.html", context, status=422 if errors else 200)


@for_store(Action.CLOSE_PERIODS)
@require_POST
def closing_new(request: StoreRequest) -> HttpResponse:
    typed = {name: request.POST.get(name, "").strip() for name in ("first", "last", "note")}
    try:
        days = [dt.date.fromisoformat(typed[name]) for name in ("first", "last")]
    except ValueError:
        return list_page(request, typed, {"first": _("Give both days, written like 2026-11-11.")})
    try:
        closed = closing.close(request.store, days[0], days[1], request.user, typed["note"])
    except ValidationError as problem:
        return list_page(request, typed, told(problem))
    messages.success(request, _("%s is closed: its figures are kept as they stand now.") % closed)
    return redirect("closing", request.store.slug, closed.pk)


def told(problem: ValidationError) -> dict[str, str]:
    """Sentences by field; what is about no field stands under `first`."""
    if hasattr(problem, "error_dict"):
        return {field: " ".join(texts) for field, texts in problem.message_dict.items()}
    return {"first": " ".join(problem.messages)}


def the_closing(request: StoreRequest, pk: int) -> Any:
    found = closing.find(request.store, pk)
    if found is None:
        raise Http404
    return found


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def closing_detail(request: StoreRequest, pk: int) -> HttpResponse:
    """As reported, now, the difference and why; `all=1` shows the figures that are as they were, too."""
    closed = the_closing(request, pk)
    if request.GET.get("format"):
        return exported(request, reconciliation(closed))
    found, names = reconciliation(closed, (), DAY_KEYS), labels()
    shown = found.figures if request.GET.get("all") else found.different
    context = {
        "tab": "closing",
        "closed": closed,
        "period": Period(closed.first, closed.last),
        "query": f"period=custom&from={closed.first}&to={closed.last}",
        "lines": [line(each, found, names) | {"why": shortly(each, found)} for each in shown],
        "different": len(found.different),
        "same": len(found.figures) - len(found.different),
        "is_all": bool(request.GET.get("all")),
        "days": [(day, [each if each.differs else None for each in days]) for day, days in found.days.items()],
        "day_names": [names[key] for key in DAY_KEYS],
        "causes": [cause_words(cause, request) for cause in found.causes],
        "may_close": request.member.may(Action.CLOSE_PERIODS),
        **links_to(request),
    }
    return render(request, "kpis/closing.html", context)


def line(each: Difference, found: Reconciliation, names: dict[str, str]) -> dict[str, Any]:
    return {
        "key": each.key,
        "label": names[each.key],
        "reported": each.reported,
        "now": each.now,
        "unit": each.now.unit,
        "change": each.change,
        "differs": each.differs,
        "why": _("; ").join(dict.fromkeys(cause_text(cause) for cause in found.why(each))) if each.differs else "",
        "inputs": [(input_label(key), input_unit(key), then, now) for key, then, now in each.inputs],
    }


def shortly(each: Difference, found: Reconciliation) -> str:
    """The newest causes; the table below has them all."""
    texts = list(dict.fromkeys(cause_text(cause) for cause in found.why(each))) if each.differs else []
    return _("; ").join([*texts[:2], *(["…"] if len(texts) > 2 else [])])


def cause_text(cause: Cause) -> str:
    """`Refunds of these days: 2, refunds.xlsx`."""
    name = input_label(cause.name) if cause.kind == "entry" else cause.name
    text = _("%(what)s: %(rows)s") % {"what": CAUSES[cause.kind], "rows": cause.rows}
    return f"{text} · {name}" if name else text


def cause_words(cause: Cause, request: StoreRequest) -> dict[str, Any]:
    return {
        "what": CAUSES[cause.kind],
        "name": input_label(cause.name) if cause.kind == "entry" else cause.name,
        "rows": cause.rows,
        "amount": cause.amount,
        "unit": cause.unit,
        "at": cause.at,
        "who": cause.who,
        "upload_id": cause.upload_id,
    }


def exported(request: StoreRequest, found: Reconciliation) -> HttpResponse:
    names = labels()
    header = [_("Figure"), _("Unit"), _("As reported"), _("Now"), _("Difference"), _("Why")]
    rows: list[list[Cell]] = [
        [
            names[each.key],
            str(each.now.unit),
            cell(each.reported),
            cell(each.now),
            each.change,
            line(each, found, names)["why"],
        ]
        for each in found.figures
    ]
    name = f"{request.store.slug}-{found.closed.first}-{found.closed.last}-closing"
    return file_response(request.GET["format"], name, header, rows)


@for_store(Action.CLOSE_PERIODS)
@require_POST
def closing_reopen(request: StoreRequest, pk: int) -> HttpResponse:
    closed = the_closing(request, pk)
    try:
        closing.reopen(closed, request.user, request.POST.get("reason", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("%s is open again; what was reported stays on record.") % closed)
    return redirect("closing", request.store.slug, closed.pk)
