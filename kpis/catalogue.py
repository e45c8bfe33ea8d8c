"""The catalogue of KPIs as it is told: in the active language, by the platform's names, and what of it is offered."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, partial

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kpis.answers import MetricInfo
from kpis.measures import MEASURES
from kpis.metrics import GROUPS, METRICS
from kpis.models.rollups import kept
from kpis.names import info
from stores import platform
from stores.models import Channel, Store


class UnknownMetric(ValueError):
    """`keys` are no metrics; `valid` are."""

    def __init__(self, keys: Sequence[str], valid: Sequence[str]) -> None:
        self.keys, self.valid = tuple(keys), tuple(valid)
        super().__init__(_("Unknown metric: %(keys)s.") % {"keys": ", ".join(keys)})


def catalogue() -> list[MetricInfo]:
    """Every KPI, in the order of the glossary, with its words in the active language and the platform's name for it."""
    return list(_catalogue(get_language(), platform.active()))


@cache
def _catalogue(_language: str | None, _platform: str) -> tuple[MetricInfo, ...]:
    return tuple(info(m, group) for group, metrics in GROUPS.items() for m in metrics)


def offered(stores: Iterable[Store], also: Collection[str] = ()) -> list[MetricInfo]:
    """The catalogue as lists to choose from show it: without the KPIs of channels that none of the stores has, unless
    they stand in `also`, being chosen already. Asked for by name they are answered like all others."""
    there = {key for store in stores for key in kept("channels", store.pk, partial(_channels, store))}
    there.add("")
    return [x for x in catalogue() if x.key in also or _channel_of(x.key) in there]


def _channels(store: Store) -> list[str]:
    return list(Channel.objects.filter(store=store).values_list("key", flat=True))


def _channel_of(key: str) -> str:
    """The channel that a KPI speaks of, "" for the shop's."""
    return MEASURES[key].channel if key in MEASURES else ""


def keys() -> list[str]:
    """The key of every KPI, in the order of the glossary."""
    return list(METRICS)


def metric(key: str) -> MetricInfo:
    """One KPI's entry of the catalogue, in the active language. Raises UnknownMetric."""
    check_known([key])
    return info(METRICS[key], next(name for name, metrics in GROUPS.items() if METRICS[key] in metrics))


def check_known(keys: Iterable[str]) -> None:
    unknown = [key for key in keys if key not in METRICS]
    if unknown:
        raise UnknownMetric(unknown, list(METRICS))
