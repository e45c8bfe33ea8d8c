"""By day, week, month, channel and product."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpis import queries
from kpis.answers import Missing, Row
from kpis.figures.grains import can_split, spans
from kpis.metrics import METRICS
from kpis.models import ChannelDay, ItemTraffic
from opsplan.lib.periods import Period
from products.models import Cost, Product
from stores.models import Store
from tests.kpis.facts import count, cover, flow, line, march, order, span, spend, traffic


def table(rows: list[Row], *keys: str) -> list[tuple[str, ...]]:
    return [(row.key, *(str(row.values[key].value) for key in keys)) for row in rows]


def test_by_day_every_day_has_its_row(store: Store) -> None:
    cover(store, "orders", 1, 3)
    order(store, 1, "10", buyer=1)
    order(store, 3, "20", buyer=1)
    count(store)
    rows = queries.breakdown(store, ["pay_amt", "pay_buyers"], span(1, 4), "day")
    assert table(rows, "pay_amt", "pay_buyers") == [
        ("2026-03-01", "10.00", "1"), ("2026-03-02", "0.00", "0"), ("2026-03-03", "20.00", "1"),
        ("2026-03-04", "None", "None"),
    ]  # fmt: skip


def test_by_week_means_iso_weeks_cut_at_the_periods_ends(store: Store) -> None:
    cover(store, "orders", 1, 9)
    for day in range(1, 10):
        order(store, day, "1", buyer=day % 2)
    count(store)
    rows = queries.breakdown(store, ["pay_amt", "pay_buyers"], span(1, 9), "week")
    assert table(rows, "pay_amt", "pay_buyers") == [
        ("2026-W09", "1.00", "1"), ("2026-W10", "7.00", "2"), ("2026-W11", "1.00", "1"),
    ]  # fmt: skip


def test_by_month_people_are_counted_once_a_month_in_one_statement(store: Store) -> None:
    cover(store, "orders", dt.date(2026, 1, 1), march(31))
    for month in (1, 2, 3):
        for day in (1, 2):
            order(store, dt.date(2026, month, day), "1", buyer=month if day == 1 else 99)
        order(store, dt.date(2026, month, 3), "1", buyer=99)
    count(store)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rows = queries.breakdown(store, ["pay_buyers"], Period(dt.date(2026, 1, 1), march(31)), "month")
    assert table(rows, "pay_buyers") == [("2026-01", "2"), ("2026-02", "2"), ("2026-03", "2")]
    assert len(asked) == 2


def test_a_week_is_compared_with_the_week_before(store: Store) -> None:
    cover(store, "orders", 2, 15)
    for day in range(2, 16):
        order(store, day, "1" if day < 9 else "3")
    count(store)
    rows = queries.breakdown(store, ["pay_amt"], span(9, 15), "week", compare=["previous"])
    against = rows[0].values["pay_amt"].compare["previous"]
    assert (str(against.value), str(against.delta)) == ("7.00", "2.000000")


def test_a_year_has_four_quarters() -> None:
    year = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert {key: len(span) for key, span in spans(year, "quarter")} == {
        "2026-Q1": 90, "2026-Q2": 91, "2026-Q3": 92, "2026-Q4": 92,
    }  # fmt: skip


def test_a_channel_has_no_visitors_where_the_flow_report_says_nothing_and_unknown_spend(store: Store) -> None:
    """Three days of flow, and ads of the first and the fourth; a channel the store does not have stands last."""
    cover(store, "flow", 1, 3)
    for day, channel, uv in ((1, "a strange one", 7), (1, "zhitongche", 40), (2, "search", 100)):
        flow(store, day, channel, channel, uv)
    for day, cost in ((1, "30"), (4, "5")):
        spend(store, day, "zhitongche", cost)
    count(store)
    rows = queries.breakdown(store, ["uv", "promo_cost"], span(1, 4), "channel")
    assert table(rows, "uv", "promo_cost") == [
        ("search", "100", "None"), ("zhitongche", "40", "35.00"), ("a strange one", "7", "None"),
    ]  # fmt: skip
    told = rows[1].values
    assert (told["uv"].marks, told["promo_cost"].marks) == (("daily_sum", "partial 3/4"), ("partial 2/4",))
    assert {missing.code for missing in rows[0].values["promo_cost"].missing} == {"no_source"}
    [hole] = told["promo_cost"].missing
    assert (hole.code, hole.days) == ("not_imported", (march(2), march(3)))


def test_channels_show_the_platforms_own_figures(store: Store) -> None:
    cover(store, "flow", 1, 2)
    for day in (1, 2):
        flow(store, day, "手淘搜索", "search", 100, pay_buyers=5, pay_amt_fen=50000)
    flow(store, 1, "直通车", "zhitongche", 40, pay_buyers=2, pay_amt_fen=9000)
    spend(store, 1, "zhitongche", "30", clicks=40, impressions=1000, sales_fen=9000)
    spend(store, 2, "zhitongche", "10", clicks=10, impressions=500, sales_fen=0)
    count(store)
    keys = ["uv", "pay_amt", "pay_cvr", "aov_buyer", "promo_cost", "roi", "cpc"]
    rows = queries.breakdown(store, keys, span(1, 2), "channel")
    assert table(rows, *keys) == [
        ("search", "200", "1000.00", "0.050000", "100.00", "None", "None", "None"),
        ("zhitongche", "40", "90.00", "0.050000", "45.00", "40.00", "2.250000", "0.80"),
    ]
    assert [(row.label, row.tags["paid"]) for row in rows] == [("自然搜索", "no"), ("直通车", "yes")]
    assert rows[0].values["uv"].marks == ("daily_sum",)
    assert rows[0].values["promo_cost"].missing


def test_another_platforms_channel_with_only_zeros_is_no_row(store: Store) -> None:
    """直通车 is Taobao's, 千川 Douyin's, the third the store's own: 0 of all three, then one visitor by 直通车."""
    cover(store, "flow", 1, 2)
    for name, key in (("手淘搜索", "search"), ("直通车", "zhitongche"), ("千川", "千川"), ("私域", "私域")):
        flow(store, 1, name, key, 9 if key == "search" else 0)
    count(store)
    shown = {}
    for platform in ("tmall", "kuaishou", "douyin"):
        store.platform = platform
        shown[platform] = {row.key for row in queries.breakdown(store, ["uv"], span(1, 2), "channel")}
    assert shown == {
        "tmall": {"search", "zhitongche", "私域"},
        "kuaishou": {"search", "私域"},
        "douyin": {"search", "千川", "私域"},
    }
    flow(store, 2, "直通车", "zhitongche", 1)
    count(store)
    assert "zhitongche" in {row.key for row in queries.breakdown(store, ["uv"], span(1, 2), "channel")}


def test_a_channel_is_compared_too(store: Store) -> None:
    spend(store, 1, "zhitongche", "10")
    spend(store, 2, "zhitongche", "15")
    count(store)
    row = queries.breakdown(store, ["promo_cost"], span(2, 2), "channel", compare=["previous"])[0]
    assert str(row.values["promo_cost"].compare["previous"].delta) == "0.500000"


@pytest.fixture
def goods(store: Store) -> tuple[Product, Product]:
    cream, mask = (Product.objects.create(store=store, code=code, title=code.upper()) for code in ("cream", "mask"))
    Cost.objects.create(product=cream, from_day=march(1), cost_fen=1000)
    cover(store, "orders", 1, 2)
    for day, product, price, buyer in ((1, cream, "50", 1), (2, cream, "50", 1), (2, mask, "30", 2)):
        line(order(store, day, price, buyer=buyer, refund="5"), price, product=product.pk)
    return cream, mask


def test_products_best_first_with_their_own_buyers(store: Store, goods: object) -> None:
    count(store)
    keys = ["pay_amt", "pay_order_cnt", "pay_item_cnt", "pay_buyers", "refund_amt", "gross"]
    rows = queries.breakdown(store, keys, span(1, 2), "product")
    assert table(rows, *keys) == [
        ("cream", "100.00", "2", "2", "1", "10.00", "70.00"), ("mask", "30.00", "1", "1", "1", "5.00", "None"),
    ]  # fmt: skip
    assert [row.label for row in rows] == ["CREAM", "MASK"]
    assert rows[1].values["gross"].missing[0].code == "no_cost"
    assert rows[0].values["refund_amt"].marks == ("estimated",)


def test_a_product_s_figure_stands_on_the_days_its_sources_tell_of(store: Store, goods: tuple[Product, ...]) -> None:
    soap = Product.objects.create(store=store, code="soap", title="")
    ItemTraffic.objects.create(store=store, day=march(1), item_id="i", product_id_ref=soap.pk, uv=20)
    traffic(store, 3, 5)
    count(store)
    rows = {row.key: row for row in queries.breakdown(store, ["gross", "pay_amt", "pay_buyers"], span(1, 3), "product")}
    assert [*rows] == ["cream", "soap", "mask"]  # 70 of 100, nothing, and what no cost is known of
    assert rows["cream"].values["pay_amt"].marks == ("partial 2/3",)
    assert rows["cream"].values["gross"].marks == ("estimated", "partial 2/3")
    assert rows["soap"].values["pay_buyers"].value == 0
    [row] = queries.product_rows(store, ["pay_buyers"], span(3, 3), compare=(), products=[soap.pk])
    assert row.values["pay_buyers"].missing == (Missing("not_imported", "pay_buyers"),)


def test_product_rows_sum_to_the_shop(store: Store, goods: object) -> None:
    order(store, 1, "7.77", refund="1")
    count(store)
    for key in ("pay_amt", "refund_amt", "net_amt"):
        rows = queries.breakdown(store, [key], span(1, 2), "product")
        whole = queries.figures(store, [key], span(1, 2))[key].value
        assert sum(row.values[key].value or 0 for row in rows) == whole
        assert rows[-1].key == ""


def test_a_product_nobody_bought_is_zero_and_one_without_traffic_report_is_unknown(store: Store, goods: object) -> None:
    mask = goods[1]  # type: ignore[index]
    cover(store, "items", 1)
    ItemTraffic.objects.create(store=store, day=march(1), item_id="i", product_id_ref=mask.pk, uv=20, pay_buyers=0)
    count(store)
    found = {row.key: row.values for row in queries.breakdown(store, ["pay_amt", "uv"], span(1, 1), "product")}
    assert (str(found["mask"]["pay_amt"].value), str(found["mask"]["uv"].value)) == ("0.00", "20")
    assert str(found["cream"]["uv"].value) == "0"
    day_two = queries.breakdown(store, ["pay_amt", "uv"], span(2, 2), "product")
    assert [str(row.values["uv"].value) for row in day_two] == ["None", "None"]


def test_one_figure_that_only_the_whole_shop_has_keeps_a_metric_whole() -> None:
    """Sources tell of visitors, buyers and sales, not of orders or refunds; nobody tells what an item cost in ads."""
    keys = ("pay_cvr", "net_amt", "aov_order", "cost_ratio")
    found = {key: [by for by in ("month", "channel", "product") if can_split(METRICS[key], by)] for key in keys}
    assert found == {
        "pay_cvr": ["month", "channel", "product"],
        "net_amt": ["month", "product"],
        "aov_order": ["month", "product"],
        "cost_ratio": ["month"],
    }


def test_a_metric_without_a_meaning_for_a_channel_is_refused_with_those_that_have_one(store: Store) -> None:
    with pytest.raises(ValueError, match="order_cnt") as caught:
        queries.breakdown(store, ["uv", "order_cnt"], span(1, 2), "channel")
    assert "pay_cvr" in str(caught.value)
    with pytest.raises(ValueError, match="day, week, month, quarter, year, channel, product"):
        queries.breakdown(store, ["uv"], span(1, 2), "fortnight")


def test_rows_of_the_channel_day_table_are_the_channels(store: Store) -> None:
    traffic(store, 1, 100)
    cover(store, "flow", 1)
    flow(store, 1, "小红书", "小红书", 5)
    count(store)
    assert list(ChannelDay.objects.values_list("channel_key", "uv")) == [("小红书", 5)]
    rows = queries.breakdown(store, ["uv"], span(1, 1), "channel")
    assert table(rows, "uv") == [("小红书", "5")]
