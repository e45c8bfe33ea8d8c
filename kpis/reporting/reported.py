"""The answer to a question as it was reported: figures of closed periods, as they stood at an instant."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kpis.answers import Figure, Missing
from kpis.breakdowns.groups import Share, combine
from kpis.breakdowns.questions import Question
from kpis.breakdowns.table_lines import Line, Note, Total, Values, ordered
from kpis.breakdowns.tables import Table, parts_of, versions_of
from kpis.figures.readings import Parts
from kpis.metrics import METRICS, evaluate
from kpis.reporting import closing
from opsplan.lib.periods import Period
from stores.models import Store


def table(question: Question, as_of: dt.datetime) -> Table:
    """Lines by store and day only; what was not closed then has no value and says `not_reported`."""
    by_currency: dict[str, list[Store]] = {}
    for store in question.stores:
        by_currency.setdefault(store.currency, []).append(store)
    lines: list[Line] = []
    totals = []
    for currency, stores in by_currency.items():
        whole = together(stores, question.metrics, question.period, as_of)
        totals.append(Total(currency, tuple(store.slug for store in stores), whole))
        lines += lines_of(question, currency, stores, as_of) if question.dimensions else ()
    lines = ordered(lines, question)
    notes = (Note("reported"), *([Note("currencies")] if len(totals) > 1 else []))
    kept = question.page(lines)
    return Table(question, kept, len(lines), tuple(totals), notes, (), versions_of(question.stores))


def lines_of(question: Question, currency: str, stores: Sequence[Store], as_of: dt.datetime) -> Iterable[Line]:
    apart = [[store] for store in stores] if "store" in question.dimensions else [list(stores)]
    for some in apart:
        for when, span in parts_of(question):
            key, labels = {"store": some[0].slug, "day": when}, {"store": some[0].name, "day": when}
            values = together(some, question.metrics, span, as_of)
            names = question.dimensions
            yield Line({x: key[x] for x in names}, {x: labels[x] for x in names}, currency, values)


def together(stores: Sequence[Store], keys: Sequence[str], period: Period, as_of: dt.datetime) -> Values:
    """The figures of stores together, worked out of the inputs that were kept of each."""
    kept = {store: closing.as_reported(store, keys, period, as_of) or {} for store in stores}
    if len(stores) == 1:
        return {key: kept[stores[0]].get(key) or nothing(key, period) for key in keys}
    out = {}
    for key in keys:
        metric = METRICS[key]
        shares = []
        for store, figures in kept.items():
            found = figures.get(key) or nothing(key, period)
            is_told = found.value is not None and set(found.inputs) == set(metric.needs)
            ready = found.inputs if is_told else dict.fromkeys(metric.needs)
            shares.append(Share(store, Parts(found.inputs, ready, found.marks, found.missing)))
        parts = combine(metric, period, shares)
        told = replace(nothing(key, period), inputs=parts.inputs, missing=parts.missing)
        value = evaluate(metric, parts.ready)
        out[key] = replace(told, value=value, marks=parts.marks if value is not None else ())
    return out


def nothing(key: str, period: Period) -> Figure:
    metric = METRICS[key]
    return Figure(key, metric.unit, metric.better, period, None, {}, (), (Missing("not_reported", key),))
