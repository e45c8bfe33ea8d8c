"""数据覆盖: per day and source what is there, partial or missing."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kpis import queries, tasks
from kpis.answers import CoverageRow
from kpis.files import layouts
from kpis.files.uploads import State, Upload
from kpis.ingest import declaring
from kpis.ingest.covering import spans
from kpis.views.decision_words import KINDS
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, add_months, month_of
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.models import Channel, Store


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
    known = list(Channel.objects.filter(store=request.store).values_list("key", "name", "is_paid"))
    channels = {key: name for key, name, _is_paid in known}
    rows: list[dict[str, Any]] = []
    for row in queries.coverage(request.store, month):
        label = row_label(row, channels)
        cells = []
        for day, state in row.days.items():
            said = _("nothing happened") if day in row.declared else words[state]
            css = "full declared" if day in row.declared else state
            cells.append((css, f"{label} {formats.date_format(day, 'Y-m-d D')}{colon}{said}"))
        counts = {state: sum(1 for x in row.days.values() if x == state) for state in words}
        told = {"kind": row.kind, "detail": row.detail, "label": label, "cells": cells, "counts": counts}
        rows.append({**told, "holes": holes(row)})
    return {
        "month": month,
        "month_days": list(month_of(month)),
        "today": today,
        "rows": rows,
        "previous_month": add_months(month, -1),
        "next_month": add_months(month, 1) if month < today.replace(day=1) else None,
        "begun": queries.begun_before_opening(request.store),
        "gaps": sum(row["counts"]["missing"] for row in rows),
        "paid_channels": {key: name for key, name, is_paid in known if is_paid},
    }


def holes(row: CoverageRow) -> list[tuple[Period, str]]:
    """The runs of missing days of which somebody may say that nothing happened, each as the query that asks for it."""
    if row.kind not in declaring.SAID:
        return []
    missing = dict.fromkeys((day for day, state in row.days.items() if state == "missing"), False)
    source = f"{row.kind}:{row.detail}" if row.detail else row.kind
    return [
        (Period(first, last), urlencode({"source": source, "from": first.isoformat(), "to": last.isoformat()}))
        for first, last, _partial in spans(missing)
    ]


def sources(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """(value, words) of everything there may have been none of, by the calendar; ads one channel at a time."""
    begun = {row["kind"] for row in shown["rows"] if row["counts"]["none"] < sum(row["counts"].values())}
    asked = [key for key in declaring.SAID if key != "ads" and (key not in declaring.PARTS or key in begun)]
    plain = [(str(key), str(declaring.SAID[key])) for key in asked]
    channels = shown["paid_channels"] | {row["detail"]: row["label"] for row in shown["rows"] if row["kind"] == "ads"}
    colon = _(": ")
    return plain + [(f"ads:{key}", f"{declaring.SAID['ads']}{colon}{name}") for key, name in channels.items()]


def where_to_say(store: Store, upload: Upload) -> str:
    """Where a person says that nothing happened, for a file that has a header and no rows; "" for any other."""
    problem = upload.problems.filter(code="no_rows").first() if upload.state == State.REJECTED else None
    kind = layouts.fact(upload.source) if problem else ""
    if problem is None or kind not in declaring.SAID:
        return ""
    first, last = problem.params.get("first", ""), problem.params.get("last", "")
    told = {"source": kind, "from": first, "to": last, "month": first[:7]}
    query = urlencode({key: value for key, value in told.items() if value})
    return reverse("coverage", args=[store.slug]) + f"?{query}#empty-days"


def page(request: StoreRequest, typed: QueryDict, errors: dict[str, str] | None = None) -> HttpResponse:
    """The whole page; `typed`: what stands in the form."""
    may_import = request.member.may(Action.IMPORT_DATA)
    shown = calendar(request)
    context = {
        "tab": "coverage",
        **shown,
        "may_import": may_import,
        "sources": sources(shown) if may_import else [],
        "typed": {name: typed.get(name, "") for name in ("source", "from", "to", "reason")},
        "errors": errors or {},
        "latest": clock.today(request.store.timezone) - DAY,
    }
    return render(request, "kpis/coverage.html", context, status=422 if errors else 200)


@for_store(Action.VIEW_DATA)
@require_GET
def coverage(request: StoreRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "kpis/_coverage.html", {"tab": "coverage", **calendar(request)})
    return page(request, request.GET)


@for_store(Action.IMPORT_DATA)
@require_POST
def empty_days(request: StoreRequest) -> HttpResponse:
    """A person says that nothing of a source happened from one day to another."""
    source, _colon, channel = request.POST.get("source", "").partition(":")
    try:
        first, last = (dt.date.fromisoformat(request.POST.get(name, "").strip()) for name in ("from", "to"))
    except ValueError:
        return page(request, request.POST, {"from": _("Give both days, written like 2026-11-11.")})
    if last < first:
        return page(request, request.POST, {"to": _("The period ends before it starts.")})
    span, reason = Period(first, last), request.POST.get("reason", "")
    try:
        upload = declaring.declare(request.store, source, span, channel=channel, by=request.user, reason=reason)
    except ValidationError as error:
        errors = {key: " ".join(texts) for key, texts in error.message_dict.items()}
        return page(request, request.POST, {"source" if key == "channel" else key: x for key, x in errors.items()})
    if upload is None:
        messages.info(request, _("That was said of these days before: nothing has changed."))
    else:
        transaction.on_commit(lambda: tasks.rebuild_store.delay(request.store.pk))
        messages.success(request, _("%s: noted. It stands in the history, like an import.") % upload.shown)
    return redirect(reverse("coverage", args=[request.store.slug]) + f"?month={first:%Y-%m}")
