"""What a campaign needs besides prices: material, the nine points, plan B, budgets, contacts."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from campaigns import working
from campaigns.models import Material, PlanB
from campaigns.views.base import found, may_edit, telling
from kpis import queries as figures
from opsplan.lib import clock
from staff import duties
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def campaign_work(request: StoreRequest, pk: int) -> HttpResponse:
    campaign, known = found(request, pk), set(figures.keys())
    context = {
        "campaign": campaign,
        "tab": "work",
        "may_edit": may_edit(request),
        "materials": campaign.materials.select_related("owner"),
        "material_states": Material.State.choices,
        "people": duties.working(request.store),
        "points": working.points_of(campaign),
        "plan_b": campaign.plan_b.all(),
        "triggers": PlanB.Trigger.choices,
        "budgets": working.budgets_of(campaign),
        "contacts": campaign.contacts.select_related("by"),
        "goals": [(x, figures.metric(x.metric)) for x in campaign.goals.all() if x.metric in known],
        "metrics": [(key, figures.metric(key).label) for key in working.goal_keys(campaign)],
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
    with telling(request):
        working.do(campaign, what, request.POST, request.user)
    return redirect("campaign_work", request.store.slug, campaign.pk)
