"""manage.py judge_stages [SLUG] [--day YYYY-MM-DD]"""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.queries import judge_stages
from stores.models import Store


class Command(BaseCommand):
    help = "Work out what the figures say about the life-cycle stage of every product, and propose what follows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="a store; all unless told")
        parser.add_argument("--day", type=dt.date.fromisoformat, help="as of the morning of this day")

    def handle(self, **options: Any) -> None:
        stores = Store.objects.filter(slug=options["slug"]) if options["slug"] else Store.objects.in_use()
        if options["slug"] and not stores:
            raise CommandError(_("There is no store %s.") % options["slug"], returncode=2)
        for store in stores:
            self.stdout.write(f"{store.slug} proposals={judge_stages(store, options['day'])}")
