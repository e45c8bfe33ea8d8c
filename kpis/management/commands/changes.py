"""manage.py changes SLUG --from D --to D [--compare NAME] [--limit N] [--json]"""

import json
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kpis import queries
from kpis.trends import moves
from opsplan.commandline import add_days, days_told
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Say why a store's sales changed: by factor, channel and product (local days, both ends included)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        add_days(parser)
        parser.add_argument(
            "--compare", choices=queries.COMPARE, default="previous", help="with what; previous unless told"
        )
        parser.add_argument("--limit", type=int, default=moves.MOST, help="channels and products one by one")
        parser.add_argument("--json", action="store_true", help="numbers as strings, no value as null")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        period = days_told(options)
        answer = moves.as_json(moves.changes(store, period, options["compare"], max(1, options["limit"])), period)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.line(answer["metric"], answer["change"], f"{answer['before'] or '—'} → {answer['after'] or '—'}")
        self.level("", answer["effects"], answer["unattributed"])
        for by in ("channels", "products"):
            self.stdout.write(by)
            self.level("  ", answer[by]["rows"], answer[by]["unattributed"])

    def level(self, indent: str, rows: list[dict[str, Any]], rests: list[dict[str, Any]]) -> None:
        for row in rows:
            self.line(f"{indent}  {row.get('label') or row['key']}", row["effect"], row.get("state") or "")
        for rest in rests:
            self.line(f"{indent}  ({rest['code']})", rest["amount"], f"× {rest['count']}" if rest["count"] else "")

    def line(self, name: str, amount: str | None, said: str) -> None:
        text = "—" if amount is None else f"{Decimal(amount):+,.2f}"
        self.stdout.write(f"{name:<32}{text:>18}  {said}".rstrip())
