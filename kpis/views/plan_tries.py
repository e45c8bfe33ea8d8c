"""Trying things out on a plan before they are typed in: what-if of a month, suggestions for a year."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kpis.advice import plan_suggest, plan_whatif
from kpis.planning.factors import FACTORS, SALES
from kpis.views import plan_words
from kpis.views.plan import plan_of
from kpis.year.plan_cells import load
from opsplan.lib import cells
from staff.access import StoreRequest, for_store
from staff.roles import Action

UNITS = {"real_amt": "money", "uv": "count", "pay_cvr": "rate", "aov_buyer": "money"}


@for_store(Action.VIEW_KPIS)
@require_GET
def plan_whatif_part(request: StoreRequest, pk: int) -> HttpResponse:
    """?month=9 with what was typed; ?part=answer only what follows from it."""
    found = plan_of(request, pk)
    month = request.GET.get("month", "1")
    if month not in {str(n) for n in range(1, 13)}:
        raise Http404
    loaded = load(found)
    asked = plan_whatif.read_question(loaded, int(month), request.GET.dict())
    context: dict[str, Any] = {
        "plan": found,
        "x": plan_whatif.whatif(loaded, asked),
        "month": int(month),
        "month_name": plan_words.months()[int(month) - 1],
        "channels": loaded.channels,
        "may_edit": found.status == "draft",
    }
    if request.GET.get("part") == "answer":
        return render(request, "kpis/_plan_whatif_answer.html", context | {"ways": ways(asked, loaded.channels)})
    found = context["x"]
    values = {SALES: found.sales, "uv": asked.uv, "pay_cvr": asked.conversion, "aov_buyer": asked.per_buyer}
    context["factors"] = [factor(key, values[key], loaded.label(key)) for key in (SALES, *FACTORS)]
    context["ways"] = ways(asked, loaded.channels)
    context["margin"] = cells.write(asked.margin, "rate")
    context["refunds"] = cells.write(asked.refunds, "rate")
    return render(request, "kpis/_plan_whatif.html", context)


def factor(key: str, value: Any, label: str) -> dict[str, Any]:
    """A slider from half to double of what is planned, in what people type (percent for a rate)."""
    shown = plan_words.shown(value, UNITS[key]).replace(",", "").removesuffix("%")
    middle = float(shown or 0)
    step = {SALES: 100, "uv": 10, "pay_cvr": 0.1, "aov_buyer": 0.1}[key]
    return {"key": key, "label": label, "value": shown, "least": 0, "most": max(round(middle * 2), 1), "step": step,
            "is_rate": key == "pay_cvr"}  # fmt: skip


def ways(asked: plan_whatif.Asked, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "key": way.key,
            "name": names.get(way.key, way.key),
            "share": cells.write(way.share, "rate"),
            "cpc": cells.write(way.cpc or None, "money"),
            "arrival": cells.write(way.arrival, "rate"),
            "commission": cells.write(way.commission or None, "rate"),
        }
        for way in asked.ways
    ]


@for_store(Action.SET_TARGETS)
@require_GET
def plan_suggestion(request: StoreRequest, pk: int) -> HttpResponse:
    """Twelve amounts: ?from=last_year&growth=20, ?from=template&template=founding&total=906万, ?from=quarters&…"""
    found = plan_of(request, pk)
    try:
        made = plan_suggest.suggestion(found, request.GET.dict())
    except ValueError as error:
        return JsonResponse({"errors": [{"message": str(error)}]}, status=422)
    return JsonResponse(plan_suggest.as_json(made))
