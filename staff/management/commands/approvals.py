"""What is to be approved in a store, and who is next: `manage.py approvals SLUG [--settled] [--json]`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from staff import approvals
from staff.api.approvals import approval_json
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "List what is under way with its step and who is next; oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("--settled", action="store_true", help="what was settled, newest first")
        parser.add_argument("--json", action="store_true", help="the answer of the REST interface")

    def handle(self, **options: Any) -> None:
        store = find_store(options["slug"])
        found = approvals.settled_ones(approvals.settled(store)) if options["settled"] else approvals.open_ones(store)
        if options["json"]:
            told = {"approvals": [approval_json(x) for x in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
            return
        for each in found:
            who = ",".join(x.username for x in each.next_up) or "-"
            step = f"{each.number} {each.step_name}" if each.step else each.approval.state
            self.stdout.write("\t".join([f"{each.approval.pk}", each.approval.title, each.name, step, who]))
