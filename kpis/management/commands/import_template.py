"""`manage.py import_template KIND FILE`: a workbook to fill in, which `import_file` and the import page read."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from kpis.files.import_template import TEMPLATES, workbook


class Command(BaseCommand):
    help = "Write an empty template (xlsx) to fill in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(TEMPLATES), help="of what")
        parser.add_argument("file", metavar="FILE", type=Path, help="the xlsx to write; one that is there is replaced")

    def handle(self, *_args: Any, **options: Any) -> None:
        options["file"].write_bytes(workbook(TEMPLATES[options["kind"]]))
        self.stdout.write(str(options["file"]))
