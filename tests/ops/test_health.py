"""/healthz answers anybody, quickly, and calls what is down by its name."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from redis.exceptions import ConnectionError as BrokerGone

from opsplan import health
from opsplan.lib import clock

pytestmark = pytest.mark.django_db


def tick(seconds_ago: float) -> None:
    cache.set(health.BEAT_KEY, clock.now() - dt.timedelta(seconds=seconds_ago), None)


def ask(monkeypatch: pytest.MonkeyPatch, *, worker: bool = False) -> tuple[int, dict[str, Any]]:
    monkeypatch.setattr(health, "worker_answers", lambda: worker)
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()


def test_all_is_well_after_a_fresh_tick_without_asking_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    tick(5)
    status, told = ask(monkeypatch, worker=False)
    assert status == 200
    assert 5 <= told.pop("beat_age_seconds") <= 8
    assert told == {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}


@pytest.mark.parametrize(("age", "worker", "status"), [(100, True, 200), (100, False, 503), (301, True, 503)])
def test_a_late_tick_is_forgiven_while_the_worker_answers(
    monkeypatch: pytest.MonkeyPatch, age: int, worker: bool, status: int
) -> None:
    tick(age)
    assert ask(monkeypatch, worker=worker)[0] == status


def test_without_any_tick_it_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    status, told = ask(monkeypatch, worker=True)
    assert (status, told["beat"], told["beat_age_seconds"]) == (503, "down", None)


def test_a_tick_of_a_clock_that_was_set_back_since_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tick(-8 * 3600)
    assert ask(monkeypatch, worker=True)[1]["beat"] == "down"


def test_a_silent_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tick(1)

    def gone() -> None:
        raise OSError("secret host name")

    monkeypatch.setattr(connection, "cursor", gone)
    status, told = ask(monkeypatch)
    assert (status, told["database"], told["broker"]) == (503, "down", "ok")
    assert "secret" not in str(told)


def test_a_silent_broker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_given: Any, **_more: Any) -> None:
        raise BrokerGone("secret host name")

    monkeypatch.setattr(health.app, "connection_for_write", gone)
    status, told = ask(monkeypatch)
    assert (status, told["database"], told["broker"], told["worker"]) == (503, "ok", "down", "down")


def test_the_broker_and_a_missing_worker_are_really_asked() -> None:
    assert health.broker_answers() is True
    assert health.worker_answers() is False


def test_it_is_never_cached_and_only_read() -> None:
    assert "no-store" in Client().get("/healthz")["Cache-Control"]
    assert Client().post("/healthz").status_code == 405
