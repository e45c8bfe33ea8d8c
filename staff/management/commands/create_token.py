"""manage.py create_token NAME --store SLUG [--store SLUG]... --scope read|write [--metric KEY]..."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpis.queries import keys
from staff.models import ApiToken, User
from staff.services import create_token
from stores.models import Store


class Command(BaseCommand):
    help = "Make an API token for a person and print it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the user name of the person the token is for")
        parser.add_argument(
            "--store", action="append", required=True, metavar="SLUG", help="a store's short name; may be repeated"
        )
        parser.add_argument("--scope", required=True, choices=ApiToken.Scope.values, help="read only, or write, too")
        parser.add_argument(
            "--metric", action="append", default=[], metavar="KEY", help="only these KPIs; may be repeated"
        )
        parser.add_argument("--label", default="command line", help="what it is called in the list")

    def handle(self, **options: Any) -> None:
        user = User.objects.filter(username=options["name"], is_active=True).first()
        if user is None:
            raise CommandError(_("There is no active user %s.") % options["name"], returncode=2)
        stores = list(Store.objects.filter(slug__in=options["store"]))
        unknown = sorted(set(options["store"]) - {store.slug for store in stores})
        if unknown:
            raise CommandError(_("There is no store %s.") % unknown[0], returncode=2)
        strange = [key for key in options["metric"] if key not in keys()]
        if strange:
            raise CommandError(_("There is no KPI “%s”.") % strange[0], returncode=2)
        try:
            _token, plaintext = create_token(user, options["label"], options["scope"], stores, options["metric"])
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from None
        self.stdout.write(plaintext)
