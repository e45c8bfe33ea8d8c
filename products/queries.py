"""What the product pages show."""

import datetime as dt
from decimal import Decimal

from django.db.models import Count, DateField, OuterRef, Q, QuerySet, Subquery

from opsplan.lib.money import yuan
from products.models import Cost, Product
from stores.models import Store

SORTS = {
    "code": ("code",),
    "-code": ("-code",),
    "title": ("title", "code"),
    "-title": ("-title", "code"),
    "cost": ("cost_fen", "code"),
    "-cost": ("-cost_fen", "code"),
    "new": ("-created_at", "code"),
}
COST_STATES = ("missing", "known")


def product_list(
    store: Store, today: dt.date, *, search: str = "", cost: str = "", sort: str = "code"
) -> QuerySet[Product]:
    """The store's products with `cost_fen` and `cost_from` (in force on `today`, null when unknown) and `item_cnt`.

    cost: "missing", "known" or "" for all; an unknown `sort` counts as "code".
    """
    current = Cost.objects.filter(product=OuterRef("pk"), from_day__lte=today).order_by("-from_day")
    products = Product.objects.filter(store=store).annotate(
        cost_fen=Subquery(current.values("cost_fen")[:1]),
        cost_from=Subquery(current.values("from_day")[:1], output_field=DateField()),
        item_cnt=Count("listings", distinct=True),
    )
    if search:
        found = Q(code__icontains=search) | Q(title__icontains=search) | Q(listings__item_id=search)
        products = products.filter(pk__in=Product.objects.filter(found, store=store).values("pk"))
    if cost in COST_STATES:
        products = products.filter(cost_fen__isnull=cost == "missing")
    return products.order_by(*SORTS.get(sort, SORTS["code"]))


def cost_in_force(product: Product) -> tuple[Decimal | None, dt.date | None]:
    """Unit cost in yuan and the day it began, of a product that came from `product_list`."""
    told = vars(product)
    return (None if told["cost_fen"] is None else yuan(told["cost_fen"])), told["cost_from"]


def without_cost(store: Store, today: dt.date) -> int:
    """How many products have no cost today."""
    return product_list(store, today, cost="missing").count()
