"""Put a backup in place."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from opsplan import tables
from stores.archive import ArchiveError
from stores.restoring import restore


class Command(BaseCommand):
    help = "Restore a backup into this database, SQLite or PostgreSQL: all of it or nothing. Stop opsplan first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the zip that `backup` wrote, with this version")
        parser.add_argument("--replace", action="store_true", help="the data that is here gives way")

    def handle(self, *args: Any, **options: Any) -> None:
        tables.bring_up_to_date()
        try:
            told = restore(options["file"], replace=options["replace"])
        except ArchiveError as problem:
            raise CommandError(str(problem)) from None
        tables.learn()
        self.stdout.write(
            _("%(rows)d rows of %(tables)d tables and %(files)d files are restored. Start opsplan again.")
            % {"rows": told.rows, "tables": told.tables, "files": told.files}
        )
