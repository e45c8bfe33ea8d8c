"""Ad channels whose cost nobody has told: which days they owe, and how a figure says so. Numbers worked by hand."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from kpis import queries, wire
from kpis.alerting import alerts
from kpis.answers import Missing
from kpis.breakdowns import table_wire
from kpis.breakdowns.groups import Group
from kpis.display import boards
from kpis.display.decisions import missing_days
from kpis.figure_words import chip, why
from kpis.figures.readings import Reader
from kpis.metrics import METRICS
from kpis.models.rollups import bump
from kpis.sums import targets
from kpis.sums.coverage import silences
from kpis.views import tables
from stores.models import Channel, Store
from stores.services import create_store
from tests.kpis.facts import count, cover, march, order, read, span, spend


def owed(store: Store) -> dict[str, list[int]]:
    """Channel: days of March (of April: 31 and more)."""
    return {each.channel: [(day - march(1)).days + 1 for day in sorted(each.days)] for each in silences(store)}


@pytest.fixture
def two(store: Store) -> Store:
    """直通车 tells of 10 yuan a day up to the 10th, 万相台 of 20 up to the 20th; each day an order of 100 yuan."""
    cover(store, "orders", 1, 31)
    for day in range(1, 21):
        order(store, day, "100", buyer=day)
        spend(store, day, "wanxiangtai", "20", sales_fen=4000)
        if day <= 10:
            spend(store, day, "zhitongche", "10", sales_fen=5000)
    count(store)
    return store


def test_a_silent_channel_marks_the_figure_and_drops_no_day(two: Store) -> None:
    found = read(two, "promo_cost", 1, 20)
    lacking = Missing("channel_missing", "promo_cost", tuple(span(11, 20)), channel="zhitongche", channel_name="直通车")
    assert (found.value, found.marks, found.missing) == (D("500.00"), ("channel_missing",), (lacking,))
    # roi: (10 x 50 + 20 x 40) / (10 x 10 + 20 x 20) = 1300 / 500; shop_roi: 2000 / 500
    assert [read(two, key, 1, 20).value for key in ("roi", "shop_roi")] == [D("2.6"), D(4)]
    assert all("channel_missing" in read(two, key, 11, 20).marks for key in ("roi", "shop_roi", "cac", "cost_ratio"))
    assert read(two, "promo_cost", 1, 10).marks == ()
    assert read(two, "promo_cost_wanxiangtai", 1, 20).marks == ()
    assert read(two, "pay_amt", 1, 20).marks == ()
    assert "partial 20/31" in read(two, "promo_cost", 1, 31).marks


def test_it_is_said_in_words_on_the_card_and_over_rest(two: Store) -> None:
    found = read(two, "promo_cost", 9, 12)
    assert "直通车" in why(found.missing[0])
    assert "03-11" in why(found.missing[0])
    assert chip("channel_missing")[0] == "warn"
    assert boards.fresh(found) == "partial"
    assert wire.figure(found)["missing"] == [
        {
            "code": "channel_missing", "what": "promo_cost", "days": ["2026-03-11", "2026-03-12"],
            "channel": "zhitongche", "channel_name": "直通车",
        }
    ]  # fmt: skip


def test_tables_and_files_say_which_channel_on_which_days(two: Store) -> None:
    found = {"promo_cost": read(two, "promo_cost", 9, 12)}
    assert (told := tables.remarks(found.values())).count("直通车") == 1
    assert "03-11" in told
    assert table_wire.remarks(found) == "promo_cost: channel_missing zhitongche (2)"


def test_a_comparison_keeps_its_days_and_says_it_too(two: Store) -> None:
    told = queries.figures(two, ["promo_cost"], span(11, 15), compare=["previous"])["promo_cost"].compare["previous"]
    # five days of 20 against five of 30 (6th to 10th)
    assert (told.value, told.own, told.delta, told.days) == (D("150.00"), D("100.00"), D("-0.333333"), None)
    told = queries.figures(two, ["promo_cost"], span(16, 20), compare=["previous"])["promo_cost"].compare["previous"]
    assert (told.value, told.marks) == (D("100.00"), ("channel_missing",))
    assert [(m.code, m.days) for m in told.missing] == [("channel_missing", tuple(span(11, 15)))]


def test_a_channel_of_its_own_and_several_stores(two: Store) -> None:
    rows = {row.key: row.values["promo_cost"] for row in queries.breakdown(two, ["promo_cost"], span(9, 12), "channel")}
    assert {key: (f.value, f.marks) for key, f in rows.items()} == {
        "zhitongche": (D("20.00"), ("partial 2/4",)),
        "wanxiangtai": (D("80.00"), ()),
    }
    other = create_store("second", "二店", "tmall")
    spend(other, 11, "zhitongche", "7")
    count(other)
    group = Group([Reader(each, ["promo_cost"]) for each in (two, other)])
    total = group.figure(METRICS["promo_cost"], span(11, 11))
    assert (total.value, total.marks) == (D("27.00"), ("channel_missing",))
    assert [(m.code, m.store, m.channel) for m in total.missing] == [("channel_missing", "lotus", "zhitongche")]


# --- which days are owed (today is 2 April) -------------------------------------------------------------------------


def test_owed_from_the_first_imported_day_up_to_yesterday(two: Store) -> None:
    assert owed(two) == {"wanxiangtai": [*range(21, 33)], "zhitongche": [*range(11, 33)]}


def test_a_long_silence_is_a_pause(store: Store, settings: Any) -> None:
    for day in (1, 4, 12):
        spend(store, day, "zhitongche", "1")
    for day in (1, 2, 3, 4, 12, 28):
        spend(store, day, "wanxiangtai", "1")
    assert owed(store)["zhitongche"] == [2, 3, *range(5, 12), *range(13, 33)]
    settings.AD_CHANNEL_DAYS = 7  # 5 to 11 are seven days; after the 12th it says nothing for 16, as far as others do
    bump(store)
    assert owed(store)["zhitongche"] == [2, 3, *range(5, 12)]
    settings.AD_CHANNEL_DAYS = 6
    bump(store)
    assert owed(store)["zhitongche"] == [2, 3]


def test_people_say_that_a_channel_is_not_used_any_more(two: Store) -> None:
    Channel.objects.filter(store=two, key="zhitongche").update(stopped_on=march(13))
    bump(two)
    assert owed(two)["zhitongche"] == [11, 12]
    assert read(two, "promo_cost", 13, 20).marks == ()
    spend(two, 16, "zhitongche", "10")  # it was used again
    count(two)
    assert owed(two)["zhitongche"] == [11, 12, *range(17, 33)]


def test_what_was_typed_or_declared_is_told(two: Store) -> None:
    targets.enter(two, "promo_cost_zhitongche", march(11), "3")
    cover(two, "ads", 12, detail="zhitongche")
    count(two)
    assert owed(two)["zhitongche"] == [*range(13, 33)]
    assert read(two, "promo_cost", 11, 12).marks == ()


def test_commission_comes_a_fortnight_later(store: Store) -> None:
    for day in range(1, 31):
        spend(store, day, "zhitongche", "1")
        if day in (1, 2, 6, 10):
            spend(store, day, "taobaoke", "1")
    assert owed(store)["taobaoke"] == [3, 4, 5, 7, 8, 9, *range(11, 18)]  # up to 17 March: 15 days before 1 April


def test_the_coverage_page_and_the_days_to_bring_go_by_the_same_rule(two: Store) -> None:
    Channel.objects.filter(store=two, key="zhitongche").update(stopped_on=march(13))
    bump(two)
    [row] = [row for row in queries.coverage(two, march(1)) if row.detail == "zhitongche"]
    assert [day.day for day, state in row.days.items() if state == "missing"] == [11, 12]
    assert {row.days[march(day)] for day in range(13, 32)} == {"none"}
    today = dt.date(2026, 4, 2)
    holes = {each.params["detail"]: each.days for each in missing_days(two, today) if each.params.get("kind") == "ads"}
    assert holes["zhitongche"] == tuple(span(11, 12))
    assert holes["wanxiangtai"] == tuple(span(21, 31))


def test_an_alert_looks_at_such_a_day_all_the_same(two: Store) -> None:
    seen = alerts.watched(two, ["promo_cost"], span(11, 20))["promo_cost"]
    assert {seen.values[day] for day in span(11, 20)} == {D("20.00")}
    assert not seen.absent & set(span(11, 20))


def test_it_costs_three_statements_a_data_version_and_none_without_ads(
    two: Store, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):  # days, targets
        queries.summary(two, ["pay_amt", "pay_order_cnt"], span(1, 20))
    with django_assert_num_queries(5):  # and where channels fall silent, the channels, what was typed meanwhile
        queries.summary(two, ["promo_cost", "roi", "shop_roi"], span(1, 20))
