"""`make run` from outside: what starts together ends together, whatever happens in between."""

import os
import re
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.shop import Shop, until

pytestmark = [
    pytest.mark.worker,
    pytest.mark.once,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module: migrating and gathering happen once, as for a second start."""
    return tmp_path_factory.mktemp("shop") / "home"


def swept(shop: Shop) -> Iterator[Shop]:
    yield shop
    if shop.process is not None and not shop.ended():
        shop.stop()
    for pid in shop.processes():
        os.kill(pid, signal.SIGKILL)
    shop.out.unlink(missing_ok=True)


@pytest.fixture
def shop(home: Path) -> Iterator[Shop]:
    yield from swept(Shop(home))


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One that stays open for several tests."""
    yield from swept(Shop(tmp_path_factory.mktemp("open") / "home").with_tables().start().wait_open())


def test_it_opens_answers_and_ends_every_child_on_ctrl_c_and_writes_nothing_elsewhere(
    home: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "user"
    empty.mkdir()
    shop = Shop(home, HOME=str(empty), XDG_RUNTIME_DIR=str(empty), XDG_CACHE_HOME=str(empty))
    shop.start().wait_open()
    answer = until(lambda: (shop.healthz()[0] == 200) and shop.healthz()[1])
    assert {answer[part] for part in ("status", "database", "broker", "worker", "beat")} == {"ok"}
    assert shop.stop() == 0
    assert shop.processes() == []
    assert f"http://127.0.0.1:{shop.port}" in shop.text()
    assert list(empty.rglob("*")) == []


def test_a_killed_supervisor_leaves_nothing_that_blocks_the_next_start(shop: Shop) -> None:
    shop.start().wait_open()
    shop.kill()
    shop.start().wait_open()
    assert shop.stop() == 0
    assert shop.processes() == []


def test_children_end_on_their_own_when_the_supervisor_is_killed(open_shop: Shop) -> None:
    open_shop.kill()
    until(lambda: not open_shop.processes(), 60)
    open_shop.start().wait_open()


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


def test_the_broker_address_is_private_and_gone_after_the_end(open_shop: Shop) -> None:
    left = open_shop.home / "run" / "redis.url"
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert re.fullmatch(r"redis://:.{32}@127\.0\.0\.1:\d+/0", left.read_text())
    open_shop.stop()
    assert not left.exists()


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
