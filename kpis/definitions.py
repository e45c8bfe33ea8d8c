"""KPIs the market reads in several ways: a store chooses one, with the day from which it holds (domain.md 2.2-2.6).

A figure takes the reading in force on the last day of its period; what it is compared with is read the same way.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.answers import Definition
from kpis.metrics import METRICS, Metric
from kpis.models import MetricDefinition
from kpis.models.rollups import bump, kept
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.models import User
from stores.models import Store

EARLIEST = dt.date(2000, 1, 1)


class Chosen:
    """What a store has chosen, read in one statement when a metric with several readings is first asked for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.choices: dict[str, list[tuple[dt.date, str]]] | None = None

    def metric(self, key: str, day: dt.date) -> Metric:
        """The metric as it is read on `day`: with the formula of the reading in force, under its own key."""
        known = METRICS[key]
        if not known.variants:
            return known
        return bound(known, *self.in_force(key, day))

    def in_force(self, key: str, day: dt.date) -> tuple[str, dt.date | None]:
        """(variant, since); since None = as delivered."""
        if self.choices is None:
            self.choices = kept("definitions", self.store.pk, self._read)
        found = ((variant, since) for since, variant in self.choices.get(key, ()) if since <= day)
        return next(found, (METRICS[key].variants[0][0], None))

    def _read(self) -> dict[str, list[tuple[dt.date, str]]]:
        choices = defaultdict(list)
        chosen = MetricDefinition.objects.filter(store=self.store).order_by("-since")
        for metric, since, variant in chosen.values_list("metric", "since", "variant"):
            choices[metric].append((since, variant))
        return choices


def read_all(chosen: Sequence[Chosen]) -> None:
    """What several stores have chosen, in one statement."""
    by_store: dict[int, dict[str, list[tuple[dt.date, str]]]] = {c.store.pk: defaultdict(list) for c in chosen}
    found = MetricDefinition.objects.filter(store__in=by_store).order_by("-since")
    for store, metric, since, variant in found.values_list("store", "metric", "since", "variant"):
        by_store[store][metric].append((since, variant))
    for each in chosen:
        each.choices = by_store[each.store.pk]


def bound(known: Metric, variant: str, since: dt.date | None = None) -> Metric:
    """The metric with the formula of one of its readings."""
    return _bound(known.key, variant, since)


@lru_cache(maxsize=1024)
def _bound(key: str, variant: str, since: dt.date | None) -> Metric:
    known = METRICS[key]
    meant = dict(known.variants)[variant]
    return replace(METRICS[meant], key=key, variants=known.variants, definition=Definition(variant, meant, since))


def marks(metric: Metric, period: Period) -> tuple[str, ...]:
    """ "redefined" where the reading changed inside the period: its first days were reported another way."""
    since = metric.definition.since if metric.definition else None
    return ("redefined",) if since and period.first < since <= period.last else ()


def choosable() -> dict[str, Metric]:
    """The metrics with several readings."""
    return {key: metric for key, metric in METRICS.items() if metric.variants}


def set_definition(store: Store, metric: str, variant: str, since: dt.date, by: User | None = None) -> MetricDefinition:
    """From the local day `since` on, read `metric` as `variant`; a choice of the same day is replaced, the very same
    again changes nothing.

    One transaction that counts the data version up. ValidationError by field: `metric` or `variant` (naming the valid
    ones), `since`.
    """
    known = choosable().get(metric)
    if known is None:
        text = _("%(metric)s has only one definition; these have several: %(valid)s.")
        raise ValidationError({"metric": text % {"metric": metric, "valid": ", ".join(choosable())}})
    names = [name for name, _key in known.variants]
    if variant not in names:
        text = _("%(metric)s has no definition %(variant)s; choose one of: %(valid)s.")
        raise ValidationError({"variant": text % {"metric": metric, "variant": variant, "valid": ", ".join(names)}})
    if not EARLIEST <= since <= clock.today(store.timezone) + dt.timedelta(days=366):
        raise ValidationError({"since": _("Choose a day between the year 2000 and a year from now.")})
    there = MetricDefinition.objects.filter(store=store, metric=metric, since=since, variant=variant).first()
    if there:
        return there
    with transaction.atomic():
        bump(store)
        chosen, _created = MetricDefinition.objects.update_or_create(
            store=store,
            metric=metric,
            since=since,
            defaults={"variant": variant, "by": by, "updated_at": clock.now()},
        )
    return chosen


def take_back(store: Store, pk: int) -> str | None:
    """Take a choice away, as if it had never been made. Returns its metric, None where there is no such choice."""
    with transaction.atomic():
        chosen = MetricDefinition.objects.filter(store=store, pk=pk).first()
        if chosen is None:
            return None
        bump(store)
        chosen.delete()
        return chosen.metric


def history(store: Store) -> dict[str, list[MetricDefinition]]:
    """The choices of a store by metric, latest first."""
    made: dict[str, list[MetricDefinition]] = defaultdict(list)
    for choice in MetricDefinition.objects.filter(store=store).select_related("by").order_by("-since"):
        made[choice.metric].append(choice)
    return dict(made)
