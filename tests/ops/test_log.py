"""The log tells what happened and never who bought what."""

import json
import logging
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import path

from opsplan.lib.logfmt import Formatter
from tests.world import World

BUYER = "收货人王小明"
PHONE = "13800138000"


def told(record: logging.LogRecord) -> dict[str, Any]:
    return dict(json.loads(Formatter().format(record)))


def record(name: str, text: str, *args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, text, args or None, more.pop("exc_info", None))
    made.__dict__.update(more)
    return made


def caught(problem: Exception) -> Any:
    try:
        raise RuntimeError(BUYER) from problem
    except RuntimeError as outer:
        return (RuntimeError, outer, outer.__traceback__)


def test_an_exception_is_told_by_kind_and_place_not_by_its_text() -> None:
    line = told(record("x", "reading failed", exc_info=caught(ValueError(PHONE))))
    assert line["trace"][-1] == "builtins.RuntimeError"
    assert "builtins.ValueError" in line["trace"]
    assert "test_log.py" in line["trace"][-2]
    assert PHONE not in json.dumps(line)
    assert BUYER not in json.dumps(line, ensure_ascii=False)


def test_a_failed_job_is_told_without_its_arguments_and_its_message() -> None:
    context = {"id": "1", "name": "kpis.tasks.load", "exc": BUYER, "args": PHONE, "description": "raised unexpected"}
    text = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
    line = told(record("celery.app.trace", text, context, exc_info=caught(ValueError(PHONE)), data=context))
    assert line["message"] == "Task kpis.tasks.load[1] raised unexpected: ..."
    assert PHONE not in json.dumps(line)
    assert BUYER not in json.dumps(line, ensure_ascii=False)


def test_named_data_stands_in_the_line() -> None:
    line = told(record("kpis", "loaded", data={"upload": 7, "rows": 28010}))
    assert (line["message"], line["level"], line["upload"], line["rows"]) == ("loaded", "error", 7, 28010)


def lines(log: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [told(x) for x in log.records]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def test_a_request_has_one_line_with_pattern_user_and_store_and_no_query(
    world: World, client: Client, log: pytest.LogCaptureFixture
) -> None:
    client.force_login(world.alice, "staff.backends.KnownPeople")
    log.clear()
    client.get(f"/s/lotus/dashboard/?buyer={BUYER}&phone={PHONE}")
    (line,) = [x for x in lines(log) if x["logger"] == "opsplan.request"]
    assert (line["method"], line["path"], line["store"]) == ("GET", "s/<slug:store>/dashboard/", "lotus")
    assert line["user"] == world.alice.pk
    assert line["ms"] >= 0


def test_what_was_typed_into_an_address_or_a_form_is_not_kept(
    db: None, client: Client, log: pytest.LogCaptureFixture
) -> None:
    client.get(f"/nowhere/{BUYER}")
    client.post("/healthz", {"phone": PHONE, "name": BUYER})
    text = json.dumps(lines(log), ensure_ascii=False)
    assert '"path": "(no such page)"' in text
    assert BUYER not in text
    assert PHONE not in text


def breaking(request: object) -> None:
    raise ValueError(f"{BUYER} {PHONE}")


urlpatterns = [path("breaking", breaking)]


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_breaks_leaves_its_place_in_the_log(db: None, log: pytest.LogCaptureFixture) -> None:
    Client(raise_request_exception=False).get("/breaking")
    broken = next(x for x in lines(log) if x["level"] == "error")
    assert any("in breaking" in x for x in broken["trace"])
    assert BUYER not in json.dumps(lines(log), ensure_ascii=False)
