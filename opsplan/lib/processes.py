"""Processes that must not outlive the one that started them."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def tied_to(parent: int, with_signal: int) -> Callable[[], None]:
    """Run in the child before its program: on Linux the kernel sends `with_signal` when its starter is gone.

    What a script starts in its background ignores SIGINT and SIGQUIT, and hands that on: here it ends, or the farewell
    would not be heard.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def tie() -> None:
        for number in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, with_signal)
            if os.getppid() != parent:
                os._exit(1)

    return tie


def end_run(run_id: str) -> int:
    """Kill every process of an earlier run (Linux: known by the run's id in its environment); how many there were."""
    killed = 0
    mark = f"OPSPLAN_RUN={run_id}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0") and int(folder.name) != os.getpid():
                os.kill(int(folder.name), signal.SIGKILL)
                killed += 1
        except OSError:
            continue
    return killed
