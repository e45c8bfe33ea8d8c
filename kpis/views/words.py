"""Sentences and labels around figures: what the board's codes are called in the reader's language."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns import alarms
from kpis import alert_words, queries
from kpis.answers import Comparison, Figure, Pace
from kpis.boards import Card, Step
from kpis.charts import Spark
from kpis.decisions import Decision
from kpis.templatetags.figures import day_list, md, reasons, shortened, written
from kpis.tree import Tree
from opsplan.lib.periods import Period
from staff.access import StoreRequest
from staff.roles import Action, Level, may
from stores.spans import COMPARISONS

KINDS: dict[str, Promise] = {
    "orders": gettext_lazy("Orders"),
    "lines": gettext_lazy("Order items"),
    "refunds": gettext_lazy("Refunds"),
    "traffic": gettext_lazy("Shop traffic"),
    "flow": gettext_lazy("Traffic sources"),
    "items": gettext_lazy("Product traffic"),
    "ads": gettext_lazy("Ads"),
    "fees": gettext_lazy("Platform fees"),
    "figures": gettext_lazy("Figures by day"),
    "entries": gettext_lazy("Hand entries"),
}
SUFFERS: dict[str, Promise] = {
    "orders": gettext_lazy("Sales, orders and everything made of them leave these days out."),
    "lines": gettext_lazy("Products, gross profit and campaign sales leave these days out."),
    "refunds": gettext_lazy("The refund rate leaves these days out."),
    "traffic": gettext_lazy("Conversion and revenue per visitor leave these days out."),
    "flow": gettext_lazy("Visitors by channel leave these days out."),
    "items": gettext_lazy("Visitors and conversion by product leave these days out."),
    "ads": gettext_lazy("Promotion cost and ROI leave these days out."),
}
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
    target = pace.target or Decimal(1)
    return PaceWords(
        pace,
        month_name(pace.month.first.month),
        None if pace.ahead is None else abs(pace.ahead),
        share(pace.actual, room),
        share(pace.time_progress * target, room),
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


def tree_words(tree: Tree, names: dict[str, str], compare: str, refund: Figure | None) -> TreeWords:
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


@dataclass(frozen=True)
class Line:
    """A line of "needs a decision": what, why, and what to do about it."""

    tag: str
    tone: str
    text: str
    reason: str
    url: str
    action: str
    other_url: str = ""
    other: str = ""
    drawer: bool = False  # the first link opens beside the page


def decision_line(decision: Decision, request: StoreRequest) -> Line:
    """The sentence and the links of a decision; a link that the person may not open is left out."""
    tag, text, reason = SAY[decision.code](decision)
    url, action, other_url, other = links(decision, request)
    return Line(str(tag), decision.tone, text, reason, url, action, other_url, other, "/explain/" in url)


def source_name(params: dict[str, Any]) -> str:
    name = str(KINDS.get(params["kind"], params["kind"]))
    return f"{name} · {params['channel']}" if params["channel"] else name


def say_missing(decision: Decision) -> tuple[str, str, str]:
    name, days = source_name(dict(decision.params)), day_list(decision.days)
    text = _("%(source)s: %(days)s not imported") % {"source": name, "days": days}
    return _("data missing"), text, str(SUFFERS.get(decision.params["kind"], ""))


def say_yesterday(decision: Decision) -> tuple[str, str, str]:
    names = _(", ").join(source_name(each) for each in decision.params["sources"])
    text = _("Yesterday (%s) is not complete yet") % md(decision.days[0])
    return _("data missing"), text, _("Still to come: %s.") % names


def say_no_traffic(_decision: Decision) -> tuple[str, str, str]:
    text = _("No shop traffic has been imported yet")
    return _("data missing"), text, _("Without visitors there is no conversion and no revenue per visitor.")


def say_ready(decision: Decision) -> tuple[str, str, str]:
    params = decision.params
    reason = (
        ngettext("%d row is ready to be imported.", "%d rows are ready to be imported.", params["rows"])
        % params["rows"]
    )
    if params["rejected"]:
        wrong = ngettext("%d row has a problem.", "%d rows have a problem.", params["rejected"]) % params["rejected"]
        reason = f"{reason} {wrong}"
    return _("upload"), _("%s waits for your decision") % params["name"], reason


def say_refused(decision: Decision) -> tuple[str, str, str]:
    params = decision.params
    if params["state"] == "unknown":
        reason = _("Its layout is not known.")
    elif params["rejected"]:
        reason = ngettext("%d row has a problem.", "%d rows have a problem.", params["rejected"]) % params["rejected"]
    else:
        reason = _("It could not be read.")
    return _("upload"), _("%s was not imported") % params["name"], reason


def say_refunds(decision: Decision) -> tuple[str, str, str]:
    params = decision.params
    rate, usual, line = (written(params[key], "rate") for key in ("rate", "usual", "line"))
    days = params["days"]
    text = ngettext(
        "Refund rate %(rate)s yesterday, above %(line)s", "Refund rate %(rate)s, above %(line)s for %(days)s days", days
    ) % {"rate": rate, "line": line, "days": days}
    reason = _("Normal here is %s, the mean of the four weeks before.") % usual
    if params["reason"]:
        named = _("%(times)s of %(all)s refunds name “%(reason)s”.")
        reason = f"{reason} " + named % {"times": params["times"], "all": params["refunds"], "reason": params["reason"]}
    return _("refund rate"), text, reason


def say_good_rate(decision: Decision) -> tuple[str, str, str]:
    rate, line = (written(decision.params[key], "rate") for key in ("rate", "line"))
    text = _("Positive feedback rate %(rate)s in the last 7 days, below %(line)s") % {"rate": rate, "line": line}
    return _("ratings"), text, _("Out of %s ratings.") % written(decision.params["ratings"], "count")


def say_roi(decision: Decision) -> tuple[str, str, str]:
    roi, needed = (written(decision.params[key], "ratio") for key in ("roi", "needed"))
    text = _("Ad ROI %(roi)s in the last 7 days, break-even needs %(needed)s") % {"roi": roi, "needed": needed}
    return _("ads"), text, _("At the gross margin of these days every yuan of ads loses money.")


def say_no_target(decision: Decision) -> tuple[str, str, str]:
    text = _("%s has no sales target yet") % f"{decision.params['month']:%Y-%m}"
    return _("plan"), text, _("Without a target there is no pace from its first day on.")


def say_alert(decision: Decision) -> tuple[str, str, str]:
    alert = decision.params["alert"]
    return _("alert"), alert_words.sentence(alert), alert_words.background(alert)


def say_campaign(decision: Decision) -> tuple[str, str, str]:
    alarm = decision.params["alarm"]
    text = f"{alarm.campaign.name} · {alarms.sentence(alarm)}"
    return _("campaign"), text, alarms.background(alarm)


SAY = {
    "alert": say_alert,
    "campaign": say_campaign,
    "missing_days": say_missing,
    "yesterday": say_yesterday,
    "no_traffic": say_no_traffic,
    "upload_ready": say_ready,
    "upload_refused": say_refused,
    "refund_rate": say_refunds,
    "good_rate": say_good_rate,
    "roi": say_roi,
    "no_target": say_no_target,
}


def links(decision: Decision, request: StoreRequest) -> tuple[str, str, str, str]:
    """Where the decision is taken, and where its rows are to be seen."""
    slug, level = request.store.slug, Level(request.member.level)
    first = second = ("", "")
    if decision.code in ("missing_days", "yesterday", "no_traffic") and may(level, Action.IMPORT_DATA):
        first = reverse("data", args=[slug]), _("Import")
    elif decision.code in ("upload_ready", "upload_refused") and may(level, Action.VIEW_DATA):
        first = reverse("upload", args=[slug, decision.params["pk"]]), _("Look at the file")
    elif decision.code == "alert" and may(level, Action.VIEW_DATA):
        first = reverse("alert", args=[slug, decision.params["alert"].pk]), _("Decide")
    elif decision.code == "campaign" and may(level, Action.VIEW_PRODUCTS):
        first = reverse("campaign_live", args=[slug, decision.params["alarm"].campaign_id]), _("Decide")
    elif decision.code == "no_target" and may(level, Action.SET_TARGETS):
        first = reverse("targets", args=[slug]) + f"?month={decision.params['month']:%Y-%m}", _("Set the target")
    elif decision.period and decision.code in ("refund_rate", "good_rate", "roi"):
        metric = {"refund_rate": "refund_rate_amt"}.get(decision.code, decision.code)
        first = f"{reverse('explain', args=[slug, metric])}?{days_query(decision.period)}", _("See what is behind it")
        if decision.code == "refund_rate" and decision.params["refunds"] and may(level, Action.VIEW_DATA):
            number = decision.params["refunds"]
            rows = ngettext("See %d refund", "See %d refunds", number) % number
            second = f"{reverse('rows', args=[slug])}?of=refunds&sum=amount_fen&{days_query(decision.period)}", rows
    return *first, *second


def days_query(period: Period) -> str:
    return f"period=custom&from={period.first}&to={period.last}"
