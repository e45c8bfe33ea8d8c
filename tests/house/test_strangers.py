"""Object ids of another store, tried on every address that takes one: never anything but 404 (or 403), and nothing
changes. The addresses come from the access table, so a new one is tried without being listed here."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from opsplan.lib import clock
from staff import handover, roster, shift_requests
from staff.models import ApiToken, Handover, HandoverLine, HandoverSeen, Rotation, Shift, ShiftRequest, Task, Turn
from staff.services import create_token
from tests.house.test_access import OF_API, OF_STORE, address  # noqa: F401 (a fixture)
from tests.world import World

KINDS: list[type[Model]] = [Handover, HandoverLine, HandoverSeen, Rotation, Shift, ShiftRequest, Task, Turn]
HUGE = 2**63 - 1
KEYS = {"task", "approval", "shift_decide"}  # addresses that must be among those found, else nothing was tried


def with_ids(addresses: dict[str, str], names: list[str]) -> dict[str, str]:
    """Addresses with a number in them, in Charlie's store."""
    found = {x: addresses[x] for x in names if any(part.isdigit() for part in addresses[x].split("?")[0].split("/"))}
    years = {x for x, url in found.items() if [p for p in url.split("?")[0].split("/") if p.isdigit()] == ["2026"]}
    moved = {x: url.replace("/lotus/", "/other/") for x, url in found.items() if x not in years}
    return {x: url for x, url in moved.items() if "/other/" in url}


def answers(client: Client, url: str) -> set[int]:
    """Of reading and writing; 405 says that it is none of the ways of the address."""
    usual = {client.get(url).status_code, client.post(url).status_code} - {405}
    return usual or {way(url).status_code for way in (client.put, client.patch, client.delete)} - {405}


def too_large(url: str) -> str:
    path, mark, query = url.partition("?")
    return "/".join(str(HUGE) if x.isdigit() else x for x in path.split("/")) + mark + query


def test_pages_know_nothing_of_another_store_s_objects(world: World, address: dict[str, str], client: Client) -> None:  # noqa: F811
    client.force_login(world.charlie)
    tried = with_ids(address, OF_STORE)
    assert len(tried) > 40
    assert set(tried) >= KEYS
    assert {name: answers(client, url) for name, url in tried.items()} == {name: {404} for name in tried}
    assert {name: answers(client, too_large(url)) for name, url in tried.items()} == {name: {404} for name in tried}


def test_endpoints_know_nothing_of_another_store_s_objects(world: World, address: dict[str, str]) -> None:  # noqa: F811
    plaintext = create_token(world.charlie, "key", ApiToken.Scope.WRITE, [world.other])[1]
    client = Client(headers={"authorization": f"Bearer {plaintext}"})
    tried = with_ids(address, OF_API)
    assert {"api_task", "api_approval", "api_handover"} <= set(tried)
    for to in (str, too_large):
        found = {name: answers(client, to(url)) for name, url in tried.items()}
        assert {name: told for name, told in found.items() if told != {404}} == {}


def rows() -> list[list[tuple[Any, ...]]]:
    return [list(kind._base_manager.order_by("pk").values_list()) for kind in KINDS]


FORMS = [  # addresses that take ids in their form
    ("roster_set", {"do": "move", "turn": "turn", "person": "person", "day": "2026-11-23"}),
    ("roster_set", {"do": "take", "turn": "turn"}),
    ("roster_set", {"do": "put", "shift": "shift", "person": "person", "day": "2026-11-23"}),
    ("roster_change", {"do": "switch", "shift": "shift"}),
    ("roster_change", {"do": "needs", "shift": "shift", "need-service": "2"}),
    ("roster_change", {"do": "end", "rotation": "rotation"}),
    ("shift_request", {"do": "swap", "turn": "turn", "person": "person"}),
    ("shift_request", {"do": "withdraw", "pk": "request"}),
    ("handover_do", {"do": "done", "pk": "line"}),
    ("handover_do", {"do": "seen", "pk": "note"}),
]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_form_with_another_store_s_ids_changes_nothing(
    world: World, client: Client, name: str, form: dict[str, str]
) -> None:
    shift = roster.add_shift(world.store, "早班", dt.time(9), dt.time(17))
    note = handover.write(world.store, world.alice, [], "x")
    known = {
        "shift": shift,
        "person": world.bob,
        "turn": roster.assign(world.store, world.bob.pk, shift.pk, dt.date(2026, 11, 25)),
        "rotation": Rotation.objects.create(store=world.store, user=world.bob, cycle=[shift.pk], since="2026-11-01"),
        "request": shift_requests.ask_leave(world.store, world.bob, *[clock.today("Asia/Shanghai")] * 2),
        "note": note,
        "line": HandoverLine.objects.create(handover=note, kind="case", text="x"),
    }
    before = rows()
    client.force_login(world.charlie)
    typed = {key: known[value].pk if value in known else value for key, value in form.items()}
    client.post(reverse(name, args=["other"]), typed)
    assert rows() == before
