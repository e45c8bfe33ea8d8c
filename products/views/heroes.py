"""The hero products: what each carries, its stock, price and rank, campaigns to come, what goes with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kpis.queries import figures, last_days, pairs, unit_series
from opsplan.lib import clock
from opsplan.lib.charts import Spark, spark
from opsplan.lib.money import yuan
from opsplan.lib.periods import DAY
from products import price_services, prices, queries, roles, stock, stock_queries
from products.models import Product, StageEvidence
from products.price_services import PriceBook
from products.stock_queries import StockRow
from products.views.figures import matters_card
from products.views.together import DAYS, LOOKED_AT, offers
from staff.access import StoreRequest, for_store
from staff.models import State, Task
from staff.roles import Action
from staff.task_queries import concerns
from stores.models import Store
from stores.snapshot import one_version

CARRIED = ("uv", "pay_amt", "gross")


@dataclass(frozen=True)
class Hero:
    """One hero as its card shows it. shares: of the shop's visitors, sales and gross profit over the 28 days; prices in
    yuan; campaigns: (campaign, last day to decide about its stock, whether that is over)."""

    product: Product
    card: dict[str, Any]
    shares: list[tuple[str, Decimal | None]]
    row: StockRow | None
    spark: Spark | None
    asked: Decimal | None
    floor: Decimal | None
    lowest: Decimal | None
    campaigns: list[tuple[Any, dt.date, bool]]
    tasks: list[Task]
    done: int


@for_store(Action.VIEW_PRODUCTS)
@require_GET
@one_version()
def product_heroes(request: StoreRequest) -> HttpResponse:
    store, today = request.store, clock.today(request.store.timezone)
    heroes = list(Product.objects.filter(store=store, is_hero=True).select_related("store").order_by("code"))
    found = heroes_of(store, heroes, today)
    wanted = roles.heroes_wanted(store)
    told = offers(store, today, pairs(store, last_days(today, DAYS), most=LOOKED_AT), most=100)
    context = {
        "tab": "focus",
        "heroes": [(x, [y for y in told if x.product.pk in (y[1].pk, y[2].pk)][:4]) for x in found],
        "wanted": wanted,
        "lacking": max(wanted - len(heroes), 0),
        "month": last_days(today, 28),
        "shares_of_all": shares_of_all(found),
        "may_edit": request.member.may(Action.EDIT_PRODUCTS),
    }
    return render(request, "products/heroes.html", context)


def heroes_of(store: Store, heroes: Sequence[Product], today: dt.date) -> list[Hero]:
    month, ids = last_days(today, 28), [x.pk for x in heroes]
    shop = figures(store, CARRIED, month, compare=())
    points = unit_series(store, last_days(today, 90), ids)
    rows = {x.product_id: x for x in stock_queries.stock_rows(store, today, ids)}
    books = price_services.books_of(heroes, today + DAY)
    floor = price_services.limits_of(store).floor
    told = {x.product_id: x for x in StageEvidence.objects.filter(product__in=ids)}
    found = []
    for product in heroes:
        row, book = rows.get(product.pk), books[product.pk]
        card = matters_card(product, month, told.get(product.pk), product.ranks.first(), row, brief=True)
        whole = {key: shop[key].value for key in CARRIED}
        own = card["values"]
        lists = prices.list_on(book.listed, today)
        found.append(
            Hero(
                product=product, card=card, row=row, spark=spark(points[product.pk]),
                shares=[(key, share(own[key].value, whole[key])) for key in CARRIED],
                asked=None if lists is None else yuan(lists),
                floor=None if lists is None else yuan(prices.floor_price(lists, floor)),
                lowest=lowest_paid(book, today),
                campaigns=[
                    (x, stock.decide_by(x.first_day), stock.decide_by(x.first_day) < today)
                    for x in product.campaigns.filter(first_day__gt=today).order_by("first_day")[:3]
                ],
                tasks=[x.task for x in concerns(store, f"product {product.pk}") if x.state == State.OPEN][:4],
                done=queries.score_of(product).percent,
            )
        )  # fmt: skip
    return found


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or not whole else part / whole


def shares_of_all(heroes: Sequence[Hero]) -> list[tuple[str, Decimal | None]]:
    """What the heroes carry together; None where one is not known."""
    found: list[tuple[str, Decimal | None]] = []
    for i, key in enumerate(CARRIED):
        parts = [x.shares[i][1] for x in heroes]
        found.append((key, sum((p for p in parts if p), Decimal(0)) if parts and None not in parts else None))
    return found


def lowest_paid(book: PriceBook, today: dt.date) -> Decimal | None:
    """The lowest price paid in 30 days, in yuan."""
    low = prices.lowest(book.paid, today + DAY, 30)
    return None if low is None else yuan(low)
