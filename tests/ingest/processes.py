"""Orders for the processes of `tests.ingest.elsewhere`."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Started:
    pid: int
    out: Path


class Elsewhere:
    """Another machine's worth of processes: a home, a database, a broker, as `env` says."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.folder, self.count, self.code = folder, 0, "0"
        command = [sys.executable, "-m", "tests.ingest.elsewhere"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.server = subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes)

    def _ask(self, **told: object) -> str:
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(told) + "\n")
        self.server.stdin.flush()
        return self.server.stdout.readline().strip()

    def start(self, *words: object, die_at: str = "") -> Started:
        """Begin a word (`WORDS` of elsewhere) in a process of its own."""
        self.count += 1
        out = self.folder / f"out-{self.count}"
        return Started(int(self._ask(words=[*map(str, words)], die_at=die_at, out=str(out))), out)

    def end(self, started: Started) -> str:
        """Wait for it; what it wrote. `code` is how it ended: its status, or minus the signal."""
        self.code = self._ask(wait=started.pid)
        return started.out.read_text().strip() if started.out.exists() else ""

    def run(self, *words: object, die_at: str = "") -> str:
        return self.end(self.start(*words, die_at=die_at))

    def kill(self, started: Started) -> None:
        os.kill(started.pid, signal.SIGKILL)
        self.end(started)

    def close(self) -> None:
        self.server.kill()
        self.server.communicate()
