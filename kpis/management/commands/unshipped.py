"""manage.py unshipped SLUG [--state late] [--json]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kpis.why import unshipped
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "List paid orders that were not shipped when the newest order file was exported, the longest waiting first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("--state", choices=unshipped.STATES, default="", help="only these orders")
        parser.add_argument("--json", action="store_true", help="as the endpoint tells them, all at once")

    def handle(self, *_args: Any, **options: Any) -> None:
        answer = unshipped.as_json(find_store(options["store"]), options["state"])
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for each in answer["results"]:
            self.stdout.write(f"{each['order_no']:<28}{each['due_at'][:16]}  {each['state']:<6}{each['pay_amt']:>12}")
