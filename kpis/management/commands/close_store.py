"""manage.py close_store SLUG [--reopen | --delete NAME]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kpis.outward.emptiness import delete_store
from stores.management.asked import find_store
from stores.services import close_store, reopen_store


class Command(BaseCommand):
    help = "Close a store (everything in it stays), open it again, or delete one without facts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--reopen", action="store_true", help="open it again")
        what.add_argument("--delete", metavar="NAME", help="the store's name, to be sure")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        if options["delete"] is not None:
            try:
                delete_store(store, options["delete"])
            except ValidationError as problem:
                raise CommandError(" ".join(problem.messages), returncode=2) from problem
        elif options["reopen"]:
            reopen_store(store)
        else:
            close_store(store)
        self.stdout.write(options["store"])
