"""What is bought together, counted again in plain Python; what is offered because of it; 连带率 of those orders."""

import itertools
import random
from collections import Counter
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from kpis.models import Order, OrderLine
from kpis.outward.goods import Pair, basket_units, pairs
from opsplan.lib.periods import Period
from products.bundles import Good, suggestions
from products.models import Product
from staff.services import create_token
from tests.kpis.facts import line, march, order
from tests.world import World

MARCH = Period(march(1), march(31))
D = Decimal


def baskets(world: World, contents: list[list[tuple[int, int]]], day: int = 5) -> None:
    """Paid orders, each of (product id, pieces)."""
    for goods in contents:
        told = order(world.store, day, f"{sum(n for _pk, n in goods)}")
        for pk, pieces in goods:
            line(told, str(pieces), pieces, pk)


@pytest.fixture
def goods(world: World) -> list[Product]:
    made = [Product(store=world.store, code=f"P{i}", title=f"款{i}") for i in range(4)]
    return Product.objects.bulk_create(made)


def test_pairs_say_the_same_as_counting_baskets_by_hand(world: World, goods: list[Product]) -> None:
    rng = random.Random(7)
    ids = [x.pk for x in goods]
    contents = [[(pk, 1) for pk in rng.sample(ids, rng.choice((1, 1, 2, 3)))] for _order in range(90)]
    baskets(world, contents)
    sets = [{pk for pk, _n in x} for x in contents]
    single = Counter(pk for x in sets for pk in x)
    double = Counter(frozenset(two) for x in sets for two in itertools.combinations(sorted(x), 2))
    expected = {
        two: (n, D(n) / 90, {pk: D(n) / single[pk] for pk in two}, D(n) * 90 / (single[min(two)] * single[max(two)]))
        for two, n in double.items()
        if n >= 5 and min(single[pk] for pk in two) >= 20
    }
    found = {
        frozenset((x.first, x.second)): (x.together, x.support, x.confidence, x.first, x.lift)
        for x in pairs(world.store, MARCH)
    }
    assert found.keys() == expected.keys()
    assert len(found) >= 4
    for two, (together, support, confidence, first, lift) in found.items():
        n, share, by_first, times = expected[two]
        assert (together, support, confidence, lift) == (n, share, by_first[first], times)


@pytest.mark.parametrize(("both", "alone", "shown"), [(5, 15, 1), (4, 30, 0), (5, 14, 0)])
def test_few_baskets_or_few_orders_say_nothing(
    world: World, goods: list[Product], both: int, alone: int, shown: int
) -> None:
    a, b = goods[0].pk, goods[1].pk
    baskets(world, [[(a, 1), (b, 1)]] * both + [[(a, 1)]] * alone + [[(b, 1)]] * alone)
    assert len(pairs(world.store, MARCH)) == shown


def test_unpaid_orders_other_days_and_the_same_product_twice_are_no_basket(world: World, goods: list[Product]) -> None:
    a, b = goods[0].pk, goods[1].pk
    baskets(world, [[(a, 1), (a, 2), (b, 1)]] * 20)
    unpaid = order(world.store, 6, None)
    line(unpaid, "1", 1, a)
    line(unpaid, "1", 1, b)
    baskets(world, [[(a, 1), (b, 1)]] * 3, day=28)
    [pair] = pairs(world.store, Period(march(1), march(27)))
    assert (pair.together, pair.orders, pair.lift) == (20, 20, D(1))


def test_units_per_order_count_whatever_else_is_in_the_orders(world: World, goods: list[Product]) -> None:
    a, b, c = (x.pk for x in goods[:3])
    baskets(world, [[(a, 1), (b, 2)], [(a, 3)], [(b, 1), (c, 1)]])
    found = basket_units(world.store, MARCH)
    assert {pk: (x.orders, x.units) for pk, x in found.items()} == {a: (2, 6), b: (2, 5), c: (1, 2)}
    assert found[a].upt == 3
    assert basket_units(world.store, MARCH, [c]).keys() == {c}
    assert (Order.objects.count(), OrderLine.objects.count()) == (3, 5)


def pair(first: int, second: int, together: int, first_cnt: int, second_cnt: int, orders: int = 1000) -> Pair:
    return Pair(first, second, together, first_cnt, second_cnt, orders)


GOODS = {1: Good("maturity", False, 7000), 2: Good("growth", False, 4000), 3: Good("decline"), 4: Good("growth", True)}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (pair(1, 2, 12, 100, 100), ("pull", 1, 2, D("0.12"), 11000)),  # lift 1.2: it pulls the young one
        (pair(2, 1, 12, 50, 200), ("pull", 1, 2, D("0.06"), 11000)),  # the same whichever was named first
        (pair(4, 2, 11, 100, 100), ("pull", 4, 2, D("0.11"), None)),  # a hero pulls; no price, no floor
        (pair(1, 3, 15, 100, 100), ("bundle", 1, 3, D("0.15"), None)),  # lift 1.5: a bundle
        (pair(1, 3, 14, 100, 100), None),  # 1.4 and nobody to pull
        (pair(1, 2, 10, 100, 100), None),  # as often as by chance
        (pair(1, 9, 90, 100, 100), None),  # nothing is known of 9
    ],
)
def test_what_is_offered_together(told: Pair, expected: tuple[str, int, int, Decimal, int | None] | None) -> None:
    found = [(x.kind, x.first, x.second, x.confidence, x.least_fen) for x in suggestions([told], GOODS)]
    assert found == ([expected] if expected else [])


def test_those_that_pull_stand_before_bundles() -> None:
    found = suggestions([pair(1, 3, 40, 100, 100), pair(1, 2, 11, 100, 100)], GOODS)
    assert [x.kind for x in found] == ["pull", "bundle"]


def test_the_page_and_rest_offer_the_same(client: Client, world: World, goods: list[Product]) -> None:
    Product.objects.filter(pk=goods[0].pk).update(stage="maturity")
    a, b = goods[0].pk, goods[1].pk
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSPLAN_TODAY", "2026-04-01")
        baskets(world, [[(a, 1), (b, 1)]] * 20 + [[(goods[2].pk, 1)]] * 20)
        client.force_login(world.bob)
        page = client.get(reverse("product_pairs", args=["lotus"]))
        file = client.get(reverse("product_pairs", args=["lotus"]), {"format": "csv"}).content.decode("utf-8-sig")
        key = create_token(world.bob, "key", "read", [world.store])[1]
        told = client.get(reverse("api_focus", args=["lotus"]), headers={"authorization": f"Bearer {key}"}).json()
    assert sorted(row.split(",")[0:3:2] for row in file.splitlines()[1:]) == [["P0", "P1"]]
    assert [(x.kind, first.code, second.code) for x, first, second, _least in page.context["offers"]] == [
        ("pull", "P0", "P1")
    ]
    assert [(x["kind"], x["first"], x["second"], x["confidence"]) for x in told["bundles"]] == [
        ("pull", "P0", "P1", "1.000000")
    ]
