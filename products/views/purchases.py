"""Orders to factories: the list by due day, a new one from what is proposed, goods that come in."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from products import purchasing, stock, stock_queries
from products.models import SKU, PurchaseLine, PurchaseOrder, StockItem
from products.purchasing import Wanted
from products.stock_forms import PurchaseForm, typed_units, whole_numbers
from products.stock_queries import StockRow
from products.stock_services import main_place
from products.views.catalogue import explain_into, may_edit
from products.views.stock import say
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.spans import day_of

MOST_LINES = 300
NUMBER = re.compile("[0-9]{1,9}")
CLOSED_PAGE = 30
LOG_PAGE = 100  # what came and went back of an order


def the_order(request: StoreRequest, pk: int) -> PurchaseOrder:
    orders = PurchaseOrder.objects.select_related("store", "supplier", "place", "by")
    return get_object_or_404(orders, store=request.store, pk=pk)


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def purchases(request: StoreRequest) -> HttpResponse:
    orders = PurchaseOrder.objects.filter(store=request.store).select_related("supplier", "place")
    orders = orders.prefetch_related("lines")
    if request.GET.get("format"):
        return purchases_file(request, orders)
    today = clock.today(request.store.timezone)
    rows = stock_queries.stock_rows(request.store, today)
    closed = orders.exclude(state__in=purchasing.OPEN).order_by("-due_on", "-id")
    context = {
        "tab": "stock",
        "part": "purchases",
        "open": orders.filter(state__in=purchasing.OPEN),
        "page": Paginator(closed, CLOSED_PAGE).get_page(request.GET.get("page")),
        "today": today,
        "sums": stock_queries.sums_of(rows),
        "may_edit": may_edit(request),
    }
    return render(request, "products/stock_purchases.html", context)


def purchases_file(request: StoreRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse:
    """Every order, one line for each SKU of it."""
    heads = [
        _("Purchase order"), _("Supplier"), _("State"), _("Due on"), _("SKU"), _("Product"), _("Units"), _("Received"),
        _("Unit cost (yuan)"),
    ]  # fmt: skip
    rows = [
        [x.number, str(x.supplier or ""), x.get_state_display(), x.due_on, line.sku.code, line.sku.product.title,
         line.quantity, line.received, None if line.cost_fen is None else yuan(line.cost_fen)]
        for x in orders.prefetch_related("lines__sku__product").order_by("-due_on", "-id")
        for line in x.lines.all()
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-purchases", heads, rows)


def needed(request: StoreRequest) -> dict[int, int]:
    """Product id -> units that a campaign lacks, as the page of its stock asks for them (?need=ID:UNITS…)."""
    told = (x.partition(":") for x in request.GET.getlist("need")[:MOST_LINES])
    return {int(pk): int(units) for pk, _colon, units in told if NUMBER.fullmatch(pk) and NUMBER.fullmatch(units)}


@dataclass(frozen=True)
class Begun:
    """What an order is begun with for a product: units by SKU id, in whole cartons; `short`: what a campaign lacks."""

    row: StockRow
    units: dict[int, int]
    short: int | None

    @property
    def whole(self) -> int:
        return sum(self.units.values())

    @property
    def usual(self) -> int:
        return self.row.proposal.units if self.row.proposal else 0


def begun(request: StoreRequest, today: dt.date) -> list[Begun]:
    """For what a campaign lacks (?need=…), for ?product=ID… or, without either, for all that is proposed."""
    needs = needed(request)
    asked = [*needs] or [int(x) for x in request.GET.getlist("product") if NUMBER.fullmatch(x)]
    rows = stock_queries.stock_rows(request.store, today, asked or None)
    rows = [x for x in rows if not x.is_unstocked and (asked or x.proposal)]
    skus = SKU.objects.filter(product__in=[x.product_id for x in rows], is_active=True).order_by("product", "code")
    of: dict[int, list[SKU]] = {}
    for sku in skus:
        of.setdefault(sku.product_id, []).append(sku)
    there = {x.sku_id: x for x in StockItem.objects.filter(sku__in=skus)}
    found = []
    for row in rows:
        mine, short = of.get(row.product_id, []), needs.get(row.product_id)
        free = [stock.available(x.on_hand, x.safety, x.held, x.due) if (x := there.get(s.pk)) else 0 for s in mine]
        wanted = short if short is not None else row.proposal.units if row.proposal else 0
        units = stock.spread(wanted, free, row.pack)
        found.append(Begun(row, {sku.pk: n for sku, n in zip(mine, units, strict=True)}, short))
    return found


@for_store(Action.EDIT_PRODUCTS)
@require_http_methods(["GET", "POST"])
def purchase_new(request: StoreRequest) -> HttpResponse:
    today = clock.today(request.store.timezone)
    main_place(request.store)
    if request.method == "POST":
        return purchase_save(request)
    found = begun(request, today)
    units = {pk: n for x in found for pk, n in x.units.items()}
    lead = max((x.row.lead_days for x in found), default=stock_queries.settings_of(request.store).lead_days)
    first = {"due_on": today + lead * DAY, "note": request.GET.get("note", "")[:200]}
    form = PurchaseForm(store=request.store, initial=first)
    return purchase_page(request, form, dict(list(units.items())[:MOST_LINES]))


def purchase_page(
    request: StoreRequest, form: PurchaseForm, units: dict[int, int | None] | dict[int, int], status: int = 200
) -> HttpResponse:
    skus = SKU.objects.filter(store=request.store, pk__in=units).select_related("product", "stock")
    costs = costs_of(request)
    lines = [(sku, units[sku.pk], costs.get(sku.product_id)) for sku in skus.order_by("product", "code")]
    context = {"tab": "stock", "part": "purchases", "form": form, "lines": lines}
    if needed(request):
        today = clock.today(request.store.timezone)
        lacking, starts = begun(request, today), day_of(request.GET.get("by", ""))
        lead = max((x.row.lead_days for x in lacking), default=0)
        context |= {"lacking": lacking, "starts": starts, "lead": lead}
        context["is_late"] = starts is not None and today + lead * DAY > starts
    template = "_purchase_new" if request.headers.get("HX-Request") else "stock_purchase_new"
    return render(request, f"products/{template}.html", context, status=status)


def costs_of(request: StoreRequest) -> dict[int, int]:
    """Unit costs in force today (fen) by product."""
    return stock_queries.unit_costs(request.store, clock.today(request.store.timezone))


def purchase_save(request: StoreRequest) -> HttpResponse:
    form, units = PurchaseForm(request.POST, store=request.store), {}
    try:
        units = whole_numbers(request.POST.dict(), "q")
    except ValueError as problem:
        form.add_error(None, _("“%s” is no number of units.") % problem)
    if form.is_valid():
        told, skus = form.cleaned_data, SKU.objects.filter(store=request.store).in_bulk(list(units))
        costs = costs_of(request)
        lines = [Wanted(skus[pk], n, costs.get(skus[pk].product_id)) for pk, n in units.items() if n and pk in skus]
        try:
            order = purchasing.place_order(
                request.store, lines, told["due_on"], number=told["number"], supplier=told["supplier"],
                place=told["place"], note=told["note"], by=request.user,
            )  # fmt: skip
        except ValidationError as problem:
            explain_into(form, problem)
        else:
            messages.success(request, _("Order %(number)s was placed.") % {"number": order.number})
            if request.POST.get("from") == "today":
                return redirect("today", request.store.slug)
            return redirect("purchase", request.store.slug, order.pk)
    return purchase_page(request, form, units, 422)


def tied(lines: Sequence[PurchaseLine]) -> int | None:
    """What the order costs in fen; None where a unit cost was not told."""
    costs = [x.quantity * x.cost_fen for x in lines if x.cost_fen is not None]
    return sum(costs) if len(costs) == len(lines) else None


@for_store(Action.VIEW_PRODUCTS)
@require_GET
def purchase(request: StoreRequest, pk: int) -> HttpResponse:
    return order_page(request, the_order(request, pk))


def order_page(request: StoreRequest, order: PurchaseOrder, status: int = 200) -> HttpResponse:
    """The order, with what was typed as received where that was refused."""
    lines = list(order.lines.select_related("sku__product"))
    typed = typed_units(request.POST, "r", dict.fromkeys(x.pk for x in lines))
    log = list(stock_queries.movements(request.store).filter(reference=order.number))
    context = {
        "tab": "stock",
        "order": order,
        "lines": [(x, *typed[x.pk]) for x in lines],
        "is_open": order.state in purchasing.OPEN,
        "is_late": order.state in purchasing.OPEN and order.due_on < clock.today(request.store.timezone),
        "fen": tied(lines),
        "page": Paginator(log, LOG_PAGE).get_page(request.GET.get("page")),
        "back": {int(x.key.removeprefix("back:")) for x in log if x.key.startswith("back:")},
        "may_edit": may_edit(request),
    }
    return render(request, "products/stock_purchase.html", context, status=status)


@for_store(Action.EDIT_PRODUCTS)
@require_POST
def purchase_do(request: StoreRequest, pk: int) -> HttpResponse:
    """do=receive (r<line id>=units), back (delivery=its movement), postpone (due_on) or close (why)."""
    order, what = the_order(request, pk), request.POST.get("do", "")
    try:
        if what == "receive":
            told = {line: n or 0 for line, n in whole_numbers(request.POST.dict(), "r").items()}
            units = purchasing.receive(order, told, by=request.user, why=request.POST.get("reason", ""))
            text = ngettext("%(n)s unit was taken in.", "%(n)s units were taken in.", units)
            messages.success(request, text % {"n": units})
            if more := purchasing.surplus(order):
                text = ngettext("%(n)s more than was ordered.", "%(n)s more than were ordered.", more)
                messages.warning(request, text % {"n": more})
        elif what == "back":
            units = purchasing.take_back(order, int(request.POST.get("delivery", "")), by=request.user)
            text = ngettext("%(n)s unit was taken out again.", "%(n)s units were taken out again.", units)
            messages.success(request, text % {"n": units})
        elif what == "postpone":
            purchasing.postpone(order, dt.date.fromisoformat(request.POST.get("due_on", "")))
            messages.success(request, _("Saved."))
        elif what == "close":
            purchasing.close_order(order, why=request.POST.get("reason", ""))
            messages.success(request, _("The order is closed."))
    except ValidationError as problem:
        say(request, problem)
    except ValueError:
        messages.error(request, _("That is no number of units, or no day."))
        return order_page(request, order, 422)
    return redirect("purchase", request.store.slug, pk)
