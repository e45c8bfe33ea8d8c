"""manage.py enter_desk SLUG DATE NAME [--received N] [--enquiries N] [--converted N] [--response_s S] ..."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsplan.commandline import day
from staff import desk
from staff.management.asked import find_user
from stores.management.asked import find_store

HELP = {
    "received": "buyers who wrote",
    "enquiries": "of them asked before buying",
    "converted": "of those paid",
    "response_s": "average seconds until the first answer",
    "rated": "ratings",
    "good": "of them good",
}


class Command(BaseCommand):
    help = "Type in what a person of the service desk did on a day; nothing told takes the day away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("day", type=day, help="YYYY-MM-DD, of the store")
        parser.add_argument("name", metavar="NAME", help="the person's user name")
        for field in desk.FIELDS:
            parser.add_argument(f"--{field}", metavar="N", help=HELP[field])

    def handle(self, **options: Any) -> None:
        store, user = find_store(options["slug"]), find_user(options["name"])
        told = {field: options[field] for field in desk.FIELDS}
        try:
            found = desk.set_day(store, user, options["day"], told, None)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from None
        said = (
            " ".join(f"{x}={getattr(found, x)}" for x in desk.FIELDS if getattr(found, x) is not None) if found else "-"
        )
        self.stdout.write(f"{store.slug} {options['day']} {user.username} {said}")
