"""People and products counted once, straight off the orders: by hand, with another shop's on the same days."""

import datetime as dt

import pytest

from kpis.figures import distinct
from kpis.models import ProductDay
from kpis.sums import crowds
from stores.models import Store
from tests.kpis.facts import march, order
from tests.world import World


def february(day: int) -> dt.date:
    return dt.date(2026, 2, day)


@pytest.fixture
def shops(world: World) -> tuple[Store, Store]:
    """Whoever bought is a number. Of 5 March one order tells no buyer."""
    bought: dict[Store, dict[int | None, tuple[dt.date, ...]]] = {
        world.store: {
            1: (february(20), march(5), march(6)),
            3: (march(5),),
            5: (march(5),),
            6: (dt.date(2025, 3, 2), march(5)),
            7: (dt.date(2025, 3, 3), march(5)),
            9: (february(24),),
            10: (february(14),),
            None: (march(5),),
        },
        world.other: {
            2: (march(1), march(3)),
            3: (february(1),),
            5: (march(3),),
            12: (february(20),) * 3,
        },
    }
    for store, people in bought.items():
        for buyer, days in people.items():
            for day in days:
                order(store, day, "1", buyer=buyer)
        crowds.note(store, [day for days in people.values() for day in days])
    return world.store, world.other


def test_people_of_a_shop(shops: tuple[Store, Store]) -> None:
    """5 and 6 March: 1, 3, 5, 6 and 7 bought, 1 twice; of them 1 alone had bought since 5 March of last year."""
    store, _other = shops
    days = (march(5), march(6))
    found = {key: distinct.count(key, store, [days]) for key in ("pay_buyers", "old_buyers", "new_buyers")}
    assert found == {"pay_buyers": [5], "old_buyers": [1], "new_buyers": [4]}
    each = [(march(day),) for day in range(1, 9)]
    assert distinct.count("pay_buyers", store, each) == [0, 0, 0, 0, 5, 1, 0, 0]
    assert distinct.count("repeat_buyers", store, [days, (march(7),)]) == [1, 0]


def test_people_of_two_shops(shops: tuple[Store, Store]) -> None:
    """The one on 5 and 6, the other on 3 and 4 March: 2 and 5 came there, too. The year before begins on 3 March 2025
    for both: 1, 2, 3 (there) and 7 are old; 5 is new, for both orders are of the days themselves; 6 came a day early.
    """
    store, other = shops
    crowd = ((store.pk, (march(5), march(6))), (other.pk, (march(3), march(4))))
    found = {key: crowds.count(key, [crowd]) for key in ("pay_buyers", "repeat_buyers", "old_buyers", "new_buyers")}
    assert found == {"pay_buyers": [6], "repeat_buyers": [2], "old_buyers": [4], "new_buyers": [2]}
    gap = ((store.pk, (march(5), march(7))),)  # what was paid on the 6th is nobody's
    assert crowds.count("pay_buyers", [gap]) == distinct.count("pay_buyers", store, [gap[0][1]]) == [5]


def test_who_came_back_and_who_is_a_core_customer(shops: tuple[Store, Store]) -> None:
    """15 to 24 February: 1 and 9 (and 12 over there); of them 1 came back in ten days. 1 and 12 bought thrice."""
    store, other = shops
    assert crowds.came_back([store.pk], march(6), 10) == (2, 1)
    assert crowds.came_back([store.pk, other.pk], march(6), 10) == (3, 1)
    assert crowds.came_back([store.pk], dt.date(2020, 1, 1), 10) == (0, 0)
    assert (distinct.fans([store.pk], march(6)), distinct.fans([store.pk, other.pk], march(6))) == (1, 2)


def test_the_products_that_make_most_of_the_sales(world: World) -> None:
    """250 of 310 are more than 80 %; a day of the small one is larger than any of the big one's."""
    for store, product, amount, days in ((world.store, 21, 50, 5), (world.store, 22, 60, 1), (world.other, 23, 999, 5)):
        for day in range(1, days + 1):
            ProductDay.objects.create(
                store=store, day=march(day), product_id_ref=product, pay_item_cnt=1, pay_amt=amount, pay_order_cnt=1
            )
    five = [tuple(map(march, range(1, 6)))]
    assert (distinct.count("a_items", world.store, five), distinct.count("sold_items", world.store, five)) == ([1], [2])


def test_groups_that_share_a_day_are_asked_apart() -> None:
    one, two, both, later = (tuple(map(march, days)) for days in ((1,), (2,), (1, 2), (3,)))
    assert distinct.disjoint([one, two, both, later, one], lambda days: days) == [[one, two, later], [both]]


def test_who_both_ordered_and_paid_within_the_days(world: World) -> None:
    """1 at once; 2 the next day; 3 a day after the two, 4 the day before them; 5 never; 1 again, later: still one."""
    paid = {1: (march(5), 5), 2: (march(5), 6), 3: (march(6), 7), 4: (march(4), 5), 5: (march(5), None)}
    for buyer, (made, on) in paid.items():
        order(world.store, made, None if on is None else "1", paid=on, buyer=buyer)
    order(world.store, march(5), "1", paid=march(6), buyer=1)
    crowds.note(world.store, [march(day) for day in range(1, 9)])
    groups = [(march(5), march(6)), (march(5),), (march(4), march(5)), (march(5), march(7)), (march(8),)]
    assert distinct.count("order_pay_buyers", world.store, groups) == [2, 1, 2, 1, 0]
