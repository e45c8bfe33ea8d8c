"""What a campaign needs besides prices: material, the nine points, plan B, budgets, contacts; and its review."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import states, working
from campaigns.models import Campaign, Material, PlanB
from campaigns.reviewing import goal_rows
from campaigns.views.plan import found, may_edit, told
from kpis import queries as figures
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.access import StoreRequest, for_store
from staff.models import Member
from staff.roles import Action

SHOWN = ("real_amt", "pay_order_cnt", "aov_order", "new_buyers", "coupon_use_rate", "gross_rate")


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def campaign_work(request: StoreRequest, pk: int) -> HttpResponse:
    campaign = found(request, pk)
    context = {
        "campaign": campaign,
        "tab": "work",
        "may_edit": may_edit(request),
        "materials": campaign.materials.select_related("owner"),
        "material_states": Material.State.choices,
        "people": Member.objects.filter(store=request.store, user__is_active=True).select_related("user"),
        "points": working.points_of(campaign),
        "plan_b": campaign.plan_b.all(),
        "triggers": PlanB.Trigger.choices,
        "budgets": working.budgets_of(campaign),
        "contacts": campaign.contacts.select_related("by"),
        "goals": campaign.goals.all(),
        "metrics": [(key, figures.metric(key).label) for key in SHOWN],
        "today": clock.today(request.store.timezone),
    }
    return render(request, "campaigns/work.html", context)


@for_store(Action.DO_TASKS)
@require_POST
def campaign_work_do(request: StoreRequest, pk: int) -> HttpResponse:
    """One change: `what` says which. Material and points may be done by every member, the rest is for managers."""
    campaign, what = found(request, pk), request.POST.get("what", "")
    if what not in working.FOR_MEMBERS and not may_edit(request):
        return HttpResponse(status=403)
    try:
        working.do(campaign, what, request.POST, request.user)
    except ValidationError as error:
        told(request, error)
    return redirect("campaign_work", request.store.slug, campaign.pk)


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_review(request: StoreRequest, pk: int) -> HttpResponse:
    """Goal against actual from data, and the manager's words."""
    campaign = found(request, pk)
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        try:
            states.review(campaign, request.user, request.POST.get("words", ""), request.POST.get("lesson", ""))
            messages.success(request, _("Saved."))
        except ValidationError as error:
            told(request, error)
        return redirect("campaign_review", request.store.slug, campaign.pk)
    return render(request, "campaigns/review.html", review_context(request, campaign))


def review_context(request: StoreRequest, campaign: Campaign) -> dict[str, Any]:
    span = Period(campaign.first_day, campaign.last_day)
    goals: dict[str, Decimal] = dict(campaign.goals.values_list("metric", "value"))
    known = set(figures.keys())
    keys = [key for key in dict.fromkeys([*goals, *SHOWN]) if key in known]
    read = figures.figures(request.store, keys, span, compare=("last_year_event", "previous"))
    is_begun = clock.today(request.store.timezone) >= campaign.first_day
    return {
        "campaign": campaign,
        "tab": "review",
        "may_edit": may_edit(request) and campaign.state in ("ended", "stopped", "reviewed"),
        "rows": goal_rows(read, goals) if is_begun else [],
        "review": getattr(campaign, "review", None),
        "days": span,
        "is_begun": is_begun,
    }
