"""What no database takes is refused at the door, with 400, on pages and over REST."""

import pytest
from django.test import Client

from staff.services import create_token
from tests.world import World

DEEP = "[" * 100_000


@pytest.fixture
def program(world: World) -> Client:
    return Client(headers={"Authorization": f"Bearer {create_token(world.alice, 'x', 'write', [world.store])[1]}"})


@pytest.mark.parametrize("body", ['{"title": "\\u0000"}', '{"a": [{"\\ud800": 1}]}', DEEP])
def test_a_text_that_cannot_be_kept_is_refused(program: Client, body: str) -> None:
    answer = program.post("/api/v1/stores/lotus/approvals", body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize("address", ["/api/v1/stores/lotus/roster?from=%00", "/stores/?q=%00"])
def test_a_nul_in_a_question_is_refused(program: Client, address: str) -> None:
    assert program.get(address).status_code == 400


def test_a_nul_in_a_form_is_refused(db: None, client: Client) -> None:
    assert client.post("/login/", "username=a%00b", "application/x-www-form-urlencoded").status_code == 400


def test_texts_of_every_language_pass(program: Client) -> None:
    answer = program.post("/api/v1/stores/lotus/approvals", {"flow": "single", "title": "面霜 😀"}, "application/json")
    assert answer.status_code == 201


def test_who_opens_the_address_of_a_form_gets_a_page(client: Client, world: World) -> None:
    client.force_login(world.alice)
    answer = client.get("/s/lotus/settings/members/invite/")
    assert (answer.status_code, answer.headers["Allow"], "405" in answer.content.decode()) == (405, "POST", True)
    assert client.put("/s/lotus/settings/members/invite/").content == b""
