"""Rules held against days: one row and one message for each breach, whoever looks how often. It is 2 April 2026."""

import datetime as dt
import threading
from decimal import Decimal as D

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, connections

from kpis.alerting import alert_rules, alerts
from kpis.alerting.alert_words import background, rule_sentence, sentence
from kpis.display.decisions import decisions
from kpis.models import Alert, AlertRule, Coverage, ShopTraffic
from kpis.sums.rollups import bump, rebuild
from kpis.tasks import watch
from opsplan.lib import clock
from staff.delivery import add_destination
from staff.models import Delivery, Member, User
from stores.models import Store
from tests.kpis.facts import count, march, traffic
from tests.world import World

pytestmark = pytest.mark.usefixtures("english")
TODAY = dt.date(2026, 4, 2)
APRIL_1 = dt.date(2026, 4, 1)


@pytest.fixture
def user(store: Store) -> User:
    user = User.objects.create_user("mia", email="mia@example.com", language="en")
    Member.objects.create(store=store, user=user, level="manager", duties=["promotion"])
    return user


def rule(store: Store, kind: str = "below", limit: str = "100", days: int = 1, metric: str = "uv", **more) -> AlertRule:
    made = AlertRule(store=store, metric=metric, kind=kind, limit=D(limit), days=days, **more)
    return alert_rules.save(made, None, more.pop("people", None))


def visitors(store: Store, *numbers: int | None) -> None:
    """Visitors of the last days up to 1 April; None = nothing imported."""
    first = TODAY - dt.timedelta(days=len(numbers))
    for i, uv in enumerate(numbers):
        if uv is not None:
            traffic(store, first + dt.timedelta(days=i), uv)
    count(store)


def corrected(store: Store, day: dt.date, uv: int) -> None:
    ShopTraffic.objects.filter(store=store, day=day).update(uv=uv)
    rebuild(store, [day])


def rows(store: Store) -> list[tuple[str, int, int, str]]:
    return [(str(a.value), a.first_day.day, a.last_day.day, a.state) for a in Alert.objects.order_by("pk")]


def test_a_breach_opens_one_row_and_goes_out_once_however_often_it_is_looked_at(store: Store, user: User) -> None:
    visitors(store, 200, 200, 90)
    rule(store, duty="promotion")
    assert [alerts.evaluate(store) for _ in range(3)] == [1, 0, 0]
    assert rows(store) == [("90.000000", 1, 1, "open")]
    assert list(Delivery.objects.values_list("email", "subject")) == [
        ("mia@example.com", "莲花护肤旗舰店: Visitors 90 on 04-01, below 100")
    ]


def test_it_waits_until_the_days_in_a_row_are_full(store: Store) -> None:
    rule(store, days=3)
    visitors(store, 200, 90, 90)
    assert alerts.evaluate(store) == 0
    corrected(store, march(30), 90)
    assert alerts.evaluate(store) == 1
    assert rows(store) == [("90.000000", 30, 1, "open")]


def test_a_lasting_breach_is_the_same_row_with_a_later_last_day(
    store: Store, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(store, duty="promotion")
    visitors(store, 200, 200, 90)
    alerts.evaluate(store)
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-04")
    traffic(store, dt.date(2026, 4, 2), 80)
    traffic(store, dt.date(2026, 4, 3), 70)
    count(store)
    assert alerts.evaluate(store) == 0
    assert rows(store) == [("70.000000", 1, 3, "open")]
    assert Delivery.objects.count() == 1


def test_a_breach_is_over_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(store)
    visitors(store, 200, 90)
    alerts.evaluate(store)
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-03")
    traffic(store, dt.date(2026, 4, 2), 300)
    count(store)
    alerts.evaluate(store)
    assert rows(store) == [("90.000000", 1, 1, "over")]
    assert Alert.objects.get().over_at is not None


def test_a_correction_ends_it_and_a_second_one_brings_the_same_row_back(store: Store, user: User) -> None:
    rule(store, duty="promotion")
    visitors(store, 200, 90)
    alerts.evaluate(store)
    corrected(store, APRIL_1, 150)
    alerts.evaluate(store)
    assert rows(store)[0][3] == "over"
    corrected(store, APRIL_1, 95)
    assert alerts.evaluate(store) == 0
    assert rows(store) == [("95.000000", 1, 1, "open")]
    assert Delivery.objects.count() == 1


def test_a_late_import_of_the_days_before_stretches_the_row_backwards(store: Store, user: User) -> None:
    rule(store, duty="promotion")
    visitors(store, 200, None, None, 90)
    alerts.evaluate(store)
    for day in (30, 31):
        traffic(store, day, 95)
    count(store)
    alerts.evaluate(store)
    assert rows(store) == [("90.000000", 30, 1, "open")]
    assert Alert.objects.get().days == 3
    assert Delivery.objects.count() == 1


def test_what_is_over_says_the_line_and_the_days_of_its_own_last_day(store: Store) -> None:
    """The weekday of 31 March has 1,000 visitors, of 1 April 2,000: below 850 and 1,700."""
    for weeks in range(1, 6):
        traffic(store, march(31) - dt.timedelta(weeks=weeks), 1000)
        traffic(store, APRIL_1 - dt.timedelta(weeks=weeks), 2000)
    traffic(store, march(31), 500)
    traffic(store, APRIL_1, 900)
    count(store)
    rule(store, "low", "3")
    alerts.evaluate(store)
    corrected(store, APRIL_1, 2000)
    alerts.evaluate(store)
    found = Alert.objects.get()
    assert (found.value, found.line, found.middle, found.days) == (D(500), D(850), D(1000), 1)
    assert background(found).startswith("Normal on such a weekday is 1,000.")


def test_a_breach_longer_than_the_days_looked_at_keeps_its_days(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 26 February on, but for 10 March: 34 known days until 1 April, the 35th on the 2nd; on the 3rd it ends."""
    rule(store)
    visitors(store, *[None if n == 12 else 90 for n in range(35)])
    alerts.evaluate(store)
    for today, uv in (("2026-04-03", 90), ("2026-04-04", 300)):
        monkeypatch.setenv("OPSPLAN_TODAY", today)
        traffic(store, dt.date.fromisoformat(today) - dt.timedelta(days=1), uv)
        count(store)
        alerts.evaluate(store)
        found = Alert.objects.get()
        assert (found.first_day, found.last_day.day, found.days) == (dt.date(2026, 2, 26), 2, 35)
    assert found.state == "over"


def test_a_day_that_is_not_complete_is_not_judged(store: Store) -> None:
    rule(store)
    visitors(store, 200, 90)
    Coverage.objects.filter(store=store, day=APRIL_1).update(is_partial=True)
    rebuild(store, [APRIL_1])
    assert alerts.evaluate(store) == 0


def test_what_was_over_before_anybody_watched_is_no_news(store: Store) -> None:
    visitors(store, 90, 90, 200)
    rule(store)
    assert alerts.evaluate(store) == 0
    assert rows(store) == []


def test_what_stopped_being_imported_long_ago_is_no_news(store: Store) -> None:
    visitors(store, 90, *[None] * 10)
    rule(store)
    assert alerts.evaluate(store) == 0


def test_below_its_own_normal_by_the_same_weekdays(store: Store) -> None:
    for weeks in range(1, 6):
        traffic(store, APRIL_1 - dt.timedelta(weeks=weeks), 1000)
    traffic(store, APRIL_1, 849)  # 1000 - 3 x 5 % of 1000 = 850
    count(store)
    rule(store, "low", "3")
    alerts.evaluate(store)
    found = Alert.objects.get()
    assert (found.value, found.line, found.middle) == (D(849), D(850), D(1000))


def test_yesterday_is_missing_only_when_the_morning_is_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(store, "missing", "0")
    visitors(store, 200, None)
    monkeypatch.delenv("OPSPLAN_TODAY")
    with time_machine.travel("2026-04-02T09:59:00+08:00", tick=False):
        assert alerts.evaluate(store) == 0
    with time_machine.travel("2026-04-02T10:00:00+08:00", tick=False):
        assert alerts.evaluate(store) == 1
    with time_machine.travel("2026-04-02T11:00:00+08:00", tick=False):
        traffic(store, APRIL_1, 1)
        count(store)
        alerts.evaluate(store)
    assert rows(store) == [("None", 1, 1, "over")]


def test_another_stores_figures_break_nothing_here(store: Store, world_other: Store) -> None:
    rule(store)
    visitors(world_other, 90)
    assert alerts.evaluate(store) == 0
    assert alerts.evaluate(world_other) == 0


def test_a_rule_switched_off_watches_no_more_and_ends_what_is_open(store: Store) -> None:
    made = rule(store)
    visitors(store, 90)
    alerts.evaluate(store)
    alert_rules.switch(made, on=False)
    assert rows(store)[0][3] == "over"
    assert alerts.evaluate(store) == 0


def test_people_who_have_left_the_store_are_not_told(store: Store, user: User) -> None:
    made = rule(store)
    made.people.add(user)
    Member.objects.filter(user=user).delete()
    visitors(store, 90)
    assert alerts.evaluate(store) == 1
    assert not Delivery.objects.exists()


def test_every_receiver_gets_it_in_their_language(store: Store, user: User) -> None:
    made = rule(store)
    robot = add_destination(store, "group", "wecom", "https://qyapi.weixin.qq.com/x", "", "en")
    made.destinations.add(robot)
    made.people.add(user)
    visitors(store, 90)
    alerts.evaluate(store)
    assert Delivery.objects.filter(subject__contains="below 100").count() == 2
    data = Delivery.objects.get(destination=robot).data
    assert (data["event"], data["alert"], data["metric"], data["value"], data["first"]) == (
        "alert.opened", Alert.objects.get().pk, "uv", "90", "2026-04-01",
    )  # fmt: skip


# deciding


@pytest.fixture
def open_alert(store: Store) -> Alert:
    rule(store)
    visitors(store, 90)
    alerts.evaluate(store)
    return Alert.objects.get()


def asked(store: Store) -> list[str]:
    return [each.code for each in decisions(store, clock.today(store.timezone)) if each.code == "alert"]


def test_an_open_breach_needs_a_decision_once(store: Store, open_alert: Alert) -> None:
    alerts.evaluate(store)
    assert asked(store) == ["alert"]


def test_one_that_somebody_has_seen_waits_no_more_but_stays_open(store: Store, open_alert: Alert, user: User) -> None:
    alerts.acknowledge(open_alert, user)
    assert asked(store) == []
    assert (open_alert.state, open_alert.by) == ("open", user)


def test_one_that_is_put_off_comes_back_on_its_day(
    store: Store, open_alert: Alert, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.snooze(open_alert, user, dt.date(2026, 4, 4))
    assert asked(store) == []
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-04")
    assert asked(store) == ["alert"]


def test_it_cannot_be_put_off_to_a_day_that_is_there_already(open_alert: Alert, user: User) -> None:
    with pytest.raises(ValidationError, match="after today"):
        alerts.snooze(open_alert, user, TODAY)


def test_nothing_to_it_needs_a_reason_and_lasts_as_long_as_the_breach(
    store: Store, open_alert: Alert, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError):
        alerts.dismiss(open_alert, user, " ")
    alerts.dismiss(open_alert, user, "shop was closed")
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-03")
    traffic(store, dt.date(2026, 4, 2), 80)
    count(store)
    assert alerts.evaluate(store) == 0
    assert [(a.state, a.last_day.day) for a in Alert.objects.all()] == [("dismissed", 2)]


def test_after_a_good_day_the_next_breach_is_a_new_one(
    store: Store, open_alert: Alert, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.dismiss(open_alert, user, "shop was closed")
    monkeypatch.setenv("OPSPLAN_TODAY", "2026-04-04")
    traffic(store, dt.date(2026, 4, 2), 500)
    traffic(store, dt.date(2026, 4, 3), 80)
    count(store)
    assert alerts.evaluate(store) == 1
    assert [a.first_day.day for a in Alert.objects.order_by("pk")] == [1, 3]


def test_what_is_over_cannot_be_decided_any_more(open_alert: Alert, user: User) -> None:
    Alert.objects.update(state="over")
    with pytest.raises(ValidationError, match="not open"):
        alerts.acknowledge(open_alert, user)


# rules


def test_a_preview_finds_the_days_on_which_it_would_have_fired(store: Store) -> None:
    visitors(store, 90, 90, 200, None, 80, 200, 90)
    made = AlertRule(store=store, metric="uv", kind="below", limit=D(100), days=1)
    period, found, known = alert_rules.preview(made)
    assert [(run.first, run.last) for run in found] == [
        (APRIL_1, APRIL_1), (march(30), march(30)), (march(26), march(27)),
    ]  # fmt: skip
    assert (len(period), known) == (90, 6)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "named"), [("metric", "nonsense", "metric"), ("days", 0, "days"), ("limit", D(99), "limit")]
)
def test_it_rejects_a_rule_that_makes_no_sense(store: Store, field: str, value: object, named: str) -> None:
    made = AlertRule(store=store, metric="uv", kind="high", limit=D(3), days=1)
    setattr(made, field, value)
    with pytest.raises(ValidationError) as refused:
        alert_rules.save(made, None)
    assert list(refused.value.message_dict) == [named]


def test_proposals_watch_nothing_until_they_are_added(store: Store) -> None:
    offered = alert_rules.proposals(store)
    assert not AlertRule.objects.exists()
    alert_rules.save(offered["sales_low"], None)
    assert set(offered) - set(alert_rules.proposals(store)) == {"sales_low"}


def test_a_figure_the_platform_does_not_have_is_not_offered_for_watching(store: Store) -> None:
    """Tmall has scores where Taobao has ratings (G20): a rule about 好评率 there never finds anything."""
    for platform, offered in (("taobao", True), ("tmall", False), ("jd", False)):
        store.platform = platform
        assert ("good_rate_low" in alert_rules.proposals(store), alert_rules.is_told(store, "good_rate")) == (
            offered,
            offered,
        )
        assert alert_rules.is_told(store, "uv")


def test_rules_and_breaches_speak_in_sentences(store: Store, open_alert: Alert) -> None:
    assert sentence(open_alert) == "Visitors 90 on 04-01, below 100"
    assert background(open_alert) == "Rule: Visitors below 100."
    deviating = AlertRule(store=store, metric="refund_rate_amt", kind="high", limit=D("2.5"), days=2)
    assert rule_sentence(deviating).endswith("more than 2.5 deviations above normal, 2 days in a row")


# several at once


def test_three_processes_that_look_at_once_open_one_row_and_write_one_message(
    shared_database: None, store: Store, user: User
) -> None:
    rule(store, duty="promotion")
    visitors(store, 200, 90)
    start, failed = threading.Barrier(3), []

    def look() -> None:
        try:
            start.wait()
            for _ in range(3):
                bump(store)
                watch(store.pk)
        except Exception as problem:
            failed.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (Alert.objects.count(), Delivery.objects.count()) == (1, 1)
    assert connection.vendor in ("sqlite", "postgresql")


def test_a_world_of_two_stores_keeps_its_alerts_apart(world: World) -> None:
    assert not alerts.alerts(world.other).exists()
    rule(world.store)
    visitors(world.store, 90)
    alerts.evaluate(world.store)
    assert alerts.find(world.other, Alert.objects.get().pk) is None
