"""manage.py plan SLUG YEAR [--plan N] [--submit USERNAME | --return USERNAME | --approve USERNAME] [--json]"""

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.models import Plan
from kpis.year import plan_wire, plans
from kpis.year.plan_cells import Refused, load
from staff.management.asked import find_user
from staff.models import User
from staff.queries import memberships
from staff.roles import Action
from stores.management.asked import find_store
from stores.models import Store

STEPS: dict[str, tuple[Action, Callable[[Plan, User], Plan]]] = {
    "submit": (Action.SET_TARGETS, plans.submit),
    "return": (Action.SET_TARGETS, plans.hand_back),
    "approve": (Action.APPROVE_PLANS, plans.approve),
}


class Command(BaseCommand):
    help = "Print a store's plan of a year: the version being worked on, else the one in force; and take it on its way."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("year", metavar="YEAR", type=int, help="like 2026")
        parser.add_argument("--plan", type=int, metavar="N", help="the number of a version")
        steps = parser.add_mutually_exclusive_group()
        steps.add_argument("--submit", metavar="USERNAME", help="ask for approval in the name of this person")
        steps.add_argument("--return", metavar="USERNAME", help="hand it back to be worked on, in their name")
        steps.add_argument("--approve", metavar="USERNAME", help="put it in force in the name of this person")
        parser.add_argument("--json", action="store_true", help="numbers as strings, none as null, as over REST")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, year, number = find_store(options["store"]), options["year"], options["plan"]
        found = plans.numbered_version(store, year, number) if number else plans.current(store, year)
        if found is None:
            raise CommandError(_("There is no such plan."), returncode=2)
        found = stepped(store, found, options)
        answer = plan_wire.plan_json(load(found))
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"{store.slug} {year} v{found.number} {found.status}")
        for row in answer["rows"]:
            cells = [cell.get("text") or cell.get("value") or "—" for cell in row["cells"]]
            if set(cells) != {"—"}:
                total = (row.get("totals") or {}).get("year") or ""
                self.stdout.write("  ".join([f"{row['key']:<28}", *cells, f"= {total}" if total else ""]).rstrip())


def stepped(store: Store, plan: Plan, asked: dict[str, Any]) -> Plan:
    """The plan after the step that was asked for, if any. CommandError (exit code 2)."""
    for step, (action, take) in STEPS.items():
        if asked[step]:
            try:
                return take(plan, allowed(store, asked[step], action))
            except (Refused, ValidationError) as problem:
                said = str(problem) if isinstance(problem, Refused) else " ".join(problem.messages)
                raise CommandError(said, returncode=2) from problem
    return plan


def allowed(store: Store, name: str, action: Action) -> User:
    user = find_user(name)
    if not user.is_active or not any(x.store_id == store.pk and x.may(action) for x in memberships(user)):
        raise CommandError(_("%s may not do this in this store.") % name, returncode=2)
    return user
