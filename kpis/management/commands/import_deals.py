"""manage.py import_deals SLUG FILE [--claims] [--deal ID] [--dry-run] [--json]"""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaigns.groupbuy import result_apply, result_files
from campaigns.groupbuy.result_files import Understood
from campaigns.groupbuy.results import LABELS, PROBLEMS
from campaigns.models import GroupDeal
from kpis.outward import deals_push
from kpis.sums import rollups
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = (
        "Record what a file tells of group deals (CSV, xlsx, xls): our sales and refunds, or a site's settlement. "
        "Exit code 0 when all lines are in, 1 when any was left out, 2 when the call is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV, xlsx or xls")
        parser.add_argument("--claims", action="store_true", help="the file says what the site owes")
        parser.add_argument("--deal", type=int, help="the deal it is about, where no column names it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        deal = GroupDeal.objects.filter(store=store, pk=options["deal"]).first() if options["deal"] else None
        if options["deal"] and deal is None:
            raise CommandError(_("There is no such deal."), returncode=2)
        told, new, changed = self.take(store, deal, options)
        problems = [
            {"line": line, "column": column, "value": value, "code": code, "message": _(PROBLEMS[code])}
            for line, column, value, code in told.problems
        ]
        if options["json"]:
            answer = {"new": new, "changed": changed, "problems": problems, "applied": not options["dry_run"]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for x in problems:
                self.stdout.write(f"{x['line']}: {x['column']}: {x['value']}: {x['message']}")
            words = _("%(store)s: %(new)d new, %(changed)d changed, %(bad)d cannot be used.")
            self.stdout.write(words % {"store": store.slug, "new": new, "changed": changed, "bad": len(problems)})
        if problems:
            raise SystemExit(1)

    def take(self, store: Store, deal: GroupDeal | None, options: dict[str, Any]) -> tuple[Understood, int, int]:
        """The file understood and, unless it is a dry run, applied: new and changed."""
        purpose = "claims" if options["claims"] else "sales"
        try:
            with options["file"].open("rb") as opened:
                file = result_files.read_file(store, opened, options["file"].name, purpose=purpose, deal=deal, by=None)
            if needed := result_files.needs_columns(file):
                names = ", ".join(str(LABELS[x]) for x in needed)
                file.delete()
                raise CommandError(_("No column tells: %s.") % names, returncode=2)
            told = Understood(file)
            if options["dry_run"]:
                file.delete()
            else:
                result_apply.apply_file(file, None)
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}", returncode=2) from problem
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        if not options["dry_run"]:
            deals_push.push(store)
            rollups.rebuild(store)
        return told, sum(x.what == "new" for x in told.changes), sum(x.what == "changed" for x in told.changes)
