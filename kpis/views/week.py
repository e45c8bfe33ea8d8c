"""The weekly sheet (店铺每周运营计划表) as a page, as a file, and the cells that are typed right in it."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kpis.answers import Comparison, Figure
from kpis.display import boards
from kpis.figure_words import change_size, comparison_name, reasons
from kpis.views.board import frame, span_of, tab
from kpis.views.entries import posted_cells, refusal_words, save_posted, status_of
from kpis.views.words import labels
from kpis.week import entry_sheet, sheets, week_import
from kpis.week.week_book import Words, workbook
from kpis.writing import MINUS, plain, written
from opsplan.lib import cells, clock
from opsplan.lib.sheets import TYPES
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores import currency
from stores.downloads import attachment

AHEAD = dt.timedelta(days=31)  # how far a sheet of targets may lie ahead
NARROW = 14  # from so many columns on only the mark of a deviation is shown, and whole yuan above it
AGAINST: dict[str, Promise] = {
    "target": gettext_lazy("against the target"),
    "week": gettext_lazy("against the week before"),
}


@for_store(Action.VIEW_KPIS)
@require_GET
@tab("dashboard_week")
def week(request: StoreRequest) -> HttpResponse:
    context = frame(request, "dashboard_week", span_of(request)) | {"tab": "week", "span": None}
    if not boards.has_data(request.store):
        return render(request, "kpis/dashboard.html", {**context, "empty": True})
    return render(request, "kpis/dashboard.html", {**context, "week": week_words(request)})


def asked(request: StoreRequest) -> tuple[str, sheets.Sheet, str]:
    """(size, the sheet, against what), as the address says."""
    size, against = request.GET.get("days", "7"), request.GET.get("against", "target")
    size = size if size in (*sheets.SIZES, "month") else "7"
    against = against if against in sheets.AGAINST else "target"
    today = clock.today(request.store.timezone)
    period = sheets.sheet_period(size, request.GET.get("start", ""), today)
    return size, sheets.sheet(request.store, period, against), against


def week_words(request: StoreRequest) -> dict[str, Any]:
    size, sheet, against = asked(request)
    today, may_edit = clock.today(request.store.timezone), request.member.may(Action.ENTER_DATA)
    names, period = sheet_labels(), sheet.period
    earlier, later = sheets.neighbours(period, size)
    start = request.GET.get("start", "")

    def address(**changes: object) -> str:
        told = {"days": size, "start": start, "against": against} | changes
        return "?" + "&".join(f"{key}={value}" for key, value in told.items() if value)

    is_whole = len(period) > NARROW
    blocks = [
        {
            "label": sheets.BLOCKS[block],
            "lines": [
                line_words(line, names[line.key], may_edit, is_whole)
                for line in lines
                if sheets.is_shown(request.store, line)
            ],
        }
        for block, lines in sheet.blocks.items()
    ]
    return {
        "period": period,
        "title": request.store.name,
        "size": size,
        "days": [
            {"day": day, "weekend": day.weekday() >= 5, "is_today": day == today, "is_closed": day < today}
            for day in period
        ],
        "width": len(period) + 2,
        "blocks": blocks,
        "aids": [aid_words(line, names, today) for line in sheet.aids] if may_edit else [],
        "is_waiting": bool(sheet.waiting),
        "others": others_words(sheet, is_whole) if sheet.others else None,
        "may_edit": may_edit,
        "save_url": reverse("dashboard_week_cell", args=[request.store.slug]),
        "import_url": reverse("week_import", args=[request.store.slug]) + address(start=period.first),
        "last_import": week_import.last_step(request.store, request.user) if may_edit else None,
        "against": AGAINST[against],
        "earlier": address(start=earlier),
        "later": address(start=later) if later <= today + AHEAD else "",
        "now": address(start="") if today not in period else "",
        "sizes": [
            {"label": label, "url": address(days=key), "current": key == size}
            for key, label in (("7", _("7 days")), ("14", _("14 days")), ("month", _("Month")))
        ],
        "ways": [
            {"label": label, "url": address(against=key), "current": key == against} for key, label in AGAINST.items()
        ],
        "more_query": f"&days={size}&start={period.first}&against={against}",
    }


def others_words(sheet: sheets.Sheet, is_whole: bool) -> dict[str, Any]:
    """The row of the channels that have none of their own."""
    costs = ["—" if cost is None else plain(cost, 0 if is_whole else 2) for cost in sheets.cost_of_others(sheet)]
    return {
        "names": _(", ").join(sheet.others), "unit": units()["money"],
        "cells": list(zip(sheet.period, costs, strict=False)), "total": costs[-1],
    }  # fmt: skip


def sheet_labels() -> dict[str, str]:
    """metric -> what its row is called."""
    return labels() | {key: str(label) for key, label in sheets.LABELS.items()}


def line_words(line: sheets.Line, label: str, may_edit: bool, is_whole: bool) -> dict[str, Any]:
    return {
        "key": line.key,
        "label": label,
        "unit": units().get(line.total.unit, ""),
        "cells": [cell_words(cell, label, may_edit, is_whole) for cell in line.cells],
        "total": {
            "figure": line.total,
            "text": text_of(line.total, is_whole),
            "against": deviation(line.against),
        },
    }


def units() -> dict[str, str]:
    return {"money": currency.unit(), "rate": _("%")}


def cell_words(cell: sheets.Cell, label: str, may_edit: bool, is_whole: bool) -> dict[str, Any]:
    words: dict[str, Any] = {
        "key": cell.figure.key,
        "day": cell.day,
        "label": label,
        "figure": cell.figure,
        "text": text_of(cell.figure, is_whole),
        "against": deviation(cell.against),
        "marks": _("Marked: see what is behind it.") if cell.figure.marks else "",
    }
    return words | (entry_words(cell.entry) if cell.entry and may_edit else {})


def entry_words(entry: entry_sheet.Cell) -> dict[str, Any]:
    """What makes a cell one that can be typed in."""
    return {
        "entry": entry,
        "name": f"{entry.measure}:{entry.day}",
        "typed": cells.write(entry.value, entry.unit),
        "was": cells.write(entry.value, entry.unit),
        "known": cells.write(entry.known, entry.unit),
    }


def aid_words(line: entry_sheet.Line, names: dict[str, str], today: dt.date) -> dict[str, Any]:
    label = names.get(line.measure, line.label)
    return {
        "label": label,
        "cells": [
            {"key": cell.measure, "day": cell.day, "label": label, **(entry_words(cell) if cell.day <= today else {})}
            for cell in line.cells
        ],
    }


def text_of(figure: Figure, is_whole: bool = False) -> str:
    """A figure without its sign of currency or per cent, which stand in the row's head; "" for none."""
    if figure.value is None:
        return ""
    if figure.unit == "money":
        return plain(figure.value, 0 if is_whole else 2)
    return plain(figure.value * 100, 2) if figure.unit == "rate" else written(figure.value, figure.unit)


def deviation(against: Comparison | None) -> dict[str, str] | None:
    """How far a figure is from what it is set against: size with its sign, and whether that is better, in words."""
    change = against.change if against else None
    if against is None or change is None:
        return None
    size = change_size(against)
    sign = "+" if change > 0 else MINUS if change < 0 else ""
    tone, mark, word = {
        True: ("is-good", "✓", _("better")),
        False: ("is-bad", "!", _("worse")),
        None: ("is-flat", "", ""),
    }[against.is_better]
    with_what = _("last week") if against.name == "last_week" else comparison_name(against.name)
    return {"tone": tone, "mark": mark, "word": word, "size": sign + size, "with": with_what}


@for_store(Action.ENTER_DATA)
@require_POST
def cell(request: StoreRequest) -> HttpResponse:
    """Some typed cells (fields `measure:day`, `was:measure:day`): they come back, and the reason where refused."""
    posted = posted_cells(request, (*sheets.TYPED, *sheets.AIDS))
    if not posted:
        raise Http404
    refused, _changed = save_posted(request, posted)
    names, cells_back = sheet_labels(), []
    for (key, day), (text, _was) in posted.items():
        words = {"key": key, "day": day, "label": names.get(key, key), "saved": (key, day) not in refused}
        words |= entry_words(sheets.typed_cell(request.store, key, day))
        if refusal := refused.get((key, day)):
            words |= {"typed": text, **refusal_words(refusal)}
        cells_back.append(words)
    context = {"cells": cells_back, "explain": reverse("explain", args=[request.store.slug, "x"])[:-1]}
    return render(request, "kpis/_week_answer.html", context, status=status_of(refused))


def week_file(request: StoreRequest) -> HttpResponse:
    """The sheet as a workbook, laid out as operators keep it."""
    _size, sheet, _against = asked(request)
    words = Words(sheet_labels(), reasons, units())
    body = workbook(request.store, sheet, words)
    return attachment(body, TYPES["xlsx"], f"{request.store.slug}-week.xlsx")
