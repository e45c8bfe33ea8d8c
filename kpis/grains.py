"""Figures by day, week, month, channel or product. Each row is read like a whole: sums first, then the formula."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, QuerySet, Sum

from kpis import crowds, distinct
from kpis.answers import Comparison, Figure, Missing, Row
from kpis.comparisons import Match, less
from kpis.dayrows import Days, within
from kpis.deltas import compared, narrowed
from kpis.measures import COLUMN_AT, MEASURES, SOURCE_AT, Adds, Grain, Measure
from kpis.metrics import Metric
from kpis.models import ChannelDay, ProductDay
from kpis.readings import Parts, Reader
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from opsplan.statements import Statement
from products.models import Product
from stores.models import Channel, Store
from stores.services import is_elsewhere

PROBES = 10_000  # look-ups in an index that are cheaper than reading a span of days
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


def by_product(
    reader: Reader,
    keys: Sequence[str],
    period: Period,
    compare: Sequence[str],
    compared_keys: Sequence[str] = (),
    products: Collection[int] | None = None,
) -> list[Row]:
    """Best first by the first metric; the row without a key is what no product can be told for. `compared_keys`: the
    only ones that are compared; all where none is named. products: a row for each of these ids, and no others."""
    now = product_figures(reader, keys, period, compare, compared_keys, products)
    named = Product.objects.filter(store=reader.store)
    names = {p.pk: p for p in (named if products is None else named.filter(pk__in=products))}
    out = []
    for product, values in now.items():
        shown = names.get(product or 0)
        out.append(Row(shown.code if shown else "", shown.title if shown else "", values))
    first = keys[0]
    return sorted(out, key=lambda r: (r.values[first].value is None, -(r.values[first].value or 0), r.key))


def product_figures(
    reader: Reader,
    keys: Sequence[str],
    period: Period,
    compare: Sequence[str],
    compared_keys: Sequence[str] = (),
    products: Collection[int] | None = None,
) -> dict[int | None, dict[str, Figure]]:
    """The figures of `by_product` by product id, without names and in no order."""
    metrics = {key: reader.metric(key, period.last) for key in keys}
    matches = {name: reader.match(name, period) for name in compare if name != "target"}
    reader.load(period, *(m.span for m in matches.values()))
    now = _products(reader, metrics, period, None, products)
    metrics = {key: m for key, m in metrics.items() if key in (compared_keys or keys)}
    against: dict[int | None, dict[str, dict[str, Comparison]]] = defaultdict(lambda: defaultdict(dict))
    for name, usual in matches.items():
        alike: dict[Match, dict[str, Metric]] = defaultdict(dict)
        for key, metric in metrics.items():
            alike[fair(reader, metric, period, usual)][key] = metric
        for m, some in alike.items():
            before = _products(reader, some, m.span, m.days, products)
            own = _products(reader, some, period, m.own, products) if m.own else now
            for product, values in now.items():
                mine, other = own.get(product, {}), before.get(product, {})
                for key in some:
                    against[product][key][name] = _beside(name, m, values[key], mine.get(key), other.get(key))
    for product, values in now.items():
        for key in metrics:
            values[key] = replace(values[key], compare=dict(against[product][key]))
    return now


def _beside(name: str, m: Match, figure: Figure, mine: Figure | None, other: Figure | None) -> Comparison:
    """A product's figure against `other`, what it did on the days of `m`; `mine`: itself on those of its own days that
    have a day to stand against."""
    base, marks = (other.value, other.marks) if other else (None, ())
    told = compared(mine or figure, name, m.span, base, (*m.marks, *marks))
    return narrowed(told, m, mine.value if mine else None)


def fair(reader: Reader, metric: Metric, period: Period, m: Match) -> Match:
    """As `Reader.fair`, by the days whose items are told."""
    if metric.adds not in ("sum", "distinct") or m.is_empty:
        return m
    own, other = m.own or tuple(period), m.days or tuple(m.span)
    known = [tuple(day for day in days if is_covered(reader, metric, day)) for days in (own, other)]
    return less(m, own, other, known[0], known[1])


def _products(
    reader: Reader,
    asked: Mapping[str, Metric],
    period: Period,
    days: Days | None = None,
    products: Collection[int] | None = None,
) -> dict[int | None, dict[str, Figure]]:
    """Figures by product over the period, or over a choice of its days."""
    reader.load(period)
    chosen = tuple(period) if days is None else days
    out: dict[int | None, dict[str, Figure]] = defaultdict(dict)
    plans: dict[Days, list[Metric]] = defaultdict(list)
    for m in asked.values():
        plans[tuple(day for day in chosen if is_covered(reader, m, day))].append(m)
    for found, metrics in plans.items():
        sums = product_sums(reader, sorted({n for m in metrics for n in m.needs}), found, products)
        for product, line in sums.items():
            for metric in metrics:
                out[product][metric.key] = _product_figure(reader, metric, period, chosen, found, line)
    ids = {*out, *(products or ())}
    for product in ids:
        for key, m in asked.items():
            if key not in out[product]:
                out[product][key] = _product_figure(reader, m, period, chosen, (), {})
    return out


def _source(key: str) -> str:
    return SOURCE_AT[Grain.PRODUCT].get(key, "orders" if MEASURES[key].source == "lines" else MEASURES[key].source)


def is_covered(reader: Reader, metric: Metric, day: dt.date) -> bool:
    kinds = set(reader.rows[day]["covered"].split()) if day in reader.rows else set()
    return all(_source(n) in kinds or (_source(n) == "refunds" and "orders" in kinds) for n in metric.needs)


def told(rows: QuerySet[ProductDay], columns: Sequence[str], *, is_summed: bool) -> QuerySet[Any, Any]:
    """These columns of rows (day, product, …), or summed a line of each product, with how many days there are and told
    them."""
    if not is_summed:
        return rows.values_list("day", "product_id_ref", *columns)
    sums = {f"sum_{n}": Sum(n) for n in columns} | {f"told_{n}": Count(n) for n in columns}
    return rows.order_by().values("product_id_ref").annotate(all_days=Count("id"), **sums)


@lru_cache(maxsize=256)
def probed(columns: tuple[str, ...], is_summed: bool) -> Statement[Any]:
    return Statement(
        lambda store, days, products: told(
            ProductDay.objects.filter(store=store, day__in=days, product_id_ref__in=products),
            columns,
            is_summed=is_summed,
        )
    )


@lru_cache(maxsize=256)
def scanned(columns: tuple[str, ...], is_summed: bool) -> Statement[Any]:
    def make(store: Any, products: Any, *ends: Any) -> QuerySet[Any, Any]:
        rows = ProductDay.objects.filter(within(ends), store=store)
        rows = rows if products is None else rows.filter(product_id_ref__in=products)
        return told(rows, columns, is_summed=is_summed)

    return Statement(make)


def days_of(
    store: Store, days: Days, products: Collection[int] | None, columns: tuple[str, ...], *, is_summed: bool = False
) -> list[Any]:
    """`told` of the day rows of the products (None: of all; of more than 500 those of others come along). Few products
    are looked up day by day in the index, so that it costs the same however many others there are."""
    few = None if products is None or len(products) > 500 else list(products)
    if few is not None and len(days) * max(len(few), 1) <= PROBES:
        return probed(columns, is_summed).rows(store, days, few)
    return scanned(columns, is_summed).rows(store, few, *(end for run in crowds.runs(days) for end in run))


def product_sums(
    reader: Reader, needs: Sequence[str], days: Days, products: Collection[int] | None = None
) -> dict[int | None, dict[str, Decimal | None]]:
    """The measures by product (its id; None = sales of no known product) over days that have them all; `products`: of
    these ids only."""
    if not days:
        return {}
    stored = [n for n in needs if n != "pay_buyers"]
    only = None if products is None else frozenset(products)  # of many, the rows of others come along
    out: dict[int | None, dict[str, Decimal | None]] = {}
    for row in days_of(reader.store, days, products, tuple(stored), is_summed=True):
        if only is not None and row["product_id_ref"] not in only:
            continue
        told = {n: (row[f"sum_{n}"], row[f"told_{n}"] == row["all_days"]) for n in stored}
        out[row["product_id_ref"]] = {n: sum_of(n, *each) for n, each in told.items()}
    if "pay_buyers" in needs and reader.is_exact(MEASURES["pay_buyers"], days):
        for product, people in distinct.buyers_by_product(reader.store, days, products).items():
            if product in out:
                out[product]["pay_buyers"] = Decimal(people)
        for line in out.values():
            line.setdefault("pay_buyers", Decimal(0))
    return out


def sum_of(measure: str, value: Any, is_whole: bool) -> Decimal | None:
    """A sum as figures are made of it; of order lines it is known only where every day tells it."""
    m = MEASURES[measure]
    if value is None or (m.source == "lines" and not is_whole):
        return None
    return yuan(int(value)) if m.unit == "money" else Decimal(value)


def _product_figure(
    reader: Reader, metric: Metric, period: Period, asked: Days, days: Days, line: dict[str, Decimal | None]
) -> Figure:
    found = product_parts(reader, metric, asked, days, line)
    return reader.answer(metric, period, found.inputs, found.marks, found.missing)


def product_parts(
    reader: Reader, metric: Metric, asked: Sized, days: Days, line: Mapping[str, Decimal | None]
) -> Parts:
    """What a product's figure is made of: its line of `product_sums` over those of the days asked for that have it."""
    inputs = {n: line.get(n) for n in metric.needs}
    missing = []
    for n, value in inputs.items():
        if value is None:
            known = {"pay_buyers": "no_buyer_id", "cost_amt": "no_cost"}.get(n, "not_imported")
            missing.append(Missing(known if days else "not_imported", n))
    return Parts(inputs, inputs, _product_marks(reader, metric, len(asked), days), tuple(missing))


def _product_marks(reader: Reader, metric: Metric, count: int, days: Days) -> tuple[str, ...]:
    """What is said of a figure over those days, of so many asked for, alike for every product: found once."""
    asked = metric.key, count, days
    if asked not in reader.product_marks:
        marks = []
        if len(days) > 1 and any(MEASURES[n].adds is Adds.DAILY for n in metric.needs):
            marks.append("daily_sum")
        if "refund_amt" in metric.needs and any(reader.rows[day].get("refund_est_amt") for day in days):
            marks.append("estimated")
        if len(days) < count:
            marks.append(f"partial {len(days)}/{count}")
        reader.product_marks[asked] = tuple(marks)
    return reader.product_marks[asked]
