"""What several stores are compared on: each brings the days of its own that are known on both sides.

A store's day counts together with its counterpart or not at all, by the store's own clock and calendar; both sides are
read over exactly these days of stores. A store without any is on neither side. Days and stores left out are named.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kpis.answers import Comparison, Figure, Missing
from kpis.comparisons import Days, Match, known_alike, less, twins
from kpis.deltas import compared
from kpis.figures.readings import Reader
from kpis.measures import MEASURES, Adds
from kpis.metrics import CONTEXT, Metric
from opsplan.lib.periods import Period
from stores.models import Store

MARK = "store_days"  # "store_days 47/66"


@dataclass(frozen=True)
class StoreDays:
    """Days of several stores, each its own; a store that is not among them does not count. (store id, the span they lie
    in, the days)"""

    each: tuple[tuple[int, Period, Days], ...]

    def of(self, store: Store) -> tuple[Period, Days] | None:
        return next(((span, days) for pk, span, days in self.each if pk == store.pk), None)


Picked = Days | StoreDays | None  # the days that count, alike in every store or each its own; None = all


@dataclass(frozen=True)
class Brought:
    """What a store brings to a comparison. asked: its days that would be compared; match: those that are, None where
    none is known on both sides; own: its days that count; could: on how many it was open on both sides."""

    store: Store
    asked: Days
    match: Match | None
    span: Period
    own: Days = ()
    other: Days = ()
    could: int = 0
    why: tuple[
        tuple[str, str], ...
    ] = ()  # why days are left out: code and what, where no counterpart is not the reason

    @property
    def lost(self) -> frozenset[dt.date]:
        return frozenset(self.asked).difference(self.own)


@dataclass(frozen=True)
class Sides:
    """What is set against what. own, other: None = all days, alike in every store; span: the other days from first to
    last; whole: the other period in full, where only a part of it is compared."""

    span: Period
    own: Days | StoreDays | None
    other: Days | StoreDays | None
    whole: Period | None
    marks: tuple[str, ...]
    missing: tuple[Missing, ...]
    is_thin: bool = False  # too little to say by how much it changed

    @property
    def is_empty(self) -> bool:
        return self.other == ()

    @property
    def in_full(self) -> Picked:
        """All days of `whole`, in the stores that are compared."""
        if not isinstance(self.own, StoreDays) or not self.whole:
            return None
        return StoreDays(tuple((pk, self.whole, tuple(self.whole)) for pk, _span, _days in self.own.each))


def alike(m: Match, name: str) -> Sides:
    """Of stores that all stand on the same days."""
    lost = (Missing("no_match", name, m.unmatched),) if m.unmatched else ()
    return Sides(m.span, m.own, m.days, m.whole, m.marks, lost)


def brought(
    store: Store, period: Period, m: Match, days: tuple[Days, Days], known: tuple[Days, Days], since: dt.date
) -> Brought:
    """days: those of both sides that would be compared; known: those of them that have data; since: when it opened."""
    own, other = days
    asked = tuple(sorted({*own, *m.unmatched}))
    twin = dict(twins(own, other))
    could = sum(1 for day in asked if since <= day and since <= twin.get(day, day))
    begins = any(mark.startswith("to_date 0/") for mark in m.marks)  # hours do not stand against whole days
    found = known_alike(m, own, other, *known) if own and other and not begins else None
    if found is None or not known[0] or not known[1]:
        return Brought(store, asked, None, period, could=could)
    here = set(known[0])
    mine = tuple(day for day in found.own or own if day in here)
    span = period if mine == tuple(period) else Period(mine[0], mine[-1])
    return Brought(store, asked, found, span, mine, found.days or other, max(could, len(mine)))


def together(name: str, each: Sequence[Brought], first: Match) -> Sides:
    """The sides of a comparison by that name; `first`: the match of the first store, for where nothing is left."""
    if len({x.match for x in each}) == 1 and each[0].match:
        return alike(each[0].match, name)
    kept = [x for x in each if x.match]
    some = [x.match for x in each if x.match] or [first]
    span = Period(min(m.span.first for m in some), max(m.span.last for m in some), some[0].span.unit)
    said = (mark for m in some for mark in m.marks if not mark.startswith("matched"))
    count, whole = sum(len(x.own) for x in each), sum(len(x.asked) for x in each)
    marks = (*dict.fromkeys(said), *([f"{MARK} {count}/{whole}"] if count < whole else []))
    missing = tuple(left_out(name, each))
    if not kept:
        return replace(alike(first, name), marks=marks, missing=missing, is_thin=True)
    own = StoreDays(tuple((x.store.pk, x.span, x.own) for x in kept))
    other = StoreDays(tuple((x.store.pk, m.span, x.other) for x in kept if (m := x.match)))
    in_full = next((m.whole for m in some if m.whole), None)
    return Sides(span, own, other, in_full, marks, missing, 2 * count < sum(x.could for x in each))


def left_out(name: str, each: Sequence[Brought]) -> list[Missing]:
    """The days that no store brings, then those of each store."""
    alone = [x for x in each if x.why]
    everywhere = frozenset.intersection(*(x.lost for x in each)) if each and not alone else frozenset()
    out = [Missing("no_match", name, tuple(sorted(everywhere)))] if everywhere else []
    for x in each:
        if rest := x.lost - everywhere:
            days = tuple(sorted(rest))
            why = x.why or (("no_match", name),)
            out += [Missing(code, what, days, x.store.slug, x.store.name) for code, what in why]
    return out


# --- what a store brings ------------------------------------------------------------------------------------------

# the days, of those asked for, of which a store tells all that a metric needs
Known = Callable[[Reader, Metric, Days], Days]


def usable(reader: Reader, metric: Metric, days: Days) -> Days:
    """Those of the whole store; all or none for what is no sum of days (stock, a rate of the whole month)."""
    asked = [MEASURES[key] for key in metric.needs if key in MEASURES]
    others = (CONTEXT[key].kind != "days" for key in metric.needs if key in CONTEXT)
    if any(others) or any(m.adds is Adds.SNAPSHOT for m in asked):
        basis = [reader.basis(m, days) for m in asked]
        return days if all(m and reader.having(m, days) for m in basis) else ()
    return reader.usable(metric, days)


def brings(reader: Reader, metric: Metric, name: str, period: Period, known: Known) -> Brought:
    """What a store brings to the comparison of its own period by that name."""
    m = reader.match(name, period)
    own = m.own if m.own is not None else reader.days(period)
    if name == "target":
        return aimed(reader, metric, period, m, own)
    reader.load(period, m.span)
    other = m.days if m.days is not None else reader.days(m.span)
    told, told_there = known(reader, metric, own), known(reader, metric, other)
    return brought(reader.store, period, m, (own, other), (told, told_there), reader.since)


def aimed(reader: Reader, metric: Metric, period: Period, m: Match, own: Days) -> Brought:
    """What it brings to a target: the days of which both that and its figure are told."""
    span = Period(own[0], own[-1]) if m.own else period
    if reader.target(metric, span, own) is None:
        found = reader.unaimed(metric, span) or (Missing("no_target", metric.key),)
        return Brought(reader.store, own, None, span, why=tuple((x.code, x.what) for x in found))
    if reader.past(own) and not reader.usable(metric, own):
        return Brought(reader.store, own, None, span, why=(("not_imported", metric.key),))
    return Brought(reader.store, own, m, span, reader.known(metric, own), own)


def of_one(reader: Reader, metric: Metric, name: str, period: Period, known: Known) -> Sides:
    """Of a store alone: its match, less the days on which one side lacks data (`comparisons.less`)."""
    m = reader.match(name, period)
    if name == "target":
        return replace(alike(m, name), missing=reader.unaimed(metric, period))
    if m.is_empty or metric.adds not in ("sum", "distinct"):
        return alike(m, name)
    reader.load(period, m.span)
    own, other = m.own or reader.days(period), m.days or reader.days(m.span)
    return alike(less(m, own, other, known(reader, metric, own), known(reader, metric, other)), name)


def compare(
    figure: Figure,
    name: str,
    over: Callable[[Period, Picked], Figure | None],
    aim: Callable[[Period, Picked], Decimal | None],
    sides: Sides,
) -> Comparison:
    """`figure` set against the other days; `over` reads the same thing over some days, None = not there; `aim`: what
    the plan wants of them."""
    own = figure
    if isinstance(sides.own, StoreDays):
        own = over(figure.period, sides.own) or figure
    elif sides.own:
        own = over(Period(sides.own[0], sides.own[-1]), sides.own) or figure
    if name == "target":
        told = compared(own, name, own.period, aim(own.period, sides.own), sides.marks)
        return replace(told, own=own.value, missing=sides.missing)
    if sides.is_empty:
        return replace(compared(own, name, sides.span, None, sides.marks), missing=sides.missing)
    before = over(sides.span, sides.other)
    value, marks = (before.value, before.marks) if before else (None, ())
    told = compared(own, name, sides.span, value, (*sides.marks, *marks))
    if sides.is_thin:
        told = replace(told, delta=None, difference=None, is_better=None)
    if not isinstance(sides.own, StoreDays) and not isinstance(sides.other, StoreDays):  # else by store
        told = replace(told, days=sides.other)
    return replace(told, own=own.value, missing=sides.missing)
