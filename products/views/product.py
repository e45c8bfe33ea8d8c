"""What is changed on the page of one product: fields, item ids, costs, SKUs, pictures, checklist."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.queries import figures_changed, names_changed
from products import pictures, queries, services
from products.forms import CostForm, ListingForm, ProductForm
from products.models import SKU, Cost, Listing, Picture, Product, StockItem
from products.product_forms import ChecklistForm, DetailsForm, PictureForm, SkuForm
from products.views.catalogue import explain_into, the_product
from products.views.detail import product_page
from staff import photos
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.services import renew_rounds


def back_to(request: StoreRequest, pk: int, query: str = "") -> HttpResponseRedirect:
    """To the part of the product's page that was changed."""
    return redirect(f"{reverse('product', args=[request.store.slug, pk])}{query}#data")


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def product_rename(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = ProductForm(request.POST, instance=product, store=request.store)
    if not form.is_valid():
        return product_page(request, the_product(request, pk), 422, title_form=form)
    services.save_product(form.save(commit=False))
    messages.success(request, _("Saved."))
    return back_to(request, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def listing_add(request: StoreRequest, pk: int) -> HttpResponse:
    product, form = the_product(request, pk), ListingForm(request.POST)
    if form.is_valid():
        try:
            services.add_listing(product, form.cleaned_data["item_id"])
        except ValidationError as error:
            explain_into(form, error)
        else:
            return back_to(request, pk)
    return product_page(request, product, 422, listing_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def listing_delete(request: StoreRequest, pk: int, listing: int) -> HttpResponse:
    get_object_or_404(Listing, store=request.store, product_id=pk, pk=listing).delete()
    messages.success(request, _("The item id was taken off."))
    return back_to(request, pk)


def say_recount(request: StoreRequest, days: int) -> None:
    """Tell what a changed cost sets going."""
    text = ngettext(
        "Saved. %(days)s day is being counted again.", "Saved. %(days)s days are being counted again.", days
    )
    messages.success(request, text % {"days": days} if days else _("Saved."))


def save_cost(request: StoreRequest, product: Product, form: CostForm, replacing: Cost | None) -> bool:
    """Store the cost with the days it makes stale; False when it was refused, with the reason in the form."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            first = services.set_cost(
                product, form.cleaned_data["from_day"], form.cleaned_data["cost"], replacing=replacing
            )
            days = figures_changed(request.store, first) if first else 0
    except ValidationError as error:
        explain_into(form, error)
        return False
    say_recount(request, days)
    return True


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def cost_add(request: StoreRequest, pk: int) -> HttpResponse:
    product, form = the_product(request, pk), CostForm(request.POST)
    if save_cost(request, product, form, None):
        return back_to(request, pk)
    return product_page(request, product, 422, cost_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def cost_edit(request: StoreRequest, pk: int, cost: int) -> HttpResponse:
    product, entry = (
        the_product(request, pk),
        get_object_or_404(Cost, product__store=request.store, product=pk, pk=cost),
    )
    form = CostForm(request.POST, prefix="edit")
    if save_cost(request, product, form, entry):
        return back_to(request, pk)
    return product_page(request, product, 422, editing=entry, edit_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def cost_delete(request: StoreRequest, pk: int, cost: int) -> HttpResponseRedirect:
    entry = get_object_or_404(Cost, product__store=request.store, product=pk, pk=cost)
    with transaction.atomic():
        days = figures_changed(request.store, services.delete_cost(entry))
    say_recount(request, days)
    return back_to(request, pk, "?" + urlencode({"removed": f"{entry.from_day}:{entry.cost_fen}"}))


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_edit(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = DetailsForm(request.POST or None, instance=product)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            names_changed(request.store)
            renew_rounds(request.store)
        messages.success(request, _("Saved."))
        return redirect("product", request.store.slug, pk)
    status = 422 if form.errors else 200
    return render(request, "products/edit.html", {"product": product, "form": form}, status=status)


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_checklist(request: StoreRequest, pk: int) -> HttpResponse:
    """The selling points, 16 questions and 6 blocks of the product's page on the platform."""
    product = the_product(request, pk)
    form = ChecklistForm(request.POST or None, product=product)
    if request.method == "POST" and form.is_valid():
        services.set_checklist(product, *form.filled())
        messages.success(request, _("Saved."))
        return redirect("product", request.store.slug, pk)
    kinds = queries.picture_kinds(product)
    context = {"product": product, "form": form, "score": queries.score_of(product, kinds), **pictures.shown(kinds)}
    return render(request, "products/checklist.html", context, status=422 if form.errors else 200)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def sku_add(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = SkuForm(request.POST, store=request.store)
    if form.is_valid():
        made = form.save(commit=False)
        made.store, made.product = request.store, product
        made.save()
        messages.success(request, _("SKU %s was added.") % made.code)
        return back_to(request, pk)
    return product_page(request, product, 422, sku_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def sku_switch(request: StoreRequest, pk: int, sku: int) -> HttpResponseRedirect:
    """Take an SKU out of use, or back into it; what happened to it stays."""
    found = get_object_or_404(SKU, store=request.store, product_id=pk, pk=sku)
    found.is_active = not found.is_active
    found.save(update_fields=["is_active"])
    left = StockItem.objects.filter(sku=found, on_hand__gt=0).values_list("on_hand", flat=True).first()
    if left and not found.is_active:
        text = _("%(n)s units on hand of %(sku)s count no more while it is out of use.")
        messages.warning(request, text % {"n": left, "sku": found.code})
    return back_to(request, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def picture_add(request: StoreRequest, pk: int) -> HttpResponse:
    """A picture more, or (taken=…) the one that was just taken away."""
    product, form = the_product(request, pk), PictureForm(request.POST, request.FILES)
    if taken := request.POST.get("taken"):
        try:
            pictures.put_back(product, taken)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        return back_to(request, pk)
    if form.is_valid():
        try:
            file = form.cleaned_data.get("photo")
            name = photos.keep(request.store.pk, file) if file else ""
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            pictures.add(product, form.cleaned_data["kind"], photo=name, url=form.cleaned_data["url"])
            return back_to(request, pk)
    return product_page(request, product, 422, picture_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def picture_kind(request: StoreRequest, pk: int, picture: int) -> HttpResponseRedirect:
    """Say what a picture shows, or put it elsewhere among the product's (place=, from 0)."""
    found = get_object_or_404(Picture, product__store=request.store, product=pk, pk=picture)
    if (place := request.POST.get("place", "")).isdecimal():
        pictures.put(found, int(place[:4]))
        return back_to(request, pk, "?whole=1")
    try:
        pictures.set_kind(found, request.POST.get("kind", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("Saved."))
    return back_to(request, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def picture_delete(request: StoreRequest, pk: int, picture: int) -> HttpResponseRedirect:
    taken = pictures.take(get_object_or_404(Picture, product__store=request.store, product=pk, pk=picture))
    return back_to(request, pk, "?" + urlencode({"taken": taken}))


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def picture(request: StoreRequest, pk: int, picture: int) -> HttpResponseBase:
    return photos.shown(get_object_or_404(Picture, product__store=request.store, product=pk, pk=picture).photo)
