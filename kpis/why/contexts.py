"""What stands behind an input that is no sum of the period's days: targets, other spans, people of other spans."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from kpis.answers import ExplainLine, Figure
from kpis.figures.dayrows import Days
from kpis.figures.otherdays import COMPARED, before, same_days
from kpis.figures.readings import Reader
from kpis.listings import LISTINGS, Scope
from kpis.listings.links import query
from kpis.measures import MEASURES
from kpis.metrics import CONTEXT, METRICS, Context
from kpis.why import evidence
from opsplan.lib.periods import DAY, Period, month_of
from stores.models import Store

TARGETS = ("target", "whole_target", "month_target", "month_plan")
PEOPLE = {
    "earlier_30": ("orders_earlier", 60),
    "again_30": ("orders_again", 60),
    "earlier_90": ("orders_earlier", 180),
    "again_90": ("orders_again", 180),
    "fans": ("orders_fans", 365),
}


def lines(figure: Figure, store: Store, reader: Reader) -> Iterable[ExplainLine]:
    """A line for each context input with a value: the rows behind it, or the other figure it is."""
    for key, value in figure.inputs.items():
        if key not in CONTEXT or value is None:
            continue
        context, scope = CONTEXT[key], Scope(store, figure.period)
        if context.kind == "target":
            scope = replace(scope, skipped=lost(figure, reader))
        if context.kind in TARGETS and (found := target_line(key, context, scope)):
            yield found
        elif context.kind in PEOPLE:
            yield people_line(key, value, PEOPLE[context.kind], scope)
        elif days := some_days(context, figure, reader):
            yield from rows_of(key, context, days, scope)
        elif span := other_span(context, figure, reader):
            address = f"{context.of}?period=custom&from={span.first}&to={span.last}"
            yield ExplainLine(f"figure:{key}", 1, value, address)


def lost(figure: Figure, reader: Reader) -> frozenset[dt.date]:
    """The days whose target is left out: over, and without what the figure needs."""
    metric, days = reader.metric(figure.key, figure.period.last), reader.days(figure.period)
    return frozenset(days).difference(reader.known(metric, days))


def spans(figure: Figure, reader: Reader) -> Iterable[tuple[str, Period]]:
    """The other metrics its inputs are, each with the days it is read on."""
    for key, value in figure.inputs.items():
        if key not in CONTEXT or value is None:
            continue
        if days := some_days(CONTEXT[key], figure, reader):
            yield CONTEXT[key].of, Period(days[0], days[-1])
        elif span := other_span(CONTEXT[key], figure, reader):
            yield CONTEXT[key].of, span


def target_line(key: str, context: Context, scope: Scope) -> ExplainLine | None:
    """The targets an input is made of; None where none is set (a plan then stands on the month so far)."""
    period = scope.period if context.kind in ("target", "whole_target") else month_of(scope.period.last)
    way = METRICS[context.of].target
    own = replace(scope, period=period, measure=context.of if way == "month" else f"{context.of}:{way}")
    rows, amount = evidence.total(LISTINGS["targets"].rows(own), "part")
    if amount is not None and way == "level":
        amount = amount / rows if rows else None
    return ExplainLine(f"targets:{key}", rows, amount, query("targets", "part", own)) if rows else None


def people_line(key: str, value: Decimal, listed: tuple[str, int], scope: Scope) -> ExplainLine:
    name, days = listed
    own = replace(scope, period=Period(scope.period.last - (days - 1) * DAY, scope.period.last))
    rows = LISTINGS[name].rows(own).count()
    return ExplainLine(f"people:{key}", rows, value, query(name, "", own))


def some_days(context: Context, figure: Figure, reader: Reader) -> Days:
    """The other days an input counts, where they are not all of a span."""
    if context.kind == "day_numbers":
        return same_days(figure.period)
    m = reader.against(reader.metric(figure.key, figure.period.last), figure.period)
    return (m.days or ()) if m and context.kind in COMPARED else ()


def rows_of(key: str, context: Context, days: Days, scope: Scope) -> Iterable[ExplainLine]:
    """The rows of those days alone."""
    span = Period(days[0], days[-1])
    own = replace(scope, period=span, skipped=frozenset(span) - frozenset(days))
    for name in METRICS[context.of].needs:
        for listing, field, narrowed in evidence.counted(MEASURES[name], own):
            rows, amount = evidence.total(LISTINGS[listing].rows(narrowed), field)
            if rows:
                head = "less" if name.startswith("brush_") else listing
                yield ExplainLine(f"{head}:{key}", rows, amount, query(listing, field, narrowed))


def other_span(context: Context, figure: Figure, reader: Reader) -> Period | None:
    """The days of the other figure an input is, None for what only the calendar tells."""
    kind, period, last = context.kind, figure.period, figure.period.last
    if kind in ("month_to_date", "month_plan"):
        month = month_of(last)
        return Period(month.first, max(month.first, min(last, reader.today - DAY)))
    if kind in COMPARED:
        m = reader.match(kind, period)
        return m.span if METRICS[context.of].adds == "sum" else before(m, period)
    known = {
        "last_day": (last, last),
        "week_before": (last - 7 * DAY, last - 7 * DAY),
        "last_28_days": (last - 27 * DAY, last),
        "last_365_days": (last - 364 * DAY, last),
    }
    return Period(*known[kind]) if kind in known else None
