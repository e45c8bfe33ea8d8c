"""Daily figures typed by hand, over REST."""

from typing import Any

import pytest
from django.test import Client

from kpis.models import Entry
from kpis.sums import targets
from staff.services import create_token
from tests.api.conftest import Caller
from tests.kpis.facts import march
from tests.world import World

URL = "/api/v1/stores/lotus/entries"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def bob(world: World, caller: Caller) -> Client:
    return caller(world.bob, "write")


def tell(client: Client, *lines: dict[str, Any]) -> Any:
    return client.post(URL, {"lines": lines}, "application/json")


def line(measure: str, value: str | None, **more: Any) -> dict[str, Any]:
    return {"measure": measure, "day": "2026-03-02", "value": value, **more}


def test_figures_are_told_and_counted_at_once(world: World, bob: Client) -> None:
    answer = tell(bob, line("chat_answered", "19"), line("chat_asked", "20"), line("platform_fee", "1,234.50"))
    assert [(x["measure"], x["value"]) for x in answer.json()["entries"]] == [
        ("chat_answered", "19"), ("chat_asked", "20"), ("platform_fee", "1234.50"),
    ]  # fmt: skip
    listed = bob.get(URL, MARCH | {"measures": "chat_asked,brush_amt"}).json()
    assert (listed["results"], listed["measures"]["chat_asked"]["unit"]) == ([answer.json()["entries"][1]], "count")
    assert listed["results"][0]["by"] == str(world.bob)
    asked = {"from": "2026-03-02", "to": "2026-03-02", "metrics": "reply_rate"}
    summary = bob.get("/api/v1/stores/lotus/kpis/summary", asked).json()
    assert summary["values"]["reply_rate"]["value"] == "0.950000"  # 19 / 20


def test_a_new_part_and_its_new_whole_come_in_any_order(world: World, bob: Client) -> None:
    tell(bob, line("chat_answered", "19"), line("chat_asked", "20"))
    assert tell(bob, line("chat_answered", "29"), line("chat_asked", "30")).status_code == 200
    assert set(Entry.objects.values_list("measure", "value")) == {("chat_answered", 29), ("chat_asked", 30)}


def test_all_or_none_and_every_wrong_line_has_its_place(world: World, bob: Client) -> None:
    wrong = tell(bob, line("chat_asked", "20"), line("platform_fee", "1.234"), line("chat_asked", "2.5"))
    assert [x["field"] for x in wrong.json()["errors"]] == ["lines[1].value", "lines[2].value"]
    assert (wrong.status_code, Entry.objects.count()) == (422, 0)
    for bad in (
        {"measure": "pay_amt", "day": "2026-03-02", "value": "1"},
        {"measure": "chat_asked", "day": "2026-03-02"},
    ):
        assert tell(bob, bad).status_code == 422


def test_what_somebody_typed_meanwhile_is_not_overwritten(world: World, bob: Client) -> None:
    targets.enter(world.store, "chat_asked", march(2), 7, world.mia)
    clash = tell(bob, line("platform_fee", "1"), line("chat_asked", "9", was="5"))
    assert (clash.status_code, Entry.objects.count()) == (409, 1)
    [conflict] = clash.json()["conflicts"]
    assert (conflict["measure"], conflict["now"], conflict["by"]) == ("chat_asked", "7", str(world.mia))
    assert tell(bob, line("chat_asked", None, was="7")).json()["entries"][0]["value"] is None
    assert not Entry.objects.exists()


def test_a_key_for_some_figures_is_told_of_no_entries(world: World) -> None:
    _token, key = create_token(world.alice, "one", "read", [world.store], ["pay_amt"])
    assert Client(headers={"Authorization": f"Bearer {key}"}).get(URL, MARCH).status_code == 403
