"""manage.py create_store SLUG --name N --platform P [--currency CNY] [--timezone Asia/Shanghai] [--brand B]
[--client C]
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from stores.models import Platform
from stores.services import create_store


class Command(BaseCommand):
    help = "Open a store with the usual channels."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name for addresses and commands: small letters, figures, hyphens")
        parser.add_argument("--name", required=True, help="as people read it")
        parser.add_argument("--platform", required=True, choices=Platform.values, help="where it sells")
        parser.add_argument("--currency", default="CNY", help="three letters; CNY unless told")
        parser.add_argument(
            "--timezone", default="Asia/Shanghai", help="in which its days begin; Asia/Shanghai unless told"
        )
        parser.add_argument("--brand", default="", help="client or brand, to look at its stores together")
        parser.add_argument("--client", default="", help="whose brand it is, where a client has several")

    def handle(self, **options: Any) -> None:
        wanted = {key: options[key] for key in ("slug", "name", "platform", "currency", "timezone", "brand", "client")}
        try:
            store = create_store(**wanted)
        except ValidationError as problem:
            lines = [f"{field}: {text}" for field, texts in problem.message_dict.items() for text in texts]
            raise CommandError("\n".join(lines), returncode=2) from None
        self.stdout.write(store.slug)
