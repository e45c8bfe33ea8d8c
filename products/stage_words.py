"""The evidence of a stage in words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.lifecycle import RULES

SAYS: dict[str, Promise] = {
    "incubation": gettext_lazy("choosing, design, first promotion"),
    "growth": gettext_lazy("goal: popularity search top 10"),
    "maturity": gettext_lazy("bundles pull the next one"),
    "decline": gettext_lazy("clear, take off or redo"),
}
CHECKS: dict[str, Promise] = {
    "listed_days": gettext_lazy("Days since launch"),
    "cv": gettext_lazy("Variation of weekly units over 4 weeks"),
    "units": gettext_lazy("Units in 4 weeks"),
    "pulled_share": gettext_lazy("Visitors from search and Zhitongche"),
    "activity_share": gettext_lazy("Sales on campaign days"),
    "ranks": gettext_lazy("Worst rank of the last 2 weeks"),
    "natural_share": gettext_lazy("Share of visitors from natural search"),
    "paid_share": gettext_lazy("Paid visitors"),
    "fall_with_paid": gettext_lazy("Largest fall of units when paid visitors fell"),
    "entry_level": gettext_lazy("Better of the last 2 weeks against the level of entry"),
    "ranks_fallen": gettext_lazy("Rank in both of the last 2 weeks"),
    "of_best": gettext_lazy("Last 4 weeks against the best 4 outside campaigns"),
    "shop_fall": gettext_lazy("Fall of the shop over the same weeks"),
    "fall_before": gettext_lazy("Fall of the 4 weeks before"),
    "fall_before_shop": gettext_lazy("Fall of the shop then"),
    "fall_now": gettext_lazy("Fall of the last 4 weeks"),
    "fall_now_shop": gettext_lazy("Fall of the shop in them"),
    "ranks_lost": gettext_lazy("Best rank of the last 4 weeks"),
}
AT_LEAST = {"listed_days", "units", "pulled_share", "natural_share", "fall_before", "fall_now"}
OVER = {"ranks_fallen", "ranks_lost"}
BELOW = {"entry_level", "of_best", "fall_before_shop", "fall_now_shop"}
PLAIN = {"listed_days", "units", "ranks", "ranks_fallen", "ranks_lost"}
LACKS: dict[str, Promise] = {
    "ranks": gettext_lazy("Ranks are missing"),
    "launch_day": gettext_lazy("The day of launch is missing"),
    "item_traffic": gettext_lazy("Visitors by product are missing"),
    "paid_traffic": gettext_lazy("Paid visitors are missing"),
    "sales": gettext_lazy("Whole weeks of sales are missing"),
}
LIMITS: dict[str, Promise] = {
    "listed_days": gettext_lazy("Growth: days since launch, at least"),
    "steady_cv": gettext_lazy("Growth and maturity: variation of weekly units, at most"),
    "steady_units": gettext_lazy("Growth: units in 4 weeks, at least"),
    "pulled_share": gettext_lazy("Growth: share of visitors from search and Zhitongche, at least"),
    "activity_share": gettext_lazy("Growth: share of sales on campaign days, at most"),
    "collapse": gettext_lazy("Back to incubation: below this part of the level of entry for 2 weeks"),
    "enter_rank": gettext_lazy("Maturity: both ranks, at most"),
    "leave_rank": gettext_lazy("Back to growth: a rank above this for 2 weeks"),
    "natural_share": gettext_lazy("Maturity: share of visitors from natural search, at least"),
    "paid_share": gettext_lazy("Maturity: share of paid visitors, at most"),
    "paid_fall": gettext_lazy("Maturity: or fall of units when paid visitors fall, at most"),
    "fade": gettext_lazy("Decline: below this part of the best 4 weeks"),
    "slide": gettext_lazy("Decline: fall of 4 weeks, twice in a row, at least"),
    "lost_rank": gettext_lazy("Decline: ranks above this for 4 weeks"),
    "goal_rank": gettext_lazy("Goal inside growth: search rank"),
}


@dataclass(frozen=True)
class CheckWords:
    """A test as people read it: what was found, against what, whether it holds (None = not known)."""

    label: str
    value: str
    limit: str
    holds: bool | None


def number(key: str, text: str | None) -> str:
    """A stored number: a count as it is, the variation with two places, a share in per cent."""
    if text is None:
        return "—"
    value = Decimal(text)
    if key in PLAIN:
        return f"{value.normalize():f}"
    return f"{value:.2f}" if key == "cv" else f"{value * 100:.0f}%"


def checks(evidence: dict[str, Any]) -> list[CheckWords]:
    """The tests of stored evidence."""
    found = []
    for x in evidence.get("checks", []):
        key, limit = x["key"], x["limit"]
        sign = "≥" if key in AT_LEAST else ">" if key in OVER else "<" if key in BELOW else "≤"
        told = "" if limit is None else f"{sign} {number(key, limit)}"
        found.append(CheckWords(str(CHECKS.get(key, key)), number(key, x["value"]), told, x["holds"]))
    return found


def lacks(evidence: dict[str, Any]) -> list[str]:
    return [str(LACKS.get(x, x)) for x in evidence.get("missing", [])]


def rule(key: str) -> str:
    return _(RULES[key]) if key in RULES else key
