"""What is changed on the page of one product: fields, SKUs, pictures, checklist."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.queries import names_changed
from products import queries, services
from products.models import SKU, Picture
from products.product_forms import ChecklistForm, DetailsForm, PictureForm, SkuForm
from products.views.catalogue import product_page, the_product
from staff import photos
from staff.access import StoreRequest, for_store
from staff.roles import Action


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_edit(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = DetailsForm(request.POST or None, instance=product)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            names_changed(request.store)
        messages.success(request, _("Saved."))
        return redirect("product", request.store.slug, pk)
    status = 422 if form.errors else 200
    return render(request, "products/edit.html", {"product": product, "form": form}, status=status)


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_checklist(request: StoreRequest, pk: int) -> HttpResponse:
    """The 16 questions and 6 blocks of the product's page on the platform."""
    product = the_product(request, pk)
    form = ChecklistForm(request.POST or None, product=product)
    if request.method == "POST" and form.is_valid():
        services.set_checklist(product, *form.filled())
        messages.success(request, _("Saved."))
        return redirect("product", request.store.slug, pk)
    context = {"product": product, "form": form, "score": queries.score_of(product)}
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
        return redirect("product", request.store.slug, pk)
    return product_page(request, product, 422, sku_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def sku_switch(request: StoreRequest, pk: int, sku: int) -> HttpResponseRedirect:
    """Take an SKU out of use, or back into it; what happened to it stays."""
    found = get_object_or_404(SKU, store=request.store, product_id=pk, pk=sku)
    found.is_active = not found.is_active
    found.save(update_fields=["is_active"])
    return redirect("product", request.store.slug, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def picture_add(request: StoreRequest, pk: int) -> HttpResponse:
    product, form = the_product(request, pk), PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            file = form.cleaned_data.get("photo")
            name = photos.keep(request.store.pk, file) if file else ""
        except ValidationError as problem:
            form.add_error("photo", problem.messages)
        else:
            place = product.pictures.count()
            Picture.objects.create(
                product=product, photo=name, url="" if name else form.cleaned_data["url"], position=place
            )
            return redirect("product", request.store.slug, pk)
    return product_page(request, product, 422, picture_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def picture_delete(request: StoreRequest, pk: int, picture: int) -> HttpResponseRedirect:
    get_object_or_404(Picture, product__store=request.store, product=pk, pk=picture).delete()
    return redirect("product", request.store.slug, pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def picture(request: StoreRequest, pk: int, picture: int) -> HttpResponseBase:
    found = get_object_or_404(Picture, product__store=request.store, product=pk, pk=picture)
    if not found.photo or not photos.place(found.photo).exists():
        raise Http404
    response = FileResponse(photos.place(found.photo).open("rb"), content_type=photos.content_type(found.photo))
    response["Cache-Control"] = "private, max-age=86400"
    return response
