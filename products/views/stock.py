"""The stock of the store and of one product: balances, lines, what to order, movements, holds."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opsplan.lib import clock
from opsplan.lib.money import yuan
from products import stock, stock_queries, stock_statements
from products import stock_services as services
from products.models import SKU, Product, PurchaseLine, StockHold, StockPlace, StockRule, StockSettings
from products.price_services import limits_of
from products.stock_forms import TRANSFER, HoldForm, MoveForm, StockRuleForm, StockSettingsForm, end_of, whole_numbers
from products.stock_queries import StockRow
from products.views.cards import stock_card
from products.views.catalogue import explain_into, may_edit
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response

PAGE, LOG_PAGE = 50, 100
PIECE = 2000  # movements read at a time for a file


def today_of(request: StoreRequest) -> dt.date:
    return clock.today(request.store.timezone)


def say(request: StoreRequest, problem: ValidationError) -> None:
    """What a service refused, as a message: for buttons that have no form of their own."""
    messages.error(request, " ".join(problem.messages))


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_list(request: StoreRequest) -> HttpResponse:
    rows = stock_queries.stock_rows(request.store, today_of(request))
    state, search = request.GET.get("state", ""), request.GET.get("q", "").strip()
    sort = request.GET.get("sort", "cover")
    shown = stock_queries.narrowed(rows, search=search, state=state, sort=sort)
    if request.GET.get("format"):
        return stock_file(request, shown)
    found = stock_queries.narrowed(rows, search=search, state="any")
    states = {name: sum(stock_queries.fits(x, name) for x in found) for name in stock_queries.STATES}
    bare = Product.objects.filter(store=request.store, skus=None, is_unstocked=False).exclude(status="off").count()
    return render(
        request,
        "products/stock.html",
        {
            "tab": "stock",
            "part": "list",
            "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
            "sums": stock_queries.sums_of(rows),
            "states": states,
            "state": state if state in stock_queries.STATES else "",
            "q": search,
            "sort": sort,
            "any": bool(rows),
            "bare": bare,
            "may_edit": may_edit(request),
        },
    )


def stock_file(request: StoreRequest, rows: list[StockRow]) -> HttpResponse:
    header = [
        _("Merchant code"), _("Title"), _("On hand"), _("Safety stock"), _("Held"), _("Due out"), _("Free to promise"),
        _("Units a day"), _("Days of cover"), _("Goods coming"), _("Alert below"), _("Fill up to"), _("Order units"),
        _("Order by"), _("Money tied up (yuan)"), _("Last sold"),
    ]  # fmt: skip
    lines = (
        (
            x.code, x.title, x.on_hand, x.safety, x.held, x.due, None if x.is_unstocked else x.free,
            x.a_day and round(x.a_day, 2),
            x.cover and round(x.cover, 1), x.coming, x.line.alert, x.line.target,
            x.proposal.units if x.proposal else None, x.proposal.order_by if x.proposal else None,
            None if x.proposal is None or x.proposal.tied_fen is None else yuan(x.proposal.tied_fen), x.last_sold,
        )
        for x in rows
    )  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-stock", header, lines)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_begin(request: StoreRequest) -> HttpResponseRedirect:
    """A SKU of the product's own code for every product that has none, so that its stock can be kept."""
    bare = Product.objects.filter(store=request.store, skus=None, is_unstocked=False).exclude(status="off")
    taken = set(SKU.objects.filter(store=request.store).values_list("code", flat=True))
    fresh = [SKU(store=request.store, product=x, code=x.code) for x in bare if x.code not in taken]
    services.begin(request.store, fresh)
    text = ngettext("%(n)s SKU was made.", "%(n)s SKUs were made.", len(fresh))
    messages.success(request, text % {"n": len(fresh)})
    return redirect("stock", request.store.slug)


def the_product(request: StoreRequest, pk: int) -> Product:
    return get_object_or_404(Product.objects.select_related("store", "supplier"), store=request.store, pk=pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_product(request: StoreRequest, pk: int) -> HttpResponse:
    return product_page(request, the_product(request, pk))


def product_page(request: StoreRequest, product: Product, status: int = 200, **forms: object) -> HttpResponse:
    services.main_place(request.store)
    rule = StockRule.objects.filter(product=product).first()
    context = {
        "tab": "stock",
        "product": product,
        "holds": StockHold.objects.filter(sku__product=product, closed_at=None).select_related("sku", "by"),
        "coming": PurchaseLine.objects.filter(
            sku__product=product, order__state__in=stock_statements.OPEN_ORDERS
        ).select_related("order", "sku"),
        "log": stock_queries.movements(request.store, product=product.pk)[:20],
        "rule": rule,
        "rule_form": StockRuleForm(instance=rule),
        "may_edit": may_edit(request),
        "plotly": static("plotly/plotly.min.js"),
        **stock_card(product, today_of(request)),
    }
    if product.skus.filter(is_active=True).exists():
        context |= {
            "move_form": MoveForm(product=product, auto_id="move_%s"),
            "hold_form": HoldForm(product=product, auto_id="hold_%s"),
        }
    return render(request, "products/stock_product.html", context | forms, status=status)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_move(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = MoveForm(request.POST, product=product, auto_id="move_%s")
    if form.is_valid():
        told = form.cleaned_data
        try:
            if told["kind"] == TRANSFER:
                target: StockPlace = told.get("target") or told["place"]
                services.transfer(
                    told["sku"], told["units"], told["place"], target, by=request.user, why=told["reason"]
                )
            else:
                services.move(
                    told["sku"], told["kind"], told["units"], place=told["place"], why=told["reason"],
                    reference=told["reference"], by=request.user,
                )  # fmt: skip
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("stock_product", request.store.slug, pk)
    return product_page(request, product, 422, move_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_hold(request: StoreRequest, pk: int) -> HttpResponse:
    product = the_product(request, pk)
    form = HoldForm(request.POST, product=product, auto_id="hold_%s")
    if form.is_valid():
        told = form.cleaned_data
        until = end_of(told["until"], ZoneInfo(request.store.timezone))
        try:
            services.hold_stock(request.store, told["sku"], told["units"], told["reference"], until, by=request.user)
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("stock_product", request.store.slug, pk)
    return product_page(request, product, 422, hold_form=form)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_release(request: StoreRequest, pk: int) -> HttpResponseRedirect:
    hold = get_object_or_404(StockHold.objects.select_related("sku"), store=request.store, pk=pk)
    units = services.release(hold, by=request.user, why=_("Released by hand"))
    text = ngettext("%(n)s unit may be promised again.", "%(n)s units may be promised again.", units)
    messages.success(request, text % {"n": units})
    return redirect("stock_product", request.store.slug, hold.sku.product_id)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def stock_rule(request: StoreRequest, pk: int) -> HttpResponse:
    """The product's own line, and the safety stock of its SKUs."""
    product = the_product(request, pk)
    kept = StockRule.objects.filter(product=product).first() or StockRule(product=product)
    form = StockRuleForm(request.POST, instance=kept)
    try:
        safety = whole_numbers(request.POST.dict(), "s")
    except ValueError as problem:
        form.add_error(None, _("“%s” is no number of units.") % problem)
        safety = {}
    if not form.is_valid():
        return product_page(request, product, 422, rule_form=form)
    services.set_rule(form.save(commit=False), {x: safety[x.pk] or 0 for x in product.skus.all() if x.pk in safety})
    messages.success(request, _("Saved."))
    return redirect("stock_product", request.store.slug, pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_movements(request: StoreRequest) -> HttpResponse:
    kind, search = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    product = request.GET.get("product", "")
    found = stock_queries.movements(
        request.store, kind=kind, reference=search, product=int(product) if product.isdecimal() else None
    )
    if request.GET.get("format"):
        header = [
            _("Time"), _("SKU code"), _("Product"), _("Place"), _("What happened"), _("On hand"), _("Held"),
            _("Due out"), _("Why"), _("For"), _("Who"),
        ]  # fmt: skip
        zone = ZoneInfo(request.store.timezone)
        lines = (
            (x.at.astimezone(zone), x.sku.code, x.sku.product.title, str(x.place or ""), x.get_kind_display(),
             x.on_hand, x.held, x.due, x.why, x.reference, str(x.by or ""))
            for x in found.iterator(PIECE)
        )  # fmt: skip
        return file_response(request.GET["format"], f"{request.store.slug}-movements", header, lines)
    context = {
        "tab": "stock",
        "part": "movements",
        "page": Paginator(found, LOG_PAGE).get_page(request.GET.get("page")),
        "kinds": [(key, _(x.label)) for key, x in stock.KINDS.items()],
        "kind": kind,
        "q": search,
    }
    return render(request, "products/stock_movements.html", context)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def stock_clearance(request: StoreRequest) -> HttpResponse:
    """Slow stock with the lowest price it may be cleared at."""
    floor = limits_of(request.store).floor
    rows = [x for x in stock_queries.stock_rows(request.store, today_of(request)) if x.slow]
    rows.sort(key=lambda x: -(x.value_fen or 0))
    priced = [(x, stock.clearance_price(x.list_fen, floor)) for x in rows]
    if request.GET.get("format"):
        header = [
            _("Merchant code"), _("Title"), _("On hand"), _("Last sold"), _("Stock at cost (yuan)"),
            _("List price (yuan)"), _("Lowest price allowed (yuan)"), _("Unit cost (yuan)"),
        ]  # fmt: skip
        lines = (
            (x.code, x.title, x.on_hand, x.last_sold, *(None if n is None else yuan(n) for n in
             (x.value_fen, x.list_fen, price, x.cost_fen)))
            for x, price in priced
        )  # fmt: skip
        return file_response(request.GET["format"], f"{request.store.slug}-clearance", header, lines)
    context = {
        "tab": "stock",
        "part": "clearance",
        "rows": priced,
        "floor": floor,
        "settings": stock_queries.settings_of(request.store),
        "sums": stock_queries.sums_of(rows),
    }
    return render(request, "products/stock_clearance.html", context)


@for_store(Action.SET_TARGETS)
@require_http_methods(["GET", "POST"])
def stock_settings(request: StoreRequest) -> HttpResponse:
    kept = StockSettings.objects.filter(store=request.store).first() or StockSettings(store=request.store)
    form = StockSettingsForm(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        form.save()
        services.check_lines(request.store)
        messages.success(request, _("Saved."))
        return redirect("stock_settings", request.store.slug)
    context = {
        "tab": "stock",
        "part": "settings",
        "form": form,
        "places": StockPlace.objects.filter(store=request.store),
    }
    return render(request, "products/stock_settings.html", context, status=422 if form.is_bound else 200)
