"""Processes of their own, with a database of their own, to be killed. `python -m tests.ingest.elsewhere` is a process
ready to be copied: each line it reads asks for a copy that does one of the words (a start of Python takes seconds)."""

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import celery.bin.worker  # noqa: F401  what every copy would load again
import django
import kombu.transport.redis  # noqa: F401

from opsplan.celery import app
from opsplan.lib.processes import tied_to

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from kpis import tasks  # noqa: E402
from kpis.ingest import pipeline  # noqa: E402
from kpis.models import (  # noqa: E402
    ArrivingFile,
    ChannelDay,
    Coverage,
    Order,
    OrderLine,
    ProductDay,
    StaleDay,
    StoreDay,
    Upload,
)
from kpis.sums import counting, rollups  # noqa: E402
from opsplan.tables import make_tables  # noqa: E402
from stores.models import Store  # noqa: E402
from stores.services import create_store  # noqa: E402
from tests.ingest.bring import NUMBERED, SHORT, content  # noqa: E402

PATIENCE = 60  # seconds
COUNTED = (Order, OrderLine, Coverage, StoreDay, ProductDay, ChannelDay)
TRACES = ("id", "upload_id", "as_of", "store_id", "product_id_ref")  # which file brought it, and numbers given here


def die(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_reading(_job: Any, phase: str, done: int, *_args: Any, **_kwargs: Any) -> None:
    if phase == "read" and done:
        die()


def at(point: str) -> None:
    """Die when the pipeline gets there."""
    target, name, doing = {
        "parse": (pipeline.Job, "beat", die_reading),
        "check": (pipeline, "find_repeated", die),
        "load": (pipeline, "cover", die),
        "rollup": (tasks.rollups, "rebuild", die),
    }[point]
    setattr(target, name, doing)


def orders(count: int) -> bytes:
    """Orders of the days 1 to 7 March, every fifth unpaid, every seventh partly refunded."""
    rows = []
    for i in range(count):
        day = f"2026-03-{i % 7 + 1:02} {i % 24:02}:{i % 60:02}:00"
        refund = 5 if i % 7 == 0 and i % 5 else 0
        total = 20 + i % 90
        paid, left = (day, total - refund) if i % 5 else ("", 0)
        rows.append([str(i + 10**12), f"{total}.00", f"{left}.00", "上海", day, paid, f"{refund}.00"])
    return content(SHORT, *rows)


def lines(count: int) -> bytes:
    """A line for each of the first orders of `orders`."""
    rows = ([f"9{i}", str(i + 10**12), "面霜", "20.00", "1", "50ml", f"M{i % 40}"] for i in range(count))
    return content(NUMBERED, *rows)


def tables() -> None:
    """A fresh database."""
    make_tables()


def stores(*slugs: str) -> None:
    for slug in slugs:
        create_store(slug, slug, "tmall")


def receive(slug: str, path: str) -> None:
    """Keep a file for a worker."""
    with Path(path).open("rb") as file:
        [upload] = pipeline.receive(Store.objects.get(slug=slug), file, Path(path).name, auto_load=True)
    tasks.check_upload.delay(upload.pk)


def bring(slug: str, *paths: str) -> None:
    """Import files in this process, one after another."""
    app.conf.task_always_eager = True
    for path in paths:
        receive(slug, path)
    show(slug)


def bring_stalling(slug: str, path: str) -> None:
    """Import a file, but wait for ever while writing it (PostgreSQL)."""

    def stall(*_args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(600)")

    pipeline.cover = stall
    bring(slug, path)


def stop(slug: str) -> None:
    """Cancel the import of a store once it is being written."""
    mine = Upload.objects.filter(store__slug=slug, state=Upload.State.LOADING)
    until(mine.exists)
    sys.stdout.write(f"{pipeline.cancel(mine.get())}\n")


def resume(slug: str) -> None:
    """What a dead process has left, before and after it is taken up."""
    show(slug)
    app.conf.task_always_eager = True
    tasks.resume()
    show(slug)


def work() -> None:
    """Be a Celery worker."""
    app.worker_main(["worker", "-P", "solo", "-l", "ERROR", "--without-gossip", "--without-mingle"])


def wait(slug: str) -> None:
    """What a worker leaves when it has nothing more to do."""
    store = Store.objects.get(slug=slug)
    until(
        lambda: (
            not StaleDay.objects.filter(store=store).exists()
            and not Upload.objects.filter(store=store).exclude(state=Upload.State.LOADED).exists()
        )
    )
    show(slug)


def recount(slug: str, sign: str) -> None:
    """Count all days of the store again; in the middle of it wait for an import to begin that is to touch `sign`."""
    store, count = Store.objects.get(slug=slug), counting.count

    def slowly(*args: Any) -> Any:
        until(Path(sign).exists)
        if connection.vendor == "postgresql":  # SQLite lets nobody else say how far he is
            until(lambda: Upload.objects.filter(store=store, state=Upload.State.LOADING).exists())
        return count(*args)

    counting.count = slowly
    rollups.rebuild(store, rollups.all_days(store))


def bring_meanwhile(slug: str, path: str, sign: str) -> None:
    Path(sign).touch()
    bring(slug, path)


def sweep(slug: str) -> None:
    """What is left a day later, once the files nobody knows are cleaned up."""
    for path in strays(Store.objects.get(slug=slug)):
        os.utime(path, (0, 0))
    tasks.cleanup()
    show(slug)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def show(slug: str) -> None:
    """State of the last upload, number of facts, of stale days and of things left lying about (claims, files nobody
    knows), and a digest of everything that counts."""
    store = Store.objects.get(slug=slug)
    digest = sha256()
    for model in COUNTED:
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in TRACES]
        for row in sorted(map(repr, model._default_manager.filter(store=store).values_list(*names))):
            digest.update(row.encode())
    uploads = Upload.objects.filter(store=store).order_by("-id")
    facts, stale = (model.objects.filter(store=store).count() for model in (Order, StaleDay))
    left = uploads.exclude(runner="").count() + len(strays(store))
    words = [uploads.values_list("state", flat=True).first(), facts, stale, left, digest.hexdigest()[:16]]
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def strays(store: Store) -> list[Path]:
    """Files of the store that nobody knows, and temporary ones."""
    root = Path(settings.MEDIA_ROOT)
    known = {path for pair in Upload.objects.values_list("path", "kept") for path in pair}
    known |= set(ArrivingFile.objects.values_list("path", flat=True))
    mine = [path for path in (root / str(store.pk)).glob("*") if str(path.relative_to(root)) not in known]
    return mine + list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


def grow(slug: str, small: str, large: str) -> None:
    """How many MB more memory the large file takes than the small one."""
    app.conf.task_always_eager = True
    receive(slug, small)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    receive(slug, large)
    sys.stdout.write(f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.1f}\n")


DOING = (
    *(tables, stores, receive, bring, bring_stalling, bring_meanwhile),
    *(stop, resume, work, wait, recount, sweep, grow),
)
WORDS: dict[str, Callable[..., None]] = {word.__name__: word for word in DOING}


def copy(words: Sequence[str], point: str, out: str, parent: int) -> None:
    """The child: do the words, write to `out`, die at `point`."""
    code = 1
    try:
        tied_to(parent, signal.SIGKILL)()
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115
        sys.stdout = Path(out).open("w")  # noqa: SIM115  as long as the process lives
        os.dup2(sys.stdout.fileno(), 1)
        if point:
            at(point)
        WORDS[words[0]](*words[1:])
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc(file=sys.stdout)
    sys.stdout.flush()
    os._exit(code)


def ended(pid: int) -> str:
    """How a child ended, as exit status or minus the signal."""
    deadline = time.monotonic() + PATIENCE * 2
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return str(os.waitstatus_to_exitcode(status))
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "never"


def serve() -> None:
    for line in sys.stdin:
        told, me = json.loads(line), os.getpid()
        if "wait" in told:
            answer = ended(told["wait"])
        else:
            pid = os.fork()
            if not pid:
                copy(told["words"], told["die_at"], told["out"], me)
            answer = str(pid)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
