"""manage.py report SLUG KIND DAY [--json] [--sign USERNAME]"""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.models import Report
from kpis.reporting import report_content, reports
from kpis.reporting.report_sentences import label, text
from kpis.views.report_words import STATES
from opsplan.commandline import day
from staff.models import User
from staff.queries import memberships
from staff.roles import Action
from stores import currency, platform
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Make the report of the week, month or quarter that holds a day, print it, and sign it if asked to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("kind", choices=reports.KINDS, help="what it is the report of")
        parser.add_argument("day", metavar="DAY", type=day, help="any local day of the period")
        parser.add_argument("--json", action="store_true", help="everything it tells, numbers as strings")
        parser.add_argument("--sign", metavar="USERNAME", help="sign it in the name of this person")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        by = signer(store, options["sign"]) if options["sign"] else None
        try:
            made = reports.make(store, options["kind"], options["day"], by)
            if by:
                reports.sign(made, by)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        with currency.override(store.currency), platform.override(store.platform):
            self.tell(reports.find(store, made.pk) or made, as_json=options["json"])

    def tell(self, report: Report, *, as_json: bool) -> None:
        signed = reports.standing(report)
        told = reports.told(report, reports.version_of(report, signed.number) if signed else None)
        if as_json:
            answer = {"title": reports.title(report), "state": reports.state_of(report), "texts": dict(told.texts)}
            self.stdout.write(json.dumps({**answer, **told.content}, ensure_ascii=False))
            return
        self.stdout.write(f"{reports.title(report)} · {STATES[reports.state_of(report)]}")
        for key, figure in report_content.figures_of(dict(told.content), told.period).items():
            before, target = figure.compare["previous"].value, figure.target
            if figure.value is not None or before is not None:
                self.stdout.write(f"{label(key)}  {text(figure.value, key)}  {text(before, key)}  {text(target, key)}")
        for key, title in reports.BLOCKS.items():
            self.stdout.write(f"\n{title}\n{told.texts.get(key) or '—'}")


def signer(store: Store, name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None or not any(x.store_id == store.pk and x.may(Action.SIGN_REPORTS) for x in memberships(user)):
        raise CommandError(_("%s may not sign reports of this store.") % name, returncode=2)
    return user
