"""Before the shop opens: tables up to date, static files gathered, and on the first start the demo data."""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from kpis.demo.people import demo_logins
from kpis.demo.shop import SHOPS
from opsplan import tables
from staff import first_account
from staff.models import User
from stores.models import Store


class Command(BaseCommand):
    help = "Migrate, gather static files, load the demo on first start: each only when needed. `make run` calls it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        notes = settings.OPSPLAN_HOME / "run"
        notes.mkdir(exist_ok=True)
        self.make_tables()
        call_command("strip_photos")
        self.gather(notes / "static")
        self.load_demo(notes / "demo-begun")
        self.note_logins(notes / "logins")
        first_account.keep_note()

    def make_tables(self) -> None:
        if not tables.are_current():
            self.stdout.write("Preparing the database / 正在准备数据库 ...")
            tables.bring_up_to_date()
        if connection.vendor == "sqlite":
            tables.learn()

    def gather(self, mark: Path) -> None:
        """Gather and compress when any source file, its size or its time has changed since the last gathering."""
        digest = hashlib.sha256()
        for finder in get_finders():
            for name, storage in finder.list([]):
                found = os.stat(storage.path(name))
                digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
        root = Path(settings.STATIC_ROOT)
        if mark.exists() and mark.read_text() == digest.hexdigest() and root.exists():
            return
        self.stdout.write("Gathering the static files / 正在整理静态文件 ...")
        call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
        mark.write_text(digest.hexdigest())

    def load_demo(self, begun: Path) -> None:
        """On an empty database only; an interrupted loading is done again from the start."""
        if not settings.DEMO or (Store.objects.exists() and not begun.exists()):
            return
        self.stdout.write("Loading the demo shops (once; OPSPLAN_DEMO=0 starts empty) / 正在载入演示店铺 ...")
        interrupted = begun.exists()
        begun.touch()
        call_command("load_demo", replace=interrupted)
        begun.unlink()

    def note_logins(self, note: Path) -> None:
        """The demo logins that are there, for the supervisor to show."""
        has_demo = Store.objects.filter(slug__in=[shop.slug for shop in SHOPS]).exists()  # else it is a namesake's name
        known = set(User.objects.filter(is_active=True).values_list("username", flat=True)) if has_demo else set()
        logins = [login for login in demo_logins() if login.username in known]
        lines = [f"  {x.username:<6} {x.password}  {x.level:<8} {x.display_name}" for x in logins]
        note.write_text("\n".join(["演示账号 / Demo logins:", *lines]) + "\n" if lines else "", "utf-8")
