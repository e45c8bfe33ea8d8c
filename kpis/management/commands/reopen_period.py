"""manage.py reopen_period SLUG FIRST LAST --reason TEXT"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.reporting import closing
from opsplan.commandline import day
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Open a closed period again; what was reported stays on record."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("first", metavar="FIRST", type=day, help="its first local day, like 2026-11-01")
        parser.add_argument("last", metavar="LAST", type=day, help="its last local day")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it stays with the closing")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        closed = closing.standing(store).filter(first=options["first"], last=options["last"]).first()
        if closed is None:
            raise CommandError(_("These days are not closed."), returncode=2)
        try:
            closing.reopen(closed, None, options["reason"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        self.stdout.write(_("%s is open again; what was reported stays on record.") % closed)
