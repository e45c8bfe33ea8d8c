"""What stands beside the figures of a page: how new the data is, and whether the period was reported otherwise."""

from typing import Any

from django import template
from django.template.context import RequestContext

from kpis import queries
from kpis.outward.trades import trades
from kpis.reporting.reconcile import changed_since
from kpis.views.decision_words import KINDS
from opsplan.lib.periods import Period
from staff.roles import Action

register = template.Library()


@register.inclusion_tag("kpis/_freshness.html", takes_context=True)
def freshness(context: RequestContext) -> dict[str, Any]:
    """`{% freshness %}`: data up to which day, imported when; what has fallen behind. Nothing for who sells by group
    deals alone, of which no file tells."""
    store = context["request"].store
    if trades(store).only_deals:
        return {}
    fresh = queries.fresh(store)
    return {"fresh": fresh, "late": [(KINDS[kind], day) for kind, day in fresh.late.items()]}


@register.inclusion_tag("kpis/_closed_note.html", takes_context=True)
def closed_note(context: RequestContext, period: Period) -> dict[str, Any]:
    """`{% closed_note span.period %}`: that these days are closed, and how many main figures differ since."""
    request = context["request"]
    found = changed_since(request.store, period)
    may_see = request.member.may(Action.VIEW_DATA)
    return {"found": found, "store": request.store, "may_see": may_see}
