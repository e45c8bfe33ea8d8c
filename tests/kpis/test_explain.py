"""What the explain drawer says, and that the listed rows are the figure."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.http import QueryDict

from kpis import queries
from kpis.answers import Figure
from kpis.files import layouts
from kpis.models import Coverage, Order
from kpis.sums import rollups
from kpis.why import evidence
from kpis.why.evidence import LISTINGS, Scope
from kpis.why.explain import days_of, explanation, formula, runs, surplus
from opsplan.lib.periods import Period
from tests.kpis.facts import refund
from tests.kpis.small_shop import D10, D11, D12, SPAN, make_small_shop


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")


@pytest.fixture
def shop(world):
    return make_small_shop(world.store)


def explained(shop, key, period=SPAN, **narrowed):
    return explanation(shop, queries.figures(shop, [key], period, compare=())[key], **narrowed)


def lines(told):
    return {line.code: (line.rows, line.amount) for line in told.counted}


def left_out(told):
    return {line.code: (line.rows, line.amount) for line in told.left_out}


def listed(shop, line):
    """The sum over exactly the rows the link of a line lists, added up row by row."""
    asked = QueryDict(line.listing)
    period = Period(dt.date.fromisoformat(asked["from"]), dt.date.fromisoformat(asked["to"]))
    product = int(asked["product"]) if "product" in asked else None
    skipped, channel = days_of(asked.get("skip", "")), asked.get("channel", "")
    scope = Scope(shop, period, skipped, channel, product, asked.get("measure", ""))
    names = [name for name, _kind in LISTINGS[asked["of"]].columns]
    rows = list(evidence.each(asked["of"], scope))
    if "sum" not in asked:
        return D(len(rows))
    whole = sum((D(row[names.index(asked["sum"])] or 0) for row in rows), D(0))
    return whole / 100 if asked["sum"].endswith("_fen") else whole


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pay_amt", "390.00"),
        ("pay_order_cnt", "4"),
        ("order_cnt", "5"),
        ("gsv_gmv", "420.00"),
        ("valid_order_cnt", "3"),
        ("pay_item_cnt", "6"),
        ("refund_amt", "225.00"),
        ("refund_cnt", "2"),
        ("refund_qty", "2"),
        ("cohort_refund_amt", "225.00"),
        ("uv", "180"),
        ("pv", "500"),
        ("promo_cost", "22.00"),
        ("promo_amt", "60.00"),
        ("promo_cost_zhitongche", "22.00"),
        ("uv_zhitongche", "110"),
        ("brush_amt", "12.50"),
    ],
)
def test_the_listed_rows_add_up_to_the_figure(shop, key, value):
    told = explained(shop, key)
    assert told.figure.value == D(value)
    assert sum(listed(shop, line) for line in told.counted) == D(value)


@pytest.mark.parametrize("key", ["pay_amt", "refund_amt", "uv", "promo_cost"])
def test_what_a_line_says_is_what_its_link_lists(shop, key):
    counted = explained(shop, key).counted
    assert [line.amount for line in counted] == [listed(shop, line) for line in counted] != []


def test_a_ratio_lists_only_the_days_that_have_all_its_inputs(shop):
    told = explained(shop, "pay_cvr")  # 1 buyer / 180 visitors: the 11th has no traffic, so its orders stay out
    assert told.figure.value == D("0.005556")
    assert lines(told)["orders_paid:pay_buyers"] == (2, None)
    assert "skip=2026-11-11" in told.counted[0].listing


def test_several_orders_of_a_buyer_fall_together(shop):
    told = lines(explained(shop, "pay_buyers"))
    assert told["orders_paid:pay_buyers"] == (4, None)
    assert told["merged"] == (-1, None)
    assert told["people:pay_buyers"] == (3, None)


def test_unpaid_orders_and_later_refunds_are_named_as_left_out_of_sales(shop):
    told = left_out(explained(shop, "pay_amt"))
    assert told == {"orders_unpaid": (1, D("30.00")), "refunds": (2, D("220.00")), "orders_undated": (1, D("5.00"))}


def test_refunds_not_yet_granted_are_left_out_of_refunds(shop):
    assert left_out(explained(shop, "refund_cnt"))["refunds_open"] == (1, D("100.00"))


def test_fake_orders_are_taken_off(shop):
    told = explained(shop, "real_amt")
    assert told.figure.value == D("377.50")
    assert lines(told)["less:brush_amt"] == (1, D("12.50"))


def test_the_same_ad_money_told_twice_counts_once(shop):
    assert left_out(explained(shop, "promo_cost"))["ads_shadowed"] == (1, D("15.00"))


def test_orders_without_a_buyer_fall_back_to_the_platforms_days(shop):
    shop_order = evidence.Order.objects.get(store=shop, order_no="A")
    shop_order.buyer_key = None
    shop_order.save(update_fields=["buyer_key"])
    queries_rebuild(shop)
    assert "traffic:platform_pay_buyers" in lines(explained(shop, "pay_buyers"))


def queries_rebuild(shop):
    from kpis.sums import rollups

    rollups.rebuild(shop, list(SPAN))


def test_the_files_behind_a_figure_are_named_once(shop):
    assert [source.name for source in explained(shop, "pay_amt").sources] == ["orders.csv"]


def test_hand_entries_are_sources(shop):
    told = explained(shop, "real_amt").sources
    assert [(source.kind, source.name, source.first_day) for source in told][-1] == ("entry", "brush_amt", D11)


def test_a_channel_is_explained_by_its_own_rows(shop):
    row = next(r for r in queries.breakdown(shop, ["uv", "promo_cost"], SPAN, "channel") if r.key == "zhitongche")
    told = explanation(shop, row.values["uv"], channel="zhitongche")
    assert sum(listed(shop, line) for line in told.counted) == row.values["uv"].value == D(110)


def test_a_products_units_are_its_lines(shop):
    row = next(r for r in queries.breakdown(shop, ["pay_item_cnt"], SPAN, "product") if r.key == "CREAM")
    product = evidence.Product.objects.get(store=shop, code="CREAM")
    told = explanation(shop, row.values["pay_item_cnt"], product=product.pk)
    assert sum(listed(shop, line) for line in told.counted) == row.values["pay_item_cnt"].value == D(3)


@pytest.mark.parametrize(("code", "sold"), [("CREAM", "260.00"), ("MASK", "130.00")])
def test_a_products_lines_carry_their_part_of_what_was_paid(shop, code, sold):
    row = next(r for r in queries.breakdown(shop, ["pay_amt"], SPAN, "product") if r.key == code)
    product = evidence.Product.objects.get(store=shop, code=code)
    (line,) = explanation(shop, row.values["pay_amt"], product=product.pk).counted
    assert line.amount == listed(shop, line) == row.values["pay_amt"].value == D(sold)


def test_a_products_buyers_are_told_apart(shop):
    row = next(r for r in queries.breakdown(shop, ["pay_buyers"], SPAN, "product") if r.key == "MASK")
    product = evidence.Product.objects.get(store=shop, code="MASK")
    told = lines(explanation(shop, row.values["pay_buyers"], product=product.pk))
    assert told["lines:pay_buyers"] == (3, None)
    assert told["people:pay_buyers"] == (2, None)  # A and B are the same buyer's


def test_a_formula_names_its_numbers(shop):
    found = formula(queries.figures(shop, ["act_share"], SPAN, compare=())["act_share"])
    assert [(term.sign, term.value) for term in found.bottom] == [(1, D("390.00")), (-1, D("12.50"))]


def test_runs_of_days_come_back_as_they_went():
    days = frozenset({D10, D11, D12, dt.date(2026, 11, 20)})
    assert runs(days) == "2026-11-10:2026-11-12,2026-11-20"
    assert days_of(runs(days)) == days


def test_no_listing_tells_who_bought():
    fees = LISTINGS["fees"].columns  # where `name` is a fee's
    columns = {name for listing in LISTINGS.values() if listing.columns != fees for name, _kind in listing.columns}
    assert not columns & {"buyer_key", "buyer", "name", "phone", "address"}


def test_what_is_missing_names_the_file_that_tells_it_and_leads_there(world, client):
    client.force_login(world.alice)
    page = client.get("/s/lotus/explain/uv?period=custom&from=2026-11-10&to=2026-11-12")
    [hole] = page.context["holes"]
    assert hole["url"] == "/s/lotus/data/"
    assert hole["file"] == layouts.NAMES["sycm_shop_daily"]


def test_what_went_back_without_a_day_names_the_order_file(shop):
    Order.objects.filter(store=shop, order_no="A").update(refund_fen=500)
    Coverage.objects.filter(store=shop, kind="refunds").delete()
    rollups.rebuild(shop, list(SPAN))
    told = explained(shop, "refund_amt")
    assert "orders_undated:refund_amt" in lines(told)
    assert [x.name for x in told.sources] == ["orders.csv"]


def test_a_figure_of_other_days_or_without_a_value_still_names_its_files(shop):
    assert [x.name for x in explained(shop, "mom", Period(D12, D12)).sources] == ["orders.csv"]
    refund(Order.objects.filter(store=shop).first(), D11, "5", qty=None, refund_no="silent")
    rollups.rebuild(shop, list(SPAN))
    told = explained(shop, "refund_qty", Period(D11, D11))
    assert (told.figure.value, [x.name for x in told.sources]) == (None, ["orders.csv"])


def test_a_shortfall_of_nothing_says_by_how_much_the_target_was_passed():  # T-11
    def gap(key, value, **inputs):
        return surplus(Figure(key, "count", "down", SPAN, D(value), {name: D(n) for name, n in inputs.items()}))

    assert gap("uv_gap_day", 0, target_uv=6000, uv=6100) == 100
    assert gap("uv_gap_day", 660, target_uv=6000, uv=5340) is None
    # 1,100,000 / (101.9 x 6 %) = 179,915.0 visitors are needed (T-10)
    month = {"month_target_real_amt": 1100000, "plan_aov": "101.9", "plan_cvr": "0.06"}
    assert gap("uv_gap_month", 0, month_uv=180000, **month) == 85
