"""The explain drawer, and the same as a page; the figure day by day."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from kpis import queries
from kpis.answers import SILENT, ExplainLine, ExplainSource, Explanation, Figure, Missing
from kpis.breakdowns.side_words import alike_words
from kpis.display import boards
from kpis.figure_words import MARKS, why
from kpis.files import layouts
from kpis.reporting.reconcile import difference
from kpis.views.board import span_of
from kpis.views.tables import cell, remarks
from kpis.views.words import links_to
from kpis.why.explain import (
    Formula,
    Term,
    explanation,
    formula,
    input_label,
    input_source,
    input_unit,
    is_context,
    surplus,
)
from kpis.writing import day_list
from opsplan.lib.sheets import Cell
from opsplan.lib.text import sentences
from staff.access import StoreRequest, for_store
from staff.roles import Action, Level, may
from stores.downloads import file_response
from stores.spans import Span

# listing, or listing:measure where the measure decides the words
COUNTED: dict[str, Promise] = {
    "orders_made": gettext_lazy("Orders placed"),
    "orders_paid": gettext_lazy("Paid orders"),
    "orders_made_paid": gettext_lazy("Orders placed and paid in the period"),
    "orders_new": gettext_lazy("Orders of new buyers"),
    "orders_returning": gettext_lazy("Orders of returning buyers"),
    "orders_repeat": gettext_lazy("Orders of buyers with two or more"),
    "orders_earlier": gettext_lazy("Orders of the earlier half of the days"),
    "orders_again": gettext_lazy("Orders of people who came back in the later half"),
    "orders_fans": gettext_lazy("Orders of buyers with three or more in a year"),
    "orders_sent_back": gettext_lazy("Paid orders that were sent back"),
    "orders_campaign": gettext_lazy("Orders paid in a campaign of the whole store"),
    "orders_valid": gettext_lazy("Paid orders that were not fully refunded"),
    "orders_refunded": gettext_lazy("Paid orders with a refund"),
    "orders_undated": gettext_lazy("Refunds in the order file without a date, on the payment day"),
    "orders_unlined": gettext_lazy("Paid orders without items"),
    "fees": gettext_lazy("Fees the platform kept"),
    "lines": gettext_lazy("Items of paid orders"),
    "product_lines": gettext_lazy("Items of paid orders"),
    "lines_named": gettext_lazy("Items of known products"),
    "lines_best": gettext_lazy("Items of the products that make 80 % of sales"),
    "lines_campaign": gettext_lazy("Items in a campaign"),
    "lines_costed": gettext_lazy("Items with the cost of their day"),
    "lines_uncosted": gettext_lazy("Items without a cost"),
    "lines_undated": gettext_lazy("Refunds in the order file without a date, on the payment day"),
    "refunds": gettext_lazy("Refunds that succeeded"),
    "traffic": gettext_lazy("Days of shop traffic"),
    "flow": gettext_lazy("Rows of traffic sources"),
    "flow_paid": gettext_lazy("Rows of paid traffic sources"),
    "items": gettext_lazy("Rows of product traffic"),
    "items_listed": gettext_lazy("Items in the item report"),
    "ads": gettext_lazy("Rows of ad reports"),
    "ads_sales": gettext_lazy("Rows of ad channels that report sales"),
    "ads_clicks": gettext_lazy("Rows of ad channels that report clicks"),
    "ads_views": gettext_lazy("Rows of ad channels that report impressions"),
    "targets": gettext_lazy("Targets"),
    "entries": gettext_lazy("Entries typed by hand"),
    "merged": gettext_lazy("Several orders of the same buyer"),
    "merged_lines": gettext_lazy("Several items of the same product or order"),
    "less": gettext_lazy("Fake orders, taken off (typed by hand)"),
}
LEFT_OUT: dict[str, Promise] = {
    "orders_unpaid": gettext_lazy("Ordered but not paid"),
    "orders_given_back": gettext_lazy("Paid, then fully refunded or closed"),
    "orders_no_buyer": gettext_lazy("Paid orders whose buyer cannot be told"),
    "orders_undated": gettext_lazy("Refunds without a date (not taken off sales)"),
    "refunds": gettext_lazy("Refunds of these days (not taken off sales)"),
    "refunds_open": gettext_lazy("Refunds asked for, not yet granted"),
    "ads_shadowed": gettext_lazy("The same ad money by plan or item, already in the account rows"),
    "flow_shadowed": gettext_lazy("The same visitors once more: totals beside their details"),
}


@for_store(Action.VIEW_KPIS)
@require_GET
def explain(request: StoreRequest, metric: str) -> HttpResponse:
    """One figure explained; `of=channel:KEY`, `of=product:CODE`, `of=stage:KEY`, `of=role:KEY` or `of=campaign:NUMBER`
    narrows it. htmx gets the part alone."""
    info, span = known(metric), span_of(request)
    try:
        figure, label, narrowed = boards.figure_of(request.store, metric, span.period, span.compare, of(request))
    except LookupError:
        raise Http404 from None
    told = explanation(request.store, figure, **narrowed)
    context = {
        "info": info,
        "figure": figure,
        "member_label": label,
        "compared": [figure.compare[name] for name in span.compare if name in figure.compare],
        "definition": definition_words(figure),
        "formula": formula_words(formula(figure), figure),
        "warnings": [*warnings(figure), *told.notes],
        "surplus": surplus(figure),
        "counted": [line_words(line, COUNTED, request) for line in told.counted],
        "left_out": [line_words(line, LEFT_OUT, request) for line in told.left_out],
        "sources": source_words(told, request),
        "holes": holes(figure, request),
        "closed": None if of(request)[0] else difference(request.store, figure),
        "may_see_data": request.member.may(Action.VIEW_DATA),
        "api": api_address(request, metric, span),
        "span": span,
        "query": span.query(),
        "days_url": "" if of(request)[0] else reverse("explain_days", args=[request.store.slug, metric]),
        **links_to(request),
    }
    template = "kpis/_explain.html" if request.headers.get("HX-Request") else "kpis/explain.html"
    return render(request, template, context)


def known(metric: str) -> Any:
    try:
        return queries.metric(metric)
    except queries.UnknownMetric:
        raise Http404 from None


def of(request: StoreRequest) -> tuple[str, str]:
    """("channel", key), ("product", code), ("stage", key) …, or ("", "")."""
    kind, _colon, key = request.GET.get("of", "").partition(":")
    return (kind, key) if kind in ("channel", "product", *boards.GROUPED_BY) else ("", "")


def definition_words(figure: Figure) -> dict[str, Any] | None:
    """Which reading of a KPI with several the figure speaks for, and since when; None where there is only one."""
    if figure.definition is None:
        return None
    chosen = queries.metric(figure.definition.metric)
    return {"label": chosen.label, "words": chosen.formula_words, "since": figure.definition.since}


def formula_words(found: Formula, figure: Figure) -> dict[str, Any]:
    """A fraction with names and the same with numbers; or the inputs one by one."""
    return {
        "top": parts(found.top),
        "bottom": parts(found.bottom),
        "inputs": found.inputs,
        "is_fraction": bool(found.bottom),
        "is_sum": bool(found.top) and not found.bottom and len(found.top) > 1,
        "unit": figure.unit,
    }


def parts(terms: tuple[Term, ...]) -> list[dict[str, Any]]:
    """Terms with the sign that stands before them: none before a first plus."""
    return [{"sign": "−" if term.sign < 0 else "+" if i else "", "term": term} for i, term in enumerate(terms)]


STAYING = {"unfinished_day", SILENT}  # reasons whose days are in the figure


def warnings(figure: Figure) -> list[str]:
    """The marks as sentences: what a reader must know before trusting the number."""
    told = []
    skipped = sorted({day for each in figure.missing for day in each.days if each.code not in STAYING})
    if "daily_sum" in figure.marks:
        told.append(_("The sum of daily figures: people who came on several days are counted on each of them."))
    if "estimated" in figure.marks:
        told.append(_("Part of this is told without its day or its amount and stands on the payment day: an estimate."))
    if SILENT in figure.marks:
        told.append(str(MARKS[SILENT][1]))
    if "redefined" in figure.marks and figure.definition:
        text = _("The store uses this definition since %s, inside the period; all of the period is read that way.")
        told.append(text % figure.definition.since)
    told += alike_words(figure)
    partial = next((mark.removeprefix("partial ") for mark in figure.marks if mark.startswith("partial")), "")
    if partial:
        done, _slash, days = partial.partition("/")
        text = _("It stands on %(done)s of %(days)s days.") % {"done": done, "days": days}
        if skipped:
            text = sentences(text, _("Left out, above and below the line: %s.") % day_list(skipped))
        told.append(text)
    return told


def line_words(line: ExplainLine, words: Mapping[str, Promise], request: StoreRequest) -> dict[str, Any]:
    """A line with its label, and the address of its rows for those who may see them."""
    key, _colon, measure = line.code.partition(":")
    may_see = request.member.may(Action.VIEW_DATA)
    slug, listed = request.store.slug, ""
    if key == "figure":
        listed = reverse("explain", args=[slug, line.listing.partition("?")[0]]) + "?" + line.listing.partition("?")[2]
    elif line.listing and may_see:
        listed = f"{reverse('rows', args=[slug])}?{line.listing}"
    label = str(words.get(key, key))
    if measure and (key == "entries" or is_context(measure)):
        label += _(": ") + input_label(measure)
    if key in ("people", "figure"):
        label = input_label(measure)
    return {
        "label": label,
        "rows": line.rows,
        "amount": line.amount,
        "unit": amount_unit(line, key, measure),
        "is_figure": key == "figure",
        "url": listed,
        "is_people": key in ("merged", "merged_lines", "people"),
        "minus": key == "less",
    }


def amount_unit(line: ExplainLine, key: str, measure: str) -> str:
    """How to write a line's amount: yuan for `*_fen` columns, else as the input it makes is written."""
    if "_fen" in line.listing:
        return "money"
    return input_unit(measure) if key in ("entries", "targets", "figure", "less") and measure else "count"


def source_words(told: Explanation, request: StoreRequest) -> list[dict[str, Any]]:
    may_see = request.member.may(Action.VIEW_DATA)
    return [
        {
            "name": source_name(each),
            "kind": each.kind,
            "at": each.at,
            "day": each.first_day,
            "url": reverse("upload", args=[request.store.slug, each.upload_id]) if each.upload_id and may_see else "",
        }
        for each in told.sources
    ]


def source_name(source: ExplainSource) -> str:
    if source.kind == "target":
        return str(queries.metric(source.name).label)
    return input_label(source.name) if source.kind == "entry" else source.name


TO_BRING = ("not_imported", "no_source", "not_entered", "no_lines", "no_buyer_id", SILENT)


def holes(figure: Figure, request: StoreRequest) -> list[dict[str, Any]]:
    """What is missing, each reason once, with the input it is about and the way to get it."""
    seen: dict[tuple[str, tuple[dt.date, ...], str, str], Missing] = {}
    for each in figure.missing:
        seen.setdefault((each.code, each.days, source_of(each), each.channel), each)
    return [{"why": why(each), **remedy(each, request)} for each in seen.values()]


def source_of(missing: Missing) -> str:
    """Where the input that is missing comes from: a kind of coverage, entry, or "" of what is no measure."""
    return "lines" if missing.code == "no_lines" else input_source(missing.what)


def remedy(missing: Missing, request: StoreRequest) -> dict[str, str]:
    """The page where what is missing is brought in, and what to bring."""
    level, slug = Level(request.member.level), request.store.slug
    if missing.code == "no_cost" and may(level, Action.EDIT_PRODUCTS):
        return {"url": reverse("cost_paste", args=[slug]), "action": _("Enter costs")}
    if missing.code not in TO_BRING or not may(level, Action.IMPORT_DATA):
        return {}
    source = source_of(missing)
    source = "traffic" if missing.code == "no_buyer_id" and source != "entry" else source
    if source == "entry" or missing.code == "not_entered":
        return {"url": reverse("entries", args=[slug]), "action": _("Type it in")}
    file = layouts.teller(request.store.platform, source)
    return {"url": reverse("data", args=[slug]), "action": _("Import"), "file": file}


def api_address(request: StoreRequest, metric: str, span: Span) -> str:
    asked = {"from": span.period.first, "to": span.period.last, "compare": ",".join(span.compare)}
    by, member = of(request)
    narrowed = {"metric": metric, by: member} if by else {"metrics": metric}
    where = "explain" if by else "summary"
    path = f"/api/v1/stores/{request.store.slug}/kpis/{where}?{urlencode(asked | narrowed, safe=',')}"
    return request.build_absolute_uri(path)


@for_store(Action.VIEW_KPIS)
@require_GET
def days(request: StoreRequest, metric: str) -> HttpResponse:
    """The figure day by day, with the numbers in its formula."""
    info, span = known(metric), span_of(request)
    rows = queries.breakdown(request.store, [metric], span.period, "day")
    found = [(dt.date.fromisoformat(row.key), row.values[metric]) for row in rows]
    inputs = list(found[0][1].inputs)
    if request.GET.get("format"):
        header = [_("Day"), info.label, *(input_label(key) for key in inputs), _("Remarks")]
        lines: Iterable[list[Cell]] = (
            [day, cell(figure), *(figure.inputs[key] for key in inputs), remarks([figure])] for day, figure in found
        )
        return file_response(request.GET["format"], f"{request.store.slug}-{metric}-days", header, lines)
    table = [
        {
            "day": day,
            "figure": figure,
            "query": f"period=custom&from={day}&to={day}",
            "inputs": [(figure.inputs[key], input_unit(key)) for key in inputs],
        }
        for day, figure in found
    ]
    board = reverse("dashboard", args=[request.store.slug])
    context = {"info": info, "span": span, "query": span.query(), "table": table, **links_to(request)}
    context["dashboard_url"] = board
    return render(request, "kpis/days.html", {**context, "input_labels": [input_label(key) for key in inputs]})
