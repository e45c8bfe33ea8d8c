"""What 今日 and 看板 are made of."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.utils import translation

from campaigns.models import Campaign
from kpis import queries
from kpis.answers import Figure
from kpis.display import boards
from kpis.display.decisions import decisions, missing_days, next_target, refund_rate, waiting_uploads
from kpis.models import AdSpend, Coverage, DayTarget, ProductDay, Refund, ShopTraffic, Target, Upload
from kpis.sums.rollups import bump, rebuild
from kpis.tree import tree_of
from kpis.trends.moves import changes
from kpis.views.decision_words import links
from kpis.views.tables import with_comparisons
from kpis.views.today import running_words
from kpis.week.sheets import neighbours, sheet, sheet_period
from opsplan.lib import clock
from opsplan.lib.periods import Period
from products.models import Product
from stores.calendars import set_event
from tests.kpis.small_shop import D10, D11, D12, SPAN, at, make_small_shop, order

TODAY = dt.date(2026, 11, 13)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-13")


@pytest.fixture
def shop(world):
    return make_small_shop(world.store)


def figure(key, value, **inputs):
    numbers = {name: D(number) for name, number in inputs.items()}
    return Figure(key, "money", "up", SPAN, None if value is None else D(value), numbers)


def tree(sales, visitors, buyers, orders):
    """Figures of TREE for sales made by `buyers` of `visitors` in `orders`; None = cannot be told."""
    known = buyers is not None and visitors is not None
    return {
        "pay_amt": figure("pay_amt", sales),
        "uv": figure("uv", visitors),
        "pay_cvr": figure(
            "pay_cvr", "0.1" if known else None, **({"pay_buyers": buyers, "uv": visitors} if known else {})
        ),
        "aov_buyer": figure("aov_buyer", "1" if buyers else None),
        "uv_value": figure("uv_value", "1", **({"pay_amt": sales, "uv": visitors} if visitors else {})),
        "order_uv_cvr": figure(
            "order_uv_cvr", "1" if visitors else None, **({"pay_order_cnt": orders, "uv": visitors} if visitors else {})
        ),
        "aov_order": figure("aov_order", "1", pay_amt=sales, pay_order_cnt=orders),
        "pay_order_cnt": figure("pay_order_cnt", orders),
    }


def test_twice_the_visitors_explain_twice_the_sales():
    told = tree_of(tree("2000", "200", "20", "25"), tree("1000", "100", "10", "12"))
    assert told.kind == "buyers"
    assert [effect for _figure, effect in told.parts] == [D("1000.00"), D("0.00"), D("0.00")]


def test_without_buyers_the_tree_is_made_of_orders_per_visitor():
    told = tree_of(tree("2000", "100", None, "20"), tree("1000", "100", None, "10"))
    assert (told.kind, [effect for _figure, effect in told.parts]) == ("visitors", [D("0.00"), D("1000.00"), D("0.00")])


def test_without_visitors_the_tree_is_made_of_orders():
    told = tree_of(tree("2000", None, None, "10"), tree("1000", None, None, "10"))
    assert (told.kind, [effect for _figure, effect in told.parts]) == ("orders", [D("0.00"), D("1000.00")])


def test_the_effects_and_the_days_without_traffic_sum_to_the_change(shop):
    days = [dt.date(2026, 11, n) for n in (7, 8)]
    order(shop, "Z", days[1], 7000, buyer=9)
    ShopTraffic.objects.create(store=shop, day=days[1], uv=50, pay_buyers=1)
    Coverage.objects.bulk_create(Coverage(store=shop, kind="orders", day=day) for day in days)
    Coverage.objects.create(store=shop, kind="traffic", day=days[1])
    rebuild(shop, days)
    found = changes(shop, SPAN)  # the 9th has no orders: 7 and 8 against 10 and 11
    card = queries.figures(shop, ["pay_amt"], SPAN, compare=["previous"])["pay_amt"].compare["previous"]
    assert (found.change, card.own - card.value) == (D("320.00"), D("320.00"))
    assert (found.marks, card.marks) == (("matched 2/3",), ("matched 2/3",))
    assert found.tree.rest == D("240.00")  # the 11th has no traffic
    assert sum(effect for _figure, effect in found.tree.parts) == D("80.00")


def test_the_funnel_counts_people_and_shares_of_visitors(shop):
    steps = boards.funnel(queries.figures(shop, boards.OVERVIEW, SPAN, compare=()))
    assert [step.people for step in steps] == [D(180), D(15), D(30), D(2), D(1)]
    assert steps[2].share == D("0.166667")


def test_channels_are_ranked_by_visitors_and_the_paid_share_is_told(shop):
    found = boards.channels(shop, SPAN)
    assert [row.key for row in found.rows] == ["zhitongche"]
    assert found.paid_share == D(1)


def test_channels_that_cost_something_stand_dearest_first_in_every_table(shop):
    AdSpend.objects.create(store=shop, day=D10, channel_key="zuanzhan", grain="account", cost_fen=5000)
    Coverage.objects.bulk_create(Coverage(store=shop, kind="ads", detail="zuanzhan", day=day) for day in SPAN)
    rebuild(shop, list(SPAN))
    found = boards.channels(shop, SPAN)
    assert [row.key for row in found.rows] == ["zhitongche", "zuanzhan"]
    assert [row.key for row in found.spenders] == ["zuanzhan", "zhitongche"]


def test_sales_of_no_known_product_are_no_product(shop):
    order(shop, "U", D12, 90000, buyer=7)  # without items
    rebuild(shop, [D12])
    rows, share = boards.products(shop, SPAN)
    assert [row.key for row in rows] == ["", "CREAM", "MASK"]
    assert share == rows[1].values["pay_amt"].value / sum(row.values["pay_amt"].value for row in rows)


def test_what_is_due_of_a_target_is_said_of_the_days_that_have_data(shop):
    Target.objects.create(
        store=shop, metric="real_amt", month=dt.date(2026, 11, 1), value=30000, updated_at=clock.now()
    )
    pace = queries.pace(shop, dt.date(2026, 11, 1))  # three of twelve days are known
    assert (pace.expected, pace.due, round(pace.time_progress, 1)) == (D(3000), D("0.1"), D("0.4"))
    assert pace.ahead == (pace.progress - pace.due) * pace.target


def test_remarks_say_what_marks_say_on_pages_and_on_which_days_a_change_stands(shop):
    days = [dt.date(2026, 11, n) for n in (7, 8)]
    Coverage.objects.bulk_create(Coverage(store=shop, kind="orders", day=day) for day in days)
    order(shop, "Z", days[1], 7000, buyer=9)
    rebuild(shop, days)
    figure = queries.figures(shop, ["pay_amt"], SPAN, compare=["previous"])["pay_amt"]
    with translation.override("en"):
        told = with_comparisons(replace(figure, marks=("redefined", "overlap", "partial 2/3")), ["previous"])
    # the 9th has no orders: 150 + 240 of 10 and 11 November against 70 of 7 and 8
    assert told == "redefined; overlap; 2/3 days; Previous period: 2/3 days match (this period there: ¥390.00)"


def test_products_are_found_by_title_and_code(shop):
    assert [row.key for row in boards.products(shop, SPAN, "面膜")[0]] == ["MASK"]
    assert [row.key for row in boards.products(shop, SPAN, "cream")[0]] == ["CREAM"]


def test_products_sort_both_ways_and_rank_what_has_no_value_last(shop):
    assert [row.key for row in boards.products(shop, SPAN, sort="pay_amt")[0]] == ["MASK", "CREAM"]
    assert [row.key for row in boards.products(shop, SPAN, sort="-pay_amt")[0]] == ["CREAM", "MASK"]
    assert boards.products(shop, SPAN, sort="pay_cvr")[0][-1].values["pay_cvr"].value is None


def test_a_month_under_way_is_held_against_the_whole_months_target(shop):
    Target.objects.create(store=shop, metric="pay_amt", month=dt.date(2026, 11, 1), value=3000, updated_at=clock.now())
    span = Period(dt.date(2026, 11, 1), D12)
    figure = queries.figures(shop, ["pay_amt"], span, compare=())["pay_amt"]
    card = boards.card_of(figure, [], boards.overview(shop, span, (), D12, ("pay_amt",)).months["pay_amt"])
    assert (card.target, card.reached, card.elapsed) == (D(3000), D("0.13"), D("0.1"))  # due: three days have data


def test_the_chart_draws_the_days_as_the_month_page_has_them(shop):
    Target.objects.create(store=shop, metric="real_amt", month=dt.date(2026, 11, 1), value=3000, updated_at=clock.now())
    DayTarget.objects.create(store=shop, day=dt.date(2026, 11, 11), amount=D(1550), updated_at=clock.now())
    told = dict(boards.trend(shop, Period(dt.date(2026, 11, 1), D12), D12).target)
    assert (told[dt.date(2026, 11, 11)], told[D12], sum(told.values())) == (D(1550), D(50), D(3000))


def test_a_card_with_a_hole_is_partial_and_one_without_data_missing(shop):
    found = queries.figures(shop, ["uv", "pay_amt", "good_rate"], SPAN, compare=())
    assert [boards.card_of(found[key], []).fresh for key in ("pay_amt", "uv", "good_rate")] == [
        "full",
        "partial",
        "missing",
    ]


def test_the_days_of_last_year_lie_on_the_same_days_over_a_leap_day(world, monkeypatch):
    monkeypatch.setenv("OPSPLAN_TODAY", "2028-06-01")
    days = [dt.date(2027, 2, 28), dt.date(2027, 3, 1)]
    Coverage.objects.bulk_create(Coverage(store=world.store, kind="orders", day=day) for day in days)
    for no, day in enumerate(days, 1):
        order(world.store, f"L{no}", day, no * 10000)
    rebuild(world.store, days)
    span = Period(dt.date(2028, 2, 20), dt.date(2028, 3, 10))
    told = {day: value for day, value in boards.trend(world.store, span, dt.date(2028, 6, 1)).last_year if value}
    assert told == {dt.date(2028, 2, 28): 100, dt.date(2028, 3, 1): 200}


def test_a_campaign_that_was_stopped_is_drawn_up_to_its_stop(shop):
    whole = {"store": shop, "first_day": D10, "last_day": dt.date(2026, 11, 20), "state": "stopped"}
    Campaign.objects.create(name="stopped", stopped_at=at(D11), **whole)
    Campaign.objects.create(name="never held", stopped_at=at(dt.date(2026, 11, 9)), **whole)
    drawn = [band for band in boards.bands(shop, Period(D10, D12)) if band.kind == "campaign"]
    assert [(band.label, band.span) for band in drawn] == [("stopped", Period(D10, D11))]


def test_the_trend_shares_the_months_target_over_its_days(shop):
    Target.objects.create(store=shop, metric="real_amt", month=dt.date(2026, 11, 1), value=3000, updated_at=clock.now())
    shown = boards.trend(shop, Period(dt.date(2026, 11, 1), D12), TODAY)
    assert shown.period.last == dt.date(2026, 11, 30)
    assert {value for _day, value in shown.target} == {D(100)}


def test_a_single_day_is_drawn_in_its_two_weeks(shop):
    assert boards.trend_period(Period(D12, D12)) == Period(dt.date(2026, 10, 30), D12)


def test_campaigns_and_big_days_are_marked(shop):
    Campaign.objects.create(store=shop, name="返场", first_day=D11, last_day=dt.date(2026, 12, 1))
    assert [(band.kind, band.label) for band in boards.bands(shop, SPAN)] == [
        ("sale", "Double 11"),
        ("campaign", "返场"),
    ]


def test_a_sale_that_the_store_moved_or_made_is_marked_where_it_is(shop):
    set_event(shop, "double_11", "Double 11", D10, 1, 0)
    set_event(shop, "", "店庆", D12, 0, 0)
    week = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 15))
    assert [(band.label, band.span) for band in boards.bands(shop, week)] == [
        ("Double 11", Period(dt.date(2026, 11, 9), D10)),
        ("店庆", Period(D12, D12)),
    ]


def test_what_is_kept_is_made_anew_when_a_figure_can_change(shop):
    made = []
    assert boards.kept(shop, "x", lambda: made.append(1) or len(made)) == 1
    assert boards.kept(shop, "x", lambda: made.append(1) or len(made)) == 1
    bump(shop)
    assert boards.kept(shop, "x", lambda: made.append(1) or len(made)) == 2


def test_yesterday_stands_against_the_same_weekday(shop):
    order(shop, "W", dt.date(2026, 11, 4), 10000, buyer=5)
    Coverage.objects.create(store=shop, kind="orders", day=dt.date(2026, 11, 4))
    rebuild(shop, [dt.date(2026, 11, 4)])
    sold = boards.yesterday(shop, D11, ["pay_amt"])[0].compare["last_week"]
    assert (sold.period.first, sold.value, sold.delta) == (dt.date(2026, 11, 4), D("100.00"), D("1.400000"))


def test_a_hole_in_a_source_waits_for_a_decision(shop):
    found = [(each.code, each.params.get("kind"), each.days) for each in missing_days(shop, TODAY)]
    assert ("missing_days", "traffic", (D11,)) in found


def test_sources_that_are_late_by_a_day_share_one_line(shop):
    found = [each for each in missing_days(shop, dt.date(2026, 11, 14)) if each.code == "yesterday"]
    assert len(found) == 1
    assert {each["kind"] for each in found[0].params["sources"]} >= {"orders", "refunds", "traffic"}


def test_a_shop_without_any_traffic_is_told_so(world):
    Coverage.objects.create(store=world.store, kind="orders", day=D12)
    assert [each.code for each in missing_days(world.store, TODAY)] == ["no_traffic"]


def spread(shop, rate):
    """35 days of 100 orders' worth of sales with 5 % refunds, and `rate` percent on the last."""
    days = [TODAY - dt.timedelta(days=n) for n in range(1, 36)]
    for kind in ("orders", "refunds"):
        Coverage.objects.bulk_create(Coverage(store=shop, kind=kind, day=day) for day in days)
    for n, day in enumerate(days):
        order(shop, f"S{n}", day, 10000, buyer=n)
        back = rate * 100 if n == 0 else 500
        Refund.objects.create(
            store=shop, refund_no=f"S{n}", order_no=f"S{n}", status=30, settled_at=at(day), settled_day=day,
            amount_fen=back, qty=1, reason="少件",
        )  # fmt: skip
    rebuild(shop, days)


def test_a_refund_rate_above_the_shops_own_normal_is_told_with_its_numbers(world):
    spread(world.store, 9)
    (found,) = refund_rate(world.store, TODAY)
    assert found.params["rate"] == D("0.09")
    assert found.params["usual"] == D("0.05")
    assert found.params["line"] == D("0.07")
    assert (found.params["days"], found.params["reason"], found.params["times"]) == (1, "少件", 1)


def test_what_is_behind_a_refund_rate_is_the_day_it_is_of(world):
    spread(world.store, 9)
    Refund.objects.filter(refund_no="S1").update(amount_fen=800)
    rebuild(world.store, [D11])
    (found,) = refund_rate(world.store, TODAY)
    request = SimpleNamespace(store=world.store, member=SimpleNamespace(level="owner"))
    behind, _said, rows, _said = links(found, request)
    assert (found.params["rate"], found.params["days"], found.params["refunds"]) == (D("0.09"), 2, 2)
    assert (behind.split("?")[1], rows.split("&")[-2:]) == (
        "period=custom&from=2026-11-12&to=2026-11-12",
        ["from=2026-11-11", "to=2026-11-12"],
    )


def test_a_refund_rate_within_the_shops_own_normal_is_not_told(world):
    spread(world.store, 7)
    assert list(refund_rate(world.store, TODAY)) == []


def upload(store, name, state, **more):
    return Upload.objects.create(store=store, name=name, sha256="1" * 64, state=state, created_at=at(D12), **more)


def test_a_file_that_was_refused_waits_until_it_is_brought_again(world):
    upload(world.store, "a.csv", "rejected", rejected=3)
    upload(world.store, "b.csv", "ready", rows=5)
    assert [each.code for each in waiting_uploads(world.store, TODAY)] == ["upload_ready", "upload_refused"]
    upload(world.store, "a.csv", "loaded")
    assert [each.code for each in waiting_uploads(world.store, TODAY)] == ["upload_ready"]


def test_the_coming_month_wants_a_target_in_its_last_days_only(world):
    assert list(next_target(world.store, dt.date(2026, 11, 20))) == []
    assert [each.params["month"] for each in next_target(world.store, dt.date(2026, 11, 27))] == [dt.date(2026, 12, 1)]
    Target.objects.create(
        store=world.store, metric="real_amt", month=dt.date(2026, 12, 1), value=1, updated_at=clock.now()
    )
    assert list(next_target(world.store, dt.date(2026, 11, 27))) == []


def test_on_its_first_day_a_month_without_a_target_is_named_and_on_its_second_no_more(world):
    days = [dt.date(2027, 1, 1), dt.date(2027, 1, 2)]
    assert [[x.params["month"] for x in next_target(world.store, day)] for day in days] == [[dt.date(2027, 1, 1)], []]


def test_a_shop_of_which_nothing_is_imported_any_more_is_not_called_complete(world):
    Coverage.objects.create(store=world.store, kind="orders", day=D12)
    Coverage.objects.create(store=world.store, kind="traffic", day=D12)
    thirty = D12 + dt.timedelta(days=30)
    assert {each.code for each in missing_days(world.store, thirty)} == {"missing_days"}
    found = list(missing_days(world.store, thirty + dt.timedelta(days=1)))
    assert [(x.code, x.params.get("day")) for x in found] == [("stopped", D12)]


def test_a_new_store_has_nothing_to_decide(world):
    assert decisions(world.store, dt.date(2026, 11, 10)) == []


def test_the_weekly_sheet_has_the_founding_rows_and_a_column_a_day(shop):
    made = sheet(shop, SPAN)
    assert [len(lines) for lines in made.blocks.values()] == [8, 5, 4, 7, 4, 5]
    sold = next(line for line in made.blocks["sales"] if line.key == "real_amt")
    assert [each.figure.value for each in sold.cells] == [D("150.00"), D("227.50"), D("0.00")]


@pytest.mark.parametrize(
    ("size", "first", "last", "earlier", "later"),
    [
        ("7", (11, 9), (11, 15), (11, 2), (11, 16)),
        ("14", (11, 2), (11, 15), (10, 19), (11, 16)),
        ("month", (11, 1), (11, 30), (10, 1), (12, 1)),
    ],
)
def test_the_weekly_sheet_pages_by_a_week_two_weeks_or_a_month(size, first, last, earlier, later):
    shown = sheet_period(size, "", TODAY)
    assert shown == Period(dt.date(2026, *first), dt.date(2026, *last))
    assert neighbours(shown, size) == (dt.date(2026, *earlier), dt.date(2026, *later))


def test_running_campaigns_tell_what_they_sold(shop):
    Campaign.objects.create(store=shop, name="双11返场", first_day=D11, last_day=dt.date(2026, 11, 20))
    Campaign.objects.create(store=shop, name="双12", first_day=dt.date(2026, 12, 10), last_day=dt.date(2026, 12, 12))
    rebuild(shop, [D10, D11, D12])
    assert [(each.name, each.sales) for each in boards.running(shop, TODAY)] == [
        ("双11返场", D("240.00")),
        ("双12", None),
    ]


def test_what_a_running_campaign_sold_is_what_its_link_tells(shop, client, world):
    """Orders of today have come in already: they are of a day that is not over."""
    made = Campaign.objects.create(store=shop, name="双11返场", first_day=D11, last_day=dt.date(2026, 11, 20))
    order(shop, "now", TODAY, 99900)
    rebuild(shop, [D10, D11, D12, TODAY])
    (running,) = boards.running(shop, TODAY)
    request = SimpleNamespace(store=shop, member=SimpleNamespace(level="owner"))
    client.force_login(world.mia)
    page = client.get(f"/s/lotus/explain/pay_amt?{running_words(request, running, TODAY)['query']}")
    assert (running.pk, running.sales, page.context["figure"].value) == (made.pk, D("240.00"), D("240.00"))


def test_each_running_campaign_tells_its_own_sales_and_a_stopped_one_none(shop):
    cream = Product.objects.filter(store=shop).order_by("pk").first()
    for name, more in (("a", {}), ("b", {}), ("c", {"state": "stopped"})):
        made = Campaign.objects.create(store=shop, name=name, first_day=D10, last_day=dt.date(2026, 11, 20), **more)
        if name == "b":
            made.products.add(cream)
    rebuild(shop, [D10, D11, D12])
    whole, some = boards.running(shop, TODAY)
    own = ProductDay.objects.filter(store=shop, product_id_ref=cream.pk, day__range=(D10, D12))
    assert (whole.sales, some.sales) == (D("390.00"), D(sum(x.pay_amt for x in own)) / 100)
