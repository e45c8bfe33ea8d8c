"""`manage.py forget_buyer SLUG`: asks for the buyer's name and takes it off all orders of the store.

The name is typed, or read from standard input: it stands in no list of processes and in no history of commands.
"""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpis.ingest.forgetting import forget_buyer
from kpis.sums import rollups
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Forget a buyer: exit code 0 when orders were found, 1 when there were none, 2 when the call is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        name = getpass.getpass(_("Nickname, account or phone number: ")) if sys.stdin.isatty() else sys.stdin.readline()
        if not name.strip():
            raise CommandError(_("No name came on standard input."), returncode=2)
        count = forget_buyer(store, name)
        rollups.rebuild(store)
        self.stdout.write(
            ngettext("%(n)s order forgot its buyer.", "%(n)s orders forgot their buyer.", count) % {"n": count}
        )
        if not count:
            raise SystemExit(1)
