"""Which days each source has spoken about (G18): the coverage calendar."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, F, Max, Min, Q, Window
from django.db.models.functions import Lead

from kpis.answers import CoverageRow
from kpis.measures import CHANNEL, ENTRY_MEASURES, Adds
from kpis.models import Coverage, Entry, StoreDay, Upload
from kpis.models.rollups import kept
from opsplan.lib import clock
from opsplan.lib.periods import DAY, Period, month_of
from opsplan.statements import Statement
from stores.models import Channel, Store

FULL, PARTIAL, MISSING, NONE = "full", "partial", "missing", "none"
ALWAYS = (Coverage.SourceKind.ORDERS, Coverage.SourceKind.REFUNDS, Coverage.SourceKind.TRAFFIC)
BACK, BY_ORDERS = "given_back", "orders"  # beside the kinds: what was given back was told; by order files
ONCE_BEGUN = (Coverage.SourceKind.LINES, Coverage.SourceKind.FLOW, Coverage.SourceKind.ITEMS)
ENTRIES = "entries"
# Days after which a channel tells of a day: commission of 淘宝客 is settled when buyers have received their goods.
LAG = {"taobaoke": 15}
COST_OF = {m.channel: m.key for m in CHANNEL if m.column == "promo_cost"}
# Deductions are typed when there are any (G7), scores and totals now and then: nobody owes them every day.
IRREGULAR = [m.key for m in ENTRY_MEASURES.values() if m.absent_is_zero or m.adds is Adds.SNAPSHOT]


def coverage(store: Store, month: dt.date) -> list[CoverageRow]:
    """A row per source for the month that holds `month`: orders, refunds, traffic, lines, flow, items, the ad
    channels, hand entries.

    A day is `none` when nothing is expected: not over yet, before the store opened (or first had data), or before the
    first import of a source that a store may well do without (lines, flow, items, an ad channel, hand entries; refunds
    where order files tell what was given back). Of an ad channel days are expected while it is in use (`silences`).
    """
    span = month_of(month)
    begun = sources_of(store)
    opened = store.opened_on or min(begun.values(), default=None)
    told, declared = {}, defaultdict(set)
    known = Coverage.objects.filter(store=store, day__range=(span.first, span.last))
    for kind, detail, day, is_partial, source in known.values_list(
        "kind", "detail", "day", "is_partial", "upload__source"
    ):
        told[kind, detail, day] = PARTIAL if is_partial else FULL
        if source == Upload.DECLARED:
            declared[kind, detail].add(day)
    rows = [(kind.value, "", opened) for kind in ALWAYS]
    if (BACK, BY_ORDERS) in begun:
        rows[ALWAYS.index(Coverage.SourceKind.REFUNDS)] = ("refunds", "", begun.get(("refunds", "")))
    rows += [(kind.value, "", begun.get((kind, ""))) for kind in ONCE_BEGUN]
    rows += [("ads", key, begun[("ads", key)]) for key in ad_channels(store, begun)]
    silent = {each.channel: each.days for each in silences(store)}
    last = clock.today(store.timezone) - dt.timedelta(days=1)
    table = [
        CoverageRow(
            kind,
            detail,
            {
                day: told.get((kind, detail, day))
                or (owed(day, silent.get(detail, ())) if kind == "ads" else expected(day, first, last))
                for day in span
            },
            frozenset(declared[kind, detail]),
        )
        for kind, detail, first in rows
    ]
    return [*table, entry_row(store, span, last)]


def sources_of(store: Store) -> dict[tuple[str, str], dt.date]:
    """The sources that have ever spoken (kind, channel of ads), with their first days. Where any of them told what was
    given back, ("given_back", "") is one, too, and ("given_back", "orders") where order files did."""

    def read() -> dict[tuple[str, str], dt.date]:
        told = StoreDay.objects.filter(store=store, refund_amt__isnull=False)
        by = {"": Exists(told), BY_ORDERS: Exists(told.exclude(covered__contains=Coverage.SourceKind.REFUNDS))}
        known = Coverage.objects.filter(store=store).order_by().values_list("kind", "detail", *by.values())
        rows = list(known.annotate(first=Min("day")))
        found = {(kind, detail): first for kind, detail, *_told, first in rows}
        if rows:
            _kind, _detail, *are_told, _first = rows[0]
            back = [name for name, is_told in zip(by, are_told, strict=True) if is_told]
            found.update(dict.fromkeys(((BACK, name) for name in back), min(found.values())))
        return found

    return kept("sources", store.pk, read)


@dataclass(frozen=True)
class Silence:
    """An ad channel in use, and the days whose cost it owes: nobody has told it yet."""

    channel: str
    name: str
    days: frozenset[dt.date]


def silences(store: Store) -> tuple[Silence, ...]:
    """Which channel's cost is owed on which day and told by nobody, neither a file nor a person: from its first
    imported day on, up to yesterday (a channel of `LAG`: so many days earlier).

    A channel is not in use where it says nothing for more than AD_CHANNEL_DAYS in a row (at the end: of the days any
    channel tells of), and from the day on that people named as its last, until it tells of a later one.
    """
    today = clock.today(store.timezone)
    return kept(("silences", today), store.pk, lambda: tuple(_silences(store, today - DAY)))


def _silences(store: Store, yesterday: dt.date) -> Iterable[Silence]:
    told = Coverage.objects.filter(store=store, kind=Coverage.SourceKind.ADS)
    after = told.annotate(then=Window(Lead("day"), partition_by=F("detail"), order_by="day"))
    ends = list(after.filter(Q(then=None) | Q(then__gt=F("day") + DAY)).values_list("detail", "day", "then"))
    last_told = max((day for _key, day, _then in ends), default=yesterday)
    holes: dict[str, set[dt.date]] = defaultdict(set)
    known = {c.key: c for c in Channel.objects.filter(store=store)} if ends else {}
    for key, day, then in ends:
        if key not in known:
            continue
        stop = known[key].stopped_on
        last = then - DAY if then else yesterday - LAG.get(key, 0) * DAY
        if stop and day < stop:
            last = min(last, stop - DAY)
        if (last if then else min(last, last_told)) - day <= settings.AD_CHANNEL_DAYS * DAY:
            holes[key].update(day + n * DAY for n in range(1, (last - day).days + 1))
    typed: dict[str, set[dt.date]] = defaultdict(set)
    measures = {COST_OF[key]: key for key, days in holes.items() if days and key in COST_OF}
    if measures:
        first = min(min(days) for days in holes.values() if days)
        rows = Entry.objects.filter(store=store, measure__in=measures, day__gte=first)
        for measure, day in rows.values_list("measure", "day"):
            typed[measures[measure]].add(day)
    for key, channel in known.items():
        if days := frozenset(holes[key] - typed[key]):
            yield Silence(key, channel.name, days)


LAST_DAYS = Statement(
    lambda store, until: (
        Coverage.objects.filter(store=store, day__lte=until).order_by().values_list("kind").annotate(last=Max("day"))
    )
)
LAST_LOADED = Statement(
    lambda store: (
        Upload.objects.filter(store=store, state=Upload.State.LOADED)
        .order_by("-finished_at")
        .values_list("finished_at", flat=True)[:1]
    )
)


@dataclass(frozen=True)
class Fresh:
    """How new the figures of a store are. until: the last closed day the orders (else any source) have told of; late:
    sources that have fallen behind it, with their last day; imported_at: when a file was last loaded."""

    until: dt.date | None
    imported_at: dt.datetime | None
    is_current: bool
    late: dict[str, dt.date]


def fresh(store: Store) -> Fresh:
    """Data up to which day, imported when. Two statements, one while nothing has changed since they were asked."""
    yesterday = clock.today(store.timezone) - dt.timedelta(days=1)
    last = kept(f"told until {yesterday}", store.pk, lambda: dict(LAST_DAYS.rows(store, yesterday)))
    until = last.get(Coverage.SourceKind.ORDERS) or max(last.values(), default=None)
    late = {kind: day for kind, day in sorted(last.items()) if until is not None and day < until}
    imported = LAST_LOADED.first(store)
    return Fresh(until, imported, until == yesterday, late)


def begun_before_opening(store: Store) -> dt.date | None:
    """The first day with orders or visitors, where it is before the day the store is said to have opened."""
    if store.opened_on is None:
        return None
    told = StoreDay.objects.filter(Q(order_cnt__gt=0) | Q(pay_order_cnt__gt=0) | Q(uv__gt=0))
    early = told.filter(store=store, day__lt=store.opened_on)
    return early.order_by("day").values_list("day", flat=True).first()


def expected(day: dt.date, first: dt.date | None, last: dt.date) -> str:
    """What a day without data is: `missing` when data could be there, else `none`."""
    return MISSING if first is not None and first <= day <= last else NONE


def owed(day: dt.date, silent: Collection[dt.date]) -> str:
    """As `expected`, of an ad channel's cost."""
    return MISSING if day in silent else NONE


def ad_channels(store: Store, begun: dict[tuple[str, str], dt.date]) -> list[str]:
    """Keys of the channels with ad data, in the store's order; a key without a channel comes last."""
    keys = {detail for kind, detail in begun if kind == Coverage.SourceKind.ADS}
    known = [key for key in Channel.objects.filter(store=store).values_list("key", flat=True) if key in keys]
    return known + sorted(keys - set(known))


def entry_row(store: Store, span: Period, last: dt.date) -> CoverageRow:
    """Full when every figure the store types regularly has a value that day, partial when some have."""
    entries = Entry.objects.filter(store=store).exclude(measure__in=IRREGULAR)
    begun = {row["measure"]: row["first"] for row in entries.order_by().values("measure").annotate(first=Min("day"))}
    typed: dict[dt.date, set[str]] = {}
    for day, measure in entries.filter(day__range=(span.first, span.last)).values_list("day", "measure"):
        typed.setdefault(day, set()).add(measure)
    days = {}
    for day in span:
        wanted = {measure for measure, first in begun.items() if first <= day}
        there = typed.get(day, set())
        if there:
            days[day] = FULL if wanted <= there else PARTIAL
        else:
            days[day] = expected(day, min(begun.values(), default=None), last)
    return CoverageRow(ENTRIES, "", days)
