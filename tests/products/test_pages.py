import datetime as dt
import re

import pytest
from django.test import Client

from kpis.models import ProductDay, StaleDay, StoreDay
from opsplan.lib import clock
from products.models import SKU, Cost, Listing, ListPrice, Product, StockPace
from products.pasting import read_cost, read_day
from tests.products.stockroom import fill
from tests.world import World, at

DAY = dt.date(2026, 3, 5)


@pytest.fixture
def cream(world: World) -> Product:
    return Product.objects.create(store=world.store, code="TLS-50G", title="草本调理霜")


def test_the_list_shows_the_cost_in_force_and_not_the_later_one(bob: Client, cream: Product) -> None:
    Cost.objects.create(product=cream, from_day=dt.date(2026, 1, 1), cost_fen=3280)
    Cost.objects.create(product=cream, from_day=dt.date(2099, 1, 1), cost_fen=9999)
    page = bob.get(at("products")).content.decode()
    assert "32.80" in page
    assert "99.99" not in page


def test_the_list_narrows_to_products_without_a_cost(bob: Client, world: World, cream: Product) -> None:
    known = Product.objects.create(store=world.store, code="MM", title="面膜")
    Cost.objects.create(product=known, from_day=dt.date(2026, 1, 1), cost_fen=990)
    page = bob.get(at("products"), {"cost": "missing"}).content.decode()
    assert "TLS-50G" in page
    assert "面膜" not in page
    assert [" · 1</a>" in bob.get(at("products"), {"q": q}).content.decode() for q in ("", "面膜")] == [True, False]


def test_a_product_is_found_by_its_item_id(bob: Client, world: World, cream: Product) -> None:
    Product.objects.create(store=world.store, code="MM", title="面膜")
    Listing.objects.create(store=world.store, product=cream, item_id="693211")
    page = bob.get(at("products"), {"q": "693211"}).content.decode()
    assert "草本调理霜" in page
    assert "面膜" not in page


@pytest.mark.parametrize(("sort", "wanted"), [("-units", "B C A D"), ("units", "A B C D"), ("-sales", "C B A D")])
def test_the_list_is_sorted_by_what_was_sold_and_the_unsold_come_last(
    bob: Client, world: World, sort: str, wanted: str
) -> None:
    sold = {"A": (1, 50_00), "B": (3, 70_00), "C": (3, 90_00)}  # units and fen of yesterday; D is unknown
    day = clock.today(world.store.timezone) - dt.timedelta(days=1)
    StoreDay.objects.create(store=world.store, day=day, covered="orders items refunds", pay_item_cnt=7, pay_amt=210_00)
    for code in "DCBA":
        made = Product.objects.create(store=world.store, code=code, title=f"title {code}")
        if code in sold:
            units, fen = sold[code]
            ProductDay.objects.create(
                store=world.store, day=day, product_id_ref=made.pk, pay_item_cnt=units, pay_amt=fen, refund_amt=0
            )
    page = bob.get(at("products"), {"sort": sort}).content.decode()
    assert list(dict.fromkeys(re.findall(r"title ([A-D])", page))) == wanted.split()


def test_the_list_is_sorted_by_the_steps_of_a_life_and_by_how_long_the_stock_lasts(bob: Client, world: World) -> None:
    told = {"A": ("decline", 30), "B": ("growth", 10), "C": ("incubation", 20), "D": ("maturity", None)}
    for code, (stage, units) in told.items():
        made = Product.objects.create(store=world.store, code=code, title=f"title {code}", stage=stage)
        StockPace.objects.create(product=made, units_7=7, days_7=7, units_28=28, days_28=28)  # one a day
        if units is not None:
            fill(world, {SKU.objects.create(store=world.store, product=made, code=f"{code}-1"): units})
    orders = {"stage": "C B D A", "-stage": "A D B C", "cover": "B C A D", "-cover": "A C B D"}
    pages = {sort: bob.get(at("products"), {"sort": sort}).content.decode() for sort in orders}
    assert {k: " ".join(dict.fromkeys(re.findall(r"title ([A-D])", x))) for k, x in pages.items()} == orders
    assert 'aria-sort="descending"' in pages["-cover"]


def test_the_list_comes_as_csv_that_excel_reads_and_runs_no_formula(bob: Client, world: World) -> None:
    Product.objects.create(store=world.store, code="X", title="=1+1")
    answer = bob.get(at("products"), {"format": "csv"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "X,'=1+1," in answer.content.decode("utf-8-sig")


def test_a_cost_marks_the_days_from_then_on(bob: Client, world: World, cream: Product) -> None:
    for day in (DAY - dt.timedelta(days=1), DAY, DAY + dt.timedelta(days=1)):
        StoreDay.objects.create(store=world.store, day=day)
    bob.post(at("cost_add", cream.pk), {"cost": "¥1,032.80", "from_day": "2026-03-05"})
    assert Cost.objects.get().cost_fen == 103280
    assert list(StaleDay.objects.order_by("day").values_list("day", flat=True)) == [DAY, dt.date(2026, 3, 6)]


def test_a_moved_cost_marks_the_days_from_the_earlier_of_both_starts(bob: Client, world: World, cream: Product) -> None:
    StoreDay.objects.create(store=world.store, day=DAY)
    cost = Cost.objects.create(product=cream, from_day=DAY, cost_fen=100)
    bob.post(at("cost_edit", cream.pk, cost.pk), {"edit-cost": "1", "edit-from_day": "2026-04-01"})
    cost.refresh_from_db()
    assert cost.from_day == dt.date(2026, 4, 1)
    assert StaleDay.objects.filter(day=DAY).exists()


def test_a_refused_cost_keeps_what_was_typed_and_says_why(bob: Client, cream: Product) -> None:
    answer = bob.post(at("cost_add", cream.pk), {"cost": "twelve", "from_day": "2026-03-05"}, HTTP_ACCEPT_LANGUAGE="en")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="twelve"' in page
    assert not Cost.objects.exists()


def test_a_deleted_cost_can_be_put_back(bob: Client, cream: Product) -> None:
    cost = Cost.objects.create(product=cream, from_day=DAY, cost_fen=1250)
    page = bob.post(at("cost_delete", cream.pk, cost.pk), follow=True).content.decode()
    assert not Cost.objects.exists()
    assert 'name="cost" value="12.50"' in page
    assert 'name="from_day" value="2026-03-05"' in page


def test_costs_are_pasted_with_and_without_a_day(bob: Client, world: World, cream: Product) -> None:
    Product.objects.create(store=world.store, code="MM", title="面膜")
    text = "商家编码\t成本\t起\nTLS-50G\t32.8\t2026-01-01\nMM\t9.9"
    bob.post(at("cost_paste"), {"text": text, "default_day": "2026-02-02"})
    costs = set(Cost.objects.values_list("product__code", "cost_fen", "from_day"))
    assert costs == {("TLS-50G", 3280, dt.date(2026, 1, 1)), ("MM", 990, dt.date(2026, 2, 2))}


def test_a_paste_with_one_bad_line_saves_nothing_and_names_the_line(bob: Client, cream: Product) -> None:
    answer = bob.post(at("cost_paste"), {"text": "TLS-50G\t32.8\nNOBODY\t5", "default_day": "2026-02-02"})
    assert answer.status_code == 422
    assert [line for line, _text, _error in answer.context["form"].told_errors()] == [2]
    assert not Cost.objects.exists()


def test_an_item_id_belongs_to_one_product(bob: Client, world: World, cream: Product) -> None:
    other = Product.objects.create(store=world.store, code="MM", title="面膜")
    Listing.objects.create(store=world.store, product=other, item_id="77")
    answer = bob.post(at("listing_add", cream.pk), {"item_id": "77"})
    assert answer.status_code == 422
    assert "面膜" in answer.content.decode()


def test_a_product_of_another_store_is_not_found(bob: Client, world: World) -> None:
    theirs = Product.objects.create(store=world.other, code="X", title="x")
    assert bob.get(at("product", theirs.pk)).status_code == 404
    assert bob.post(at("cost_add", theirs.pk), {"cost": "1", "from_day": "2026-01-01"}).status_code == 404


def test_the_page_of_a_product_fetches_its_data_when_it_is_looked_at(bob: Client, cream: Product) -> None:
    page = bob.get(at("product", cream.pk)).content.decode()
    assert f'hx-get="{at("product_data", cream.pk)}"' in page
    assert at("cost_add", cream.pk) not in page
    for told in (bob.get(at("product_data", cream.pk)), bob.get(at("product", cream.pk), {"whole": "1"})):
        assert f'action="{at("cost_add", cream.pk)}"' in told.content.decode()


def test_the_charts_of_a_product_come_after_its_numbers(bob: Client, cream: Product) -> None:
    nothing = bob.get(at("product_lines", cream.pk)).json()
    ListPrice.objects.create(product=cream, from_day="2026-01-01", price_fen=12900)
    told = bob.get(at("product_lines", cream.pk)).json()
    assert nothing == {"stock-data": None, "price-data": None}
    assert set(told["price-data"]["data"][0]["y"]) == {129.0}


def test_a_viewer_sees_products_but_no_way_to_change_them(client: Client, world: World, cream: Product) -> None:
    client.force_login(world.vera)
    page = client.get(at("product", cream.pk), {"whole": "1"}).content.decode()
    assert at("cost_add", cream.pk) not in page
    assert client.post(at("cost_add", cream.pk), {"cost": "1", "from_day": "2026-01-01"}).status_code == 403


@pytest.mark.parametrize(
    ("text", "fen"),
    [("12.5", 1250), ("¥1,234.50", 123450), ("９.９元", 990), ("0", 0), ("-1", -100), ("1e5", None), ("", None)],
)
def test_an_amount_is_read_as_people_write_it(text: str, fen: int | None) -> None:
    assert read_cost(text) == fen


@pytest.mark.parametrize("text", ["2026-3-5", "2026/03/05", "20260305", "2026年3月5日", "2026.3.5 00:00"])
def test_a_day_is_read_as_spreadsheets_write_it(text: str) -> None:
    assert read_day(text) == DAY


def test_a_day_that_is_none_is_refused() -> None:
    assert read_day("2026-02-30") is None


def test_selling_points_are_told_on_the_checklist_and_count_in_the_score(bob: Client, cream: Product) -> None:
    url, told = at("product_checklist", cream.pk), {"p_sells_function": "两周淡纹", "p_sells_fashion": "  "}
    assert bob.post(url, told | {"b_detail": "on", "q_size": "50 g"}).status_code == 302
    cream.refresh_from_db()
    assert (cream.sells_function, cream.sells_fashion, cream.sells_extra) == ("两周淡纹", "", "")
    assert (cream.blocks, cream.answers) == ({"detail": True}, {"size": "50 g"})
    assert "3 / 32" in bob.get(url).content.decode()


def test_a_selling_point_that_is_too_long_is_refused_and_nothing_is_kept(bob: Client, cream: Product) -> None:
    long = {"p_sells_extra": "好" * 301, "p_sells_function": "新"}
    for url, name in ((at("product_checklist", cream.pk), "p_"), (at("product_edit", cream.pk), "")):
        told = {key.removeprefix("p_") if not name else key: value for key, value in long.items()}
        assert bob.post(url, {"title": "霜", "status": "on_sale", **told}).status_code == 422
    cream.refresh_from_db()
    assert (cream.sells_function, cream.sells_extra) == ("", "")
