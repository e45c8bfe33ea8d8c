"""A broker that is away refuses nobody's work."""

import pytest
from celery.app.task import Task
from kombu.exceptions import OperationalError

from kpis import tasks
from opsplan.celery import Job


def test_a_job_that_cannot_be_sent_is_logged_and_left_to_beat(monkeypatch, caplog):
    def away(*_args, **_options):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(Task, "apply_async", away)
    assert tasks.rebuild_store.delay(1) is None
    assert ("broker away", "kpis.tasks.rebuild_store") in [(x.message, x.data["task"]) for x in caplog.records]


def test_every_job_of_ours_is_of_that_kind():
    assert isinstance(tasks.check_upload, Job)


def test_other_faults_are_not_hidden(monkeypatch):
    def wrong(*_args, **_options):
        raise TypeError("not JSON")

    monkeypatch.setattr(Task, "apply_async", wrong)
    with pytest.raises(TypeError):
        tasks.rebuild_store.delay(1)
