"""Processes of their own, with a database of their own, to be killed: `python -m tests.ingest.elsewhere WORD ...`.

As a Celery application (`celery -A tests.ingest.elsewhere worker`) the same, for a worker that dies in the middle.
"""

import hashlib
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from opsplan.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
django.setup()

from kpis import tasks  # noqa: E402
from kpis.ingest import pipeline  # noqa: E402
from kpis.models import Coverage, Order, StaleDay, StoreDay, Upload  # noqa: E402
from opsplan.tables import make_tables  # noqa: E402
from stores.models import Store  # noqa: E402
from stores.services import create_store  # noqa: E402
from tests.ingest.bring import SHORT, content, everything  # noqa: E402

celery = app


def die(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at(point: str) -> None:
    """Die when the pipeline gets there."""
    target, name = {
        "read": (pipeline, "find_repeated"),
        "load": (pipeline, "cover"),
        "rollup": (tasks.rollups, "rebuild"),
    }[point]
    setattr(target, name, die)


def orders(count: int) -> bytes:
    """Orders of the days 1 to 28 March, every fifth unpaid, every seventh partly refunded."""
    rows = []
    for i in range(count):
        day = f"2026-03-{i % 28 + 1:02} {i % 24:02}:{i % 60:02}:00"
        refund = 5 if i % 7 == 0 and i % 5 else 0
        total = 20 + i % 90
        paid, left = (day, total - refund) if i % 5 else ("", 0)
        rows.append([str(i + 10**12), f"{total}.00", f"{left}.00", "上海", day, paid, f"{refund}.00"])
    return content(SHORT, *rows)


def tables(*slugs: str) -> None:
    """A fresh database with these stores."""
    make_tables()
    for slug in slugs:
        create_store(slug, slug, "tmall")


def receive(slug: str, path: str) -> None:
    """Keep a file for a worker."""
    with Path(path).open("rb") as file:
        [upload] = pipeline.receive(Store.objects.get(slug=slug), file, Path(path).name, auto_load=True)
    tasks.check_upload.delay(upload.pk)


def bring(slug: str, path: str) -> None:
    """Import a file in this process."""
    app.conf.task_always_eager = True
    receive(slug, path)
    show(slug)


def resume(slug: str) -> None:
    """What a dead process has left, before and after it is taken up."""
    show(slug)
    app.conf.task_always_eager = True
    tasks.resume()
    show(slug)


def wait(slug: str) -> None:
    """What a worker leaves when it has nothing more to do, a minute at most."""
    store, deadline = Store.objects.get(slug=slug), time.monotonic() + 60
    while time.monotonic() < deadline and (
        StaleDay.objects.filter(store=store).exists() or Upload.objects.get(store=store).state != Upload.State.LOADED
    ):
        time.sleep(0.05)
    show(slug)


def show(slug: str) -> None:
    """State of the last upload, number of facts and stale days, and a digest of everything that counts."""
    store = Store.objects.get(slug=slug)
    tables = [everything(model, store) for model in (Order, Coverage, StoreDay)]
    digest = hashlib.sha256(repr(tables).encode()).hexdigest()[:16]
    state = Upload.objects.filter(store=store).order_by("-id").values_list("state", flat=True).first()
    sys.stdout.write(f"{state} {len(tables[0])} {StaleDay.objects.filter(store=store).count()} {digest}\n")


def grow(slug: str, small: str, large: str) -> None:
    """How many MB more memory the large file takes than the small one."""
    app.conf.task_always_eager = True
    receive(slug, small)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    receive(slug, large)
    sys.stdout.write(f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.1f}\n")


WORDS: dict[str, Callable[..., None]] = {word.__name__: word for word in (tables, receive, bring, resume, wait, grow)}

if os.environ.get("DIE_AT"):
    at(os.environ["DIE_AT"])
if __name__ == "__main__":
    WORDS[sys.argv[1]](*sys.argv[2:])
