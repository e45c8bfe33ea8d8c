"""Products: the list, one product with its item ids and dated costs, and costs pasted from a spreadsheet."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kpis.queries import Cell, Goods, figures_changed, last_days
from opsplan.lib import clock
from opsplan.lib.charts import Spark, spark
from opsplan.statements import Statement
from products import queries, services, stock_queries
from products.catalogue_files import HEADER, exported
from products.forms import PasteForm, ProductForm, first_guess
from products.models import Product, Role, Stage
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.snapshot import one_version

PAGE = 50
COVER_SORTS = ("cover", "-cover")
COLUMNS = ("net_amt", "pay_item_cnt", "uv", "gross_rate")


class Line(NamedTuple):
    """A product of the table, in the order in which the template takes it apart."""

    pk: str
    code: str
    title: SafeString
    stage: SafeString
    trend: Spark | None
    cells: dict[str, Cell]
    cost: Decimal | None
    cover: Decimal | None
    flags: SafeString


def flags(product: Product, role: str) -> SafeString:
    told = [("accent", _("Hero"))] if product.is_hero else []
    told += [("", role)] if role else []
    told += [("", _("no stock"))] if product.is_unstocked else []
    told += [] if product.is_checked else [("warn", _("to be matched"))]
    told += [] if product.status == Product.Status.ON_SALE else [("", product.get_status_display())]
    return format_html_join("", '<span class="tag {}">{}</span>', told)


def may_edit(request: StoreRequest) -> bool:
    return request.member.may(Action.EDIT_PRODUCTS)


PRODUCT = Statement(lambda store, pk: Product.objects.filter(store=store, pk=pk))


def the_product(request: StoreRequest, pk: int) -> Product:
    product = PRODUCT.first(request.store, pk)
    if product is None:
        raise Http404
    product.store = request.store
    return product


def explain_into(form: BaseForm, error: ValidationError) -> None:
    """Put what a service refused beside the field it is about."""
    known = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, texts in known.items():
        for text in texts:
            form.add_error(field if field in form.fields else None, text)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def product_list(request: StoreRequest) -> HttpResponse:
    today, asked = clock.today(request.store.timezone), asked_of(request)
    if request.GET.get("format"):
        return table_file(request, queries.product_list(request.store, today, **asked))
    month, ids = last_days(today, 28), queries.listed_ids(request.store, today, asked)
    figure = queries.FIGURE_SORTS.get(asked["sort"].lstrip("-"))
    if asked["sort"] in COVER_SORTS:
        lasting = {pk: days for pk, days in stock_queries.covers(request.store, ids).items() if days is not None}
        ids = ordered(ids, lasting, is_falling=asked["sort"][0] == "-")
    if figure:
        ids = ordered(ids, Goods.places(request.store, month, figure), is_falling=asked["sort"][0] == "-")
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    chosen = list(page)
    known = Goods(request.store, month, COLUMNS, chosen, by_day=True)
    points = known.units_by_day(chosen)
    covers = stock_queries.covers(request.store, chosen)
    stages, roles = ({key: escape(label) for key, label in of.choices} for of in (Stage, Role))
    roles[""] = escape("")  # none is not told
    categories, missing, unchecked = queries.overview(request.store, today)
    heads = _("Net sales"), _("Units"), _("Visitors"), _("Margin")
    return render(
        request,
        "products/list.html",
        {
            "tab": "table",
            "page": page,
            "rows": [
                Line(
                    str(x.pk),
                    x.code,
                    escape(x.title),
                    stages[x.stage],
                    spark(points[x.pk]),
                    known.cells(x.pk),
                    queries.cost_in_force(x)[0],
                    covers.get(x.pk),
                    flags(x, roles[x.role]),
                )
                for x in queries.paged(request.store, today, chosen)
            ],
            **asked,
            "q": asked["search"],
            "stages": stages.items(),
            "categories": categories,
            "missing": missing,
            "unchecked": unchecked,
            "covers": covers,
            "labels": dict(zip(COLUMNS, map(escape, heads), strict=True)),
            "any": page.paginator.count or Product.objects.filter(store=request.store).exists(),
            "may_edit": may_edit(request),
        },
    )


def ordered(ids: list[int], told: Mapping[int, Decimal] | Mapping[int, int], *, is_falling: bool) -> list[int]:
    """By what is told of each, equal ones as they stood; those of which nothing is told come last either way."""
    known = sorted((pk for pk in ids if pk in told), key=told.__getitem__, reverse=is_falling)
    return known + [pk for pk in ids if pk not in told]


def asked_of(request: StoreRequest) -> dict[str, str]:
    """The filters and the order of the table in the URL; what is none of ours counts as not asked."""
    get, sort = request.GET, request.GET.get("sort", "code")
    known = {*queries.SORTS, *COVER_SORTS, *queries.FIGURE_SORTS, *(f"-{x}" for x in queries.FIGURE_SORTS)}
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
    rows = exported(
        found.prefetch_related("listings", "skus", "list_prices", "pictures").select_related("supplier"),
        request.store.slug,
    )
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
