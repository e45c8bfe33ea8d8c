"""Prices of a product: the line of list and paid prices, changes with who and why, a price tried against the rules."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opsplan.lib import clock
from products import price_services
from products.models import PriceChange, PriceEvent, PriceSettings, Product
from products.stock_forms import ListPriceForm, PriceCheckForm, PriceEventForm, PriceRulesForm
from products.views.cards import PRICE_DAYS, PRICE_SPANS, price_card
from products.views.catalogue import explain_into, may_edit
from staff.access import StoreRequest, for_store
from staff.roles import Action

CHANGES_PAGE = 50


def the_product(request: StoreRequest, pk: int) -> Product:
    return get_object_or_404(Product.objects.select_related("store"), store=request.store, pk=pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def product_prices(request: StoreRequest, pk: int) -> HttpResponse:
    return price_page(request, the_product(request, pk))


def price_page(request: StoreRequest, product: Product, status: int = 200, **forms: object) -> HttpResponse:
    today = clock.today(request.store.timezone)
    asked = {"start": today, **{k: v for k, v in request.GET.items() if k in ("price", "start", "event")}}
    trying = PriceCheckForm(asked if "price" in asked else None, store=request.store, initial={"start": today})
    found = None
    if trying.is_bound and trying.is_valid():
        told = trying.cleaned_data
        found = price_services.price_check(product, told["price"], told["start"], told["event"] or None)
    days = request.GET.get("days", "")
    changes = PriceChange.objects.filter(product=product).select_related("by")
    context = {
        "product": product,
        "page": Paginator(changes, CHANGES_PAGE).get_page(request.GET.get("page")),
        "price_form": ListPriceForm(initial={"from_day": today}, auto_id="list_%s"),
        "check_form": trying,
        "found": found,
        "days": days if days in PRICE_SPANS else str(PRICE_DAYS),
        "spans": list(PRICE_SPANS),
        "may_edit": may_edit(request),
        "plotly": static("plotly/plotly.min.js"),
        **price_card(product, PRICE_SPANS.get(days, PRICE_DAYS)),
    }
    return render(request, "products/price.html", context | forms, status=status)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def price_set(request: StoreRequest, pk: int) -> HttpResponse:
    product, form = the_product(request, pk), ListPriceForm(request.POST, auto_id="list_%s")
    if form.is_valid():
        told = form.cleaned_data
        try:
            price_services.set_list_price(product, told["from_day"], told["price"], why=told["reason"], by=request.user)
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("product_prices", request.store.slug, pk)
    return price_page(request, product, 422, price_form=form)


@for_store(Action.VIEW_PRODUCTS)
@require_http_methods(["GET", "POST"])
def price_rules(request: StoreRequest) -> HttpResponse:
    may_set = request.member.may(Action.SET_TARGETS)
    kept = PriceSettings.objects.filter(store=request.store).first() or PriceSettings(store=request.store)
    form = PriceRulesForm(request.POST if request.method == "POST" and may_set else None, instance=kept)
    if form.is_bound and form.is_valid():
        price_services.save_settings(form.save(commit=False))
        messages.success(request, _("Saved."))
        return redirect("price_rules", request.store.slug)
    own = set(PriceEvent.objects.filter(store=request.store).values_list("key", flat=True))
    events = [(x, x.key in own) for x in price_services.events_of(request.store).values()]
    chosen = next((x for x, _own in events if x.key == request.GET.get("event")), None)
    context = {
        "tab": "stock",
        "part": "prices",
        "form": form,
        "events": events,
        "chosen": chosen,
        "event_form": PriceEventForm(initial=vars(chosen) if chosen else None),
        "may_set": may_set,
    }
    return render(request, "products/price_rules.html", context, status=422 if form.is_bound else 200)


@for_store(Action.SET_TARGETS)
@require_POST
def price_event_set(request: StoreRequest) -> HttpResponseRedirect:
    """An event of the store's own, over a usual one of the same key; do=remove goes back to the usual one."""
    kept = PriceEvent.objects.filter(store=request.store, key=request.POST.get("key", "")).first()
    if request.POST.get("do") == "remove":
        if kept:
            kept.delete()
        return redirect("price_rules", request.store.slug)
    form = PriceEventForm(request.POST, instance=kept or PriceEvent(store=request.store))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(x) for errors in form.errors.values() for x in errors))
    return redirect("price_rules", request.store.slug)
