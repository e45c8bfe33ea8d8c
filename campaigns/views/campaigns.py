"""Campaigns: a name, a span of days and the products in it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import lessons, queries, services
from campaigns.forms import CampaignForm, DeleteForm
from campaigns.models import Campaign
from campaigns.views.base import may_edit
from kpis.queries import figures_changed
from opsplan.lib import clock
from opsplan.lib.periods import Period
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response

PAGE = 50


def row(campaign: Campaign, today: dt.date) -> dict[str, Any]:
    """A campaign with its days, the how-many-eth of them today is, and how many days are left until it starts."""
    span = Period(campaign.first_day, campaign.last_day)
    return {
        "campaign": campaign,
        "span": span,
        "gone": (today - span.first).days + 1,
        "until": (span.first - today).days,
    }


@for_store(Action.VIEW_KPIS)
@require_GET
def campaign_list(request: StoreRequest) -> HttpResponse:
    today = clock.today(request.store.timezone)
    search, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    years = queries.years(request.store)
    year = next((y for y in years if str(y) == request.GET.get("year")), None)
    sort = request.GET.get("sort", "-start")
    found = queries.campaign_list(request.store, today, search=search, state=state, year=year, sort=sort)
    if request.GET.get("format"):
        header = [_("Campaign"), _("First day"), _("Last day"), _("Products")]
        rows = (
            (c.name, c.first_day, c.last_day, " ".join(p.code for p in c.products.all()) or _("Whole store"))
            for c in found.prefetch_related("products")
        )
        return file_response(request.GET["format"], f"{request.store.slug}-campaigns", header, rows)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "campaigns/list.html",
        {
            "page": page,
            "rows": [row(campaign, today) for campaign in page],
            "q": search,
            "state": state if state in queries.STATES else "",
            "states": [
                ("running", _("Running")),
                ("coming", _("Coming")),
                ("past", _("Past")),
            ],
            "year": year,
            "years": years,
            "sort": sort if sort in queries.SORTS else "-start",
            "today": today,
            "any": bool(years),
            "may_edit": may_edit(request),
            "may_open": request.member.may(Action.VIEW_PRODUCTS),
        },
    )


def say_recount(request: StoreRequest, days: int) -> None:
    text = ngettext(
        "Saved. %(days)s day is being counted again.", "Saved. %(days)s days are being counted again.", days
    )
    messages.success(request, text % {"days": days} if days else _("Saved."))


def edit(request: StoreRequest, campaign: Campaign) -> HttpResponse:
    """The form of a new or known campaign; saving it marks the days it touches."""
    form = CampaignForm(request.POST or None, instance=campaign, store=request.store)
    if request.method == "POST" and form.is_valid():
        try:
            return keep(request, form)
        except ValidationError as error:
            form.add_error(None, error.messages)
    there = Campaign.objects.filter(pk=campaign.pk).first() if campaign.pk else None
    learned = lessons.lessons_for(there) if there else lessons.latest(request.store)
    context = {"form": form, "campaign": there, "lessons": learned}
    return render(request, "campaigns/form.html", context, status=422 if form.is_bound else 200)


def keep(request: StoreRequest, form: CampaignForm) -> HttpResponse:
    """Save what was typed. ValidationError: the guard does not let it through."""
    with transaction.atomic():
        touched = form.keep(request.user)
        days = sum(figures_changed(request.store, span.first, span.last) for span in touched)
    say_recount(request, days)
    return redirect("campaign", request.store.slug, form.instance.pk)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def campaign_new(request: StoreRequest) -> HttpResponse:
    return edit(request, Campaign(store=request.store))


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: StoreRequest, pk: int) -> HttpResponse:
    return edit(request, get_object_or_404(Campaign, store=request.store, pk=pk))


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def campaign_delete(request: StoreRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, store=request.store, pk=pk)
    form = DeleteForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            touched = services.delete_campaign(campaign)
            days = figures_changed(request.store, touched.first, touched.last)
        say_recount(request, days)
        return redirect("campaigns", request.store.slug)
    context = {"form": form, "campaign": campaign}
    return render(request, "campaigns/delete.html", context, status=422 if form.is_bound else 200)
