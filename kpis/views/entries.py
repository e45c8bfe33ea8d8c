"""手填: the week sheet of hand entries, saved cell by cell; without JavaScript as one form."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from kpis import entry_sheet, targets, tasks
from opsplan.lib import cells, clock
from opsplan.lib.periods import DAY, Period, week_of
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.snapshot import one_version

Refused = dict[tuple[str, dt.date], tuple[str, str]]


def day_of(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def week_asked(request: StoreRequest, today: dt.date) -> Period:
    """The week that holds ?week=, else that of yesterday: the last day that can be told."""
    return week_of(day_of(request.GET.get("week", "")) or today - DAY)


@for_store(Action.VIEW_DATA)
@require_GET
@one_version()
def entries(request: StoreRequest) -> HttpResponse:
    today = clock.today(request.store.timezone)
    return sheet_page(request, week_asked(request, today))


def sheet_page(request: StoreRequest, week: Period, refused: Refused | None = None) -> HttpResponse:
    """The sheet; what was refused comes back with what was typed and why."""
    today = clock.today(request.store.timezone)
    blocks = entry_sheet.week_sheet(request.store, week)
    told = refused or {}
    context = {
        "tab": "entries",
        "week": week,
        "days": list(week),
        "today": today,
        "blocks": [{"block": x, "lines": [shown_line(line, today, told) for line in x.lines]} for x in blocks],
        "is_deducted": any(c.value for x in blocks if x.warns for line in x.lines for c in line.cells),
        "previous_week": week.first - 7 * DAY,
        "next_week": week.first + 7 * DAY if week.last < today else None,
        "may_edit": request.member.may(Action.ENTER_DATA),
        "refused": len(told),
    }
    return render(request, "kpis/entries.html", context, status=422 if told else 200)


def shown_line(line: entry_sheet.Line, today: dt.date, refused: Refused | None = None) -> dict[str, Any]:
    return {"line": line, "cells": [shown(cell, line.label, today, refused) for cell in line.cells]}


def shown(cell: entry_sheet.Cell, label: str, today: dt.date, refused: Refused | None = None) -> dict[str, Any]:
    """A cell for the template: its text, and what was wrong with what was typed."""
    typed, error = (refused or {}).get((cell.measure, cell.day), (None, ""))
    return {
        "cell": cell,
        "label": label,
        "name": f"{cell.measure}:{cell.day}",
        "was": cells.write(cell.value, cell.unit),
        "text": cells.write(cell.value, cell.unit) if typed is None else typed,
        "known": cells.write(cell.known, cell.unit),
        "error": error,
        "is_future": cell.day > today,
    }


def save(request: StoreRequest, key: str, day: dt.date, text: str) -> str:
    """Store what was typed; "" takes the entry away. Returns what is wrong with it, "" when it was saved."""
    unit = entry_sheet.unit_of(key)
    value: Decimal | None = None
    if text.strip():
        try:
            value = cells.read(text, unit)
        except ValueError:
            return _("This is not a number.")
    try:
        targets.enter(request.store, key, day, value, request.user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def count_again(request: StoreRequest, days: Iterable[dt.date]) -> None:
    """The days are counted here and now; alerts, and other days that wait, are left to the job."""
    entry_sheet.count(request.store, days)
    transaction.on_commit(lambda: tasks.rebuild_store.delay(request.store.pk))


@for_store(Action.ENTER_DATA)
@require_POST
def entry(request: StoreRequest) -> HttpResponse:
    """One cell (measure, day, value): the cell comes back, with 422 and the reason when it was refused."""
    key, day = request.POST.get("measure", ""), day_of(request.POST.get("day", ""))
    if day is None or not entry_sheet.may_be_typed(key):
        raise Http404
    text = request.POST.get("value", "")
    error = save(request, key, day, text)
    if not error:
        count_again(request, [day])
    line = entry_sheet.one_line(request.store, key, week_of(day))
    told: Refused = {(key, day): (text, error)} if error else {}
    drawn = shown_line(line, clock.today(request.store.timezone), told)
    x = next(x for x in drawn["cells"] if x["cell"].day == day)
    context = {"x": x, "line": line, "may_edit": True, "saved": not error, "with_total": True}
    return render(request, "kpis/_entry_cell.html", context, status=422 if error else 200)


@for_store(Action.ENTER_DATA)
@require_POST
def entries_save(request: StoreRequest) -> HttpResponse:
    """The whole sheet, as a plain form sends it: fields `measure:day`, with `was:measure:day` as they stood."""
    refused: Refused = {}
    changed: list[dt.date] = []
    week = week_of(day_of(request.POST.get("week", "")) or clock.today(request.store.timezone))
    for name, text in request.POST.dict().items():
        key, _colon, day_text = name.partition(":")
        day = day_of(day_text)
        if day is None or not entry_sheet.may_be_typed(key) or text.strip() == request.POST.get(f"was:{name}", ""):
            continue
        error = save(request, key, day, text)
        if error:
            refused[key, day] = (text, error)
        else:
            changed.append(day)
    if changed:
        count_again(request, changed)
        text = ngettext("%(count)s entry saved.", "%(count)s entries saved.", len(changed)) % {"count": len(changed)}
        messages.success(request, text)
    if refused:
        return sheet_page(request, week, refused)
    return redirect(f"{reverse('entries', args=[request.store.slug])}?week={week.first}")
