"""Orders to factories, stock-takes and files of balances."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from products import purchasing, stock_files, stock_takes
from products import stock_services as services
from products.models import PurchaseOrder, StockItem, StockMovement, StockPlace
from products.purchasing import Wanted
from tests.products.stockroom import fill, make_room
from tests.world import World

DAY, DUE = dt.date(2026, 11, 1), dt.date(2026, 11, 20)


def on_hand(sku: object) -> int:
    return StockItem.objects.get(sku=sku).on_hand


def test_an_order_comes_in_parts_and_every_part_is_a_movement(world: World) -> None:
    room = make_room(world, small=5)
    order = purchasing.place_order(world.store, [Wanted(room.small, 100, 1350)], DUE, ordered_on=DAY, by=world.bob)
    line = order.lines.get()
    purchasing.receive(order, {line.pk: 60}, by=world.bob)
    order.refresh_from_db()
    assert (order.state, on_hand(room.small)) == (PurchaseOrder.State.PARTLY, 65)
    purchasing.receive(order, {line.pk: 40}, by=world.bob)
    order.refresh_from_db()
    assert (order.state, on_hand(room.small)) == (PurchaseOrder.State.DONE, 105)
    rows = StockMovement.objects.filter(kind="received", reference=order.number)
    assert [x.on_hand for x in rows.order_by("id")] == [60, 40]


def test_what_comes_of_one_line_is_not_counted_on_another(world: World) -> None:
    room = make_room(world)
    both = [Wanted(room.small, 10), Wanted(room.large, 5)]
    order, later = (purchasing.place_order(world.store, both, DUE, ordered_on=DAY) for _n in range(2))
    small, large = order.lines.order_by("sku_id")
    assert purchasing.receive(order, {small.pk: 10, large.pk: 0}, by=None) == 10
    received = [list(x.lines.order_by("sku_id").values_list("received", flat=True)) for x in (order, later)]
    assert received == [[10, 0], [0, 0]]
    order.refresh_from_db()
    assert order.state == PurchaseOrder.State.PARTLY
    with pytest.raises(ValidationError):
        purchasing.receive(order, {later.lines.first().pk: 1}, by=None)
    with pytest.raises(ValidationError):
        purchasing.receive(order, {large.pk: 0}, by=None)


def test_orders_are_counted_on_within_their_day(world: World) -> None:
    room = make_room(world)
    numbers = [
        purchasing.place_order(world.store, [Wanted(room.small, 1)], DUE, ordered_on=day, number=number).number
        for day, number in ((DAY, ""), (DAY, " PO20261101-3 "), (DAY, ""), (DAY, ""), (DUE, ""))
    ]
    assert numbers == ["PO20261101-1", "PO20261101-3", "PO20261101-2", "PO20261101-4", "PO20261120-1"]
    with pytest.raises(ValidationError):
        purchasing.place_order(world.store, [Wanted(room.small, 1)], DUE, ordered_on=DAY, number="PO20261101-3")


def test_an_order_waits_for_another_day_until_it_is_closed(world: World) -> None:
    room = make_room(world)
    order = purchasing.place_order(world.store, [Wanted(room.small, 1)], DUE, ordered_on=DAY)
    purchasing.postpone(order, DAY)
    order.refresh_from_db()
    assert order.due_on == DAY
    with pytest.raises(ValidationError):
        purchasing.postpone(order, DAY - dt.timedelta(days=1))
    purchasing.close_order(order)
    with pytest.raises(ValidationError):
        purchasing.postpone(order, DUE)


def test_a_delivery_typed_by_mistake_is_taken_back_once(world: World) -> None:
    room = make_room(world, small=5)
    order = purchasing.place_order(world.store, [Wanted(room.small, 9)], DUE, ordered_on=DAY)
    line = order.lines.get()
    purchasing.receive(order, {line.pk: 99}, by=world.bob)
    assert (on_hand(room.small), purchasing.surplus(order)) == (104, 90)
    wrong = purchasing.deliveries(order).get()
    assert purchasing.take_back(order, wrong.pk, by=world.bob) == 99
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.state, line.received, on_hand(room.small)) == (PurchaseOrder.State.OPEN, 0, 5)
    with pytest.raises(ValidationError):
        purchasing.take_back(order, wrong.pk, by=world.bob)
    assert [x.on_hand for x in purchasing.deliveries(order).order_by("id")] == [99, -99]


def test_what_was_sold_since_cannot_be_taken_back(world: World) -> None:
    room = make_room(world, small=5)
    order = purchasing.place_order(world.store, [Wanted(room.small, 9)], DUE, ordered_on=DAY)
    purchasing.receive(order, {order.lines.get().pk: 9}, by=world.bob)
    services.move(room.small, "sold", 10)
    with pytest.raises(services.NotEnough):
        purchasing.take_back(order, purchasing.deliveries(order).get().pk, by=world.bob)
    assert on_hand(room.small) == 4


def test_a_closed_order_takes_nothing_in_and_keeps_what_came(world: World) -> None:
    room = make_room(world)
    order = purchasing.place_order(world.store, [Wanted(room.small, 100)], DUE, ordered_on=DAY)
    purchasing.receive(order, {order.lines.get().pk: 10}, by=None)
    assert purchasing.close_order(order, why="工厂停产").state == PurchaseOrder.State.DONE
    with pytest.raises(ValidationError):
        purchasing.receive(order, {order.lines.get().pk: 10}, by=None)
    assert on_hand(room.small) == 10


def test_an_order_that_never_came_is_cancelled(world: World) -> None:
    room = make_room(world)
    order = purchasing.place_order(world.store, [Wanted(room.small, 100)], DUE, ordered_on=DAY)
    assert purchasing.close_order(order).state == PurchaseOrder.State.CANCELLED


def test_a_number_is_known_again_and_one_that_is_too_long_is_refused_whole(world: World) -> None:
    room = make_room(world)
    made = purchasing.place_order(world.store, [Wanted(room.small, 1)], DUE, ordered_on=DAY, number="合同" * 20)
    assert made.number == "合同" * 20
    for again in ("合同" * 20, "合同" * 30):
        with pytest.raises(ValidationError):
            purchasing.place_order(world.store, [Wanted(room.small, 1)], DUE, ordered_on=DAY, number=again)


def test_an_order_is_refused_that_cannot_be_meant(world: World) -> None:
    room = make_room(world)
    for lines, due in (([], DUE), ([Wanted(room.small, 1)], dt.date(2026, 10, 1)), ([Wanted(room.small, 1)] * 2, DUE)):
        with pytest.raises(ValidationError):
            purchasing.place_order(world.store, lines, due, ordered_on=DAY)


def test_a_count_posts_what_differs_and_leaves_what_moved_meanwhile(world: World) -> None:
    room = make_room(world, small=20, large=8, sheet=3)
    take = stock_takes.start_take(services.main_place(world.store), by=world.bob)
    lines = {x.sku_id: x.pk for x in take.lines.all()}
    services.move(room.small, "sold", 5)  # after the sheet was printed
    stock_takes.write_counts(take, {lines[room.small.pk]: 18, lines[room.large.pk]: 8})
    assert stock_takes.post_take(take, by=world.bob) == 1
    assert (on_hand(room.small), on_hand(room.large), on_hand(room.sheet)) == (13, 8, 3)
    assert StockMovement.objects.get(kind="counted").on_hand == -2


def test_a_place_is_counted_once_at_a_time_and_posted_once(world: World) -> None:
    make_room(world, small=20)
    take = stock_takes.start_take(services.main_place(world.store), by=world.bob)
    with pytest.raises(ValidationError):
        stock_takes.start_take(services.main_place(world.store), by=world.bob)
    stock_takes.post_take(take, by=world.bob)
    for deed in (stock_takes.drop_take, stock_takes.resume_take, lambda x: stock_takes.post_take(x, by=world.bob)):
        with pytest.raises(ValidationError):
            deed(take)


def test_a_dropped_count_goes_on_unless_the_place_is_being_counted_anew(world: World) -> None:
    room = make_room(world, small=20)
    place = services.main_place(world.store)
    take = stock_takes.start_take(place, by=world.bob)
    stock_takes.write_counts(take, {take.lines.get(sku=room.small).pk: 18})
    stock_takes.drop_take(take)
    again = stock_takes.start_take(place, by=world.bob)
    with pytest.raises(ValidationError):
        stock_takes.resume_take(take)
    stock_takes.drop_take(again)
    stock_takes.resume_take(take)
    assert (stock_takes.post_take(take, by=world.bob), on_hand(room.small)) == (1, 18)


FILE = """SKU编码,仓库,现货,待发,安全库存
TLS-50,,"1,200",35,50
TLS-80,办公室,12,,
TLS-50,,7,,
NIX-1,,5,,
MM-10,,many,,
MM-10,,,,
"""


def read(world: World, text: str = FILE) -> stock_files.StockFile:
    return stock_files.read_file(world.store, io.BytesIO(text.encode("gb18030")), "库存.csv", by=world.bob)


def test_a_file_that_cannot_be_read_says_so_in_the_language_spoken(world: World) -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="文件已损坏"):
        stock_files.read_file(world.store, io.BytesIO(b"PK\x03\x04 cut off"), "库存.xlsx", by=world.bob)


def test_a_file_tells_what_it_would_change_and_what_is_wrong(world: World) -> None:
    room = make_room(world, small=20)
    file = read(world)
    found = [(x.sku.code, x.on_hand, x.due, x.safety) for x in stock_files.changes_of(file)]
    assert found == [("TLS-50", (20, 1200), (0, 35), (0, 50)), ("TLS-80", (0, 12), None, None)]
    assert [(line, code) for line, _text, code in file.problems] == [
        (4, "twice"), (5, "unknown"), (6, "number"), (7, "empty"),
    ]  # fmt: skip
    assert on_hand(room.small) == 20


def test_a_file_is_applied_once_and_makes_its_places(world: World) -> None:
    room = make_room(world, small=20)
    file = read(world)
    assert stock_files.apply_file(file, by=world.bob) == 2
    item = StockItem.objects.get(sku=room.small)
    assert (item.on_hand, item.due, item.safety, on_hand(room.large)) == (1200, 35, 50, 12)
    assert StockPlace.objects.filter(store=world.store, name="办公室").exists()
    with pytest.raises(ValidationError):
        stock_files.apply_file(file, by=world.bob)


def test_a_file_taken_back_leaves_what_moved_since(world: World) -> None:
    room = make_room(world, small=20)
    file = read(world)
    stock_files.apply_file(file, by=world.bob)
    services.move(room.small, "sold", 3)
    stock_files.undo_file(file, by=world.bob)
    item = StockItem.objects.get(sku=room.small)
    assert (item.on_hand, item.due, on_hand(room.large)) == (17, 0, 0)


def test_a_file_without_stock_is_refused(world: World) -> None:
    make_room(world)
    with pytest.raises(ValidationError):
        read(world, "标题,价格\n面霜,12\n")


def test_the_safety_stock_of_a_file_is_not_promised(world: World) -> None:
    room = make_room(world)
    fill(world, {room.small: 60}, safety=50)
    with pytest.raises(services.NotEnough):
        services.hold_stock(world.store, room.small, 11, "deal:1")
