"""manage.py import_plan SLUG FILE [--plan N] [--dry-run] [--json]"""

import json
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import day_import, plan_import, plans, week_import
from kpis.plan_cells import Conflict, Refused
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = (
        "Import the workbook of a year's plan, of a month's days or of a weekly sheet: "
        "what only the file changed is merged as one step, conflicts stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--plan", type=int, metavar="N", help="a year's version; else the one worked on")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="numbers as strings, none as null, as over REST")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, is_dry = find_store(options["store"]), options["dry_run"]
        try:
            with options["file"].open("rb") as file:
                if day_import.is_month(file):
                    name, told = of_month(store, file, is_dry)
                elif week_import.is_week(file):
                    name, told = of_week(store, file, is_dry)
                else:
                    name, told = of_year(store, file, options["plan"], is_dry)
        except (OSError, plan_import.BadFile, Conflict, Refused, week_import.Clash) as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for kind in ("changes", "conflicts", "refused"):
            for x in told[kind]:
                place = " ".join(str(x[name]) for name in ("cell", "row", "measure", "month", "day") if name in x)
                values = f"{x['was'] or '—'} -> {x['file'] or '—'}"
                now = f" ({x['now'] or '—'})" if kind == "conflicts" else ""
                self.stdout.write(f"{kind}: {place}: {values}{now} {x.get('message', '')}".rstrip())
        if told.get("problem"):
            self.stdout.write(told["problem"])
        self.stdout.write(f"{store.slug} {name}: {told['set']}")


def of_year(store: Store, file: IO[bytes], number: int | None, is_dry: bool) -> tuple[str, dict[str, Any]]:
    """Which plan it was, and what changed as `difference_json` tells it, with `set`."""
    book = plan_import.read(file)
    found = plans.numbered_version(store, book.year, number) if number else plans.current(store, book.year)
    if found is None:
        raise CommandError(_("There is no such plan."), returncode=2)
    difference = plan_import.compare(found, book)
    count = 0 if is_dry else plan_import.merge(difference, None)
    return f"{book.year} v{found.number}", plan_import.difference_json(difference) | {"set": count}


def of_month(store: Store, file: IO[bytes], is_dry: bool) -> tuple[str, dict[str, Any]]:
    """As `of_year`, of a month's days."""
    sheet = day_import.read(file)
    month = day_import.month_named(sheet)
    moved = day_import.compare(store, month, sheet)
    count = 0 if is_dry else day_import.merge(store, month, day_import.chosen(moved), None)
    return sheet.month, day_import.difference_json(moved) | {"set": count}


def of_week(store: Store, file: IO[bytes], is_dry: bool) -> tuple[str, dict[str, Any]]:
    """As `of_year`, of the entries of a weekly sheet; figures are counted by the next rebuild."""
    book = week_import.read(file)
    moved = week_import.compare(store, book)
    count = 0 if is_dry else week_import.merge(store, week_import.chosen(moved), None, Path(file.name).name)
    return f"{book.period.first} - {book.period.last}", week_import.difference_json(moved) | {"set": count}
