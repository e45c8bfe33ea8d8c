"""Which days a file has spoken about (G18). A day told in full stays so, whatever tells it in part later. That nothing
happened on a day (`kpis.ingest.declaring`) counts until a file tells all of it, or brings a fact of it.

What each upload has told is kept as spans (`DaysTold`); the coverage of a day follows from them, so that an upload can
be taken out again without harming what others have told.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Model

from kpis.ingest.days import days_in as days_in_name
from kpis.ingest.kinds import Source
from kpis.ingest.load import LINES, ORDERS, Load, as_day, days_in
from kpis.ingest.readers import PARTS
from kpis.ingest.staging import VIEW, ends, rows_of
from kpis.models import (
    AdSpend,
    ChannelTraffic,
    Coverage,
    DaysTold,
    ItemTraffic,
    Order,
    OrderLine,
    Refund,
    ShopTraffic,
    TouchedRows,
    Upload,
)
from stores.models import Store

Told = dict[tuple[str, str], dict[dt.date, bool]]  # (kind, detail) -> day -> whether only a part of it
CHUNK = 500
BY_EVENT = {"taobaoke_settled_orders"}  # a row for each event, none on a day without one: all days between are told


FACTS: dict[str, tuple[type[Model], str]] = {  # what is of a day, by its source
    Source.ORDERS: (Order, "order_day"),
    Source.LINES: (Order, "order_day"),
    Source.REFUNDS: (Refund, "settled_day"),
    Source.TRAFFIC: (ShopTraffic, "day"),
    Source.FLOW: (ChannelTraffic, "day"),
    Source.ITEMS: (ItemTraffic, "day"),
    Source.ADS: (AdSpend, "day"),
}


class State(NamedTuple):
    """How a day stands with one source: told in part, by which upload, whether that one told of refunds, and what it
    was."""

    is_partial: bool
    upload_id: int | None
    has_refund: bool | None
    source: str | None = None

    @property
    def is_declared(self) -> bool:
        return self.source == Upload.DECLARED


def cover(load: Load) -> set[dt.date]:  # noqa: C901 - one branch for each kind of file
    """Write the coverage of a file whose rows are facts now; the days about which more is known than before."""
    told: Told = defaultdict(dict)
    kind, store = load.kind.source, load.store
    if kind in (Source.FEES, Source.FIGURES):  # nobody owes them every day
        return set()
    exported = load.facts.as_of.astimezone(ZoneInfo(store.timezone)).date() if load.facts.as_of else None

    def span(source: str, first: dt.date | None, last: dt.date | None) -> None:
        for day in days_between(first, last):
            told[source, ""][day] = exported is not None and day >= exported

    if kind == Source.ORDERS:
        [(first, last)] = rows_of(f"SELECT MIN(order_day), MAX(order_day) FROM {VIEW}")
        span(kind, as_day(first), as_day(last))
        for day in days_in(f"SELECT DISTINCT pay_day FROM {VIEW} WHERE pay_day > (SELECT MAX(order_day) FROM {VIEW})"):
            told[kind, ""][day] = True
        if OrderLine.objects.filter(store=store).exists():
            span(Source.LINES, *line_span(load))
    elif kind == Source.LINES:
        span(kind, *line_span(load))
    elif kind == Source.REFUNDS:
        [(first, last)] = rows_of(
            f"SELECT MIN(COALESCE(applied_day, settled_day)), MAX(COALESCE(settled_day, applied_day)) FROM {VIEW}"
        )
        ends = [as_day(first), as_day(last)]
        if load.upload.part_of and load.upload.source in PARTS:  # a file of orders tells the refunds of all its days
            ends += [load.upload.part_of.first_day, load.upload.part_of.last_day]
        known = [day for day in ends if day is not None]
        span(kind, min(known, default=None), max(known, default=None))
    else:
        detail = "channel_key" if kind == Source.ADS else "''"
        for day, key in rows_of(f"SELECT DISTINCT day, {detail} FROM {VIEW}"):
            at = as_day(day)
            if at is not None:
                told[kind, key][at] = exported is not None and at >= exported
        if load.upload.source in BY_EVENT:
            for days in told.values():
                asked = [*days, *days_in_name(load.upload.name)]
                days |= {d: exported is not None and d >= exported for d in days_between(min(asked), max(asked))}
    return {day for key, days in told.items() for day in write(load.upload, *key, days, load.facts.has_refund)}


def line_span(load: Load) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of the orders of this file whose lines are known."""
    among = "store_id = %s AND order_no BETWEEN %s AND %s"
    if load.kind.source == Source.LINES:
        sql = f"""SELECT MIN(order_day), MAX(order_day) FROM {ORDERS}
                  WHERE {among} AND order_no IN (SELECT order_no FROM {VIEW})"""
    else:
        sql = f"""SELECT MIN(order_day), MAX(order_day) FROM {VIEW}
                  WHERE order_no IN (SELECT order_no FROM {LINES} WHERE {among})"""
    [(first, last)] = rows_of(sql, load.store.pk, *ends("order_no", VIEW))
    return as_day(first), as_day(last)


def days_between(first: dt.date | None, last: dt.date | None) -> list[dt.date]:
    if first is None or last is None:
        return []
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]


def told_after(before: State | None, told: State) -> State:
    """How a day stands after another telling: the first, all of the day where a part was known, its refunds too where
    they were not; else as before."""
    if before is None:
        return told
    if before.is_declared != told.is_declared:
        declared, real = (before, told) if before.is_declared else (told, before)
        return declared if real.is_partial else real
    if before.is_partial and not told.is_partial:
        return told
    if told.has_refund and before.has_refund is False:
        return told._replace(is_partial=before.is_partial)
    return before


def write(upload: Upload, source: str, detail: str, told: dict[dt.date, bool], has_refund: bool | None) -> set[dt.date]:
    """Note what is told now; the days whose coverage that has changed."""
    DaysTold.objects.bulk_create(
        DaysTold(upload=upload, kind=source, detail=detail, first_day=first, last_day=last, is_partial=is_partial)
        for first, last, is_partial in spans(told)
    )
    store = upload.store
    now = {day: State(is_part, upload.pk, has_refund, upload.source) for day, is_part in told.items()}
    before = states(store, source, detail)
    declared = {day for day in now if day in before and before[day].is_declared}
    after: dict[dt.date, State | None] = {d: told_after(before.get(d), now[d]) for d in now.keys() - declared}
    changed = settle(store, source, detail, before, after)
    return changed | retell(store, source, detail, declared, {upload.pk})


def known(store: Store, source: str, detail: str, days: Iterable[dt.date]) -> dict[dt.date, int]:
    """How many facts of a source are known of those days; a day without one is left out. Orders are of the day they
    were placed on: paying for an older one is told by the file of that day."""
    model, day = FACTS[source]
    rows = model._default_manager.filter(store=store, **{f"{day}__in": list(days)})
    if source == Source.ADS:
        rows = rows.filter(channel_key=detail)
    return dict(rows.order_by().values_list(day).annotate(n=Count("pk")))


def spans(told: dict[dt.date, bool]) -> Iterable[tuple[dt.date, dt.date, bool]]:
    """Days to runs of days without a gap: first, last, whether told in part."""
    first = last = None
    for day in sorted(told):
        if first is not None and last is not None:
            if day == last + dt.timedelta(days=1) and told[day] == told[first]:
                last = day
                continue
            yield first, last, told[first]
        first = last = day
    if first is not None and last is not None:
        yield first, last, told[first]


def states(store: Store, source: str, detail: str) -> dict[dt.date, State]:
    """How the days of a source stand."""
    rows = Coverage.objects.filter(store=store, kind=source, detail=detail)
    told = rows.values_list("day", "is_partial", "upload_id", "upload__notes__has_refund", "upload__source")
    return {day: State(*state) for day, *state in told}


def settle(
    store: Store,
    source: str,
    detail: str,
    before: dict[dt.date, State],
    after: dict[dt.date, State | None],
) -> set[dt.date]:
    """Make the coverage of the days of `after` what it says (None: nothing is told); the days that changed."""
    known = Coverage.objects.filter(store=store, kind=source, detail=detail)
    changed: dict[tuple[bool, int | None] | None, list[dt.date]] = defaultdict(list)
    fresh = []
    for day, state in after.items():
        old = before.get(day)
        if state is not None and old is None:
            fresh.append(Coverage(store=store, kind=source, detail=detail, day=day, is_partial=state.is_partial))
            fresh[-1].upload_id = state.upload_id
        elif (state and state[:2]) != (old and old[:2]):
            changed[state and state[:2]].append(day)
    Coverage.objects.bulk_create(fresh, batch_size=CHUNK)
    for wanted, days in changed.items():
        for i in range(0, len(days), CHUNK):
            some = known.filter(day__in=days[i : i + CHUNK])
            if wanted is None:
                some.delete()
            else:
                some.update(is_partial=wanted[0], upload_id=wanted[1])
    return {row.day for row in fresh} | {day for days in changed.values() for day in days}


# taking out again


def withdraw(upload: Upload) -> set[dt.date]:
    """Take out what an upload has told, once its facts are gone; the days whose coverage that has changed.

    Days that others have told as well stand as those others left them.
    """
    days: dict[tuple[str, str], set[dt.date]] = defaultdict(set)
    for span in upload.days_told.all():
        days[span.kind, span.detail] |= set(days_between(span.first_day, span.last_day))
    tellers = {upload.pk}
    if upload.touched.filter(kind__in=(Source.ORDERS, Source.LINES)).exists():  # lines may have come before any day
        for teller, lost in shrink_line_spans(upload):
            days[Source.LINES, ""] |= lost
            tellers.add(teller)
    upload.days_told.all().delete()
    return {day for (kind, detail), some in days.items() for day in retell(upload.store, kind, detail, some, tellers)}


def shrink_line_spans(upload: Upload) -> Iterable[tuple[int, set[dt.date]]]:
    """Later uploads reach with their lines as far as orders and lines meet: (upload, days out of its reach now)."""
    store = upload.store
    last = upload.touched.order_by("-id").values_list("id", flat=True).first() or 0
    later = TouchedRows.objects.filter(id__gt=last, upload__store=store).order_by().values("upload_id")
    lined = OrderLine.objects.filter(store=store).values("order_no")
    for span in DaysTold.objects.filter(upload_id__in=later, kind=Source.LINES):
        met = Order.objects.filter(store=store, order_day__range=(span.first_day, span.last_day), order_no__in=lined)
        reach = met.aggregate(first=Min("order_day"), last=Max("order_day"))
        days = set(days_between(span.first_day, span.last_day)) - set(days_between(reach["first"], reach["last"]))
        if days and reach["first"] is None:
            span.delete()
        elif days:
            DaysTold.objects.filter(pk=span.pk).update(first_day=reach["first"], last_day=reach["last"])
        yield span.upload_id, days


def retell(store: Store, kind: str, detail: str, days: set[dt.date], tellers: set[int]) -> set[dt.date]:
    """Put the coverage of some days together again from what is still told of them; the days that changed.

    A day that an upload has told of which no spans are kept (nor is one of `tellers`) stands as it does.
    """
    if not days:
        return set()
    told = DaysTold.objects.filter(
        upload__store=store, kind=kind, detail=detail, first_day__lte=max(days), last_day__gte=min(days)
    )
    after: dict[dt.date, State | None] = {}
    rows = told.order_by("id").values_list(
        "first_day", "last_day", "is_partial", "upload_id", "upload__notes__has_refund", "upload__source"
    )
    tellers, spans_told = set(tellers), [(first, last, State(*state)) for first, last, *state in rows]
    said = {day for first, last, state in spans_told if state.is_declared for day in days_between(first, last)} & days
    facts = set(known(store, kind, detail, said)) if said else set()
    for first, last, state in spans_told:
        if state.upload_id:
            tellers.add(state.upload_id)
        for day in (days - facts if state.is_declared else days) & set(days_between(first, last)):
            after[day] = told_after(after.get(day), state)
    before = states(store, kind, detail)
    mine = {day for day in days if day not in before or before[day].upload_id in tellers}
    return settle(store, kind, detail, before, {day: after.get(day) for day in mine})
