"""Before the shop opens: tables up to date, static files gathered, and on the first start the demo data.

    python -m opsplan.prepare

Everything is done only when it is needed, so that a second start is quick.
"""

import hashlib
import os
import sys
import time

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database ...")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Gather and compress when any source file, its size or its time has changed since the last gathering."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    mark = settings.OPSPLAN_HOME / "run" / "static"
    if mark.exists() and mark.read_text() == digest.hexdigest() and settings.STATIC_ROOT.exists():
        return
    say("Gathering the static files ...")
    call_command("collectstatic", interactive=False, clear=settings.STATIC_ROOT.exists(), verbosity=0)
    mark.write_text(digest.hexdigest())


def load_demo() -> None:
    """On an empty database only; an interrupted loading is done again."""
    begun = settings.OPSPLAN_HOME / "run" / "demo-begun"
    is_empty = not apps.get_model("stores", "Store").objects.exists()
    if not settings.DEMO or not (is_empty or begun.exists()):
        return
    say("Loading the demo shops (once; OPSPLAN_DEMO=0 starts empty) ...")
    begun.touch()
    started = time.monotonic()
    call_command("load_demo")
    begun.unlink()
    say(f"Demo shops loaded in {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsplan.settings")
    django.setup()
    (settings.OPSPLAN_HOME / "run").mkdir(exist_ok=True)
    migrate()
    collect_static()
    load_demo()
