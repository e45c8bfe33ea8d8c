"""The page of one product: what a person came for at once, its charts and its data when they are looked at."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.forms import BaseForm
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis.queries import last_days, pairs, unit_series
from opsplan.lib import clock
from opsplan.lib.charts import Json, spark
from opsplan.lib.money import yuan
from opsplan.statements import Statement
from products import pictures, queries, stage_words, stock_queries
from products.completeness import PICTURES
from products.forms import CostForm, ListingForm, ProductForm, first_guess
from products.models import Cost, Product, Rank, Role, Stage, StageEvidence
from products.product_forms import PictureForm, SkuForm
from products.stages import history
from products.stock_charts import table_of
from products.stock_queries import StockRow
from products.views.cards import PRICE_DAYS, PRICE_SPANS, price_book, price_figure, price_numbers, stock_figure
from products.views.catalogue import may_edit, the_product
from products.views.figures import matters_card
from staff.access import StoreRequest, for_store
from staff.roles import Action
from staff.task_queries import concerns
from stores.downloads import file_response
from stores.snapshot import one_version

TASKS = 12  # that the page lists
COST = Statement(
    lambda product, today: Cost.objects.filter(product=product, from_day__lte=today).order_by("-from_day")[:1]
)
EVIDENCE = Statement(lambda product: StageEvidence.objects.filter(product=product))
RANK = Statement(lambda product: Rank.objects.filter(product=product)[:1])
CAMPAIGNS = Statement(  # those that end no earlier than a day, the newest first
    lambda product, since: (
        Product.objects.filter(pk=product, campaigns__last_day__gte=since)
        .order_by("-campaigns__first_day", "campaigns__id")
        .values(name=F("campaigns__name"), first_day=F("campaigns__first_day"), last_day=F("campaigns__last_day"))[:6]
    )
)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def product(request: StoreRequest, pk: int) -> HttpResponse:
    return product_page(request, the_product(request, pk))


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def product_data(request: StoreRequest, pk: int) -> HttpResponse:
    """The lower part of the page, which comes when somebody looks at it."""
    context = data_of(request, the_product(request, pk), clock.today(request.store.timezone))
    return render(request, "products/_data.html", context)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def product_lines(request: StoreRequest, pk: int) -> HttpResponse:
    """The page's charts as Plotly figures by their names; null where there is nothing to draw. With ?format= the
    figures ?chart= is drawn from, as a file (prices: of the last ?days=)."""
    product, today = the_product(request, pk), clock.today(request.store.timezone)

    def stock() -> Json | None:
        row = next(iter(stock_queries.stock_rows(request.store, today, [pk])), None)
        return stock_figure(product, row, today) if row else None

    def price() -> Json | None:
        days = PRICE_SPANS.get(request.GET.get("days", ""), PRICE_DAYS)
        return price_figure(product, price_book(product, today), today, days)

    charts = {"stock-data": stock, "price-data": price}
    if not request.GET.get("format"):
        return JsonResponse({name: figure() for name, figure in charts.items()})
    name = request.GET.get("chart", "")
    if name not in charts or (figure := charts[name]()) is None:
        raise Http404
    heads, rows = table_of(figure)
    name = f"{request.store.slug}-{product.code}-{name.removesuffix('-data')}"
    return file_response(request.GET["format"], name, [_("Day"), *heads], rows)


def product_page(
    request: StoreRequest, product: Product, status: int = 200, editing: Cost | None = None, **forms: BaseForm
) -> HttpResponse:
    """The page of one product, with its data where that is asked for or something is typed into it; a form that was
    refused comes back in `forms` with what was typed."""
    today, asked = clock.today(request.store.timezone), request.GET
    cost = COST.first(product, today)
    row = next(iter(stock_queries.stock_rows(request.store, today, [product.pk])), None)
    context = {
        "product": product,
        "current": cost,
        "may_edit": may_edit(request),
        "today": today,
        "row": row,
        **evidence_of(request, product, today, row),
        **price_numbers(product, price_book(product, today), today),
        "plotly": static("plotly/plotly.min.js"),
        "lines": reverse("product_lines", args=[request.store.slug, product.pk]),
    }
    if forms or editing or not {"whole", "edit", "removed", "taken"}.isdisjoint(asked):
        context |= {"whole": True, **data_of(request, product, today, editing), **forms}
    return render(request, "products/detail.html", context, status=status)


def evidence_of(request: StoreRequest, product: Product, today: dt.date, row: StockRow | None) -> dict[str, Any]:
    """What the page tells about how the product does: its figures, stage and why, tasks, completeness."""
    month = last_days(today, 28)
    told, rank = EVIDENCE.first(product), RANK.first(product)
    facts = told.facts if told else {}
    kinds = queries.picture_kinds(product)
    points = unit_series(request.store, last_days(today, 90), [product.pk])[product.pk]
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
        "tasks": concerns(request.store, f"product {product.pk}")[:TASKS],
        "score": queries.score_of(product, kinds),
        "lacking": [_(word) for kind, word in PICTURES.items() if kind not in kinds],
        "campaigns": CAMPAIGNS.rows(product, today - dt.timedelta(days=90)),
    }


def data_of(request: StoreRequest, product: Product, today: dt.date, editing: Cost | None = None) -> dict[str, Any]:
    """What `products/_data.html` shows: costs, item ids, SKUs, pictures, bundles, each with its form."""
    costs = list(product.costs.order_by("-from_day"))
    current = next((cost for cost in costs if cost.from_day <= today), None)
    guess = today if costs else first_guess(request.store, today)
    editing = editing or next((cost for cost in costs if str(cost.pk) == request.GET.get("edit")), None)
    found = pairs(request.store, last_days(today, 90), product.pk, 5)
    named = Product.objects.in_bulk([x.second for x in found])
    initial = {"cost": editing.cost_fen, "from_day": editing.from_day} if editing else None
    return {
        "product": product,
        "may_edit": may_edit(request),
        "today": today,
        "costs": costs,
        "current": current,
        "listings": list(product.listings.all()),
        "skus": list(product.skus.all()),
        "pictures": (seen := list(product.pictures.all())),
        **pictures.shown(x.kind for x in seen),
        "pairs": [(x, product, named[x.second]) for x in found if x.second in named],
        "removed": removed_cost(request),
        "taken": request.GET.get("taken", ""),
        "editing": editing,
        "title_form": ProductForm(instance=product, store=request.store),
        "listing_form": ListingForm(),
        "cost_form": CostForm(initial={"from_day": guess}),
        "edit_form": CostForm(initial=initial, prefix="edit") if initial else None,
        "sku_form": SkuForm(store=request.store),
        "picture_form": PictureForm(),
    }


def removed_cost(request: StoreRequest) -> CostForm | None:
    """The cost that was just taken away (?removed=day:fen), ready to be put back."""
    day, _colon, amount = request.GET.get("removed", "").partition(":")
    form = CostForm({"from_day": day, "cost": yuan(int(amount)) if amount.isdecimal() else ""})
    return form if form.is_valid() else None
