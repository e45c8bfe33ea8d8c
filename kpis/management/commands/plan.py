"""manage.py plan SLUG YEAR [--plan N] [--json]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import plan_wire, plans
from kpis.plan_cells import load
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Print a store's plan of a year: the version being worked on, else the one in force."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("year", metavar="YEAR", type=int, help="like 2026")
        parser.add_argument("--plan", type=int, metavar="N", help="the number of a version")
        parser.add_argument("--json", action="store_true", help="numbers as strings, none as null, as over REST")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, year, number = find_store(options["store"]), options["year"], options["plan"]
        found = plans.numbered_version(store, year, number) if number else plans.current(store, year)
        if found is None:
            raise CommandError(_("There is no such plan."), returncode=2)
        answer = plan_wire.plan_json(load(found))
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"{store.slug} {year} v{found.number} {found.status}")
        for row in answer["rows"]:
            cells = [cell.get("text") or cell.get("value") or "—" for cell in row["cells"]]
            if set(cells) != {"—"}:
                total = (row.get("totals") or {}).get("year") or ""
                self.stdout.write("  ".join([f"{row['key']:<28}", *cells, f"= {total}" if total else ""]).rstrip())
