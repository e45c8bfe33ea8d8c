"""The glossary: of every KPI what it means, how it adds, what it needs, its edge cases and how platforms differ."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kpis import queries
from kpis.answers import MetricInfo
from kpis.definitions import Chosen
from kpis.figures import grains
from kpis.measures import MEASURES, Adds, Measure
from kpis.metrics import CONTEXT, METRICS, Metric
from kpis.metrics.platforms import differences
from opsplan.lib.text import sentences
from stores.models import Platform, Store

GROUPS: dict[str, Promise] = {
    "traffic": gettext_lazy("Traffic"),
    "orders": gettext_lazy("Orders and conversion"),
    "promotion": gettext_lazy("Promotion cost and profit"),
    "targets": gettext_lazy("Targets and progress"),
    "goods": gettext_lazy("Goods and stock"),
    "service": gettext_lazy("Service, refunds, ratings"),
}
UNITS: dict[str, Promise] = {
    "money": gettext_lazy("money"),
    "rate": gettext_lazy("percent"),
    "count": gettext_lazy("count"),
    "ratio": gettext_lazy("number"),
    "days": gettext_lazy("days"),
    "seconds": gettext_lazy("seconds"),
    "hours": gettext_lazy("hours"),
    "score": gettext_lazy("score"),
}
BETTER: dict[str, Promise] = {
    "up": gettext_lazy("more is better"),
    "down": gettext_lazy("less is better"),
    "neutral": gettext_lazy("neither way is better"),
}
SOURCES: dict[str, Promise] = {
    "orders": gettext_lazy("order file"),
    "lines": gettext_lazy("order item file"),
    "refunds": gettext_lazy("refund file, else the order file"),
    "traffic": gettext_lazy("shop traffic report"),
    "flow": gettext_lazy("traffic source report"),
    "items": gettext_lazy("product report"),
    "ads": gettext_lazy("ad reports"),
    "entry": gettext_lazy("typed by hand"),
}
ITEMS_UNKNOWN = {"pay_item_cnt", "pay_line_cnt", "sold_items", "a_items"}
DEDUCTIONS = {"brush_amt", "brush_cnt"}
# What may surprise about a metric, as soon as one of its inputs is such a measure.
EDGES: tuple[tuple[Callable[[Measure], bool], Promise], ...] = (
    (
        lambda m: m.key == "refund_amt",
        gettext_lazy("Refunds without a date stand on the day of payment and are marked as an estimate."),
    ),
    (lambda m: m.key == "cost_amt", gettext_lazy("A unit sold without a cost leaves its day out.")),
    (
        lambda m: m.key in ITEMS_UNKNOWN,
        gettext_lazy("No figure for days with orders whose items are not known."),
    ),
    (
        lambda m: bool(m.people),
        gettext_lazy("Where an order has no buyer, the platform's own daily count is read instead."),
    ),
    (
        lambda m: m.key in {"new_buyers", "old_buyers"},
        gettext_lazy("With less than a year of orders some returning buyers look new: marked as an estimate."),
    ),
    (
        lambda m: m.absent_is_zero and m.key in DEDUCTIONS,
        gettext_lazy("A day without an entry for the deduction has none of it."),
    ),
    (lambda m: m.absent_is_zero and m.key.startswith("deal_"), gettext_lazy("A day without a deal has none of it.")),
    (
        lambda m: m.absent_is_zero and m.key == "restocked_qty",
        gettext_lazy("A day without an entry for returned units back in stock has none of them."),
    ),
    (
        lambda m: m.source == "ads" and not m.channel,
        gettext_lazy("An ad channel in use that tells nothing of a day is left out there, marked and named."),
    ),
    (
        lambda m: m.key == "return_order_cnt",
        gettext_lazy("No figure for days with a refund case that does not say whether goods came back."),
    ),
    (lambda m: m.key == "act_amt", gettext_lazy("No figure while the store has no campaign.")),
)
InForce = Callable[[str], tuple[str, dt.date | None]]


@dataclass(frozen=True)
class Need:
    """An input of the formula and where it comes from."""

    label: str
    source: str


@dataclass(frozen=True)
class Reading:
    """One of several definitions: its name, the KPI it stands for, and whether the store reads it so (since when)."""

    variant: str
    key: str
    label: str
    words: str
    is_chosen: bool = False
    since: dt.date | None = None


@dataclass(frozen=True)
class Entry:
    """A KPI of the glossary, in the active language; `other` is its name in the other one."""

    info: MetricInfo
    other: str
    unit: str
    better: str
    over_days: str
    over_stores: str
    over_channels: str
    target: str
    needs: tuple[Need, ...]
    edges: tuple[str, ...]
    platforms: tuple[str, ...]
    differs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    entries: tuple[Entry, ...]


def glossary(store: Store | None = None, today: dt.date | None = None) -> list[Group]:
    """Every KPI, group by group, in the active language; with a store, which definitions it uses on `today`."""
    with translation.override("en" if (get_language() or "").startswith("zh") else "zh-hans"):
        other = {m.key: m.label for m in queries.catalogue()}
    in_force = partial(Chosen(store).in_force, day=today) if store and today else None
    entries = [entry(info, other[info.key], in_force) for info in queries.catalogue()]
    return [Group(key, str(label), tuple(x for x in entries if x.info.group == key)) for key, label in GROUPS.items()]


def entry(info: MetricInfo, other: str, in_force: InForce | None) -> Entry:
    """A KPI in words of the active language; other: its name in the other one, in_force: the reading chosen."""
    metric = METRICS[info.key]
    return Entry(
        info=info,
        other=other if other != info.label else "",
        unit=str(UNITS[info.unit]),
        better=str(BETTER[info.better]),
        over_days=over_days(metric),
        over_stores=over_stores(metric),
        over_channels=over_channels(metric),
        target=target(metric),
        needs=tuple(need(key) for key in metric.needs),
        edges=tuple(edges(metric, info.note)),
        platforms=tuple(platform_names(metric.platforms)),
        differs=tuple(
            (_(topic.label), tuple((_(", ").join(platform_names(who)), _(text)) for who, text in topic.says))
            for topic in differences(metric)
        ),
        readings=readings(metric, in_force),
    )


def inputs(metric: Metric) -> list[Measure]:
    return [MEASURES[key] for key in metric.needs if key in MEASURES]


def counted_daily(metric: Metric) -> bool:
    return any(m.adds is Adds.DAILY for m in inputs(metric))


def over_days(metric: Metric) -> str:
    if metric.adds == "context":
        return _("Belongs to its period as a whole.")
    if metric.adds == "snapshot":
        return _("The last day that has it.")
    if metric.adds == "ratio":
        text = _("Above and below the line the days are added up first, then divided.")
        people = _("People told day by day count on each of their days.")
        return sentences(text, people) if counted_daily(metric) else text
    if metric.adds == "distinct":
        if counted_daily(metric):
            return _("Days are added up and marked “daily sum”: who comes on several days counts on each.")
        return _("Counted again over the whole period: never the sum of its days.")
    return _("Days are added up.")


def over_stores(metric: Metric) -> str:
    if metric.unit == "score" or metric.key in ("search_rank", "category_rank"):
        return _("Not added up: each store has its own.")
    if metric.adds == "ratio" or (metric.adds == "context" and metric.bottom):
        return _("Above and below the line the stores are added up first, then divided.")
    if metric.adds == "distinct" and any(m.adds is Adds.DISTINCT for m in inputs(metric)):
        return _("Counted once over the stores where buyers can be compared, else added up.")
    if metric.adds == "distinct":
        return _("Stores are added up: somebody in two stores counts in both.")
    if metric.unit == "money":
        return _("Stores of one currency are added up.")
    if metric.adds == "context" and not metric.top:
        return _("Worked out again for all stores together.")
    return _("Stores are added up.")


def over_channels(metric: Metric) -> str:
    channel, product = grains.can_split(metric, "channel"), grains.can_split(metric, "product")
    if channel and product:
        return _("Can be told by channel and by product; channels are the platform's attribution.")
    if channel:
        return _("Can be told by channel, as the platform attributes; channels need not add up to the store.")
    return _("Can be told by product, not by channel.") if product else _("Told for the store only.")


def target(metric: Metric) -> str:
    if not metric.plannable:
        return ""
    if metric.target == "month":
        return _("A target for a month is shared out over its days.")
    return _("The target is of one day.") if metric.target == "day" else _("The target is a level to hold.")


def need(key: str) -> Need:
    if key in MEASURES:
        measure = MEASURES[key]
        source = str(SOURCES[measure.source])
        if measure.entry and measure.source != "entry":
            source = _("%(source)s, or typed by hand") % {"source": source}
        return Need(_(measure.label), source)
    context = CONTEXT[key]
    if context.kind.endswith("target"):
        return Need(_(context.label), _("the plan"))
    if not context.of:
        return Need(_(context.label), _("the calendar"))
    return Need(_(context.label), _("worked out from the same sources"))


def edges(metric: Metric, note: str) -> list[str]:
    """What may surprise: the metric's own note first, then what follows from its inputs."""
    found = [note] if note else []
    if metric.bottom:
        found.append(_("Nothing to divide by: no figure, never 0."))
    asked = inputs(metric)
    found += [str(text) for holds, text in EDGES if any(holds(m) for m in asked)]
    return list(dict.fromkeys(found))


def platform_names(keys: tuple[str, ...]) -> list[str]:
    return [str(Platform(key).label) for key in keys]


def readings(metric: Metric, in_force: InForce | None) -> tuple[Reading, ...]:
    if not metric.variants:
        return ()
    variant, since = in_force(metric.key) if in_force else (None, None)
    return tuple(
        Reading(name, key, _(METRICS[key].label), _(METRICS[key].words), name == variant, since)
        for name, key in metric.variants
    )
