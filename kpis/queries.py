"""THE door to the figures, for pages, REST, commands and exports: everybody gets the same object."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kpis import pacing, wire
from kpis.answers import Cell, Explanation, Figure, Pace, Row
from kpis.breakdowns.questions import Question, Refused
from kpis.breakdowns.questions import read as question
from kpis.breakdowns.tables import Table, table, versions_of
from kpis.catalogue import UnknownMetric, catalogue, check_known, keys, metric, offered
from kpis.changes import (
    channel_paid_changed,
    deals_changed,
    figures_changed,
    names_changed,
    products_merged,
    products_with_figures,
)
from kpis.comparisons import COMPARISONS, Match, matched
from kpis.figures import grains, per_product
from kpis.figures.ad_tables import AdLine, ad_lines, least_return
from kpis.figures.dayrows import Days
from kpis.figures.readings import Reader
from kpis.metrics import METRICS, SALES
from kpis.models.rollups import kept, of_version, version, version_of
from kpis.month.month_budget import budget
from kpis.month.month_pace import month_pace
from kpis.month.month_told import month_told
from kpis.outward.baskets import basket_count, baskets
from kpis.outward.campaign_days import campaign_bands
from kpis.outward.campaign_live import live_facts
from kpis.outward.campaign_review import own_figures, rehearsal_beside, review_facts, who_bought
from kpis.outward.emptiness import delete_store, held
from kpis.outward.goods import GOODS, LEAST_ORDERS, Basket, Goods, Pair, basket_units, last_days, pairs, unit_series
from kpis.outward.left_behind import left_by
from kpis.outward.stage_evidence import judge_stages
from kpis.outward.store_channels import channel_exchange, take_channels
from kpis.sums.coverage import begun_before_opening, coverage, fresh
from kpis.tree import TREE
from kpis.why.explain import explanation
from opsplan.lib.calendar import Calendar
from opsplan.lib.periods import Period
from stores.calendars import calendar_of
from stores.models import Store
from stores.snapshot import one_version

__all__ = [
    "BY",
    "COMPARE",
    "FACTORS",
    "GOODS",
    "LEAST_ORDERS",
    "AdLine",
    "Ask",
    "Basket",
    "Cell",
    "Figure",
    "Goods",
    "Pair",
    "Question",
    "Refused",
    "Row",
    "Table",
    "UnknownMetric",
    "ad_lines",
    "basket_count",
    "basket_units",
    "baskets",
    "begun_before_opening",
    "breakdown",
    "budget",
    "by_day",
    "calendar",
    "campaign_bands",
    "catalogue",
    "channel_exchange",
    "channel_paid_changed",
    "coverage",
    "deals_changed",
    "delete_store",
    "explain",
    "figure_sets",
    "figures",
    "figures_changed",
    "fresh",
    "held",
    "judge_stages",
    "keys",
    "last_days",
    "least_return",
    "left_by",
    "live_facts",
    "metric",
    "month_told",
    "names_changed",
    "of_version",
    "offered",
    "one_version",
    "other_days",
    "own_figures",
    "pace",
    "pairs",
    "product_card",
    "product_rows",
    "products_merged",
    "products_with_figures",
    "question",
    "rehearsal_beside",
    "review_facts",
    "sales_sides",
    "sales_targets",
    "store_by_number",
    "summary",
    "table",
    "take_channels",
    "targets_of",
    "unit_series",
    "version",
    "version_of",
    "versions_of",
    "who_bought",
]

FACTORS = TREE  # what the changes of sales tell of
BY = (*grains.SPANS, "channel", "product")
COMPARE = tuple(COMPARISONS)


def figures(
    store: Store,
    keys: Sequence[str],
    period: Period,
    *,
    compare: Sequence[str] = ("previous", "last_year"),
    series: bool = False,
    whole: bool = False,
) -> dict[str, Figure]:
    """The metrics over the period, with comparisons, the target, and day by day when `series`. `whole`: comparisons to
    the same point also tell the other period in full.

    Raises UnknownMetric, and ValueError for an unknown comparison.
    """
    check_known(keys)
    _comparable(compare)
    return _answered(Reader(store, keys), [Ask(keys, period, compare, series)], whole=whole)[0]


@dataclass(frozen=True)
class Ask:
    """One call of `figures`, to be answered together with others."""

    keys: Sequence[str]
    period: Period
    compare: Sequence[str] = ()
    series: bool = False
    days: Days | None = None  # only these of the period's days


def figure_sets(store: Store, asks: Sequence[Ask]) -> list[dict[str, Figure]]:
    """Several `figures` for one page: days are read and people counted once for all of them."""
    keys = {key: None for ask in asks for key in ask.keys}
    check_known(keys)
    return _answered(Reader(store, keys), asks)


def _answered(reader: Reader, asks: Sequence[Ask], *, whole: bool = False) -> list[dict[str, Figure]]:
    """The answers of all asks: what they need of days and people is read before the first is worked out."""
    reader.whole_too = whole
    reader.load(*(ask.period for ask in asks), *(x for ask in asks for x in reader.others(ask.period, ask.compare)))
    counted: dict[tuple[str, ...], list[Days]] = {}
    for ask in asks:
        days = [ask.days or reader.days(ask.period), *grains.people_compared(reader, ask.period, ask.compare)]
        counted.setdefault(tuple(ask.keys), []).extend(days)
    for asked, groups in counted.items():
        grains.count_people(reader, asked, [days for days in groups if days])
    return [_figures(reader, ask.keys, ask.period, ask.compare, ask.series, ask.days) for ask in asks]


def explain(store: Store, key: str, period: Period, compare: Sequence[str] = ()) -> Explanation:
    """What the figure counts, what it leaves out and why, and where it comes from. Raises UnknownMetric."""
    return explanation(store, figures(store, [key], period, compare=compare, whole=True)[key])


def sales_sides(
    store: Store, period: Period, compare: str, asks: Sequence[Ask] = ()
) -> tuple[Match, list[dict[str, Figure]]]:
    """Why sales changed, to be split: the days on which the paid amount is compared, and, after the answers of `asks`,
    the figures of the sales tree, now and before: the paid amount on these very days, its factors on those of them
    whose visitors are known on both sides (which their marks say); read together."""
    reader = Reader(store, {key: None for ask in asks for key in ask.keys} | dict.fromkeys(TREE))
    m = reader.match(compare, period)
    reader.load(period, m.span, *(x for a in asks for x in (a.period, *reader.others(a.period, a.compare))))
    m = reader.fair(METRICS["pay_amt"], period, m)
    days = reader.fair(METRICS["uv"], period, m)
    sides = [Ask(TREE, period, days=days.own or None), Ask(TREE, m.span, days=days.days)]
    *answers, now, before = _answered(reader, [*asks, *sides])
    if days != m:
        now = {key: replace(figure, marks=(*figure.marks, *matched(days.marks))) for key, figure in now.items()}
        whole = [Ask(("pay_amt",), period, days=m.own or None), Ask(("pay_amt",), m.span, days=m.days)]
        now, before = ({**side, **all_of} for side, all_of in zip((now, before), _answered(reader, whole), strict=True))
    return m, [*answers, now, before]


def targets_of(store: Store, keys: Sequence[str], period: Period) -> dict[str, Decimal | None]:
    """What the plan wants of the metrics over the period; None where it says nothing."""
    reader = Reader(store, ())
    found = {key: reader.metric(key, period.last) for key in keys}
    return {key: reader.target(m, period) if m.plannable else None for key, m in found.items()}


def sales_targets(store: Store, period: Period) -> dict[dt.date, Decimal | None]:
    """What each day of the period is to bring (actual sales, else the paid amount), in yuan, as its month has it."""
    reader, days = Reader(store, ()), [Period(day, day) for day in period]
    return {
        day.first: next((x for key in SALES if (x := reader.target(METRICS[key], day)) is not None), None)
        for day in days
    }


def other_days(store: Store, compare: str, period: Period) -> Match:
    """Which days of the store `period` is set against by that comparison."""
    return Reader(store, ()).match(compare, period)


def _figures(
    reader: Reader, keys: Sequence[str], period: Period, compare: Sequence[str], series: bool, of: Days | None
) -> dict[str, Figure]:
    lines = grains.series(reader, keys, period, period.last) if series else {}
    out = {}
    for key in keys:
        m = reader.metric(key, period.last)
        figure = reader.figure(m, period, of)
        against = {name: reader.comparison(m, figure, name) for name in compare}
        target = reader.aim(m, period, of) if m.plannable else None
        out[key] = replace(figure, compare=against, target=target, series=lines.get(key, ()))
    return out


def breakdown(store: Store, keys: Sequence[str], period: Period, by: str, *, compare: Sequence[str] = ()) -> list[Row]:
    """The metrics by day, ISO week, month (in order of time), channel (in the shop's order) or product (best first).

    Raises UnknownMetric; ValueError for an unknown `by` or a metric that has no meaning for a channel or product.
    """
    check_known(keys)
    _comparable(compare)
    return _breakdown(Reader(store, keys), keys, period, by, compare)


def by_day(
    store: Store, keys: Sequence[str], period: Period, *, compare: Sequence[str], whole: Sequence[str], since: dt.date
) -> tuple[list[Row], dict[str, Figure]]:
    """The metrics day by day, compared by `compare`, and over the whole period, compared by `whole`. `since`: the first
    day that some of them look back to; all days from there on are read at once."""
    check_known(keys)
    reader = Reader(store, keys)
    reader.load(Period(since, period.last), *reader.others(period, whole))
    return _breakdown(reader, keys, period, "day", compare), _figures(reader, keys, period, whole, False, None)


def product_rows(
    store: Store,
    keys: Sequence[str],
    period: Period,
    *,
    compare: Sequence[str],
    compared: Sequence[str] = (),
    products: Sequence[int] | None = None,
) -> list[Row]:
    """As `breakdown` by product, of which only some metrics are compared (all where none is named); products: a row for
    each of these ids, whether it sold or not, and no others."""
    return per_product.rows(Reader(store, keys), keys, period, compare, compared, products)


def product_card(
    store: Store, product: int, keys: Sequence[str], shop: Sequence[str], period: Period, compared: Sequence[str]
) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """Figures of one product (its id), some against the days before, and others of the whole shop; read together."""
    reader = Reader(store, (*keys, *shop))
    own = per_product.figures(reader, keys, period, ("previous",), compared, [product])[product]
    return own, {key: reader.figure(reader.metric(key, period.last), period) for key in shop}


def _breakdown(reader: Reader, keys: Sequence[str], period: Period, by: str, compare: Sequence[str]) -> list[Row]:
    if by not in BY:
        raise ValueError(_("Unknown grouping; choose one of: %s.") % ", ".join(BY))
    lost = [key for key in keys if not grains.can_split(reader.metric(key, period.last), by)]
    if lost:
        raise ValueError(
            _("%(keys)s cannot be told by %(by)s; these can: %(valid)s.")
            % {
                "keys": ", ".join(lost),
                "by": by,
                "valid": ", ".join(key for key, m in METRICS.items() if grains.can_split(m, by)),
            }
        )
    if by == "channel":
        return grains.by_channel(reader.store, keys, period, compare)
    if by == "product":
        return per_product.rows(reader, keys, period, compare)
    return grains.by_time(reader, keys, period, by, compare)


def summary(
    store: Store, metrics: Sequence[str], period: Period, *, by: str | None = None, compare: Sequence[str] = ()
) -> dict[str, Any]:
    """The JSON of `manage.py kpi --json` and of the REST summary. Raises UnknownMetric, ValueError."""
    check_known(metrics)
    _comparable(compare)
    reader = Reader(store, metrics)
    (values,) = _answered(reader, [Ask(metrics, period, compare)], whole=True)
    rows = _breakdown(reader, metrics, period, by, compare) if by else []
    return {
        "store": store.slug,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "values": wire.figures(values, compare),
        "rows": [wire.row(row, compare) for row in rows],
    }


def store_by_number(pk: int) -> Store:
    """A store whose figures are to be read; nobody may change it."""
    return kept("store", pk, lambda: Store.objects.get(pk=pk))


def calendar(store: Store) -> Calendar:
    """The store's calendar, for pages that show figures."""
    return kept("calendar", store.pk, lambda: calendar_of(store))


def pace(store: Store, month: dt.date, metric: str = "real_amt", weights: pacing.Weights | None = None) -> Pace:
    """The month that holds `month` against its target (`month_pace`). Raises UnknownMetric, and ValueError for a metric
    that is not an amount of the month."""
    check_known([metric])
    return month_pace(store, month, metric, weights)


def _comparable(compare: Iterable[str]) -> None:
    if any(name not in COMPARE for name in compare):
        raise ValueError(_("Unknown comparison; choose one of: %s.") % ", ".join(COMPARE))
