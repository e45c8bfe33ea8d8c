"""manage.py what_if SLUG YEAR MONTH [NAME=VALUE ...] [--plan N] [--json]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.advice import whatif_wire
from kpis.year import plans
from kpis.year.plan_cells import load
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "What other factors of a month of the plan would sell, demand and cost. Nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("year", metavar="YEAR", type=int, help="like 2026")
        parser.add_argument("month", metavar="MONTH", type=int, choices=range(1, 13), help="1 to 12")
        parser.add_argument(
            "tried",
            metavar="NAME=VALUE",
            nargs="*",
            help=f"instead of the plan's: {', '.join(whatif_wire.NAMES)}; rates as fractions, of channels key:value "
            "with commas between, like share=zhitongche:0.6,zuanzhan:0.4",
        )
        parser.add_argument("--plan", type=int, metavar="N", help="the number of a version")
        parser.add_argument("--json", action="store_true", help="as over REST")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, year, number = find_store(options["store"]), options["year"], options["plan"]
        found = plans.numbered_version(store, year, number) if number else plans.current(store, year)
        if found is None:
            raise CommandError(_("There is no such plan."), returncode=2)
        given = dict(each.partition("=")[::2] for each in options["tried"])
        for name in given:
            if name not in whatif_wire.NAMES:
                text = _("“%s” is not one of the valid values.") % name[:60]
                raise CommandError(f"{text} {', '.join(whatif_wire.NAMES)}", returncode=2)
        try:
            told = whatif_wire.tried(load(found), options["month"], given)
        except whatif_wire.Refused as problem:
            raise CommandError(" ".join([f"{problem.name}:", problem.message, *problem.valid]), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        channels, notes = told.pop("channels"), told.pop("notes")
        for name, value in told.items():
            self.stdout.write(f"{name:<20}{'—' if value is None else value}")
        for each in channels:
            values = (f"{name} {value}" for name, value in each.items() if name != "channel" and value is not None)
            self.stdout.write("  ".join([f"{each['channel']:<20}", *values]))
        for note in notes:
            self.stderr.write(note)
