"""全部店铺: the stores of a person, side by side."""

from typing import Any

import pytest
from django.test import Client

from kpis.sums import targets
from staff.models import Member, User
from stores import currency
from stores.models import Store
from stores.services import create_store
from tests.kpis.facts import count, cover, march, order, traffic

URL = "/all/?period=custom&from=2026-03-01&to=2026-03-31&compare="


@pytest.fixture
def stores(db: None) -> list[Store]:
    made = [create_store(slug, slug.upper(), "tmall", brand=brand) for slug, brand in (("aa", "莲花"), ("bb", "青竹"))]
    made.append(create_store("us", "US", "shopify", currency="USD", timezone="America/Los_Angeles"))
    for store, pay in zip(made, ("100", "300", "77"), strict=True):
        cover(store, "orders", 1, 31)
        order(store, 1, pay, buyer=1)
        traffic(store, 1, 50)
        targets.set_target(store, "real_amt", march(1), "200")
        count(store)
    return made


@pytest.fixture
def page(stores: list[Store], client: Client) -> Client:
    client.force_login(member("olga", *stores))
    return client


def member(name: str, *stores: Store) -> User:
    user = User.objects.create_user(name, language="en")
    for store in stores:
        Member.objects.create(store=store, user=user, level="client")
    return user


def rows(answer: Any) -> list[str]:
    return [row["store"].slug for section in answer.context["sections"] for row in section["rows"]]


def test_the_furthest_behind_its_target_comes_first_and_the_sort_can_be_chosen(page: Client) -> None:
    assert rows(page.get(URL)) == ["aa", "bb", "us"]
    assert rows(page.get(f"{URL}&sort=-real_amt")) == ["bb", "aa", "us"]


def test_each_currency_has_its_own_totals(page: Client) -> None:
    answer = page.get(URL)
    told = [(x["currency"], x["cards"][0]["value"]) for x in answer.context["sections"]]
    assert [(code, "¥400.00" in value, "$77.00" in value) for code, value in told] == [
        ("CNY", True, False), ("USD", False, True),
    ]  # fmt: skip
    assert '<h2 class="of-currency">USD <small class="muted">1 store</small></h2>' in answer.content.decode()
    assert "overlap" in answer.context["sections"][0]["cards"][1]["marks"]  # visitors of two stores


def test_a_brand_narrows_the_page(page: Client) -> None:
    assert rows(page.get(f"{URL}&brand=青竹")) == ["bb"]


def test_a_row_leads_to_the_stores_own_board_with_the_same_days(page: Client) -> None:
    assert "/s/aa/dashboard/?period=custom&amp;from=2026-03-01&amp;to=2026-03-31" in page.get(URL).content.decode()


def test_a_client_sees_only_their_stores_and_one_store_needs_no_overview(stores: list[Store], client: Client) -> None:
    client.force_login(member("carla", stores[0]))
    answer = client.get(URL)
    assert rows(answer) == ["aa"]
    assert 'href="/all/"' not in answer.content.decode()
    client.force_login(member("nobody"))
    assert client.get(URL).headers["Location"] == "/stores/"


def test_the_way_to_it_is_offered_to_who_has_several_stores(page: Client) -> None:
    assert 'href="/all/' in page.get("/s/aa/dashboard/").content.decode()


def test_it_costs_the_same_few_statements_however_many_stores(page: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(23):
        page.get(URL)
    for n in range(4):
        extra = create_store(f"x{n}", f"X{n}", "tmall")
        Member.objects.create(store=extra, user=User.objects.get(username="olga"), level="viewer")
        cover(extra, "orders", 1, 31)
        order(extra, 1, "5", buyer=n)
        traffic(extra, 1, 9)
        count(extra)
    with django_assert_max_num_queries(23 + 4 * 3):  # what a store lacks (refunds, ads) is asked store by store
        page.get(URL)


def test_a_total_opens_its_formula_with_every_store_in_it(page: Client) -> None:
    query = URL.partition("?")[2]
    answer = page.get(f"/all/explain/real_amt/CNY?{query}")
    assert [(x["name"], x["figure"].value) for x in answer.context["lines"]] == [("BB", 300), ("AA", 100)]
    assert answer.context["figure"].value == 400
    assert page.get(f"/all/explain/real_amt/EUR?{query}").status_code == 404  # nobody sells in euros


def test_a_stranger_sees_no_total(stores: list[Store], client: Client) -> None:
    client.force_login(member("nobody"))
    assert client.get("/all/explain/real_amt/CNY").status_code == 404


def test_tables_and_labels_of_a_store_name_its_currency_and_not_yuan(page: Client) -> None:
    week = page.get("/s/us/dashboard/week/?start=2026-03-01").content.decode()
    assert (week.count("<small>USD</small>") > 3, "yuan" in week) == (True, False)
    with currency.override("USD"):
        assert [currency.in_currency(x) for x in ("成本（元）", "Cost (yuan)", "一元拍", "金额（成本，元）")] == [
            "成本（USD）", "Cost (USD)", "一元拍", "金额（成本，USD）",
        ]  # fmt: skip
