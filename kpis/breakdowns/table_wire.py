"""Answers for many stores, and explanations, as JSON and CSV: numbers as strings; one question, always one text."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kpis import wire
from kpis.answers import SILENT, Comparison, ExplainLine, ExplainSource, Explanation, Figure
from kpis.breakdowns.questions import THINGS
from kpis.breakdowns.sides import MARK
from kpis.breakdowns.table_lines import Note
from kpis.breakdowns.tables import Table
from kpis.metrics import METRICS
from kpis.why.explain import formula, input_label
from kpis.wire import Json
from opsplan.lib import clock
from opsplan.lib.sheets import plain

NOTES = {
    "currencies": gettext_noop(
        "The stores keep different currencies. Amounts are told for each currency and never added: "
        "there is no exchange rate that a sum could be told at."
    ),
    "reported": gettext_noop("As it was reported: figures of periods that were closed at that instant."),
    "limited": gettext_noop("There are more rows than were asked for; totals count them all."),
    "ratio": gettext_noop("A ratio is worked out anew from the sums of its parts; rows do not add up to it."),
    "context": gettext_noop("It belongs to its own span of days; rows do not add up to it."),
    "people": gettext_noop("People are counted once in each row's days, so one may stand in several rows."),
    "places": gettext_noop("A person who buys in several stores is counted once in the total."),
    "last_day": gettext_noop("A state, taken from the last day that has it; rows do not add up to it."),
    "attributed": gettext_noop("Channels are the platform's own attribution and need not add up to the shop."),
    "overlap": gettext_noop("One order, person or day may stand in several rows, or in none."),
}


def table(found: Table) -> Json:
    """{from, to, dimensions, stores, totals, rows, row_count, notes, explain}."""
    q = found.question
    stores = [
        {
            "slug": store.slug,
            "name": store.name,
            "brand": store.brand_name,
            "client": store.whose,
            "platform": store.platform,
            "currency": store.currency,
            "timezone": store.timezone,
            "version": found.versions[store.slug],
        }
        for store in q.stores
    ]
    answer: Json = {
        "from": q.period.first.isoformat(),
        "to": q.period.last.isoformat(),
        "dimensions": list(q.dimensions),
        "stores": stores,
        "totals": [
            {"currency": total.currency, "stores": list(total.stores), "values": values(total.values, q.compare)}
            for total in found.totals
        ],
        "rows": [
            {
                "key": line.key,
                "labels": line.labels,
                "currency": line.currency,
                "values": values(line.values, q.compare),
            }
            for line in found.lines
        ],
        "row_count": found.count,
        "notes": [note(each) for each in found.notes],
    }
    if q.explain:
        answer["explain"] = [
            {"store": slug, "of": {of[0]: of[1]} if of[0] else None, **explanation(told, slug)}
            for slug, of, told in found.explanations
        ]
    return answer


def values(found: dict[str, Figure], compare: Iterable[str]) -> Json:
    return {key: figure(each, compare) for key, each in found.items()}


def figure(found: Figure, compare: Iterable[str]) -> Json:
    """As `wire.figure`, and the target."""
    return {**wire.figure(found, list(compare)), "target": wire.number(found.target, found.unit)}


def note(each: Note) -> Json:
    return {"code": each.code, "metric": each.metric or None, "message": _(NOTES[each.code])}


def explanation(told: Explanation, slug: str) -> Json:
    """What the explain drawer shows: formula with its numbers, counted, left out, sources, missing days."""
    said = formula(told.figure)
    metric = METRICS[told.figure.key]
    return {
        "metric": metric.key,
        "label": _(metric.label),
        "from": told.figure.period.first.isoformat(),
        "to": told.figure.period.last.isoformat(),
        **wire.figure(told.figure),
        "formula": {
            "words": _(metric.words),
            "top": [term(each.sign, each.label, each.value, each.unit) for each in said.top],
            "bottom": [term(each.sign, each.label, each.value, each.unit) for each in said.bottom],
            "inputs": [term(each.sign, each.label, each.value, each.unit) for each in said.inputs],
        },
        "input_labels": {key: input_label(key) for key in told.figure.inputs},
        "counted": [line(each, slug) for each in told.counted],
        "left_out": [line(each, slug) for each in told.left_out],
        "sources": [source(each) for each in told.sources],
        "notes": list(told.notes),
    }


def term(sign: int, label: str, value: Any, unit: str) -> Json:
    known = unit if unit in ("money", "count") else "ratio"
    whole = known != "count" or value is None or value == value.to_integral_value()
    return {"sign": sign, "label": label, "value": wire.number(value, known if whole else "ratio")}


def line(each: ExplainLine, slug: str) -> Json:
    """`rows_url`: the page that lists exactly these rows; null where there is nothing to list."""
    amount = None if each.amount is None else f"{each.amount:f}"
    return {
        "code": each.code,
        "rows": each.rows,
        "amount": amount,
        "rows_url": f"/s/{slug}/rows?{each.listing}" if each.listing else None,
    }


def source(each: ExplainSource) -> Json:
    return {
        "kind": each.kind,
        "name": each.name,
        "at": clock.utc(each.at) if each.at else None,
        "first": each.first_day.isoformat() if each.first_day else None,
        "last": each.last_day.isoformat() if each.last_day else None,
        "import": each.upload_id,
    }


def as_csv(found: Table) -> str:
    """A line a row, then the totals (counted on base rows, never added up from the lines); UTF-8 with Excel's mark."""
    q = found.question
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [f"{name}_name" for name in q.dimensions if name in ("store", *THINGS)]
    ends = ("", *(f".{name}{end}" for name in q.compare for end in ("", ".delta")))
    columns = [f"{key}{end}" for key in q.metrics for end in ends]
    writer.writerow(["row", *q.dimensions, *names, "currency", *columns, "remarks"])
    for each in found.lines:
        labels = [plain(each.labels[name.removesuffix("_name")]) for name in names]
        key = [plain(each.key[name]) for name in q.dimensions]
        writer.writerow(["row", *key, *labels, each.currency, *cells(found, each.values), remarks(each.values)])
    for total in found.totals:
        blank = [""] * (len(q.dimensions) + len(names))
        writer.writerow(["total", *blank, total.currency, *cells(found, total.values), remarks(total.values)])
    for said in found.notes:
        about = f"{said.metric}: " if said.metric else ""
        writer.writerow(["note", about + _(NOTES[said.code])])
    return "\ufeff" + out.getvalue()


def cells(found: Table, figures: dict[str, Figure]) -> Iterable[str]:
    for key in found.question.metrics:
        each = figures.get(key)
        yield (wire.number(each.value, each.unit) if each else None) or ""
        for name in found.question.compare:
            against = each.compare.get(name) if each else None
            yield (wire.number(against.value, each.unit) if against and each else None) or ""
            yield (wire.number(against.delta, "rate") if against else None) or ""


def remarks(figures: dict[str, Figure]) -> str:
    """Marks, and the reasons of what is missing, in short."""
    said = []
    for key, each in figures.items():
        reasons = [f"{m.code} {m.channel} ({len(m.days)})" if m.channel else m.code for m in each.missing]
        codes = dict.fromkeys((*(x for x in each.marks if x != SILENT), *reasons))
        if codes:
            said.append(f"{key}: {', '.join(codes)}")
        said += [f"{key}.{name}: {alike}" for name, told in each.compare.items() if (alike := of_stores(told))]
    return "; ".join(said)


def of_stores(told: Comparison) -> str:
    """Of several stores, on how many of their days they are compared, and whose are left out."""
    said = [mark for mark in told.marks if mark.startswith(MARK)]
    if said:
        said += [f"{m.code} {m.store} ({len(m.days)})".replace("  ", " ") for m in told.missing]
    return ", ".join(said)
