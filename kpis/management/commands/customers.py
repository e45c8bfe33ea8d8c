"""manage.py customers SLUG [--day D] [--ago DAYS] [--json]"""

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from kpis.api.customers import segments_json
from kpis.segments import CLASSES, NUMBERS
from opsplan.commandline import day
from opsplan.lib import clock
from stores.management.asked import find_store
from stores.snapshot import one_version


class Command(BaseCommand):
    help = "Print a store's customers by class (RFM of 365 days) on the evening of a local day, yesterday unless told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="the local day")
        parser.add_argument("--ago", type=int, metavar="DAYS", help="also who moved in that many days")
        parser.add_argument("--json", action="store_true", help="the same JSON as the endpoint")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, ago = find_store(options["store"]), options["ago"]
        if ago is not None and not 0 < ago <= 3650:
            raise CommandError(_("Give whole days from 1 to 3,650."), returncode=2)
        evening = options["day"] or clock.today(store.timezone) - dt.timedelta(days=1)
        with one_version():
            answer = segments_json(store, evening, ago)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, cls=DjangoJSONEncoder))
            return
        for each in answer["classes"]:
            label = CLASSES[NUMBERS[each["class"]]][1]
            self.stdout.write(f"{each['people']:>9} {each['net']:>16}  {label}")
        self.stdout.write(f"{answer['people']:>9} {'':>16}  " + _("core customers: %s") % answer["core"])
        for each in answer.get("moves", ()):
            self.stdout.write(f"{each['people']:>9}  {each['was'] or '—'} -> {each['is'] or '—'}")
