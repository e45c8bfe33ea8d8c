"""manage.py create_user NAME --password-stdin [--admin]"""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from staff.services import create_user


class Command(BaseCommand):
    help = "Create an account; the password is read from standard input, never from the command line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--password-stdin", action="store_true", required=True, help="read it from standard input")
        parser.add_argument("--admin", action="store_true", help="owner of every store, may use /admin/")

    def handle(self, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandError("No password came on standard input.", returncode=2)
        try:
            user = create_user(options["name"], password, is_admin=options["admin"])
        except ValidationError as problem:
            lines = [f"{field}: {text}" for field, texts in problem.message_dict.items() for text in texts]
            raise CommandError("\n".join(lines), returncode=2) from None
        self.stdout.write(user.username)
