"""Why sales changed, down to channels and products: hand-worked, and always summing to the change."""

from decimal import Decimal as D

import pytest

from kpis import queries
from kpis.models import Entry, Target
from kpis.trends.moves import Rest, as_json, changes, movers_json
from opsplan.lib import clock
from products.models import Product
from tests.kpis.facts import count, cover, flow, line, march, order, span, traffic

# 2 March: 100 visitors, 2 buyers, 200 yuan; 3 March: 200 visitors, 8 buyers, 400 yuan
TWO, THREE = span(2, 2), span(3, 3)


@pytest.fixture
def shop(store):
    for code in ("OLD", "NEW", "BOTH"):
        Product.objects.create(store=store, code=code, title=code.title())
    of = {p.code: p.pk for p in Product.objects.filter(store=store)}
    line(order(store, 2, "120.00", buyer=1), "120.00", product=of["OLD"])
    line(order(store, 2, "80.00", buyer=2), "80.00", product=of["BOTH"])
    for buyer in range(1, 7):
        line(order(store, 3, "45.00", buyer=buyer), "45.00", product=of["NEW"])
    line(order(store, 3, "100.00", buyer=7), "100.00", product=of["BOTH"])
    order(store, 3, "30.00", buyer=8)  # without items
    traffic(store, 2, 100)
    traffic(store, 3, 200)
    flow(store, 2, "搜索", "search", 60, pay_amt_fen=15000)
    flow(store, 3, "搜索", "search", 90, pay_amt_fen=9000)
    flow(store, 3, "直通车", "zhitongche", 110, pay_amt_fen=25000)
    for kind in ("orders", "lines", "flow"):
        cover(store, kind, 2, 3)
    count(store)
    return store


def effects(found):
    return {figure.key: effect for figure, effect in found.tree.parts}


def test_a_change_is_split_into_visitors_conversion_and_revenue_per_buyer(shop):
    # 100 x 2 % x 100 = 200 -> 200 x 4 % x 50 = 400; ln 2 each, -ln 2: L = 200 / ln 2, so +200, +200, -200
    found = changes(shop, THREE)
    assert (found.before, found.tree.sales.value, found.change) == (D("200.00"), D("400.00"), D("200.00"))
    assert effects(found) == {"uv": D("200.00"), "pay_cvr": D("200.00"), "aov_buyer": D("-200.00")}
    assert (found.tree.kind, found.tree.method, found.rests) == ("buyers", "log_mean", ())


def test_products_that_came_and_went_are_movers_and_orders_without_items_are_told(shop):
    found = changes(shop, THREE).products
    rows = {mover.key: (mover.before, mover.after, mover.effect, mover.state) for mover in found.rows}
    assert rows == {
        "NEW": (D(0), D("270.00"), D("270.00"), "new"),
        "OLD": (D("120.00"), D(0), D("-120.00"), "gone"),
        "BOTH": (D("80.00"), D("100.00"), D("20.00"), ""),
    }
    assert found.rests == (Rest("no_items", D("30.00")),)
    assert [(row["key"], row["state"]) for row in movers_json(found)["rows"]] == [
        ("NEW", "new"), ("OLD", "gone"), ("BOTH", None),
    ]  # fmt: skip


def test_channels_say_what_no_source_claims(shop):
    found = changes(shop, THREE).channels
    assert [(mover.key, mover.effect) for mover in found.rows] == [("zhitongche", D("250.00")), ("search", D("-60.00"))]
    assert found.rests == (Rest("attribution", D("10.00")),)  # 200 = 250 - 60 + 10


def test_small_movers_are_folded_but_not_forgotten(shop):
    found = changes(shop, THREE, most=1).products
    assert [mover.key for mover in found.rows] == ["NEW"]
    assert found.rests[0] == Rest("others", D("-100.00"), 2)
    assert [mover.key for mover in changes(shop, THREE, most=2).products.rows] == ["NEW", "OLD"]


@pytest.mark.parametrize("name", ["previous", "last_year"])
@pytest.mark.parametrize("days", [(2, 2), (3, 3), (2, 3), (1, 31)])
def test_every_level_sums_to_the_change(shop, name, days):
    found = changes(shop, span(*days), name)
    if found.change is None:
        assert found.before is None
        return
    assert sum(effects(found).values()) + sum(rest.amount for rest in found.rests) == found.change
    for level in (found.channels, found.products):
        told = sum(mover.effect for mover in level.rows) + sum(rest.amount for rest in level.rests)
        assert told == found.change


def test_from_nothing_sold_the_shapley_split_speaks(shop):
    traffic(shop, 1, 50)
    cover(shop, "orders", 1)
    count(shop)
    # 50 visitors, nobody bought -> 100 visitors, 2 %, 100 yuan: visitors 50 x 2 % x 100 / 2 = 50, conversion 150
    found = changes(shop, TWO)
    assert found.tree.method == "shapley"
    assert effects(found) == {"uv": D("50.00"), "pay_cvr": D("150.00"), "aov_buyer": D("0.00")}


def test_where_nothing_is_sold_any_more_revenue_per_buyer_explains_nothing(shop):
    traffic(shop, 4, 50)
    cover(shop, "orders", 4)
    count(shop)
    # 200 x 4 % x 50 = 400 -> 50 x 0 % x 50: visitors -150 x (4 % + 0 %) / 2 x 50, conversion -4 % x (200 + 50) / 2 x 50
    assert effects(changes(shop, span(4, 4))) == {"uv": D("-150.00"), "pay_cvr": D("-250.00"), "aov_buyer": D("0.00")}


def test_sales_of_days_without_visitors_stand_apart(shop):
    order(shop, 4, "500.00", buyer=1)
    cover(shop, "orders", 4)
    order(shop, 1, "10.00", buyer=1)
    cover(shop, "orders", 1)
    count(shop)
    found = changes(shop, span(3, 4))  # against the 1st and 2nd: 900 - 210, of which 500 - 10 lack visitors
    assert found.change == D("690.00")
    assert effects(found) == {"uv": D("200.00"), "pay_cvr": D("200.00"), "aov_buyer": D("-200.00")}
    assert found.rests == (Rest("factor_days", D("490.00")),)
    assert [figure.value for figure in found.tree.old] == [D(100), D("0.02"), D("100.00")]
    assert [figure.value for figure, _effect in found.tree.parts] == [D(200), D("0.04"), D("50.00")]  # not 900 / 8


def test_factors_stand_on_the_days_whose_visitors_both_sides_know(shop):
    """metabase#11978: visitors of two days stood against those of one; a day without a traffic file was a loss."""
    order(shop, 4, "500.00", buyer=1)
    order(shop, 5, "700.00", buyer=2)
    cover(shop, "orders", 4, 5)
    traffic(shop, 5, 900)
    count(shop)
    # 500 + 700 against 200 + 400, but the 4th has no visitors: the 5th against the 3rd
    found = changes(shop, span(4, 5))
    card = queries.figures(shop, ["uv"], span(4, 5), compare=["previous"])["uv"].compare["previous"]
    assert (found.change, card.own, card.value) == (D("600.00"), D(900), D(200))
    assert [figure.value for figure in found.tree.old] == [D(200), D("0.04"), D("50.00")]
    assert [figure.value for figure, _effect in found.tree.parts] == [D(900), D("0.001111"), D("700.00")]
    assert ["matched 1/2" in figure.marks for figure, _effect in found.tree.parts] == [True] * 3
    assert sum(effects(found).values()) == D("300.00")  # 700 - 400
    assert found.rests == (Rest("factor_days", D("300.00")),)  # 500 - 200


def test_channels_are_compared_on_the_days_that_both_sides_tell_of(shop):
    for day in (4, 5):
        order(shop, day, "500.00", buyer=1)
        cover(shop, "orders", day)
    flow(shop, 5, "搜索", "search", 50, pay_amt_fen=40000)
    cover(shop, "flow", 5)
    count(shop)
    found = changes(shop, span(4, 5)).channels  # nobody tells of the 4th: the 5th against the 3rd
    assert [(each.key, each.effect) for each in found.rows] == [("search", D("310.00")), ("zhitongche", D("-250.00"))]
    # 1000 - 600 in all; of the 100 more on the 5th the channels tell of 60
    assert found.rests == (Rest("attribution", D("40.00")), Rest("days", D("300.00")))


def test_channels_told_in_one_span_only_are_not_compared(shop):
    order(shop, 4, "500.00", buyer=1)
    for kind in ("orders", "lines"):
        cover(shop, kind, 4)
    count(shop)
    found = changes(shop, span(4, 4))
    assert found.channels.rests == (Rest("not_imported", D("100.00")),)
    assert found.products.rests == (Rest("no_items", D("470.00")),)  # 500 yuan without items, after 30


def target(store, metric, value):
    Target.objects.create(store=store, metric=metric, month=march(1), value=value, updated_at=clock.now())


def test_a_target_is_split_like_any_comparison(shop):
    # a day of March: real_amt 3100 / 31 = 100; 100 visitors x 2 % x 60 = 120. Actual 200 x 4 % x 50 = 400
    for metric, value in (("real_amt", "3100"), ("uv", "100"), ("pay_cvr", "0.02"), ("aov_buyer", "60")):
        target(shop, metric, value)
    found = changes(shop, THREE, "target")
    assert (found.before, found.change) == (D("100.00"), D("300.00"))
    # L = 280 / ln(400 / 120) = 232.563; ln 2 -> 161.20, ln 2 -> 161.20, ln(5/6) -> -42.40: 280.00
    assert effects(found) == {"uv": D("161.20"), "pay_cvr": D("161.20"), "aov_buyer": D("-42.40")}
    assert found.rests == (Rest("target_factors", D("20.00")),)


def test_fake_orders_are_no_factor_of_a_target(shop):
    Entry.objects.create(store=shop, measure="brush_amt", day=march(3), value="50", updated_at=clock.now())
    target(shop, "real_amt", "3100")
    target(shop, "uv", "100")
    count(shop)
    found = changes(shop, THREE, "target")
    assert found.change == D("250.00")  # 350 - 100
    assert [(x.code, x.what) for x in found.tree.missing] == [("no_target", "pay_cvr"), ("no_target", "aov_buyer")]
    assert found.rests == (Rest("fake_orders", D("-50.00")), Rest("no_target", D("300.00")))


def test_days_without_data_are_not_held_against_their_target(shop):
    target(shop, "real_amt", "3100")
    found = changes(shop, span(2, 4), "target")  # nobody exported the 4th: 200 + 400 against two days of 100
    assert (found.before, found.change) == (D("200.00"), D("400.00"))


def test_without_the_other_days_the_factors_stand_without_effects(shop):
    found = changes(shop, TWO)  # nobody told of the 1st
    assert (found.change, found.tree.kind) == (None, "buyers")
    assert effects(found) == {"uv": None, "pay_cvr": None, "aov_buyer": None}
    assert changes(shop, span(31, 31), "same_days").tree.against is None  # February has no 31st


def test_without_a_target_there_is_nothing_to_split(shop):
    found = changes(shop, THREE, "target")
    assert (found.change, [each.code for each in found.tree.missing]) == (None, ["no_target"])
    assert as_json(found, THREE)["compared_from"] is None
    target(shop, "pay_amt", "3100")
    found = changes(shop, span(5, 5), "target")  # nobody has told of the 5th
    told = [each.code for each in found.tree.missing]
    assert (found.change, found.before, told) == (None, D("100.00"), ["not_imported"])


def test_an_unknown_comparison_is_refused(shop):
    with pytest.raises(ValueError):
        changes(shop, THREE, "yesterday")
