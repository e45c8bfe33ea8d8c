"""manage.py judge_stages [SLUG] [--day YYYY-MM-DD]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kpis.queries import judge_stages
from opsplan.commandline import day
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Work out what the figures say about the life-cycle stage of every product, and propose what follows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="a store; all unless told")
        parser.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="as of the morning of this day")

    def handle(self, **options: Any) -> None:
        stores = [find_store(options["slug"])] if options["slug"] else Store.objects.in_use()
        for store in stores:
            self.stdout.write(f"{store.slug} proposals={judge_stages(store, options['day'])}")
