"""manage.py import_plan SLUG FILE [--plan N] [--year YYYY] [--dry-run] [--json]"""

import json
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.daybook import day_import, day_sheets
from kpis.week import week_book as week
from kpis.week import week_import
from kpis.workbooks.sheet_files import BadFile, layout_of
from kpis.year import plan_import, plan_typed, plans
from kpis.year.plan_cells import Conflict, Refused
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = (
        "Import a year's plan (our workbook, or a table with months across), or the workbook of a month's days or of a "
        "weekly sheet: "
        "what only the file changed is merged as one step, conflicts stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("file", metavar="FILE", type=Path, help="the xlsx as it was exported, filled in")
        parser.add_argument("--plan", type=int, metavar="N", help="a year's version; else the one worked on")
        parser.add_argument("--year", type=int, metavar="YYYY", help="of a table that names no year itself")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="numbers as strings, none as null, as over REST")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, is_dry = find_store(options["store"]), options["dry_run"]
        try:
            with options["file"].open("rb") as file:
                layout = layout_of(file)
                if layout == day_sheets.LAYOUT:
                    name, told = of_month(store, file, is_dry)
                elif layout == week.LAYOUT:
                    name, told = of_week(store, file, is_dry)
                else:
                    name, told = of_year(store, file, options["plan"], options["year"], is_dry)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=2) from error
        except (BadFile, Conflict, Refused, week_import.Clash) as error:
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
        for text in (*told.get("notes", ()), told.get("problem")):
            if text:
                self.stdout.write(text)
        self.stdout.write(f"{store.slug} {name}: {told['set']}")


def of_year(
    store: Store, file: IO[bytes], number: int | None, year: int | None, is_dry: bool
) -> tuple[str, dict[str, Any]]:
    """Which plan it was, and what changed as `difference_json` tells it, with `set`."""
    book = plan_typed.opened(file, Path(file.name).name)
    year = book.year or year
    if year is None:
        raise CommandError(_("The file names no year; add --year."), returncode=2)
    found = plans.numbered_version(store, year, number) if number else plans.current(store, year)
    if found is None:
        raise CommandError(_("There is no such plan."), returncode=2)
    difference = plan_typed.compare(found, book)
    count = 0 if is_dry else plan_import.merge(difference, None)
    return f"{year} v{found.number}", plan_import.difference_json(difference) | {"set": count}


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
