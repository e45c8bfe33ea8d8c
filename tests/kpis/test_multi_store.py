"""Several stores in one answer, worked out by hand.

north (tmall) and south (taobao) share their buyers, east (jd) has its own, west (shopify) keeps dollars in Los Angeles.
"""

import csv
import datetime as dt
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Campaign
from kpis import queries
from kpis.breakdowns import table_wire
from kpis.breakdowns.groups import Share, combine, time_over
from kpis.breakdowns.tables import Table
from kpis.definitions import set_definition
from kpis.figures.readings import Parts
from kpis.metrics import METRICS
from kpis.models import Coverage, Order, OrderStatus
from kpis.sums import targets
from opsplan.lib.periods import Period
from products.models import Product
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, flow, line, march, order, spend, traffic


@dataclass
class Stores:
    north: Store
    south: Store
    east: Store
    west: Store

    def every(self) -> list[Store]:
        return list(Store.objects.select_related("brand").order_by("slug"))


@pytest.fixture
def stores(db: None) -> Stores:
    return Stores(
        create_store("north", "北店", "tmall", brand="莲花"),
        create_store("south", "南店", "taobao", brand="莲花"),
        create_store("east", "东店", "jd", brand="青竹"),
        create_store("west", "West", "shopify", currency="USD", timezone="America/Los_Angeles"),
    )


def ask(of: Stores, /, **asked: Any) -> Table:
    body = {"stores": ["north", "south"], "metrics": ["pay_amt"], "period": {"from": "2026-03-01", "to": "2026-03-02"}}
    return queries.table(queries.question(body | asked, of.every()))


def shown(table: Table, *keys: str) -> list[tuple[str, ...]]:
    return [(*x.key.values(), *(str(x.values[key].value) for key in keys)) for x in table.lines]


def total(table: Table, key: str) -> tuple[str, tuple[str, ...]]:
    [only] = table.totals
    return str(only.values[key].value), only.values[key].marks


def sell(store: Store, *sales: tuple[int, str, int]) -> None:
    """(day of March, yuan, buyer); the orders of both days are all there."""
    cover(store, "orders", 1, 2)
    for day, pay, buyer in sales:
        order(store, day, pay, buyer=buyer)
    count(store)


def test_sums_come_first_and_ratios_of_stores_are_ratios_of_sums(stores: Stores) -> None:
    sell(stores.north, (1, "100", 1))
    sell(stores.south, *((1, "10", n) for n in range(2, 12)))
    found = ask(stores, metrics=["pay_amt", "aov_order"], dimensions=["store"])
    assert shown(found, "aov_order") == [("north", "100.00"), ("south", "10.00")]
    assert total(found, "aov_order")[0] == "18.18"  # 200 / 11, not 55
    assert total(found, "pay_amt")[0] == "200.00"


def test_a_buyer_of_two_stores_that_share_their_buyers_is_one_buyer(stores: Stores) -> None:
    sell(stores.north, (1, "10", 1), (2, "10", 1), (2, "10", 2))
    sell(stores.south, (1, "10", 2), (2, "10", 3))
    found = ask(stores, metrics=["pay_buyers"], dimensions=["store"])
    assert shown(found, "pay_buyers") == [("north", "2"), ("south", "2")]
    assert total(found, "pay_buyers") == ("3", ())
    assert [(x.code, x.metric) for x in found.notes] == [("places", "pay_buyers")]


def test_people_of_stores_and_days_are_counted_once_whatever_the_grain(stores: Stores) -> None:
    sell(stores.north, (1, "10", 1), (2, "10", 1))
    sell(stores.south, (1, "10", 1), (2, "10", 2))
    by_day = ask(stores, metrics=["pay_buyers"], dimensions=["day"])
    assert shown(by_day, "pay_buyers") == [("2026-03-01", "1"), ("2026-03-02", "2")]
    assert total(by_day, "pay_buyers")[0] == "2"
    assert [x.code for x in by_day.notes] == ["people"]


def test_buyers_of_platforms_without_common_names_are_added_and_marked(stores: Stores) -> None:
    sell(stores.north, (1, "10", 1))
    sell(stores.east, (1, "10", 1))
    found = ask(stores, stores=["north", "east"], metrics=["pay_buyers", "aov_buyer"])
    assert total(found, "pay_buyers") == ("2", ("overlap",))
    assert total(found, "aov_buyer") == ("10.00", ("overlap",))


def test_who_bought_in_one_store_last_year_is_a_returning_buyer_of_both(stores: Stores) -> None:
    order(stores.south, dt.date(2025, 3, 20), "10", buyer=7)
    cover(stores.south, "orders", dt.date(2025, 3, 20))
    sell(stores.north, (1, "10", 7), (1, "10", 8))
    sell(stores.south, (2, "10", 9))
    found = ask(stores, metrics=["new_buyers", "old_buyers"], dimensions=["store"])
    assert shown(found, "old_buyers") == [("north", "0"), ("south", "0")]
    assert (total(found, "old_buyers")[0], total(found, "new_buyers")[0]) == ("1", "2")


def test_two_orders_in_two_stores_make_a_repeat_buyer(stores: Stores) -> None:
    sell(stores.north, (1, "10", 1))
    sell(stores.south, (2, "10", 1))
    found = ask(stores, metrics=["repeat_rate"])
    assert total(found, "repeat_rate") == ("1.000000", ())


def test_visitors_of_stores_are_an_upper_bound_and_so_is_what_is_made_of_them(stores: Stores) -> None:
    for store, uv in ((stores.north, 60), (stores.south, 40)):
        sell(store, (1, "100", 1))
        traffic(store, 1, uv)
        count(store)
    found = ask(stores, metrics=["uv", "order_uv_cvr"], period={"from": "2026-03-01", "to": "2026-03-01"})
    assert total(found, "uv") == ("100", ("daily_sum", "overlap"))
    assert total(found, "order_uv_cvr") == ("0.020000", ("daily_sum", "overlap"))


def test_a_day_that_a_store_lacks_is_left_out_of_that_store_alone(stores: Stores) -> None:
    sell(stores.north, (1, "100", 1), (2, "100", 2))
    sell(stores.south, (1, "50", 3), (2, "50", 4))
    traffic(stores.north, 1, 10)
    for day in (1, 2):
        traffic(stores.south, day, 10)
    count(stores.north)
    count(stores.south)
    found = ask(stores, metrics=["uv_value"])
    figure = found.totals[0].values["uv_value"]
    assert str(figure.value) == "6.67"  # (100 + 50 + 50) / (10 + 10 + 10)
    [missing] = table_wire.table(found)["totals"][0]["values"]["uv_value"]["missing"]
    assert (missing["store"], missing["what"], missing["days"]) == ("north", "uv", ["2026-03-02"])
    assert "partial 3/4" in figure.marks
    assert [(m.code, m.store, m.days) for m in figure.missing] == [("not_imported", "north", (march(2),))]


def test_a_store_without_data_does_not_make_the_others_zero(stores: Stores) -> None:
    sell(stores.north, (1, "100", 1))
    assert total(ask(stores), "pay_amt") == ("100.00", ("partial 2/4",))
    nothing = ask(stores, stores=["south", "east"]).totals[0].values["pay_amt"]
    assert (nothing.value, {m.store for m in nothing.missing}) == (None, {"south", "east"})


def test_currencies_are_told_apart_and_never_added(stores: Stores) -> None:
    sell(stores.north, (1, "100", 1))
    sell(stores.west, (1, "30", 1))
    found = ask(stores, stores="all", dimensions=["month"])
    assert [(x.currency, x.stores) for x in found.totals] == [("CNY", ("east", "north", "south")), ("USD", ("west",))]
    assert [(x.currency, str(x.values["pay_amt"].value)) for x in found.lines] == [("CNY", "100.00"), ("USD", "30.00")]
    assert "currencies" in [x.code for x in found.notes]


def test_every_store_counts_days_of_its_own(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """One instant, 2026-03-02 05:00 UTC: afternoon of the 2nd in Shanghai, evening of the 1st in Los Angeles."""
    london = create_store("sunset", "Sunset", "shopify", timezone="America/Los_Angeles")
    at = dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)
    for store, day in ((stores.north, march(2)), (london, march(1))):
        Order.objects.create(
            store=store, order_no="1", status=OrderStatus.PAID, created_at=at, paid_at=at, order_day=day, pay_day=day,
            total_fen=1000, pay_fen=1000,
        )  # fmt: skip
        Coverage.objects.bulk_create(Coverage(store=store, kind="orders", day=march(d)) for d in (1, 2))
        count(store)
    found = ask(stores, stores=["north", "sunset"], dimensions=["store", "day"])
    assert sorted(shown(found, "pay_amt")) == [
        ("north", "2026-03-01", "0.00"), ("north", "2026-03-02", "10.00"),
        ("sunset", "2026-03-01", "10.00"), ("sunset", "2026-03-02", "0.00"),
    ]  # fmt: skip


def test_a_preset_ends_on_the_last_day_that_is_over_everywhere(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSPLAN_TODAY")
    monkeypatch.setattr("opsplan.lib.clock.now", lambda: dt.datetime(2026, 3, 5, 4, tzinfo=dt.UTC))
    asked = {"stores": ["north", "west"], "metrics": ["pay_amt"], "period": {"preset": "yesterday"}}
    assert queries.question(asked, stores.every()).period.last == march(3)  # it is still the 4th in Los Angeles
    asked["stores"] = ["north"]
    assert queries.question(asked, stores.every()).period.last == march(4)


def test_brands_are_groups_of_stores(stores: Stores) -> None:
    sell(stores.north, (1, "10", 1))
    sell(stores.south, (1, "20", 1))
    sell(stores.east, (1, "5", 1))
    found = ask(stores, stores=["north", "south", "east"], metrics=["pay_amt", "pay_buyers"], dimensions=["brand"])
    assert shown(found, "pay_amt", "pay_buyers") == [("莲花", "30.00", "1"), ("青竹", "5.00", "1")]
    only = ask(stores, stores="all", filters={"brand": ["青竹"]})
    assert only.totals[0].stores == ("east",)
    Store.objects.filter(brand__isnull=False).update(client="荷塘集团")
    found = ask(stores, stores=["north", "south", "east"], metrics=["pay_amt"], dimensions=["client"])
    assert shown(found, "pay_amt") == [("荷塘集团", "35.00")]
    only = ask(stores, stores="all", filters={"client": ["荷塘集团"]})
    assert sorted(only.totals[0].stores) == ["east", "north", "south"]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("week", ["2026-W09", "2026-W10"]),
        ("month", ["2026-03"]),
        ("quarter", ["2026-Q1"]),
        ("year", ["2026"]),
    ],
)
def test_by_calendar_units(stores: Stores, by: str, keys: list[str]) -> None:
    sell(stores.north, (1, "10", 1), (2, "20", 1))
    found = ask(stores, dimensions=[by])
    assert [x.key[by] for x in found.lines] == keys
    assert sum(x.values["pay_amt"].value or 0 for x in found.lines) == 30


def test_two_dimensions_channel_by_day(stores: Stores) -> None:
    for store, day, uv in ((stores.north, 1, 10), (stores.north, 2, 20), (stores.south, 1, 5)):
        cover(store, "flow", day)
        flow(store, day, "手淘搜索", "search", uv)
        count(store)
    found = ask(stores, metrics=["uv"], dimensions=["day", "channel"])
    assert shown(found, "uv") == [("2026-03-01", "search", "15"), ("2026-03-02", "search", "20")]
    assert found.lines[0].labels["channel"] == "自然搜索"
    assert "overlap" in found.lines[0].values["uv"].marks
    assert [x.code for x in found.notes] == ["attributed"]


def test_a_filter_holds_for_totals_lines_and_the_other_side_of_a_comparison(stores: Stores) -> None:
    """lightdash#20135: the comparison forgot the filter."""
    for day, uv in ((1, 10), (2, 30)):
        cover(stores.north, "flow", day)
        flow(stores.north, day, "手淘搜索", "search", uv)
        flow(stores.north, day, "直通车", "zhitongche", 7)
    count(stores.north)
    found = ask(
        stores, stores=["north"], metrics=["uv"], filters={"channel": ["search"]}, compare=["previous"],
        period={"from": "2026-03-02", "to": "2026-03-02"}, dimensions=["day"],
    )  # fmt: skip
    for values in (found.totals[0].values, found.lines[0].values):
        assert (str(values["uv"].value), str(values["uv"].compare["previous"].value)) == ("30", "10")


@pytest.fixture
def goods(stores: Stores) -> Stores:
    for store in (stores.north, stores.south):
        cream, mask = (Product.objects.create(store=store, code=code, title=code.upper()) for code in ("cream", "mask"))
        cover(store, "orders", 1, 2)
        both = order(store, 1, "80", buyer=1)
        line(both, "50", product=cream.pk)
        line(both, "30", product=mask.pk)
        line(order(store, 2, "30", buyer=2), "30", product=mask.pk)
        count(store)
    return stores


def test_products_of_stores_meet_by_merchant_code(goods: Stores) -> None:
    found = ask(goods, metrics=["pay_amt", "pay_order_cnt"], dimensions=["product"])
    assert shown(found, "pay_amt", "pay_order_cnt") == [("mask", "120.00", "4"), ("cream", "100.00", "2")]
    assert total(found, "pay_amt")[0] == "220.00"
    assert total(found, "pay_order_cnt")[0] == "4"
    assert [(x.code, x.metric) for x in found.notes] == [("overlap", "pay_order_cnt")]


def test_an_order_with_two_chosen_products_counts_once(goods: Stores) -> None:
    chosen = {"product": ["cream", "mask"]}
    found = ask(goods, stores=["north"], metrics=["pay_amt", "pay_order_cnt", "pay_buyers"], filters=chosen)
    assert [total(found, key)[0] for key in ("pay_amt", "pay_order_cnt", "pay_buyers")] == ["110.00", "2", "2"]


def test_products_by_day(goods: Stores) -> None:
    found = ask(goods, stores=["north"], dimensions=["product", "day"], sort="product")
    assert shown(found, "pay_amt") == [
        ("cream", "2026-03-01", "50.00"), ("mask", "2026-03-01", "30.00"), ("mask", "2026-03-02", "30.00"),
    ]  # fmt: skip


def test_campaigns_on_their_days_and_products(goods: Stores) -> None:
    mask = Product.objects.get(store=goods.north, code="mask")
    first = Campaign.objects.create(store=goods.north, name="面膜节", first_day=march(2), last_day=march(9))
    first.products.add(mask)
    second = Campaign.objects.create(store=goods.north, name="开年", first_day=march(1), last_day=march(1))
    found = ask(goods, stores=["north"], dimensions=["campaign"], compare=["previous"])
    assert [(x.labels["campaign"], str(x.values["pay_amt"].value)) for x in found.lines] == [
        ("开年", "80.00"), ("面膜节", "30.00"),
    ]  # fmt: skip
    against = found.lines[1].values["pay_amt"].compare["previous"]
    assert (against.period.last, str(against.value)) == (march(1), "30.00")
    only = ask(goods, stores=["north"], dimensions=["product"], filters={"campaign": [str(second.pk)]})
    assert shown(only, "pay_amt") == [("cream", "50.00"), ("mask", "30.00")]


def test_sort_and_limit_leave_the_total_alone(goods: Stores) -> None:
    found = ask(goods, dimensions=["product"], sort="pay_amt", limit=1)
    assert shown(found, "pay_amt") == [("cream", "100.00")]
    assert (found.count, total(found, "pay_amt")[0]) == (2, "220.00")
    assert [x.code for x in found.notes] == ["limited"]


def test_lines_without_a_reason_add_up_to_the_total(goods: Stores) -> None:
    for dimension in ("day", "store", "product", "month"):
        found = ask(goods, metrics=["pay_amt", "pay_item_cnt", "refund_amt"], dimensions=[dimension])
        assert not found.notes
        for key in ("pay_amt", "pay_item_cnt"):
            assert sum(x.values[key].value or 0 for x in found.lines) == found.totals[0].values[key].value


def test_targets_of_stores_add_up_where_all_have_one(stores: Stores) -> None:
    sell(stores.north, (1, "10", 1))
    sell(stores.south, (1, "10", 1))
    targets.set_target(stores.north, "pay_amt", march(1), "3100")
    assert ask(stores).totals[0].values["pay_amt"].target is None
    targets.set_target(stores.south, "pay_amt", march(1), "6200")
    figure = ask(stores, compare=["target"]).totals[0].values["pay_amt"]
    assert (str(figure.target), str(figure.compare["target"].value)) == ("600.00", "600.00")


def test_a_score_has_no_sum_and_a_cost_ratio_has(stores: Stores) -> None:
    for store, cost in ((stores.north, "10"), (stores.south, "30")):
        sell(store, (1, "100", 1), (2, "100", 1))
        for day in (1, 2):
            spend(store, day, "zhitongche", cost, sales_fen=10000)
        count(store)
    found = ask(stores, metrics=["roi", "promo_cost"])
    assert (total(found, "promo_cost")[0], total(found, "roi")[0]) == ("80.00", "5.000000")


def test_a_pivots_totals_are_counted_and_not_summed(stores: Stores) -> None:
    """metabase#51654: row totals of distinct values in pivots were the sums of the cells."""
    sell(stores.north, (1, "10", 1), (2, "10", 1))
    sell(stores.south, (1, "10", 1), (2, "10", 1))
    found = ask(stores, metrics=["pay_buyers"], dimensions=["store", "day"])
    assert sum(int(x.values["pay_buyers"].value or 0) for x in found.lines) == 4
    assert total(found, "pay_buyers")[0] == "1"
    rows, columns = (ask(stores, metrics=["pay_buyers"], dimensions=[each]) for each in ("store", "day"))
    assert shown(rows, "pay_buyers") == [("north", "1"), ("south", "1")]  # the pivot's row totals, not 2 and 2
    assert shown(columns, "pay_buyers") == [("2026-03-01", "1"), ("2026-03-02", "1")]


def test_a_change_on_the_period_before_follows_the_filter_on_both_sides(stores: Stores) -> None:
    """Sales of the brand's two stores fell from 30 to 15; those of another brand stay out of it on both sides."""
    for store, before, now in ((stores.north, "10", "10"), (stores.south, "20", "5"), (stores.east, "7", "900")):
        cover(store, "orders", 1, 2)
        order(store, 1, before, buyer=1)
        order(store, 2, now, buyer=1)
        count(store)
    day = {"from": "2026-03-02", "to": "2026-03-02"}
    asked = {"stores": ["north", "south", "east"], "metrics": ["mom"], "period": day, "compare": ["previous"]}
    found = ask(stores, **asked, filters={"brand": ["莲花"]})
    assert total(found, "mom")[0] == "-0.500000"
    with pytest.raises(queries.Refused) as refused:  # a channel's or product's actual sales are not told by anybody
        ask(stores, **asked, filters={"stage": ["growth"]})
    assert ("pay_amt" in refused.value.valid, "mom" in refused.value.valid) == (True, False)


def test_the_total_of_a_csv_is_neither_a_sum_of_people_nor_of_averages(stores: Stores) -> None:
    """metabase#54496: averages and distincts were exported as sums."""
    sell(stores.north, (1, "10", 1), (2, "30", 1))
    found = ask(stores, stores=["north"], metrics=["pay_buyers", "aov_order"], dimensions=["day"])
    table = list(csv.reader(io.StringIO(table_wire.as_csv(found).removeprefix("\ufeff"))))
    assert [row[:5] for row in table[:4]] == [
        ["row", "day", "currency", "pay_buyers", "aov_order"],
        ["row", "2026-03-01", "CNY", "1", "10.00"],
        ["row", "2026-03-02", "CNY", "1", "30.00"],
        ["total", "", "CNY", "1", "20.00"],
    ]
    assert [row[0] for row in table[4:]] == ["note", "note"]


def test_the_same_question_is_the_same_text(goods: Stores) -> None:
    texts = {json.dumps(table_wire.table(ask(goods, dimensions=["product", "day"]))) for _i in range(2)}
    assert len(texts) == 1


def test_an_answer_explains_every_store(stores: Stores) -> None:
    sell(stores.north, (1, "100", 1))
    sell(stores.south, (1, "50", 1))
    told = table_wire.table(ask(stores, explain=True))["explain"]
    assert [(x["store"], x["counted"][0]["amount"]) for x in told] == [("north", "100.00"), ("south", "50.00")]
    assert told[0]["counted"][0]["rows_url"].startswith("/s/north/rows?")


def test_an_explanation_follows_the_filter(goods: Stores) -> None:
    told = table_wire.table(ask(goods, explain=True, filters={"product": ["mask"]}))["explain"]
    # 30 beside the cream and 30 alone in each store, none of the cream's 50
    assert [(x["store"], x["of"], x["value"]) for x in told] == [
        ("north", {"product": "mask"}, "60.00"),
        ("south", {"product": "mask"}, "60.00"),
    ]


def test_an_explanation_follows_a_stage_a_role_and_a_campaign(goods: Stores) -> None:
    Product.objects.filter(code="mask").update(stage="growth", role="profit")
    made = Campaign.objects.create(store=goods.north, name="x", first_day=march(2), last_day=march(9))
    made.products.add(Product.objects.get(store=goods.north, code="mask"))
    for thing, member, value in (("stage", "growth", "60.00"), ("role", "profit", "60.00"), ("campaign", "", "30.00")):
        key = member or str(made.pk)
        [told] = table_wire.table(ask(goods, explain=True, stores=["north"], filters={thing: [key]}))["explain"]
        assert (told["of"], told["value"], told["counted"][0]["amount"]) == ({thing: key}, value, value)


def test_an_explanation_by_two_filters_is_refused(goods: Stores) -> None:
    made = Campaign.objects.create(store=goods.north, name="x", first_day=march(1), last_day=march(2))
    with pytest.raises(queries.Refused) as refused:
        ask(goods, explain=True, filters={"campaign": [str(made.pk)], "product": ["mask"]}, stores=["north"])
    assert refused.value.field == "explain"


def test_stages_count_an_order_of_two_in_both_and_say_so(goods: Stores) -> None:
    """The order of the 1st holds the cream (mature) and the mask (growing); 7 yuan were sold of nothing known."""
    Product.objects.filter(code="cream").update(stage="maturity")
    Product.objects.filter(code="mask").update(stage="growth")
    line(order(goods.north, 2, "7", buyer=3), "7")
    count(goods.north)
    found = ask(goods, stores=["north"], metrics=["pay_amt", "pay_order_cnt", "aov_order"], dimensions=["stage"])
    assert shown(found, "pay_amt", "pay_order_cnt", "aov_order") == [
        ("growth", "60.00", "2", "30.00"), ("maturity", "50.00", "1", "50.00"), ("", "7.00", "1", "7.00"),
    ]  # fmt: skip
    assert (total(found, "pay_amt")[0], total(found, "pay_order_cnt")[0]) == ("117.00", "3")
    assert [(x.code, x.metric) for x in found.notes] == [("overlap", "pay_order_cnt"), ("ratio", "aov_order")]


def test_a_role_counts_an_order_of_two_of_its_products_once(goods: Stores) -> None:
    Product.objects.update(role="traffic")
    found = ask(goods, stores=["north"], metrics=["pay_amt", "pay_order_cnt", "pay_buyers"], dimensions=["role", "day"])
    assert shown(found, "pay_amt", "pay_order_cnt", "pay_buyers") == [
        ("traffic", "2026-03-01", "80.00", "1", "1"), ("traffic", "2026-03-02", "30.00", "1", "1"),
    ]  # fmt: skip
    only = ask(goods, stores=["north"], metrics=["pay_buyers"], filters={"role": ["traffic"]}, compare=["previous"],
               period={"from": "2026-03-02", "to": "2026-03-02"})  # fmt: skip
    figure = only.totals[0].values["pay_buyers"]
    assert (str(figure.value), str(figure.compare["previous"].value)) == ("1", "1")


def test_buyers_of_a_group_without_buyer_ids_are_unknown_and_not_nought(goods: Stores) -> None:
    Order.objects.update(buyer_key=None)
    count(goods.north)
    figure = ask(goods, stores=["north"], metrics=["pay_buyers"], filters={"role": ["none"]}).totals[0]
    assert figure.values["pay_buyers"].value is None


def test_stores_of_an_answer_cost_few_statements(stores: Stores, django_assert_num_queries: Any) -> None:
    for store in (stores.north, stores.south, stores.east):
        cover(store, "orders", dt.date(2026, 2, 1), dt.date(2026, 2, 28))
        sell(store, (1, "100", 1))
    keys = ["pay_amt", "pay_order_cnt", "aov_order"]
    every = [x for x in stores.every() if x.currency == "CNY"]
    asked = {"stores": "all", "metrics": keys, "dimensions": ["store", "day"], "compare": ["previous"]}
    asked["period"] = {"from": "2026-03-01", "to": "2026-03-02"}
    question = queries.question(asked, every)
    with django_assert_num_queries(4):  # day rows, targets, definitions, versions: for all stores together
        queries.table(question)


def test_the_command_answers_what_rest_answers(stores: Stores, tmp_path: Any, capsys: Any) -> None:
    sell(stores.north, (1, "100", 1))
    asked = {"stores": ["north"], "metrics": ["pay_amt"], "period": {"from": "2026-03-01", "to": "2026-03-01"}}
    file = tmp_path / "q.json"
    file.write_text(json.dumps(asked))
    call_command("kpi_query", str(file))
    assert json.loads(capsys.readouterr().out)["totals"][0]["values"]["pay_amt"]["value"] == "100.00"
    file.write_text(json.dumps(asked | {"metrics": ["nonsense"]}))
    with pytest.raises(CommandError, match=r"metrics: “nonsense”.*pay_amt"):
        call_command("kpi_query", str(file))


def test_stores_that_read_a_key_differently_are_read_as_delivered_together(stores: Stores) -> None:
    sell(stores.north, (1, "60", 1), (1, "40", 1))
    sell(stores.south, (1, "50", 2))
    set_definition(stores.north, "aov", "orders", march(1))
    assert total(ask(stores, stores=["north"], metrics=["aov"]), "aov")[0] == "50.00"  # 100 / 2 orders
    assert total(ask(stores, metrics=["aov"]), "aov") == ("75.00", ("as_delivered",))  # 150 / 2 buyers
    set_definition(stores.south, "aov", "orders", march(1))
    assert total(ask(stores, metrics=["aov"]), "aov") == ("50.00", ())  # 150 / 3 orders


@pytest.mark.parametrize(("aov", "needed"), [("50", "300"), ("60", "None")])
def test_visitors_needed_by_stores_follow_from_rates_they_share(stores: Stores, aov: str, needed: str) -> None:
    for store, sales, rate in ((stores.north, "1000", "50"), (stores.south, "500", aov)):
        for key, value in (("real_amt", sales), ("aov_buyer", rate), ("pay_cvr", "0.1")):
            targets.set_target(store, key, march(1), value)
        sell(store, (1, "10", 1))
    assert total(ask(stores, metrics=["uv_need_month"]), "uv_need_month")[0] == needed  # 1500 / (50 x 10 %)


def test_a_day_last_month_did_not_have_stands_against_nothing_in_any_store(stores: Stores) -> None:
    sell(stores.north, (31, "10", 1))
    found = ask(stores, period={"from": "2026-03-31", "to": "2026-03-31"}, compare=["same_days"])
    against = found.totals[0].values["pay_amt"].compare["same_days"]
    assert (against.value, [(x.code, x.days) for x in against.missing]) == (None, [("no_match", (march(31),))])


# --- shares as one (pure)

TWO = Period(march(1), march(2))


def share(slug: str, inputs: str, *marks: str) -> Share:
    told = {name: Decimal(number) for name, number in (part.split("=") for part in inputs.split())}
    return Share(Store(slug=slug), Parts(told, told, marks))


def test_what_is_said_of_one_store_is_said_of_all() -> None:
    shares = [share("a", "refund_amt=5", "estimated", "partial 1/2"), share("b", "refund_amt=7")]
    found = combine(METRICS["refund_amt"], TWO, shares)
    assert (found.inputs, found.marks) == ({"refund_amt": 12}, ("estimated", "partial 3/4"))


@pytest.mark.parametrize(
    ("key", "one", "other", "together"),
    [
        ("target_amt", "target_real_amt=100", "target_real_amt=50", "target_real_amt=150"),
        ("lm_same", "same_days_pay_order_cnt=3", "same_days_pay_order_cnt=4", "same_days_pay_order_cnt=7"),
        ("mom", "pay_amt=9 brush_amt=1 previous_real_amt=4", "pay_amt=6 brush_amt=2 previous_real_amt=5",
         "pay_amt=15 brush_amt=3 previous_real_amt=9"),
        ("days_cover", "stock_qty=10 recent_daily_units=2", "stock_qty=5 recent_daily_units=0.5",
         "stock_qty=15 recent_daily_units=2.5"),
        ("stock_turn", "cost_amt=9 previous_stock_amt=4 stock_amt=5", "cost_amt=1 previous_stock_amt=1 stock_amt=1",
         "cost_amt=10 previous_stock_amt=5 stock_amt=6"),
        # the calendar is the same everywhere; a day counts as closed once it is closed in all of them
        ("time_progress", "closed_days=14 period_days=30", "closed_days=13 period_days=30",
         "closed_days=13 period_days=30"),
        ("daily_orders", "pay_order_cnt=4 brush_cnt=0 days=2", "pay_order_cnt=2 brush_cnt=1 days=1",
         "pay_order_cnt=6 brush_cnt=1 days=2"),
        # levels, places and scores are nobody's sum: told where all say the same
        ("search_rank", "search_rank=3", "search_rank=3", "search_rank=3"),
        ("search_rank", "search_rank=3", "search_rank=8", "search_rank=-"),
        ("dsr_desc", "dsr_desc=4.8", "dsr_desc=4.9", "dsr_desc=-"),
        ("ltv", "year_gross=90 year_buyers=3", "year_gross=10 year_buyers=2", "year_gross=100 year_buyers=-"),
        ("dsr_need", "dsr_desc=4.7 dsr_ratings=9 target_dsr_desc=4.8", "dsr_desc=4.7 dsr_ratings=5 target_dsr_desc=4.9",
         "dsr_desc=4.7 dsr_ratings=14 target_dsr_desc=-"),
    ],
)  # fmt: skip
def test_inputs_of_stores_add_up_or_are_told_where_all_agree(key: str, one: str, other: str, together: str) -> None:
    found = combine(METRICS[key], TWO, [share("a", one), share("b", other)])
    wanted = dict(part.split("=") for part in together.split())
    assert found.inputs == {name: None if number == "-" else Decimal(number) for name, number in wanted.items()}
    lost = [name for name, number in wanted.items() if number == "-"]
    assert [(x.code, x.what) for x in found.missing] == [("not_across_stores", name) for name in lost]


def test_a_month_under_way_tells_the_other_month_in_full_where_it_is_asked_for(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-03")
    first, last = dt.date(2026, 4, 1), dt.date(2026, 4, 2)
    for store in (stores.north, stores.south):
        sell(store, (1, "100", 1), (2, "20", 2), (3, "50", 3))
        cover(store, "orders", 3)
        cover(store, "orders", first, last)
        order(store, first, "60")
        targets.set_target(store, "pay_amt", first, "3000")
        count(store)
    body = {"stores": ["north", "south"], "metrics": ["pay_amt"], "compare": ["previous", "target"]}
    asked = queries.question(body | {"period": {"from": str(first), "to": str(last)}}, stores.every())
    told = [queries.table(asked, whole=each).totals[0].values["pay_amt"].compare for each in (True, False)]
    # the first two days of March, two days of April's target; all of March and of the target
    assert [[x[name].value for name in ("previous", "target")] for x in told] == [[240, 400]] * 2
    assert [[x[name].whole for name in ("previous", "target")] for x in told] == [[340, 6000], [None, None]]


def test_stores_that_lack_different_days_come_to_the_sum_of_their_forecasts() -> None:
    """30 days: 100 in ten of them and 30 in five lead to 300 and 180; 1/3 and 1/6 of the targets are due."""
    one = {"closed_days": Decimal(10), "pay_amt": Decimal(100)}
    other = {"closed_days": Decimal(5), "pay_amt": Decimal(30)}
    found = time_over([one, other])
    assert found is not None
    assert found.value == Decimal(130) * 30 / 480
    found = time_over([one | {"whole_target_real_amt": Decimal(100)}, other | {"whole_target_real_amt": Decimal(300)}])
    assert found is not None
    assert found.value == Decimal("6.25")  # (1/3 x 100 + 1/6 x 300) / 400 of 30 days
    assert time_over([one, one]) is None
