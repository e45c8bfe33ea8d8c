"""全部店铺: the stores a person may see, side by side, with the totals of each currency."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis import queries
from kpis.answers import Figure
from kpis.breakdowns.table_lines import Line
from kpis.breakdowns.table_wire import NOTES
from kpis.breakdowns.tables import Table
from kpis.queries import Question
from kpis.templatetags.figures import alike_mark, delta, full, marks, value
from kpis.views.explain import formula_words, known, warnings
from kpis.views.words import labels, share
from kpis.why.explain import formula
from opsplan.lib import clock
from staff.access import person
from staff.models import Member
from staff.queries import memberships
from staff.roles import Action
from stores import currency
from stores.calendars import calendar_of_all
from stores.models import Store
from stores.spans import Span, span_from

CARDS = ("real_amt", "uv", "pay_cvr", "aov_buyer", "refund_rate_amt", "roi")
COLUMNS = CARDS[1:]
SORTS = ("target", *CARDS)


@dataclass(frozen=True)
class Chosen:
    """The stores a request is about, of those somebody may see; `brand`: "" = of all of them."""

    stores: list[Store]
    brands: list[str]
    brand: str
    today: dt.date
    span: Span
    places: Sequence[Member]


def chosen(request: HttpRequest) -> Chosen | None:
    """None for somebody without stores. "Today" is the earliest among the stores' own."""
    places = memberships(person(request))
    mine = [m.store for m in places if m.may(Action.VIEW_KPIS)]
    if not mine:
        return None
    prefetch_related_objects(mine, "brand")
    brands = sorted({name for store in mine for name in (store.brand_name, store.whose) if name})
    brand = request.GET.get("brand", "")
    brand = brand if brand in brands else ""
    shown = [store for store in mine if brand in (store.brand_name, store.whose)] if brand else mine
    today = min(clock.today(store.timezone) for store in shown)
    return Chosen(shown, brands, brand, today, span_from(request.GET, today), places)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Furthest behind its target first, or as the URL says (`sort=-uv`); `brand=` narrows."""
    asked = chosen(request)
    if asked is None:
        return redirect("stores")
    shown, span = asked.stores, asked.span
    with queries.one_version():
        found = queries.table(Question(tuple(shown), CARDS, span.period, ("store",), compare=span.compare))
    sort = request.GET.get("sort", "target")
    sort = sort if sort.lstrip("-") in SORTS else "target"
    stores = {store.slug: store for store in shown}
    context = {
        "span": span,
        "span_today": asked.today,
        "calendar": calendar_of_all(asked.stores),
        "all_stores": True,
        "leads": any(m.may(Action.MANAGE_CONTRACTS) for m in asked.places),
        "brands": asked.brands,
        "brand": asked.brand,
        "sort": sort,
        "names": labels(),
        "columns": [(key, labels()[key]) for key in COLUMNS],
        "sections": sections(found, stores, asked, sort),
        "count": len(shown),
    }
    return render(request, "kpis/overview.html", context)


def sections(found: Table, stores: Mapping[str, Store], asked: Chosen, sort: str) -> list[dict[str, Any]]:
    """A part of the page for each currency: amounts of different ones are never added."""
    out, span = [], asked.span
    query = span.query() + (f"&{urlencode({'brand': asked.brand})}" if asked.brand else "")
    for total in sorted(found.totals, key=lambda each: (-len(each.stores), each.currency)):
        with currency.override(total.currency):
            lines = [line for line in found.lines if line.currency == total.currency]
            names = labels()
            cards = [
                {
                    "label": names[key],
                    "url": f"{reverse('overview_explain', args=[key, total.currency])}?{query}",
                    **written(total.values[key], span),
                }
                for key in CARDS
            ]
            rows = [row(line, stores[line.key["store"]], span) for line in ranked(lines, sort)]
            target = reached(total.values["real_amt"])
            out.append({"currency": total.currency, "cards": cards, "rows": rows, "target": target})
    return out


@login_required
@require_GET
def overview_explain(request: HttpRequest, metric: str, code: str) -> HttpResponse:
    """A total of one currency: its formula with the stores' sums in it, each store's own figure, and why these do not
    add up where they do not."""
    asked = chosen(request)
    stores = [store for store in asked.stores if store.currency == code] if asked else []
    if asked is None or not stores:
        raise Http404
    info, span = known(metric), asked.span
    with queries.one_version():
        found = queries.table(Question(tuple(stores), (metric,), span.period, ("store",), compare=span.compare))
    [total], by_slug = found.totals, {store.slug: store for store in stores}
    figure = total.values[metric]
    with currency.override(code):
        context = {
            "info": info,
            "figure": figure,
            "compared": [figure.compare[name] for name in span.compare if name in figure.compare],
            "formula": formula_words(formula(figure), figure),
            "warnings": warnings(figure),
            "code": code,
            "lines": [
                {
                    "name": by_slug[line.key["store"]].name,
                    "figure": line.values[metric],
                    "url": f"{reverse('explain', args=[line.key['store'], metric])}?{span.query()}",
                }
                for line in ranked(found.lines, f"-{metric}")
            ],
            "notes": [str(_(NOTES[each.code])) for each in found.notes],
            "span": span,
            "all_stores": True,
        }
        template = "kpis/_overview_explain.html" if request.headers.get("HX-Request") else "kpis/overview_explain.html"
        return render(request, template, context)


def row(line: Line, store: Store, span: Span) -> dict[str, Any]:
    explain = reverse("explain", args=[store.slug, "x"]).removesuffix("x")
    query = span.query()
    return {
        "store": store,
        "url": f"{reverse('dashboard', args=[store.slug])}?{query}",
        "target": reached(line.values["real_amt"]),
        "cells": [
            {"url": f"{explain}{key}?{query}", "key": key, **written(line.values[key], span, is_table=key in COLUMNS)}
            for key in CARDS
        ],
    }


def written(figure: Figure, span: Span, *, is_table: bool = False) -> dict[str, SafeString]:
    """A figure as text, in the currency that is active now: value, change, marks."""
    against = [figure.compare[name] for name in span.compare if name in figure.compare][:1]
    said = replace(
        figure, marks=tuple(mark for mark in figure.marks if mark != "daily_sum" or "overlap" not in figure.marks)
    )
    return {
        "value": full(figure) if is_table else value(figure),
        "change": format_html_join("", "{}", ((delta(each),) for each in against)),
        "marks": format_html_join(" ", "{}", ((each,) for each in (marks(said), *map(alike_mark, against)) if each)),
    }


def reached(figure: Figure) -> dict[str, Any] | None:
    """How much of the target of the period's days has been reached, as a share and the width of a bar."""
    part = figure.reached(figure.target)
    if part is None:
        return None
    return {"share": part, "width": share(part), "is_behind": part < 1}


def ranked(lines: Sequence[Line], sort: str) -> list[Line]:
    """What has no value comes last, whichever way."""
    key, down = sort.lstrip("-"), sort.startswith("-")

    def rank(line: Line) -> tuple[bool, Decimal]:
        if key == "target":
            told = reached(line.values["real_amt"])
            number = told["share"] if told else None
        else:
            number = line.values[key].value
        return number is None, Decimal(0) if number is None else -number if down else number

    return sorted(sorted(lines, key=lambda line: line.labels["store"]), key=rank)
