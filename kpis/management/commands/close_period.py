"""manage.py close_period SLUG FIRST LAST [--note TEXT]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.reporting import closing
from opsplan.commandline import day
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Close a period (local days, both ends included): its figures are kept as reported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("first", metavar="FIRST", type=day, help="its first local day, like 2026-11-01")
        parser.add_argument("last", metavar="LAST", type=day, help="its last local day")
        parser.add_argument("--note", default="", metavar="TEXT", help="why, or for whom")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        try:
            closed = closing.close(store, options["first"], options["last"], note=options["note"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        self.stdout.write(_("%(store)s: %(period)s is closed.") % {"store": store.slug, "period": closed})
