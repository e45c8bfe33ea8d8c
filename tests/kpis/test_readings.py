"""What a period's figure stands on, and what it says about itself."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from campaigns.models import Campaign
from kpis import queries
from kpis.answers import Missing
from kpis.breakdowns.questions import Question
from kpis.daybook.month_plan import month_plan
from kpis.figure_words import why_not
from kpis.figures import distinct
from kpis.figures.readings import Reader
from kpis.metrics import METRICS
from kpis.models import Coverage, Order, Upload
from kpis.month.month_told import lines
from kpis.sums import targets
from kpis.why.explain import explanation
from opsplan.lib.periods import Period
from products.models import Cost, Product
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, flow, line, march, noon, order, read, refund, span, spend, traffic, value


def sell(store: Store, day: int, *amounts: str, buyer: int | None = None) -> None:
    for amount in amounts:
        order(store, day, amount, buyer=buyer)


# --- sums and ratios (G10, G18)


def test_a_ratio_of_sums_is_not_the_mean_of_ratios(store: Store) -> None:
    cover(store, "orders", 1, 2)
    sell(store, 1, "100")
    sell(store, 2, *["10"] * 10)
    count(store)
    assert value(store, "aov_order", 1, 2) == "18.18"  # the mean of 100 and 10 is 55


def test_a_ratio_uses_only_the_days_that_have_all_its_inputs(store: Store) -> None:
    cover(store, "orders", 1, 21)
    for day in range(1, 22):
        sell(store, day, "10")
        if day != 4:
            traffic(store, day, 50)
    count(store)
    found = read(store, "order_uv_cvr", 1, 21)
    assert found.inputs == {"pay_order_cnt": 20, "uv": 1000}
    assert (str(found.value), found.marks) == ("0.020000", ("daily_sum", "partial 20/21"))
    assert found.missing == (Missing("not_imported", "uv", (march(4),)),)


def test_a_sum_over_a_hole_is_marked(store: Store) -> None:
    cover(store, "orders", 1, 2)
    cover(store, "orders", 4)
    sell(store, 1, "10")
    sell(store, 4, "5")
    count(store)
    found = read(store, "pay_amt", 1, 4)
    assert (str(found.value), found.marks) == ("15.00", ("partial 3/4",))
    assert found.missing == (Missing("not_imported", "pay_amt", (march(3),)),)


def test_no_day_at_all_is_no_value_with_the_reason(store: Store) -> None:
    found = read(store, "uv", 1, 3)
    assert (found.value, found.marks, found.missing) == (None, (), (Missing("no_source", "uv"),))


def test_a_source_that_spoke_of_other_days_is_not_imported_for_these(store: Store) -> None:
    traffic(store, 20, 5)
    count(store)
    assert read(store, "uv", 1, 2).missing == (Missing("not_imported", "uv", (march(1), march(2))),)


def test_zero_is_a_value_and_nothing_to_divide_by_is_not(store: Store) -> None:
    cover(store, "orders", 1)
    count(store)
    assert value(store, "pay_amt", 1) == "0.00"
    found = read(store, "aov_order", 1)
    assert (found.value, found.missing) == (None, (Missing("zero_denominator", "pay_order_cnt"),))


def test_an_unfinished_day_counts_and_is_told(store: Store) -> None:
    cover(store, "orders", 1, 2)
    cover(store, "orders", 3, is_partial=True)
    sell(store, 3, "7")
    count(store)
    found = read(store, "pay_amt", 1, 3)
    assert (str(found.value), found.marks) == ("7.00", ("partial 2/3",))
    assert found.missing == (Missing("unfinished_day", "pay_amt", (march(3),)),)


def test_days_to_come_are_not_missing(store: Store) -> None:
    cover(store, "orders", dt.date(2026, 4, 1))
    order(store, dt.date(2026, 4, 1), "8")
    count(store)
    found = read(store, "pay_amt", dt.date(2026, 4, 1), dt.date(2026, 4, 30))
    assert (str(found.value), found.marks, found.missing) == ("8.00", ("partial 1/30",), ())
    assert read(store, "pay_amt", dt.date(2026, 5, 1)).missing == (Missing("not_yet", "pay_amt"),)


def test_days_before_the_store_opened_are_not_missing(store: Store) -> None:
    store.opened_on = march(3)
    store.save()
    cover(store, "orders", 3)
    count(store)
    assert read(store, "pay_amt", 1, 3).missing == ()


def test_visitors_of_several_days_are_a_daily_sum_and_mark_what_is_made_of_them(store: Store) -> None:
    cover(store, "orders", 1, 2)
    for day in (1, 2):
        traffic(store, day, 100)
        sell(store, day, "10")
    count(store)
    assert (value(store, "uv", 1, 2), read(store, "uv", 1, 2).marks) == ("200", ("daily_sum",))
    assert read(store, "uv_value", 1, 2).marks == ("daily_sum",)
    assert read(store, "uv", 1).marks == ()


def test_time_on_site_is_weighted_by_visitors(store: Store) -> None:
    traffic(store, 1, 100, stay_seconds="10")
    traffic(store, 2, 300, stay_seconds="20")
    count(store)
    assert value(store, "stay_time", 1, 2) == "17.500000"  # the mean is 15


def test_a_state_is_that_of_the_last_day_that_has_it(store: Store) -> None:
    targets.enter(store, "member_total", march(1), 100)
    targets.enter(store, "member_total", march(3), 130)
    count(store)
    found = read(store, "member_total", 1, 5)
    assert (str(found.value), found.marks, found.missing) == ("130", (), ())


# --- people (G8, G9)


def test_buyers_of_a_period_are_counted_once(store: Store) -> None:
    cover(store, "orders", 1, 3)
    for day, buyer in ((1, 7), (2, 7), (3, 8), (3, 8)):
        sell(store, day, "10", buyer=buyer)
    count(store)
    found = read(store, "pay_buyers", 1, 3)
    assert (str(found.value), found.marks) == ("2", ())
    assert [value(store, "pay_buyers", *days) for days in ((1,), (1, 2), (2, 3))] == ["1", "1", "2"]
    assert value(store, "aov_buyer", 1, 3) == "20.00"


def test_one_order_without_a_buyer_falls_back_to_the_platforms_days(store: Store) -> None:
    cover(store, "orders", 1, 2)
    sell(store, 1, "10", buyer=7)
    sell(store, 2, "10")
    for day in (1, 2):
        traffic(store, day, 100, pay_buyers=3)
    count(store)
    found = read(store, "pay_buyers", 1, 2)
    assert (str(found.value), found.marks) == ("6", ("daily_sum",))
    assert read(store, "pay_buyers", 2).marks == ()
    assert value(store, "pay_cvr", 1, 2) == "0.030000"


def test_without_a_platform_either_there_is_no_answer(store: Store) -> None:
    cover(store, "orders", 1)
    sell(store, 1, "10")
    count(store)
    assert read(store, "pay_buyers", 1).missing == (Missing("no_buyer_id", "pay_buyers", (march(1),)),)


def test_buyers_of_a_ratio_are_those_of_its_days(store: Store) -> None:
    cover(store, "orders", 1, 2)
    sell(store, 1, "10", buyer=1)
    sell(store, 2, "10", buyer=2)
    traffic(store, 1, 50)
    count(store)
    assert read(store, "pay_cvr", 1, 2).inputs == {"pay_buyers": 1, "uv": 50}


def test_returning_buyers_paid_in_the_year_before_the_period(store: Store) -> None:
    cover(store, "orders", dt.date(2025, 3, 1), march(31))
    order(store, dt.date(2025, 3, 1), "5", buyer=1)  # 365 days before
    order(store, dt.date(2025, 2, 28), "5", buyer=2)  # a day too early
    for buyer in (1, 2, 3):
        order(store, 1, "5", buyer=buyer)
        order(store, 2, "5", buyer=buyer)
    count(store)
    assert (value(store, "old_buyers", 1, 2), value(store, "new_buyers", 1, 2)) == ("1", "2")
    assert value(store, "old_buyer_share", 1, 2) == "0.333333"


def test_without_a_year_of_orders_some_returning_buyers_look_new_and_it_says_so(store: Store) -> None:
    cover(store, "orders", dt.date(2025, 3, 2), march(31))
    order(store, 1, "5", buyer=1)
    count(store)
    assert (read(store, "new_buyers", 1).marks, read(store, "new_buyers", 2).marks) == (("estimated",), ())
    assert read(store, "new_buyers", 1).missing == (Missing("short_history", "new_buyers"),)
    store.opened_on = dt.date(2025, 3, 2)
    assert read(store, "new_buyers", 1).marks == ()


def test_repeat_buyers_have_two_orders_in_the_period(store: Store) -> None:
    cover(store, "orders", 1, 3)
    for day, buyer in ((1, 1), (2, 1), (1, 2), (1, 2), (3, 3), (3, 4)):
        sell(store, day, "1", buyer=buyer)
    count(store)
    assert value(store, "repeat_rate", 1, 3) == "0.500000"
    assert value(store, "repeat_rate", 1) == "0.500000"


def test_who_ordered_and_paid_in_the_period(store: Store) -> None:
    cover(store, "orders", 1, 3)
    order(store, 1, "10", paid=2, buyer=1)
    order(store, 2, "10", paid=3, buyer=2)
    order(store, 1, None, buyer=3)
    count(store)
    assert value(store, "order_pay_rate", 1, 2) == "0.333333"


def test_products_sold_are_counted_once(store: Store) -> None:
    cover(store, "orders", 1, 2)
    for day, product in ((1, 1), (2, 1), (2, 2)):
        line(order(store, day, "10"), "10", product=product)
    targets.enter(store, "items_on_sale", march(2), 4)
    count(store)
    assert value(store, "sell_through_items", 1, 2) == "0.500000"


# --- deductions, refunds, goods


def test_brushing_is_taken_off_and_its_absence_is_none_of_it(store: Store) -> None:  # T-13
    cover(store, "orders", 1, 2)
    sell(store, 1, "12800")
    sell(store, 2, "50")
    targets.enter(store, "brush_amt", march(1), "800")
    targets.enter(store, "brush_cnt", march(1), 1)
    spend(store, 1, "zhitongche", "1440")
    count(store)
    assert (value(store, "real_amt", 1), value(store, "real_order_cnt", 1)) == ("12000.00", "0")
    assert (value(store, "cost_ratio", 1), value(store, "shop_roi", 1)) == ("0.120000", "8.333333")
    assert (value(store, "real_amt", 1, 2), read(store, "real_amt", 1, 2).missing) == ("12050.00", ())


def test_refunds_without_a_date_are_estimated_and_say_so(store: Store) -> None:
    cover(store, "orders", 1, 2)
    order(store, 1, "100", refund="30")
    sell(store, 2, "100")
    count(store)
    found = read(store, "refund_rate_amt", 1, 2)
    assert (str(found.value), found.marks) == ("0.150000", ("estimated",))
    assert read(store, "net_amt", 2).marks == ()


@pytest.mark.parametrize("key", ["refund_rate_amt", "refund_rate_amt_pay"])
def test_an_order_file_that_tells_refunds_is_a_source_of_them(store: Store, key: str) -> None:
    told = METRICS[key].needs[0]
    silent = Upload.objects.create(store=store, name="x.csv", created_at=noon(4), notes={"has_refund": False})
    cover(store, "orders", 3, upload=silent)
    sell(store, 3, "100")
    count(store)
    assert read(store, key, 3).missing == (Missing("no_source", told),)
    cover(store, "orders", 1)
    sell(store, 1, "100")
    count(store)
    assert value(store, key, 1) == "0.000000"
    assert read(store, key, 2).missing[0] == Missing("not_imported", told, (march(2),))
    assert read(store, key, 3).missing == (Missing("not_imported", told, (march(3),)),)


def test_the_two_bases_of_the_refund_rate_differ(store: Store) -> None:  # G5
    cover(store, "orders", 1, 9)
    cover(store, "refunds", 1, 9)
    refund(order(store, 1, "10000"), 9, "800")
    sell(store, 9, "4000")
    count(store)
    assert (value(store, "refund_rate_amt", 9), value(store, "refund_rate_amt_pay", 9)) == ("0.200000", "0.000000")
    assert (value(store, "refund_rate_amt", 1), value(store, "refund_rate_amt_pay", 1)) == ("0.000000", "0.080000")


def test_gross_profit_needs_lines_and_costs(store: Store) -> None:
    cream = Product.objects.create(store=store, code="cream", title="cream")
    cover(store, "orders", 1, 3)
    line(order(store, 1, "100"), "100", product=cream.pk)
    sell(store, 2, "100")
    count(store)
    assert [m.code for m in read(store, "gross", 1).missing] == ["no_cost"]
    assert [m.code for m in read(store, "gross", 2).missing] == ["no_lines"]
    found = read(store, "gross", 1, 3)  # the third day sold nothing: no figure stands on that alone
    assert (found.value, [m.code for m in found.missing]) == (None, ["no_cost", "no_lines"])
    Cost.objects.create(product=cream, from_day=march(1), cost_fen=6000)
    count(store)
    assert value(store, "gross_rate", 1) == "0.400000"


def test_campaign_sales_need_a_campaign(store: Store) -> None:
    cover(store, "orders", 1, 2)
    sell(store, 1, "10")
    count(store)
    found = read(store, "act_amt", 1)
    assert (found.value, found.missing) == (None, (Missing("no_campaign", "act_amt"),))
    Campaign.objects.create(store=store, name="x", first_day=march(2), last_day=march(2))
    count(store)
    assert value(store, "act_amt", 1) == "0.00"


def test_positive_feedback_exists_on_taobao_only(store: Store, world_other: Store) -> None:  # G20, T-20
    for shop in (store, world_other):
        targets.enter(shop, "ratings", march(1), 2000)
        targets.enter(shop, "good_ratings", march(1), 1969)
        count(shop)
    assert read(store, "good_rate", 1).missing == (Missing("platform_has_none", "good_rate"),)
    assert value(world_other, "good_rate", 1) == "0.984500"


def test_a_column_the_platform_never_fills_is_told_from_a_day_not_imported(store: Store) -> None:
    traffic(store, 1, 100)
    count(store)
    assert read(store, "bounce_rate", 1).missing[0] == Missing("platform_has_none", "bounce_total", (march(1),))
    assert read(store, "visit_depth", 1).missing[0] == Missing("not_entered", "pv", (march(1),))  # this can be typed


def test_another_channel_s_report_says_nothing_of_one_that_was_not_told(store: Store) -> None:
    spend(store, 1, "zhitongche", "50")
    count(store)
    assert read(store, "promo_cost_taobaoke", 1).missing == (
        Missing("not_imported", "promo_cost_taobaoke", (march(1),)),
    )


# --- channels (G16, G19)


def test_channels_by_name(store: Store) -> None:
    cover(store, "flow", 1, 2)
    flow(store, 1, "直通车", "zhitongche", 40)
    spend(store, 1, "zhitongche", "50")
    spend(store, 2, "zuanzhan", "9")
    count(store)
    assert (value(store, "uv_zhitongche", 1, 2), value(store, "uv_zuanzhan", 1, 2)) == ("40", "0")
    found = read(store, "promo_cost_zhitongche", 1, 2)
    assert (str(found.value), found.marks) == ("50.00", ("partial 1/2",))
    assert value(store, "promo_cost", 1, 2) == "59.00"


def test_an_ad_ratio_leaves_out_channels_that_do_not_tell_its_other_side(store: Store) -> None:
    spend(store, 1, "zhitongche", "100", clicks=50, sales_fen=30000)
    spend(store, 1, "taobaoke", "900")
    count(store)
    assert (value(store, "cpc", 1), value(store, "roi", 1)) == ("2.00", "3.000000")


# --- comparisons and targets (G17)


def test_a_count_changes_relatively_and_a_rate_in_points(store: Store) -> None:
    cover(store, "orders", 1, 2)
    for day, paid, made in ((1, 2, 4), (2, 3, 4)):
        sell(store, day, *["10"] * paid)
        for _ in range(made - paid):
            order(store, day, None)
    count(store)
    found = queries.figures(store, ["pay_order_cnt", "order_valid_rate"], span(2, 2), compare=["previous"])
    amount, rate = (found[key].compare["previous"] for key in ("pay_order_cnt", "order_valid_rate"))
    assert (amount.value, amount.delta, amount.delta_is_points, amount.is_better) == (
        2,
        Decimal("0.500000"),
        False,
        True,
    )
    assert (rate.value, rate.delta, rate.delta_is_points) == (Decimal("0.5"), Decimal("0.25"), True)


def test_from_nothing_there_is_no_change(store: Store) -> None:
    cover(store, "orders", 1, 2)
    sell(store, 2, "10")
    count(store)
    found = queries.figures(store, ["pay_amt"], span(2, 2), compare=["previous", "last_year"])["pay_amt"]
    assert (found.compare["previous"].value, found.compare["previous"].delta) == (0, None)
    assert (found.compare["last_year"].value, found.compare["last_year"].delta) == (None, None)


def test_more_of_a_cost_is_worse(store: Store) -> None:
    spend(store, 1, "zhitongche", "10")
    spend(store, 2, "zhitongche", "20")
    count(store)
    assert queries.figures(store, ["promo_cost"], span(2, 2))["promo_cost"].compare["previous"].is_better is False


def test_a_months_target_is_shared_out_over_its_days(store: Store) -> None:
    targets.set_target(store, "real_amt", march(1), "3100")
    targets.set_target(store, "uv", march(1), 100)
    targets.set_target(store, "pay_cvr", march(1), "0.05")
    found = queries.figures(store, ["real_amt", "uv", "pay_cvr"], span(1, 10))
    assert [str(found[key].target) for key in found] == ["1000.00", "1000", "0.050000"]
    april = Period(march(31), dt.date(2026, 4, 1))
    assert queries.figures(store, ["real_amt"], april)["real_amt"].target is None  # April has none


def test_the_goal_of_a_month_under_way(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # T-09
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    first, last = dt.date(2026, 9, 1), dt.date(2026, 9, 30)
    cover(store, "orders", first, dt.date(2026, 9, 14))
    order(store, first, "420000")
    targets.set_target(store, "real_amt", first, "1100000")
    count(store)
    keys = ["goal_rate", "time_progress", "progress_gap", "run_rate_need", "forecast", "target_amt"]
    found = queries.figures(store, keys, Period(first, last), compare=())
    answers = ["0.381818", "0.466667", "-0.084848", "42500.00", "900000.00", "1100000.00"]
    assert [str(found[key].value) for key in keys] == answers
    assert (found["target_amt"].missing, found["time_progress"].missing) == ((), ())


def test_a_target_that_stands_with_another_figure_is_said_to(store: Store) -> None:
    targets.set_target(store, "real_amt", march(1), "3100")
    targets.set_target(store, "pay_cvr", march(1), "0.04")

    def why(key: str) -> set[tuple[str, str]]:
        page = queries.figures(store, [key], span(1, 4), compare=("target",))[key]
        [line] = queries.table(Question((store,), (key,), span(1, 4), ("store",), compare=("target",))).lines
        told = [x.compare["target"].missing for x in (page, line.values[key])]
        assert told[0] == told[1]
        return {(x.code, x.what) for x in told[0]}

    assert why("pay_amt") == {("target_elsewhere", "real_amt")}
    assert why("order_uv_cvr") == {("target_elsewhere", "pay_cvr")}
    assert (why("real_amt"), why("cvr"), why("uv")) == (set(), set(), {("no_target", "uv")})
    assert queries.metric("real_amt").label in why_not(Missing("target_elsewhere", "real_amt"))


def test_a_day_nobody_told_of_is_not_behind_its_target(store: Store) -> None:
    for day in (1, 2, 4):  # the 3rd is not imported
        cover(store, "orders", day)
        order(store, day, "100", buyer=day)
        traffic(store, day, 80)
    targets.set_target(store, "real_amt", march(1), "3100")
    targets.set_target(store, "uv", march(1), 100)
    count(store)
    keys = ["real_amt", "goal_rate", "uv_gap_day", "progress_gap", "target_amt"]
    found = queries.figures(store, keys, span(1, 4), compare=("target",))
    # 300 of 3 x 100; 240 of 300 visitors; 300 of 400 less 3 of 4 days
    assert [str(x.value) for x in found.values()] == ["300.00", "1.000000", "60", "0.000000", "400.00"]
    assert (found["real_amt"].target, found["real_amt"].compare["target"].value) == (300, 300)
    [line] = queries.table(Question((store,), ("real_amt",), span(1, 4), ("store",))).lines
    assert line.values["real_amt"].target == 300
    told = {x.code: (x.amount, x.listing) for x in explanation(store, found["goal_rate"]).counted}
    amount, listing = told["targets:target_real_amt"]
    assert (amount, "skip=2026-03-03" in listing) == (300, True)


def test_visitors_a_month_still_needs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # T-10
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    first, last = dt.date(2026, 9, 1), dt.date(2026, 9, 30)
    cover(store, "orders", first, dt.date(2026, 9, 14))
    for n in range(14):
        traffic(store, first + dt.timedelta(days=n), 80000 // 14 + (n < 80000 % 14))
    order(store, first, "420000")
    for metric, number in (("real_amt", "1100000"), ("aov_buyer", "101.9"), ("pay_cvr", "0.06")):
        targets.set_target(store, metric, first, number)
    count(store)
    found = queries.figures(store, ["uv_need_month", "uv_gap_month", "uv_gap_per_day"], Period(first, last), compare=())
    assert [str(f.value) for f in found.values()] == ["179915", "99915", "6244.687500"]


def test_a_target_rate_that_was_not_set_is_read_from_the_month_so_far(store: Store) -> None:
    cover(store, "orders", 1)
    traffic(store, 1, 100)
    for buyer in range(4):
        order(store, 1, "50", buyer=buyer)
    targets.set_target(store, "real_amt", march(1), "1000")
    count(store)
    found = read(store, "uv_need_month", 1)
    assert (str(found.value), found.marks, found.missing) == ("500", ("estimated",), ())
    assert found.inputs["plan_cvr"] == Decimal("0.04")


def test_daily_visitor_shortfall_and_surplus(store: Store) -> None:  # T-11
    targets.set_target(store, "uv", march(1), 6000)
    traffic(store, 1, 5340)
    traffic(store, 2, 6100)
    count(store)
    assert [value(store, "uv_gap_day", day) for day in (1, 2)] == ["660", "0"]
    assert [value(store, "uv_surplus_day", day) for day in (1, 2)] == ["0", "100"]


def test_growth_and_the_same_day_of_last_month(store: Store) -> None:  # T-12
    cover(store, "orders", dt.date(2026, 2, 1), march(31))
    order(store, march(10), "10000")
    order(store, march(17), "12000")
    for _ in range(3):
        order(store, dt.date(2026, 2, 17), "1")
    count(store)
    assert value(store, "avg_growth", 17) == "0.026388"
    assert value(store, "lm_same", 17) == "3"


def test_a_month_under_way_opens_with_the_stock_of_the_last_evening_before_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-03-11")
    for day, units in ((dt.date(2026, 2, 10), 50), (dt.date(2026, 2, 27), 80)):
        targets.enter(store, "stock_qty", day, units)
    count(store)
    for last in (march(10), march(31)):
        found = queries.figures(store, ["sold_rate"], Period(march(1), last), compare=())["sold_rate"]
        assert found.inputs["previous_stock_qty"] == 80  # and not that of 10 February


def test_the_days_of_a_month_sum_to_its_target(store: Store) -> None:
    targets.set_target(store, "real_amt", march(1), "20000")
    targets.set_target(store, "pay_order_cnt", march(1), 200)
    rows = queries.breakdown(store, ["target_amt"], span(1, 31), "day")
    shown = {dt.date.fromisoformat(row.key): row.values["target_amt"].value for row in rows}
    assert sum(x or 0 for x in shown.values()) == 20000
    assert shown == queries.sales_targets(store, span(1, 31))
    assert shown == {day.day: day.target for day in month_plan(store, span(1, 31)).days}
    reader = Reader(store, ())
    assert sum(reader.target(METRICS["pay_order_cnt"], span(n, n)) or 0 for n in range(1, 32)) == 200


def test_people_and_products_are_counted_in_groups_of_days_that_overlap(store: Store) -> None:
    """Five comparisons ask of the period, of its compared part and of other days at once: no day is lost to a group."""
    cream = Product.objects.create(store=store, code="cream", title="cream")
    for day in range(1, 10):
        for buyer in (day, 100):
            line(order(store, day, "10", buyer=buyer), "10", product=cream.pk)
    cover(store, "orders", 1, 9)
    count(store)
    groups = [tuple(span(1, last)) for last in range(9, 0, -1)]
    assert distinct.count("pay_buyers", store, groups) == [10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert distinct.count("order_buyers", store, groups) == [10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert distinct.count("order_pay_buyers", store, groups) == [10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert distinct.count("new_buyers", store, groups) == [10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert distinct.count("repeat_buyers", store, groups) == [1] * 8 + [0]
    assert distinct.count("sold_items", store, groups) == [1] * 9
    assert distinct.count("a_items", store, groups) == [1] * 9


def test_the_31st_has_no_same_day_in_february(store: Store) -> None:
    cover(store, "orders", dt.date(2026, 2, 1), march(31))
    for day in range(1, 29):
        order(store, dt.date(2026, 2, day), "1")
    count(store)
    assert read(store, "lm_same", 31).missing == (Missing("no_match", "pay_order_cnt", (march(31),)),)
    found = read(store, "lm_same", 1, 31)
    assert (str(found.value), found.marks) == ("28", ("partial 28/31",))


def test_change_on_the_previous_period_and_on_last_year(store: Store) -> None:
    cover(store, "orders", dt.date(2025, 3, 1), march(31))
    order(store, dt.date(2025, 3, 2), "80")
    order(store, 1, "50")
    order(store, 2, "100")
    count(store)
    assert (value(store, "mom", 2), value(store, "yoy", 2)) == ("1.000000", "0.250000")


def test_a_change_is_told_of_the_days_that_stand_against_each_other(store: Store) -> None:
    cover(store, "orders", dt.date(2025, 3, 1), dt.date(2025, 3, 5))
    cover(store, "orders", dt.date(2026, 2, 1), march(31))
    order(store, dt.date(2025, 3, 2), "80")
    order(store, dt.date(2026, 2, 10), "100")
    order(store, dt.date(2026, 2, 17), "12800")
    for day, amount in ((2, "160"), (10, "19190"), (29, "7")):
        order(store, day, amount)
    count(store)
    assert value(store, "mom", 1, 30) == "0.500000"  # 19,350 on 12,900: the 29th stands against no day
    assert value(store, "yoy", 1, 10) == "1.000000"  # the five days of both years that are known: 160 on 80
    thin = read(store, "yoy", 1, 11)  # five of eleven
    assert (thin.value, {x.code for x in thin.missing}) == (None, {"no_match"})
    assert read(store, "lm_growth", 31).missing == (Missing("no_match", "real_amt", (march(31),)),)
    assert value(store, "avg_growth", dt.date(2026, 2, 9), dt.date(2026, 2, 17)) == "1.000000"  # 128 in seven days


# --- pace


def test_the_pace_of_a_month(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # T-09
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    first = dt.date(2026, 9, 1)
    cover(store, "orders", first, dt.date(2026, 9, 15))
    order(store, first, "420000")
    order(store, dt.date(2026, 9, 15), "999")  # today is not over: it does not count
    targets.set_target(store, "real_amt", first, "1100000")
    count(store)
    pace = queries.pace(store, dt.date(2026, 9, 20))
    assert (pace.closed_days, pace.days_left, pace.actual) == (14, 16, Decimal("420000.00"))
    assert [str(round(x, 2)) for x in (pace.expected, pace.need_per_day, pace.projection) if x is not None] == [
        "513333.38", "42500.00", "900000.00",  # due: 14 days of 36,666.67, of which the month has 20, and 10 of .66
    ]  # fmt: skip
    month = Period(first, dt.date(2026, 9, 30))  # asked as KPIs of the whole month they say the same
    kpis = queries.figures(store, ["run_rate_need", "forecast"], month, compare=())
    assert [str(figure.value) for figure in kpis.values()] == ["42500.00", "900000.00"]
    assert pace.progress is not None
    assert (round(pace.progress, 4), round(pace.time_progress, 4)) == (Decimal("0.3818"), Decimal("0.4667"))


def test_a_day_nobody_has_told_of_is_not_a_day_behind_the_target(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:  # G18
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-15")
    first = dt.date(2026, 9, 1)
    cover(store, "orders", first, dt.date(2026, 9, 13))  # yesterday's orders are still to come
    order(store, first, "480000")
    targets.set_target(store, "real_amt", first, "1100000")
    count(store)
    pace = queries.pace(store, first)  # 13 x 36,666.67 = 476,666.71 was due by the 13th; 480,000 x 30/13 at its end
    assert (f"{pace.expected:.2f}", f"{pace.ahead:.2f}", f"{pace.projection:.2f}", pace.marks) == (
        "476666.71", "3333.29", "1107692.31", ("partial 13/14",),
    )  # fmt: skip
    forecast = queries.figures(store, ["forecast"], Period(first, dt.date(2026, 9, 30)), compare=())["forecast"]
    assert (str(forecast.value), forecast.marks) == ("1107692.31", ("partial 13/14",))
    closed = Period(first, dt.date(2026, 9, 14))
    plan = queries.figures(store, ["real_amt"], closed, compare=["target"])["real_amt"].compare["target"]
    assert (str(plan.value), str(plan.delta), plan.is_better) == ("476666.71", "0.006993", True)


def test_days_told_in_part_alone_are_neither_ahead_nor_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-09-03")
    first = dt.date(2026, 9, 1)
    cover(store, "orders", first, dt.date(2026, 9, 2), is_partial=True)
    order(store, first, "405")
    targets.set_target(store, "real_amt", first, "300000")
    count(store)
    pace = queries.pace(store, first)
    assert (pace.unfinished, pace.marks, pace.actual, pace.expected, pace.ahead) == (
        2, ("partial 0/2",), Decimal("405.00"), Decimal("20000.00"), None,
    )  # fmt: skip
    Coverage.objects.filter(store=store, day=first).update(is_partial=False)
    count(store)
    pace = queries.pace(store, first)  # the first is told in full: 405 of 20,000, of which 10,000 are of a day in part
    assert (pace.unfinished, pace.ahead) == (1, Decimal("-19595.00"))
    with override("en"):
        assert "1 day of it not told in full yet" in lines(pace)


def test_the_pace_of_a_month_to_come_or_without_a_target_says_nothing(store: Store) -> None:
    pace = queries.pace(store, dt.date(2026, 5, 1))
    assert (pace.closed_days, pace.actual, pace.expected, pace.projection, pace.need_per_day) == (
        0,
        None,
        None,
        None,
        None,
    )
    with pytest.raises(ValueError, match="real_amt"):
        queries.pace(store, dt.date(2026, 5, 1), "pay_cvr")


@pytest.mark.parametrize(("platform", "is_guess"), [("pdd", True), ("tmall", False)])
def test_a_refund_told_by_its_state_alone_is_an_estimate_by_payment_day_too(
    db: None, platform: str, is_guess: bool
) -> None:
    """Two orders of 100; one is refunded as its state says, in full, and no case tells more. Taobao's files tell how
    much went back: there only the day is not known, and by payment day none is needed."""
    shop = create_store("p", "拼多多店", platform)
    cover(shop, "orders", 1, 2)
    order(shop, 1, "100", refund="100")
    order(shop, 2, "100")
    count(shop)
    by_payment, by_refund = (read(shop, key, 1, 2) for key in ("refund_rate_amt_pay", "refund_rate_amt"))
    assert (by_payment.value, by_refund.value) == (Decimal("0.5"), Decimal("0.5"))
    assert ("estimated" in by_payment.marks, "estimated" in by_refund.marks) == (is_guess, True)
    assert read(shop, "cohort_refund_amt", 2).marks == ()
    refund(Order.objects.get(pay_day=march(1)), 2, "30")
    count(shop)
    told = read(shop, "refund_rate_amt_pay", 1, 2)
    # a case tells 30 of the guessed 100; Taobao's 100 are known, 70 of them without a case
    assert (told.value, told.marks) == (Decimal("0.15") if is_guess else Decimal("0.5"), ())
