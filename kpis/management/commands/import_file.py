"""`manage.py import_file SLUG FILE...`: the same pipeline as the pages, in this process, rollups included."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kpis.alerting import alerts
from kpis.files import layouts
from kpis.ingest import pipeline
from kpis.ingest.readers import SOURCES
from kpis.models import Upload
from kpis.models.imports import Dates
from kpis.sums import rollups
from opsplan.lib.problems import Problem
from stores.management.asked import find_store
from stores.models import Store

SHOWN = 20  # problems a file, for people; --json tells all
GOOD = ("loaded", "unchanged")


class Command(BaseCommand):
    help = "Import files: exit code 0 when all rows are in, 1 when anything was rejected, 2 when the call is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument(
            "files",
            metavar="FILE",
            nargs="+",
            type=Path,
            help="exports of the platforms as they are: csv, xlsx, xls, or zip of them",
        )
        parser.add_argument("--source", metavar="KEY", help="the layout, where recognising it fails")
        parser.add_argument(
            "--dates",
            choices=Dates.values,
            default="",
            help="which comes first in days like 03/04/2026, where the file does not show it",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, load nothing")
        parser.add_argument(
            "--on-problem",
            choices=["reject", "skip"],
            default="reject",
            help="of a file with faulty rows: reject all of it (unless told), or skip those rows",
        )
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")
        parser.add_argument("--password-stdin", action="store_true", help="the password of locked files, used once")

    def handle(self, *args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        if options["source"] and options["source"] not in SOURCES:
            text = _("Unknown layout; choose one of: %s.") % ", ".join(SOURCES)
            raise CommandError(text, returncode=2)
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(_("There is no file %s.") % path, returncode=2)
        options["password"] = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else ""
        told = [entry for path in options["files"] for entry in self.take(store, path, options)]
        if not options["dry_run"]:
            rollups.rebuild(store)
            alerts.evaluate(store)  # what it finds is sent by beat
        if options["json"]:
            self.stdout.write(json.dumps({"files": told}, ensure_ascii=False, indent=1))
        else:
            for entry in told:
                self.show(entry, dry_run=options["dry_run"])
        if any(entry["status"] not in GOOD or entry["rejected"] for entry in told):
            raise SystemExit(1)

    def take(self, store: Store, path: Path, options: dict[str, Any]) -> list[dict[str, Any]]:
        """Import one file; of a zip, all in it; of a workbook, all sheets we know."""
        try:
            with path.open("rb") as file:
                uploads = pipeline.receive(
                    store,
                    file,
                    path.name,
                    source=options["source"],
                    dates=options["dates"],
                    on_problem=options["on_problem"],
                    dry_run=options["dry_run"],
                    auto_load=True,
                )
        except ValidationError as error:
            return [not_kept(path.name, error.code or "too_big")]
        told = []
        waiting = [each for received in uploads for each in self.opened(received, options["password"])]
        for upload in waiting:  # it grows by what else their files tell
            pipeline.check(upload, rollups.rebuild)
            told.append(pipeline.as_json(upload))
            if options["dry_run"]:
                pipeline.cancel(upload)
            waiting += upload.parts.order_by("pk")
        return told

    def opened(self, upload: Upload, password: str) -> list[Upload]:
        """What is in a locked file; where the password is wrong, it says so and the file stays locked."""
        if not password or not pipeline.is_locked(upload):
            return [upload]
        try:
            return pipeline.unlock(upload, password)
        except ValidationError as error:
            self.stderr.write(f"{upload.name}: {' '.join(error.messages)}")
            return [upload]

    def show(self, entry: dict[str, Any], *, dry_run: bool) -> None:
        counts = _(
            "%(rows)s rows: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(rejected)s rejected"
        ) % {key: f"{entry[key]:,}" for key in ("rows", "new", "changed", "unchanged", "rejected")}
        days = f" · {entry['first']} – {entry['last']}" if entry["first"] else ""
        source = f" ({layouts.name(entry['source'])}, {entry['encoding']})" if entry["source"] else ""
        status = status_words().get(entry["status"], _("being read by another process"))
        if dry_run and entry["status"] in GOOD:
            status = _("would be %s") % status
        self.stdout.write(f"{entry['name']}{source}: {status} · {counts}{days}")
        for problem in entry["problems"][:SHOWN]:
            where = _("line %s") % problem["line"] if problem["line"] else _("file")
            cell = f" {problem['column']} “{problem['value']}”" if problem["column"] else ""
            self.stdout.write(f"  {where}{cell}: {problem['message']}")
        if len(entry["problems"]) > SHOWN:
            self.stdout.write("  " + _("… and %s more (--json tells all)") % (len(entry["problems"]) - SHOWN))


def status_words() -> dict[str, str]:
    return {
        "loaded": _("loaded"),
        "unchanged": _("nothing new"),
        "rejected": _("rejected"),
        "unknown": _("unknown layout"),
    }


def not_kept(name: str, code: str) -> dict[str, Any]:
    """The entry of a file we do not even keep."""
    problem = Problem(0, "", "", code, {"limit": str(settings.UPLOAD_LIMIT_MB)})
    nothing = dict.fromkeys(("rows", "new", "changed", "unchanged", "rejected"), 0)
    return {
        "name": name,
        "source": None,
        "encoding": None,
        "status": "rejected",
        **nothing,
        "first": None,
        "last": None,
        "problems": [
            {"line": 0, "column": "", "value": "", "code": problem.code, "message": pipeline.problem_text(problem)}
        ],
    }
