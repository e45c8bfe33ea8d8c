"""计划, first cut: the year's targets month by month, saved cell by cell, beside what was really sold."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from kpis import queries, target_sheet
from kpis.templatetags.figures import written
from opsplan.lib import cells, clock
from staff.access import StoreRequest, for_store
from staff.roles import Action, Level, may
from stores.downloads import file_response

FIRST_YEAR, LAST_YEAR = 2000, 2100
Refused = dict[tuple[str, dt.date], dict[str, Any]]


def year_asked(request: StoreRequest, today: dt.date) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else today.year
    return year if FIRST_YEAR <= year <= LAST_YEAR else today.year


@for_store(Action.VIEW_KPIS)
@require_GET
def targets(request: StoreRequest) -> HttpResponse:
    year = year_asked(request, clock.today(request.store.timezone))
    if request.GET.get("format"):
        return exported(request, year)
    return sheet_page(request, year)


def exported(request: StoreRequest, year: int) -> HttpResponse:
    """The sheet as a file: a row per figure, twelve months and the total."""
    main, others = target_sheet.year_sheet(request.store, year)
    header = [_("Figure"), _("Unit"), *(f"{year}-{month:02d}" for month in range(1, 13)), _("Year")]
    rows = [
        (line.info.label, line.info.unit, *(cell.value for cell in line.cells), line.total) for line in [*main, *others]
    ]
    return file_response(request.GET["format"], f"{request.store.slug}-targets-{year}", header, rows)


def sheet_page(request: StoreRequest, year: int, refused: Refused | None = None) -> HttpResponse:
    today = clock.today(request.store.timezone)
    main, others = target_sheet.year_sheet(request.store, year)
    told = refused or {}
    planned = next(line for line in main if line.info.key == "real_amt")
    achieved, whole = target_sheet.achieved(request.store, year, planned)
    so_far = sum((m.actual.value for m in achieved if m.actual and m.actual.value is not None), Decimal(0))
    context = {
        "year": year,
        "today": today,
        "months": list(zip(month_names(), (m == today.replace(day=1) for m in target_sheet.months(year)), strict=True)),
        "main": [shown_line(line, told) for line in main],
        "others": [shown_line(line, told) for line in others],
        "others_filled": any(line.filled for line in others),
        "achieved": achieved,
        "whole": whole,
        "whole_rate": so_far / planned.total if planned.total and whole and whole.value is not None else None,
        "is_empty": not any(line.filled for line in [*main, *others]),
        "previous_year": year - 1,
        "next_year": year + 1,
        "may_edit": may(Level(request.member.level), Action.SET_TARGETS),
        "refused": len(told),
    }
    return render(request, "kpis/targets.html", context, status=422 if told else 200)


def month_names() -> list[str]:
    return _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()


def shown_line(line: target_sheet.Line, refused: Refused) -> dict[str, Any]:
    return {
        "line": line,
        "label": label_of(line),
        "cells": [shown(cell, label_of(line), refused.get((cell.metric, cell.month))) for cell in line.cells],
    }


def label_of(line: target_sheet.Line) -> str:
    return _("%(figure)s a day") % {"figure": line.info.label} if line.per_day else line.info.label


def shown(cell: target_sheet.Cell, label: str, refused: dict[str, Any] | None = None) -> dict[str, Any]:
    """A cell for the template; `refused` holds what was typed, why it was not saved and what a colleague set."""
    text = cells.write(cell.value, cell.unit)
    name = f"{cell.metric}:{cell.month:%Y-%m}"
    return {"cell": cell, "label": label, "name": name, "was": text, "text": text, **(refused or {})}


def save(request: StoreRequest, metric: str, month: dt.date, text: str, was: str) -> dict[str, Any]:
    """Store what was typed ("" takes the target away). Returns {} when it was saved, else what `shown` needs."""
    unit = queries.metric(metric).unit
    try:
        value = cells.read(text, unit) if text.strip() else None
        before = cells.read(was, unit) if was.strip() else None
    except ValueError:
        return {"text": text, "error": _("This is not a number.")}
    if unit == "rate" and value is not None and value > 1:
        return {"text": text, "error": _("A rate is at most 100 %.")}
    try:
        target_sheet.set_cell(request.store, metric, month, value, before, request.user)
    except target_sheet.Conflict as conflict:
        theirs = cells.write(conflict.cell.value, unit)
        return {"text": text, "error": conflict_text(conflict.cell), "theirs": theirs, "is_conflict": True}
    except ValidationError as error:
        return {"text": text, "error": " ".join(error.messages)}
    return {}


def conflict_text(now: target_sheet.Cell) -> str:
    if now.value is None:
        return _("Somebody took this target away meanwhile.")
    who = now.by or _("Somebody")
    return _("%(who)s set %(value)s meanwhile.") % {"who": who, "value": written(now.value, now.unit)}


def place(metric: str, month: str) -> tuple[str, dt.date]:
    """The cell that is meant; Http404 when there is none."""
    try:
        info, first = queries.metric(metric), dt.date.fromisoformat(f"{month}-01")
    except (queries.UnknownMetric, ValueError):
        raise Http404 from None
    if not info.plannable or not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise Http404
    return metric, first


@for_store(Action.SET_TARGETS)
@require_POST
def target(request: StoreRequest) -> HttpResponse:
    """One cell (metric, month, value, was). 200 saved; 409 somebody was quicker, told beside yours; 422 refused."""
    metric, month = place(request.POST.get("metric", ""), request.POST.get("month", ""))
    told = save(request, metric, month, request.POST.get("value", ""), request.POST.get("was", ""))
    line = target_sheet.one_line(request.store, metric, month.year)
    cell = next(cell for cell in line.cells if cell.month == month)
    context = {
        "x": shown(cell, label_of(line), told),
        "line": line,
        "may_edit": True,
        "saved": not told,
        "with_total": True,
    }
    status = 409 if told.get("is_conflict") else 422 if told else 200
    return render(request, "kpis/_target_cell.html", context, status=status)


@for_store(Action.SET_TARGETS)
@require_POST
def targets_save(request: StoreRequest) -> HttpResponse:
    """The whole sheet, as a plain form sends it: fields `metric:YYYY-MM`, with `was:metric:YYYY-MM` as they stood."""
    refused: Refused = {}
    changed = 0
    year = int(request.POST.get("year", "0")) if request.POST.get("year", "").isdecimal() else 0
    for name, text in request.POST.dict().items():
        was = request.POST.get(f"was:{name}")
        if was is None or text.strip() == was:
            continue
        metric, month = place(*name.split(":", 1))
        told = save(request, metric, month, text, was)
        if told:
            refused[metric, month] = told
        else:
            changed += 1
    if changed:
        text = ngettext("%(count)s target saved.", "%(count)s targets saved.", changed) % {"count": changed}
        messages.success(request, text)
    if refused:
        return sheet_page(request, year, refused)
    return redirect(f"{reverse('targets', args=[request.store.slug])}?year={year}")
