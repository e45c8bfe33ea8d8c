"""A broker that is away refuses nobody's work, and beat carries nobody's."""

import datetime as dt
import sys
from subprocess import run

import pytest
from celery import Celery
from celery.signals import import_modules
from django.conf import settings
from kombu.exceptions import OperationalError
from kombu.utils.imports import symbol_by_name

from kpis import tasks
from opsplan.celery import app
from opsplan.schedule import BEAT_SCHEDULE


def test_a_job_that_cannot_be_sent_is_logged_and_left_to_beat(monkeypatch, caplog):
    def away(*_args, **_options):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(Celery, "send_task", away)
    assert tasks.rebuild_store.delay(1) is None
    assert app.send_task("kpis.tasks.beat") is None  # as beat does
    told = [(x.message, x.data["task"]) for x in caplog.records if x.message == "broker away"]
    assert told == [("broker away", "kpis.tasks.rebuild_store"), ("broker away", "kpis.tasks.beat")]


def test_other_faults_are_not_hidden(monkeypatch):
    def wrong(*_args, **_options):
        raise TypeError("not JSON")

    monkeypatch.setattr(Celery, "send_task", wrong)
    with pytest.raises(TypeError):
        tasks.rebuild_store.delay(1)


def test_what_beat_sends_is_there_and_beat_itself_loads_none_of_it():
    app.loader.import_default_modules()
    assert {x["task"] for x in BEAT_SCHEDULE.values()} - set(app.tasks) == set()
    beat = "import sys; from opsplan.beat import app; app.loader.init_worker(); print('kpis.tasks' in sys.modules)"
    told = run([sys.executable, "-c", beat], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_a_clock_that_is_set_back_by_hours_does_not_keep_beat_waiting_for_them(monkeypatch, tmp_path):
    monkeypatch.setattr(import_modules, "receivers", list(import_modules.receivers))  # opsplan.beat takes them away
    scheduler_class = symbol_by_name(settings.CELERY_BEAT_SCHEDULER)
    scheduler = scheduler_class(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    scheduler.setup_schedule()
    try:
        for entry in scheduler.schedule.values():
            entry.last_run_at = app.now() + dt.timedelta(hours=8)
        assert scheduler.tick() <= 15  # seconds until the next job; else it sleeps as long as it may, again and again
    finally:
        scheduler.close()
