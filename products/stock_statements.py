"""What the pages of stock ask the database, kept as SQL; products: their ids, None for all of the store."""

from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from opsplan.statements import Statement
from products.models import (
    SKU,
    Cost,
    ListPrice,
    Product,
    PurchaseLine,
    PurchaseOrder,
    StockItem,
    StockMovement,
    StockSettings,
)

OPEN_ORDERS = (PurchaseOrder.State.OPEN, PurchaseOrder.State.PARTLY)


@Statement
def settings_asked(store: Any) -> QuerySet[StockSettings]:
    return StockSettings.objects.filter(store=store)


@Statement
def balances_of(store: Any, products: Any) -> QuerySet[Any, Any]:
    """What is there of each product (None: of all)."""
    of = StockItem.objects.filter(store=store, sku__is_active=True)
    of = of if products is None else of.filter(sku__product__pk__in=products)
    sums = {"there": Sum("on_hand"), "safe": Sum("safety"), "promised": Sum("held"), "out": Sum("due")}
    return of.order_by().values("sku__product").annotate(n=Count("pk"), **sums)


@Statement
def moved_since(store: Any, at: Any) -> QuerySet[Any, Any]:
    """What has changed of each product from an instant on."""
    since = StockMovement.objects.filter(store=store, sku__is_active=True, at__gte=at)
    sums = {"there": Sum("on_hand"), "promised": Sum("held"), "out": Sum("due")}
    return since.order_by().values("sku__product").annotate(**sums)


@Statement
def told_of(store: Any, products: Any) -> QuerySet[Any, Any]:
    """What else a row of stock tells of each product (None: of all), by code."""
    wanted = Product.objects.filter(store=store)
    wanted = wanted if products is None else wanted.filter(pk__in=products)
    return wanted.order_by("code").values(
        "pk", "code", "title", "status", "category", "is_hero", "is_unstocked", "launched_on", "created_at",
        pack=Subquery(SKU.objects.filter(product=OuterRef("pk")).order_by("-pack_size").values("pack_size")[:1]),
        alert=F("stock_rule__alert"), target=F("stock_rule__target"), rule_lead=F("stock_rule__lead_days"),
        supplier_lead=F("supplier__lead_days"), units_7=F("stock_pace__units_7"), days_7=F("stock_pace__days_7"),
        units_28=F("stock_pace__units_28"), days_28=F("stock_pace__days_28"), last_sold=F("stock_pace__last_sold"),
        low_since=F("stock_pace__low_since"),
    )  # fmt: skip


@Statement
def paces_of(store: Any, products: Any) -> QuerySet[StockItem, tuple[Any, ...]]:
    pace = (F(f"sku__product__stock_pace__{x}") for x in ("units_7", "days_7", "units_28", "days_28"))
    kept = StockItem.objects.filter(store=store, sku__product__pk__in=products, sku__product__is_unstocked=False)
    sums = (Sum("on_hand"), Sum("safety"), Sum("held"), Sum("due"))
    return kept.filter(sku__is_active=True).order_by().values_list("sku__product", *pace).annotate(*sums)


@Statement
def open_lines_of(store: Any, products: Any) -> QuerySet[PurchaseLine, tuple[Any, ...]]:
    found = PurchaseLine.objects.filter(order__store=store, order__state__in=OPEN_ORDERS, received__lt=F("quantity"))
    found = found if products is None else found.filter(sku__product__pk__in=products)
    return found.order_by("order__due_on", "pk").values_list(
        "sku__product", "order__due_on", F("quantity") - F("received")
    )


def until(entries: QuerySet[Any], amount: str, today: Any, products: Any) -> QuerySet[Any, tuple[Any, ...]]:
    """(product, fen) of dated costs or prices up to today, the one in force last of its product (None: of all)."""
    entries = entries if products is None else entries.filter(product__pk__in=products)
    return entries.filter(from_day__lte=today).order_by("from_day").values_list("product", amount)


@Statement
def costs_until(store: Any, today: Any, products: Any) -> QuerySet[Cost, tuple[Any, ...]]:
    return until(Cost.objects.filter(product__store=store), "cost_fen", today, products)


@Statement
def prices_until(store: Any, today: Any, products: Any) -> QuerySet[ListPrice, tuple[Any, ...]]:
    return until(ListPrice.objects.filter(product__store=store), "price_fen", today, products)
