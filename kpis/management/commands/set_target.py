"""manage.py set_target SLUG KEY YYYY-MM VALUE"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.sums import targets
from opsplan.commandline import month
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Set the target of a KPI for a month: yuan, a fraction (0.05 = 5 %%) or a count, as the KPI's unit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument(
            "metric", metavar="KEY", help="a KPI that can have a target; another is refused with those that can"
        )
        parser.add_argument("month", metavar="YYYY-MM", type=month, help="a month, like 2026-11")
        parser.add_argument(
            "value",
            metavar="VALUE",
            help="yuan, a fraction (0.05 is 5 %%) or a count, as the KPI's unit; - takes the target away",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        value = None if options["value"] == "-" else options["value"]
        try:
            target = targets.set_target(store, options["metric"], options["month"], value)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        said = _("no target") if target is None else f"{target.value:f}"
        self.stdout.write(f"{store.slug} {options['metric']} {options['month']:%Y-%m}: {said}")
