"""What is bought together, and what to offer together."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kpis.queries import LEAST_ORDERS, Basket, Pair, basket_units, figures, last_days, pairs
from opsplan.lib import clock
from opsplan.lib.money import yuan
from opsplan.lib.sheets import Cell
from products import bundles, queries
from products.bundles import Suggestion
from products.models import Product
from staff.access import StoreRequest, for_store
from staff.roles import Action
from stores.downloads import file_response
from stores.models import Store
from stores.snapshot import one_version

DAYS = 90
SHOWN, LOOKED_AT = 50, 200
Offer = tuple[Suggestion, Product, Product, Decimal | None]


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def product_pairs(request: StoreRequest) -> HttpResponse:
    """What real baskets hold together, what follows from it, and units per order of each product."""
    today = clock.today(request.store.timezone)
    period = last_days(today, DAYS)
    found = pairs(request.store, period, most=LOOKED_AT)
    products = {x.pk: x for x in Product.objects.filter(store=request.store)}
    if request.GET.get("format"):
        return pairs_file(request, told_pairs(found, products))
    context = {
        "tab": "pairs",
        "period": period,
        "pairs": told_pairs(found[:SHOWN], products),
        "offers": offers(request.store, today, found),
        "upt": figures(request.store, ["upt"], period, compare=("previous",))["upt"],
        "products": most_along(products, basket_units(request.store, period)),
    }
    return render(request, "products/pairs.html", context)


def pairs_file(request: StoreRequest, found: list[tuple[Pair, Product, Product]]) -> HttpResponse:
    heads = [
        _("Merchant code"), _("Who buys"), _("Merchant code"), _("also buys"), _("Baskets"), _("Support"),
        _("Confidence"), _("Lift"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.code, one.title, other.code, other.title, x.together, x.support, x.confidence, x.lift]
        for x, one, other in found
    ]  # fmt: skip
    return file_response(request.GET["format"], f"{request.store.slug}-pairs", heads, rows)


def offers(store: Store, today: dt.date, found: Sequence[Pair], most: int = 12) -> list[Offer]:
    """What to offer together: (suggestion, its first product, its second, both floors in yuan)."""
    goods = queries.bundle_goods(store, today)
    told = bundles.suggestions(found, goods, most)
    products = Product.objects.in_bulk({pk for x in told for pk in (x.first, x.second)})
    return [
        (x, products[x.first], products[x.second], None if x.least_fen is None else yuan(x.least_fen)) for x in told
    ]


def most_along(products: dict[int, Product], baskets: dict[int, Basket]) -> list[tuple[Product, Basket]]:
    """The twenty products whose orders hold most units, of those in orders enough to tell."""
    told = [(products[pk], x) for pk, x in baskets.items() if pk in products and x.orders >= LEAST_ORDERS]
    return sorted(told, key=lambda x: (-x[1].upt, x[0].code))[:20]


def told_pairs(found: Sequence[Pair], products: dict[int, Product]) -> list[tuple[Pair, Product, Product]]:
    known = [x for x in found if x.first in products and x.second in products]
    return [(x, products[x.first], products[x.second]) for x in known]
