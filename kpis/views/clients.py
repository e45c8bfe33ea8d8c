"""客户: an agency's clients side by side, those furthest behind their targets first."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from kpis import queries
from kpis.clients import cockpit, contracts
from kpis.views.contract_words import days_words, left_words
from kpis.views.words import labels
from staff.access import person
from staff.roles import Action
from stores.calendars import calendar_of_all
from stores.spans import span_from


@login_required
@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """The contracts one leads; `brand=` narrows. A client, who leads none, reads its own in its store."""
    opened = contracts.stores_open(person(request), Action.MANAGE_CONTRACTS)
    if not opened:
        return redirect("overview")
    every = cockpit.led(opened)
    brands = sorted({x.brand.name for x in every})
    brand = request.GET.get("brand", "")
    brand = brand if brand in brands else ""
    shown = [x for x in every if not brand or x.brand.name == brand]
    today = cockpit.today_of(shown)
    span = span_from(request.GET, today)
    with queries.one_version():
        found = cockpit.clients(shown, span.period)
    home = next((x for x in opened.values() if x.closed_at is None), None)
    context = {
        "span": span,
        "span_today": today,
        "calendar": calendar_of_all(opened.values()),
        "all_stores": True,
        "brands": brands,
        "brand": brand,
        "clients": [words(x, span.query()) for x in found],
        "behind": sum(1 for x in found if x.worst and x.worst[2] < 0),
        "stores": len({row.store.pk for x in found for row in x.rows}),
        "waiting": sum(len(x.waiting) for x in found),
        "owed": owed(found, overdue=False),
        "overdue": owed(found, overdue=True),
        "new_url": reverse("contract_new", args=[home.slug]) if home else "",
    }
    return render(request, "kpis/clients.html", context)


def words(client: cockpit.Client, query: str) -> dict[str, Any]:
    contract, names, home = client.contract, labels(), contracts.home_of(client.contract)
    worst = client.worst
    return {
        "contract": contract,
        "url": reverse("contract", args=[home.slug, contract.pk]),
        "days": days_words(contract.first, contract.last),
        "left": left_words(contract, cockpit.today_of([contract])),
        "names": [names[key] for key in client.keys],
        "rows": [row_words(row, client.keys, names, query) for row in client.rows],
        "waiting": client.waiting,
        "unpaid": [(x, reverse("statement", args=[home.slug, x.pk]), x in client.overdue) for x in client.unpaid],
        "worst": worst and {"store": worst[0].store.name, "name": names[worst[1]], "by": worst[2]},
    }


def row_words(row: cockpit.Row, keys: Sequence[str], names: Mapping[str, str], query: str) -> dict[str, Any]:
    slug = row.store.slug
    explain = reverse("explain", args=[slug, "x"]).removesuffix("x")
    return {
        "store": row.store,
        "url": f"{reverse('dashboard', args=[slug])}?{query}",
        "cells": [
            {
                "name": names[key],
                "url": f"{explain}{key}?{query}",
                "figure": row.figures[key],
                "by": row.distances[key],
            }
            for key in keys
        ],
    }


def owed(found: Sequence[cockpit.Client], *, overdue: bool) -> list[tuple[str, int]]:
    """(currency, fen) of what is not paid; amounts of different currencies are never added."""
    sums: dict[str, int] = {}
    for client in found:
        for each in client.overdue if overdue else client.unpaid:
            code = client.contract.currency
            sums[code] = sums.get(code, 0) + (each.total_fen or 0)
    return sorted(sums.items())
