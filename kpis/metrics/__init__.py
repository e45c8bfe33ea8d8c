"""The KPIs as data (pure): the only place where a formula stands. Actual, plan, page and report all use `evaluate`."""

from kpis.metrics.base import Better, Inputs, Metric, Unit, evaluate, rounded, unrounded
from kpis.metrics.context import CONTEXT, Context
from kpis.metrics.deals import DEALS
from kpis.metrics.goods import GOODS
from kpis.metrics.orders import ORDERS
from kpis.metrics.promotion import PROMOTION
from kpis.metrics.service import SERVICE
from kpis.metrics.targets import TARGETS
from kpis.metrics.traffic import TRAFFIC
from kpis.metrics.variants import SALES, kin, neutral

__all__ = [
    "CONTEXT",
    "GROUPS",
    "METRICS",
    "SALES",
    "Better",
    "Context",
    "Inputs",
    "Metric",
    "Unit",
    "evaluate",
    "kin",
    "rounded",
    "unrounded",
]

PLAIN = {
    "traffic": TRAFFIC,
    "orders": ORDERS,
    "promotion": PROMOTION,
    "targets": TARGETS,
    "goods": (*GOODS, *DEALS),
    "service": SERVICE,
}
PERMANENT = {metric.key: metric for group in PLAIN.values() for metric in group}
GROUPS = {name: (*group, *neutral(name, PERMANENT)) for name, group in PLAIN.items()}
METRICS = {metric.key: metric for group in GROUPS.values() for metric in group}
