"""The rehearsal of a campaign: what its rules would have made of orders of the past."""

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import rehearsing
from campaigns.models import Campaign, OrderBelow, Rehearsal
from campaigns.tasks import rehearse
from opsplan.lib import clock
from opsplan.lib.periods import DAY, month_of
from products.models import Product
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.calendars import calendar_of
from stores.models import Store

PAGE = 100  # orders
NAMED = 20  # products without a list price told by name
SHARES = ("cost_share", "profit_rate")
CASES = {
    "no_coupons": gettext_lazy("Nobody uses a coupon"),
    "deeper": gettext_lazy("Every money-off step gives a tenth more"),
    "higher": gettext_lazy("Every money-off step starts a tenth higher"),
    "dearer": gettext_lazy("The goods cost 5% more"),
}


def presets(campaign: Campaign, today: dt.date) -> list[tuple[str, dt.date, dt.date]]:
    """Spans worth trying: last month, the last 30 days, the campaign it was copied from, the last time of its event."""
    last_month = month_of(today.replace(day=1) - DAY)
    found = [
        (_("Last month"), last_month.first, last_month.last),
        (_("Last 30 days"), today - 30 * DAY, today - DAY),
    ]
    if campaign.copied_from:
        found.append((campaign.copied_from.name, campaign.copied_from.first_day, campaign.copied_from.last_day))
    calendar = calendar_of(campaign.store)
    for event in calendar.events(today.year - 1) + calendar.events(today.year):
        if event.key == (campaign.event or calendar.main_sale) and event.period.last < today:
            found.append((f"{event.day.year} {_(event.name)}", event.day - DAY, event.day + 2 * DAY))
    return found


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def campaign_rehearsal(request: StoreRequest, pk: int) -> HttpResponse:
    """The last rehearsal with its progress; POST asks for one (managers)."""
    campaign = get_object_or_404(Campaign.objects.select_related("store", "copied_from"), store=request.store, pk=pk)
    may_edit = request.member.may(Action.SET_TARGETS)
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        try:
            first, last = (dt.date.fromisoformat(request.POST.get(name, "")) for name in ("from", "to"))
            with transaction.atomic():
                made = rehearsing.ask(campaign, first, last, request.user)
                transaction.on_commit(partial(rehearse.delay, made.pk))
        except (ValueError, ValidationError) as error:
            texts = (
                error.messages if isinstance(error, ValidationError) else [_("Choose up to 92 days that have passed.")]
            )
            for text in texts:
                messages.error(request, text)
        return redirect("campaign_rehearsal", request.store.slug, campaign.pk)
    rehearsal = campaign.rehearsals.first()
    today = clock.today(request.store.timezone)
    context: dict[str, Any] = {
        "campaign": campaign,
        "tab": "rehearsal",
        "rehearsal": rehearsal,
        "result": named(campaign.store, shown(rehearsal)) if rehearsal else None,
        "at_work": rehearsal is not None and rehearsal.state in (Rehearsal.State.WAITING, Rehearsal.State.RUNNING),
        "presets": presets(campaign, today),
        "may_edit": may_edit,
        "today": today,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "campaigns/_rehearsal.html" if part else "campaigns/rehearsal.html", context)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def campaign_rehearsal_below(request: StoreRequest, pk: int) -> HttpResponse:
    """The orders that the rules of the last rehearsal would have sold below the floor."""
    campaign = get_object_or_404(Campaign.objects.select_related("store"), store=request.store, pk=pk)
    rehearsal = rehearsing.last_of(campaign)
    orders = rehearsal.orders_below.all() if rehearsal else OrderBelow.objects.none()
    page = Paginator(orders, PAGE).get_page(request.GET.get("page"))
    codes = {code for row in page for code, _pieces in row.goods}
    titles = dict(Product.objects.filter(store=campaign.store, code__in=codes).values_list("code", "title"))
    rows = [
        {
            "order": row,
            "title": titles.get(row.code, row.code),
            "goods": [(titles.get(code, code), pieces) for code, pieces in row.goods],
        }
        for row in page
    ]
    context = {"campaign": campaign, "tab": "rehearsal", "rehearsal": rehearsal, "page": page, "rows": rows}
    return render(request, "campaigns/rehearsal_below.html", context)


def shown(rehearsal: Rehearsal) -> dict[str, Any]:
    """A result with its shares as fractions of 100 and each tier's share of the orders."""
    result = dict(rehearsal.result)
    for name in SHARES:
        if result.get(name) is not None:
            result[name] = f"{float(result[name]) * 100:.1f}%"
    orders = result.get("orders") or 0
    result["tiers"] = [
        tier | {"share": f"{tier['orders'] * 100 / orders:.0f}%" if orders else "—"} for tier in result.get("tiers", [])
    ]
    cases = {one["key"]: one for one in result.get("sensitivity", [])}
    base = cases.pop("planned", {}).get("profit_fen", 0)
    result["planned_fen"] = base if cases else None
    result["cases"] = [
        (CASES[key], one["profit_fen"], one["profit_fen"] - base) for key, one in cases.items() if key in CASES
    ]
    return result


def named(store: Store, result: dict[str, Any]) -> dict[str, Any]:
    """The baskets and what lacks a price with the titles of products instead of their codes."""
    edges = [edge for name in ("worst", "best") for edge in result.get(name, [])]
    codes = {code for edge in edges for code, _pieces in edge["lines"]}
    lacking = {name: result.get(name, []) for name in ("left_out", "stands")}
    codes |= {code for found in lacking.values() for code, _orders in found[:NAMED]}
    titles = dict(Product.objects.filter(store=store, code__in=codes).values_list("code", "title")) if codes else {}
    for edge in edges:
        edge["lines"] = [(titles.get(code, code), pieces) for code, pieces in edge["lines"]]
    for name, found in lacking.items():
        result[name] = [(titles.get(code, code), orders) for code, orders in found[:NAMED]]
        result[f"{name}_more"] = max(0, len(found) - NAMED)
    return result
