"""A product's figures as cards: the KPIs that matter in its stage, what the stage asks for, the rest of its figures."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis.queries import Figure, basket_units, metric, product_card
from opsplan.lib.periods import Period
from products import stage_kpis, stage_words, stages
from products.models import Product, Rank, Stage, StageEvidence
from products.stage_kpis import Goal
from products.stock_queries import StockRow

STEPS: dict[str, tuple[str, Promise]] = {  # metric: the measure that counts its people, and what they did
    "uv": ("uv", gettext_lazy("Visitors")),
    "fav_rate": ("fav_uv", gettext_lazy("Favourited")),
    "cart_rate": ("cart_uv", gettext_lazy("Added to cart")),
    "pay_cvr": ("pay_buyers", gettext_lazy("Paid")),
}
FUNNEL = ("uv", "cart_rate", "pay_cvr", "pay_amt", "pay_item_cnt", "gross", "gross_rate", "refund_rate_amt")


@dataclass(frozen=True)
class Matter:
    """A KPI that matters: against the days before, and what the whole shop has, where that can be compared."""

    label: str
    figure: Figure
    shop: Figure | None


@dataclass(frozen=True)
class GoalWords:
    """A goal as people read it."""

    label: str
    value: str
    limit: str
    holds: bool | None


def goal_words(goal: Goal) -> GoalWords:
    """A count as it is, the variation with two places, a share in per cent."""

    def number(value: Decimal | None) -> str:
        if value is None:
            return "—"
        if goal.key in ("search_rank", "stock", "units"):
            return f"{value:,.0f}"
        if goal.key == "along":
            return f"{value:.2f}"
        return stage_words.number(goal.key, str(value))

    own = {
        "search_rank": _("Rank in the popularity search"),
        "stock": _("Units free to promise"),
        "along": _("Units per order of the orders that hold it, against all orders"),
    }
    label = own.get(goal.key) or str(stage_words.CHECKS[goal.key])
    return GoalWords(label, number(goal.value), f"{'≤' if goal.most else '≥'} {number(goal.limit)}", goal.holds)


@dataclass(frozen=True)
class Step:
    """A step from visitor to buyer: people, their share of the visitors, and how wide that is drawn in per cent."""

    metric: str
    label: str
    figure: Figure
    people: Decimal | None
    share: Decimal | None
    width: str


def funnel(told: dict[str, Figure]) -> list[Step]:
    """Visitors, favourites, carts, buyers of the product's page; each share is of the visitors. [] without visitors."""
    if not told["uv"].value:
        return []
    steps = []
    for key, (measure, label) in STEPS.items():
        figure = told[key]
        share = Decimal(1) if key == "uv" else figure.value
        width = "" if share is None else f"{min(share, Decimal(1)) * 100:.1f}"
        steps.append(Step(key, str(label), figure, figure.inputs.get(measure), share, width))
    return steps


def evidence_numbers(evidence: dict[str, Any]) -> dict[str, Decimal | None]:
    """The numbers of stored evidence by name of the check."""
    return {x["key"]: None if x["value"] is None else Decimal(x["value"]) for x in evidence.get("checks", [])}


def matters_card(
    product: Product,
    month: Period,
    evidence: StageEvidence | None,
    rank: Rank | None,
    row: StockRow | None,
    *,
    brief: bool = False,
) -> dict[str, Any]:
    """What `products/_overview.html` shows of the product's figures over `month`; brief: where the evidence does not
    stand beside it, so its numbers stand among the goals."""
    wanted = stage_kpis.keys(product.stage, product.role)
    keys = tuple(dict.fromkeys((*wanted, *FUNNEL, "fav_rate")))
    pulls = product.stage == Stage.MATURITY
    asked = (*stage_kpis.OF_SHOP, "upt") if pulls else stage_kpis.OF_SHOP
    own, shop = product_card(product.store, product.pk, keys, asked, month, wanted)
    along = None
    if pulls and (all_orders := shop["upt"].value) is not None:
        held = basket_units(product.store, month, [product.pk]).get(product.pk)
        along = (held.upt if held else None, all_orders)
    shown = {x["key"] for x in evidence.facts.get("checks", [])} if evidence else set()
    return {
        "matters": [Matter(metric(key).label, own[key], shop.get(key)) for key in wanted],
        "values": own,
        "matters_why": _(stage_kpis.WHY[product.stage]),
        "goals": [goal_words(x) for x in goals_of(product, evidence, rank, row, along) if brief or x.key not in shown],
        "figures": [(metric(key).label, own[key]) for key in FUNNEL if key not in wanted],
        "funnel": funnel(own),
        "explain": reverse("explain", args=[product.store.slug, "x"]).removesuffix("x"),
        "query": f"period=custom&from={month.first}&to={month.last}&of=product:{quote(product.code, safe='')}",
    }


def goals_of(
    product: Product,
    evidence: StageEvidence | None,
    rank: Rank | None,
    row: StockRow | None,
    along: tuple[Decimal | None, Decimal] | None,
) -> list[Goal]:
    stock = None
    if row is not None and not row.is_unstocked and row.line.target:
        stock = (row.free, row.line.alert)
    return stage_kpis.goals(
        product.stage,
        evidence_numbers(evidence.facts if evidence else {}),
        rank.search_rank if rank else None,
        stages.limits_of(product.store),
        stock,
        along,
    )
