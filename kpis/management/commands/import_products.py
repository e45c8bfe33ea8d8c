"""manage.py import_products SLUG FILE [--dry-run] [--json] [--by NAME]"""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.queries import figures_changed, names_changed
from products.catalogue_apply import apply_file, lines_of
from products.catalogue_files import PROBLEMS, read_file, unread
from products.models import CatalogueFile
from staff.management.asked import find_user
from staff.models import User
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Bring products in from a file (CSV, xlsx, xls): our own export, item lists of 生意参谋 and 千牛."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV, xlsx or xls")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")
        parser.add_argument("--by", metavar="NAME", help="user name, for the history of prices")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        by = find_user(options["by"]) if options["by"] else None
        try:
            with options["file"].open("rb") as opened:
                file = read_file(store, opened, options["file"].name, by=by)
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}", returncode=2) from problem
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        lines = [x for x in lines_of(file, len(file.rows)) if x.is_new or x.changes]
        problems = [
            {"line": line, "column": column, "value": value, "code": code, "message": _(PROBLEMS[code])}
            for line, column, value, code in file.problems
        ]
        told: dict[str, Any] = {"applied": not options["dry_run"], "problems": problems, "unread": unread(file)}
        if options["dry_run"]:
            told |= {"new": sum(x.is_new for x in lines), "changed": sum(not x.is_new for x in lines)}
            file.delete()
        else:
            told |= self.applied(store, file, by)
        told["lines"] = [{"line": x.line, "code": x.code, "changes": x.changes} for x in lines]
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for x in problems:
            self.stdout.write(f"{x['line']}: {x['column']} {x['value']}: {x['message']}")
        if told["unread"]:
            self.stdout.write(_("Columns that nobody reads: %s") % ", ".join(told["unread"]))
        text = _("%(store)s: %(new)s new products, %(changed)s changed, %(bad)s problems.")
        self.stdout.write(
            text % {"store": store.slug, "new": told["new"], "changed": told["changed"], "bad": len(problems)}
        )

    def applied(self, store: Store, file: CatalogueFile, by: User | None) -> dict[str, int]:
        """Write the file; the days whose figures it changes are told."""
        with transaction.atomic():
            new, changed, first = apply_file(file, by=by)
            if first:
                figures_changed(store, first)
            names_changed(store)
        return {"file": file.pk, "new": new, "changed": changed}
