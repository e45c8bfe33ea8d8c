"""Decisions about goods on 今日 in the reader's language: the sentence, why, and where to act."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.display.decisions import Decision
from kpis.views.decision_words import Line
from kpis.writing import md
from products import stage_words
from products.models import Stage
from products.stock_queries import StockRow
from staff.access import StoreRequest
from staff.roles import Action

REASONS = 4  # tests of a proposed stage that fit under its line


def goods_line(decision: Decision, request: StoreRequest) -> Line:
    """The sentence and the links of a decision; a link that the person may not open is left out."""
    line = SAY[decision.code](decision, request)
    if not request.member.may(Action.VIEW_PRODUCTS):
        return replace(line, url="", other_url="")
    return line


def say_stock(decision: Decision, request: StoreRequest) -> Line:
    """One product: how much is left, why, and the order that fills it up."""
    row: StockRow = decision.params["row"]
    slug, free = request.store.slug, row.on_hand - row.held - row.due
    text = _("%(product)s: %(left)s left, the line is %(line)s")
    look = reverse("stock_product", args=[slug, row.product_id]), _("Look at the stock")
    first, second = look, ("", "")
    if row.proposal and request.member.may(Action.EDIT_PRODUCTS):
        query = urlencode({"product": row.product_id})
        first = f"{reverse('purchase_new', args=[slug])}?{query}", _("Order %d") % row.proposal.units
        second = look
    said = text % {"product": row.title, "left": free, "line": row.line.alert}
    return Line(_("stock"), decision.tone, said, stock_reason(row), *first, *second, drawer="purchases/new" in first[0])


def stock_reason(row: StockRow) -> str:
    parts = [_("%(there)s on hand, %(held)s held") % {"there": row.on_hand, "held": row.held + row.due}]
    if row.coming:
        parts.append(_("%s on the way") % row.coming)
    if row.cover is not None:
        days = int(row.cover)
        told = ngettext("%d day of cover at this pace", "%d days of cover at this pace", days) % days
        parts.append(told if days else _("less than a day of cover at this pace"))
    return " · ".join(parts)


def say_stocks(decision: Decision, request: StoreRequest) -> Line:
    count = decision.params["count"]
    text = ngettext("%d more product is below its line", "%d more products are below their lines", count) % count
    url = f"{reverse('stock', args=[request.store.slug])}?state=proposed"  # what is on its way brings the others back
    return Line(_("stock"), decision.tone, text, _("Nothing that is on its way brings them back."), url, _("See them"))


def say_stock_due(decision: Decision, request: StoreRequest) -> Line:
    """A campaign's stock: what is needed of the products that nobody has decided on."""
    campaign, needs = decision.params["campaign"], decision.params["needs"]
    day = md(campaign.decide_by)
    text = _("%(name)s: its stock was to be decided on by %(day)s")
    if decision.tone != "bad":
        text = _("%(name)s: its stock has to be decided on by %(day)s")
    said = {
        "need": sum(x.need or 0 for x in needs),
        "free": sum(max(0, x.free) for x in needs),
        "coming": sum(x.coming for x in needs),
        "short": sum(x.short for x in needs),
        "products": sum(1 for x in needs if x.short),
    }
    reason = _(
        "%(need)s needed, %(free)s can be promised, %(coming)s on the way: %(short)s short, of %(products)s products"
    )
    if not said["short"]:
        reason = _("%(need)s needed, %(free)s can be promised, %(coming)s on the way: nothing is short")
    url = reverse("campaign_stock", args=[request.store.slug, campaign.pk])
    line = text % {"name": campaign.name, "day": day}
    tone, part = decision.tone, "stock-up"
    return Line(_("stock T-7"), tone, line, reason % said, url, _("Decide"), drawer=True, part=part)


def say_lowering(decision: Decision, request: StoreRequest) -> Line:
    campaign, short = decision.params["campaign"], decision.params["short"]
    text = _("%(name)s: its targets still count on %(short)s pieces that will not be there")
    url = f"{reverse('plan_month', args=[request.store.slug])}?month={campaign.first_day:%Y-%m}"
    reason = _("It was decided to lower the target; nobody has done so in the plan.")
    said = text % {"name": campaign.name, "short": short}
    return Line(_("plan"), decision.tone, said, reason, url, _("Lower the targets"))


def say_clash(decision: Decision, request: StoreRequest) -> Line:
    url = reverse("campaign_calendar", args=[request.store.slug])
    return Line(_("plan"), decision.tone, decision.params["sentence"], "", url, _("To the calendar"))


def say_stage(decision: Decision, request: StoreRequest) -> Line:
    """A proposed stage with the evidence in one line; it is decided beside the page."""
    move = decision.params["move"]
    text = _("%(product)s can go from %(source)s to %(target)s")
    said = {"product": move.product, "source": Stage(move.source).label, "target": Stage(move.target).label}
    checks = [f"{x.label} {x.value}" for x in stage_words.checks(move.evidence) if x.holds][:REASONS]
    reason = " · ".join(checks) or move.reason
    url = reverse("stage_move", args=[request.store.slug, move.pk])
    return Line(_("life cycle"), decision.tone, text % said, reason, url, _("Decide"), drawer=True)


def say_stages(decision: Decision, request: StoreRequest) -> Line:
    count = decision.params["count"]
    text = ngettext("%d more stage is proposed", "%d more stages are proposed", count) % count
    url = reverse("product_stages", args=[request.store.slug])
    return Line(_("life cycle"), decision.tone, text, "", url, _("See them"))


SAY: dict[str, Callable[[Decision, StoreRequest], Line]] = {
    "stock": say_stock,
    "stocks": say_stocks,
    "stock_due": say_stock_due,
    "lowering": say_lowering,
    "clash": say_clash,
    "stage": say_stage,
    "stages": say_stages,
}
