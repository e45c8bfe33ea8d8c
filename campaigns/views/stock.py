"""The stock decision seven days before a campaign."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns import stocking
from campaigns.models import StockDecision
from campaigns.services import OVER
from campaigns.typing_in import amount_of
from campaigns.views.base import found, may_edit, telling
from opsplan.lib import clock
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_stock(request: StoreRequest, pk: int) -> HttpResponse:
    """Needs with the lift of the address; POST writes a decision down (managers)."""
    campaign = found(request, pk)
    try:
        lift = amount_of(request.POST.get("lift") or request.GET.get("lift", "")) or stocking.LIFT
    except ValidationError:
        lift = stocking.LIFT
    lift = min(max(lift, Decimal("0.1")), Decimal(100)).quantize(Decimal("0.01"))
    if request.method == "POST":
        if not may_edit(request):
            return HttpResponse(status=403)
        product = request.POST.get("product", "")
        with telling(request):
            stocking.decide(
                campaign,
                int(product) if product.isdecimal() else 0,
                request.POST.get("choice", ""),
                lift,
                request.POST.get("note", ""),
                request.user,
            )
        return redirect(f"{reverse('campaign_stock', args=[request.store.slug, campaign.pk])}?lift={lift}")
    today = clock.today(request.store.timezone)
    if campaign.state in OVER:  # today's stock says nothing of what it needed then
        over = {"campaign": campaign, "tab": "stock", "over": True, "decided": stocking.decided(campaign)}
        return render(request, "campaigns/stock.html", over)
    needs = stocking.needs(campaign, lift)
    to_order = [row for row in needs if row.to_order]
    context = {
        "campaign": campaign,
        "tab": "stock",
        "lift": lift,
        "needs": needs,
        "unkept": any(row.row is None and not row.product.is_unstocked for row in needs),
        "order_all": stocking.ordering(to_order) if len(to_order) > 1 else "",
        "choices": StockDecision.Choice.choices,
        "may_edit": may_edit(request),
        "may_order": request.member.may(Action.EDIT_PRODUCTS),
        "left": (campaign.decide_by - today).days,
        "is_late": stocking.is_late(campaign, today),
    }
    return render(request, "campaigns/stock.html", context)
