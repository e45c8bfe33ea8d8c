"""Write everything into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from stores.archive import ArchiveError, backup


class Command(BaseCommand):
    help = "Write all data, the kept uploads and the secret key into one zip file. opsplan may keep running meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            metavar="FILE",
            type=Path,
            help="the zip to write (mode 0600); one that is there is never overwritten",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = backup(options["file"])
        except ArchiveError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(
            _("%(rows)d rows of %(tables)d tables and %(files)d files are in %(path)s. Keep it safe: it holds the key.")
            % {"rows": told.rows, "tables": told.tables, "files": told.files, "path": options["file"]}
        )
