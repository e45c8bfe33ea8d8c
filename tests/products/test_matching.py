"""Which product a file means, and what is made when it is new."""

import pytest

from products.matching import Named, ensure_products
from products.models import Alias, Listing, Product

pytestmark = pytest.mark.django_db


def codes(world):
    return sorted(Product.objects.filter(store=world.store).values_list("code", flat=True))


def ensure(world, **named):
    [pk] = ensure_products(world.store, [Named(**named)]).values()
    return pk


def test_a_code_names_one_product(world):
    first = ensure(world, code="TM-01", title="水润面膜")
    assert ensure(world, code="TM-01", title="水润面膜 新包装") == first
    assert codes(world) == ["TM-01"]


def test_two_codes_under_one_title_are_two_products(world):
    assert ensure(world, code="TM-01", title="面膜") != ensure(world, code="TM-02", title="面膜")


def test_a_title_stands_in_for_a_missing_code(world):
    first = ensure(world, code="水润面膜", title="水润面膜")
    assert ensure(world, code="水润面膜", title="水润面膜") == first
    assert codes(world) == ["水润面膜"]


def test_a_product_known_by_title_takes_the_first_code_it_is_given(world):
    first = ensure(world, code="水润面膜", title="水润面膜")
    assert ensure(world, code="TM-01", title="水润面膜") == first
    assert codes(world) == ["TM-01"]
    assert ensure(world, code="水润面膜", title="水润面膜") == first


def test_an_item_id_names_its_product_for_ever(world):
    first = ensure(world, item_id="7001", title="水润面膜")
    assert ensure(world, item_id="7001", title="改了名字") == first
    assert Listing.objects.get().item_id == "7001"


def test_an_item_finds_the_product_of_its_code_and_of_its_title(world):
    by_code, by_title = ensure(world, code="TM-01", title="面膜"), ensure(world, code="乳液", title="乳液")
    assert ensure(world, item_id="7001", title="面膜 包邮", code="TM-01") == by_code
    assert ensure(world, item_id="7002", title="乳液") == by_title
    assert Product.objects.count() == 2


def test_a_title_of_two_products_names_neither(world):
    ensure(world, code="TM-01", title="面膜")
    ensure(world, code="TM-02", title="面膜")
    assert codes(world) == ["TM-01", "TM-02"]
    ensure(world, item_id="7001", title="面膜")
    assert codes(world) == ["7001", "TM-01", "TM-02"]


def test_another_stores_products_are_not_seen(world):
    ensure(world, code="TM-01", title="面膜")
    ensure_products(world.other, [Named("TM-01", "面膜")])
    assert Product.objects.count() == 2


def test_what_was_merged_into_a_product_still_names_it(world):
    cream = ensure(world, code="TM-01", title="面膜")
    for kind, text in ((Alias.Kind.CODE, "OLD-1"), (Alias.Kind.TITLE, "旧包装面膜")):
        Alias.objects.create(store=world.store, product_id=cream, kind=kind, text=text)
    assert ensure(world, code="OLD-1", title="面膜 清仓") == cream
    assert ensure(world, code="旧包装面膜", title="旧包装面膜") == cream
    assert ensure(world, item_id="7001", title="旧包装面膜") == cream
