"""Figures by day, week, month or channel (by product: `per_product`). Each row is read like a whole: sums first,
then the formula."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kpis.answers import Missing, Row
from kpis.figures.dayrows import Days
from kpis.figures.readings import Reader
from kpis.measures import COLUMN_AT, MEASURES, SOURCE_AT, Adds, Grain, Measure
from kpis.metrics import Metric
from kpis.models import ChannelDay
from opsplan.lib.periods import Period
from stores.models import Channel, Store
from stores.services import is_elsewhere

SPANS = ("day", "week", "month", "quarter", "year")


def can_split(metric: Metric, by: str) -> bool:
    """Whether the metric has a meaning for one channel or product."""
    if by in SPANS:
        return True
    grain = Grain(by)
    return all(
        key in MEASURES and (grain in MEASURES[key].grains or key in COLUMN_AT[grain]) and not MEASURES[key].channel
        for key in metric.needs
    )


def group_key(day: dt.date, by: str) -> str:
    if by == "week":
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02d}"
    if by == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return {"day": day.isoformat(), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[by]


def spans(period: Period, by: str) -> Iterator[tuple[str, Period]]:
    """The days, ISO weeks, months, quarters or years of a period, cut at its ends."""
    first = period.first
    for day in period:
        if day == period.last or group_key(day + dt.timedelta(days=1), by) != group_key(day, by):
            yield group_key(day, by), Period(first, day, by)
            first = day + dt.timedelta(days=1)


def by_time(reader: Reader, keys: Sequence[str], period: Period, by: str, compare: Sequence[str]) -> list[Row]:
    """A row for each span. A metric with several readings is read as each span's last day has it."""
    groups = list(spans(period, by))
    reader.load(period)
    count_people(reader, keys, [reader.days(span) for _key, span in groups])
    for name in compare:
        if name != "target":
            compare_people(reader, keys, name, [span for _key, span in groups])
    rows = []
    for key, span in groups:
        values = {}
        for name in keys:
            m = reader.metric(name, span.last)
            found = reader.figure(m, span)
            against = {c: reader.comparison(m, found, c) for c in compare}
            values[name] = replace(found, compare=against) if against else found
        rows.append(Row(key, key, values))
    return rows


def series(
    reader: Reader, keys: Sequence[str], period: Period, as_of: dt.date
) -> dict[str, tuple[tuple[dt.date, Decimal | None], ...]]:
    """The values of `by_time` day by day, by metric as it is read on `as_of`: nothing is said about them."""
    days = [span for _key, span in spans(period, "day")]
    reader.load(period)
    count_people(reader, keys, [reader.days(day) for day in days])
    metrics = {key: reader.metric(key, as_of) for key in keys}
    return {key: tuple((day.first, reader.value(m, day)) for day in days) for key, m in metrics.items()}


def compare_people(reader: Reader, keys: Sequence[str], name: str, groups: Sequence[Period]) -> None:
    """Load the days that the groups are compared with, and count their people."""
    found = [m for span in groups if not (m := reader.match(name, span)).is_empty]
    if found:
        reader.load(Period(min(m.span.first for m in found), max(m.span.last for m in found)))
        count_people(reader, keys, [m.days or reader.days(m.span) for m in found])
        count_people(reader, keys, [m.own for m in found if m.own])


def people_compared(reader: Reader, period: Period, compare: Sequence[str]) -> list[Days]:
    """The days on which people are counted when a period is compared with others, which are loaded."""
    found = [reader.match(name, period) for name in compare if name != "target"]
    days = [x for m in found if not m.is_empty for x in (m.days or reader.days(m.span), m.own)]
    return [x for x in days if x]


def count_people(reader: Reader, keys: Sequence[str], groups: Sequence[Days]) -> None:
    """One statement for the people of all groups, where they can be told apart."""
    if not groups:
        return
    last = max(days[-1] for days in groups)
    metrics = [reader.metric(key, last) for key in keys]
    wanted = {n: MEASURES[n] for m in metrics for n in m.needs if n in MEASURES}
    for n, measure in wanted.items():
        if measure.adds is not Adds.DISTINCT:
            continue
        full = [reader.having(measure, days) for days in groups if reader.is_exact(measure, days)]
        reader.count_groups(n, [d for d in full if len(d) > 1 or (d and not measure.stored)])


class ChannelReader(Reader):
    """Reads one channel's day rows as if it were a shop. People are the platform's own daily counts."""

    def __init__(self, store: Store, metrics: Sequence[str], rows: dict[dt.date, dict[str, Any]]) -> None:
        super().__init__(store, metrics)
        self.rows = rows
        self.open_days = {day for day, row in rows.items() if row["unfinished"]}

    def load(self, *spans: Period) -> None:
        """The rows were given."""
        self.loaded.update((p, tuple(p)) for p in spans)

    def basis(self, measure: Measure, days: Days) -> Measure | None:
        source = SOURCE_AT[Grain.CHANNEL].get(measure.key, measure.source)
        adds = Adds.DAILY if measure.adds is Adds.DISTINCT else measure.adds
        return replace(measure, source=source, adds=adds, estimate="")

    def _channels_missing(self, asked: dict[str, Measure], usable: Days) -> list[Missing]:
        """It is one channel."""
        return []

    def _why(self, m: Measure, day: dt.date) -> str:
        """Ad reports of other channels say nothing of this one: no platform keeps back what they do not tell."""
        if m.source == "ads" and not any(row.get(m.key) is not None for row in self.rows.values()):
            return "no_source"
        code = super()._why(m, day)
        return "not_imported" if m.source == "ads" and code == "platform_has_none" else code


def by_channel(store: Store, keys: Sequence[str], period: Period, compare: Sequence[str]) -> list[Row]:
    """The figures of each channel that has a day in the periods, in the store's order."""
    reader = Reader(store, ())
    periods = [period, *reader.others(period, compare)]
    metrics = {key: reader.metric(key, period.last) for key in keys}
    known = {c.key: c for c in Channel.objects.filter(store=store)}
    readers = channel_readers(reader, metrics.values(), periods)
    out = []
    for key in sorted(readers, key=lambda k: (known[k].position if k in known else 999, k)):
        channel = readers[key]
        values = {}
        for name in keys:
            found = channel.figure(metrics[name], period)
            against = {c: channel.comparison(metrics[name], found, c) for c in compare if c != "target"}
            values[name] = replace(found, compare=against)
        shown = known.get(key)
        tags = {"paid": "yes" if shown and shown.is_paid else "no"}
        out.append(Row(key, shown.name if shown else key, values, tags))
    return out


def channel_readers(reader: Reader, metrics: Iterable[Metric], periods: Sequence[Period]) -> dict[str, ChannelReader]:
    """A reader for each channel that has a row in the periods, by its key; no order. Another platform's channels of
    which there are only zeros are left out."""
    needs = {n for m in metrics for n in m.needs}
    columns = {n: COLUMN_AT[Grain.CHANNEL].get(n, n) for n in needs}
    reader.load(*periods)
    lines: dict[str, dict[dt.date, dict[str, Any]]] = defaultdict(dict)
    for p in dict.fromkeys(periods):
        rows = ChannelDay.objects.filter(store=reader.store, day__gte=p.first, day__lte=p.last)
        for channel, day, *values in rows.values_list("channel_key", "day", *columns.values()):
            lines[channel][day] = dict(zip(columns, values, strict=True))
    for key in [key for key in lines if is_elsewhere(reader.store.platform, key)]:
        if not any(value for row in lines[key].values() for value in row.values()):
            del lines[key]
    from_flow = {n for n in columns if SOURCE_AT[Grain.CHANNEL].get(n, MEASURES[n].source) == "flow"}
    found = {}
    for key, told_days in lines.items():
        given = {}
        for day, row in reader.rows.items():
            told = "flow" in row["covered"].split()
            silent = {n: 0 if told and n in from_flow else None for n in columns}
            given[day] = row | silent | told_days.get(day, {})
        found[key] = ChannelReader(reader.store, (), given)
    return found
