"""The catalogue is whole, and the glossary tells all of it."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from kpis import queries
from kpis.definitions import set_definition
from kpis.glossary import Entry, glossary
from kpis.measures import CHANNELS, ENTRY_MEASURES
from kpis.metrics import METRICS
from kpis.metrics.platforms import OF_MEASURE, OF_METRIC, TOPICS
from kpis.sums.targets import enter
from kpis.week.entry_sheet import week_sheet
from opsplan.lib.periods import week_of
from products.models import Product
from stores.models import Platform, Store
from stores.services import create_store
from tests.kpis.facts import count, cover, line, march, order, read, value
from tests.world import World

# domain.md 2.1 to 2.6, as they stand there
SPEC = """
uv pv ip pv_per_uv visit_depth stay_time bounce_rate new_uv_share old_uv_share fav_rate cart_rate fav_cart_rate
search_uv_share paid_uv_share ad_ctr cpc cpm uv_cost
order_cnt valid_order_cnt pay_order_cnt real_order_cnt pay_item_cnt act_amt promo_amt new_buyers old_buyers
order_valid_rate order_buyers pay_buyers order_cvr order_pay_rate pay_cvr jd_cvr order_uv_cvr consult_rate consult_uv
consult_cvr silent_rev pay_amt real_amt brush_amt brush_cnt net_amt gsv_gmv aov_buyer aov_order unit_price
items_per_buyer upt uv_value act_share promo_share coupon_use_rate deposit_pay_rate balance_rate
promo_cost cost_ratio roi shop_roi be_roi gross gross_rate contrib net_profit_rate cac cac_payback arpu ltv
target_amt goal_rate time_progress progress_gap run_rate_need forecast uv_need_month uv_gap_month uv_gap_day avg_growth
yoy mom lm_same
sell_through_items dead_items stock_turn turn_days days_cover sold_rate oos_rate new_item_sell abc_share item_uv_share
refund_cnt refund_qty refund_amt refund_rate_amt refund_rate_amt_pay refund_rate_cnt return_rate dispute_rate
quality_refund ship_on_time pay_ship_h arrive_h first_resp avg_resp reply_rate good_rate dsr_desc dsr_svc dsr_log
bad_reviews member_total member_buy_rate repeat_rate old_buyer_share rfm
"""


def entries(language: str = "en") -> dict[str, Entry]:
    with translation.override(language):
        return {entry.info.key: entry for group in glossary() for entry in group.entries}


def test_every_kpi_of_the_domain_notes_is_there() -> None:
    assert [key for key in SPEC.split() if key not in METRICS] == []


def test_the_glossary_tells_of_every_metric_all_there_is_to_tell() -> None:
    told = entries()
    assert list(told) == queries.keys()
    for key, entry in told.items():
        texts = (entry.info.label, entry.info.formula_words, entry.unit, entry.better, entry.over_days)
        assert all((*texts, entry.over_stores, entry.over_channels, entry.needs, entry.info.source)), key


def test_what_a_silent_day_means_is_told_of_what_is_silent() -> None:
    """Deductions, deals and returned goods are typed when there are any: only the first are deductions."""
    with translation.override("en"):
        edges = {x.info.key: " ".join(x.edges) for group in glossary() for x in group.entries}
    silent = {"real_amt": "the deduction", "deal_new_buyers": "a deal", "sold_rate": "returned units"}
    for key, words in silent.items():
        assert [other for other in silent.values() if other in edges[key]] == [words], key


def test_a_reading_stands_for_a_permanent_metric_of_the_same_unit() -> None:
    for metric in METRICS.values():
        for _name, key in metric.variants:
            assert (METRICS[key].unit, METRICS[key].variants) == (metric.unit, ())


def test_ways_of_adding_up_are_told_as_they_are_done() -> None:
    told = entries()
    assert told["pay_amt"].over_days == "Days are added up."
    assert "daily sum" in told["uv"].over_days
    assert "never the sum of its days" in told["pay_buyers"].over_days
    assert told["member_total"].over_days == "The last day that has it."
    assert told["dsr_desc"].over_stores == "Not added up: each store has its own."
    assert told["pay_amt"].over_stores == "Stores of one currency are added up."


def test_what_platforms_do_differently_is_told_of_whatever_is_made_of_it() -> None:
    told = entries()
    assert [topic for topic, _lines in told["net_amt"].differs][:2] == ["What it is called", "When it counts"]
    assert dict(told["aov_buyer"].differs)["Divided by"][1] == ("JD.com", "Customers.")
    assert told["uv"].differs == ()
    assert told["good_rate"].platforms == ("Taobao",)


def test_topics_name_platforms_that_exist() -> None:
    named = {key for topic in TOPICS.values() for who, _text in topic.says for key in who}
    assert named <= set(Platform.values)
    assert {t for told in (OF_MEASURE, OF_METRIC) for topics in told.values() for t in topics} == set(TOPICS)


def test_the_glossary_says_which_definition_the_store_uses(store: Store) -> None:
    set_definition(store, "aov", "orders", march(5))
    with translation.override("en"):
        told = {x.info.key: x for group in glossary(store, march(31)) for x in group.entries}
    assert [(x.variant, x.is_chosen) for x in told["aov"].readings] == [("buyers", False), ("orders", True)]


def test_the_page_has_an_anchor_for_every_metric_and_lets_a_client_in(world: World, client: Client) -> None:
    client.force_login(world.carl)
    page = client.get("/s/lotus/glossary/").content.decode()
    assert [key for key in METRICS if f'id="kpi-{key}"' not in page] == []
    assert "/settings/definitions/" not in page


def test_the_explanation_of_a_figure_leads_to_its_entry(world: World, client: Client) -> None:
    client.force_login(world.carl)
    assert "/s/lotus/glossary/#kpi-pay_amt" in client.get("/s/lotus/explain/pay_amt").content.decode()


# --- figures typed by hand --------------------------------------------------------------------------------------


def test_every_figure_that_can_be_typed_stands_once_on_the_sheet(store: Store) -> None:
    rows = [line.measure for block in week_sheet(store, week_of(march(2))) for line in block.lines]
    assert sorted(rows) == sorted(ENTRY_MEASURES)


# typed on 2 and 3 March (day 2 / day 3) -> the figure over both days, by hand
TYPED = {
    "reply_rate": ("chat_asked=100/300 chat_answered=90/210", "0.750000"),
    "first_resp": ("chat_sessions=100/300 first_resp_sec=20/40", "35.000000"),  # (2000 + 12000) ÷ 400, not 30
    "avg_resp": ("chat_replies=10/30 resp_sec=20.5/40.5", "35.500000"),
    "pay_ship_h": ("shipped_orders=10/30 pay_ship_hours=12/24", "21.000000"),
    "arrive_h": ("signed_parcels=1/3 arrive_hours=50.5/70.5", "65.500000"),
    "ship_on_time": ("ship_due=10/30 shipped_on_time=10/29", "0.975000"),
    "coupon_use_rate": ("coupons_claimed=100/300 coupons_used=50/30", "0.200000"),
    "deposit_pay_rate": ("deposit_uv=100/300 deposit_buyers=5/15", "0.050000"),
    "balance_rate": ("deposit_buyers=5/15 balance_buyers=5/13", "0.900000"),
    "bad_reviews": ("bad_reviews=1/2", "3"),
    "dead_rate": ("items_on_sale=40/50 dead_items=9/10", "0.200000"),  # of the last day, not the sum
    "oos_rate": ("items_on_sale=40/50 oos_items=9/5", "0.100000"),
    "new_item_sell": ("new_items=3/4 new_items_sold=1/3", "0.750000"),
    "stock_amt": ("stock_amt=1000.50/900.25", "900.25"),
    "member_buy_rate_new": ("new_members=50/60 new_member_buyers=3/6", "0.150000"),
    "search_rank": ("search_rank=9/7", "7"),
    "deposit_amt": ("deposit_amt=100/50.50", "150.50"),
    "referred_buyers": ("referred_buyers=2/3", "5"),
    "new_buyers_search": ("new_buyers_search=4/6", "10"),
}  # fmt: skip


@pytest.mark.parametrize("key", TYPED)
def test_a_typed_figure_adds_up_over_days_as_it_should(store: Store, key: str) -> None:
    typed, answer = TYPED[key]
    for name, numbers in (part.split("=") for part in typed.split()):
        for day, number in zip((2, 3), numbers.split("/"), strict=True):
            enter(store, name, march(day), number)
    count(store)
    assert value(store, key, 2, 3) == answer


def test_a_mean_without_its_count_is_no_figure(store: Store) -> None:
    enter(store, "first_resp_sec", march(2), "20")
    count(store)
    assert read(store, "first_resp", 2).value is None


def test_profit_is_what_is_left_after_every_cost(store: Store) -> None:  # T-17 and the contribution of 2.3
    cream = Product.objects.create(store=store, code="CREAM", title="Cream")
    cream.costs.create(from_day=march(1), cost_fen=4250)
    cover(store, "orders", 2)
    cover(store, "refunds", 2)
    line(order(store, 2, "100", refund="15", buyer=1), "100", product=cream.pk)
    typed = {"platform_fee": "4.25", "ship_cost": "5.40", "pack_cost": "0", "overhead_cost": "10", "tax_cost": "2.85"}
    for key, number in {**typed, "promo_cost_zhitongche": "10"}.items():
        enter(store, key, march(2), number)
    count(store)
    assert value(store, "be_roi_full", 2) == "3.044140"  # 100 ÷ 32.85
    assert value(store, "contrib", 2) == "22.85"
    assert value(store, "net_profit", 2) == "10.00"


def test_stock_turns_by_the_mean_of_both_ends(store: Store) -> None:
    cream = Product.objects.create(store=store, code="CREAM", title="Cream")
    cream.costs.create(from_day=march(1), cost_fen=3000)
    cover(store, "orders", 3, 4)
    line(order(store, 3, "100", buyer=1), "50", qty=3, product=cream.pk)
    enter(store, "stock_amt", march(2), "40")  # the period before: 1 and 2 March
    enter(store, "stock_amt", march(4), "50")
    count(store)
    assert value(store, "stock_turn", 3, 4) == "2.000000"  # 90 ÷ 45
    assert value(store, "turn_days", 3, 4) == "1"


def test_cover_counts_the_sales_of_28_days_whatever_the_period(store: Store) -> None:
    cover(store, "orders", 1, 28)
    line(order(store, 1, "100", buyer=1), "1", qty=56)
    enter(store, "stock_qty", march(28), "10")
    count(store)
    assert value(store, "days_cover", 28) == "5"  # 2 a day


def test_the_cost_of_a_new_buyer_can_be_told_by_channel(store: Store) -> None:  # S086, S089
    enter(store, "promo_cost_zhitongche", march(2), "300")
    enter(store, "new_buyers_zhitongche", march(2), "6")
    count(store)
    rows = queries.breakdown(store, ["cac"], week_of(march(2)), "channel")
    assert {row.key: row.values["cac"].value for row in rows} == {"zhitongche": Decimal("50.00")}


# --- counted on the orders --------------------------------------------------------------------------------------


def test_the_fewest_products_that_make_80_percent_are_the_a_products(store: Store) -> None:
    cover(store, "orders", 2, 3)
    for code, day, pay in (("A", 2, "30"), ("A", 3, "25"), ("B", 3, "25"), ("C", 2, "12"), ("D", 2, "8")):
        product, _made = Product.objects.get_or_create(store=store, code=code, title=code)
        line(order(store, day, pay, buyer=1), pay, product=product.pk)
    count(store)
    assert value(store, "a_items", 2, 3) == "2"  # 55 + 25 are exactly 80
    assert value(store, "abc_share", 2, 3) == "0.500000"
    assert value(store, "a_items", 2) == "2"  # 30 of 50, then 12


def test_buyers_who_came_back_are_followed_over_thirty_days(store: Store) -> None:
    cover(store, "orders", march(1).replace(month=1), 31)
    earlier = march(31).replace(month=1, day=31)  # 60 days up to 31 March begin on 31 January
    order(store, earlier, "10", buyer=1)
    order(store, earlier, "10", buyer=2)
    order(store, 1, "10", buyer=3)  # 31 days ago: still of the earlier ones
    order(store, 2, "10", buyer=1)
    order(store, 31, "10", buyer=4)  # new: belongs to neither
    count(store)
    assert value(store, "repeat_rate_30", 31) == "0.333333"
    assert value(store, "repeat_rate_30", 25, 31) == "0.333333"  # of the last day, whatever the period


def test_a_cohort_says_how_many_of_its_days_are_known(store: Store) -> None:
    cover(store, "orders", 1, 31)
    order(store, 1, "10", buyer=1)
    count(store)
    found = read(store, "repeat_rate_30", 31)
    assert (found.value, found.marks) == (Decimal("0.000000"), ("partial 31/60",))


@pytest.mark.parametrize(("days", "answer"), [((1, 2, 3), "1"), ((1, 2), "0")])
def test_core_customers_have_three_orders_and_came_lately(store: Store, days: tuple[int, ...], answer: str) -> None:
    cover(store, "orders", 1, 31)
    for day in days:
        order(store, day, "10", buyer=1)
    count(store)
    assert value(store, "rfm", 31) == answer


def test_what_is_offered_speaks_of_no_channel_the_store_does_not_have(world: World) -> None:
    """A shop of JD has natural search, old customers and off-site of Taobao's channels; search costs nothing."""
    jd = create_store("jd", "京东店", "jd")
    of = {key for info in queries.offered([jd]) for key in CHANNELS if info.key.endswith(f"_{key}")}
    assert of == {"search", "loyal", "offsite"}
    assert len(queries.offered([jd, world.store])) == len(queries.catalogue())
    chosen = queries.offered([jd], ["uv_taobaoke"])
    assert [x.key for x in chosen if "taobaoke" in x.key] == ["uv_taobaoke"]
    assert {x.key for x in queries.catalogue()} - {x.key for x in chosen} == {
        f"{what}_{key}"
        for key in ("zhitongche", "zuanzhan", "juhuasuan", "taobaoke", "wanxiangtai")
        for what in ("uv", "promo_cost", "new_buyers")
    } - {"uv_taobaoke"}
