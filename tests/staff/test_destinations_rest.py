"""Where messages go, over REST: a secret is told once and never read back."""

import pytest
from django.test import Client

from staff import tasks
from staff.models import Delivery, Destination
from tests.api.conftest import Caller, caller
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests
URL = "/api/v1/stores/lotus/destinations"
MESSAGES = "/api/v1/stores/lotus/messages"
JSON = "application/json"
HOOK = {"name": "ERP", "kind": "webhook", "address": "https://erp.example.com/in?key=K", "imports": "problems"}


@pytest.fixture
def mia(world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(tasks.send_due, "delay", lambda: None)
    return caller(world.mia, "write")


def test_the_secret_of_a_webhook_is_told_once_and_the_address_never(mia: Client) -> None:
    made = mia.post(URL, HOOK, JSON)
    told, kept = made.json(), Destination.objects.get()
    assert (made.status_code, told["secret"], made["Cache-Control"]) == (201, kept.secret, "private, no-store")
    assert (kept.address, kept.imports, kept.campaigns) == (HOOK["address"], "problems", True)
    where = f"{URL}/{told['id']}"
    later = [mia.get(URL), mia.get(where), mia.patch(where, {"campaigns": False}, JSON)]
    assert [x.status_code for x in later] == [200, 200, 200]
    assert not [x for x in later if kept.secret in x.content.decode() or "key=K" in x.content.decode()]
    one = later[1].json()
    assert (one["address"], one["signed"], one["language"]) == ("erp.example.com/…", True, "zh-hans")
    again = mia.post(URL, HOOK, JSON)
    assert again.status_code == 422  # the name stands once in a store
    assert kept.secret not in again.content.decode()


def test_a_robot_keeps_its_own_secret_and_what_is_refused_does_not_name_its_key(mia: Client) -> None:
    robot = {"name": "群", "kind": "dingtalk", "address": "https://oapi.dingtalk.com/x?t=K", "secret": "SEC1"}
    made = mia.post(URL, robot, JSON)
    assert (made.json()["secret"], made.json()["signed"], Destination.objects.get().secret) == (None, True, "SEC1")
    wrong = mia.post(URL, robot | {"name": "x", "address": "ftp://oapi.dingtalk.com/x?t=K"}, JSON)
    [error] = wrong.json()["errors"]
    assert (wrong.status_code, error["field"], error["value"]) == (422, "address", None)
    assert "SEC1" not in wrong.content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": " "}, "name"), ({"kind": None}, "kind"), ({"imports": "some"}, "imports"), ({"address": ""}, "address")],
)
def test_what_is_no_destination_is_refused_and_nothing_is_kept(
    mia: Client, fields: dict[str, object], field: str
) -> None:
    answer = mia.post(URL, HOOK | fields, JSON)
    assert (answer.status_code, [x["field"] for x in answer.json()["errors"]]) == (422, [field])
    assert not Destination.objects.exists()


def test_it_is_tried_switched_off_and_deleted(mia: Client) -> None:
    where = f"{URL}/{mia.post(URL, HOOK, JSON).json()['id']}"
    assert mia.post(f"{where}/test", {}, JSON).status_code == 202
    assert mia.get(MESSAGES).json()["results"][0]["state"] == "waiting"
    off = mia.patch(where, {"is_active": False, "imports": "none"}, JSON).json()
    assert (off["is_active"], off["imports"], off["campaigns"]) == (False, "none", True)
    assert mia.post(f"{where}/test", {}, JSON).status_code == 409
    assert (mia.delete(where).status_code, mia.delete(where).status_code) == (204, 404)


def test_a_message_that_was_given_up_is_tried_again(mia: Client) -> None:
    mia.post(f"{URL}/{mia.post(URL, HOOK, JSON).json()['id']}/test", {}, JSON)
    Delivery.objects.update(state="failed", attempts=6, error="HTTP 500")
    [told] = mia.get(f"{MESSAGES}?state=failed").json()["results"]
    assert (told["attempts"], told["error"], told["next_at"]) == (6, "HTTP 500", None)
    again = mia.post(f"{MESSAGES}/{told['id']}/again", {}, JSON).json()
    assert (again["state"], again["attempts"], mia.get(f"{MESSAGES}?state=failed").json()["count"]) == ("waiting", 0, 0)
    assert mia.get(f"{MESSAGES}?state=x").status_code == 422
