"""Products: the list, one product with its item ids and dated costs, and costs pasted from a spreadsheet."""

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kpis.queries import Goods, figures_changed, last_days, pairs, unit_series
from opsplan.lib import clock
from opsplan.lib.charts import spark
from opsplan.lib.money import yuan
from products import queries, services, stage_words, stock_queries
from products.catalogue_files import HEADER, exported
from products.forms import CostForm, ListingForm, PasteForm, ProductForm, first_guess
from products.models import Cost, Listing, Product, Role, Stage, StageEvidence
from products.product_forms import PictureForm, SkuForm
from products.stages import history
from products.stock_queries import StockRow
from products.views.cards import price_card, stock_card
from products.views.figures import matters_card
from staff.access import StoreRequest, for_store
from staff.models import Task
from staff.roles import Action, Level, may
from stores.downloads import file_response

PAGE = 50


def may_edit(request: StoreRequest) -> bool:
    return may(Level(request.member.level), Action.EDIT_PRODUCTS)


def the_product(request: StoreRequest, pk: int) -> Product:
    return get_object_or_404(Product, store=request.store, pk=pk)


def explain_into(form: BaseForm, error: ValidationError) -> None:
    """Put what a service refused beside the field it is about."""
    known = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, texts in known.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, text)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def product_list(request: StoreRequest) -> HttpResponse:
    today, asked = clock.today(request.store.timezone), asked_of(request)
    found = queries.product_list(request.store, today, **asked)
    if request.GET.get("format"):
        return table_file(request, found)
    month, ids = last_days(today, 28), list(found.values_list("pk", flat=True))
    figure = queries.FIGURE_SORTS.get(asked["sort"].lstrip("-"))
    if figure:
        every = Goods(request.store, month, (figure,))
        told = {pk: every.value(pk, figure) for pk in ids}
        ids.sort(key=lambda pk: (told[pk] is None, -(told[pk] or 0)) if asked["sort"][0] == "-" else rising(told[pk]))
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    products = queries.paged(found, list(page))
    known = Goods(request.store, month, products=list(page))
    points = unit_series(request.store, known.period, [x.pk for x in products])
    covers = {x.product_id: x.cover for x in stock_queries.lines(request.store, list(page)) if not x.is_unstocked}
    return render(
        request,
        "products/list.html",
        {
            "tab": "table",
            "page": page,
            "rows": [
                (x, *queries.cost_in_force(x), known.row(x.pk), spark(points[x.pk]), covers.get(x.pk)) for x in products
            ],
            **asked,
            "q": asked["search"],
            "stages": Stage.choices,
            "categories": queries.categories(request.store),
            "missing": queries.without_cost(request.store, today),
            "unchecked": Product.objects.filter(store=request.store, is_checked=False).count(),
            "covers": covers,
            "any": page.paginator.count or Product.objects.filter(store=request.store).exists(),
            "may_edit": may_edit(request),
        },
    )


def rising(value: Decimal | None) -> tuple[bool, Decimal]:
    return value is None, value or Decimal(0)


def asked_of(request: StoreRequest) -> dict[str, str]:
    """The filters and the order of the table in the URL; what is none of ours counts as not asked."""
    get, sort = request.GET, request.GET.get("sort", "code")
    known = {*queries.SORTS, *queries.FIGURE_SORTS, *(f"-{x}" for x in queries.FIGURE_SORTS)}
    return {
        "search": get.get("q", "").strip(),
        "cost": get.get("cost", "") if get.get("cost") in queries.COST_STATES else "",
        "stage": get.get("stage", "") if get.get("stage") in Stage.values else "",
        "flag": get.get("flag", "") if get.get("flag") in queries.FLAGS else "",
        "category": get.get("category", ""),
        "sort": sort if sort in known else "code",
    }


def table_file(request: StoreRequest, found: QuerySet[Product]) -> HttpResponse:
    """The table as CSV or xlsx, in the layout an import of products takes back."""
    rows = exported(found.prefetch_related("listings", "skus", "list_prices").select_related("supplier"))
    header = [str(x) for x in HEADER]
    return file_response(request.GET["format"], f"{request.store.slug}-products", header, rows)


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def product_new(request: StoreRequest) -> HttpResponse:
    form = ProductForm(request.POST or None, store=request.store)
    if request.method == "POST" and form.is_valid():
        product = services.save_product(form.save(commit=False))
        messages.success(request, _("Product %(title)s was added.") % {"title": product.title})
        return redirect("product", request.store.slug, product.pk)
    return render(request, "products/new.html", {"form": form})


def removed_cost(request: StoreRequest) -> CostForm | None:
    """The cost that was just taken away (?removed=day:fen), ready to be put back."""
    day, _colon, amount = request.GET.get("removed", "").partition(":")
    form = CostForm({"from_day": day, "cost": yuan(int(amount)) if amount.isdecimal() else ""})
    return form if form.is_valid() else None


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def product(request: StoreRequest, pk: int) -> HttpResponse:
    return product_page(request, the_product(request, pk))


def product_page(
    request: StoreRequest, product: Product, status: int = 200, editing: Cost | None = None, **forms: BaseForm
) -> HttpResponse:
    """The page of one product; a form that was refused comes back in `forms` with what was typed."""
    today = clock.today(request.store.timezone)
    costs = list(product.costs.order_by("-from_day"))
    current = next((cost for cost in costs if cost.from_day <= today), None)
    guess = today if costs else first_guess(request.store, today)
    editing = editing or next((cost for cost in costs if str(cost.pk) == request.GET.get("edit")), None)
    stocked = stock_card(product, today)
    context = {
        "product": product,
        "costs": costs,
        "current": current,
        "listings": list(product.listings.all()),
        "may_edit": may_edit(request),
        "today": today,
        "removed": removed_cost(request),
        "title_form": ProductForm(instance=product, store=request.store),
        "listing_form": ListingForm(),
        "cost_form": CostForm(initial={"from_day": guess}),
        "editing": editing,
        "sku_form": SkuForm(store=request.store),
        "picture_form": PictureForm(),
        **stocked,
        **evidence_of(request, product, today, stocked["row"]),
        **price_card(product),
        "plotly": static("plotly/plotly.min.js"),
        "edit_form": editing
        and CostForm(initial={"cost": editing.cost_fen, "from_day": editing.from_day}, prefix="edit"),
        **forms,
    }
    return render(request, "products/detail.html", context, status=status)


def evidence_of(request: StoreRequest, product: Product, today: dt.date, row: StockRow | None) -> dict[str, Any]:
    """What the page tells about how the product does: its figures, stage and why, tasks, completeness, bundles."""
    month = last_days(today, 28)
    told, rank = StageEvidence.objects.filter(product=product).first(), product.ranks.first()
    facts = told.facts if told else {}
    found = pairs(request.store, last_days(today, 90), product.pk, 5)
    named = Product.objects.in_bulk([x.second for x in found])
    points = unit_series(request.store, last_days(today, 90), [product.pk])[product.pk]
    page_score = queries.score_of(product)
    return {
        "month": month,
        **matters_card(product, month, told, rank, row),
        "spark": spark(points),
        "stages": Stage.choices,
        "roles": Role.choices,
        "history": [
            (x, Stage(x.source).label, Stage(x.target).label, stage_words.rule(x.rule)) for x in history(product)
        ],
        "checks": stage_words.checks(facts),
        "lacks": stage_words.lacks(facts),
        "told": told,
        "rank": rank,
        "tasks": Task.objects.filter(store=request.store, subject=product.title[:120])
        .select_related("version", "assignee")
        .order_by("state", "due")[:12],
        "score": page_score,
        "lacking": [*page_score.missing],
        "pairs": [(x, product, named[x.second]) for x in found if x.second in named],
        "skus": list(product.skus.all()),
        "pictures": list(product.pictures.all()),
        "list_price": product.list_prices.filter(from_day__lte=today).order_by("-from_day").first(),
        "campaigns": product.campaigns.filter(last_day__gte=today - dt.timedelta(days=90))[:6],
    }


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def product_rename(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = ProductForm(request.POST, instance=product, store=request.store)
    if not form.is_valid():
        return product_page(request, the_product(request, pk), 422, title_form=form)
    services.save_product(form.save(commit=False))
    messages.success(request, _("Saved."))
    return redirect("product", request.store.slug, pk)


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
            return redirect("product", request.store.slug, pk)
    return product_page(request, product, 422, listing_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def listing_delete(request: StoreRequest, pk: int, listing: int) -> HttpResponse:
    get_object_or_404(Listing, store=request.store, product_id=pk, pk=listing).delete()
    messages.success(request, _("The item id was taken off."))
    return redirect("product", request.store.slug, pk)


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
        return redirect("product", request.store.slug, pk)
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
        return redirect("product", request.store.slug, pk)
    return product_page(request, product, 422, editing=entry, edit_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def cost_delete(request: StoreRequest, pk: int, cost: int) -> HttpResponseRedirect:
    entry = get_object_or_404(Cost, product__store=request.store, product=pk, pk=cost)
    with transaction.atomic():
        days = figures_changed(request.store, services.delete_cost(entry))
    say_recount(request, days)
    undo = urlencode({"removed": f"{entry.from_day}:{entry.cost_fen}"})
    return redirect(f"{reverse('product', args=[request.store.slug, pk])}?{undo}")


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def cost_paste(request: StoreRequest) -> HttpResponse:
    guess: dt.date = first_guess(request.store, clock.today(request.store.timezone))
    form = PasteForm(request.POST or None, store=request.store, initial={"default_day": guess})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            changed, first = services.set_costs(request.store, form.lines, form.cleaned_data["default_day"])
            days = figures_changed(request.store, first) if first else 0
        text = _("%(changed)s costs saved, %(same)s were so already. Days being counted again: %(days)s.")
        messages.success(request, text % {"changed": changed, "same": len(form.lines) - changed, "days": days})
        return redirect("products", request.store.slug)
    return render(request, "products/paste.html", {"form": form}, status=422 if form.is_bound else 200)
