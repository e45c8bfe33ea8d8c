"""Jobs that are cancelled, overtaken or forgotten (killed ones: test_killed.py)."""

import datetime as dt
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from kpis import tasks
from kpis.ingest import pipeline, runner
from kpis.ingest.intake import full_path
from kpis.models import Order, StaleDay, StoreDay, Upload
from opsplan.lib import clock
from tests.ingest.bring import SHORT, UNPAID, A, B, bring, content

DATA = content(SHORT, A, B, UNPAID)
State = Upload.State


@pytest.fixture
def waiting(world) -> Upload:
    [upload] = pipeline.receive(world.store, io.BytesIO(DATA), "report.csv", auto_load=True)
    return upload


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, int]]:
    """What would have been sent to a worker."""
    told: list[tuple[str, int]] = []
    for name in ("check_upload", "load_upload", "rebuild_store"):
        monkeypatch.setattr(getattr(tasks, name), "delay", lambda pk, name=name: told.append((name, pk)))
    return told


def long_ago() -> dt.datetime:
    return clock.now() - dt.timedelta(minutes=2)


def dead_here() -> str:
    """The mark of a process of this machine that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return f"{runner.this_process().split(':')[0]}:{done.pid}:1"


# cancelling


@pytest.mark.parametrize("state", ["waiting", "ready", "queued"])
def test_an_upload_nobody_works_on_is_cancelled_at_once(waiting, state):
    Upload.objects.update(state=state)
    path = full_path(waiting)
    assert pipeline.cancel(waiting)
    assert (waiting.state, path.exists()) == ("cancelled", False)
    assert pipeline.check(waiting).state == "cancelled"


def test_reading_stops_when_somebody_cancels(waiting, monkeypatch):
    def cancelling(*_args: object) -> None:
        pipeline.cancel(Upload.objects.get())

    monkeypatch.setattr(pipeline, "number_lines", cancelling)
    assert pipeline.check(waiting).state == "cancelled"
    assert Order.objects.count() == 0


def test_what_is_being_written_can_be_stopped_on_postgresql_only(waiting, monkeypatch):
    answers = []
    cover = pipeline.cover
    monkeypatch.setattr(
        pipeline, "cover", lambda load: [answers.append(pipeline.cancel(Upload.objects.get())), cover(load)][1]
    )
    pipeline.check(waiting)
    assert answers == [connection.vendor == "postgresql"]


def test_a_cancel_that_was_heard_takes_back_what_was_written(waiting, monkeypatch):
    cover = pipeline.cover
    monkeypatch.setattr(pipeline, "cover", lambda load: [setattr(runner_job[0], "was_stopped", True), cover(load)][1])
    runner_job = []
    begin = runner.Job.begin_load
    monkeypatch.setattr(runner.Job, "begin_load", lambda job: [runner_job.append(job), begin(job)][1])
    assert (pipeline.check(waiting).state, Order.objects.count()) == ("cancelled", 0)


def test_what_has_ended_cannot_be_cancelled(world):
    assert not pipeline.cancel(bring(world.store, DATA))


# claims


def test_only_one_process_gets_an_upload(waiting):
    assert runner.claim(waiting, [State.WAITING], State.CHECKING)
    assert runner.claim(waiting, [State.WAITING], State.CHECKING) is None
    assert pipeline.check(waiting).state == "checking"


def test_a_process_that_lost_its_claim_writes_nothing(waiting, monkeypatch):
    cover = pipeline.cover

    def overtaken(load: object) -> object:
        Upload.objects.update(runner="elsewhere:1:1")
        return cover(load)

    monkeypatch.setattr(pipeline, "cover", overtaken)
    pipeline.check(waiting)
    assert (Order.objects.count(), StaleDay.objects.count()) == (0, 0)


def test_an_unexpected_error_is_told_and_leaves_no_facts(waiting, monkeypatch):
    monkeypatch.setattr(pipeline, "cover", lambda load: 1 / 0)
    assert (pipeline.check(waiting).state, waiting.error) == ("failed", "ZeroDivisionError")
    assert Order.objects.count() == 0


def test_a_disk_that_fills_up_while_rows_are_written_is_told_as_one_and_the_file_is_taken_later(waiting, monkeypatch):
    def full(_load: object) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "cover", full)
        pipeline.check(waiting)
    assert (waiting.state, [x.code for x in waiting.problems.all()]) == ("rejected", ["no_room"])
    assert Order.objects.count() == 0
    bring(waiting.store, full_path(waiting).read_bytes())
    assert Order.objects.count() == 3


# taking up again


def test_an_upload_of_a_dead_process_is_taken_up_again(waiting, sent):
    Upload.objects.update(state="loading", runner=dead_here(), heartbeat_at=clock.now())
    tasks.resume()
    assert sent == [("load_upload", waiting.pk)]
    tasks.load_upload(waiting.pk)
    assert Upload.objects.get().state == "loaded"


def test_an_upload_of_a_living_process_is_left_alone(waiting, sent):
    Upload.objects.update(state="checking", runner=runner.this_process(), heartbeat_at=long_ago())
    tasks.resume()
    assert sent == []


def test_a_living_process_that_has_lost_its_way_is_replaced(waiting, sent):
    Upload.objects.update(
        state="checking", runner=runner.this_process(), heartbeat_at=long_ago() - dt.timedelta(hours=1)
    )
    tasks.resume()
    assert sent == [("check_upload", waiting.pk)]


@pytest.mark.parametrize(("heartbeat", "taken"), [(clock.now, []), (long_ago, ["check_upload"])])
def test_another_machine_is_known_by_its_heartbeat(waiting, sent, heartbeat, taken):
    Upload.objects.update(state="checking", runner="far-away:1:1", heartbeat_at=heartbeat())
    tasks.resume()
    assert [name for name, _pk in sent] == taken


def test_a_dead_process_whose_file_was_cancelled_is_not_taken_up(waiting, sent):
    Upload.objects.update(state="checking", runner=dead_here(), cancel_requested=True)
    tasks.resume()
    assert (sent, Upload.objects.get().state) == ([], "cancelled")


def test_a_lost_message_is_sent_again_once(waiting, sent):
    Upload.objects.update(created_at=long_ago())
    tasks.resume()
    tasks.resume()
    assert sent == [("check_upload", waiting.pk)]


def test_stale_days_without_a_job_are_counted(world, sent):
    bring(world.store, DATA)
    tasks.resume()
    assert sent == [("rebuild_store", world.store.pk)]
    tasks.rebuild_store(world.store.pk)
    assert (StaleDay.objects.count(), StoreDay.objects.count()) == (0, 3)


def test_a_checked_upload_is_counted(waiting):
    tasks.check_upload(waiting.pk)
    assert (StaleDay.objects.count(), StoreDay.objects.count(), Upload.objects.get().phase) == (0, 3, "")


def test_the_tick_is_left_for_healthz(db):
    tasks.beat()
    assert abs((cache.get("beat") - clock.now()).total_seconds()) < 5


def test_files_are_kept_for_some_days_only(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept = bring(world.store, b"a,b\n1,2\n")
    ready = bring(world.store, DATA, auto_load=False)
    stray = full_path(kept).parent / "stray"
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))
    Upload.objects.filter(pk=ready.pk).update(created_at=clock.now() - dt.timedelta(days=31))
    tasks.cleanup()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [full_path(kept)]
    assert Upload.objects.get(pk=ready.pk).state == "cancelled"


# the command


def run(*args: object) -> tuple[int, dict[str, object]]:
    out = io.StringIO()
    try:
        call_command("import_file", *map(str, args), "--json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def report(tmp_path) -> Path:
    path = tmp_path / "report.csv"
    path.write_bytes(DATA)
    return path


def test_the_command_loads_and_counts_without_a_broker(world, report, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    code, told = run("lotus", report)
    assert (code, [(f["status"], f["new"]) for f in told["files"]]) == (0, [("loaded", 3)])
    assert (StoreDay.objects.count(), StaleDay.objects.count()) == (3, 0)


def test_the_command_ends_with_1_when_a_row_is_rejected(world, report):
    report.write_bytes(DATA + b"1009,x,1,,2026-03-01 10:00:00,,\n")
    assert run("lotus", report)[0] == 1
    assert run("lotus", report, "--on-problem", "skip")[0] == 1
    assert Order.objects.count() == 3


def test_a_dry_run_of_the_command_leaves_no_facts_and_no_file(world, report, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    code, told = run("lotus", report, "--dry-run")
    assert (code, told["files"][0]["status"], told["files"][0]["new"], Order.objects.count()) == (0, "loaded", 3, 0)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "args", [("nobody", "{}"), ("lotus", "/nowhere.csv"), ("lotus", "{}", "--source", "nonsense")], ids=str
)
def test_a_wrong_call_ends_with_2(world, report, args):
    with pytest.raises(CommandError) as error:
        run(*(arg.format(report) for arg in args))
    assert error.value.returncode == 2


def test_people_get_a_line_a_file_and_the_problems(world, report, capsys):
    report.write_bytes(DATA + b"1009,x,1,,2026-03-01 10:00:00,,\n")
    with pytest.raises(SystemExit):
        call_command("import_file", "lotus", str(report))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("report.csv (淘宝/天猫订单简表, utf-8): ")
    assert "总金额 “x”" in second
