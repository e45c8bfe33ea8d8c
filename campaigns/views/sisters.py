"""A campaign in several stores, shown together."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaigns import carrying, live, sisters
from campaigns.models import Campaign
from campaigns.services import BOUND, OVER
from campaigns.views.base import found, may_edit, telling, told
from kpis import queries
from kpis.queries import figures_changed
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action


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
    prefetch_related_objects(together, "phases", "plan_b")
    blocked = sisters.blocked(together)
    rows = []
    for one in together:
        is_begun = clock.today(one.store.timezone) >= one.first_day
        now = live.read(queries.live_facts(one)) if is_begun else None
        more = {
            "goal": one.goals.first(),
            "differs": len(carrying.differences(campaign, one)) if one != campaign else 0,
        }
        rows.append({"campaign": one, "blocked": blocked[one.pk], "live": now} | more)
    context = {
        "campaign": campaign,
        "tab": "stores",
        "rows": rows,
        "may_edit": may_edit(request),
        "addable": sisters.addable(campaign, request.user) if may_edit(request) else [],
    }
    return render(request, "campaigns/live_stores.html", context)


def change(request: StoreRequest, campaign: Campaign) -> HttpResponse:
    with telling(request):
        if request.POST.get("what") == "leave":
            sisters.leave(campaign)
            messages.success(request, _("It goes its own way from now on."))
        else:
            slug = request.POST.get("store", "")
            store = next((x for x in sisters.addable(campaign, request.user) if x.slug == slug), None)
            if store is None:
                raise ValidationError(_("Choose a store in which you plan campaigns."))
            take(request, sisters.spread(campaign, store))
    return redirect("campaign_stores", request.store.slug, campaign.pk)


@transaction.atomic
def take(request: StoreRequest, spread: sisters.Spread) -> None:
    """Say where it is; the figures of its days change in its own store."""
    made = spread.campaign
    figures_changed(made.store, made.first_day, made.last_day)
    messages.success(request, _("A draft is in %(store)s: look at its prices there.") % {"store": made.store})
    if spread.missing:
        names = _(", ").join(spread.missing[:5])
        messages.warning(request, _("Not sold there: %(names)s.") % {"names": names})


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_carry(request: StoreRequest, pk: int, sister: int) -> HttpResponse:
    """GET: what a sister says otherwise, as it would be after carrying it over. POST what (several): carry these over;
    only who plans in both stores."""
    campaign = found(request, pk)
    other = next((one for one in sisters.shown(campaign, request.user) if one.pk == sister), None)
    if other is None:
        raise Http404
    may_carry = may_edit(request) and other.store in sisters.stores_of(request.user, Action.SET_TARGETS)
    if request.method == "POST":
        if not may_carry:
            return HttpResponse(status=403)
        carry(request, campaign, other)
        return redirect("campaign_carry", request.store.slug, campaign.pk, other.pk)
    prefetch_related_objects([campaign, other], "phases", "plan_b")
    context = {
        "campaign": campaign,
        "other": other,
        "tab": "stores",
        "rows": carrying.differences(campaign, other),
        "may_edit": may_edit(request),
        "may_carry": may_carry and other.state not in OVER,
        "is_bound": other.state in BOUND,
    }
    return render(request, "campaigns/carry.html", context)


def carry(request: StoreRequest, campaign: Campaign, other: Campaign) -> None:
    """Carry over what was ticked; the figures of the sister's days follow."""
    chosen = request.POST.getlist("what")
    try:
        with transaction.atomic():
            for span in carrying.carry(campaign, other, chosen, request.user):
                figures_changed(other.store, span.first, span.last)
            other.refresh_from_db()
    except ValidationError as error:
        told(request, error)
        return
    messages.success(request, _("Carried over to %(store)s.") % {"store": other.store})
    if count := sisters.blocked([other])[other.pk]:
        text = ngettext(
            "%(count)s price is below what is allowed.", "%(count)s prices are below what is allowed.", count
        )
        messages.warning(request, text % {"count": count})
