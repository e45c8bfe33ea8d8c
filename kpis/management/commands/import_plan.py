"""manage.py import_plan SLUG FILE [--plan N] [--dry-run] [--json]"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import plan_import, plans
from kpis.management.commands.kpi import find_store
from kpis.plan_cells import Conflict, Refused


class Command(BaseCommand):
    help = "Import the workbook of a year's plan: what only the file changed is merged as one step, conflicts stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--plan", type=int, metavar="N", help="the number of a version; else the one worked on")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="numbers as strings, none as null, as over REST")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, number = find_store(options["store"]), options["plan"]
        try:
            with options["file"].open("rb") as file:
                book = plan_import.read(file)
            found = plans.numbered_version(store, book.year, number) if number else plans.current(store, book.year)
            if found is None:
                raise CommandError(_("There is no such plan."), returncode=2)
            difference = plan_import.compare(found, book)
            count = 0 if options["dry_run"] else plan_import.merge(difference, None)
        except (OSError, plan_import.BadFile, Conflict, Refused) as error:
            raise CommandError(str(error), returncode=2) from error
        told = plan_import.difference_json(difference) | {"set": count}
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for kind in ("changes", "conflicts", "refused"):
            for x in told[kind]:
                values = f"{x['was'] or '—'} -> {x['file'] or '—'}" + (
                    f" ({x['now'] or '—'})" if kind == "conflicts" else ""
                )
                self.stdout.write(
                    f"{kind}: {x['cell']} {x['row']} {x['month']}: {values} {x.get('message', '')}".rstrip()
                )
        if told["problem"]:
            self.stdout.write(told["problem"])
        self.stdout.write(f"{store.slug} {book.year} v{found.number}: {count}")
