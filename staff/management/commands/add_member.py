"""manage.py add_member SLUG NAME --level owner|manager|member|viewer|client [--duty D]..."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from staff.management.asked import find_user
from staff.roles import Duty, Level
from staff.services import add_member
from stores.management.asked import find_store


class Command(BaseCommand):
    help = "Put a person into a store's team."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the store's short name")
        parser.add_argument("name", metavar="NAME", help="the person's user name")
        parser.add_argument(
            "--level", required=True, choices=[str(x) for x in Level], help="what the person may do; see docs/people.md"
        )
        parser.add_argument(
            "--duty", action="append", default=[], choices=[str(x) for x in Duty], help="may be repeated"
        )

    def handle(self, **options: Any) -> None:
        store, user = find_store(options["slug"]), find_user(options["name"])
        try:
            member = add_member(store, user, options["level"], options["duty"])
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from None
        self.stdout.write(f"{store.slug} {user.username} {member.level}")
