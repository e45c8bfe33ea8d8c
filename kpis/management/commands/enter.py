"""manage.py enter SLUG KEY DATE VALUE"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.measures import ENTRY_MEASURES
from kpis.sums import rollups, targets
from opsplan.commandline import day
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Type a day's figure in (service desk, ratings, deductions ...) and count the day again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("measure", metavar="KEY", help=", ".join(ENTRY_MEASURES))
        parser.add_argument("day", metavar="DATE", type=day, help="a local day, like 2026-11-22")
        parser.add_argument(
            "value",
            metavar="VALUE",
            help="a count, yuan, seconds or a score, as the key's unit; - takes the entry away",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        store, key = find_store(options["store"]), options["measure"]
        value = None if options["value"] == "-" else options["value"]
        try:
            entry = targets.enter(store, key, options["day"], value)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        rollups.rebuild(store, [options["day"]])
        note = ENTRY_MEASURES[key].note
        if note and entry is not None and entry.value > 0:
            self.stderr.write(_("Warning: %s") % _(note))
        stands = _("no entry") if entry is None else f"{entry.value:f}"
        self.stdout.write(f"{store.slug} {key} {options['day']}: {stands}")
