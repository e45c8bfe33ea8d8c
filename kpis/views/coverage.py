"""数据覆盖: per day and source what is there, partial or missing."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis import queries
from kpis.answers import CoverageRow
from kpis.views.decision_words import KINDS
from opsplan.lib import clock
from opsplan.lib.periods import add_months, month_of
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.models import Channel


def month_asked(request: StoreRequest, today: dt.date) -> dt.date:
    """?month=YYYY-MM, else the month of yesterday: the last one with a closed day."""
    try:
        return dt.date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        return (today - dt.timedelta(days=1)).replace(day=1)


def row_label(row: CoverageRow, channels: dict[str, str]) -> str:
    return channels.get(row.detail, row.detail) if row.kind == "ads" else str(KINDS[row.kind])


def calendar(request: StoreRequest) -> dict[str, Any]:
    """The context of the calendar: labelled rows of (day, state, title), the months to page to."""
    today = clock.today(request.store.timezone)
    month = month_asked(request, today)
    words = {
        "full": _("complete"),
        "partial": _("partly there"),
        "missing": _("missing"),
        "none": _("nothing expected"),
    }
    colon = _(": ")
    channels = dict(Channel.objects.filter(store=request.store).values_list("key", "name"))
    rows: list[dict[str, Any]] = []
    for row in queries.coverage(request.store, month):
        label = row_label(row, channels)
        cells = [
            (state, f"{label} {formats.date_format(day, 'Y-m-d D')}{colon}{words[state]}")
            for day, state in row.days.items()
        ]
        counts = {state: sum(1 for x in row.days.values() if x == state) for state in words}
        rows.append({"kind": row.kind, "label": label, "cells": cells, "counts": counts})
    return {
        "month": month,
        "month_days": list(month_of(month)),
        "today": today,
        "rows": rows,
        "previous_month": add_months(month, -1),
        "next_month": add_months(month, 1) if month < today.replace(day=1) else None,
        "gaps": sum(row["counts"]["missing"] for row in rows),
    }


@for_store(Action.VIEW_DATA)
@require_GET
def coverage(request: StoreRequest) -> HttpResponse:
    template = "kpis/_coverage.html" if request.headers.get("HX-Request") else "kpis/coverage.html"
    return render(request, template, {"tab": "coverage", **calendar(request)})
