"""The ledger: movements, holds, bounds, and what stays true whatever happens in which order."""

import datetime as dt
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsplan.lib import clock
from products import stock_services as services
from products.models import SKU, Product, StockBalance, StockHold, StockItem, StockMovement, StockPlace
from products.stock_services import Balance, NotEnough, NotHeld
from tests.products.stockroom import fill, make_room
from tests.world import World


def totals(sku: SKU) -> tuple[int, int, int]:
    item = StockItem.objects.get(sku=sku)
    return item.on_hand, item.held, item.due


def test_a_movement_says_who_why_and_for_what(world: World) -> None:
    room = make_room(world, small=10)
    services.move(room.small, "sold", 3, by=world.bob, why="门店", reference="campaign:7")
    row = StockMovement.objects.filter(kind="sold").get()
    assert (row.on_hand, row.by, row.why, row.reference) == (-3, world.bob, "门店", "campaign:7")
    assert totals(room.small) == (7, 0, 0)


def test_nothing_leaves_a_place_that_is_not_there(world: World) -> None:
    room = make_room(world, small=2)
    with pytest.raises(NotEnough) as refused:
        services.move(room.small, "lost", 3)
    assert refused.value.free == 2
    assert totals(room.small) == (2, 0, 0)


def test_a_correction_goes_both_ways_and_other_movements_one(world: World) -> None:
    room = make_room(world, small=5)
    services.move(room.small, "corrected", -2)
    assert totals(room.small) == (3, 0, 0)
    with pytest.raises(ValidationError):
        services.move(room.small, "received", -2)


def test_goods_move_between_places_and_stay_as_many(world: World) -> None:
    room = make_room(world, small=10)
    office = StockPlace.objects.create(store=world.store, name="办公室")
    services.transfer(room.small, 4, services.main_place(world.store), office, by=world.bob)
    assert sorted(StockBalance.objects.filter(sku=room.small).values_list("on_hand", flat=True)) == [4, 6]
    assert totals(room.small) == (10, 0, 0)
    with pytest.raises(NotEnough):
        services.move(room.small, "lost", 5, place=office)
    with pytest.raises(ValidationError):
        services.transfer(room.small, 1, office, office, by=world.bob)
    for units in (-1, services.MOST + 1):
        with pytest.raises(ValidationError):
            services.set_safety(room.small, units)
    services.set_safety(room.small, 7)
    assert (StockItem.objects.get(sku=room.small).safety, totals(room.small)) == (7, (10, 0, 0))


def test_t44_two_sites_of_400_each_get_690_together(world: World) -> None:
    room = make_room(world)
    fill(world, {room.small: 800}, safety=50, due=60)
    services.hold_stock(world.store, room.small, 400, "deal:1")
    with pytest.raises(NotEnough) as refused:
        services.hold_stock(world.store, room.small, 400, "deal:2")
    assert refused.value.free == 290
    services.hold_stock(world.store, room.small, 290, "deal:2")
    assert totals(room.small) == (800, 690, 60)


def test_the_same_hold_again_is_the_same_hold(world: World) -> None:
    room = make_room(world, small=10)
    first = services.hold_stock(world.store, room.small, 6, "deal:1")
    assert services.hold_stock(world.store, room.small, 6, "deal:1") == first
    assert totals(room.small) == (10, 6, 0)
    with pytest.raises(ValidationError):
        services.hold_stock(world.store, room.small, 7, "deal:1")


def test_several_skus_are_held_all_or_none(world: World) -> None:
    room = make_room(world, small=10, large=2)
    with pytest.raises(NotEnough):
        services.hold_lines(world.store, {room.small: 5, room.large: 3}, "deal:1")
    assert totals(room.small) == (10, 0, 0)
    assert len(services.hold_lines(world.store, {room.small: 5, room.large: 2}, "deal:1")) == 2


def test_a_sold_unit_leaves_the_hold_waits_and_is_shipped(world: World) -> None:
    room = make_room(world, small=10)
    hold = services.hold_stock(world.store, room.small, 6, "deal:1")
    assert services.take(hold, 4, key="A1001")
    assert totals(room.small) == (10, 2, 4)
    services.move(room.small, "shipped", 3)
    assert totals(room.small) == (7, 2, 1)
    services.move(room.small, "shipped", 2)  # one of them nobody waited for
    assert totals(room.small) == (5, 2, 0)


def test_the_same_order_never_takes_twice(world: World) -> None:
    room = make_room(world, small=10)
    hold = services.hold_stock(world.store, room.small, 6, "deal:1")
    assert [services.take(hold, 2, key="A1001"), services.take(hold, 2, key="A1001")] == [True, False]
    assert totals(room.small) == (10, 4, 2)


def test_a_late_payment_finds_no_hold_any_more(world: World) -> None:
    room = make_room(world, small=10)
    lapse = clock.now() + dt.timedelta(minutes=30)
    hold = services.hold_stock(world.store, room.small, 6, "deal:1", lapse)
    assert services.expire_holds(lapse - dt.timedelta(seconds=1)) == 0
    assert [services.expire_holds(lapse), services.expire_holds(lapse)] == [1, 0]
    with pytest.raises(NotHeld):
        services.take(hold, 1)
    assert totals(room.small) == (10, 0, 0)


def test_an_extended_hold_lapses_later(world: World) -> None:
    room = make_room(world, small=10)
    lapse = clock.now() + dt.timedelta(minutes=30)
    hold = services.hold_stock(world.store, room.small, 6, "deal:1", lapse)
    services.extend(hold, lapse + dt.timedelta(hours=1))
    assert services.expire_holds(lapse) == 0
    assert not services.lapse(hold, lapse)  # as it stood before
    with pytest.raises(NotHeld):
        services.release(hold, 7)
    services.release(hold)
    with pytest.raises(NotHeld):
        services.extend(hold, None)


def test_what_is_released_can_be_promised_again_and_a_closed_hold_gives_nothing(world: World) -> None:
    room = make_room(world, small=10)
    hold = services.hold_stock(world.store, room.small, 10, "deal:1")
    assert services.release(hold, 3) == 3
    assert services.release(hold) == 7
    assert services.release(hold) == 0
    assert totals(room.small) == (10, 0, 0)
    assert services.hold_stock(world.store, room.small, 10, "deal:1").pk != hold.pk


def test_a_product_without_stock_never_blocks(world: World) -> None:
    made = Product.objects.create(store=world.store, code="DS", title="代发", is_unstocked=True)
    sku = SKU.objects.create(store=world.store, product=made, code="DS-1")
    hold = services.hold_stock(world.store, sku, 500, "deal:1")
    services.take(hold, 200)
    assert totals(sku) == (0, 300, 0)


def test_a_sku_of_another_store_cannot_be_held(world: World) -> None:
    room = make_room(world, small=10)
    with pytest.raises(ValidationError):
        services.hold_stock(world.other, room.small, 1, "deal:1")


def test_balances_are_posted_as_differences_and_the_same_again_posts_nothing(world: World) -> None:
    room = make_room(world, small=10)
    place = services.main_place(world.store)
    told = [Balance(room.small, place, 7, due=2, safety=3), Balance(room.large, place, 4)]
    assert services.set_balances(world.store, told, by=world.bob) == 2
    rows = StockMovement.objects.filter(by=world.bob).order_by("id")
    assert [(x.sku.code, x.kind, x.on_hand, x.due) for x in rows] == [
        ("TLS-50", "imported", -3, 0), ("TLS-50", "due_set", 0, 2), ("TLS-80", "imported", 4, 0),
    ]  # fmt: skip
    assert services.set_balances(world.store, told, by=world.bob) == 0


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "take", "again", "release", "part", "expire", "receive", "ship", "count"]),
        st.integers(0, 2),  # which hold
        st.integers(1, 40),
    ),
    max_size=30,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_every_unit_ever_held_is_sold_released_or_still_held(world: World, events: list[tuple[str, int, int]]) -> None:
    store = world.store
    made, _new = Product.objects.get_or_create(store=store, code="TLS", title="调理霜")
    sku = SKU.objects.create(store=store, product=made, code=f"X{SKU.objects.count()}")
    fill(world, {sku: 100})
    for what, which, units in events:
        reference = f"deal:{which}"
        hold = StockHold.objects.filter(sku=sku, reference=reference).first()
        try:
            if what == "hold":
                services.hold_stock(store, sku, units, reference, clock.now() + dt.timedelta(days=which))
                if hold is None or hold.closed_at:
                    assert totals(sku)[0] >= sum(totals(sku)[1:])
            elif what in ("receive", "ship", "count"):
                kinds = {"receive": "received", "ship": "shipped", "count": "counted"}
                services.move(sku, kinds[what], units)
            elif what == "expire":
                services.expire_holds(clock.now() + dt.timedelta(days=which))
            elif hold and what == "again":
                services.take(hold, 1, key="the same order")
            elif hold:
                deed = {"take": services.take, "part": services.release}.get(what)
                deed(hold, units) if deed else services.release(hold)
        except (NotEnough, NotHeld, ValidationError):
            pass
        assert_sound(sku)


def assert_sound(sku: SKU) -> None:
    sums = StockMovement.objects.filter(sku=sku).aggregate(a=Sum("on_hand"), b=Sum("held"), c=Sum("due"))
    holds, now = list(StockHold.objects.filter(sku=sku)), totals(sku)
    assert now == (sums["a"], sums["b"], sums["c"])
    assert now[1] == sum(x.left for x in holds)
    assert sum(StockBalance.objects.filter(sku=sku).values_list("on_hand", flat=True)) == now[0]
    moved = Counter()
    for hold, kind, held in StockMovement.objects.filter(sku=sku).values_list("hold_id", "kind", "held"):
        moved[hold, kind] += abs(held)
    assert all(
        (moved[x.pk, "held"], moved[x.pk, "taken"], moved[x.pk, "released"]) == (x.quantity, x.taken, x.released)
        for x in holds
    )
