"""What is watched and who is told, over REST. It is 2 April 2026; 31 March had 200 visitors, 1 April 90."""

from decimal import Decimal as D

import pytest
from django.test import Client

from kpis import tasks
from kpis.alerting import alert_rules, alerts
from kpis.models import Alert, AlertRule
from staff.models import Destination
from staff.services import create_token
from tests.api.conftest import Caller, caller
from tests.kpis.facts import count, march, traffic
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests
URL = "/api/v1/stores/lotus/alerts/rules"
JSON = "application/json"
LOW = {"metric": "uv", "kind": "below", "limit": "100"}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    traffic(world.store, 31, 200)
    traffic(world.store, march(31).replace(month=4, day=1), 90)
    count(world.store)
    monkeypatch.setattr(tasks.watch, "delay", lambda pk: alerts.evaluate(world.store))
    return world


@pytest.fixture
def mia(shop: World, caller: Caller) -> Client:
    return caller(shop.mia, "write")


def group(shop: World, **more: object) -> Destination:
    told = {"name": "群", "kind": "wecom", "address": "https://example.com/x?key=K", "created_at": "2026-04-01T00:00Z"}
    return Destination.objects.create(store=shop.store, **told | more)


def faults(answer: object) -> list[str]:
    assert answer.status_code == 422
    return [x["field"] for x in answer.json()["errors"]]


def test_a_rule_is_added_once_watches_at_once_and_is_changed_and_switched(shop: World, mia: Client) -> None:
    to = group(shop)
    sent = LOW | {"people": ["bob"], "destinations": [to.pk], "duty": "promotion", "severity": "bad"}
    first, again = (mia.post(URL, sent, JSON, headers={"Accept-Language": "en"}) for _ in range(2))
    told = first.json()
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, told["id"])
    assert (told["text"], D(told["limit"]), told["days"], told["severity"], told["duty"]) == (
        *("Visitors below 100", 100, 1, "bad", "promotion"),
    )
    assert (told["people"], told["destinations"], told["is_active"], told["has_figure"]) == (
        *(["bob"], [to.pk], True, True),
    )
    rule = AlertRule.objects.get()
    assert (rule.by, Alert.objects.get().value) == (shop.mia, 90)
    where = f"{URL}/{rule.pk}"
    changed = mia.patch(where, {"limit": 80, "people": []}, JSON).json()
    assert (D(changed["limit"]), changed["people"], changed["destinations"]) == (80, [], [to.pk])
    off = mia.patch(where, {"is_active": False}, JSON).json()
    assert (off["is_active"], off["fired"], off["firing"]) == (False, 1, 0)
    assert mia.patch(where, {"is_active": True}, JSON).json()["is_active"] is True
    assert mia.patch(where, {"metric": "pay_amt"}, JSON).status_code == 422


def test_a_rule_is_tried_on_the_last_90_days_and_nothing_is_stored(mia: Client) -> None:
    tried = mia.post(f"{URL}/preview", LOW, JSON).json()
    assert (tried["from"], tried["to"], tried["known_days"]) == ("2026-01-02", "2026-04-01", 2)
    [run] = tried["runs"]
    assert (run["first"], run["last"], run["days"], D(run["value"]), D(run["line"])) == (
        *("2026-04-01", "2026-04-01", 1, 90, 100),
    )
    assert not AlertRule.objects.exists()
    made = mia.post(URL, LOW, JSON).json()["id"]
    assert mia.get(f"{URL}/{made}").json()["would_have"] == tried


def test_the_list_offers_what_is_not_there_yet(shop: World, mia: Client) -> None:
    offered = {x["key"]: x for x in mia.get(URL).json()["proposals"]}
    assert D(offered["visitors_low"]["limit"]) == 3
    wanted = {name: offered["visitors_low"][name] for name in ("metric", "kind", "limit", "days", "severity")}
    assert mia.post(URL, wanted, JSON).status_code == 201
    told = mia.get(URL).json()
    assert "visitors_low" not in [x["key"] for x in told["proposals"]]
    assert [x["metric"] for x in told["results"]] == ["uv"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"metric": "shoes"}, "metric"),
        ({"kind": "x"}, "kind"),
        ({"limit": None}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"limit": "1" * 19}, "limit"),
        ({"kind": "low", "limit": "21"}, "limit"),
        ({"days": 15}, "days"),
        ({"people": ["charlie"]}, "people[0]"),
        ({"destinations": [0]}, "destinations[0]"),
    ],
)
def test_what_makes_no_rule_is_refused_with_its_field(mia: Client, fields: dict[str, object], field: str) -> None:
    assert faults(mia.post(URL, LOW | fields, JSON)) == [field]
    assert not AlertRule.objects.exists()


def test_a_token_for_some_kpis_sees_and_makes_rules_about_these_only(shop: World) -> None:
    rule = alert_rules.save(AlertRule(store=shop.store, metric="uv", kind="below", limit=D(1)), shop.mia)
    key = create_token(shop.mia, "test", "write", [shop.store], metrics=["pay_amt"])[1]
    client = Client(headers={"Authorization": f"Bearer {key}"})
    told = client.get(URL).json()
    assert (told["count"], {x["metric"] for x in told["proposals"]}) == (0, {"pay_amt"})
    assert client.get(f"{URL}/{rule.pk}").status_code == 404
    assert faults(client.post(URL, LOW, JSON)) == ["metric"]
