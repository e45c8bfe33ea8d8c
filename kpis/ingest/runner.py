"""Who works on an upload: a claim that dies with its process, a heartbeat, progress and the wish to cancel."""

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, OperationalError, connection
from django.db.models import Q

from kpis.models import Upload
from opsplan.lib import clock
from staff import audit

BEAT_SECONDS = 0.5
HEARTBEAT_SECONDS = 5
LOOK_SECONDS = 1  # between two looks whether somebody has cancelled
GONE_AFTER = timedelta(seconds=30)
STUCK_AFTER = timedelta(minutes=10)  # lives, but has lost the database so thoroughly that it could not even say so


class Cancelled(Exception):
    """The person who sent the file does not want it any more."""


class LostClaim(Exception):
    """Another process has taken the upload over: this one must write nothing more."""


def process_start(pid: int) -> str:
    """When the process of this machine began, in clock ticks since boot; "" when it is gone (a zombie is gone)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def this_process() -> str:
    """host:pid:start."""
    return f"{socket.gethostname()}:{os.getpid()}:{process_start(os.getpid())}"


def is_gone(upload: Upload) -> bool:
    """Whether the process that claimed the upload has died: here by its start time, elsewhere by its silence."""
    host, pid, start = upload.runner.rsplit(":", 2)
    patience = GONE_AFTER
    if host == socket.gethostname() and start:
        if process_start(int(pid)) != start:
            return True
        patience = STUCK_AFTER
    return upload.heartbeat_at is None or upload.heartbeat_at < clock.now() - patience


class Job:
    """An upload claimed by this process."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.runner = upload.runner
        self.was_stopped = False  # a statement of ours was broken off because somebody cancelled
        self._next_beat = 0.0
        self._is_final = False
        self._lock = threading.Lock()

    def write(self, **fields: object) -> bool:
        """Update the upload if it is still ours; says whether it was."""
        if not Upload.objects.filter(pk=self.upload.pk, runner=self.runner).update(**fields):
            return False
        if fields.get("state", self.upload.state) != self.upload.state:
            audit.record(self.upload, state=(self.upload.state, fields["state"]))
        for name, value in fields.items():
            setattr(self.upload, name, value)
        return True

    def beat(self, phase: str, done: int, total: int | None = None, *, now: bool = False) -> None:
        """Tell how far we are, at most twice a second, and raise `Cancelled` when someone asked for it."""
        if not now and time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + BEAT_SECONDS
        fields: dict[str, object] = {"phase": phase, "rows_done": done, "heartbeat_at": clock.now()}
        if total is not None:
            fields["rows_total"] = total
        try:
            if not self.write(**fields):
                raise LostClaim
        except OperationalError:  # SQLite while another file is being written: progress can wait
            return
        if Upload.objects.filter(pk=self.upload.pk, cancel_requested=True).exists():
            raise Cancelled

    def stop(self, at_work: Any) -> None:
        """Break off what the connection at work is doing (called by another thread), unless all is written."""
        with self._lock:
            if not self._is_final and not self.was_stopped:
                self.was_stopped = True
                at_work.cancel()

    def finish(self) -> None:
        """The point of no return: from here on nobody can cancel."""
        with self._lock:
            if self.was_stopped:
                raise Cancelled
            self._is_final = True

    def begin_load(self) -> None:
        """Now facts are written. On SQLite nobody can cancel from here on: its one writer keeps all others waiting."""
        before = Upload.objects.filter(pk=self.upload.pk, runner=self.runner)
        if not before.filter(cancel_requested=False).update(state=Upload.State.LOADING, phase="load"):
            raise Cancelled if before.exists() else LostClaim
        self.upload.state, self.upload.phase = Upload.State.LOADING, "load"


def claim(upload: Upload, states: Sequence[str], state: str) -> Job | None:
    """Take an upload nobody works on, out of one of `states` into `state`; None when somebody was quicker."""
    fields = {"state": state, "runner": this_process(), "heartbeat_at": clock.now(), "rows_done": 0, "error": ""}
    if not Upload.objects.filter(pk=upload.pk, state__in=states, runner="").update(**fields):
        return None
    upload.refresh_from_db()
    return Job(upload)


def release(upload: Upload) -> bool:
    """Make an upload whose process has died free again, one step back. Says whether anything was done."""
    state = {Upload.State.CHECKING: Upload.State.WAITING, Upload.State.LOADING: Upload.State.QUEUED}.get(
        Upload.State(upload.state), Upload.State(upload.state)
    )
    fields: dict[str, object] = {"state": state, "runner": "", "phase": "", "heartbeat_at": clock.now()}
    if upload.cancel_requested and upload.state not in (Upload.State.LOADING, Upload.State.UNDOING):
        fields |= {"state": Upload.State.CANCELLED, "finished_at": clock.now()}
    return bool(Upload.objects.filter(pk=upload.pk, runner=upload.runner, state=upload.state).update(**fields))


def abandoned() -> Iterator[Upload]:
    """Uploads whose process has died."""
    for upload in Upload.objects.exclude(runner="").filter(
        state__in=[Upload.State.CHECKING, Upload.State.QUEUED, Upload.State.LOADING, Upload.State.UNDOING]
    ):
        if is_gone(upload):
            yield upload


def forgotten() -> Iterator[Upload]:
    """Uploads that wait for a job although nobody has looked at them for half a minute (a lost message)."""
    silent = Q(heartbeat_at=None, created_at__lt=clock.now() - GONE_AFTER) | Q(
        heartbeat_at__lt=clock.now() - GONE_AFTER
    )
    waiting = [Upload.State.WAITING, Upload.State.QUEUED, Upload.State.UNDOING]
    yield from Upload.objects.filter(silent, runner="", state__in=waiting)


@contextmanager
def heartbeat(job: Job) -> Iterator[None]:
    """Beat from a thread with a connection of its own, for processes on other machines, while one long statement runs,
    and break that statement off (`Cancelled`) when somebody cancels.

    SQLite lives on one machine, where the process itself is looked at; there the thread would only wait for the writer.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    done, at_work = threading.Event(), connection.connection
    mine = Upload.objects.filter(pk=job.upload.pk, runner=job.runner)

    def beat() -> None:
        next_beat = time.monotonic() + HEARTBEAT_SECONDS
        try:
            while not done.wait(LOOK_SECONDS):
                try:
                    if mine.filter(cancel_requested=True).exists():
                        job.stop(at_work)
                    if time.monotonic() >= next_beat:
                        mine.update(heartbeat_at=clock.now())
                        next_beat += HEARTBEAT_SECONDS
                except DatabaseError:
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    except OperationalError:
        if job.was_stopped:
            raise Cancelled from None
        raise
    finally:
        done.set()
        thread.join(timeout=1)
        if job.was_stopped and not connection.in_atomic_block:
            connection.close()  # so that a late word to stop reaches nothing else
