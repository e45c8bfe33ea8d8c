"""Which days a file has spoken about (G18). A day told in full stays so, whatever tells it in part later."""

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

from kpis.ingest.kinds import Source
from kpis.ingest.load import LINES, ORDERS, Load, as_day, days_in
from kpis.ingest.staging import VIEW, rows_of
from kpis.models import Coverage, OrderLine

Told = dict[tuple[str, str], dict[dt.date, bool]]  # (kind, detail) -> day -> whether only a part of it


def cover(load: Load) -> set[dt.date]:
    """Write the coverage of a file whose rows are facts now; the days about which more is known than before."""
    told: Told = defaultdict(dict)
    kind, store = load.kind.source, load.store
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
        span(kind, as_day(first), as_day(last))
    else:
        detail = "channel_key" if kind == Source.ADS else "''"
        for day, key in rows_of(f"SELECT DISTINCT day, {detail} FROM {VIEW}"):
            at = as_day(day)
            if at is not None:
                told[kind, key][at] = exported is not None and at >= exported
    return {day for (source, detail), days in told.items() for day in write(load, source, detail, days)}


def line_span(load: Load) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of the orders of this file whose lines are known."""
    if load.kind.source == Source.LINES:
        sql = f"""SELECT MIN(order_day), MAX(order_day) FROM {ORDERS}
                  WHERE store_id = %s AND order_no IN (SELECT order_no FROM {VIEW})"""
    else:
        sql = f"""SELECT MIN(n.order_day), MAX(n.order_day) FROM {VIEW} n
                  WHERE EXISTS (SELECT 1 FROM {LINES} l WHERE l.store_id = %s AND l.order_no = n.order_no)"""
    [(first, last)] = rows_of(sql, load.store.pk)
    return as_day(first), as_day(last)


def days_between(first: dt.date | None, last: dt.date | None) -> list[dt.date]:
    if first is None or last is None:
        return []
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]


def write(load: Load, source: str, detail: str, told: dict[dt.date, bool]) -> set[dt.date]:
    """Days that are new, or of which more is told now: all of the day, or its refunds too; the others stay as they are."""
    known = Coverage.objects.filter(store=load.store, kind=source, detail=detail)
    rows = known.values_list("day", "is_partial", "upload__notes__has_refund")
    before = {day: (is_partial, has_refund is False) for day, is_partial, has_refund in rows}
    fresh = [day for day in told if day not in before]
    fuller = [day for day, is_partial in told.items() if before.get(day, (False,))[0] and not is_partial]
    richer = [day for day in told if load.facts.has_refund and before.get(day, (False, False))[1] and day not in fuller]
    Coverage.objects.bulk_create(
        (
            Coverage(store=load.store, kind=source, detail=detail, day=day, is_partial=told[day], upload=load.upload)
            for day in fresh
        ),
        batch_size=500,
    )
    for i in range(0, len(fuller), 500):
        known.filter(day__in=fuller[i : i + 500]).update(is_partial=False, upload=load.upload)
    for i in range(0, len(richer), 500):
        known.filter(day__in=richer[i : i + 500]).update(upload=load.upload)
    return {*fresh, *fuller, *richer}
