"""What the product pages show."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Case, Count, DateField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise

from opsplan.lib.money import yuan
from opsplan.statements import Statement
from products import price_services, stock_queries
from products.assortment import Kind
from products.bundles import Good
from products.completeness import POINTS, Score, score
from products.lifecycle import STAGES
from products.models import Cost, ListPrice, Picture, Product, Role, Stage
from products.prices import floor_price
from products.stages import ALIVE
from stores.models import Store

BY_STAGE = Case(*(When(stage=stage, then=place) for place, stage in enumerate(STAGES)), output_field=IntegerField())
SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "code": ("code",),
    "-code": ("-code",),
    "title": ("title", "code"),
    "-title": ("-title", "code"),
    "cost": (F("cost_fen").asc(nulls_last=True), "code"),  # without a cost: last either way
    "-cost": (F("cost_fen").desc(nulls_last=True), "code"),
    "new": ("-created_at", "code"),
    "stage": (BY_STAGE.asc(), "code"),
    "-stage": (BY_STAGE.desc(), "code"),
}
GROUPED: dict[str, dict[str, str | Promise]] = {
    "stage": dict(Stage.choices),
    "role": {key or "none": label for key, label in Role.choices},
}
COST_STATES = ("missing", "known")
FLAGS = ("hero", "unstocked", "unchecked", "off")
FIGURE_SORTS = {"sales": "net_amt", "units": "pay_item_cnt", "uv": "uv", "margin": "gross_rate"}


def every_product(store: Store, today: dt.date) -> QuerySet[Product]:
    """The store's products, whatever their status, with `cost_fen` and `cost_from`."""
    current = Cost.objects.filter(product=OuterRef("pk"), from_day__lte=today).order_by("-from_day")
    return Product.objects.filter(store=store).annotate(
        cost_fen=Subquery(current.values("cost_fen")[:1]),
        cost_from=Subquery(current.values("from_day")[:1], output_field=DateField()),
    )


def product_list(
    store: Store,
    today: dt.date,
    *,
    search: str = "",
    cost: str = "",
    sort: str = "code",
    stage: str = "",
    flag: str = "",
    category: str = "",
) -> QuerySet[Product]:
    """The store's products with `cost_fen` and `cost_from` (in force on `today`, null when unknown).

    cost: "missing", "known" or "" for all; flag: one of FLAGS ("" = all that are not taken off); an unknown `sort`
    counts as "code".
    """
    products = every_product(store, today)
    if search:
        found = Q(code__icontains=search) | Q(title__icontains=search) | Q(listings__item_id=search)
        products = products.filter(pk__in=Product.objects.filter(found, store=store).values("pk"))
    if cost in COST_STATES:
        products = products.filter(Q(("cost_fen__isnull", cost == "missing")))
    if stage in Stage.values:
        products = products.filter(stage=stage, status__in=ALIVE)
    if category:
        products = products.filter(category=category)
    flags = {"hero": Q(is_hero=True), "unstocked": Q(is_unstocked=True), "unchecked": Q(is_checked=False)}
    products = products.filter(flags.get(flag, Q()))
    if flag == "off" or not search:
        products = products.filter(Q(status=Product.Status.OFF) if flag == "off" else ~Q(status=Product.Status.OFF))
    return products.order_by(*SORTS.get(sort, SORTS["code"]))


@lru_cache(maxsize=64)
def listed(asked: tuple[tuple[str, str], ...]) -> Statement[int]:
    return Statement(lambda store, today: product_list(store, today, **dict(asked)).values_list("pk", flat=True))


def listed_ids(store: Store, today: dt.date, asked: Mapping[str, str]) -> list[int]:
    """The ids of `product_list`, in its order."""
    if asked["search"]:
        return list(product_list(store, today, **asked).values_list("pk", flat=True))
    return listed(tuple(asked.items())).rows(store, today)


PAGED = Statement(lambda store, today, ids: every_product(store, today).filter(pk__in=ids))


def paged(store: Store, today: dt.date, ids: Sequence[int]) -> list[Product]:
    """The products of a page as `product_list` gives them, in the order of their ids."""
    known = {x.pk: x for x in PAGED.rows(store, today, ids)}
    return [known[pk] for pk in ids if pk in known]


def cost_in_force(product: Product) -> tuple[Decimal | None, dt.date | None]:
    """Unit cost in yuan and the day it began, of a product that came from `product_list`."""
    told = vars(product)
    return (None if told["cost_fen"] is None else yuan(told["cost_fen"])), told["cost_from"]


@Statement
def by_category(store: Any, today: Any) -> QuerySet[Any, Any]:
    costed = Cost.objects.filter(product__store=store, from_day__lte=today).values("product")
    lacks = ~Q(status=Product.Status.OFF) & ~Q(pk__in=costed)
    counted = {"missing": Count("pk", filter=lacks), "unchecked": Count("pk", filter=Q(is_checked=False))}
    return Product.objects.filter(store=store).order_by("category").values_list("category").annotate(**counted)


def overview(store: Store, today: dt.date) -> tuple[list[str], int, int]:
    """Every category in use; how many products on sale have no cost today; how many in all wait to be matched."""
    told = by_category.rows(store, today)
    missing, unchecked = (sum(counts) for counts in zip(*(row[1:] for row in told), strict=True)) if told else (0, 0)
    return [name for name, *_counts in told if name], missing, unchecked


KINDS = Statement(lambda product: Picture.objects.filter(product=product).values_list("kind", flat=True))


def picture_kinds(product: Product) -> list[str]:
    """What the product's pictures show, a kind for each; "" where nobody has said."""
    return KINDS.rows(product)


def score_of(product: Product, kinds: Collection[str] | None = None) -> Score:
    """How complete the product's page is; whoever asks of many reads the `kinds` of their pictures at once."""
    points = {x: str(getattr(product, x)) for x in POINTS}
    return score(product.answers, product.blocks, points, picture_kinds(product) if kinds is None else kinds)


def kinds_of(store: Store, today: dt.date) -> list[Kind]:
    """The styles on sale as the range sees them."""
    price = ListPrice.objects.filter(product=OuterRef("pk"), from_day__lte=today).order_by("-from_day")
    found = Product.objects.filter(store=store, status__in=ALIVE).annotate(
        listed=Subquery(price.values("price_fen")[:1]), sku_cnt=Count("skus")
    )
    columns = ("category", "style", "listed", "sku_cnt", "is_hero", "is_unstocked")
    return [Kind(*x) for x in found.order_by().values_list(*columns)]


def bundle_goods(store: Store, today: dt.date) -> dict[int, Good]:
    """The products on sale as `products.bundles` sees them, by id; two statements."""
    floor = price_services.limits_of(store).floor
    listed = stock_queries.list_prices(store, today)
    floors = {pk: floor_price(price, floor) for pk, price in listed.items()}
    rows = Product.objects.filter(store=store, status__in=ALIVE).values_list("pk", "stage", "is_hero")
    return {pk: Good(stage, is_hero, floors.get(pk)) for pk, stage, is_hero in rows}


def groups_of(stores: Sequence[Store], by: str) -> dict[int, dict[str, list[int]]]:
    """Product ids by store id and by stage or role ("none" without one), as they stand now."""
    found: dict[int, dict[str, list[int]]] = {store.pk: {} for store in stores}
    for store, key, pk in Product.objects.filter(store__in=stores).order_by("pk").values_list("store", by, "pk"):
        found[store].setdefault(key or "none", []).append(pk)
    return found
