"""Closing by page and REST. It is 2 April 2026."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from kpis.models import ClosedPeriod
from kpis.sums.rollups import rebuild
from opsplan.lib import clock
from tests.api.conftest import Caller, caller
from tests.kpis.facts import count, cover, march, order, refund
from tests.kpis.test_closing import late_file
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests
DAYS = {"first": "2026-03-10", "last": "2026-03-11"}


@pytest.fixture
def shop(world: World) -> World:
    order(world.store, 10, "300", buyer=1)
    cover(world.store, "orders", 1, 31)
    cover(world.store, "refunds", 1, 31)
    count(world.store)
    for user in (world.mia, world.vera):
        user.language = "en"
        user.save()
    return world


@pytest.fixture
def mia(shop: World, client: Client) -> Client:
    client.force_login(shop.mia)
    return client


def closed(shop: World, client: Client) -> ClosedPeriod:
    client.post(reverse("closing_new", args=["lotus"]), DAYS | {"note": "reported to the brand"})
    found = ClosedPeriod.objects.get()
    ClosedPeriod.objects.update(closed_at=clock.now().replace(hour=0, minute=0))
    return found


def late(shop: World) -> None:
    refund(order(shop.store, 9, no="X"), 10, "50", upload=late_file(shop.store))
    rebuild(shop.store, [march(10)])


def test_a_manager_closes_days_and_sees_them_listed(shop: World, mia: Client) -> None:
    closed(shop, mia)
    page = mia.get(reverse("closings", args=["lotus"])).content.decode()
    assert "2026-03-10 – 2026-03-11" in page
    assert "reported to the brand" in page
    assert "books closed" in page  # "closed" alone is a shop's closing day in Chinese


def test_days_that_cannot_be_closed_are_said_beside_the_field(shop: World, mia: Client) -> None:
    answer = mia.post(reverse("closing_new", args=["lotus"]), {"first": "2026-04-01", "last": "2026-04-02"})
    assert answer.status_code == 422
    assert "Only days that are over can be closed." in answer.content.decode()


def test_the_page_shows_reported_now_difference_and_the_file(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    late(shop)
    page = mia.get(reverse("closing", args=["lotus", found.pk])).content.decode()
    for text in ("¥300.00", "¥250.00", "−¥50.00", "refunds.xlsx", "Refunds of these days, new or changed"):
        assert text in page


def test_the_export_has_every_figure_with_the_reason(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    late(shop)
    sent = mia.get(reverse("closing", args=["lotus", found.pk]) + "?format=csv").content.decode("utf-8-sig")
    line = next(row for row in sent.splitlines() if row.startswith("Net sales"))
    assert line.split(",")[2:5] == ["300.00", "250.00", "-50.00"]
    assert "refunds.xlsx" in line


def test_a_viewer_reads_but_is_offered_no_closing(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    mia.force_login(shop.vera)
    assert "closing/new" not in mia.get(reverse("closings", args=["lotus"])).content.decode()
    assert "reopen" not in mia.get(reverse("closing", args=["lotus", found.pk])).content.decode()


def test_reopening_without_a_reason_changes_nothing(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    mia.post(reverse("closing_reopen", args=["lotus", found.pk]), {"reason": ""})
    assert ClosedPeriod.objects.get().reopened_at is None
    mia.post(reverse("closing_reopen", args=["lotus", found.pk]), {"reason": "wrong file"})
    assert ClosedPeriod.objects.get().reopened_by == shop.mia


def test_closing_and_reopening_stand_in_the_change_log(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    mia.post(reverse("closing_reopen", args=["lotus", found.pk]), {"reason": "wrong file"})
    page = mia.get(reverse("audit", args=["lotus"])).content.decode()
    assert "wrong file" in page


def test_the_board_of_closed_days_says_what_has_changed_since(shop: World, mia: Client) -> None:
    """An order of the days is refunded after they were reported; other days were never reported."""
    found, board = closed(shop, mia), reverse("dashboard", args=["lotus"])
    asked = {"period": "custom", "from": DAYS["first"], "to": DAYS["last"]}
    assert "The main figures are as reported." in mia.get(board, asked).content.decode()
    late(shop)
    page = mia.get(board, asked).content.decode()
    assert "main figures have changed since." in page
    assert reverse("closing", args=["lotus", found.pk]) in page
    assert "closed and reported" not in mia.get(board, asked | {"to": DAYS["first"]}).content.decode()


def test_the_drawer_says_that_the_figure_was_reported_otherwise(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    late(shop)
    asked = "?period=custom&from=2026-03-10&to=2026-03-11"
    page = mia.get(reverse("explain", args=["lotus", "net_amt"]) + asked).content.decode()
    assert reverse("closing", args=["lotus", found.pk]) in page
    assert "¥300.00" in page
    other = mia.get(reverse("explain", args=["lotus", "pay_amt"]) + asked).content.decode()
    assert reverse("closing", args=["lotus", found.pk]) not in other


def test_a_closing_of_another_store_is_not_there(shop: World, mia: Client) -> None:
    found = closed(shop, mia)
    mia.force_login(shop.charlie)
    assert mia.get(reverse("closing", args=["other", found.pk])).status_code == 404


def test_rest_closes_and_tells_the_difference(shop: World, caller: Caller) -> None:
    client = caller(shop.mia, "write")
    made = client.post("/api/v1/stores/lotus/closings", json.dumps(DAYS), content_type="application/json")
    assert made.status_code == 201
    ClosedPeriod.objects.update(closed_at=clock.now().replace(hour=0, minute=0))
    late(shop)
    told = client.get(f"/api/v1/stores/lotus/closings/{made.json()['id']}").json()
    net = next(each for each in told["figures"] if each["key"] == "net_amt")
    assert (net["reported"], net["now"], net["difference"]) == ("300.00", "250.00", "-50.00")
    assert net["inputs"] == {"refund_amt": {"reported": "0.00", "now": "50.00"}}
    assert [(why["kind"], why["rows"], why["amount"]) for why in net["why"]] == [("refunds", 1, "-50.00")]


def test_rest_names_the_field_that_cannot_be_used(shop: World, caller: Caller) -> None:
    client = caller(shop.mia, "write")
    wrong = client.post(
        "/api/v1/stores/lotus/closings", json.dumps(DAYS | {"last": "x"}), content_type="application/json"
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "last")


def test_rest_opens_a_period_again_once_and_says_why_it_cannot(shop: World, caller: Caller) -> None:
    client = caller(shop.mia, "write")
    pk = client.post("/api/v1/stores/lotus/closings", DAYS, "application/json").json()["id"]
    where = f"/api/v1/stores/lotus/closings/{pk}/reopen"
    silent = client.post(where, {}, "application/json")
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    first, again = (client.post(where, {"reason": "refunds were missing"}, "application/json") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert (first.json()["reason"], bool(first.json()["reopened_at"])) == ("refunds were missing", True)
    late = client.post(where, {"reason": "another"}, "application/json", headers={"Accept-Language": "en"})
    assert (late.status_code, late.json()) == (
        409,
        {"detail": "This period is open already.", "closing": first.json()},
    )
