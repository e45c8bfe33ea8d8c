"""Many workers at the edge of the stock: what is promised never exceeds what is there, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import Sum

from products import stock_services as services
from products.models import SKU, Product, StockHold, StockItem, StockMovement
from products.stock_services import Balance, NotEnough
from stores.models import Store
from stores.services import create_store
from tests.kpis.conftest import shared_database as shared_database


def stocked(store: Store, units: int) -> SKU:
    product = Product.objects.create(store=store, code="A", title="调理霜")
    sku = SKU.objects.create(store=store, product=product, code="A-1")
    told = Balance(sku, services.main_place(store), units, due=60, safety=50)
    services.set_balances(store, [told], by=None)
    return sku


@pytest.mark.usefixtures("shared_database")
@pytest.mark.django_db(transaction=True)
def test_of_1000_holds_at_once_on_a_stock_of_690_exactly_690_are_given() -> None:
    store = create_store("lotus", "莲花", "tmall")
    sku = stocked(store, 800)  # T-44: 800 - 50 - 60 = 690

    def work(numbers: range) -> list[str]:
        said = []
        try:
            for number in numbers:
                try:
                    services.hold_stock(store, sku, 1, f"order:{number}")
                    said.append("held")
                except NotEnough:
                    said.append("refused")
        finally:
            connection.close()
        return said

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(work, [range(start, 1000, 8) for start in range(8)]))
    said = [x for part in told for x in part]
    assert (said.count("held"), said.count("refused")) == (690, 310)
    item = StockItem.objects.get(sku=sku)
    assert (item.on_hand, item.held, item.due) == (800, 690, 60)
    assert StockHold.objects.count() == 690
    assert StockMovement.objects.aggregate(held=Sum("held"))["held"] == 690


@pytest.mark.usefixtures("shared_database")
@pytest.mark.django_db(transaction=True)
def test_the_last_units_are_sold_once_though_everybody_reaches_for_them() -> None:
    store = create_store("lotus", "莲花", "tmall")
    hold = services.hold_stock(store, stocked(store, 120), 10, "deal:1")

    def work(number: int) -> bool:
        try:
            return services.take(hold, 1, key=f"order-{number % 20}")  # each order is told twice
        except services.NotHeld:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        sold = sum(pool.map(work, range(40)))
    hold.refresh_from_db()
    assert (sold, hold.taken, hold.left) == (10, 10, 0)
    assert StockMovement.objects.filter(kind="taken").count() == 10
