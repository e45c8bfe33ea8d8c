"""What figures are called: in the active language, and as people of the platform call them."""

from django.utils.translation import gettext as _

from kpis.answers import MetricInfo
from kpis.metrics import Metric
from kpis.metrics.platforms import name_on
from stores import platform


def called(key: str, label: str) -> str:
    """The label of a metric or measure for the store being served."""
    return _(name_on(platform.active(), key, label))


def info(m: Metric, group: str) -> MetricInfo:
    """Its entry of the catalogue, in the active language."""
    label, words = called(m.key, m.label), _(m.words)
    note = _(m.note) if m.note else ""
    return MetricInfo(
        m.key, label, words, m.unit, m.better, m.adds, m.needs, m.plannable, m.source, note, m.top, m.bottom, group,
        m.platforms, m.variants,
    )  # fmt: skip
