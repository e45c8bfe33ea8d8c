"""Customers by page, REST and command. It is 1 April 2026."""

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from kpis.crm import customer_marks, customer_tasks
from kpis.models import CustomerMark, SegmentRules
from staff.checklists import install_library
from staff.models import Task
from tests.api.conftest import Caller, caller
from tests.kpis.facts import order
from tests.kpis.test_segments import shop, typed
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests


@pytest.fixture(autouse=True)
def april(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-01")
    shop(world)
    for user in (world.mia, world.bob, world.vera):
        user.language = "en"
        user.save()


def page(client: Client, name: str, *more: object, **asked: str) -> str:
    answer = client.get(reverse(name, args=["lotus", *more]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_the_classes_and_who_moved(world: World, client: Client) -> None:
    client.force_login(world.vera)
    text = page(client, "customers")
    for told in ("Important: valuable", "¥730.00", "25.00%", "¥125.56", "1 paid order of the year tells no buyer"):
        assert told in text
    assert "2026-03-01 → 2026-03-31" in text  # 30 days
    assert "on the evening of 2026-03-31" in text
    assert "Cuts" not in text  # a viewer sets nothing


def test_a_store_without_buyers_is_told_what_to_do(world: World, client: Client) -> None:
    client.force_login(world.charlie)
    answer = client.get(reverse("customers", args=["other"]))
    assert reverse("data", args=["other"]) in answer.content.decode()


def test_the_list_narrows_and_goes_out_as_a_file_without_names(world: World, client: Client) -> None:
    client.force_login(world.vera)
    core = page(client, "customer_list", tier="core")
    assert "1 customer<" in core
    assert re.findall(r'class="chip on" href="([^"]*)">([^<]*)<', core) == [("?", "Core customers")]
    answer = client.get(reverse("customer_list", args=["lotus"]), {"format": "csv", "class": "important_keep"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].split(",")[1:8] == ["2026-01-29", "62", "3", "300.00", "3", "3", "3"]


def test_a_file_of_customers_has_them_all(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(world.vera)
    every = page(client, "customer_list", format="csv")
    monkeypatch.setattr("kpis.views.customers.PIECE", 2)
    assert page(client, "customer_list", format="csv") == every
    assert len(every.splitlines()) > 4


def test_a_customer_is_found_by_order_and_marked_on_the_page(world: World, client: Client) -> None:
    client.force_login(world.bob)
    key = customer_marks.keys_of(world.store, ["粉丝"])["粉丝"]
    order(world.store, 5, "100", buyer=key, no="A-1")
    for typed_in in ("A-1", "粉丝"):
        answer = client.post(reverse("customer_find", args=["lotus"]), {"q": typed_in})
        assert answer.headers["Location"] == reverse("customer", args=["lotus", f"{key:016x}"])
    found = page(client, "customer", f"{key:016x}")
    assert "Paid 27 days ago. Score 5 up to 30 days, 4 up to 60, 3 up to 90, 2 up to 180." in found
    assert "1 paid order in 365 days. Score 5 from 5, 4 from 4, 3 from 3, 2 from 2." in found
    assert "0.8 times the average order of ¥125.56. Score 5 from 5, 4 from 3, 3 from 2, 2 from 1." in found
    client.post(reverse("customer_mark", args=["lotus", f"{key:016x}"]), {"is_core": "on", "consent": "refused"})
    assert CustomerMark.objects.values_list("buyer_key", "is_core", "consent").get() == (key, True, "refused")
    assert "wants no messages" in page(client, "customer", f"{key:016x}")


def test_nobody_is_not_a_customer(world: World, client: Client) -> None:
    client.force_login(world.bob)
    for code in ("99", "nonsense", "f" * 16):
        assert client.get(reverse("customer", args=["lotus", code])).status_code == 404
    answer = client.post(reverse("customer_find", args=["lotus"]), {"q": "nobody"}, follow=True)
    assert "No paid or open order of the store" in answer.content.decode()


def test_names_are_looked_up_and_marked_together(world: World, client: Client) -> None:
    client.force_login(world.bob)
    keys = customer_marks.keys_of(world.store, ["甲", "乙"])
    order(world.store, 5, "100", buyer=keys["甲"])
    names = {"names": "甲\n乙\nt**3", "consent": "agreed", "core": ""}
    answer = client.post(reverse("customer_names", args=["lotus"]), names)
    text = answer.content.decode()
    assert "1 of 3 are customers" in text
    assert "A masked name" in text
    assert "No order of the store has this name." in text
    assert CustomerMark.objects.values_list("buyer_key", "consent", "is_core").get() == (keys["甲"], "agreed", False)


def test_cuts_are_set_by_a_manager_and_refused_with_reasons(world: World, client: Client) -> None:
    client.force_login(world.mia)
    answer = client.post(reverse("customer_cuts", args=["lotus"]), typed(recency="30, 20, 90, 180"))
    assert answer.status_code == 422
    assert "Each must be larger than the one before." in answer.content.decode()
    client.post(reverse("customer_cuts", args=["lotus"]), typed(recency="7，14，30，60"))
    assert SegmentRules.objects.get().recency == "7, 14, 30, 60"


def test_rest_and_the_command_tell_the_same(world: World, caller: Caller) -> None:
    answer = caller(world.vera).get("/api/v1/stores/lotus/customers/segments?ago=30").json()
    out = StringIO()
    call_command("customers", "lotus", "--ago", "30", "--json", stdout=out)
    assert json.loads(out.getvalue()) == answer
    assert answer["classes"][0] == {
        "class": "important_value", "people": 1, "share": "0.250000", "core": 1, "orders": 3, "net": "300.00",
        "net_share": "0.410959",
    }  # fmt: skip
    assert {"was": None, "is": "develop", "people": 1} in answer["moves"]
    out = StringIO()
    call_command("customers", "lotus", stdout=out)
    assert "300.00" in out.getvalue()


def test_rest_lists_and_refuses(world: World, caller: Caller) -> None:
    mine = caller(world.vera)
    answer = mine.get("/api/v1/stores/lotus/customers?tier=ordinary&sort=net&limit=1").json()
    assert answer["count"] == 3
    assert [(x["net"], x["r"], x["f"], x["m"], x["class"]) for x in answer["results"]] == [
        ("30.00", 5, 1, 1, "develop")
    ]
    for asked in ("class=x", "tier=x", "sort=x", "limit=x", "limit=0", "day=x"):
        assert mine.get(f"/api/v1/stores/lotus/customers?{asked}").status_code == 422, asked
    assert mine.get("/api/v1/stores/lotus/customers/segments?ago=0").status_code == 422


def test_marks_over_rest(world: World, caller: Caller) -> None:
    key = customer_marks.keys_of(world.store, ["甲"])["甲"]
    order(world.store, 5, "100", buyer=key)
    mine, url = caller(world.bob, scope="write"), "/api/v1/stores/lotus/customers/marks"

    def send(**fields: object) -> object:
        return mine.post(url, json.dumps(fields), content_type="application/json")

    answer = send(names=["甲", "乙"], consent="agreed", core=True).json()
    assert (answer["marked"], answer["customers"][0]["consent"], answer["customers"][1]) == (1, "agreed", None)
    assert answer["customers"][0]["core_by_hand"]
    for wrong in ({}, {"names": "甲"}, {"names": ["甲"], "consent": "x"}, {"names": ["甲"], "core": 1}):
        assert send(**wrong).status_code == 422, wrong


def test_a_class_of_customers_becomes_a_task_about_those_who_agreed(
    world: World, client: Client, caller: Caller
) -> None:
    install_library(world.store, "en")
    keys = customer_marks.keys_of(world.store, ["甲", "乙"])
    for key in keys.values():
        order(world.store, 5, "100", buyer=key)
    work = next(x for x in customer_tasks.works(world.store) if x.source == "trigger.customers_message")
    client.force_login(world.mia)
    narrowed = reverse("customer_task", args=["lotus"]) + "?class=develop&tier=ordinary"
    nobody = client.post(narrowed, {"template": work.pk}, follow=True).content.decode()
    assert ("has agreed to messages" in nobody, Task.objects.filter(version__trigger="customers").exists()) == (1, 0)
    customer_marks.mark(world.store, [keys["甲"] or 0], world.mia, is_core=None, consent="agreed")
    customer_marks.mark(world.store, [keys["乙"] or 0], world.mia, is_core=None, consent="refused")
    assert "about the 1 of them" in page(client, "customer_list", **{"class": "develop"})
    client.post(narrowed, {"template": work.pk})
    client.post(narrowed, {"template": work.pk})
    task = Task.objects.get(version__trigger="customers")
    assert task.subject == "Ordinary: to develop · Ordinary customers · 1 customer who agreed to messages · 2026-03-31"
    asked = "class=develop&tier=ordinary&consent=agreed&day=2026-03-31"
    assert task.about == f"customer_list ?{asked}"
    assert reverse("customer_list", args=["lotus"]) + "?" + escape(asked) in page(client, "task", task.pk)
    told = {"template": work.pk, "class": "develop", "tier": "ordinary"}
    key = caller(world.mia, scope="write")
    assert key.get("/api/v1/stores/lotus/customers/tasks").json()["works"][0]["id"] == work.pk
    assert key.post("/api/v1/stores/lotus/customers/tasks", told, "application/json").json() == {"made": 0}
    refused = key.post("/api/v1/stores/lotus/customers/tasks", {"template": 1}, "application/json")
    assert refused.json()["errors"][0]["field"] == "template"
