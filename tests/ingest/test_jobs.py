"""Jobs that are cancelled, overtaken, forgotten or killed."""

import datetime as dt
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from kpis import tasks
from kpis.ingest import pipeline, runner
from kpis.ingest.intake import full_path
from kpis.models import Order, StaleDay, StoreDay, Upload
from opsplan.lib import clock
from tests.ingest.bring import SHORT, UNPAID, A, B, bring, content
from tests.ingest.elsewhere import orders

ROOT = Path(__file__).resolve().parents[2]
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


def test_a_load_cannot_be_cancelled(waiting, monkeypatch):
    answers = []
    cover = pipeline.cover
    monkeypatch.setattr(
        pipeline, "cover", lambda load: [answers.append(pipeline.cancel(Upload.objects.get())), cover(load)][1]
    )
    assert (pipeline.check(waiting).state, answers) == ("loaded", [False])


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
    assert first.startswith("report.csv (tmall_order_short, utf-8): ")
    assert "总金额 “x”" in second


# processes of their own


@dataclass
class Elsewhere:
    """Another machine's worth of processes: a home, a database, a broker."""

    env: dict[str, str]

    def start(self, *words: object, **env: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.ingest.elsewhere", *map(str, words)]
        return subprocess.Popen(command, cwd=ROOT, env={**self.env, **env}, stdout=subprocess.PIPE, text=True)

    def run(self, *words: object, **env: str) -> str:
        process = self.start(*words, **env)
        out, _ = process.communicate(timeout=120)
        self.code = process.returncode
        return out.strip()

    def worker(self, **env: str) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.ingest.elsewhere",
            "worker",
            "-P",
            "solo",
            "-l",
            "ERROR",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=ROOT, env={**self.env, **env}, **quiet)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Elsewhere]:
    home = tmp_path_factory.mktemp("elsewhere")
    env = {**os.environ, "OPSPLAN_HOME": str(home), "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/1"}
    name = f"opsplan_elsewhere_{os.getpid()}"
    server = None
    if connection.vendor == "postgresql":
        server = psycopg2.connect(os.environ["DATABASE_URL"])
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {name}")
        env["DATABASE_URL"] = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    place = Elsewhere(env)
    place.run("tables", "calm", "read", "load", "rollup", "worked", "both", "big")
    assert place.code == 0
    yield place
    if server:
        server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@pytest.fixture(scope="module")
def march(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("files") / "march.csv"
    path.write_bytes(orders(3000))
    return path


@pytest.fixture(scope="module")
def calm(elsewhere, march) -> str:
    """What an undisturbed import leaves."""
    return elsewhere.run("bring", "calm", march)


@pytest.mark.parametrize(("point", "facts"), [("read", 0), ("load", 0), ("rollup", 0)])
def test_a_process_killed_anywhere_leaves_nothing_half_done_and_is_taken_up(elsewhere, march, calm, point, facts):
    elsewhere.run("bring", point, march, DIE_AT=point)
    assert elsewhere.code == -9
    before, after = elsewhere.run("resume", point).splitlines()
    assert int(before.split()[1]) == facts
    assert after == calm
    assert calm.startswith("loaded 3000 0 ")


@pytest.mark.worker
def test_a_worker_killed_in_the_middle_of_a_load_is_followed_by_one_that_finishes(elsewhere, march, calm):
    elsewhere.run("receive", "worked", march)
    killed = elsewhere.worker(DIE_AT="load")
    assert killed.wait(timeout=60) == -9
    second = elsewhere.worker()
    try:
        left = elsewhere.run("wait", "worked")
    finally:
        second.terminate()
        second.wait(timeout=30)
    assert left == calm


def test_two_processes_may_load_overlapping_files_at_the_same_time(elsewhere, march, calm, tmp_path):
    head, *body = march.read_bytes().splitlines(keepends=True)
    (tmp_path / "a.csv").write_bytes(head + b"".join(body[:2000]))
    (tmp_path / "b.csv").write_bytes(head + b"".join(body[1000:]))
    both = [elsewhere.start("bring", "both", tmp_path / name) for name in ("a.csv", "b.csv")]
    told = [process.communicate(timeout=60)[0].split() for process in both]
    assert calm.split()[1:] in [words[1:] for words in told]  # of the one that came last


def test_memory_does_not_grow_with_the_file(elsewhere, tmp_path):
    (tmp_path / "small.csv").write_bytes(orders(10_000))
    (tmp_path / "large.csv").write_bytes(orders(100_000))
    assert float(elsewhere.run("grow", "big", tmp_path / "small.csv", tmp_path / "large.csv")) < 20
