"""Alerts and rules by page and REST. It is 2 April 2026."""

import json
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse

from kpis.alerting import alert_rules, alerts
from kpis.models import Alert, AlertRule
from staff.models import Delivery, Destination
from tests.api.conftest import Caller, caller
from tests.kpis.facts import count, march, traffic
from tests.world import World

__all__ = ["caller"]  # a fixture of the REST tests
BELOW = {"metric": "uv", "kind": "below", "limit": "100", "days": "1", "severity": "bad", "duty": ""}


@pytest.fixture
def shop(world: World) -> World:
    for user in (world.mia, world.bob, world.vera):
        user.language = "en"
        user.save()
    traffic(world.store, 31, 200)
    traffic(world.store, march(31).replace(month=4, day=1), 90)
    count(world.store)
    return world


@pytest.fixture
def mia(shop: World, client: Client) -> Client:
    client.force_login(shop.mia)
    return client


@pytest.fixture
def alert(shop: World) -> Alert:
    rule = AlertRule(store=shop.store, metric="uv", kind="below", limit=D(100), days=1, severity="bad")
    alert_rules.save(rule, shop.mia)
    alerts.evaluate(shop.store)
    return Alert.objects.get()


def page_of(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=["lotus", *args])).content.decode()


def test_today_asks_for_a_decision_with_a_link_to_it(mia: Client, alert: Alert) -> None:
    page = page_of(mia, "today")
    assert page.count("Visitors 90 on 04-01, below 100") == 1
    assert reverse("alert", args=["lotus", alert.pk]) in page


def test_the_list_and_the_alert_say_what_happened(mia: Client, alert: Alert) -> None:
    assert "Visitors 90 on 04-01, below 100" in page_of(mia, "alerts")
    page = page_of(mia, "alert", alert.pk)
    assert "Seen, I take care of it" in page
    assert "Nobody: the rule names no person" in page


def test_it_is_decided_beside_today_and_leads_back_there(mia: Client, alert: Alert) -> None:
    url = reverse("alert", args=["lotus", alert.pk])
    assert f'data-drawer href="{url}"' in page_of(mia, "today")
    part = mia.get(url, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count('name="from" value="today"') == 3
    decided = mia.post(reverse("alert_decide", args=["lotus", alert.pk]), {"do": "acknowledge", "from": "today"})
    assert decided.headers["Location"] == reverse("today", args=["lotus"])
    assert url not in page_of(mia, "today")


def test_a_member_decides_and_a_viewer_is_offered_nothing_to_press(mia: Client, shop: World, alert: Alert) -> None:
    mia.force_login(shop.vera)
    assert "alert_decide" not in page_of(mia, "alert", alert.pk)
    assert "/decide/" not in page_of(mia, "alert", alert.pk)
    mia.force_login(shop.bob)
    mia.post(reverse("alert_decide", args=["lotus", alert.pk]), {"do": "dismiss", "reason": "public holiday"})
    alert.refresh_from_db()
    assert (alert.state, alert.reason, alert.by) == ("dismissed", "public holiday", shop.bob)


def test_a_decision_that_cannot_be_used_says_why(mia: Client, alert: Alert) -> None:
    answer = mia.post(
        reverse("alert_decide", args=["lotus", alert.pk]), {"do": "snooze", "until": "2026-04-01"}, follow=True
    )
    assert "Choose a day after today" in answer.content.decode()


def test_a_preview_saves_nothing(mia: Client) -> None:
    page = mia.post(reverse("rule_new", args=["lotus"]), BELOW | {"preview": "1"}).content.decode()
    assert "Would have fired 1 time in the last 90 days" in page
    assert "2 days could be judged" in page
    assert not AlertRule.objects.exists()


def test_a_rule_is_saved_with_those_who_are_told(mia: Client, shop: World) -> None:
    mia.post(reverse("rule_new", args=["lotus"]), BELOW | {"save": "1", "people": [shop.bob.pk], "duty": "promotion"})
    rule = AlertRule.objects.get()
    assert (rule.limit, rule.by, rule.duty, list(rule.people.all())) == (D(100), shop.mia, "promotion", [shop.bob])


def test_a_rate_is_typed_in_percent(mia: Client) -> None:
    mia.post(reverse("rule_new", args=["lotus"]), BELOW | {"metric": "pay_cvr", "limit": "2.5", "save": "1"})
    rule = AlertRule.objects.get()
    assert rule.limit == D("0.025")
    assert 'value="2.5"' in page_of(mia, "rule", rule.pk)


def test_a_stranger_to_the_store_cannot_be_told(mia: Client, shop: World) -> None:
    answer = mia.post(reverse("rule_new", args=["lotus"]), BELOW | {"save": "1", "people": [shop.charlie.pk]})
    assert answer.status_code == 422
    assert not AlertRule.objects.exists()


def test_a_proposal_fills_the_form_and_watches_nothing(mia: Client, shop: World) -> None:
    type(shop.store).objects.filter(pk=shop.store.pk).update(platform="taobao")  # where ratings exist
    page = mia.get(reverse("rule_new", args=["lotus"]) + "?proposal=good_rate_low").content.decode()
    assert 'value="98.5"' in page
    assert not AlertRule.objects.exists()
    assert "Look and add" in page_of(mia, "alert_rules")


def test_a_rule_is_switched_off_and_on(mia: Client, alert: Alert) -> None:
    where = reverse("rule_switch", args=["lotus", alert.rule_id])
    mia.post(where)
    assert not AlertRule.objects.get().is_active
    mia.post(where, {"on": "1"})
    assert AlertRule.objects.get().is_active


def test_the_secret_of_a_webhook_is_shown_once(mia: Client) -> None:
    typed = {"name": "erp", "kind": "webhook", "address": "https://erp.example.com/in", "language": "en"}
    answer = mia.post(reverse("destinations", args=["lotus"]), typed)
    secret = Destination.objects.get().secret
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    page = page_of(mia, "destinations")
    assert secret not in page
    assert "erp.example.com/in" not in page


def test_a_destination_says_what_it_is_told_beside_alerts(mia: Client, shop: World) -> None:
    to = Destination.objects.create(
        store=shop.store, name="群", kind="wecom", address="https://example.com/x", created_at="2026-04-01T00:00Z"
    )
    mia.post(reverse("destination_told", args=["lotus", to.pk]), {"imports": "all"})
    to.refresh_from_db()
    assert (to.imports, to.campaigns) == ("all", False)


def test_a_message_to_try_is_queued_for_that_destination_only(mia: Client, shop: World) -> None:
    typed = {"name": "group", "kind": "wecom", "address": "https://qyapi.weixin.qq.com/x?key=K", "language": "en"}
    mia.post(reverse("destinations", args=["lotus"]), typed)
    to = Destination.objects.get()
    mia.post(reverse("destination_test", args=["lotus", to.pk]))
    assert [(row.destination, row.subject) for row in Delivery.objects.all()] == [
        (to, f"{shop.store.name}: a message to try")
    ]


def test_a_destination_is_deleted_only_with_its_name_typed(mia: Client) -> None:
    typed = {"name": "group", "kind": "wecom", "address": "https://qyapi.weixin.qq.com/x?key=K", "language": "en"}
    mia.post(reverse("destinations", args=["lotus"]), typed)
    where = reverse("destination_delete", args=["lotus", Destination.objects.get().pk])
    mia.post(where, {"name": "grou"})
    assert Destination.objects.exists()
    mia.post(where, {"name": "group"})
    assert not Destination.objects.exists()


def test_rest_lists_alerts_and_takes_decisions(shop: World, alert: Alert, caller: Caller) -> None:
    client = caller(shop.bob, "write")
    [told] = client.get("/api/v1/stores/lotus/alerts?state=open").json()["results"]
    assert (told["metric"], told["value"], told["line"], told["days"]) == ("uv", "90.000000", "100.000000", 1)
    body = json.dumps({"do": "acknowledge"})
    done = client.post(f"/api/v1/stores/lotus/alerts/{alert.pk}", body, content_type="application/json")
    assert (done.status_code, bool(done.json()["acknowledged_at"])) == (200, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"do": "eat"}, "do"), ({"do": "snooze", "until": "soon"}, "until"), ({"do": "dismiss"}, "reason")],
)
def test_rest_names_the_field_that_cannot_be_used(
    shop: World, alert: Alert, caller: Caller, body: dict[str, str], field: str
) -> None:
    where = f"/api/v1/stores/lotus/alerts/{alert.pk}"
    answer = caller(shop.bob, "write").post(where, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_rule_about_a_figure_the_platform_does_not_have_is_not_said_to_be_watching(mia: Client, shop: World) -> None:
    rule = AlertRule(store=shop.store, metric="good_rate", kind="below", limit=D("0.985"), days=3, severity="warn")
    alert_rules.save(rule, shop.mia)
    for platform in ("taobao", "tmall"):
        type(shop.store).objects.filter(pk=shop.store.pk).update(platform=platform)
        rows = mia.get(reverse("alert_rules", args=["lotus"])).context["rules"]
        assert [told for one, _text, told in rows if one.metric == "good_rate"] == [platform == "taobao"]
