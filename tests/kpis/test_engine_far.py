"""KPIs that look further than the days they are asked about, or at items one by one: at a day, some days of a month and
over two stores, against answers worked out by hand from a dozen orders."""

import datetime as dt
from typing import Any

import pytest

from kpis import queries
from kpis.models import Entry, ItemTraffic
from kpis.sums import targets
from products.models import Cost, Product
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, line, march, noon, order, spend, traffic

Day = dt.date
FIRST, LAST = Day(2025, 11, 1), Day(2026, 3, 3)
# store -> (day, buyer, yuan); a piece each, made for 10 yuan
SOLD = {
    "east": [
        (Day(2025, 11, 20), 1, "10"), (Day(2025, 11, 22), 6, "10"), (Day(2025, 12, 10), 1, "100"),
        (Day(2026, 2, 2), 1, "60"), (Day(2026, 3, 2), 1, "80"), (Day(2026, 3, 2), 2, "120"), (Day(2026, 3, 3), 3, "40"),
    ],
    "west": [
        (Day(2025, 11, 21), 5, "10"), (Day(2026, 2, 3), 3, "50"), (Day(2026, 3, 3), 4, "30"),
        (Day(2026, 3, 3), 3, "70"),
    ],
}  # fmt: skip
UV = {"east": 50, "west": 30}  # on each of 1, 2 and 3 March
# store -> (day of March, item, visitors, buyers)
LOOKED = {
    "east": [(1, "A", 10, 0), (2, "A", 20, 2), (2, "B", 10, 1), (3, "A", 30, 5)],
    "west": [(1, "A", 10, 0), (2, "A", 5, 1), (3, "A", 15, 1)],
}
SPENT = {"east": (2, "20"), "west": (3, "30")}
TARGET = {"east": "1000", "west": "500"}


@pytest.fixture(autouse=True)
def _shops(db: None) -> None:
    for slug in SOLD:
        store = create_store(slug, slug, "jd")
        goods = Product.objects.create(store=store, code="x", title="x")
        Cost.objects.create(product=goods, from_day=Day(2025, 1, 1), cost_fen=1000)
        for day, buyer, yuan in SOLD[slug]:
            line(order(store, day, yuan, buyer=buyer), yuan, product=goods.pk)
        for kind in ("orders", "lines", "refunds"):
            cover(store, kind, FIRST, LAST)
        cover(store, "items", 1, 3)
        for day in (1, 2, 3):
            traffic(store, day, UV[slug])
            spend(store, day, "zhitongche", SPENT[slug][1] if day == SPENT[slug][0] else "0")
        for day, item, uv, buyers in LOOKED[slug]:
            ItemTraffic.objects.create(store=store, day=march(day), item_id=item, uv=uv, pay_buyers=buyers)
        targets.set_target(store, "real_amt", march(1), TARGET[slug])
        for measure, value in (("dsr_desc", "4.6"), ("dsr_ratings", 100)):
            Entry.objects.create(store=store, measure=measure, day=march(3), value=value, updated_at=noon(3))
        targets.set_target(store, "dsr_desc", march(1), "4.8")
        count(store)


def told(keys: str, stores: str, first: Day, last: Day) -> dict[str, str]:
    period: dict[str, Any] = {"from": str(first), "to": str(last)}
    body = {"stores": stores.split(), "metrics": keys.split(), "period": period}
    [total] = queries.table(queries.question(body, list(Store.objects.select_related("brand")))).totals
    return {key: str(figure.value) for key, figure in total.values.items()}


@pytest.mark.parametrize(
    ("stores", "first", "lm_growth", "ltv", "ltv_cac", "repeat_rate_90", "rfm_share"),
    [
        # sales against those of 2 February; 380 - 60 of 1, 2 and 6; one new buyer for 20; 1 of 1 and 6 came again and
        # is the only one with three orders
        ("east", 2, "2.333333", "106.67", "5.333333", "0.500000", "0.333333"),
        # 240 : 60; 420 - 70 of 1, 2, 3 and 6; two new ones for 20
        ("east", 1, "3.000000", "87.50", "8.750000", "0.500000", "0.250000"),
        # 100 : 50; 160 - 40 of 3, 4 and 5; 4 is new, for 30; 5 did not come again; nobody has three orders
        ("west", 1, "1.000000", "40.00", "1.333333", "0.000000", "0.000000"),
        # 340 : 110; 470 of six people; 2 and 4 are new, for 50; 1 of 1, 5 and 6 came again; 1 and 3 have three orders
        ("east west", 1, "2.090909", "78.33", "3.133333", "0.333333", "0.333333"),
    ],
)
def test_figures_of_a_year_a_quarter_and_the_month_before(
    stores: str, first: int, lm_growth: str, ltv: str, ltv_cac: str, repeat_rate_90: str, rfm_share: str
) -> None:
    keys = "lm_growth ltv ltv_cac repeat_rate_90 rfm_share"
    wanted = dict(zip(keys.split(), (lm_growth, ltv, ltv_cac, repeat_rate_90, rfm_share), strict=True))
    assert told(keys, stores, march(first), march(2 if first == 2 else 3)) == wanted


@pytest.mark.parametrize(
    ("stores", "first", "last", "uv_need_rest", "uv_rest_per_day"),
    [
        # 1000 - 200 by the 2nd, at 100 a buyer and 2 of 100 visitors: 400, in 29 days
        ("east", 2, 2, "400", "13.793103"),
        ("east", 1, 3, "475", "16.964286"),  # 760 at 80 and 3 of 150, in 28 days
        ("west", 1, 3, "360", "12.857143"),  # 400 at 50 and 2 of 90: 360 to the digit, though 2 : 90 has no last one
        ("east west", 1, 3, "819", "29.250000"),  # 1160 at 340 : 4 (3 buys in both) and 4 of 240: 818.8
    ],
)
def test_visitors_that_the_rest_of_the_month_needs(
    stores: str, first: int, last: int, uv_need_rest: str, uv_rest_per_day: str
) -> None:
    found = told("uv_need_rest uv_rest_per_day", stores, march(first), march(last))
    assert found == {"uv_need_rest": uv_need_rest, "uv_rest_per_day": uv_rest_per_day}


@pytest.mark.parametrize(
    ("stores", "first", "last", "item_buy_rate", "item_uv_share", "jd_cvr"),
    [
        ("east", 2, 2, "0.100000", "0.600000", "0.040000"),  # 3 : 30, 30 : 50, 2 : 50
        ("east", 1, 3, "0.114286", "0.466667", "0.020000"),  # 8 : 70, 70 : 150, 3 : 150
        ("west", 1, 3, "0.066667", "0.333333", "0.022222"),  # 2 : 30, 30 : 90, 2 : 90
        ("east west", 1, 3, "0.100000", "0.416667", "0.016667"),  # 10 : 100, 100 : 240, 4 : 240
    ],
)
def test_figures_of_items_and_the_conversion_as_jd_names_it(
    stores: str, first: int, last: int, item_buy_rate: str, item_uv_share: str, jd_cvr: str
) -> None:
    found = told("item_buy_rate item_uv_share jd_cvr", stores, march(first), march(last))
    assert found == {"item_buy_rate": item_buy_rate, "item_uv_share": item_uv_share, "jd_cvr": jd_cvr}


@pytest.mark.parametrize(
    ("stores", "first", "west", "needed"),
    [
        ("east", 3, "4.6", "100"),
        ("east", 1, "4.6", "100"),
        ("east west", 1, "4.6", "200"),
        ("east west", 1, "4.7", "None"),
    ],
)
def test_ratings_needed_for_the_planned_score(stores: str, first: int, west: str, needed: str) -> None:
    """(4.8 - 4.6) x 100 : (5 - 4.8); two scores are nobody's score."""
    Store.objects.update(platform="tmall")
    Entry.objects.filter(store__slug="west", measure="dsr_desc").update(value=west)
    for store in Store.objects.all():
        count(store)
    assert told("dsr_need", stores, march(first), march(3)) == {"dsr_need": needed}


def test_people_of_realms_that_cannot_be_compared_are_added_and_said_to_overlap() -> None:
    Store.objects.filter(slug="west").update(buyer_realm="another")
    period: dict[str, Any] = {"from": "2026-03-01", "to": "2026-03-03"}
    body = {"stores": ["east", "west"], "metrics": ["repeat_rate_90", "rfm", "ltv"], "period": period}
    [total] = queries.table(queries.question(body, list(Store.objects.select_related("brand")))).totals
    # 1 of 3 came again all the same; only 1 has three orders in one realm; 470 of 4 and 3 people
    assert [str(total.values[key].value) for key in body["metrics"]] == ["0.333333", "1", "67.14"]
    assert "overlap" in total.values["ltv"].marks
