"""Several stores against other days, like for like: each brings the days of its own that both sides know. By hand.

The week of 9 March 2026 (a Monday) against that of 2 March. north tells every day: 10 a day, then 20. south lacks the
4th and the 10th: 100 a day, then 150. east opened on the 9th: 1,000 a day. So south stands on five pairs of days and
east on none.
"""

import csv
import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kpis import queries
from kpis.answers import Comparison, Figure
from kpis.breakdowns import table_wire
from kpis.breakdowns.tables import Table
from kpis.figure_words import why_not
from kpis.models import Coverage, Entry, Order
from kpis.sums import targets
from products.models import Product
from staff.models import Member, User
from stores.calendars import set_event
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, flow, line, march, order

pytestmark = pytest.mark.django_db
WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
SOUTH, EAST = "南店", "东店"


def opened(slug: str, name: str, on: dt.date | None = None) -> Store:
    store = create_store(slug, name, "tmall")
    store.opened_on = on
    store.save()
    return store


def forget(store: Store, *days: int) -> None:
    """Nobody has exported these days of March."""
    gone = [march(day) for day in days]
    Order.objects.filter(store=store, pay_day__in=gone).delete()
    Coverage.objects.filter(store=store, day__in=gone).delete()
    count(store)


def sell(store: Store, days: range, pay: str, *lacking: int) -> None:
    """An order a day; the same five people come again and again, in every store."""
    for day in days:
        if day not in lacking:
            cover(store, "orders", day)
            order(store, day, pay, buyer=day % 5)


@dataclass
class Shops:
    north: Store
    south: Store
    east: Store


@pytest.fixture
def shops() -> Shops:
    made = Shops(opened("north", "北店"), opened("south", SOUTH), opened("east", EAST, march(9)))
    for store, before, now, lacking in ((made.north, "10", "20", ()), (made.south, "100", "150", (4, 10))):
        sell(store, range(2, 9), before, *lacking)
        sell(store, range(9, 16), now, *lacking)
    sell(made.east, range(9, 16), "1000")
    for store in (made.north, made.south, made.east):
        count(store)
    return made


def ask(*metrics: str, compare: str = "previous", **asked: Any) -> Table:
    body = {"stores": "all", "metrics": list(metrics), "period": WEEK, "compare": compare.split()}
    stores = list(Store.objects.select_related("brand").order_by("slug"))
    return queries.table(queries.question(body | asked, stores), whole=True)


def of_all(key: str, name: str = "previous", **asked: Any) -> tuple[Figure, Comparison]:
    [total] = ask(key, compare=name, **asked).totals
    return total.values[key], total.values[key].compare[name]


def shown(told: Comparison) -> tuple[str, str, str, tuple[str, ...]]:
    return str(told.own), str(told.value), str(told.delta), told.marks


def lacks(told: Figure | Comparison) -> list[tuple[str, str, list[int]]]:
    return [(m.code, m.store, [day.day for day in m.days]) for m in told.missing if m.store_name]


def test_each_store_brings_the_days_that_both_of_its_sides_know(shops: Shops) -> None:
    figure, told = of_all("pay_amt")
    assert str(figure.value) == "8040.00"  # 7 x 20 + 6 x 150 + 7 x 1,000
    # 7 x 20 + 5 x 150 against 7 x 10 + 5 x 100, of 3 x 7 days
    assert shown(told) == ("890.00", "570.00", "0.561404", ("store_days 12/21",))
    assert lacks(told) == [("no_match", "east", [9, 10, 11, 12, 13, 14, 15]), ("no_match", "south", [10, 11])]


def test_sql_says_the_same(shops: Shops) -> None:
    """Pairs of days of one store, both told, joined in SQL."""
    sql = f"""SELECT SUM(a.pay_fen), SUM(b.pay_fen), COUNT(*) FROM {Order._meta.db_table} a
        JOIN {Order._meta.db_table} b ON a.store_id = b.store_id AND a.pay_day = %s AND b.pay_day = %s"""
    own = other = pairs = 0
    for day in range(9, 16):
        with connection.cursor() as cursor:
            cursor.execute(sql, [march(day), march(day - 7)])
            mine, theirs, n = cursor.fetchone()
        own, other, pairs = own + int(mine or 0), other + int(theirs or 0), pairs + n
    told = of_all("pay_amt")[1]
    assert (own, other, f"store_days {pairs}/21") == (told.own * 100, told.value * 100, told.marks[0])  # type: ignore[operator]


def test_growth_as_a_kpi_is_the_growth_of_the_comparison(shops: Shops) -> None:
    figure = of_all("mom")[0]
    assert (str(figure.value), figure.marks) == ("0.561404", ("store_days 12/21",))
    assert (figure.inputs["pay_amt"], figure.inputs["previous_real_amt"]) == (890, 570)
    assert ("no_match", "south", [10, 11]) in lacks(figure)


def test_ratios_are_ratios_of_the_sums_of_both_sides(shops: Shops) -> None:
    figure, told = of_all("aov_order")
    assert str(figure.value) == "402.00"  # 8,040 / 20 orders
    assert shown(told) == ("74.17", "47.50", "0.561474", ("store_days 12/21",))  # 890 and 570 / 12 orders


def test_people_are_counted_once_over_exactly_these_days_of_stores(shops: Shops) -> None:
    """Buyers of both stores: their keys modulo 5 meet; a sixth bought on a day of south that is left out."""
    order(shops.south, 11, "1", buyer=77)
    order(shops.south, 12, "1", buyer=78)
    count(shops.south)
    figure, told = of_all("pay_buyers")
    assert str(figure.value) == "7"
    assert shown(told)[:2] == ("6", "5")


def test_a_store_with_few_days_does_not_silence_the_others(shops: Shops) -> None:
    """Of south's week three days are told: 3 + 7 of 14 days of stores that were open on both sides."""
    forget(shops.south, *range(12, 16))
    figure, told = of_all("pay_amt")
    assert shown(told) == ("290.00", "170.00", "0.705882", ("store_days 8/21",))  # the 9th of south against the 2nd
    assert str(of_all("mom")[0].value) == "0.705882"
    assert str(figure.value) == "7440.00"  # 140 + 2 x 150 + 7,000


def test_less_than_half_of_what_could_be_compared_is_no_growth(shops: Shops) -> None:
    """Two stores of three that were open tell nothing of before: 7 of 21."""
    Store.objects.filter(pk=shops.east.pk).update(opened_on=None)
    forget(shops.south, *range(2, 9))
    told = of_all("pay_amt")[1]
    assert shown(told) == ("140.00", "70.00", "None", ("store_days 7/21",))
    figure = of_all("mom")[0]
    assert (figure.value, figure.marks) == (None, ())
    assert {m.store for m in figure.missing} >= {"south", "east"}


def test_stores_that_all_lack_the_same_day_are_told_as_one(shops: Shops) -> None:
    """The 4th is missing in both: five days with the 10th, which is missing in both, too."""
    forget(shops.north, 4, 10)
    told = of_all("pay_amt", stores=["north", "south"])[1]
    assert shown(told) == ("850.00", "550.00", "0.545455", ("matched 5/7",))
    assert [(m.code, m.store, m.days) for m in told.missing] == [("no_match", "", (march(11),))]


def test_one_store_alone_is_read_as_before(shops: Shops) -> None:
    [line] = [x for x in ask("pay_amt", "mom", "aov_order", dimensions=["store"]).lines if x.key["store"] == "south"]
    told = line.values["pay_amt"].compare["previous"]
    assert shown(told) == ("750.00", "500.00", "0.500000", ("matched 5/7",))
    assert (str(line.values["mom"].value), line.values["mom"].marks) == ("0.500000", ("partial 5/7",))


def test_last_year_and_the_same_days_follow_the_same_rule(shops: Shops) -> None:
    """north had 7 x 5 on the same dates, south only three days of 40; last month nobody but south on two days."""
    for day in range(9, 16):
        cover(shops.north, "orders", dt.date(2025, 3, day))
        order(shops.north, dt.date(2025, 3, day), "5")
    for day in (9, 10, 13):  # the 10th of this year is not told
        cover(shops.south, "orders", dt.date(2025, 3, day))
        order(shops.south, dt.date(2025, 3, day), "40")
    for day in (9, 15):
        cover(shops.south, "orders", dt.date(2026, 2, day))
        order(shops.south, dt.date(2026, 2, day), "60")
    for store in (shops.north, shops.south):
        count(store)
    assert shown(of_all("pay_amt", "last_year")[1]) == ("440.00", "115.00", "2.826087", ("store_days 9/21",))
    assert shown(of_all("pay_amt", "same_days")[1]) == ("300.00", "120.00", "None", ("store_days 2/21",))
    assert str(of_all("yoy")[0].value) == "2.826087"
    assert of_all("lm_growth")[0].value is None


def test_every_store_follows_its_own_calendar(shops: Shops) -> None:
    """A sale that each store holds on days of its own: the peak stands against the peak."""
    for store, was in ((shops.north, 3), (shops.south, 6)):
        set_event(store, "own", "店庆", dt.date(2025, 3, was), 0, 0)
        set_event(store, "own", "店庆", march(12), 0, 0)
        for day, pay in ((was, "4"), (was + 1, "900")):
            cover(store, "orders", dt.date(2025, 3, day))
            order(store, dt.date(2025, 3, day), pay)
        count(store)
    day = {"from": "2026-03-12", "to": "2026-03-12"}
    told = of_all("pay_amt", "last_year_event", period=day)[1]
    assert (str(told.own), str(told.value)) == ("170.00", "8.00")


def test_every_store_reaches_as_far_as_its_own_clock(shops: Shops, monkeypatch: pytest.MonkeyPatch) -> None:
    """12 March, noon in Shanghai: the 11th in Los Angeles, where only the 9th and 10th are over."""
    far = create_store("far", "远店", "shopify", timezone="America/Los_Angeles")
    sell(far, range(2, 16), "7")
    count(far)
    monkeypatch.delenv("OPSPLAN_TODAY", raising=False)
    monkeypatch.setattr("opsplan.lib.clock.now", lambda: dt.datetime(2026, 3, 12, 4, tzinfo=dt.UTC))
    told = of_all("pay_amt", stores=["north", "far"])[1]
    # 3 x 20 + 2 x 7 against 3 x 10 + 2 x 7; the week before in full: 7 x 10 + 7 x 7
    assert (*shown(told), str(told.whole)) == (
        "74.00", "44.00", "0.681818", ("to_date 3/7", "to_date 2/7"), "119.00",
    )  # fmt: skip


def test_the_target_is_that_of_the_stores_and_days_that_count(shops: Shops) -> None:
    targets.set_target(shops.north, "pay_amt", march(1), "3100")  # 100 a day
    targets.set_target(shops.south, "pay_amt", march(1), "6200")  # 200 a day, six of which are told
    figure, told = of_all("pay_amt", "target")
    assert (figure.target, shown(told)[:2], told.marks) == (None, ("1040.00", "1900.00"), ("store_days 13/21",))
    assert lacks(told) == [("no_target", "east", [9, 10, 11, 12, 13, 14, 15]), ("no_match", "south", [10])]


def test_several_stores_say_as_one_does_which_figure_has_the_target(shops: Shops) -> None:
    targets.set_target(shops.north, "pay_amt", march(1), "3100")
    targets.set_target(shops.south, "real_amt", march(1), "6200")
    asked = [of_all("pay_amt", "target", stores=stores)[1] for stores in (["south"], ["north", "south", "east"])]
    asked.append(of_all("pay_amt", "target", stores=["south", "east"])[1])
    told = [{(x.code, x.what, x.store) for x in comparison.missing} for comparison in asked]
    alone, among = {("target_elsewhere", "real_amt", "")}, {("target_elsewhere", "real_amt", "south")}
    both = among | {("no_target", "pay_amt", "east")}
    assert told == [alone, both, both]
    said = [why_not(x) for x in asked[1].missing]
    assert [text.startswith(name) for text, name in zip(said, (SOUTH, EAST), strict=True)] == [True, True]


def test_a_store_that_tells_nothing_is_not_held_against_its_target(shops: Shops) -> None:
    """As a day that is over and has no data: the week has none of south's, and north's target alone stands."""
    for store, month in ((shops.north, "3100"), (shops.south, "6200")):
        targets.set_target(store, "pay_amt", march(1), month)
    forget(shops.south, *range(2, 16))
    figure, told = of_all("pay_amt", "target", stores=["north", "south"])
    assert (figure.target, told.own, told.value) == (Decimal(700), Decimal(140), Decimal(700))
    assert [(m.code, m.store) for m in told.missing] == [("not_imported", "south")]


def test_stock_is_compared_in_the_stores_that_tell_it_on_both_sides(shops: Shops) -> None:
    stock = {"north": ((8, 50), (15, 60)), "south": ((15, 500),)}
    for slug, told in stock.items():
        store = Store.objects.get(slug=slug)
        for day, qty in told:
            Entry.objects.create(
                store=store, measure="stock_qty", day=march(day), value=qty, updated_at=dt.datetime.now(dt.UTC)
            )
        count(store)
    figure, against = of_all("stock_qty")
    assert (str(figure.value), str(against.own), str(against.value)) == ("560", "60", "50")


def test_channels_and_products_follow_it_line_by_line(shops: Shops) -> None:
    """search: north both weeks, south from the 9th on only; a product that north has stopped selling counts before."""
    for store, days in ((shops.north, range(2, 16)), (shops.south, range(9, 16))):
        for day in days:
            cover(store, "flow", day)
            flow(store, day, "手淘搜索", "search", 10)
    for store in (shops.north, shops.south):
        mask = Product.objects.create(store=store, code="mask", title="面膜")
        day = 2 if store == shops.north else 9
        line(Order.objects.get(store=store, pay_day=march(day)), "10", product=mask.pk)
        count(store)
    [search] = ask("uv", dimensions=["channel"], stores=["north", "south"]).lines
    told = search.values["uv"].compare["previous"]
    assert (search.values["uv"].value, told.own, told.value) == (140, 70, 70)
    assert told.marks[0] == "store_days 7/14"
    [mask] = [x for x in ask("pay_amt", dimensions=["product"]).lines if x.key["product"] == "mask"]
    told = mask.values["pay_amt"].compare["previous"]
    # 150 of south now and 10 of north then, both of days that count; east has no counterpart
    assert (mask.values["pay_amt"].value, told.own, told.value) == (150, 150, 10)


def test_every_figure_of_a_channel_stands_against_the_same_other_days(shops: Shops) -> None:
    """As many metrics and comparisons as may be, of one store and of two."""
    for store in (shops.north, shops.south):
        for day in (*range(2, 16), dt.date(2026, 2, 23)):
            cover(store, "flow", day)
            flow(store, day, "手淘搜索", "search", 10, pay_amt_fen=500)
        count(store)
    for stores in (["north"], ["north", "south"]):
        asked = ask(
            "uv", "pay_amt", "uv_value", compare="previous last_year_weekday", dimensions=["channel"], stores=stores
        )
        [line] = asked.lines
        found = {key: figure.compare["previous"] for key, figure in line.values.items()}
        n = len(stores)
        assert {key: (told.period.first.day, str(told.value)) for key, told in found.items()} == {
            "uv": (2, str(70 * n)), "pay_amt": (2, f"{35 * n}.00"), "uv_value": (2, "0.50"),
        }  # fmt: skip
        against = {figure.compare["last_year_weekday"].period.first for figure in line.values.values()}
        assert against == {dt.date(2025, 3, 10)}


def test_what_is_left_out_is_named_on_the_page_in_rest_and_in_the_file(shops: Shops, client: Client) -> None:
    user = User.objects.create_user("mia", language="en")
    for store in (shops.north, shops.south, shops.east):
        Member.objects.create(store=store, user=user, level="client")
    client.force_login(user)
    query = "?period=custom&from=2026-03-09&to=2026-03-15&compare=previous"
    named = (
        "2026-03-02 – 03-08, compared on 12 of 21 store-days; "
        f"without {EAST}: 7 days not known; without {SOUTH}: 2 days not known"
    )
    page = client.get(f"/all/{query}").content.decode()
    assert (named in page, "12/21 store-days" in page) == (True, True)
    last_year = client.get(f"/all/{query.replace('previous', 'last_year')}").content.decode()
    nothing = "Nothing to compare with; compared on 0 of 21 store-days"
    assert (nothing in last_year, "0/21 store-days" in last_year) == (True, False)
    drawer = client.get(f"/all/explain/pay_amt/CNY{query}").content.decode()
    assert f"{SOUTH}: There is no such day to compare with, or it has no data: 03-10 – 03-11." in drawer
    found = ask("pay_amt")
    against = table_wire.table(found)["totals"][0]["values"]["pay_amt"]["compare"]["previous"]
    assert (against["own"], against["value"], against["marks"]) == ("890.00", "570.00", ["store_days 12/21"])
    assert [(m["store"], len(m["days"])) for m in against["missing"]] == [("east", 7), ("south", 2)]
    rows = list(csv.reader(io.StringIO(table_wire.as_csv(found))))
    said = "store_days 12/21, no_match east (7), no_match south (2)"
    assert rows[1][-1] == f"pay_amt: partial 20/21, not_imported; pay_amt.previous: {said}"


def test_more_stores_and_more_gaps_ask_no_more_of_the_database(shops: Shops) -> None:
    def cost() -> int:
        stores = list(Store.objects.select_related("brand"))
        body = {"stores": "all", "metrics": ["pay_amt", "pay_buyers", "aov_buyer", "mom"], "period": WEEK}
        asked = queries.question(body | {"compare": ["previous", "same_days"], "dimensions": ["store"]}, stores)
        with queries.one_version(), CaptureQueriesContext(connection) as seen:
            queries.table(asked)
        return len(seen)

    before = cost()
    for n in range(3):
        more = opened(f"more{n}", f"更多{n}")
        sell(more, range(2, 16), "9", 3 + n, 12 + n)
        count(more)
    assert cost() == before + 3  # what a store lacks is asked store by store
