"""manage.py create_user NAME [--password-stdin] [--admin]"""

import sys
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from staff.services import create_user


def from_input() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CommandError(_("No password came on standard input."), returncode=2)
    return password


def typed_twice() -> str:
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise CommandError(_("The two are not the same."), returncode=2)
    return password


class Command(BaseCommand):
    help = "Create an account; the password is asked for, or read from standard input, never from the command line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what is typed at the log-in")
        parser.add_argument("--password-stdin", action="store_true", help="read it from standard input, do not ask")
        parser.add_argument("--admin", action="store_true", help="owner of every store, may use /admin/")

    def handle(self, **options: Any) -> None:
        password = typed_twice() if not options["password_stdin"] and sys.stdin.isatty() else from_input()
        try:
            user = create_user(options["name"], password, is_admin=options["admin"])
        except ValidationError as problem:
            lines = [f"{field}: {text}" for field, texts in problem.message_dict.items() for text in texts]
            raise CommandError("\n".join(lines), returncode=2) from None
        self.stdout.write(user.username)
