"""手填: the week sheet of hand entries, saved cell by cell; without JavaScript as one form."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from kpis import tasks
from kpis.sums import targets
from kpis.week import entry_sheet
from opsplan.lib import cells, clock
from opsplan.lib.periods import DAY, Period, week_of
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.snapshot import one_version
from stores.spans import day_of

Place = tuple[str, dt.date]


class Refusal(NamedTuple):
    """What was typed and why it was not stored. `is_asked`: somebody typed otherwise meanwhile, `now` stands there."""

    text: str
    why: str
    is_asked: bool = False
    now: str = ""


Refused = dict[Place, Refusal]


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


def shown_line(
    line: entry_sheet.Line, today: dt.date, refused: Refused | None = None, posted: Collection[Place] | None = None
) -> dict[str, Any]:
    """A row for the template; with `posted` only those of its cells, as they come back."""
    cells = [
        shown(cell, line.label, today, refused) | {"saved": posted is not None and not (refused or {}).get(place)}
        for cell in line.cells
        if posted is None or (place := (cell.measure, cell.day)) in posted
    ]
    return {"line": line, "cells": cells}


def shown(cell: entry_sheet.Cell, label: str, today: dt.date, refused: Refused | None = None) -> dict[str, Any]:
    """A cell for the template: its text, and what was wrong with what was typed."""
    refusal = (refused or {}).get((cell.measure, cell.day))
    return {
        "cell": cell,
        "label": label,
        "name": f"{cell.measure}:{cell.day}",
        "was": cells.write(cell.value, cell.unit),
        "text": refusal.text if refusal else cells.write(cell.value, cell.unit),
        "known": cells.write(cell.known, cell.unit),
        "is_future": cell.day > today,
        **refusal_words(refusal),
    }


def refusal_words(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "error": refusal.why if refusal else "",
        "is_asked": bool(refusal and refusal.is_asked),
        "theirs": refusal.now if refusal else "",
    }


def save(request: StoreRequest, place: Place, text: str, was: str | None = None) -> Refusal | None:
    """Store what was typed where `was` stood (None: whatever stands there); "" takes the entry away."""
    key, day = place
    unit = entry_sheet.unit_of(key)
    try:
        value = cells.read(text, unit) if text.strip() else None
    except cells.Unreadable as problem:
        return Refusal(text, _(str(problem)))
    try:
        seen = targets.ANYTHING if was is None else cells.read(was, unit) if was.strip() else None
    except ValueError:
        seen = targets.ANYTHING
    try:
        targets.enter(request.store, key, day, value, request.user, seen)
    except ValidationError as error:
        return Refusal(text, " ".join(error.messages))
    except targets.Overtaken as error:
        return overtaken(text, unit, error)
    return None


def overtaken(text: str, unit: str, error: targets.Overtaken) -> Refusal:
    there = error.entry
    if there is None:
        return Refusal(text, _("Somebody emptied this cell meanwhile."), is_asked=True)
    now = cells.write(there.value, unit)
    told = {
        "who": there.by or _("Somebody"),
        "value": now,
        "time": f"{timezone.localtime(there.updated_at):%m-%d %H:%M}",
    }
    return Refusal(text, _("%(who)s typed %(value)s here at %(time)s.") % told, is_asked=True, now=now)


def posted_cells(request: StoreRequest, keys: Collection[str]) -> dict[Place, tuple[str, str | None]]:
    """(measure, day) -> what was typed, and what stood there: the fields `measure:day` and `was:measure:day`."""
    found: dict[Place, tuple[str, str | None]] = {}
    for name, text in request.POST.dict().items():
        key, _colon, day_text = name.partition(":")
        day = day_of(day_text) if key in keys else None
        if day is not None:
            found[key, day] = (text, request.POST.get(f"was:{name}"))
    return found


def save_posted(request: StoreRequest, posted: dict[Place, tuple[str, str | None]]) -> tuple[Refused, list[dt.date]]:
    """Store them, each for itself: what was refused, and the days something changed on.

    In whatever order they come: a part that is more than the old whole waits until the new whole stands.
    """
    left, changed = posted, []
    while True:
        refused: Refused = {}
        for place, (text, was) in left.items():
            if refusal := save(request, place, text, was):
                refused[place] = refusal
            else:
                changed.append(place[1])
        if not refused or len(refused) == len(left):
            break
        left = {place: left[place] for place in refused}
    if changed:
        count_again(request, changed)
    return refused, changed


def status_of(refused: Refused) -> int:
    """200 where all was stored, 409 where somebody typed otherwise meanwhile, else 422."""
    return 409 if any(x.is_asked for x in refused.values()) else 422 if refused else 200


def count_again(request: StoreRequest, days: Iterable[dt.date]) -> None:
    """The days are counted here and now; alerts, and other days that wait, are left to the job."""
    entry_sheet.count(request.store, sorted(set(days)))
    transaction.on_commit(lambda: tasks.rebuild_store.delay(request.store.pk))


@for_store(Action.ENTER_DATA)
@require_POST
def entry(request: StoreRequest) -> HttpResponse:
    """Some cells (fields as of the whole sheet): they come back with their totals, and the reason where refused."""
    posted = posted_cells(request, entry_sheet.KEYS)
    if not posted:
        raise Http404
    refused, _changed = save_posted(request, posted)
    today = clock.today(request.store.timezone)
    lines = dict.fromkeys((key, week_of(day)) for key, day in posted)
    rows = [shown_line(entry_sheet.one_line(request.store, *x), today, refused, posted) for x in lines]
    return render(request, "kpis/_entry_answer.html", {"rows": rows, "may_edit": True}, status=status_of(refused))


@for_store(Action.ENTER_DATA)
@require_POST
def entries_save(request: StoreRequest) -> HttpResponse:
    """The whole sheet, as a plain form sends it: fields `measure:day`, with `was:measure:day` as they stood."""
    week = week_of(day_of(request.POST.get("week", "")) or clock.today(request.store.timezone))
    sent = posted_cells(request, entry_sheet.KEYS)
    posted = {place: (text, was) for place, (text, was) in sent.items() if text.strip() != (was or "")}
    refused, changed = save_posted(request, posted)
    if changed:
        text = ngettext("%(count)s entry saved.", "%(count)s entries saved.", len(changed)) % {"count": len(changed)}
        messages.success(request, text)
    if refused:
        return sheet_page(request, week, refused)
    return redirect(f"{reverse('entries', args=[request.store.slug])}?week={week.first}")
