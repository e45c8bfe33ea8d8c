"""Many buyers at the edge of a deal's quota: exactly the quota is sold, on PostgreSQL with eight at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from campaigns.groupbuy.dealing import SoldOut, record
from campaigns.groupbuy.planning import approve
from campaigns.models import GroupDeal
from opsplan.lib import clock
from products.models import StockHold, StockItem
from staff.models import User
from stores.services import create_store
from tests.campaigns.groupbuy.deals import BEFORE, HOUR, OPENS, deal, order, sku
from tests.kpis.conftest import shared_database as shared_database


def in_parallel(made: GroupDeal, orders: int, workers: int = 8) -> list[str]:
    """Everybody tells of their orders at once; what each was answered."""

    def work(numbers: range) -> list[str]:
        said = []
        try:
            for number in numbers:
                try:
                    record(made, [order(f"{number}")], if_available=True)
                    said.append("sold")
                except SoldOut:
                    said.append("refused")
        finally:
            connection.close()
        return said

    with ThreadPoolExecutor(workers) as pool:
        told = list(pool.map(work, [range(start, orders, workers) for start in range(workers)]))
    return [x for part in told for x in part]


@pytest.mark.usefixtures("shared_database")
@pytest.mark.django_db(transaction=True)
def test_of_32_orders_at_once_on_a_quota_of_20_exactly_20_are_sold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: BEFORE)
    store, by = create_store("lotus", "莲花", "tmall"), User.objects.create_user("mia")
    mine = sku(store, 100)
    made = approve(deal(store, mine, 20), by)
    monkeypatch.setattr(clock, "now", lambda: OPENS + 2 * HOUR)
    said = in_parallel(made, 32)
    assert (said.count("sold"), said.count("refused")) == (20, 12)
    assert made.sales.count() == 20
    item, hold = StockItem.objects.get(sku=mine), StockHold.objects.get()
    assert (item.held, item.due, hold.taken, hold.left) == (0, 20, 20, 0)


@pytest.mark.usefixtures("shared_database")
@pytest.mark.django_db(transaction=True)
def test_an_order_told_by_eight_at_once_is_sold_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: BEFORE)
    store, by = create_store("lotus", "莲花", "tmall"), User.objects.create_user("mia")
    mine = sku(store, 100)
    made = approve(deal(store, mine, 20), by)
    monkeypatch.setattr(clock, "now", lambda: OPENS + 2 * HOUR)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: (record(made, [order("same", 3)]), connection.close()), range(4)))
    assert (made.sales.count(), StockItem.objects.get(sku=mine).due) == (1, 3)
