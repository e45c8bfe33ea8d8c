"""What the figures tell the products: paid prices, pace, lines crossed, the stock of each day as KPIs."""

import datetime as dt
from decimal import Decimal

import pytest

from kpis.models import Entry
from kpis.outward import goods_push
from kpis.sums import rollups
from products import price_services, stock_queries
from products import stock_services as services
from products.models import Cost, PaidPrice, Product, StockPace
from products.stock import Level
from staff.models import Task
from tests.kpis.facts import cover, line, march, order, read
from tests.products.stockroom import Room, fill, make_room
from tests.staff.tasks import at, template
from tests.world import World


@pytest.fixture
def room(world: World) -> Room:
    return make_room(world)


def test_paid_prices_are_the_lowest_and_highest_of_the_day_without_freight(world: World, room: Room) -> None:
    with at("2026-03-20 09:00"):
        first = order(world.store, 5, "206", freight_fen=600)
        line(first, "100", 2, room.cream.pk)
        second = order(world.store, 5, "150")
        line(second, "100", 1, room.cream.pk)
        line(second, "100", 1, room.mask.pk)
        line(second, "0", 1, room.mask.pk)  # a gift, which is a unit but no price
        order(world.store, 5, None)
        rollups.rebuild(world.store, [march(5)])
    told = PaidPrice.objects.order_by("product_id").values_list("product", "lowest_fen", "highest_fen", "units")
    assert list(told) == [(room.cream.pk, 7500, 10000, 3), (room.mask.pk, 7500, 7500, 2)]


def test_a_day_counted_again_forgets_what_it_said(world: World, room: Room) -> None:
    with at("2026-03-20 09:00"):
        told = order(world.store, 5, "100")
        line(told, "100", 1, room.cream.pk)
        rollups.rebuild(world.store, [march(5)])
        told.delete()
        rollups.rebuild(world.store, [march(5)])
    assert PaidPrice.objects.count() == 0


def sell(world: World, product: Product, units: dict[int, int]) -> None:
    for day, n in units.items():
        line(order(world.store, day, f"{100 * n}"), "100", n, product.pk)
    rollups.rebuild(world.store, [march(day) for day in range(1, 29)])


def test_the_pace_counts_only_days_whose_orders_are_known(world: World, room: Room) -> None:
    cover(world.store, "orders", 10, 28)  # nothing is known before the 10th
    with at("2026-03-29 09:00"):
        sell(world, room.cream, {10: 5, 20: 14, 22: 7, 28: 7})
        goods_push.push(world.store)
    pace = StockPace.objects.get(product=room.cream)
    assert (pace.units_7, pace.days_7, pace.units_28, pace.days_28, pace.last_sold) == (14, 7, 33, 19, march(28))
    (row,) = stock_queries.lines(world.store, [room.cream.pk])
    assert row.a_day == Decimal("0.6") * 2 + Decimal("0.4") * Decimal(33) / 19


def tasks(world: World) -> list[str]:
    return list(Task.objects.filter(store=world.store, key__startswith="stock_low").values_list("subject", flat=True))


def test_a_hero_that_falls_below_30_gets_its_task_once_and_again_after_it_was_filled(world: World, room: Room) -> None:
    Product.objects.filter(pk=room.cream.pk).update(is_hero=True)
    with at("2026-03-29 09:00"):
        template(world.store, world.alice, rule="", trigger="stock_low")
        fill(world, {room.small: 30})
        assert tasks(world) == []
        services.move(room.small, "sold", 1)
        services.move(room.small, "sold", 1)
        goods_push.push(world.store)
        assert len(tasks(world)) == 1
        services.move(room.small, "received", 40)
        services.move(room.small, "sold", 50)
    assert len(tasks(world)) == 2


def test_a_product_that_sells_alerts_at_what_sells_during_a_delivery(world: World, room: Room) -> None:
    cover(world.store, "orders", 1, 28)
    with at("2026-03-29 09:00"):
        template(world.store, world.alice, rule="", trigger="stock_low")
        fill(world, {room.small: 27})
        sell(world, room.cream, dict.fromkeys(range(1, 29), 2))  # 2 a day x 14 days = 28
        goods_push.push(world.store)
        goods_push.push(world.store)
    (row,) = stock_queries.lines(world.store, [room.cream.pk])
    assert (row.level, row.line.alert, row.line.target) == (Level.ALERT, 28, 88)
    assert len(tasks(world)) == 1


def test_each_closed_day_gets_its_stock_as_figures_once(world: World, room: Room) -> None:
    Cost.objects.create(product=room.cream, from_day=march(1), cost_fen=1350)
    with at("2026-03-10 09:00"):
        fill(world, {room.small: 100})
    with at("2026-03-11 09:00"):
        services.move(room.small, "received", 40)
        services.move(room.small, "sold", 15)
        services.move(room.small, "returned", 2)
    with at("2026-03-12 09:00"):
        services.move(room.small, "sold", 27)
        goods_push.push(world.store)
        goods_push.push(world.store)
        rollups.rebuild(world.store)
    told = {(x.measure, x.day): x.value for x in Entry.objects.all()}
    assert told["stock_qty", march(10)] == 100
    assert told["stock_qty", march(11)] == 127
    assert told["received_qty", march(11)] == 40
    assert told["restocked_qty", march(11)] == 2
    assert told["stock_amt", march(11)] == Decimal("1714.50")
    assert read(world.store, "stock_amt", 10, 11).value == Decimal("1714.50")


def test_a_sku_out_of_use_counts_neither_on_the_pages_nor_in_the_figures(world: World, room: Room) -> None:
    with at("2026-03-10 09:00"):
        fill(world, {room.small: 100, room.large: 40})
        room.large.is_active = False
        room.large.save()
    with at("2026-03-11 09:00"):
        page = {x.code: x.on_hand for x in stock_queries.lines(world.store)}
        line_of_stock = stock_queries.moved_by_day(room.cream.pk, march(9), world.store.timezone)
        told = stock_queries.day_stocks(world.store, [march(9), march(10)])
    assert (page["TLS"], sum(line_of_stock.values()), [x.units for x in told]) == (100, 100, [0, 100])


def test_what_somebody_typed_stays(world: World, room: Room) -> None:
    Entry.objects.create(
        store=world.store,
        measure="stock_amt",
        day=march(10),
        value=5,
        by=world.alice,
        updated_at=dt.datetime.now(dt.UTC),
    )
    with at("2026-03-10 09:00"):
        fill(world, {room.small: 100})
    with at("2026-03-12 09:00"):
        goods_push.push(world.store)
    assert Entry.objects.get(measure="stock_amt", day=march(10)).value == 5


def test_without_a_cost_the_value_stays_unknown(world: World, room: Room) -> None:
    with at("2026-03-10 09:00"):
        fill(world, {room.small: 100})
    with at("2026-03-11 09:00"):
        goods_push.push(world.store)
    assert not Entry.objects.filter(measure="stock_amt").exists()
    assert Entry.objects.filter(measure="stock_qty").exists()


def test_a_price_check_looks_at_what_was_really_paid(world: World, room: Room) -> None:
    price_services.set_list_price(room.cream, march(1), 10000, why="定价", by=world.alice)
    with at("2026-03-20 09:00"):
        line(order(world.store, 18, "89"), "100", 1, room.cream.pk)
        line(order(world.store, 18, "99"), "100", 1, room.cream.pk)
        rollups.rebuild(world.store, [march(18)])
    found = {x.rule: x for x in price_services.price_check(room.cream, 7900, march(20))}
    assert found["seven_day"].numbers["base"] == 8900


def test_what_has_not_sold_for_30_days_is_counted_from_the_ledger(world: World, room: Room) -> None:
    """The cream sold on 6 March, 30 days before 5 April; the mask never did and is too young to be slow."""
    Product.objects.update(launched_on=march(20))
    Product.objects.filter(pk=room.cream.pk).update(launched_on=dt.date(2026, 1, 1))
    cover(world.store, "orders", march(1), dt.date(2026, 4, 5))
    line(order(world.store, 6, "100"), "100", 1, room.cream.pk)
    rollups.rebuild(world.store, [march(1) + n * dt.timedelta(days=1) for n in range(36)])
    with at("2026-04-02 09:00"):
        fill(world, {room.small: 5, room.sheet: 5})
    with at("2026-04-06 09:00"):
        goods_push.push(world.store)
    told = {x.day.day: x.value for x in Entry.objects.filter(measure="dead_items")}
    assert told == {2: 0, 3: 0, 4: 0, 5: 1}
