"""What stands behind an input that is no sum of the period's days: targets, other spans, people of other spans."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from kpis import evidence
from kpis.answers import ExplainLine, Figure
from kpis.listings import LISTINGS, Scope
from kpis.listings.links import query
from kpis.measures import MEASURES
from kpis.metrics import CONTEXT, METRICS, Context
from kpis.readings import Reader
from opsplan.lib.periods import DAY, Period, add_months, month_of
from stores.models import Store

TARGETS = ("target", "month_target", "month_plan")
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
        if context.kind in TARGETS and (found := target_line(key, context, scope)):
            yield found
        elif context.kind in PEOPLE:
            yield people_line(key, value, PEOPLE[context.kind], scope)
        elif context.kind == "same_days":
            yield from same_days(key, context, scope)
        elif span := other_span(context.kind, figure.period, reader):
            address = f"{context.of}?period=custom&from={span.first}&to={span.last}"
            yield ExplainLine(f"figure:{key}", 1, value, address)


def spans(figure: Figure, reader: Reader) -> Iterable[tuple[str, Period]]:
    """The other metrics its inputs are, each with the days it is read on."""
    for key, value in figure.inputs.items():
        if key not in CONTEXT or value is None:
            continue
        kind, of = CONTEXT[key].kind, CONTEXT[key].of
        if span := other_span(kind, figure.period, reader):
            yield of, span
        elif kind == "same_days" and (days := sorted(x for d in figure.period if (x := add_months(d, -1)))):
            yield of, Period(days[0], days[-1])


def target_line(key: str, context: Context, scope: Scope) -> ExplainLine | None:
    """The targets an input is made of; None where none is set (a plan then stands on the month so far)."""
    period = scope.period if context.kind == "target" else month_of(scope.period.last)
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


def same_days(key: str, context: Context, scope: Scope) -> Iterable[ExplainLine]:
    """The rows of the same day numbers of the month before; days that month did not have are left out."""
    days = sorted({day for d in scope.period if (day := add_months(d, -1))})
    if not days:
        return
    span = Period(days[0], days[-1])
    own = replace(scope, period=span, skipped=frozenset(span) - frozenset(days))
    for name in METRICS[context.of].needs:
        for listing, field, narrowed in evidence.counted(MEASURES[name], own):
            rows, amount = evidence.total(LISTINGS[listing].rows(narrowed), field)
            if rows:
                head = "less" if name.startswith("brush_") else listing
                yield ExplainLine(f"{head}:{key}", rows, amount, query(listing, field, narrowed))


def other_span(kind: str, period: Period, reader: Reader) -> Period | None:
    """The days of the other figure an input is, None for what only the calendar tells."""
    last = period.last
    if kind in ("month_to_date", "month_plan"):
        month = month_of(last)
        return Period(month.first, max(month.first, min(last, reader.today - DAY)))
    if kind in ("previous", "last_year"):
        return reader.match(kind, period).span
    known = {
        "last_day": (last, last),
        "week_before": (last - 7 * DAY, last - 7 * DAY),
        "last_28_days": (last - 27 * DAY, last),
        "last_365_days": (last - 364 * DAY, last),
    }
    return Period(*known[kind]) if kind in known else None
