"""Figures of each product: its day rows added up over the days that tell of products, then the formula."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, QuerySet, Sum

from kpis.answers import Comparison, Figure, Missing, Row
from kpis.comparisons import Match, less
from kpis.deltas import compared, narrowed
from kpis.figures import distinct
from kpis.figures.dayrows import Days, within
from kpis.figures.readings import Parts, Reader
from kpis.measures import MEASURES, SOURCE_AT, Adds, Grain
from kpis.metrics import Metric
from kpis.models import ProductDay
from kpis.sums import crowds
from opsplan.lib.money import yuan
from opsplan.lib.periods import Period
from opsplan.statements import Statement
from products.models import Product
from stores.models import Store

PROBES = 10_000  # look-ups in an index that are cheaper than reading a span of days


def rows(
    reader: Reader,
    keys: Sequence[str],
    period: Period,
    compare: Sequence[str],
    compared_keys: Sequence[str] = (),
    products: Collection[int] | None = None,
) -> list[Row]:
    """Best first by the first metric; the row without a key is what no product can be told for. `compared_keys`: the
    only ones that are compared; all where none is named. products: a row for each of these ids, and no others."""
    now = figures(reader, keys, period, compare, compared_keys, products)
    named = Product.objects.filter(store=reader.store)
    names = {p.pk: p for p in (named if products is None else named.filter(pk__in=products))}
    out = []
    for product, values in now.items():
        shown = names.get(product or 0)
        out.append(Row(shown.code if shown else "", shown.title if shown else "", values))
    first = keys[0]
    return sorted(out, key=lambda r: (r.values[first].value is None, -(r.values[first].value or 0), r.key))


def figures(
    reader: Reader,
    keys: Sequence[str],
    period: Period,
    compare: Sequence[str],
    compared_keys: Sequence[str] = (),
    products: Collection[int] | None = None,
) -> dict[int | None, dict[str, Figure]]:
    """The figures of `rows` by product id, without names and in no order."""
    metrics = {key: reader.metric(key, period.last) for key in keys}
    matches = {name: reader.match(name, period) for name in compare if name != "target"}
    reader.load(period, *(m.span for m in matches.values()))
    now = _figures(reader, metrics, period, None, products)
    metrics = {key: m for key, m in metrics.items() if key in (compared_keys or keys)}
    against: dict[int | None, dict[str, dict[str, Comparison]]] = defaultdict(lambda: defaultdict(dict))
    for name, usual in matches.items():
        alike: dict[Match, dict[str, Metric]] = defaultdict(dict)
        for key, metric in metrics.items():
            alike[fair(reader, metric, period, usual)][key] = metric
        for m, some in alike.items():
            before = _figures(reader, some, m.span, m.days, products)
            own = _figures(reader, some, period, m.own, products) if m.own else now
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


def _figures(
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
        lines = sums(reader, sorted({n for m in metrics for n in m.needs}), found, products)
        for product, line in lines.items():
            for metric in metrics:
                out[product][metric.key] = _figure(reader, metric, period, chosen, found, line)
    ids = {*out, *(products or ())}
    for product in ids:
        for key, m in asked.items():
            if key not in out[product]:
                out[product][key] = _figure(reader, m, period, chosen, (), {})
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
    added = {f"sum_{n}": Sum(n) for n in columns} | {f"told_{n}": Count(n) for n in columns}
    return rows.order_by().values("product_id_ref").annotate(all_days=Count("id"), **added)


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


def sums(
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


def _figure(
    reader: Reader, metric: Metric, period: Period, asked: Days, days: Days, line: dict[str, Decimal | None]
) -> Figure:
    found = parts(reader, metric, asked, days, line)
    return reader.answer(metric, period, found.inputs, found.marks, found.missing)


def parts(reader: Reader, metric: Metric, asked: Sized, days: Days, line: Mapping[str, Decimal | None]) -> Parts:
    """What a product's figure is made of: its line of `sums` over those of the days asked for that have it."""
    inputs = {n: line.get(n) for n in metric.needs}
    missing = []
    for n, value in inputs.items():
        if value is None:
            known = {"pay_buyers": "no_buyer_id", "cost_amt": "no_cost"}.get(n, "not_imported")
            missing.append(Missing(known if days else "not_imported", n))
    return Parts(inputs, inputs, _marks(reader, metric, len(asked), days), tuple(missing))


def _marks(reader: Reader, metric: Metric, count: int, days: Days) -> tuple[str, ...]:
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
