"""A real `python -m opsplan.run` in a home of its own, for tests that look at it from outside."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsplan.lib.network import free_port
from opsplan.lib.processes import tied_to

ROOT = Path(__file__).resolve().parents[2]


def until(question: Callable[[], Any], seconds: float = 120.0) -> Any:
    """The first true answer; asked until `seconds` are over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {question}")


class Shop:
    def __init__(self, home: Path, **env: str) -> None:
        self.home, self.port = home, free_port()
        self.out = home.parent / "terminal.txt"
        keep = {
            key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "DATABASE_URL", "MAKELEVEL")
        }
        self.env = {**keep, "OPSPLAN_HOME": str(home), "PORT": str(self.port), "OPSPLAN_DEMO": "0", **env}
        self.env.setdefault("TASK_WORKERS", "1")
        self.env.setdefault("WEB_WORKERS", "1")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Shop":
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "opsplan.run"],
                cwd=ROOT,
                env=self.env,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=tied_to(os.getpid(), signal.SIGTERM),  # a killed test run leaves no shop behind
            )
        return self

    def text(self) -> str:
        return self.out.read_text() if self.out.exists() else ""

    def wait_open(self) -> "Shop":
        until(lambda: "opsplan is ready" in self.text() or self.ended())
        assert "opsplan is ready" in self.text(), self.text()
        return self

    def ended(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None

    def stop(self) -> int:
        """End it as Ctrl-C does; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)  # a crowded disk can hold up the last writes

    def kill(self) -> None:
        """kill -9 of the supervisor alone; what it had said is forgotten."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.out.unlink()

    def processes(self) -> list[int]:
        """Everything that works with this home, found by its environment."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"OPSPLAN_HOME={self.home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def pid_of(self, words: str) -> int | None:
        """The process group leader whose command line holds `words`."""
        for pid in self.processes():
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                if words in line and os.getpgid(pid) == pid:
                    return pid
            except OSError:
                continue
        return None

    def healthz(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)
        except OSError:
            return 0, {}
