"""计划 › 版本: the versions and scenarios of a year side by side, by the year and month by month."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis.views import plan_words
from kpis.views.plan import QUARTERS, allowed, sees_drafts, year_asked
from kpis.year import plan_wire, plans
from kpis.year.plan_cells import load
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action

SALES = "real_amt"
SPANS = ("year", *QUARTERS)
Rows = dict[str, dict[str, Any]]


@for_store(Action.VIEW_DATA)
@require_GET
def plan_versions(request: StoreRequest) -> HttpResponse:
    """?year=, ?v= once for each version beside another (else the newest three), ?row= the figure by month."""
    year = year_asked(request, clock.today(request.store.timezone))
    found = plans.versions(request.store, year)
    asked = {int(x) for x in request.GET.getlist("v") if x.isdecimal()}
    beside = [x for x in found if x.number in asked] if asked else found[:3]
    sheets: list[Rows] = [{row["key"]: row for row in plan_wire.plan_json(load(x))["rows"]} for x in beside]
    numbers = [row for row in with_numbers(sheets).values() if row["kind"] == "number"]
    key = request.GET.get("row", SALES)
    key = key if any(row["key"] == key for row in numbers) else SALES
    context = {
        "year": year,
        "versions": [{"plan": x, "is_shown": x in beside} for x in found],
        "columns": beside,
        "rows": side_by_side(numbers, sheets),
        "figures": [(row["key"], row["label"]) for row in numbers],
        "figure": key,
        "months": month_by_month(beside, sheets, key),
        "may_edit": allowed(request, Action.SET_TARGETS),
        "sees_drafts": sees_drafts(request),
        "scenarios": plans.scenarios(),
    }
    return render(request, "kpis/plan_versions.html", context)


def with_numbers(sheets: list[Rows]) -> Rows:
    """The rows that hold anything in any version, as the first that has them tells them."""
    keys = dict.fromkeys(key for sheet in sheets for key, row in sheet.items() if row["kind"] == "number")
    found = {}
    for key in keys:
        each = [sheet[key] for sheet in sheets if key in sheet]
        if any(row["totals"]["year"] for row in each):
            found[key] = each[0]
    return found


def side_by_side(rows: list[dict[str, Any]], sheets: list[Rows]) -> list[dict[str, Any]]:
    """The year of each number row, for every version beside another."""
    found = []
    for row in rows:
        totals = [plan_words.number(sheet[row["key"]]["totals"]["year"]) if row["key"] in sheet else None
                  for sheet in sheets]  # fmt: skip
        scale = plan_words.scale_of(row["unit"], totals)
        cells = told(totals, [totals[-1] if totals else None] * len(totals), row["unit"], scale)
        found.append({"label": row["label"], "scale": scale, "cells": cells})
    return found


def month_by_month(beside: list[Any], sheets: list[Rows], key: str) -> dict[str, Any]:
    """One figure of each version: twelve months, the quarters and the year."""
    each = []
    for sheet in sheets:
        row = sheet.get(key)
        cells = [plan_words.number(cell["value"]) for cell in row["cells"]] if row else [None] * 12
        totals = {span: plan_words.number(row["totals"][span]) if row else None for span in SPANS}
        each.append([*cells, *(totals[x] for x in QUARTERS), totals["year"]])
    unit = next((sheet[key]["unit"] for sheet in sheets if key in sheet), "count")
    scale = plan_words.scale_of(unit, [value for values in each for value in values])
    base = each[-1] if each else []
    names = [*plan_words.months(), "Q1", "Q2", "Q3", "Q4", _("Year")]
    lines = [
        {"plan": plan, "cells": list(zip(names, told(values, base, unit, scale), strict=True))}
        for plan, values in zip(beside, each, strict=True)
    ]
    return {"names": names, "lines": lines, "scale": scale}


def told(
    values: Sequence[Decimal | None], base: Sequence[Decimal | None], unit: str, scale: int
) -> list[dict[str, Any]]:
    """Numbers of a row, and how far each is from its place in another; no change where it is the same."""
    return [
        {"text": text, "change": value / then - 1 if value is not None and then and value != then else None}
        for text, value, then in zip(plan_words.shown_all(values, [], unit, scale), values, base, strict=True)
    ]
