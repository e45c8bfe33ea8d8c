"""The explain drawer: what a figure counts, what it leaves out and why, which files it comes from."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import parse_qsl

from django.db.models import Q
from django.utils.translation import gettext as _

from kpis.answers import ExplainLine, ExplainSource, Explanation, Figure
from kpis.figures import per_product
from kpis.figures.readings import Reader
from kpis.listings.links import days_of, query, runs
from kpis.measures import COLUMN_AT, MEASURES, SOURCE_AT, Adds, Grain, Measure
from kpis.metrics import CONTEXT, METRICS, evaluate
from kpis.metrics.base import terms
from kpis.models import ChannelDay, Coverage, Upload
from kpis.names import called
from kpis.why import contexts, evidence
from kpis.why.evidence import LISTINGS, Listing, Scope
from opsplan.lib.periods import Period, month_of
from stores.models import Store

__all__ = [
    "Formula",
    "Term",
    "days_of",
    "explanation",
    "formula",
    "input_label",
    "input_unit",
    "is_context",
    "query",
    "runs",
]

DEDUCTIONS = ("brush_amt", "brush_cnt")
MOST_SOURCES = 12
HELD = {*contexts.TARGETS, "closed_days"}  # inputs that go by what the days bear

# a source -> the listings of what it tells and the figure does not count, each with the field that says how much
LEFT_OUT = {
    "orders": (("orders_unpaid", "total_fen"),),
    "refunds": (("refunds_open", "amount_fen"),),
    "ads": (("ads_shadowed", "cost_fen"),),
    "flow": (("flow_shadowed", "uv"),),
}
PAID_MONEY = {"pay_amt", "pay_buyers", "pay_order_cnt"}


def explanation(
    store: Store, figure: Figure, *, channel: str = "", product: int | None = None, group: str = ""
) -> Explanation:
    """Explain `figure` of the store, or of one channel (its key), one product (its id) or a group of them: "stage:",
    "role:" or "campaign:" and its key."""
    measures = [MEASURES[key] for key in figure.inputs if key in MEASURES]
    scope = Scope(store, figure.period, frozenset(), channel, product, group=group)
    reader = Reader(store, [figure.key])
    reader.load(figure.period)
    if channel:
        scope = replace(scope, skipped=silent_days(reader, measures, scope))
    elif scope.is_narrowed:
        metric = reader.metric(figure.key, figure.period.last)
        days = frozenset(day for day in figure.period if not per_product.is_covered(reader, metric, day))
        scope = replace(scope, skipped=days)
    else:
        measures = [told(reader, measure, figure.period) for measure in measures]
        scope = replace(scope, skipped=skipped_days(reader, measures, figure.period) | unread_days(reader, figure))
    counted = [*counted_lines(figure, measures, scope, reader), *contexts.lines(figure, store, reader)]
    heard = replace(scope, skipped=frozenset()) if figure.value is None else scope  # heard, not counted
    found = sources(measures, heard, counted, contexts.spans(figure, reader))
    left = tuple(left_out_lines(measures, scope))
    return Explanation(figure, tuple(counted), left, tuple(found), tuple(notes(figure, reader)))


def notes(figure: Figure, reader: Reader) -> Iterable[str]:
    """That the store opened within the days whose target or time counts; of which day a state is."""
    asked = {CONTEXT[key].kind for key in figure.inputs if key in CONTEXT}
    months = Period(month_of(figure.period.first).first, month_of(figure.period.last).last)
    if (asked & HELD or "target" in figure.compare) and months.first < reader.since <= months.last:
        yield _("The store opened on %s: days before it bear no target.") % reader.since
    measures = [MEASURES[key] for key in figure.inputs if key in MEASURES]
    at = reader.state_day(measures, tuple(figure.period)) if figure.value is not None else None
    if at and (len(measures) > 1 or at[0] != figure.period.last):
        yield _("State at the end of %s.") % at[0]


def told(reader: Reader, measure: Measure, period: Period) -> Measure:
    """The measure that was read: the platform's count of people where the orders cannot tell them apart."""
    if not measure.people or reader.is_exact(measure, tuple(period)):
        return measure
    return MEASURES[measure.people]


def skipped_days(reader: Reader, measures: Iterable[Measure], period: Period) -> frozenset[dt.date]:
    """The days of the period that the figure does not count, for want of one of its inputs (G18)."""
    flows = [measure for measure in measures if measure.adds is not Adds.SNAPSHOT]
    return frozenset(day for day in period if not all(reader.has(measure, day) for measure in flows))


def unread_days(reader: Reader, figure: Figure) -> frozenset[dt.date]:
    """The days of the period that are not compared, where the figure is a change, or not over where only such count."""
    metric, days = reader.metric(figure.key, figure.period.last), tuple(figure.period)
    return frozenset(days).difference(reader.alike(metric, figure.period, reader.over(metric, days)))


def silent_days(reader: Reader, measures: Iterable[Measure], scope: Scope) -> frozenset[dt.date]:
    """The days of the period on which a channel lacks one of the inputs."""
    wanted = {measure.key: COLUMN_AT[Grain.CHANNEL].get(measure.key, measure.key) for measure in measures}
    flows = {key for key in wanted if SOURCE_AT[Grain.CHANNEL].get(key, MEASURES[key].source) == "flow"}
    rows = ChannelDay.objects.filter(scope.on("day"), channel_key=scope.channel)
    told = {day: dict(zip(wanted, values, strict=True)) for day, *values in rows.values_list("day", *wanted.values())}

    def is_silent(day: dt.date) -> bool:
        row = reader.rows.get(day)
        spoken = bool(row and "flow" in row["covered"].split())
        found = told.get(day, {key: 0 if spoken and key in flows else None for key in wanted})
        return row is None or None in found.values()

    return frozenset(day for day in scope.period if is_silent(day))


def counted_lines(figure: Figure, measures: Iterable[Measure], scope: Scope, reader: Reader) -> Iterable[ExplainLine]:
    """A line per listing; for people also how many rows fell together, and the people themselves."""
    seen = set()
    for measure in measures:
        for key, field, own in evidence.counted(measure, counted_scope(figure, measure, scope, reader)):
            if (key, field, own) in seen:
                continue
            seen.add((key, field, own))
            rows, amount = evidence.total(evidence.LISTINGS[key].rows(own), field)
            if rows or key not in ("entries", "fees", "orders_undated", "orders_unlined"):
                code = f"less:{measure.key}" if measure.key in DEDUCTIONS else f"{key}:{measure.key}"
                yield ExplainLine(code, rows, amount, query(key, field, own))
            if not field and LISTINGS[key].people:
                yield from people_lines(measure, LISTINGS[key], rows, figure, scope)


def counted_scope(figure: Figure, measure: Measure, scope: Scope, reader: Reader) -> Scope:
    """The days of which an input is counted."""
    if measure.adds is Adds.SNAPSHOT:
        every, days = [MEASURES[key] for key in figure.inputs if key in MEASURES], tuple(figure.period)
        last = reader.state_day(every, days) or reader.state_day([measure], days)
        return replace(scope, period=Period(last[0], last[0]), skipped=frozenset()) if last else scope
    if figure.value is None and None in figure.inputs.values() and not scope.is_narrowed and not scope.channel:
        # without a figure each input is told by itself, over the days it has, as in the formula
        return replace(scope, skipped=skipped_days(reader, [measure], figure.period))
    return scope


def people_lines(measure: Measure, listing: Listing, rows: int, figure: Figure, scope: Scope) -> Iterable[ExplainLine]:
    """How many rows fall together, and what is left of them, where people or things are counted once."""
    number = figure.inputs.get(measure.key)
    if measure.adds is not Adds.DISTINCT and not scope.is_narrowed:
        return
    if number is not None and (measure.adds is Adds.DISTINCT or int(number) != rows):
        what = "merged" if listing.people == "buyer_key" or measure.key == "pay_buyers" else "merged_lines"
        yield ExplainLine(what, int(number) - rows, None, "")
        yield ExplainLine(f"people:{measure.key}", int(number), None, "")


def left_out_lines(measures: Iterable[Measure], scope: Scope) -> Iterable[ExplainLine]:
    """Rows of the same sources that the figure does not count; nothing is said of kinds that are not there."""
    keys = {measure.key for measure in measures}
    wanted: list[tuple[str, str]] = []
    for source in dict.fromkeys(measure.source for measure in measures):
        wanted += LEFT_OUT.get(source, ())
    if scope.channel or scope.is_narrowed:
        wanted = [each for each in wanted if each[0] in ("ads_shadowed", "flow_shadowed")]
    else:
        if keys & {"order_cnt", "order_amt"}:
            wanted = [each for each in wanted if each[0] != "orders_unpaid"]
        if "valid_order_cnt" in keys:
            wanted.append(("orders_given_back", "known_fen"))
        if keys & PAID_MONEY and not keys & {"refund_amt", "cohort_refund_amt"}:
            wanted += [("refunds", "amount_fen"), ("orders_undated", "undated_fen")]
        if any(measure.adds is Adds.DISTINCT and measure.source == "orders" for measure in measures):
            wanted.append(("orders_no_buyer", "pay_fen"))
    for key, field in wanted:
        rows, amount = evidence.total(evidence.LISTINGS[key].rows(scope), field)
        if rows:
            yield ExplainLine(key, rows, amount, query(key, field, scope))


def sources(
    measures: Iterable[Measure],
    scope: Scope,
    counted: Sequence[ExplainLine],
    others: Iterable[tuple[str, Period]] = (),
) -> Iterable[ExplainSource]:
    """The files that spoke about these days, latest first, then the hand entries and targets that count. others: the
    metrics of other days that the figure is made of."""
    kinds = {measure.source for measure in measures}
    if any(line.rows and line.code.startswith("orders_undated") for line in counted):
        kinds.add("orders")  # what went back without a day is told by the order files
    if scope.channel and kinds & {"traffic", "orders"}:
        kinds = (kinds - {"traffic", "orders"}) | {"flow"}
    if scope.is_narrowed:
        kinds |= {"items", "lines"}
    asked_of = scope.on("day") & Q(kind__in=kinds)
    for key, span in others:
        needs = {MEASURES[name].source for name in METRICS[key].needs if name in MEASURES}
        asked_of |= replace(scope, period=span, skipped=frozenset()).on("day") & Q(kind__in=needs)
    days = Coverage.objects.filter(asked_of, upload__isnull=False)
    uploads = Upload.objects.filter(pk__in=days.values("upload")).order_by("-finished_at", "-pk")
    for upload in uploads[:MOST_SOURCES]:
        at = upload.finished_at or upload.created_at
        yield ExplainSource("file", upload.shown, at, upload.first_day, upload.last_day, upload.pk)
    for line in counted:
        asked = dict(parse_qsl(line.listing))
        kind, rows = asked.get("of", ""), LISTINGS["entries"].rows
        ends = [dt.date.fromisoformat(asked[end]) for end in ("from", "to")] if kind else []
        span = Period(ends[0], ends[1]) if ends else scope.period
        own = replace(scope, period=span, skipped=days_of(asked.get("skip", "")), measure=asked.get("measure", ""))
        if kind == "entries":
            typed = rows(own).order_by("-updated_at", "-day").values_list("measure", "updated_at", "day")
            for name, at, day in typed[:MOST_SOURCES]:
                yield ExplainSource("entry", name, at, day, day)
        elif kind == "targets":
            planned = LISTINGS["targets"].rows(own).values_list("metric", "updated_at", "month")
            for name, at, month in planned[:MOST_SOURCES]:
                yield ExplainSource("target", name, at, month, month_of(month).last)


@dataclass(frozen=True)
class Term:
    """A number in a formula: its sign, its name in the reader's language, and how to write it."""

    sign: int
    label: str
    value: Decimal | None
    unit: str


@dataclass(frozen=True)
class Formula:
    """A formula as a person reads it: `top` over `bottom` (nothing below: a sum); `inputs` where it is neither."""

    top: tuple[Term, ...] = ()
    bottom: tuple[Term, ...] = ()
    inputs: tuple[Term, ...] = ()


def formula(figure: Figure) -> Formula:
    """The formula with the numbers that stand in it; without one, the inputs alone."""
    metric = METRICS[figure.definition.metric if figure.definition else figure.key]

    def side(text: str) -> tuple[Term, ...]:
        return tuple(term(sign, key) for sign, key in terms(text))

    def term(sign: int, key: str) -> Term:
        return Term(sign, input_label(key), figure.inputs.get(key), input_unit(key))

    if not metric.top:
        return Formula(inputs=tuple(term(1, key) for key in metric.needs))
    return Formula(side(metric.top), side(metric.bottom))


def surplus(figure: Figure) -> Decimal | None:
    """Visitors above the target, where a shortfall is 0 (T-11)."""
    if figure.value != 0 or figure.key not in ("uv_gap_day", "uv_gap_month"):
        return None
    if figure.key == "uv_gap_day":
        return evaluate(METRICS["uv_surplus_day"], figure.inputs)
    needed, came = evaluate(METRICS["uv_need_month"], figure.inputs), figure.inputs.get("month_uv")
    return None if needed is None or came is None else came - needed


def input_label(key: str) -> str:
    """The name of a measure, or of another input of a formula, in the active language."""
    known = MEASURES.get(key) or CONTEXT.get(key)
    return called(key, known.label) if known else key


def input_source(key: str) -> str:
    """Where an input comes from: the kind of coverage, or "entry"; "" of what is no measure."""
    return MEASURES[key].source if key in MEASURES else ""


def is_context(key: str) -> bool:
    """Whether an input is no sum of the period's days."""
    return key in CONTEXT


def input_unit(key: str) -> str:
    if key in MEASURES:
        return MEASURES[key].unit
    of = CONTEXT[key].of if key in CONTEXT else ""
    return str(METRICS[of].unit) if of in METRICS else "count"
