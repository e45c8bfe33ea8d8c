"""How many statements the product pages ask: on record, and the same for few products as for many."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpis.models import StoreDay
from products.models import SKU, ListPrice, Product
from products.stock_services import Balance, main_place, set_balances
from tests.kpis.facts import line, march, order
from tests.world import World

MOST = {
    "products": 18,
    "product": 36,
    "product_data": 24,
    "product_lines": 20,
    "product_heroes": 80,
    "product_focus": 20,
    "product_pairs": 24,
    "product_stages": 20,
    "product_range": 20,
    "stock": 24,
    "stock_product": 30,
}

OF_ONE = ("product", "product_data", "product_lines", "stock_product")


def stock_up(world: World, count: int) -> Product:
    """`count` more products with a SKU, stock, a price and a sale each."""
    there = Product.objects.count()
    made = Product.objects.bulk_create(
        Product(store=world.store, code=f"P{there + n:03}", title=f"款{there + n}") for n in range(count)
    )
    skus = SKU.objects.bulk_create(SKU(store=world.store, product=x, code=f"{x.code}-1") for x in made)
    place = main_place(world.store)
    set_balances(world.store, [Balance(x, place, 40) for x in skus], by=world.alice)
    ListPrice.objects.bulk_create(ListPrice(product=x, from_day=march(1), price_fen=9900) for x in made)
    for x in made:
        line(order(world.store, 20, "99"), "99", 1, x.pk)
    return made[0]


def counts(client: Client, product: Product) -> dict[str, int]:
    found = {}
    for name in MOST:
        args = ["lotus", *([product.pk] if name in OF_ONE else [])]
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse(name, args=args)).status_code == 200
        found[name] = len(asked)
    return found


def test_the_pages_ask_the_same_few_statements_for_many_products(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-29")
    hero = stock_up(world, 3)
    Product.objects.filter(pk=hero.pk).update(is_hero=True)
    StoreDay.objects.bulk_create(
        StoreDay(store=world.store, day=march(day), covered="orders items", unlined_cnt=0) for day in range(1, 29)
    )
    client.force_login(world.bob)
    counts(client, hero)  # what is read once and kept
    few = counts(client, hero)
    stock_up(world, 25)
    assert counts(client, hero) == few
    assert {name: few[name] for name in MOST if few[name] > MOST[name]} == {}
