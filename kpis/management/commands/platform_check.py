"""manage.py platform_check SLUG --from D --to D [--json]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kpis.why import platform_check
from opsplan.commandline import add_days, days_told
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Hold our daily figures against the platform's own daily export (local days, both ends included)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        add_days(parser)
        parser.add_argument("--json", action="store_true", help="the same JSON as the endpoint")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        answer = platform_check.as_json(store, days_told(options))
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for each in answer["days"]:
            amounts = [each["ours"]["pay_amt"], each["platform"]["pay_amt"], each["difference"]]
            why = "; ".join(f"{cause['cause']} {cause['amount']}" for cause in each["causes"])
            rest = f" ? {each['unexplained']}" if each["unexplained"] not in (None, "0.00") else ""
            self.stdout.write(each["day"] + "".join(f"{x or '—':>16}" for x in amounts) + f"  {why}{rest}".rstrip())
