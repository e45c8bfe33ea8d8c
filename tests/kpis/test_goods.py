"""Figures by product for the product pages."""

import datetime as dt

import pytest

from campaigns.models import Campaign
from kpis import queries
from kpis.answers import Missing
from kpis.outward import goods
from kpis.outward.goods import Basket, Goods, Pair, basket_units, pairs, unit_series
from kpis.sums import rollups
from products.merging import merge
from products.models import Cost, Product
from stores.models import Store
from tests.kpis.facts import count, cover, line, march, order, span, value

DAYS = span(1, 4)  # nothing is known of the fourth


@pytest.fixture
def sold(store: Store, world_other: Store) -> dict[str, int]:
    """Baskets: two of a with b, a alone, a with c, b alone, one without lines; another store sells every day."""
    made = {code: Product.objects.create(store=store, code=code, title=code).pk for code in "abc"}
    Cost.objects.create(product_id=made["a"], from_day=march(1), cost_fen=100)
    cover(store, "orders", 1, 3)
    for day, pay, *basket in (
        (1, "25", ("10", 2, "a"), ("5", 1, "b")),
        (1, "10", ("10", 1, "a")),
        (2, "13", ("10", 1, "a"), ("3", 1, "c")),
        (2, "5", ("5", 1, "b")),
        (2, "7"),
    ):
        of = order(store, day, pay)
        for price, qty, code in basket:
            line(of, price, qty, product=made[code])
    theirs = Product.objects.create(store=world_other, code="a", title="")
    cover(world_other, "orders", 1, 4)
    for day in (1, 2, 3, 4):
        line(order(world_other, day, "9"), "9", product=theirs.pk)
    count(store)
    count(world_other)
    return made


@pytest.mark.parametrize("by_day", [False, True])
def test_figures_of_a_product_say_what_they_lack(store: Store, sold: dict[str, int], *, by_day: bool) -> None:
    a, b, c = sold.values()
    Cost.objects.create(product_id=b, from_day=march(2), cost_fen=100)  # of the second of its two days only
    count(store)
    told = Goods(store, DAYS, ("pay_amt", "gross", "uv"), [a, b], by_day=by_day)
    assert [x in told for x in (a, b, c)] == [True, True, False]
    row = told.row(a)
    assert {key: str(each.value) for key, each in row.items()} == {"pay_amt": "40.00", "gross": "36.00", "uv": "None"}
    assert row["pay_amt"].marks == ("partial 3/4",)
    assert told.cells(a)["pay_amt"].missing == ()
    assert told.cells(b)["gross"].missing == (Missing("no_cost", "cost_amt"),)
    assert told.cells(a)["uv"].missing == (Missing("not_imported", "uv"),)
    assert [told.value(pk, "pay_amt") for pk in (a, b, c)] == [40, 10, None]
    assert Goods.places(store, DAYS, "pay_amt") == {a: 2, b: 1, c: 0}
    assert Goods.places(store, DAYS, "uv") == {}


def test_units_by_day_are_zero_where_the_shop_sold_and_nothing_where_none_is_known(
    store: Store, sold: dict[str, int]
) -> None:
    a, b, _c = sold.values()
    told = unit_series(store, DAYS, [a, b])
    assert Goods(store, DAYS, ("pay_amt",), [a, b], by_day=True).units_by_day([a, b]) == told
    assert {pk: [x if x is None else int(x) for _day, x in line] for pk, line in told.items()} == {
        a: [3, 1, None, None], b: [1, 1, None, None],
    }  # fmt: skip
    assert {x for _day, x in unit_series(store, span(3, 4), [a])[a]} == {None}


def test_what_was_bought_together(store: Store, sold: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four baskets with lines three hold a, two b, one c: the rarer product stands first."""
    assert pairs(store, DAYS) == []  # too few to say anything
    monkeypatch.setattr(goods, "LEAST_TOGETHER", 1)
    monkeypatch.setattr(goods, "LEAST_ORDERS", 1)
    a, b, c = sold.values()
    found = pairs(store, DAYS)
    assert found == [Pair(c, a, 1, 1, 3, 4), Pair(b, a, 1, 2, 3, 4)]
    assert [(str(x.support), str(x.confidence), f"{x.lift:.3f}") for x in found] == [
        ("0.25", "1", "1.333"), ("0.25", "0.5", "0.667"),
    ]  # fmt: skip
    assert pairs(store, DAYS, most=1) == found[:1]
    assert pairs(store, DAYS, a) == [Pair(a, c, 1, 3, 1, 4), Pair(a, b, 1, 3, 2, 4)]
    assert pairs(store, span(2, 3)) == [Pair(a, c, 1, 1, 1, 2)]
    assert basket_units(store, DAYS) == {a: Basket(3, 6), b: Basket(2, 4), c: Basket(1, 2)}
    assert basket_units(store, DAYS, [b])[b].upt == 2
    assert basket_units(store, DAYS, []) == {}


def test_of_however_many_products_only_those_asked_for_are_told(store: Store, sold: dict[str, int]) -> None:
    """Of more than five hundred the rows of all are read."""
    a = sold["a"]
    many = [a, *range(10**6, 10**6 + 500)]
    assert set(Goods(store, DAYS, ("pay_amt",), many).sums[tuple(span(1, 3))]) == {a}
    rows = queries.product_rows(store, ["pay_amt"], DAYS, compare=(), products=many)
    assert ([row.key for row in rows if row.key], len(rows)) == (["a"], 501)


def test_days_of_a_product_that_got_the_costs_of_another_are_counted_again(store: Store, sold: dict[str, int]) -> None:
    """Of a 4 pieces on the first and second, at 1.00 yuan; of c, that had no cost, one on the second and third."""
    line(order(store, 3, "3"), "3", product=sold["c"])
    count(store)
    a, c = (Product.objects.get(pk=sold[code]) for code in "ac")
    merge(a, c)
    queries.products_merged(store, sold["a"], c.pk, "a", "c")
    rollups.rebuild(store)
    row = Goods(store, span(1, 3), ("pay_item_cnt", "gross"), [c.pk]).row(c.pk)
    assert [str(each.value) for each in row.values()] == ["6", "40.00"]


def test_a_merged_product_hands_on_its_campaigns(store: Store, sold: dict[str, int]) -> None:
    """5 yuan of b on the first; then it is another name of a, of which 30 were sold that day, and 3 of c (a campaign
    that lists no product would be one of the whole shop)."""
    a, b = (Product.objects.get(pk=sold[code]) for code in "ab")
    both, one = (
        Campaign.objects.create(store=store, name=name, first_day=march(day), last_day=march(day))
        for name, day in (("both", 2), ("one", 1))
    )
    both.products.set([a, b])
    one.products.set([b])
    coming = Campaign.objects.create(
        store=store, name="coming", first_day=dt.date(2026, 4, 5), last_day=dt.date(2026, 4, 6)
    )
    coming.products.set([b])
    coming.items.create(product=b, price_fen=90)  # a cost 1.00
    items = [each.items.create(product=product, price_fen=900) for each, product in ((both, a), (both, b), (one, b))]
    line(order(store, 1, "3"), "3", product=sold["c"])
    count(store)
    before = value(store, "act_amt", 1)
    merge(b, a)
    queries.products_merged(store, sold["b"], a.pk, "b", "a")
    rollups.rebuild(store)
    assert (before, value(store, "act_amt", 1)) == ("5.00", "35.00")
    assert list(coming.guarded.values_list("product", "is_blocked")) == [(a.pk, True)]
    assert list(one.items.values_list("pk", "product")) == [(items[2].pk, a.pk)]
    assert [list(each.products.values_list("pk", flat=True)) for each in (both, one)] == [[a.pk]] * 2
