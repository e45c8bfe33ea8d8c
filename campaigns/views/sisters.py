"""A campaign in several stores, shown together."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns import live, sisters
from campaigns.models import Campaign
from campaigns.views.plan import found, may_edit, told
from kpis import queries
from kpis.queries import figures_changed
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.services import spawn_tasks


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_stores(request: StoreRequest, pk: int) -> HttpResponse:
    """GET: it and its sisters. POST store: take it to another store; POST leave: go its own way."""
    campaign = found(request, pk)
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        return change(request, campaign)
    together = [campaign, *sisters.shown(campaign, request.user)]
    blocked = sisters.blocked(together)
    rows = []
    for one in together:
        is_begun = clock.today(one.store.timezone) >= one.first_day
        now = live.read(queries.live_facts(one)) if is_begun else None
        rows.append({"campaign": one, "blocked": blocked[one.pk], "live": now, "goal": one.goals.first()})
    context = {
        "campaign": campaign,
        "tab": "stores",
        "rows": rows,
        "may_edit": may_edit(request),
        "addable": sisters.addable(campaign, request.user) if may_edit(request) else [],
    }
    return render(request, "campaigns/live_stores.html", context)


def change(request: StoreRequest, campaign: Campaign) -> HttpResponse:
    try:
        if request.POST.get("what") == "leave":
            sisters.leave(campaign)
            messages.success(request, _("It goes its own way from now on."))
        else:
            slug = request.POST.get("store", "")
            store = next((x for x in sisters.addable(campaign, request.user) if x.slug == slug), None)
            if store is None:
                raise ValidationError(_("Choose a store in which you plan campaigns."))
            take(request, campaign, sisters.spread(campaign, store))
    except ValidationError as error:
        told(request, error)
    return redirect("campaign_stores", request.store.slug, campaign.pk)


@transaction.atomic
def take(request: StoreRequest, campaign: Campaign, spread: sisters.Spread) -> None:
    """The work before it, and the figures of its days, in its own store."""
    made = spread.campaign
    spawn_tasks(made.store, "campaign", f"{made.pk}", made.first_day, subject=made.name)
    figures_changed(made.store, made.first_day, made.last_day)
    messages.success(request, _("A draft is in %(store)s: look at its prices there.") % {"store": made.store})
    if spread.missing:
        names = _(", ").join(spread.missing[:5])
        messages.warning(request, _("Not sold there: %(names)s.") % {"names": names})
