"""A campaign's plan: phases, products and prices with the guard's verdict, offers, and the steps of its life."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import cloning, phasing, queries, rehearsing, services, states, stopping
from campaigns.models import Campaign, CampaignOffer, Phase
from campaigns.offer_forms import OfferForm, warnings_of
from campaigns.services import ItemTerms
from campaigns.typing_in import amount_of, whole_of
from campaigns.views.base import found, may_edit, telling, told
from campaigns.views.rehearsal import shown
from kpis.queries import figures_changed
from opsplan.lib import cells, clock
from opsplan.lib.money import fen
from staff.access import StoreRequest, for_store
from staff.roles import Action


def home(request: StoreRequest, campaign: Campaign) -> HttpResponse:
    return redirect("campaign", request.store.slug, campaign.pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def campaign_plan(request: StoreRequest, pk: int) -> HttpResponse:
    campaign = found(request, pk)
    rehearsal = rehearsing.last_of(campaign)
    context = queries.plan_page(campaign) | {
        "campaign": campaign,
        "tab": "plan",
        "rehearsal": rehearsal,
        "result": shown(rehearsal) if rehearsal else None,
        "may_edit": may_edit(request) and campaign.state not in services.OVER,
        "counts_as_draft": campaign.state in (Campaign.State.DRAFT, Campaign.State.CHECKED)
        and campaign.first_day < clock.today(request.store.timezone),
        "may_copy": may_edit(request),
        "effects": stopping.effects(campaign) if campaign.state in services.BOUND else None,
    }
    return render(request, "campaigns/plan.html", context)


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_items(request: StoreRequest, pk: int) -> HttpResponse:
    """Prices, pieces and limits of all products, typed in one table."""
    campaign, terms = found(request, pk), {}
    with telling(request):
        for item in campaign.items.all():
            typed = {name: request.POST.get(f"{name}-{item.product_id}", "") for name in ("price", "quantity", "limit")}
            price = amount_of(typed["price"])
            terms[item.product_id] = ItemTerms(
                None if price is None else fen(price), whole_of(typed["quantity"]), whole_of(typed["limit"])
            )
        services.set_items(campaign, terms, request.user)
        messages.success(request, _("Saved. The guard has looked at every price."))
    return home(request, campaign)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def campaign_phases(request: StoreRequest, pk: int) -> HttpResponse:
    """The phases to the minute, in the store's time."""
    campaign, zone = found(request, pk), ZoneInfo(request.store.timezone)
    typed = {
        kind: tuple(request.POST.get(f"{kind}-{end}", "") for end in ("starts", "ends")) for kind in Phase.Kind.values
    }
    errors: list[str] = []
    shares = {kind: request.POST.get(f"{kind}-share", "").strip() for kind in Phase.Kind.values}
    if request.method == "POST":
        try:
            spans = {
                kind: (moment(starts, zone), moment(ends, zone))
                for kind, (starts, ends) in typed.items()
                if starts or ends
            }
            services.set_phases(campaign, spans, request.user, {kind: percent(shares[kind]) for kind in spans})
            return home(request, campaign)
        except ValidationError as error:
            errors = error.messages
    else:
        for phase in campaign.phases.all():
            ends = [t.astimezone(zone).strftime("%Y-%m-%dT%H:%M") for t in (phase.starts_at, phase.ends_at)]
            typed[phase.kind] = tuple(ends)
            shares[phase.kind] = "" if phase.share is None else f"{phase.share.normalize():f}"
    usual = phasing.usual_shares(request.store)
    context = {
        "campaign": campaign,
        "rows": [(kind, label, *typed[kind], shares[kind], usual[kind]) for kind, label in Phase.Kind.choices],
        "is_unconfirmed": phasing.is_unconfirmed(request.store),
        "errors": errors,
        "tab": "plan",
        "may_edit": True,
    }
    return render(request, "campaigns/phases.html", context, status=422 if errors else 200)


def percent(text: str) -> Decimal | None:
    """A share in percent; None for nothing typed. ValidationError."""
    if not text:
        return None
    try:
        return (cells.read(text, "rate") * 100).quantize(Decimal("0.01"))
    except (cells.Unreadable, InvalidOperation):
        raise ValidationError(_("“%s” is not a percentage.") % text) from None


def moment(text: str, zone: ZoneInfo) -> dt.datetime:
    """An instant typed in the store's time. ValidationError."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)
    except ValueError:
        raise ValidationError(_("Give both ends of a phase as day and time.")) from None


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_step(request: StoreRequest, pk: int) -> HttpResponse:
    """A step of its life: check, ask, withdraw, stop."""
    campaign, verb = found(request, pk), request.POST.get("verb", "")
    with telling(request):
        if verb == "check":
            states.check(campaign, request.user)
            messages.success(request, _("Checked. It can be sent to be approved."))
        elif verb == "ask":
            path = reverse("campaign", args=[request.store.slug, campaign.pk])
            states.ask(campaign, request.user, path)
            messages.success(request, _("Sent to be approved."))
        elif verb == "withdraw":
            states.reopen(campaign, request.user, _("Taken back"))
        elif verb == "stop":
            states.stop(campaign, request.user, request.POST.get("reason", ""))
            figures_changed(request.store, campaign.held_to(request.store.timezone), campaign.last_day)
            messages.success(request, _("Stopped. Its offers end now and its open tasks are gone."))
        else:
            raise ValidationError(_("This cannot be done with a campaign that is in this state."))
    return home(request, campaign)


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_exception(request: StoreRequest, pk: int) -> HttpResponse:
    """Ask for a price below what is allowed."""
    campaign = found(request, pk)
    product = request.POST.get("product", "")
    path = reverse("campaign", args=[request.store.slug, campaign.pk])
    with telling(request):
        states.ask_exception(
            campaign, int(product) if product.isdecimal() else 0, request.user, request.POST.get("reason", ""), path
        )
        messages.success(request, _("Asked. A second person decides."))
    return home(request, campaign)


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_way_out(request: StoreRequest, pk: int) -> HttpResponse:
    """Do what the guard proposes."""
    campaign = found(request, pk)
    numbers = [request.POST.get(name, "") for name in ("product", "way")]
    with telling(request):
        if not all(number.isdecimal() for number in numbers):
            raise ValidationError(_("This way out is not there any more."))
        services.take_way_out(campaign, int(numbers[0]), int(numbers[1]), request.user)
    return home(request, campaign)


@for_store(Action.SET_TARGETS)
@require_POST
def campaign_clone(request: StoreRequest, pk: int) -> HttpResponse:
    campaign = found(request, pk)
    try:
        with transaction.atomic():
            made = cloning.clone(campaign)
    except ValidationError as error:
        told(request, error)
        return home(request, campaign)
    messages.success(request, _("Copied as a draft that begins on %(day)s.") % {"day": made.first_day})
    return home(request, made)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def offer_new(request: StoreRequest, pk: int) -> HttpResponse:
    campaign = found(request, pk)
    return offer_form(request, campaign, CampaignOffer(campaign=campaign, kind=request.GET.get("kind", "reduction")))


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def offer_edit(request: StoreRequest, pk: int, offer: int) -> HttpResponse:
    campaign = found(request, pk)
    return offer_form(request, campaign, get_object_or_404(CampaignOffer, campaign=campaign, pk=offer))


def offer_form(request: StoreRequest, campaign: Campaign, offer: CampaignOffer) -> HttpResponse:
    form = OfferForm(request.POST or None, instance=offer, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            blocked = services.save_offer(form.save(commit=False), form.cleaned_data["products"], request.user)
            if not blocked:
                messages.success(request, _("Saved. The guard has looked at every price."))
            for text in warnings_of(offer, is_blocked=bool(blocked)):
                messages.warning(request, text)
            return home(request, campaign)
        except ValidationError as error:
            form.add_error(None, error.messages)
    context: dict[str, Any] = {"campaign": campaign, "form": form, "offer": offer if offer.pk else None}
    return render(request, "campaigns/offer.html", context, status=422 if form.is_bound else 200)


@for_store(Action.SET_TARGETS)
@require_POST
def offer_delete(request: StoreRequest, pk: int, offer: int) -> HttpResponse:
    campaign = found(request, pk)
    with telling(request):
        services.delete_offer(get_object_or_404(CampaignOffer, campaign=campaign, pk=offer), request.user)
    return home(request, campaign)
