"""manage.py kpi_query [FILE] : the JSON of POST /api/v1/kpis/query, from a file or standard input"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import queries
from kpis.breakdowns import table_wire
from kpis.reporting import reported
from stores.models import Store


class Command(BaseCommand):
    help = "Answer a question about one or many stores; it is the same JSON as for REST."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="the question as JSON; - for standard input")
        parser.add_argument("--format", choices=["json", "csv"], help="overrules the question's own")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text("utf-8")
            body = json.loads(text)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=2) from error
        except ValueError as error:
            raise CommandError(_("This is not JSON: %s.") % error, returncode=2) from error
        try:
            asked = queries.question(body, list(Store.objects.in_use().select_related("brand").order_by("slug")))
        except queries.Refused as error:
            raise CommandError("\n".join(map(refusal, (error, *error.more))), returncode=2) from error
        with queries.one_version():
            found = reported.table(asked, asked.as_of) if asked.as_of else queries.table(asked, whole=True)
        if (options["format"] or asked.format) == "csv":
            self.stdout.write(table_wire.as_csv(found), ending="")
        else:
            self.stdout.write(json.dumps(table_wire.table(found), ensure_ascii=False))


def refusal(error: queries.Refused) -> str:
    """A field that cannot be used, why, and what could be."""
    valid = _("Valid: %s.") % ", ".join(error.valid) if error.valid else ""
    return f"{error.field}: {error.message} {valid}".strip()
