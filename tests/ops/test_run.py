"""`make run` from outside: what starts together ends together, whatever happens in between."""

import io
import os
import re
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from opsplan import install, run
from tests.ops.shop import Shop, until

pytestmark = [
    pytest.mark.worker,
    pytest.mark.once,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc"),
]


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the shop takes for the folder of whoever starts it; empty."""
    return tmp_path_factory.mktemp("user")


@pytest.fixture(scope="module")
def only_shop(tmp_path_factory: pytest.TempPathFactory, nobodys: Path) -> Iterator[Shop]:
    """One shop for the module: every start takes as long as twenty tests."""
    of_user = {x: str(nobodys) for x in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")}
    yield from swept(Shop(tmp_path_factory.mktemp("shop") / "home", **of_user))


@pytest.fixture
def open_shop(only_shop: Shop) -> Shop:
    """It is open, whatever the test before did to it."""
    if only_shop.process is None or only_shop.ended():
        only_shop.start().wait_open()
    return only_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """One that will not open."""
    yield from swept(Shop(tmp_path / "home"))


def swept(shop: Shop) -> Iterator[Shop]:
    yield shop
    if shop.process is not None and not shop.ended():
        shop.stop()
    for pid in shop.processes():
        os.kill(pid, signal.SIGKILL)
    shop.out.unlink(missing_ok=True)


def test_it_opens_and_answers(open_shop: Shop) -> None:
    answer = until(lambda: (open_shop.healthz()[0] == 200) and open_shop.healthz()[1])
    assert {answer[part] for part in ("status", "database", "broker", "worker", "beat")} == {"ok"}
    assert f"http://127.0.0.1:{open_shop.port}" in open_shop.text()


def test_a_killed_worker_is_started_again(open_shop: Shop) -> None:
    def worker() -> int | None:
        return open_shop.pid_of("opsplan.celery worker")

    first = until(worker)
    os.kill(first, signal.SIGKILL)
    until(lambda: worker() not in (None, first))
    assert "worker has stopped (SIGKILL); it starts again in 1 s" in open_shop.text()


def test_a_second_one_with_the_same_data_is_refused(open_shop: Shop) -> None:
    other = Shop(open_shop.home)
    other.out = open_shop.home.parent / "other.txt"
    assert other.start().process is not None
    assert other.process.wait(30) == 1
    assert "already running" in other.text()


def test_children_end_on_their_own_when_the_supervisor_is_killed(open_shop: Shop) -> None:
    open_shop.kill()
    until(lambda: not open_shop.processes(), 60)


def test_a_killed_supervisor_leaves_nothing_that_blocks_the_next_start(open_shop: Shop) -> None:
    open_shop.kill()
    open_shop.start().wait_open()


def test_it_ends_every_child_on_ctrl_c_and_writes_nothing_elsewhere(open_shop: Shop, nobodys: Path) -> None:
    """The broker's address, too, is private while it is open and gone after."""
    left = open_shop.home / "run" / "redis.url"
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert re.fullmatch(r"redis://:.{32}@127\.0\.0\.1:\d+/0", left.read_text())
    assert open_shop.stop() == 0
    assert open_shop.processes() == []
    assert not left.exists()
    assert list(nobodys.rglob("*")) == []


def test_a_busy_port_is_one_clear_sentence(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", shop.port)):
        assert shop.start().process is not None
        assert shop.process.wait(30) == 1
    assert shop.text() == f"Port {shop.port} is taken by another program: end it, or choose another, like PORT=8001.\n"


def test_nonsense_in_the_environment_is_one_sentence(shop: Shop) -> None:
    shop.env["PORT"] = "eighty"
    assert shop.start().process is not None
    assert shop.process.wait(30) == 1
    assert shop.text() == "PORT must be a whole number from 1 to 65535, not 'eighty'.\n"


def test_what_a_newcomer_reads_first_is_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "first-account").write_text("abc")
    here: Any = SimpleNamespace(host="127.0.0.1", port=8000, run_dir=tmp_path, home=tmp_path)
    told = run.welcome(here, "演示账号 / Demo logins:\n  li  secret")
    assert "opsplan is ready / 已就绪:  http://127.0.0.1:8000\n" in told
    assert "First account / 注册第一个账号:  http://127.0.0.1:8000/first/abc/\n" in told
    assert ("演示账号 / Demo logins:\n  li  secret" in told, "数据和日志:  " in told, "停止:  Ctrl-C" in told) == (
        True,
    ) * 3


def test_a_terminal_without_chinese_shows_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    latin = io.TextIOWrapper(io.BytesIO(), "latin-1")
    monkeypatch.setattr("sys.stdout", latin)
    for module in (run, install):
        module.say("opsplan is ready / 已就绪")
    assert latin.buffer.getvalue() == b"opsplan is ready / ???\n" * 2
