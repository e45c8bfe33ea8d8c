"""manage.py import_desk SLUG FILE"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from staff import desk_files
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Take over what a desk report says of each person and day: all of its lines, or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV, xlsx or xls: a line a person and day")

    def handle(self, **options: Any) -> None:
        store = find_store(options["slug"])
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %s.") % path, returncode=2)
        try:
            with path.open("rb") as file:
                lines = desk_files.read(store, file, path.name)
            changed = desk_files.take_over(store, lines, None)
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages), returncode=2) from None
        self.stdout.write(f"{store.slug} {len(lines)} lines, {changed} changed")
