"""The rows of a plan: the operators' year sheet (S008-S017, S025), the store's paid channels, and rows people add."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.metrics import METRICS
from kpis.models import Plan, PlanRow
from kpis.names import called
from kpis.planning.costs import COST, RATIO
from kpis.planning.factors import AOV, CVR, SALES, UV
from kpis.planning.parts import cut_of, is_rest, node_of
from kpis.planning.year import BUDGET, BUDGETS, DAILY_ORDERS, ORDERS, SHOP_ROI, Row, Sheet, month_days
from stores.models import Channel, Store

CHANNEL = f"{COST}:"
OWN = "own:"
HEROES = "heroes"


@dataclass(frozen=True)
class BuiltIn:
    """A row every plan has. `group`: the block it stands in. Word rows have no unit."""

    key: str
    label: Promise
    group: str
    unit: str = ""
    adds: str = ""
    weight: str = ""


BUILT_IN = (
    BuiltIn(SALES, _("Month's target sales"), "targets", "money", "sum"),
    BuiltIn(UV, _("Target visitors a day"), "targets", "count", "day"),
    BuiltIn(CVR, _("Conversion rate"), "targets", "rate", "solved"),
    BuiltIn(AOV, _("Revenue per buyer"), "targets", "money", "solved"),
    BuiltIn(DAILY_ORDERS, _("Orders a day"), "targets", "perday", "made"),
    BuiltIn(ORDERS, _("Target orders"), "targets", "count", "made"),
    BuiltIn(COST, _("Promotion cost"), "promotion", "money", "sum"),
    BuiltIn(RATIO, _("Cost-to-sales ratio"), "promotion", "rate", "solved"),
    BuiltIn("roi", _("Ad ROI"), "promotion", "ratio", "level", COST),
    BuiltIn(SHOP_ROI, _("Whole-shop ROI"), "promotion", "ratio", "made"),
    BuiltIn("refund_rate_amt", _("Refund rate"), "quality", "rate", "level", SALES),
    BuiltIn("gross_rate", _("Gross margin"), "quality", "rate", "level", SALES),
    BuiltIn(BUDGETS[0], _("Budget: advertising"), "budget", "money", "sum"),
    BuiltIn(BUDGETS[1], _("Budget: people"), "budget", "money", "sum"),
    BuiltIn(BUDGETS[2], _("Budget: technology and platforms"), "budget", "money", "sum"),
    BuiltIn(BUDGET, _("Budgets together"), "budget", "money", "made"),
    BuiltIn("theme", _("Campaign themes"), "words"),
    BuiltIn(HEROES, _("Hero products"), "words"),
    BuiltIn("gifts", _("Gift plan"), "words"),
    BuiltIn("new_items", _("New product plan"), "words"),
    BuiltIn("stage", _("What this stage is about"), "words"),
)
KNOWN = {row.key: row for row in BUILT_IN}
GROUPS: dict[str, Promise] = {
    "targets": _("Targets"),
    "channels": _("Sales by channel"),
    "groups": _("Sales by product group"),
    "promotion": _("Promotion"),
    "own": _("More figures"),
    "words": _("Words"),
    "quality": _("Refunds and margin"),
    "budget": _("Budgets"),
}
BLOCKS = {"channel": "channels", "group": "groups"}
RESTS: dict[str, Promise] = {"channel": _("Other channels"), "group": _("Other products")}
UNITS: dict[str, Promise] = {"money": _("Amount"), "count": _("Number"), "rate": _("Percent"), "ratio": _("Ratio")}


def group_of(row: PlanRow) -> str:
    if row.kind == PlanRow.Kind.WORD:
        return "words"
    if row.key.startswith(CHANNEL):
        return "promotion"
    if part := node_of(row.key)[1]:
        return BLOCKS[cut_of(part)]
    return KNOWN[row.key].group if row.key in KNOWN else "own"


def label_of(row: PlanRow, channels: dict[str, str]) -> str:
    """What people call the row, in the active language; `channels`: key -> name."""
    node, part = node_of(row.key)
    if part:
        name = part_name(row, channels)
        return name if node == SALES else f"{name} · {KNOWN[node].label}"
    if row.title:
        return row.title
    if row.key.startswith(CHANNEL):
        key = row.key.removeprefix(CHANNEL)
        return channels.get(key, key)
    if row.key in KNOWN:
        return str(KNOWN[row.key].label)
    return called(row.key, METRICS[row.key].label) if row.key in METRICS else row.key


def part_name(row: PlanRow, channels: dict[str, str]) -> str:
    """What people call the channel or the product group this row is of."""
    part = node_of(row.key)[1]
    if is_rest(part):
        return str(RESTS[cut_of(part)])
    name = part.partition(":")[2]
    return row.title or channels.get(name, name)


def is_made(key: str) -> bool:
    """Whether the row is worked out from others and cannot be typed."""
    return key in KNOWN and KNOWN[key].adds == "made"


def behaviour(row: PlanRow) -> Row:
    """A number row as the arithmetic sees it."""
    node = node_of(row.key)[0]
    if node in KNOWN:
        known = KNOWN[node]
        return Row(row.key, known.unit, known.adds, known.weight)
    if row.key.startswith(CHANNEL):
        return Row(row.key, "money", "sum", is_channel=True)
    if row.key in METRICS:
        metric = METRICS[row.key]
        return Row(row.key, metric.unit.value, "sum" if metric.target == "month" else "level")
    return Row(row.key, row.unit, "level" if row.unit in ("rate", "ratio") else "sum")


def sheet_of(plan: Plan, rows: Iterable[PlanRow]) -> Sheet:
    """The arithmetic of a plan, still without its cells."""
    numbers = [behaviour(row) for row in rows if row.kind == PlanRow.Kind.NUMBER]
    return Sheet(numbers, month_days(plan.year, plan.month_basis), {})


def first_rows(store: Store) -> list[PlanRow]:
    """The rows of a new plan, not yet saved: everything built in, and under the cost the store's paid channels."""
    rows: list[PlanRow] = []
    for known in BUILT_IN:
        kind = PlanRow.Kind.NUMBER if known.adds else PlanRow.Kind.WORD
        rows.append(PlanRow(key=known.key, kind=kind, unit=known.unit))
        if known.key == COST:
            paid = Channel.objects.filter(store=store, is_paid=True)
            rows += [PlanRow(key=CHANNEL + channel.key, unit="money") for channel in paid]
    return numbered(rows)


def numbered(rows: Sequence[PlanRow]) -> list[PlanRow]:
    for position, row in enumerate(rows):
        row.position = position * 10
    return list(rows)


def metric_row(key: str) -> PlanRow:
    """A row for a plannable metric that is not built in, not yet saved."""
    return PlanRow(key=key, unit=METRICS[key].unit.value, position=5000)


def may_be_planned(key: str) -> bool:
    return key in METRICS and METRICS[key].plannable
