"""manage.py headcount SLUG [--duty KEY [--basis B --per-day N --days-a-week N --least N | --usual] [--wanted N]]"""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.api.headcount import RULE, change, every
from staff import duties
from staff.models import DutyLoad
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Tell how many people each duty has, is to have and needs for what is sold; or say what it is reckoned with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("--duty", metavar="KEY", help="this one only, and the one that is changed")
        parser.add_argument(
            "--basis", choices=[x or "fixed" for x in DutyLoad.Basis.values], help="what work is counted in"
        )
        parser.add_argument("--per-day", type=int, help="of it a person sees to in a day")
        parser.add_argument("--days-a-week", type=int, help="a person works")
        parser.add_argument("--least", type=int, help="people, however little there is to do")
        parser.add_argument("--usual", action="store_true", help="reckon with what is usual again")
        parser.add_argument("--wanted", type=int, help="people wanted")
        parser.add_argument("--json", action="store_true", help="with the arithmetic")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, key = find_store(options["store"]), options["duty"]
        fields = typed(options)
        if key is not None and key not in dict(duties.duty_choices(store)):
            raise CommandError(_("Choose a duty of this store."), returncode=2)
        if fields and key is None:
            raise CommandError(_("Say of which duty: --duty."), returncode=2)
        try:
            with transaction.atomic():
                change(store, key or "", fields)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        found = [x for x in every(store) if key in (None, x["duty"])]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, cls=DjangoJSONEncoder))
            return
        for x in found:
            wanted = "—" if x["wanted"] is None else x["wanted"]
            told = {"people": len(x["people"]), "wanted": wanted, "needed": x["need"]["people"]}
            said = _("has %(people)s, wanted %(wanted)s, needed %(needed)s") % told
            self.stdout.write(f"{x['duty']}  {x['name']}  {said}")


def typed(options: dict[str, Any]) -> dict[str, Any]:
    """As they are sent over REST."""
    rule = {name: options[name] for name in RULE if options[name] is not None}
    if "basis" in rule:
        rule["basis"] = "" if rule["basis"] == "fixed" else rule["basis"]
    fields: dict[str, Any] = {"rule": None} if options["usual"] else {"rule": rule} if rule else {}
    return fields | ({"wanted": options["wanted"]} if options["wanted"] is not None else {})
