"""Promotion cost of one month (pure): the total, its channels, its share of sales. Parts sum to the total exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kpis.planning.shares import Contradiction, exact, spread
from opsplan.lib.money import CENT
from opsplan.lib.text import gettext_noop as _

COST, RATIO = "promo_cost", "cost_ratio"


@dataclass(frozen=True)
class Costs:
    """Yuan and a fraction. `parts`: by channel row, None = no amount. `locked` holds row keys."""

    sales: Decimal | None
    total: Decimal | None = None
    ratio: Decimal | None = None
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()


def spent(costs: Costs, changes: Mapping[str, Decimal | None]) -> Costs:
    """The costs after these were typed (rows COST, RATIO or channels; {} after sales moved). Raises Contradiction."""
    for key, value in changes.items():
        now = {**costs.parts, COST: costs.total, RATIO: costs.ratio}[key]
        if key in costs.locked and value != now:
            raise Contradiction(_("%(row)s is locked."), row=key)
    parts = {**costs.parts, **{key: value for key, value in changes.items() if key not in (COST, RATIO)}}
    typed = set(changes) - {COST, RATIO}
    total, given = wanted_total(costs, changes)
    if given:
        parts = fitted(total, parts, typed, costs.locked)
    elif typed:
        amounts = [value for value in parts.values() if value is not None]
        total = sum(amounts, Decimal(0)) if amounts else None
    return with_ratio(replace(costs, total=total, parts=parts))


def wanted_total(costs: Costs, changes: Mapping[str, Decimal | None]) -> tuple[Decimal | None, bool]:
    """The total as typed or as locks demand it, and whether it is given."""
    ratio = changes.get(RATIO, costs.ratio)
    by_ratio = RATIO in changes or RATIO in costs.locked
    if by_ratio and ratio is not None:
        if costs.sales is None:
            if RATIO in changes:
                raise Contradiction(_("A share of sales needs the month's sales first."))
            return costs.total, False
        total = (ratio * costs.sales).quantize(CENT)
        other = changes.get(COST, costs.total if COST in costs.locked else total)
        if other is not None and abs(other - total) > CENT:
            raise Contradiction(
                _("%(percent)s %% of sales are %(made)s, but the cost is set to %(wanted)s."),
                percent=(ratio * 100).normalize(), made=total, wanted=other,
            )  # fmt: skip
        return total, True
    if RATIO in changes and COST not in changes:
        return None, True
    if COST in changes:
        return changes[COST], True
    return costs.total, COST in costs.locked


def fitted(
    total: Decimal | None, parts: Mapping[str, Decimal | None], typed: set[str], locked: frozenset[str]
) -> dict[str, Decimal | None]:
    """The channels under a given total: typed and locked ones stay, the others follow in proportion."""
    there = [key for key, value in parts.items() if value is not None]
    if not there:
        return dict(parts)
    if total is None:
        return {key: value if key in locked else None for key, value in parts.items()}
    fixed = [key in locked or key in typed for key in there]
    return {**parts, **dict(zip(there, spread(total, [parts[key] for key in there], fixed), strict=True))}


def with_ratio(costs: Costs) -> Costs:
    if RATIO in costs.locked:
        return costs
    ratio = exact(costs.total / costs.sales) if costs.total is not None and costs.sales else None
    return replace(costs, ratio=ratio)
