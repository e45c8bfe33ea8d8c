"""Sentences and labels around figures: what the board's codes are called in the reader's language."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpis import queries
from kpis.answers import Comparison, Figure, Pace
from kpis.comparisons import matched
from kpis.display.boards import Card, Step
from kpis.display.charts import Spark
from kpis.figure_words import reasons
from kpis.tree import Tree
from kpis.writing import shortened
from opsplan.lib.periods import Period
from staff.access import StoreRequest
from staff.roles import Action, Level, may
from stores.spans import COMPARISONS

STEPS: dict[str, Promise] = {
    "uv": gettext_lazy("Visitors"),
    "fav_rate": gettext_lazy("Favourited"),
    "cart_rate": gettext_lazy("Added to cart"),
    "order_cvr": gettext_lazy("Ordered"),
    "pay_cvr": gettext_lazy("Paid"),
}
FORMULAS: dict[str, Promise] = {
    "buyers": gettext_lazy("sales = visitors × conversion × revenue per buyer"),
    "visitors": gettext_lazy("sales = visitors × orders per visitor × order value"),
    "orders": gettext_lazy("sales = orders × order value"),
    "sales": gettext_lazy("no factor is known yet"),
}
FRESH: dict[str, Promise] = {
    "full": gettext_lazy("Data for all days"),
    "missing": gettext_lazy("No data"),
}
CARD_TAGS: dict[str, tuple[Promise, Promise]] = {
    "refund_rate_amt_pay": (
        gettext_lazy("by payment day"),
        gettext_lazy("Refunds of the orders paid on these days, whenever they succeeded."),
    ),
    "refund_rate_amt": (
        gettext_lazy("by refund day"),
        gettext_lazy("Refunds count on the day they succeeded, whenever the order was paid."),
    ),
}


def labels() -> dict[str, str]:
    """metric -> its name in the reader's language."""
    return {metric.key: str(metric.label) for metric in queries.catalogue()}


def read_as(figure: Figure) -> str:
    """The key of what a figure is: of the reading the store has chosen, where there are several."""
    return figure.definition.metric if figure.definition else figure.key


def links_to(request: StoreRequest) -> dict[str, str]:
    """Where the parts of a board lead; "" where the person may not go."""
    slug, level = request.store.slug, Level(request.member.level)
    return {
        "explain": reverse("explain", args=[slug, "x"]).removesuffix("x"),
        "data_url": reverse("data", args=[slug]) if may(level, Action.IMPORT_DATA) else "",
        "targets_url": reverse("targets", args=[slug]) if may(level, Action.SET_TARGETS) else "",
        "month_url": reverse("plan_month", args=[slug]) if may(level, Action.SET_TARGETS) else "",
        "campaigns_url": reverse("campaigns", args=[slug]) if may(level, Action.EDIT_PRODUCTS) else "",
    }


def brief(number: Decimal, unit: str = "money") -> str:
    """`¥143.2万` as plain text."""
    return "".join(shortened(number, unit))


def tick(number: Decimal) -> str:
    """An axis mark: `40万`, `2.5万`."""
    head, tail = shortened(number, "count")
    return (head.rstrip("0").rstrip(".") if "." in head else head) + tail


def share(part: Decimal | None, whole: Decimal | None = None) -> str | None:
    """A part as the width of a bar, `62.5`, between 0 and 100; None when there is nothing to draw."""
    if part is None or (whole is not None and not whole):
        return None
    ratio = part / whole if whole is not None else part
    return f"{max(Decimal(0), min(Decimal(1), ratio)) * 100:.1f}"


def month_name(month: int) -> str:
    names = _("January February March April May June July August September October November December")
    return names.split()[month - 1]


@dataclass(frozen=True)
class PaceWords:
    pace: Pace
    month: str
    gap: Decimal | None
    done: str | None
    due: str | None
    heading: str | None
    reached: bool
    query: str


def pace_words(pace: Pace, today_query: str) -> PaceWords:
    top = max(pace.target or Decimal(1), pace.projection or Decimal(0), pace.actual or Decimal(0))
    room = top if top <= (pace.target or Decimal(1)) else top * Decimal("1.03")
    return PaceWords(
        pace,
        month_name(pace.month.first.month),
        None if pace.ahead is None else abs(pace.ahead),
        share(pace.actual, room),
        share(pace.expected, room),
        share(pace.projection, room),
        bool(pace.target is not None and pace.actual is not None and pace.actual >= pace.target),
        today_query,
    )


@dataclass(frozen=True)
class CardWords:
    figure: Figure
    label: str
    compared: list[Comparison]
    spark: Spark | None
    is_bad: bool
    fresh: str
    fresh_why: str
    tag: str
    tag_why: str
    reached: Decimal | None
    target: Decimal | None
    done: str | None
    due: str | None


ON_CARDS = 2  # comparisons a card shows; the explain drawer shows all


def card_words(card: Card, names: dict[str, str], compare: tuple[str, ...]) -> CardWords:
    figure = card.figure
    told = [figure.compare[name] for name in compare if name in figure.compare][:ON_CARDS]
    tag, tag_why = CARD_TAGS.get(read_as(figure), ("", ""))
    why = str(FRESH.get(card.fresh, ""))
    if card.fresh != "full":
        why = reasons(figure.missing) or str(_("Some days of the period have no data."))
    return CardWords(
        figure,
        names[read_as(figure)],
        told,
        card.spark,
        bool(told) and told[0].is_better is False,
        card.fresh,
        why,
        str(tag),
        str(tag_why),
        card.reached,
        card.target,
        share(card.reached),
        share(card.elapsed),
    )


@dataclass(frozen=True)
class NodeWords:
    figure: Figure
    label: str
    note: str
    effect: Decimal | None


@dataclass(frozen=True)
class TreeWords:
    root: NodeWords
    nodes: list[NodeWords]
    formula: str
    against: str
    rest: Decimal | None
    why: str
    refund: dict[str, Any] | None
    marks: tuple[str, ...]


def tree_words(
    tree: Tree, names: dict[str, str], compare: str, refund: Figure | None, marks: tuple[str, ...] = ()
) -> TreeWords:
    """`marks`: of the days that are compared, said where they are not all."""

    def node(figure: Figure, effect: Decimal | None) -> NodeWords:
        note = _("target %s") % brief(figure.target, figure.unit) if figure.target is not None else ""
        return NodeWords(figure, names[figure.key], note, effect)

    compared = {"previous": _("vs previous"), "last_year": _("vs last year")}.get(compare, "")
    if compare in COMPARISONS and not compared:
        compared = _("vs %s") % COMPARISONS[compare]
    why = ""
    if tree.missing and tree.kind != "buyers":
        why = _("Not split into buyers: %s") % reasons(tree.missing)
    elif tree.change is None and tree.against:
        why = _("There is nothing to compare with, so the factors stand without their effect.")
    shown = None
    if refund and refund.value is not None:
        shown = {"figure": refund, "label": names["refund_amt"], "compared": refund.compare.get(compare)}
    return TreeWords(
        node(tree.sales, tree.change),
        [node(figure, effect) for figure, effect in tree.parts],
        str(FORMULAS[tree.kind]),
        compared if tree.change is not None else "",
        tree.rest,
        why,
        shown,
        matched(marks) if tree.change is not None else (),
    )


def step_words(steps: list[Step]) -> list[dict[str, Any]]:
    most = max((step.people for step in steps if step.people is not None), default=None)
    return [
        {
            "label": STEPS[step.figure.key],
            "metric": step.figure.key,
            "figure": step.figure,
            "people": step.people,
            "share": step.share,
            "width": share(step.people, most) if most else None,
        }
        for step in steps
    ]


def days_query(period: Period) -> str:
    return f"period=custom&from={period.first}&to={period.last}"
