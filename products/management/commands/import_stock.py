"""manage.py import_stock SLUG FILE [--dry-run] [--json]"""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from products import stock_files
from stores.management.asked import find_store


class Command(BaseCommand):
    help = (
        "Make the stock books say what a file says (CSV, xlsx, xls): SKU code, on hand, due out, safety stock, place."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV, xlsx or xls")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        try:
            with options["file"].open("rb") as opened:
                file = stock_files.read_file(store, opened, options["file"].name, by=None)
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}", returncode=2) from problem
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        changes = [x for x in stock_files.changes_of(file) if x.is_change]
        problems = [
            {"line": line, "value": text, "code": code, "message": _(stock_files.PROBLEMS[code])}
            for line, text, code in file.problems
        ]
        if options["dry_run"]:
            file.delete()
        else:
            stock_files.apply_file(file, by=None)
        if options["json"]:
            lines = [
                {"line": x.line, "sku": x.sku.code, "place": x.place, "on_hand": x.on_hand, "due_out": x.due,
                 "safety": x.safety} for x in changes
            ]  # fmt: skip
            told = {"changes": lines, "problems": problems, "applied": not options["dry_run"]}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for x in problems:
            self.stdout.write(f"{x['line']}: {x['value']}: {x['message']}")
        self.stdout.write(
            _("%(store)s: %(changed)s lines change, %(bad)s cannot be used.")
            % {"store": store.slug, "changed": len(changes), "bad": len(problems)}
        )
