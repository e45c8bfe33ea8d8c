"""Files of products, and the queue of products that other files have brought."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.queries import figures_changed, names_changed, products_merged, products_with_figures
from products import merging
from products.catalogue_apply import apply_file, lines_of, touched, undo_file
from products.catalogue_files import FIELDS, HEADER, PROBLEMS, read_file, unread
from products.models import CatalogueFile, Product
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.currency import in_currency
from stores.sent_files import KeptFile, lines_to_mend, problems_file, sent_file

FILES_PAGE = 30
QUEUE_PAGE = 50  # names to be matched


def the_file(request: StoreRequest, pk: int) -> CatalogueFile:
    return get_object_or_404(CatalogueFile, store=request.store, pk=pk)


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_files(request: StoreRequest) -> HttpResponse:
    """Choose a file; those that were read before."""
    error = ""
    if request.method == "POST":
        try:
            read = read_file(request.store, *sent_file(request), by=request.user)
        except ValidationError as problem:
            error = " ".join(problem.messages)
        else:
            return redirect("product_file", request.store.slug, read.pk)
    files = CatalogueFile.objects.filter(store=request.store).defer("rows", "changes", "to_mend").select_related("by")
    page = Paginator(files, FILES_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "table",
        "error": error,
        "header": HEADER,
        "heads": [_("Problems")],
        "page": page,
        "kept": [
            KeptFile(x, reverse("product_file", args=[request.store.slug, x.pk]), (len(x.problems),)) for x in page
        ],
    }
    return render(request, "products/files.html", context, status=422 if error else 200)


@for_store(Action.EDIT_PRODUCTS)
@require_GET
def product_file(request: StoreRequest, pk: int) -> HttpResponse:
    """What the file would change, and every line that is wrong."""
    file = the_file(request, pk)
    if request.GET.get("format"):
        told = [[line, column, value, _(PROBLEMS[code])] for line, column, value, code in file.problems]
        name = f"{request.store.slug}-products-to-mend"
        if len(file.to_mend) > 1:
            wrong = ((line, f"{column}: {text}" if column else text) for line, column, _value, text in told)
            return lines_to_mend(request.GET["format"], name, file.to_mend, wrong)
        return problems_file(request.GET["format"], name, told)
    lines = lines_of(file) if file.state == CatalogueFile.State.READ else []
    names = {field: in_currency(str(head)) for field, head in zip(FIELDS, HEADER, strict=True)}
    context = {
        "tab": "table",
        "file": file,
        "to_mend": len(file.to_mend) > 1,
        "unread": unread(file),
        "problems": [(line, column, value, _(PROBLEMS[code])) for line, column, value, code in file.problems],
        "lines": [
            (
                x,
                [
                    (names.get(field, field), in_words(field, old), in_words(field, new))
                    for field, old, new in x.changes
                ],
            )
            for x in lines
            if x.is_new or x.changes
        ],
        "touched": touched(file) if file.state == CatalogueFile.State.APPLIED else [],
        "new": sum(x.is_new for x in lines),
        "changed": sum(1 for x in lines if x.changes and not x.is_new),
        "same": sum(1 for x in lines if not x.changes and not x.is_new),
    }
    return render(request, "products/file.html", context)


def in_words(field: str, text: str) -> str:
    """A value of the difference as people read it: a status by its name, yes or no."""
    if field == "status" and text:
        return str(Product.Status(text).label)
    return {"True": _("Yes"), "False": _("No")}.get(text, text) if field == "is_unstocked" else text


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def product_file_do(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    """Apply the file, take it back, or forget it."""
    file, do = the_file(request, pk), request.POST.get("do")
    try:
        with transaction.atomic():
            if do == "apply":
                new, changed, first = apply_file(file, by=request.user)
                told = {"new": new, "changed": changed}
                messages.success(request, _("Applied: %(new)d new products, %(changed)d changed.") % told)
            elif do == "undo":
                made = [pk for kind, pk, *_rest in file.changes if kind == "product"]
                stayed = undo_file(file, products_with_figures(request.store, made), by=request.user)
                first = request.store.opened_on
                text = _("Taken back; %d things stay because they were sold or changed since.") % stayed
                messages.success(request, text if stayed else _("Taken back."))
            elif file.state == CatalogueFile.State.READ:
                file.delete()
                return redirect("product_files", request.store.slug)
            else:
                return redirect("product_file", request.store.slug, pk)
            if first:
                figures_changed(request.store, first)
            names_changed(request.store)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("product_file", request.store.slug, pk)


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_matching(request: StoreRequest) -> HttpResponse:
    """The queue: a product of its own, or another name of one we have."""
    if request.method == "POST":
        chosen = [int(x) for x in request.POST.getlist("product") if x.isdecimal()]
        into = request.POST.get("into", "")
        if into:
            product = get_object_or_404(Product, store=request.store, pk=chosen[0] if chosen else 0)
            other = Product.objects.filter(store=request.store, code=into.strip()).first()
            try:
                if other is None:
                    raise ValidationError(_("No product of this store has this code."))
                with transaction.atomic():
                    old, code = product.pk, product.code
                    merging.merge(product, other)
                    products_merged(request.store, old, other.pk, code, other.code)
                messages.success(
                    request, _("%(code)s counts for %(product)s from now on.") % {"code": code, "product": other}
                )
            except ValidationError as problem:
                messages.error(request, " ".join(problem.messages))
        elif chosen:
            messages.success(request, _("%d products are known as their own.") % merging.accept(request.store, chosen))
        return redirect("product_matching", request.store.slug)
    page = Paginator(merging.unmatched(request.store), QUEUE_PAGE).get_page(request.GET.get("page"))
    context = {"tab": "table", "page": page, "queue": merging.queue(request.store, page)}
    return render(request, "products/matching.html", context)
