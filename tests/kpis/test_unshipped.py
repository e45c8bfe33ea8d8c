"""Orders to be shipped: what was late when the file was exported, what has come due since, what is still to come."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from kpis.display.decisions import late_orders
from kpis.models import Order, OrderStatus
from kpis.views.decision_words import links
from kpis.why import unshipped
from opsplan.lib import clock
from stores.models import Store
from tests.api.conftest import caller
from tests.kpis.facts import order

__all__ = ["caller"]  # a fixture of the REST tests

NOW = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)  # noon in Shanghai
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def shop(world, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Orders paid so many hours ago; the file was exported four hours ago."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-11-23")
    for hours, status in ((60, 20), (52, 20), (50, 20), (30, 20), (5, 20), (70, 30), (80, 70)):
        paid_at = NOW - hours * HOUR
        made = order(world.store, paid_at.date(), "100", no=f"H{hours}", status=OrderStatus(status))
        made.paid_at, made.as_of = paid_at, NOW - 4 * HOUR
        made.save()
    return world.store


def test_late_is_what_had_waited_two_days_when_the_file_was_exported(shop: Store) -> None:
    found = unshipped.unshipped(shop)
    assert [(x.order_no, x.state) for x in found.orders] == [
        ("H60", "late"), ("H52", "late"), ("H50", "check"), ("H30", "soon"), ("H5", "later"),
    ]  # fmt: skip
    assert (found.counts, found.as_of) == ({"late": 2, "check": 1, "soon": 1, "later": 1}, NOW - 4 * HOUR)
    assert [each.params["late"] for each in late_orders(shop)] == [2]


def test_an_old_file_makes_nothing_urgent(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + 72 * HOUR)
    assert list(late_orders(shop)) == []
    assert unshipped.unshipped(shop).counts == {"late": 2, "check": 3, "soon": 0, "later": 0}


def test_the_orders_that_are_to_be_decided_on_are_those_the_link_opens(client, world, shop: Store) -> None:
    """H60 is told by a file of three days ago only: it may have left meanwhile."""
    Order.objects.filter(order_no="H60").update(as_of=NOW - 72 * HOUR, paid_at=NOW - 130 * HOUR)
    (found,) = late_orders(shop)
    client.force_login(world.mia)
    request = SimpleNamespace(store=shop, member=SimpleNamespace(level="owner"))
    page = client.get(links(found, request)[0])
    assert (found.params["late"], [x["order"].order_no for x in page.context["rows"]]) == (1, ["H52"])
    assert [(x["key"], x["count"]) for x in page.context["states"]][:2] == [("late", 1), ("check", 1)]
    assert unshipped.unshipped(shop).counts["late"] == 2


def test_a_program_reads_page_by_page(world, shop: Store, caller) -> None:
    address = "/api/v1/stores/lotus/orders/unshipped"
    first, rest = (caller(world.vera).get(address, {"limit": 3, "offset": n}).json() for n in (0, 3))
    assert ([x["order_no"] for x in first["results"]], first["count"]) == (["H60", "H52", "H50"], 5)
    assert (len(rest["results"]), rest["next"], rest["counts"]) == (2, None, first["counts"])
    assert {x["pay_amt"] for x in first["results"]} == {"100.00"}
    assert unshipped.as_json(shop)["results"] == first["results"] + rest["results"]


def test_a_file_that_tells_no_time_of_its_export_leaves_what_is_due_to_be_checked(shop: Store, world) -> None:
    Order.objects.update(as_of=None)
    Order.objects.filter(order_no="H50").update(paid_at=NOW - 48 * HOUR)  # due now
    for store, days in ((shop, 61), (world.other, 5)):
        old = order(store, (NOW - days * 24 * HOUR).date(), "100", status=OrderStatus.PAID)
        Order.objects.filter(pk=old.pk).update(paid_at=NOW - days * 24 * HOUR)
    told = unshipped.as_json(shop)
    assert told["as_of"] is None
    assert [(x["order_no"], x["state"], x["as_of"]) for x in told["results"]] == [
        ("H60", "check", None), ("H52", "check", None), ("H50", "check", None), ("H30", "soon", None),
        ("H5", "later", None),
    ]  # fmt: skip


def test_the_page_its_file_the_endpoint_and_the_command_tell_the_same(
    client, world, shop: Store, capsys, caller
) -> None:
    client.force_login(world.vera)
    page = client.get("/s/lotus/data/unshipped/?state=late").content.decode()
    assert [f"H{n}" in page for n in (60, 52, 50)] == [True, True, False]
    looked_for = client.get("/s/lotus/data/unshipped/?state=late&q=52").content.decode()
    assert ["H52" in looked_for, "H60" in looked_for, "?state=late" in looked_for] == [True, False, True]
    lines = client.get("/s/lotus/data/unshipped/?format=csv").content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(",")[0]) == (6, "H60")
    told = caller(world.vera).get("/api/v1/stores/lotus/orders/unshipped?state=check").json()
    assert ([x["order_no"] for x in told["results"]], told["counts"]["late"], told["promise_hours"]) == (["H50"], 2, 48)
    assert told["results"][0]["due_at"] == "2026-11-23T02:00:00Z"  # paid 50 hours before noon
    call_command("unshipped", "lotus", "--state", "late")
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["H60", "H52"]
