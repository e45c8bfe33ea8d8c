"""manage.py set_definition SLUG METRIC VARIANT --since DATE [--take-back]"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis import definitions
from opsplan.commandline import day
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "Choose which definition of a KPI a store uses from a day on, where the market reads it in several ways."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument(
            "metric",
            metavar="METRIC",
            help="the KPI's key; one with a single definition is refused with those that have several",
        )
        parser.add_argument("variant", metavar="VARIANT", help="a definition of it, as docs/kpi-glossary.md names them")
        parser.add_argument(
            "--since", metavar="YYYY-MM-DD", type=day, required=True, help="the first local day it counts from"
        )

        parser.add_argument(
            "--take-back", action="store_true", help="take that choice away, as if it had never been made"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        store, metric = find_store(options["store"]), options["metric"]
        if options["take_back"]:
            self.take_back(store, metric, options["variant"], options["since"])
            return
        try:
            chosen = definitions.set_definition(store, metric, options["variant"], options["since"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        said = _("%(store)s %(metric)s: %(variant)s since %(day)s")
        names = {"store": store.slug, "metric": metric, "variant": chosen.variant, "day": chosen.since}
        self.stdout.write(said % names)

    def take_back(self, store: Store, metric: str, variant: str, since: dt.date) -> None:
        made = [x for x in definitions.history(store).get(metric, ()) if (x.variant, x.since) == (variant, since)]
        if not made or definitions.take_back(store, made[0].pk) is None:
            raise CommandError(_("There is no such choice."), returncode=2)
        self.stdout.write(_("Taken back."))
