"""manage.py share_link SLUG [WHAT --by USERNAME ...] [--revoke ID]"""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.api.links import link_json
from kpis.management.commands.report import signer
from kpis.sharing import shared
from staff import links
from staff.management.commands.create_user import from_input
from stores.management.asked import find_store
from stores.models import Store


class Command(BaseCommand):
    help = "List a store's links for people without an account, make one (it is printed this once), or take one back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("store", metavar="SLUG", help="the store's short name")
        parser.add_argument("what", metavar="WHAT", nargs="?", help="weekly, report:7 or statement:3")
        parser.add_argument("--by", metavar="USERNAME", help="make it in the name of this person")
        parser.add_argument("--days", type=int, default=links.DAYS, help=f"it is good, 1 to {links.LONGEST}")
        parser.add_argument("--note", default="", help="for whom")
        parser.add_argument("--part", action="append", default=[], choices=list(shared.PARTS), help="may be repeated")
        parser.add_argument("--figure", action="append", default=[], metavar="KEY", help="may be repeated")
        parser.add_argument("--password-stdin", action="store_true", help="with a password, read from standard input")
        parser.add_argument("--revoke", metavar="ID", type=int, help="take this one back")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = find_store(options["store"])
        if options["revoke"] is not None:
            found = links.links(store).filter(pk=options["revoke"]).first()
            if found is None:
                raise CommandError(_("%s has no such link.") % store.slug, returncode=2)
            links.revoke(found)
        elif options["what"]:
            self.stdout.write(self.made(store, options))
            return
        self.listed(store, as_json=options["json"])

    def made(self, store: Store, options: dict[str, Any]) -> str:
        if not options["by"]:
            raise CommandError(_("Say in whose name: --by."), returncode=2)
        by = signer(store, options["by"])
        told = {name: options[name] for name in ("days", "note")}
        password = from_input() if options["password_stdin"] else ""
        try:
            _made, secret = shared.make(
                store, by, options["what"], parts=options["part"], figures=options["figure"], password=password, **told
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        return f"{settings.PUBLIC_URL}{reverse('shared', args=[secret])}"

    def listed(self, store: Store, *, as_json: bool) -> None:
        found = list(links.links(store))
        names = shared.names(store, found)
        rows = [link_json(x, names[x.pk]) for x in found]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, cls=DjangoJSONEncoder))
            return
        for x in rows:
            last = f"{x['last_look']:%Y-%m-%d}" if x["last_look"] else "—"
            told = (x["id"], x["state"], x["opens"], x["note"], f"{x['expires_at']:%Y-%m-%d}", x["looks"], last)
            self.stdout.write("  ".join(str(part) for part in told if part != ""))
