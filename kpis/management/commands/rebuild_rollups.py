"""manage.py rebuild_rollups [SLUG...] [--stale] [--from D] [--to D]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.sums import rollups
from opsplan.commandline import day
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Count the sums per day again from the facts. Safe at any time, and to stop and start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("stores", metavar="SLUG", nargs="*", help="all stores by default")
        parser.add_argument("--stale", action="store_true", help="only the days that are marked stale")
        parser.add_argument("--from", dest="first", type=day, metavar="YYYY-MM-DD", help="its first local day")
        parser.add_argument("--to", dest="last", type=day, metavar="YYYY-MM-DD", help="its last local day")

    def handle(self, *_args: Any, **options: Any) -> None:
        first, last, stale = options["first"], options["last"], options["stale"]
        if stale and (first or last):
            raise CommandError(_("Choose --stale or a span of days, not both."), returncode=2)
        stores = [find_store(slug) for slug in options["stores"]] or list(Store.objects.all())
        for store in stores:
            days = None
            if not stale:
                days = [d for d in rollups.all_days(store) if (not first or d >= first) and (not last or d <= last)]
            done = rollups.rebuild(store, days)
            self.stdout.write(_("%(store)s: %(days)s days counted.") % {"store": store.slug, "days": done})
